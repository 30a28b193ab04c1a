"""Laws of random nights: the account balances after every single write, whatever is killed; in the end nothing is lost and nothing is told twice."""

from __future__ import annotations

import random
from collections import Counter
from datetime import time, timedelta
from zoneinfo import ZoneInfo

import msgspec
import pytest
from accounting import AGAIN, Ledger

from monitor.core.policy import silences
from monitor.core.policy.quiet import Quiet
from monitor.core.policy.routing import Digest
from monitor.core.policy.silences import Inhibition
from monitor.ports import Append, Batch

MINUTE = timedelta(minutes=1)
SEVERITIES = ("info", "warning", "critical")


class Balanced:
    """The log, with an account that must balance after every write; from time to time the process is killed at one."""

    def __init__(self, log, chance, killed, deaths):
        self._log, self._chance, self._killed, self.deaths = log, chance, killed, deaths
        self.ledger, self._seen, self.writes = Ledger(), set(), 0

    def __getattr__(self, name):
        return getattr(self._log, name)

    async def commit(self, batch):
        dies = self.deaths and self._chance.random() < self.deaths
        if dies and self._chance.random() < 0.5:
            raise self._killed
        recorded = await self._log.commit(batch)
        self.check(recorded)
        if dies:
            raise self._killed
        return recorded

    def check(self, recorded):
        for one in recorded:
            if one.id not in self._seen:
                self._seen.add(one.id)
                self.ledger.read(one.event)
        self.writes += 1
        account = self.ledger.account()
        assert account.balances, account
        assert self.ledger.missing() == []


def routes(desk):
    night = Quiet(time(22), time(7), ZoneInfo("Europe/Paris"))
    calm = desk.route("2.1", matchers={"severity": ("info",)}, digest=Digest("3h", lambda _now: timedelta(hours=3)))
    return (
        desk.route("1", matchers={"severity": ("critical",)}, notify=("desk",), continues=True, remind=30 * MINUTE),
        desk.route("2", matchers={"watchlist": ("war",)}, notify=("desk", "night"), group_by=("watchlist", "site"), quiet=night, group_limit=5, routes=(calm,)),
        desk.route("3", matchers={"watchlist": ("raqqa",)}, min_sources=2, within=20 * MINUTE, quiet=night),
        desk.route("4", throttle=15 * MINUTE, group_by=("entity",), group_wait=MINUTE, notify=("archive",)),
    )  # fmt: skip


class Night:
    """What may happen, chosen by chance."""

    def __init__(self, desk, seed, killed, deaths=0.0):
        self.desk, self.chance, self.killed = desk, random.Random(seed), killed
        self.plain, self.deaths = desk.log, deaths
        self.log = desk.log = Balanced(desk.log, self.chance, killed, 0.0)
        self.articles: list[tuple[str, str, int]] = []

    async def step(self):
        deed = self.chance.choice(
            [self.alert, self.alert, self.alert, self.wait, self.wait, self.turn, self.silence, self.revert]
        )
        await deed()
        await self.work()

    async def work(self):
        """What happens outside is never killed, only Monitor is."""
        self.log.deaths, done = self.deaths, False
        while not done:
            try:
                await self.desk.settle()
                done = True
            except self.killed:
                await self.plain.release_the_dead()
        self.log.deaths = 0.0

    async def alert(self):
        for _ in range(self.chance.choice([1, 1, 2, 7])):
            site = self.chance.choice(["post.example", "wire.example", "late.example"])
            if self.articles and self.chance.random() < 0.4:
                article, site, revision = self.articles.pop(self.chance.randrange(len(self.articles)))
            else:
                article, revision = await self.desk.publish(site=site), 0
            self.articles.append((article, site, revision + 1))
            await self.desk.alert(
                article, site=site, revision=revision + 1, how="edit" if revision else "new",
                watchlist=self.chance.choice(["war", "raqqa", "fire"]), severity=self.chance.choice(SEVERITIES),
                notify=self.chance.choice([("desk",), ("archive", "night"), (), ("gone",)]),
                entities=self.chance.choice([("raqqa",), ("paris", "raqqa"), ()]), backlog=self.chance.random() < 0.1,
            )  # fmt: skip

    async def wait(self):
        self.desk.clock.at += self.chance.choice([timedelta(seconds=5), MINUTE, 10 * MINUTE, timedelta(hours=4)])

    async def turn(self):
        channel = self.desk.channels[self.chance.choice(list(self.desk.channels))]
        channel.away = not channel.away

    async def silence(self):
        home = self.plain.partition_of(silences.ENTITY)
        head = await self.plain.load(home, silences.ENTITY)
        mutes, now = silences.decode(head.snapshot), self.desk.clock.at
        matchers = {"site": (self.chance.choice(["post.*", "wire.example"]),)}
        event = silences.set_silence(mutes, matchers, at=now, until=now + 5 * MINUTE, comment=str(now), by="test")
        snapshot = msgspec.json.encode(silences.fold(mutes, event))
        await self.plain.commit(Batch(home, appends=(Append(silences.ENTITY, head, (event,), snapshot),)))

    async def revert(self):
        if self.articles:
            article, site, revision = self.articles.pop()
            self.articles.append((article, site, revision + 1))
            await self.desk.revert(article, revision + 1, max(1, revision - 1))

    async def morning(self):
        """Every channel is back, and all that waits has its time."""
        for channel in self.desk.channels.values():
            channel.away = False
        for _ in range(12):
            self.desk.clock.at += timedelta(hours=8)
            await self.work()


@pytest.mark.parametrize("deaths", [0.0, 0.05], ids=["", "with kills"])
@pytest.mark.parametrize("seed", range(2))
async def test_raised_is_delivered_dead_scheduled_held_suppressed_and_grouped_after_every_write(
    desk, killed, seed, deaths
):
    inhibition = Inhibition(
        "1", by={"severity": ("critical",)}, match={"severity": ("info",)}, equal=("site",), lasting=5 * MINUTE
    )
    desk.routes(*routes(desk), inhibitions=[inhibition])
    night = Night(desk, seed, killed, deaths)
    for _ in range(25):
        await night.step()
    await night.morning()
    assert night.log.writes > 100
    events = await desk.events()
    account = Ledger(events).account()
    assert account.balances
    assert (account.scheduled, account.held, account.grouped, account.dead) == (0, 0, 0, 0)
    assert account.raised == account.delivered + account.suppressed
    formed = [event for event in await desk.formed() if event.kind not in AGAIN]
    told = Counter((alert, event.channel) for event in formed for alert in event.alerts)
    assert set(told.values()) <= {1}, "nobody is told twice of one alert"
    for name, channel in desk.channels.items():
        taken = {notification for notification, _ in channel.sent}
        assert {event.notification for event in formed if event.channel == name} <= taken


async def test_the_law_notices_a_lost_telling(desk, killed):
    """The check is no empty one: a message that vanishes from the log unbalances the account."""
    desk.routes(desk.route(notify=("desk", "archive")), desk.route("2"))
    desk.routes(desk.route(notify=("desk", "archive"), throttle=MINUTE))
    article = await desk.publish()
    await desk.alert(article)
    await desk.alert(article, revision=2, how="edit", notify=())
    await desk.settle()
    events = await desk.events()
    routed = next(event for event in events if type(event).__name__ == "AlertRouted")
    lost = [event for event in events if getattr(event, "alert", None) != routed.alert or event is routed]
    assert Ledger(events).missing() == []
    assert Ledger(lost).missing() != []
