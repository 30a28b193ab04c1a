"""Serves the page for as long as the daemon runs: the routes, the door before them, and the sockets. It renders nothing.

A page that cannot be served (its port is taken) is said loudly and costs no alert: the daemon goes on without it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Any, Final

import msgspec
import structlog
from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from monitor.errors import ViewsUnavailable
from monitor.web.answers import BASE
from monitor.web.api import Api
from monitor.web.api_description import described
from monitor.web.asking import Forms
from monitor.web.bench import Bench
from monitor.web.callbacks import Callbacks
from monitor.web.crowd import PATIENCE, Crowd
from monitor.web.desk import Desk
from monitor.web.door import Keys, guarded, headed, unfailing
from monitor.web.exchange import answering, refusing
from monitor.web.feeds_out import FeedsOut
from monitor.web.figures import Figures
from monitor.web.live import Wire
from monitor.web.login import Login
from monitor.web.pages import Site
from monitor.web.rendering import HERE, Pages
from monitor.web.trying import Trying
from monitor.web.unread import Connection
from monitor.web.vitals import Body, Vitals

logger = structlog.get_logger()

MOST_BYTES: Final = 512 * 1024  # of a form or a body: the longest text that is tried, however it is encoded
_STATIC: Final = {"monitor.css": "text/css", "monitor.js": "text/javascript", "icon.svg": "image/svg+xml"}


@asynccontextmanager
async def serving(
    desk: Desk,
    body: Body,
    host: str,
    port: int,
    *,
    keys: Keys | None = None,
    hosts: Sequence[str] = (),
    called: bool = False,
) -> AsyncIterator[str]:
    """Serve the page; gives its address, empty where it cannot be served. Port 0 takes a free one.

    The log of `body` takes what readers ask for. `keys` guard it all; without them it is for whoever reaches the host. `hosts` are further
    names that it may be asked by. `called`: hubs may call here.
    """
    keys = keys or Keys()
    pages = Pages(desk.zone, is_guarded=keys.token is not None, feed_key=keys.of_feeds)
    wire = Wire(desk, pages)
    crowd = Crowd()
    made = application(desk, pages, wire, body, keys, frozenset(hosts), crowd)
    if called:
        made.add_routes(Callbacks(body.log, desk.is_feed).routes())
    runner = web.AppRunner(made, shutdown_timeout=1.0)
    async with AsyncExitStack() as stack:
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        stack.callback(wire.close)
        try:
            listening = await _listening(runner, crowd, host, port)
        except OSError as error:
            logger.error("the page is not served", host=host, port=port, reason=error.strerror)  # noqa: TRY400  # the reason is enough
            yield ""
            return
        stack.callback(listening.close)
        looking = asyncio.create_task(wire.run(), name="page")
        address = f"http://{host}:{listening.sockets[0].getsockname()[1]}/"
        logger.info("the page is served", address=address)
        try:
            yield address
        finally:
            looking.cancel()
            with suppress(asyncio.CancelledError):
                await looking


async def _listening(runner: web.AppRunner, crowd: Crowd, host: str, port: int) -> asyncio.Server:
    server, loop = runner.server, asyncio.get_running_loop()
    assert server is not None  # noqa: S101  # it was set up
    options: dict[str, Any] = {"access_log": None, "keepalive_timeout": PATIENCE}

    def admit() -> Connection:
        crowd.make_room(server)
        return Connection(server, loop=loop, **options)

    return await loop.create_server(admit, host, port, backlog=128)


def application(
    desk: Desk, pages: Pages, wire: Wire, body: Body, keys: Keys, hosts: frozenset[str], crowd: Crowd
) -> web.Application:
    """All routes behind the door."""
    made = web.Application(
        middlewares=[crowd.counted(), unfailing(), refusing(), guarded(keys, hosts), _explained(pages)],
        client_max_size=MOST_BYTES,
    )
    made.on_response_prepare.append(headed)
    made.add_routes([*Site(desk, pages, body.log).routes(), *Forms(desk, pages, body.log, keys).routes()])
    made.add_routes([*Figures(desk, pages).routes(), *FeedsOut(desk).routes()])
    bench = Bench(desk)
    made.add_routes(Trying(desk, pages, bench).routes())
    api = Api(desk, body.log, bench, keys)
    made.add_routes([web.route(one.method, BASE + one.path, answering(one)) for one in api.endpoints])
    made.add_routes([web.get(f"{BASE}/openapi.json", _said(msgspec.json.encode(described(api.endpoints))))])
    made.add_routes([web.get("/live", wire.stream), *Vitals(body, desk, keys).routes()])
    made.add_routes([web.get(f"/static/{name}", _file(name, kind)) for name, kind in _STATIC.items()])
    if keys.token is not None:
        made.add_routes(Login(pages, keys.token).routes())
    return made


def _explained(pages: Pages) -> Middleware:
    """What is not there, or not yet, as a page that says so."""

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            return await handler(request)
        except ViewsUnavailable as error:
            if request.path.startswith(f"{BASE}/"):
                raise web.HTTPServiceUnavailable(text=str(error)) from error
            return pages.show("trouble.html", status=503, here="", says=str(error))
        except web.HTTPNotFound as error:
            if request.path.startswith(f"{BASE}/"):
                raise
            return pages.show("trouble.html", status=404, here="", says=error.text or "")

    return middleware


def _said(body: bytes) -> Handler:
    async def answer(_: web.Request) -> web.StreamResponse:
        return web.Response(body=body, content_type="application/json")

    return answer


def _file(name: str, kind: str) -> Handler:
    body = (HERE / "static" / name).read_bytes()

    async def answer(_: web.Request) -> web.StreamResponse:
        return web.Response(body=body, content_type=kind, charset="utf-8", headers={"cache-control": "no-cache"})

    return answer
