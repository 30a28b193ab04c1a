"""The loops of a running Monitor: those that one configuration's parts ask for, and those that go on under any. It starts none."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from monitor.config import Config
from monitor.net.hosts import is_within
from monitor.net.manners import PoliteNet
from monitor.parts import Ground, Parts
from monitor.ports import Claim, Consumed, Log
from monitor.rules import (
    NAME,
    archiving_of,
    audience_of,
    certificates_of,
    feeds_of,
    keeping_of,
    pages_of,
    rechecks_of,
    retention_of,
    rules_of,
)
from monitor.stages import archive, deliver, follow, jobs, match, policy, project, retention
from monitor.stages.disk import Disk
from monitor.stages.fetch import Fetcher
from monitor.stages.gate import Gate
from monitor.stages.heartbeat import Heart, beating
from monitor.stages.once import Once
from monitor.stages.poll import Poller
from monitor.stages.templates import Threshold
from monitor.stages.trusting import Trusting, feed_of, source_of
from monitor.stages.waiting import Waker
from monitor.stages.websub import Hubs, Subscriber
from monitor.stages.work import Pace, one_lane, over_events, over_timers
from monitor.store.views import FILE as VIEWS
from monitor.store.views import Reader, renewed

TICK = 0.1  # seconds: how late a due timer may be noticed when nothing rings the bell
POLL_LEASE = 120.0  # seconds; longer than the longest exchange and parse
FETCH_LEASE = 120.0
DELIVER_LEASE = 120.0
POLICY_LEASE = 60.0
WEBSUB_LEASE = 60.0
SUBSCRIBING_AT_ONCE = 4  # feeds of a partition
WAKING_AT_ONCE = 4  # of policy's timers in a partition
DELIVERIES_AT_ONCE = {"webhook": 4}  # of one channel; all others tell one thing after another
GROUPS = (match.GROUP, policy.GROUP, deliver.GROUP, project.GROUP)
READERS = (jobs.POLL, jobs.FETCH)
RENEWAL = 30.0  # seconds between two looks whether the views tell what retention has dropped
SWEEP = 3_600.0  # seconds between two looks for captures that may go


Loop = Callable[[], Coroutine[Any, Any, None]]
Work = Callable[[Claim], Awaitable[None]]
Handle = Callable[[Consumed], Awaitable[None]]
LaneOf = Callable[[Consumed], Hashable]


@dataclass(slots=True)
class Loops:
    """The loops of one configuration: those over timers, which end by themselves when told to, and those over events.

    `at_once` are those that may begin while loops of their name are still finishing work under another configuration.
    """

    log: Log
    timers: dict[str, Loop] = field(default_factory=dict)
    events: dict[str, Loop] = field(default_factory=dict)
    paces: dict[str, Pace] = field(default_factory=dict)
    once: dict[tuple[str, int], Once] = field(default_factory=dict)
    every: dict[str, float] = field(default_factory=dict)  # seconds between two rings, where it is not TICK
    at_once: set[str] = field(default_factory=set)

    def pace(self, name: str) -> Pace:
        """The pace of a loop, made at the first asking."""
        return self.paces.setdefault(name, Pace())

    def work(
        self, kind: str, at: int, work: Work, concurrency: int, lease: float, gate: Gate | Disk | None = None
    ) -> None:
        """Add the loop over one kind of timers of a partition."""
        name = f"{kind}@{at}"
        self.timers[name] = partial(
            over_timers, self.log, kind, at, work, self.pace(name), concurrency=concurrency, lease=lease, gate=gate
        )
        if kind in READERS:
            self.at_once.add(name)

    def in_order_of_ending(self) -> tuple[list[Pace], list[Pace]]:
        """The paces of the loops over events, of which an idle one takes a moment to notice; then of those that claim."""
        events = [self.paces[name] for name in self.events]
        claiming = [pace for name, pace in self.paces.items() if name not in self.events and name not in self.every]
        return events, claiming

    def follow(self, group: str, at: int, handle: Handle, lane_of: LaneOf = one_lane) -> None:
        """Add the loop over the events of a partition that a group has not acked."""
        name = f"{group}@{at}"
        self.events[name] = partial(over_events, self.log, group, at, handle, self.pace(name), lane_of)


def steady_loops(ground: Ground, config: Config) -> dict[str, Loop]:
    """The loops that no configuration changes, over events and over what is followed."""
    loops: dict[str, Loop] = {
        f"{project.GROUP}@{at}": partial(project.run, ground.log, ground.views, at, ground.disk)
        for at in range(ground.log.partitions)
    }
    for at, archivist in enumerate(ground.archivists):
        loops[f"{archive.GROUP}@{at}"] = partial(
            archive.run, archivist, archiving_of(config), ground.disk, keeping_of(config)
        )
    if keeping_of(config):
        loops["renewing"] = partial(_renewing, ground, config.data_dir / VIEWS)
    return loops


async def _renewing(ground: Ground, path: Path) -> None:
    """Make the views again whenever retention has dropped what they tell, for ever."""
    while True:
        await ground.disk.until_taken(partial(renewed, ground.log, path, ground.views))
        await asyncio.sleep(RENEWAL)


def loops_of(parts: Parts, *, ending: bool = False) -> Loops:
    """The loops of all stages over all partitions. With `ending`, nothing is polled or read twice."""
    hubs = None if ending else _hubs(parts)
    loops, readers = Loops(parts.log), _readers(parts, hubs)
    for partition in range(parts.log.partitions):
        for kind, (work, lease) in readers.items():
            if ending:
                work = loops.once[kind, partition] = Once(parts.log, work)  # noqa: PLW2901  # the same work, done once
            loops.work(kind, partition, work, parts.config.polling.concurrency, lease, parts.ground.disk)
        if hubs is not None:
            loops.work(jobs.WEBSUB, partition, _subscriber(parts), SUBSCRIBING_AT_ONCE, WEBSUB_LEASE)
        _add_deciding(loops, parts, partition)
        _add_telling(loops, parts, partition)
    _add_heartbeat(loops, parts)
    _add_sweeper(loops, parts)
    return loops


def _hubs(parts: Parts) -> Hubs | None:
    """What the poller is told of hubs, where they can reach us."""
    web = parts.config.web
    return Hubs(parts.log) if web and web.websub_url else None


def _subscriber(parts: Parts) -> Subscriber:
    """Who asks hubs to push."""
    config = parts.config
    address = str(config.web.websub_url) if config.web else ""

    def is_own(url: str) -> bool:
        return is_within(urlsplit(url).hostname or "", config.polling.allow_private)

    return Subscriber(parts.log, parts.net, config.feeds.keys(), address, is_own)


def _readers(parts: Parts, hubs: Hubs | None) -> dict[str, tuple[Work, float]]:
    """Who polls feeds and who reads articles, and for how long each claims: one for all partitions, since hosts are the same."""
    config, log, ground = parts.config, parts.log, parts.ground
    feeds, pages = feeds_of(config), pages_of(config)
    polite = PoliteNet(parts.net, NAME, _Named({page.url for page in pages.values()}, ground.followed), ground.robots)
    poller = Poller(log, parts.net, ground.parser, feeds, lambda: parts.eyes.blind, hubs)
    fetcher = Fetcher(
        log, polite, ground.parser, ground.captures, feeds | pages, rechecks_of(config), parts.eyes, ground.followed
    )
    certificates = certificates_of(config)
    polling: Work = Trusting(poller, certificates, feed_of) if certificates else poller
    fetching: Work = Trusting(fetcher, certificates, source_of) if certificates else fetcher
    return {jobs.POLL: (polling, POLL_LEASE), jobs.FETCH: (fetching, FETCH_LEASE)}


@dataclass(frozen=True, slots=True)
class _Named:
    """The addresses that the user named himself: single pages of the configuration, and those followed for a while."""

    pages: set[str]
    followed: follow.Followed

    def __contains__(self, url: object) -> bool:
        return url in self.pages or url in self.followed


def _add_deciding(loops: Loops, parts: Parts, partition: int) -> None:
    """Matching watchlists, and whom an alert is told."""
    config, rules = parts.config, rules_of(parts.config)
    matcher = match.Matcher(
        parts.log,
        parts.rulebook,
        match.Heat(config.defaults.hot.every, config.defaults.hot.lasting),
        ruleset=config.digest,
        public_url=str(config.public_url) if config.public_url else None,
        threshold=Threshold(config.defaults.template_after.articles, config.defaults.template_after.within),
        followed=parts.ground.followed,
    )
    loops.follow(match.GROUP, partition, matcher, match.LANES)
    router = policy.Router(parts.log, {name: channel.type for name, channel in config.channels.items()}, rules)
    loops.follow(policy.GROUP, partition, router, policy.lanes(rules))
    loops.work(jobs.POLICY, partition, Waker(parts.log, rules.routes), WAKING_AT_ONCE, POLICY_LEASE)


def _add_telling(loops: Loops, parts: Parts, partition: int) -> None:
    """Delivering messages, each channel by itself."""
    for channel, notifier in parts.notifiers.items():
        gate, at_once = parts.gates[channel], DELIVERIES_AT_ONCE.get(parts.config.channels[channel].type, 1)
        courier = deliver.Courier(parts.log, channel, notifier, gate)
        loops.work(jobs.deliveries_of(channel), partition, courier, at_once, DELIVER_LEASE, gate)
    bells = {channel: loops.pace(f"{jobs.deliveries_of(channel)}@{partition}") for channel in parts.notifiers}
    dispatcher = deliver.Dispatcher(parts.log, bells, audience_of(parts.config))
    loops.follow(deliver.GROUP, partition, dispatcher, deliver.lane_of)


def _add_sweeper(loops: Loops, parts: Parts) -> None:
    """The loop that lets old captures go."""
    path, ground = parts.config.data_dir / VIEWS, parts.ground

    @contextmanager
    def needs() -> Iterator[Callable[[str], bool]]:
        with Reader(path) as reader:
            yield reader.needs

    sweeper = retention.Sweeper(parts.log, ground.views, ground.captures, needs, retention_of(parts.config))
    loops.every["captures"] = SWEEP
    loops.timers["captures"] = partial(retention.sweeping, sweeper, loops.pace("captures"))


def _add_heartbeat(loops: Loops, parts: Parts) -> None:
    """The loop of the heartbeat, where anybody is to hear it."""
    wanted = parts.config.heartbeat
    if not wanted.notify:
        return
    heart = Heart(
        parts.log,
        {channel: parts.notifiers[channel] for channel in wanted.notify},
        groups=GROUPS,
        kinds=READERS,
        answering=lambda: [channel for channel, gate in parts.gates.items() if not gate.resting],
        behind=wanted.behind.total_seconds(),
    )
    loops.every["heartbeat"] = wanted.every.total_seconds()
    loops.timers["heartbeat"] = partial(beating, heart, loops.pace("heartbeat"))
