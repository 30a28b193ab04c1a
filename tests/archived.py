"""A log of some events and articles, and its archive: what tests of the archive begin with."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import redis

from monitor.core import article
from monitor.core.content import Block, Content, Replace
from monitor.core.events import AnyEvent, ArticleDiscovered, ArticleRevised, Evidence, FeedMoved, Recorded
from monitor.ports import Append, Batch
from monitor.store import RedisLog
from monitor.store.keys import GROUPS

DAY = datetime(2026, 11, 23, tzinfo=UTC)
STREAM = "{monitor:0}:events"


def moved(text: str) -> FeedMoved:
    return FeedMoved(at=DAY, feed="f", url="u", to=text)


async def append(log: RedisLog, entity: str, *events: AnyEvent, snapshot: bytes = b"") -> list[Recorded]:
    head = await log.load(0, entity)
    return await log.commit(Batch(0, (Append(entity, head, events, snapshot),)))


async def some(log: RedisLog, count: int, entities: int = 7) -> list[Recorded]:
    """Events of several entities, one after another."""
    return [
        event
        for number in range(count)
        for event in await append(log, f"feed_{number % entities}", moved(f"{number} " + "x" * 300))
    ]


async def everything(log: RedisLog, after: str = "0-0") -> list[Recorded]:
    return [event async for event in log.read(0, after)]


def done_with_all(raw: redis.Redis) -> None:
    """All groups have read and finished everything."""
    last = raw.xrevrange(STREAM, count=1)[0][0]
    for group in GROUPS:
        raw.xgroup_setid(STREAM, group, last)


async def archive(log: RedisLog, events: int = 10_000) -> int:
    """Seal everything, in segments of so many events, and drop what may be dropped; returns how many events were."""
    async with log.archivist(0) as archivist:
        while (await archivist.gather(events, 2**23)).events:
            await archivist.seal()
        return await archivist.trim()


def content(number: int) -> Content:
    return Content(title=f"Headline {number}", blocks=(Block("paragraph", f"The text says {number}."),))


async def story(log: RedisLog, name: str, revisions: int, first: int = 1) -> None:
    """An article that is rewritten again and again, from revision `first` on."""
    state = article.decode_article((await log.load(0, name)).snapshot)
    for number in range(first, revisions + 1):
        event = revision(name, number)
        state = article.fold(state, event)
        await append(log, name, event, snapshot=article.encode(state))


def revision(name: str, number: int) -> ArticleDiscovered | ArticleRevised:
    at, url, now = DAY + timedelta(minutes=number), f"https://post.example/{name}", content(number)
    evidence = Evidence(at, url, 200, "0" * 64, "test")
    if number == 1:
        return ArticleDiscovered(
            at=at, article=name, url=url, source="post", tags=(), aliases=(), backlog=False,
            content=now, sha256=now.digest(), access="full", evidence=evidence,
        )  # fmt: skip
    return ArticleRevised(
        at=at, article=name, revision=number, before_sha256=content(number - 1).digest(), sha256=now.digest(),
        operations=(Replace(1, now.blocks),), fields={"title": now.title}, edits=(), summary="", last_seen_before=at,
        access="full", evidence=evidence,
    )  # fmt: skip
