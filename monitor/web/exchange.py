"""How the API is asked and how it answers: endpoints, cursors, bounds, refusals. It knows no question.

Lists answer with a page of rows and a cursor to the next; what has not changed is answered with 304 (RFC 9110, 13.1.2).
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Any, Final, TypeVar

import msgspec
from aiohttp import web
from aiohttp.typedefs import Handler as PageHandler
from aiohttp.typedefs import Middleware

from monitor.web.answers import BASE, MOST, Trouble
from monitor.web.sent import body_of

ONE: Final = "{id:[a-zA-Z0-9_]{4,80}}"  # the place of an id in a path
_KEPT: Final = frozenset({"allow", "retry-after", "www-authenticate"})  # headers of a refusal
Row = TypeVar("Row")
Handler = Callable[[web.Request], Awaitable[Any]]


class Endpoint(msgspec.Struct, frozen=True):
    """One thing that can be asked: how, what it answers with, what it takes in the query and in the body."""

    method: str
    path: str
    handler: Handler
    answer: Any
    asks: tuple[str, ...] = ()
    takes: type[msgspec.Struct] | None = None


def answering(endpoint: Endpoint) -> Callable[[web.Request], Awaitable[web.Response]]:
    """The handler of an endpoint for aiohttp: what it returns as JSON, with a tag of what it says."""

    async def answer(request: web.Request) -> web.Response:
        body = msgspec.json.encode(await endpoint.handler(request))
        tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        if request.method == "GET" and tag in request.headers.get("if-none-match", ""):
            return web.Response(status=304, headers={"etag": tag})
        return _json(body, 200, tag)

    return answer


def refusing() -> Middleware:
    """Where the API is asked, and there is no answer, why not as JSON."""

    @web.middleware
    async def middleware(request: web.Request, handler: PageHandler) -> web.StreamResponse:
        try:
            return await handler(request)
        except web.HTTPException as error:
            if error.status < 400 or not request.path.startswith(f"{BASE}/"):
                raise
            why = _json(msgspec.json.encode(Trouble((error.text or error.reason).strip())), error.status)
            kept = {name: value for name, value in error.headers.items() if name.lower() in _KEPT}
            why.headers.update(kept)
            return why

    return middleware


def _json(body: bytes, status: int, tag: str = "") -> web.Response:
    headers = {"etag": tag, "cache-control": "no-cache"} if tag else {}
    return web.Response(body=body, status=status, content_type="application/json", headers=headers)


def refused(why: str) -> web.HTTPException:
    """The refusal of what makes no sense (422); raise what this returns."""
    return web.HTTPUnprocessableEntity(text=why)


def known(found: Row | None) -> Row:
    """What was found. Raises HTTPNotFound where it is None."""
    if found is None:
        raise web.HTTPNotFound(text="nothing of that name is recorded")
    return found


def first(found: Sequence[Row]) -> Row:
    """The first of what was found. Raises HTTPNotFound where there is none."""
    return known(next(iter(found), None))


async def said_in(request: web.Request, kind: type[Row]) -> Row:
    """What a request says. Raises HTTPUnprocessableEntity for what is none of this kind."""
    try:
        return msgspec.json.decode(await body_of(request) or b"{}", type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise refused(str(error)) from error


def limit_of(request: web.Request) -> int:
    """How many rows are asked for, 50 where it is not said. Raises HTTPUnprocessableEntity."""
    asked = request.query.get("limit", "50")
    if not asked.isascii() or not asked.isdigit() or not 1 <= int(asked[:9]) <= MOST:
        raise refused(f"limit: expected a number from 1 to {MOST}")
    return int(asked)


def moment_of(asked: str | None) -> datetime | None:
    """A point in time as programs write it (RFC 3339), UTC where it names no zone. Raises HTTPUnprocessableEntity."""
    if asked is None:
        return None
    try:
        moment = datetime.fromisoformat(asked)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise refused("since: expected an RFC 3339 time such as 2015-11-15T20:40:00Z") from error


def following(rows: list[Row], limit: int, key: Callable[[Row], tuple[datetime, str]]) -> str | None:
    """The cursor to what follows the last row of a page, where anything does."""
    if len(rows) <= limit:
        return None
    at, name = key(rows[limit - 1])
    return base64.urlsafe_b64encode(f"{at.isoformat()} {name}".encode()).decode().rstrip("=")


def cursor_of(request: web.Request) -> tuple[datetime, str] | None:
    """After which row a page is to begin; None for the first page. Raises HTTPUnprocessableEntity."""
    asked = request.query.get("cursor")
    if asked is None:
        return None
    try:
        at, _, name = base64.urlsafe_b64decode(asked + "=" * (-len(asked) % 4)).decode().partition(" ")
        moment = datetime.fromisoformat(at)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC), name
    except (ValueError, OverflowError) as error:
        raise refused("cursor: expected one that a page before ended with") from error
