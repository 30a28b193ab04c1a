"""A small recorded history: a story that breaks, is revised, reverted and told of; another that goes; feeds that work and fail."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from monitor.core.content import Block, Content
from monitor.core.events import (
    Absence,
    AlertRaised,
    AlertSuppressed,
    AnyEvent,
    ArticleDiscovered,
    ArticleGone,
    ArticleRevised,
    DeliveryDied,
    DeliveryFailed,
    DeliverySucceeded,
    Evidence,
    FeedBaselined,
    FeedFailing,
    NotificationFormed,
    entity_id,
)
from monitor.core.revision.align import align
from monitor.core.revision.classify import edits, summary
from monitor.core.urls import aliases, article_id
from monitor.ports import Append, Batch, Log
from monitor.stages.jobs import Message
from monitor.store.views import FILE, Views

START = datetime(2015, 11, 15, 20, 40, tzinfo=UTC)
STORY = "https://post.example/a1"
WITHDRAWN = (
    "https://post.example/2015/11/15/a-rather-long-address-of-an-article-about-the-strikes-on-raqqa-and-elsewhere.html"
)
HOSTILE = "ISIL, \x1b[31mDaesh\x1b[0m, IS [red]what[/red] is :smile: in a name \x1b]0;owned\x07\u202egnorw\u202c \x9b2J\nand why"

CONFIG = """
timezone = "Europe/Paris"
data_dir = "data"
[feeds.post]
url = "https://post.example/rss"
[feeds.local]
url = "https://local.example/feed.xml"
[pages.communique]
url = "https://mod.example/communiques/raqqa"
[watchlists.act-of-war]
phrases = ["act of war"]
notify = ["desk"]
[channels.desk]
type = "webhook"
url = "https://desk.example/hook"
secret_env = "A_SECRET_THAT_A_READER_DOES_NOT_HAVE"
"""


def paragraphs(*texts: str) -> tuple[Block, ...]:
    return tuple(Block("paragraph", text) for text in texts)


FIRST = Content(
    title="France strikes Raqqa, ministry says",
    byline="By Anna Lind",
    published=START,
    blocks=paragraphs(
        "French jets dropped 20 bombs on Raqqa on Sunday night, the defence ministry said.",
        "The raid was launched from Jordan and the United Arab Emirates.",
        "President Hollande spoke at noon.",
    ),
)
SECOND = Content(
    title="Hollande: attacks were “an act of war”",
    byline="By Anna Lind",
    published=START,
    blocks=paragraphs(
        "French jets dropped 30 bombs on Raqqa on Sunday night, the defence ministry said.",
        "The raid was launched from Jordan and the United Arab Emirates.",
        "Hollande called it “an act of war”.",
    ),
)


class Desk:
    """Writes events into a log as the stages would."""

    def __init__(self, log: Log) -> None:
        self.log = log

    async def record(self, entity: str, home: str, *events: AnyEvent, snapshot: bytes = b"") -> None:
        partition = self.log.partition_of(home)
        head = await self.log.load(partition, entity)
        await self.log.commit(Batch(partition, appends=(Append(entity, head, events, snapshot),)))

    async def discover(self, url: str, content: Content, at: datetime) -> str:
        article = article_id(url)
        facts: dict[str, Any] = {
            "aliases": aliases([url, f"{url}?amp=1"]),
            "tags": ("tier1",),
            "backlog": False,
            "access": "full",
        }
        event = ArticleDiscovered(
            at=at,
            article=article,
            url=url,
            source="post",
            content=content,
            sha256=content.digest(),
            evidence=evidence(url, at),
            **facts,
        )
        await self.record(article, article, event)
        return article

    async def revise(self, article: str, number: int, old: Content, new: Content, at: datetime, **more: Any) -> None:
        steps = align(old.blocks, new.blocks)
        found = edits(old, new)
        fields = {"title": new.title} if old.title != new.title else {}
        event = ArticleRevised(
            at=at,
            article=article,
            revision=number,
            before_sha256=old.digest(),
            sha256=new.digest(),
            operations=steps,
            fields=fields,
            edits=found,
            summary=summary(found),
            last_seen_before=at - timedelta(minutes=8),
            access="full",
            evidence=evidence(STORY, at),
            **more,
        )
        await self.record(article, article, event)

    async def alert(self, article: str, watchlist: str, severity: str, at: datetime, line: str) -> str:
        alert = entity_id("alert", article, "2", watchlist)
        hit = {
            "term": "act of war",
            "change": "appeared",
            "zone": "body",
            "sentence": "Hollande called it “an act of war”.",
            "marks": [[23, 33]],
        }
        data = {"id": alert, "schema": 1, "summary": line, "article": {"url": STORY}, "hits": [hit]}
        event = AlertRaised(
            at=at, alert=alert, article=article, revision=2, watchlist=watchlist, severity=severity,
            changes=("appeared",), notify=("desk",), backlog=False, data=data,
        )  # fmt: skip
        await self.record(alert, article, event)
        return alert

    async def tell(self, alert: str, article: str, at: datetime, *, dead: bool) -> str:
        message = entity_id("msg", alert, "desk")
        formed = NotificationFormed(
            at=at, notification=message, channel="desk", alerts=(alert,), article=article, body="{}"
        )
        about: dict[str, Any] = {"notification": message, "channel": "desk"}
        first = DeliveryFailed(
            at=at, attempt=1, reason="status", detail="Bad Gateway", status=502, retry_in=5.0, **about
        )
        later = at + timedelta(seconds=5)
        died = DeliveryDied(at=later, attempt=2, reason="refused", detail="nobody listens", status=None, **about)
        went = DeliverySucceeded(at=later, attempt=2, status=204, seconds=0.031, **about)
        state = Message(message, "desk", article, "{}", attempts=2, state="dead" if dead else "delivered")
        snapshot = msgspec.json.encode(state)
        await self.record(message, article, formed, first, died if dead else went, snapshot=snapshot)
        return message

    async def feeds(self) -> None:
        post = FeedBaselined(
            at=START, feed="post", url="https://post.example/rss", title="The Post", entries=20, backlog=12
        )
        wire = FeedFailing(
            at=START, feed="wire", url="https://wire.example/atom", reason="timeout", detail="30 s", status=None, failures=4, last_ok=None
        )  # fmt: skip
        await self.record("feed_post", "post", post)
        await self.record("feed_wire", "wire", wire)


def evidence(url: str, at: datetime) -> Evidence:
    return Evidence(fetched_at=at, url=f"{url}?final", status=200, raw_sha256="ab" * 32, extractor="test/1")


async def record_history(desk: Desk) -> None:
    await desk.feeds()
    story = await desk.discover(STORY, FIRST, START)
    noticed = START + timedelta(minutes=31, seconds=7)
    await desk.revise(story, 2, FIRST, SECOND, noticed)
    await desk.revise(story, 3, SECOND, FIRST, noticed + timedelta(minutes=31), reverted_to=1)
    war = await desk.alert(
        story, "act-of-war", "critical", noticed, "Post: edited in, Hollande quote “act of war” (paragraph 3)"
    )
    raqqa = await desk.alert(
        story, "raqqa", "warning", noticed + timedelta(minutes=1), f"Post: Raqqa appeared {HOSTILE}"
    )
    quiet = await desk.alert(story, "quiet", "info", noticed + timedelta(minutes=2), "recorded only")
    await desk.record(quiet, story, AlertSuppressed(at=noticed, alert=quiet, reason="no_channel"))
    await desk.tell(war, story, noticed, dead=True)
    await desk.tell(raqqa, story, noticed, dead=False)
    other = await desk.discover(WITHDRAWN, msgspec.structs.replace(FIRST, title=HOSTILE), START + timedelta(minutes=1))
    looks = (Absence(START + timedelta(hours=2), 404, "not_found"), Absence(START + timedelta(hours=30), 410, "gone"))
    gone = ArticleGone(
        at=START + timedelta(hours=30), article=other, revision=1, last_present=START + timedelta(hours=1), absent=looks
    )
    await desk.record(other, other, gone)


async def project(log: Log, folder: Path) -> None:
    with Views(folder / "data" / FILE) as views:
        for partition in range(log.partitions):
            views.apply([recorded async for recorded in log.read(partition)])
