"""Where hubs call: they ask whether they were asked, and say that a feed has changed. Nothing of what they send is kept.

An address that is not ours says so and no more: its last part is a secret between us and the hub. The door lets hubs pass, for they have no token.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

import structlog
from aiohttp import web

from monitor.core.websub import Seal, Subscription
from monitor.ports import Log
from monitor.stages import websub
from monitor.stages.websub import PATH
from monitor.web.sent import BROKEN

logger = structlog.get_logger()

MOST_BYTES: Final = 5 * 2**20  # of a push; it is only read to see who signed it
PATIENCE: Final = 20.0  # seconds for a whole push
_LONGEST_CHALLENGE: Final = 4_096
_PLACE: Final = rf"{PATH}/{{feed:[a-z0-9][a-z0-9_-]{{0,63}}}}/{{token:[A-Za-z0-9_-]{{16,64}}}}"


class Callbacks:
    """The handlers. `is_watched` says of an id whether it is a feed's."""

    def __init__(self, log: Log, is_watched: Callable[[str], bool]) -> None:
        self._log, self._is_watched = log, is_watched

    def routes(self) -> list[web.RouteDef]:
        """Where they stand."""
        return [web.get(_PLACE, self.asked, allow_head=False), web.post(_PLACE, self.pushed)]

    async def asked(self, request: web.Request) -> web.Response:
        """A hub asks whether the subscription is wanted (section 5.3), or refuses it."""
        feed, known = await self._known(request)
        challenge = request.query.get("hub.challenge", "")
        if known is None or len(challenge) > _LONGEST_CHALLENGE:
            raise web.HTTPNotFound(text="")
        if not await websub.verified(self._log, feed, known, request.query):
            raise web.HTTPNotFound(text="")
        return web.Response(text=challenge)

    async def pushed(self, request: web.Request) -> web.Response:
        """A hub says that a feed has changed (section 7). It is thanked, whether its signature is good or not (section 8)."""
        feed, known = await self._known(request)
        if known is None:
            raise web.HTTPGone(text="")
        if await _is_signed(request, known):
            await websub.pushed(self._log, feed, known)
        else:
            logger.warning("push without a good signature", feed=feed, hub=known.hub)
        return web.Response(status=202)

    async def _known(self, request: web.Request) -> tuple[str, Subscription | None]:
        feed = request.match_info["feed"]
        known = await websub.called(self._log, feed, request.match_info["token"]) if self._is_watched(feed) else None
        return feed, known


async def _is_signed(request: web.Request, known: Subscription) -> bool:
    """Whether the body was signed by the hub. Raises HTTPRequestEntityTooLarge, HTTPBadRequest, and HTTPRequestTimeout for one that drips."""
    try:
        seal = Seal(request.headers.get("X-Hub-Signature", ""), known.secret)
    except ValueError:
        return False
    size = 0
    try:
        async with asyncio.timeout(PATIENCE):
            async for piece in request.content.iter_any():
                size += len(piece)
                if size > MOST_BYTES:
                    raise web.HTTPRequestEntityTooLarge(MOST_BYTES, size)
                seal.update(piece)
    except TimeoutError as error:
        raise web.HTTPRequestTimeout(text="") from error
    except BROKEN as error:
        raise web.HTTPBadRequest(text="") from error
    return seal.is_good
