"""A real net that may reach loopback, a real receiver, and the body of an alert."""

import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any, Self

import pytest
from aiohttp import web

from monitor.listen import Receiver, listen, new_secret
from monitor.net import open_net
from monitor.ports import Net


@dataclass
class Inbox:
    """A server on loopback that takes whatever is posted, and answers as it is told: Slack's API, an ntfy, a chat's hook."""

    answer: Callable[[web.Request, bytes], web.Response] = lambda _request, _body: web.json_response({"ok": True})
    posts: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    port: int = 0

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._take)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    async def _take(self, request: web.Request) -> web.Response:
        body = await request.read()
        self.posts.append((request.path, dict(request.headers), body))
        return self.answer(request, body)


@pytest.fixture
async def inbox() -> AsyncIterator[Inbox]:
    async with Inbox() as inbox:
        yield inbox


@pytest.fixture
async def net() -> AsyncIterator[Net]:
    async with open_net(user_agent="monitor-test") as net:
        yield net


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with listen(0, new_secret()) as receiver:
        yield receiver


@pytest.fixture(scope="session")
def data() -> dict[str, Any]:
    hit = {
        "sentence": "Hollande called it “an act of war”.",
        "marks": [[23, 33]],
        "term": "act of war",
        "change": "appeared",
    }
    return {
        "id": "alert_1", "summary": "Post: edited in, “act of war” (title)", "severity": "critical", "watchlist": "war",
        "article": {"url": "https://post.example/a1"}, "hits": [hit],
    }  # fmt: skip


@pytest.fixture(scope="session")
def body(data: dict[str, Any]) -> str:
    return json.dumps({"type": "alert.raised", "timestamp": "2015-11-15T22:11:02Z", "data": data}, ensure_ascii=False)
