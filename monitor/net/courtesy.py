"""Leaves a host alone that asks for it: a Net that, after a 429 or 503, asks nothing of that host for a while, whoever wants it.

What is wanted meanwhile is not waited for here: it is told when to come back. The pause is the one that the host asked for
(Retry-After), an hour at most, for its other feeds and articles may not wait a day on one answer; without it half a minute, and twice
as long each time that the host says it again.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Final, NamedTuple
from urllib.parse import urlsplit

import structlog

from monitor.core.http import retry_after
from monitor.errors import Postponed
from monitor.ports import Limits, Net, Response

logger = structlog.get_logger()

FIRST: Final = 30.0  # seconds
SHORTEST: Final = 1.0
LONGEST: Final = 3_600.0
HOSTS_KEPT: Final = 10_000
_BUSY: Final = frozenset({429, 503})


class Plea(NamedTuple):
    """Until when a host is left alone, by the clock of this process, and how often it has asked for that in a row."""

    until: float
    times: int


class CourteousNet:
    """A Net that asks nothing of a host which has asked for a pause."""

    def __init__(self, net: Net, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock` counts seconds, from anywhere."""
        self._net, self._clock = net, clock
        self._pleas: OrderedDict[str, Plea] = OrderedDict()

    async def get(
        self, url: str, *, headers: Mapping[str, str] | None = None, limits: Limits | None = None
    ) -> Response:
        """Fetch, as the Net within. Raises Postponed where the host is left alone just now."""
        plea = self._pleas.get(urlsplit(url).netloc)
        if plea and plea.until > self._clock():
            raise Postponed(plea.until - self._clock(), "the host has asked for a pause")
        response = await self._net.get(url, headers=headers, limits=limits)
        self._hear(urlsplit(response.url).netloc, response)
        return response

    async def post(
        self,
        url: str,
        body: bytes,
        *,
        headers: Mapping[str, str],
        allow_private: bool = False,
        limits: Limits | None = None,
    ) -> Response:
        """Send, as the Net within: receivers have queues and limits of their own."""
        return await self._net.post(url, body, headers=headers, allow_private=allow_private, limits=limits)

    def _hear(self, host: str, response: Response) -> None:
        plea, now = self._pleas.get(host), self._clock()
        is_paused = plea is not None and plea.until > now
        if response.status in _BUSY:
            times = plea.times if plea else 0  # what was under way when it asked first does not count again
            self._leave_alone(host, plea if is_paused else None, times if is_paused else times + 1, response, now)
        elif not is_paused:
            self._pleas.pop(host, None)

    def _leave_alone(self, host: str, plea: Plea | None, times: int, response: Response, now: float) -> None:
        asked = retry_after(response.headers.get("retry-after"), datetime.now(UTC))
        wanted = FIRST * 2.0 ** min(times - 1, 16) if asked is None else asked
        pause = min(max(wanted, SHORTEST), LONGEST)
        self._pleas[host] = Plea(max(now + pause, plea.until if plea else 0.0), times)
        self._pleas.move_to_end(host)
        if len(self._pleas) > HOSTS_KEPT:
            self._pleas.popitem(last=False)
        logger.info("host is left alone", host=host, status=response.status, seconds=round(pause, 1))
