"""A news desk: a real log of three partitions whose time a test turns on, with policy and delivery that work until nothing is due."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
import redis
from accounting import Account, Ledger

from monitor.core.article import Article, encode
from monitor.core.content import Block, Content
from monitor.core.events import (
    AlertRaised,
    AnyEvent,
    ArticleRestored,
    ArticleRevised,
    Evidence,
    NotificationFormed,
    entity_id,
    type_of,
)
from monitor.core.policy.routing import Handling, Route
from monitor.ports import Append, Batch, Outcome
from monitor.stages import deliver, jobs, policy
from monitor.stages.policy import Router, Rules
from monitor.stages.waiting import Waker
from monitor.store import RedisLog, open_log

MONDAY = datetime(2015, 11, 16, 12, tzinfo=UTC)
CHANNELS = ("desk", "archive", "night")
TEXT = " ".join(f"word{number} said the ministry of defence on sunday night" for number in range(30))


@dataclass
class Clock:
    at: datetime = MONDAY

    def __call__(self) -> datetime:
        return self.at


@dataclass
class Channel:
    """Takes everything, unless it is told to be away."""

    sent: list[tuple[str, dict]] = field(default_factory=list)
    away: bool = False

    async def send(self, notification: str, body: str, *, at: datetime, thread: str = "") -> Outcome:
        if self.away:
            return Outcome("retry", reason="http_500", status=500)
        self.sent.append((notification, json.loads(body)))
        return Outcome("delivered", status=200)


class Killed(BaseException):
    """The process is gone, at this very write."""


class Dying:
    """The log until its next `left` commits are done; then the process is killed, after the write or before it."""

    def __init__(self, log: RedisLog, left: int, *, after: bool) -> None:
        self._log, self._left, self._after = log, left, after

    def __getattr__(self, name):
        return getattr(self._log, name)

    async def commit(self, batch: Batch):
        self._left -= 1
        if self._left < 0 and not self._after:
            raise Killed
        recorded = await self._log.commit(batch)
        if self._left < 0:
            raise Killed
        return recorded


@dataclass
class Newsdesk:
    log: RedisLog
    clock: Clock
    rules: Rules = field(default_factory=Rules)
    channels: dict[str, Channel] = field(default_factory=lambda: {name: Channel() for name in CHANNELS})
    articles: int = 0

    def routes(self, *routes: Route, inhibitions=()) -> None:
        self.rules = Rules(routes, tuple(inhibitions))

    def route(self, name: str = "1", *, matchers=None, continues=False, routes=(), **handling) -> Route:
        return Route(name, matchers or {}, Handling(**handling), continues, tuple(routes))

    # --- what happens ------------------------------------------------------------------------------------------------

    async def publish(self, text: str = TEXT, *, site: str = "post.example") -> str:
        """An article with this text; only its state is of interest here."""
        self.articles += 1
        url = f"https://{site}/a{self.articles}"
        name, content = entity_id("article", url), Content("Strikes on Raqqa", blocks=(Block("paragraph", text),))
        article = Article(name, url, site.partition(".")[0], content, content.digest(), self.clock.at, self.clock.at)
        await self._append(name, name, snapshot=encode(article))
        return name

    async def alert(
        self, article: str | None = None, *, watchlist="war", severity="warning", revision=1, how="new", notify=("desk",),
        backlog=False, site="post.example", entities=("raqqa",), changes=("appeared",),
    ) -> str:  # fmt: skip
        article = article or await self.publish(f"{self.articles} {TEXT[self.articles :]}", site=site)
        alert = entity_id("alert", article, str(revision), watchlist, how)
        data = {
            "id": alert, "schema": 1, "test": False, "summary": f"Post: “act of war” {alert[-4:]}", "watchlist": watchlist,
            "severity": severity, "changes": list(changes), "how": how, "supersedes": None, "copies": None, "cut": [],
            "article": {"id": article, "url": f"https://{site}/{article}", "feed": site.partition(".")[0], "headline": "Strikes"},
            "hits": [{"entity": entity, "term": entity, "sentence": "x", "marks": []} for entity in entities], "edits": [],
        }  # fmt: skip
        event = AlertRaised(
            self.clock.at, alert, article, revision, watchlist, severity, changes, notify, backlog, data
        )
        await self._append(alert, article, event)
        return alert

    async def revert(self, article: str, revision: int, to: int) -> None:
        evidence = Evidence(self.clock.at, "https://post.example/a1", 200, "0" * 64, "test")
        event = ArticleRevised(
            self.clock.at, article, revision, "a", "b", (), {}, (), "Reverted.", self.clock.at, "full", evidence, to
        )
        await self._append(entity_id("revision", article, str(revision)), article, event)

    async def restore(self, article: str, revision: int) -> None:
        event = ArticleRestored(self.clock.at, article, revision, self.clock.at)
        await self._append(entity_id("restored", article), article, event)

    async def _append(self, entity: str, home: str, *events: AnyEvent, snapshot: bytes = b"") -> None:
        partition = self.log.partition_of(home)
        head = await self.log.load(partition, entity)
        await self.log.commit(Batch(partition, appends=(Append(entity, head, events, snapshot or head.snapshot),)))

    # --- the daemon --------------------------------------------------------------------------------------------------

    async def settle(self, log=None) -> None:
        """Work until nothing is left to do at this moment. `log` may be one that dies."""
        while await self._round(log or self.log):
            pass

    async def after(self, **duration: float) -> None:
        """Let time pass and settle."""
        self.clock.at += timedelta(**duration)
        await self.settle()

    async def _round(self, log) -> int:
        router = Router(log, dict.fromkeys(self.channels, "webhook"), self.rules)
        dispatcher = deliver.Dispatcher(log, {})
        done = 0
        for partition in range(log.partitions):
            done += await self._handle(log, policy.GROUP, partition, router)
            done += await self._work(log, jobs.POLICY, partition, Waker(log, self.rules.routes))
            done += await self._handle(log, deliver.GROUP, partition, dispatcher)
            done += await self._handle(log, "match", partition, _acked(log))
            for name, channel in self.channels.items():
                courier = deliver.Courier(log, name, channel)
                done += await self._work(log, jobs.deliveries_of(name), partition, courier)
        return done

    async def _handle(self, log, group, partition, handle) -> int:
        done = 0
        async with aclosing(log.consume(group, partition)) as batches:
            async for batch in batches:
                for consumed in batch:
                    await handle(consumed)
                    done += 1
                if not batch:
                    return done
        return done

    async def _work(self, log, kind, partition, work) -> int:
        claims = await log.claim(kind, partition, 100, 60.0)
        for claim in claims:
            await work(claim)
        return len(claims)

    # --- what came of it ---------------------------------------------------------------------------------------------

    async def events(self, *kinds: str) -> list[AnyEvent]:
        found = [recorded for partition in range(self.log.partitions) async for recorded in self.log.read(partition)]
        return [one.event for one in found if not kinds or type_of(one.event) in kinds]

    async def formed(self) -> list[NotificationFormed]:
        return await self.events("notification.formed")

    def told(self, channel: str = "desk") -> list[dict]:
        """The bodies that a channel got, in order."""
        return [body for _, body in self.channels[channel].sent]

    async def reasons(self) -> list[str]:
        return [event.reason for event in await self.events("alert.suppressed")]

    async def account(self) -> Account:
        return Ledger(await self.events()).account()


def _acked(log):
    async def ack(consumed):
        await log.commit(Batch(consumed.ack.partition, ack=consumed.ack))

    return ack


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def desk(valkey_url: str, tmp_path, clock: Clock) -> AsyncIterator[Newsdesk]:
    with redis.Redis.from_url(valkey_url) as client:
        client.flushall()
    async with open_log(valkey_url, data_dir=tmp_path, partitions=3, now=clock) as log:
        yield Newsdesk(log, clock)


@pytest.fixture
def dying() -> Callable[..., Dying]:
    return Dying


@pytest.fixture
def killed() -> type[BaseException]:
    return Killed
