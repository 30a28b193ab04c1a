"""A world for the stages: a real log, real parsers in this process, and a net that answers what a test tells it to."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from monitor.core.events import Recorded
from monitor.errors import Transient
from monitor.ports import Announced, Claim, Outcome, ParsedFeed, ParsedPage, Response, Swept
from monitor.sources.announced import read_announced
from monitor.sources.feed import parse_feed
from monitor.sources.frontpage import read_front_page
from monitor.stages.fetch import Fetcher, Rechecks
from monitor.stages.follow import Followed
from monitor.stages.poll import Poller
from monitor.stages.sight import Eyes, WatchedNet
from monitor.stages.sources import Source
from monitor.store import RedisLog

PAGE = """<!doctype html><html lang="en"><head><title>{title} | The Post</title><meta property="og:title" content="{title}"></head>
<body><nav><a href="/">Home</a> <a href="/world">World</a></nav><main><article><h1>{title}</h1>{body}</article></main>
<footer>All rights reserved</footer></body></html>"""
TEXT = (
    "French jets struck the city of Raqqa on Sunday evening, the ministry of defence said in a statement late that night.",
    "Ten fighters took part in the raid, flying from bases in the Gulf and in the Levant, and dropped twenty bombs on two sites.",
    "The first site was used as a command post and a recruitment centre, according to the ministry, which gave no further detail.",
)


def a_page(title: str, *paragraphs: str) -> str:
    return PAGE.format(title=title, body="".join(f"<p>{words}</p>" for words in paragraphs or TEXT))


@dataclass
class FakeNet:
    """Answers as it was told: a body, a status, an error, or a function that is asked. Keeps the headers of each request."""

    answers: dict[str, object] = field(default_factory=dict)
    asked: list[tuple[str, Mapping[str, str]]] = field(default_factory=list)

    async def get(self, url: str, *, headers: Mapping[str, str] | None = None, limits: object = None) -> Response:
        self.asked.append((url, dict(headers or {})))
        answer = self.answers.get(url, 404)
        if callable(answer):
            answer = await answer()
        match answer:
            case Exception():
                raise answer
            case Response():
                return answer
            case int():
                return Response(url, answer, {}, b"", 0.0)
            case str():
                return Response(url, 200, {"content-type": "text/html; charset=utf-8"}, answer.encode(), 0.0)
        raise TypeError(answer)

    async def post(self, url: str, body: bytes, **_: object) -> Response:
        raise Transient("unused")


class PlainParser:
    """The real parsers, without the subprocesses."""

    async def feed(self, body: bytes, url: str, headers: Mapping[str, str]) -> ParsedFeed:
        return parse_feed(body, url, headers)

    async def front_page(self, body: bytes, url: str, headers: Mapping[str, str], rules: Sequence[str]) -> ParsedFeed:
        return read_front_page(body, url, headers, rules)

    async def announced(self, body: bytes, url: str, headers: Mapping[str, str]) -> tuple[Announced, ...]:
        return read_announced(body, url, headers)

    async def page(
        self, body: bytes, url: str, headers: Mapping[str, str], container: str, known: str = ""
    ) -> ParsedPage:
        from monitor.sources.page.fingerprint import read_again

        return read_again(body, url, headers, container, known)

    async def fragment(self, html: str, url: str, title: str) -> ParsedPage:
        from monitor.sources.page import read_fragment

        return read_fragment(html, url, title)


@dataclass
class Shelf:
    """Captures in memory."""

    kept: dict[str, bytes] = field(default_factory=dict)

    async def keep(self, body: bytes) -> str:
        digest = hashlib.sha256(body).hexdigest()
        self.kept[digest] = body
        return digest

    async def read(self, sha256: str) -> bytes | None:
        return self.kept.get(sha256)

    async def sweep(self, needed: Callable[[str], bool], **_: object) -> Swept:
        old = [name for name in self.kept if not needed(name)]
        for name in old:
            del self.kept[name]
        return Swept(len(old), 0, 0)


@dataclass
class FakeChannel:
    """A channel that answers from a script, then takes everything. Keeps what it was sent."""

    script: list[Outcome] = field(default_factory=list)
    sent: list[tuple[str, str]] = field(default_factory=list)
    threads: list[str] = field(default_factory=list)

    async def send(self, notification: str, body: str, *, at: object, thread: str = "") -> Outcome:
        self.sent.append((notification, body))
        self.threads.append(thread)
        return self.script.pop(0) if self.script else Outcome("delivered", status=200)


@dataclass
class World:
    log: RedisLog
    net: FakeNet = field(default_factory=FakeNet)
    shelf: Shelf = field(default_factory=Shelf)
    sources: dict[str, Source] = field(
        default_factory=lambda: {"post": Source("post", "https://post.example/rss", tags=("tier1",))}
    )
    rechecks: Rechecks = field(
        default_factory=lambda: Rechecks(
            minimum=timedelta(minutes=2),
            maximum=timedelta(hours=24),
            until=timedelta(days=30),
            hot_every=timedelta(minutes=1),
            gone_checks=2,
            gone_over=timedelta(0),
        )
    )
    parser: PlainParser = field(default_factory=PlainParser)

    def __post_init__(self) -> None:
        self.eyes = Eyes(self.log, ())

    @property
    def poller(self) -> Poller:
        return Poller(self.log, self.net, self.parser, self.sources)

    @property
    def fetcher(self) -> Fetcher:
        return self.fetcher_with(Followed())

    def fetcher_with(self, followed: Followed) -> Fetcher:
        net = WatchedNet(self.net, self.eyes)
        return Fetcher(self.log, net, self.parser, self.shelf, self.sources, self.rechecks, self.eyes, followed)

    async def due(self, kind: str) -> list[Claim]:
        return await self.log.claim(kind, 0, 100, 60.0)

    async def work(self, kind: str, work: Callable[[Claim], Awaitable[None]]) -> int:
        claims = await self.due(kind)
        for claim in claims:
            await work(claim)
        return len(claims)

    async def make_due(self, kind: str, member: str) -> None:
        from monitor.ports import Batch, SetTimer

        await self.log.commit(Batch(0, timers=(SetTimer(kind, member, 0.0, only_sooner=True),)))

    async def events(self, prefix: str = "") -> list[Recorded]:
        from monitor.core.events import type_of

        return [recorded async for recorded in self.log.read(0) if type_of(recorded.event).startswith(prefix)]

    async def handle(self, group: str, handle: Callable[..., Awaitable[None]]) -> int:
        """Hand all unread events of a group to a handler."""
        count = 0
        async with aclosing(self.log.consume(group, 0)) as batches:
            async for batch in batches:
                for consumed in batch:
                    await handle(consumed)
                    count += 1
                if not batch:
                    break
        return count


@pytest.fixture
def world(log: RedisLog) -> World:
    return World(log)


@pytest.fixture
def a_channel() -> Callable[..., FakeChannel]:
    return lambda *script: FakeChannel(list(script))


@pytest.fixture
def page() -> Callable[..., str]:
    return a_page


@pytest.fixture
def text() -> tuple[str, ...]:
    return TEXT
