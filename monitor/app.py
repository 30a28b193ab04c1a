"""The composition root: a configuration becomes parts, and the parts run in one task group until they are told to stop. Decides nothing.

The order of stopping: no new claims, work under way is finished, what was read from the log is dealt with, then the log itself.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Hashable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import structlog

from monitor import __version__, systemd
from monitor.config import Config
from monitor.core.watch.evaluate import Rulebook
from monitor.net import open_net
from monitor.net.manners import PoliteNet
from monitor.notifiers import KINDS
from monitor.ports import Archivist, Captures, Claim, Consumed, Limits, Log, Net, Notifier, Parser, Projection
from monitor.rules import (
    NAME,
    archiving_of,
    audience_of,
    feeds_of,
    pages_of,
    rechecks_of,
    retention_of,
    rulebook_of,
    rules_of,
    user_agent,
)
from monitor.scheduling import ticking
from monitor.sources.pool import open_pool
from monitor.stages import archive, deliver, jobs, match, policy, project, retention
from monitor.stages.disk import Disk, WatchedCaptures
from monitor.stages.fetch import Fetcher, arrange_pages
from monitor.stages.gate import Gate
from monitor.stages.heartbeat import Heart, beating
from monitor.stages.once import Once
from monitor.stages.poll import Poller, arrange
from monitor.stages.sight import Eyes, WatchedNet
from monitor.stages.templates import Threshold
from monitor.stages.waiting import Waker
from monitor.stages.work import Pace, one_lane, over_events, over_timers
from monitor.store import open_log
from monitor.store.captures import FOLDER as CAPTURES
from monitor.store.captures import FileCaptures
from monitor.store.durable import probe
from monitor.store.views import FILE as VIEWS
from monitor.store.views import Reader, Views

logger = structlog.get_logger()

TICK = 0.1  # seconds: how late a due timer may be noticed when nothing rings the bell
POLL_LEASE = 120.0  # seconds; longer than the longest exchange and parse
FETCH_LEASE = 120.0
DELIVER_LEASE = 120.0
POLICY_LEASE = 60.0
WAKING_AT_ONCE = 4  # of policy's timers in a partition
DELIVERIES_AT_ONCE = {"webhook": 4}  # of one channel; all others tell one thing after another
GROUPS = (match.GROUP, policy.GROUP, deliver.GROUP, project.GROUP)
LOOK = 1.0  # seconds between two looks at how Monitor itself stands
SWEEP = 3_600.0  # seconds between two looks for captures that may go
DRAIN = 20.0  # seconds that work under way gets to finish when the daemon is told to stop
CATCH_UP = 3.0  # seconds that the followers then get


Work = Callable[[Claim], Awaitable[None]]
Handle = Callable[[Consumed], Awaitable[None]]
LaneOf = Callable[[Consumed], Hashable]


@dataclass(frozen=True, slots=True)
class Parts:
    """Everything that a running Monitor is made of, ready to run."""

    config: Config
    log: Log
    net: Net
    parser: Parser
    captures: Captures
    views: Projection
    rulebook: Rulebook
    notifiers: Mapping[str, Notifier]
    gates: Mapping[str, Gate]
    eyes: Eyes
    disk: Disk
    archivists: Sequence[Archivist] = ()  # of each partition, where events are archived


@dataclass(slots=True)
class Loops:
    """The loops of a daemon: those over timers, which end by themselves when told to, and those over events."""

    log: Log
    timers: dict[str, Coroutine[Any, Any, None]] = field(default_factory=dict)
    events: dict[str, Coroutine[Any, Any, None]] = field(default_factory=dict)
    paces: dict[str, Pace] = field(default_factory=dict)
    once: dict[tuple[str, int], Once] = field(default_factory=dict)
    every: dict[str, float] = field(default_factory=dict)  # seconds between two rings, where it is not TICK

    def pace(self, name: str) -> Pace:
        """The pace of a loop, made at the first asking."""
        return self.paces.setdefault(name, Pace())

    def work(
        self, kind: str, at: int, work: Work, concurrency: int, lease: float, gate: Gate | Disk | None = None
    ) -> None:
        """Add the loop over one kind of timers of a partition."""
        name = f"{kind}@{at}"
        self.timers[name] = over_timers(
            self.log, kind, at, work, self.pace(name), concurrency=concurrency, lease=lease, gate=gate
        )

    def follow(self, group: str, at: int, handle: Handle, lane_of: LaneOf = one_lane) -> None:
        """Add the loop over the events of a partition that a group has not acked."""
        name = f"{group}@{at}"
        self.events[name] = over_events(self.log, group, at, handle, self.pace(name), lane_of)


@asynccontextmanager
async def assembled(config: Config) -> AsyncIterator[Parts]:
    """Open everything that a configuration names, in order; close it in the reverse order."""
    rulebook = rulebook_of(config)
    async with AsyncExitStack() as stack:
        log = await stack.enter_async_context(
            open_log(
                config.redis.url.get_secret_value(),
                data_dir=config.data_dir,
                partitions=config.redis.partitions,
                archiving=config.archiving,
            )
        )
        archivists = [
            await stack.enter_async_context(log.archivist(at)) for at in range(log.partitions) if config.archiving
        ]
        net = await stack.enter_async_context(
            open_net(
                user_agent=user_agent(config.polling.contact),
                allow_private=config.polling.allow_private,
                concurrency=config.polling.concurrency,
                per_host=config.polling.per_host,
                limits=Limits(total_seconds=config.polling.timeout.total_seconds()),
            )
        )
        parser = await stack.enter_async_context(open_pool(config.polling.parsers))
        views = stack.enter_context(Views(config.data_dir / VIEWS))
        notifiers = {name: KINDS[channel.type](channel, net) for name, channel in config.channels.items()}
        disk = Disk(partial(probe, config.data_dir))
        captures = WatchedCaptures(FileCaptures(config.data_dir / CAPTURES), disk)
        gates = await gates_of(config, log)
        eyes = Eyes(log, {urlsplit(str(table.url)).netloc for table in config.sources.values()})
        await eyes.open()
        watched = WatchedNet(net, eyes)
        yield Parts(config, log, watched, parser, captures, views, rulebook, notifiers, gates, eyes, disk, archivists)


async def gates_of(config: Config, log: Log) -> dict[str, Gate]:
    """The gate of each channel; one that was failing when Monitor ended is knocked at first."""
    standings = {name: await deliver.standing_of(log, name) for name in config.channels}
    rates = {name: getattr(table, "rate", None) for name, table in config.channels.items()}
    return {name: Gate(rates[name], away=standing.state == "failing") for name, standing in standings.items()}


async def run(config: Config, *, stop: asyncio.Event, until_idle: bool = False) -> None:
    """Run a daemon until `stop` is set, or, with `until_idle`, until nothing is due any more.

    Raises LogUnavailable, Corrupt or UnknownEvent (in an ExceptionGroup) where going on would do harm.
    """
    async with assembled(config) as parts:
        await arrange(parts.log, feeds_of(config))
        await arrange_pages(parts.log, pages_of(config))
        loops = loops_of(parts, ending=until_idle)
        async with asyncio.TaskGroup() as group:
            timers = [group.create_task(loop, name=name) for name, loop in loops.timers.items()]
            events = [group.create_task(loop, name=name) for name, loop in loops.events.items()]
            rings = {name: (loops.every.get(name, TICK), pace.ring) for name, pace in loops.paces.items()}
            async with ticking(rings | {"state": (LOOK, partial(look_around, parts))} | systemd.watchdog()):
                systemd.tell("READY=1")
                logger.info(
                    "monitor runs",
                    version=__version__,
                    feeds=len(config.feeds),
                    pages=len(config.pages),
                    watchlists=len(config.watchlists),
                )
                idle = group.create_task(idleness(parts, loops)) if until_idle else None
                await _first(stop.wait(), idle)
                systemd.tell("STOPPING=1")
            await drain(parts, loops, timers)
            for task in events:
                task.cancel()
    logger.info("monitor stopped")


async def _first(stop: Coroutine[Any, Any, object], idle: asyncio.Task[None] | None) -> None:
    waiting = asyncio.ensure_future(stop)
    await asyncio.wait({waiting, idle} if idle else {waiting}, return_when=asyncio.FIRST_COMPLETED)
    for task in (waiting, idle):
        if task:
            task.cancel()


def loops_of(parts: Parts, *, ending: bool = False) -> Loops:
    """The loops of all stages over all partitions. With `ending`, nothing is polled or read twice."""
    loops, readers = Loops(parts.log), _readers(parts)
    for partition in range(parts.log.partitions):
        for kind, (work, lease) in readers.items():
            if ending:
                work = loops.once[kind, partition] = Once(parts.log, work)  # noqa: PLW2901  # the same work, done once
            loops.work(kind, partition, work, parts.config.polling.concurrency, lease, parts.disk)
        _add_deciding(loops, parts, partition)
        _add_telling(loops, parts, partition)
        loops.events[f"{project.GROUP}@{partition}"] = project.run(parts.log, parts.views, partition, parts.disk)
    for partition, archivist in enumerate(parts.archivists):
        loops.events[f"{archive.GROUP}@{partition}"] = archive.run(archivist, archiving_of(parts.config), parts.disk)
    _add_heartbeat(loops, parts)
    _add_sweeper(loops, parts)
    return loops


def _readers(parts: Parts) -> dict[str, tuple[Work, float]]:
    """Who polls feeds and who reads articles, and for how long each claims: one for all partitions, since hosts are the same."""
    config, log = parts.config, parts.log
    feeds, pages = feeds_of(config), pages_of(config)
    polite = PoliteNet(parts.net, NAME, named=[page.url for page in pages.values()])
    poller = Poller(log, parts.net, parts.parser, feeds, lambda: parts.eyes.blind)
    fetcher = Fetcher(log, polite, parts.parser, parts.captures, feeds | pages, rechecks_of(config), parts.eyes)
    return {jobs.POLL: (poller, POLL_LEASE), jobs.FETCH: (fetcher, FETCH_LEASE)}


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
    path = parts.config.data_dir / VIEWS

    @contextmanager
    def needs() -> Iterator[Callable[[str], bool]]:
        with Reader(path) as reader:
            yield reader.needs

    sweeper = retention.Sweeper(parts.log, parts.views, parts.captures, needs, retention_of(parts.config))
    loops.every["captures"] = SWEEP
    loops.timers["captures"] = retention.sweeping(sweeper, loops.pace("captures"))


def _add_heartbeat(loops: Loops, parts: Parts) -> None:
    """The loop of the heartbeat, where anybody is to hear it."""
    wanted = parts.config.heartbeat
    if not wanted.notify:
        return
    heart = Heart(
        parts.log,
        {channel: parts.notifiers[channel] for channel in wanted.notify},
        groups=GROUPS,
        kinds=(jobs.POLL, jobs.FETCH),
        answering=lambda: [channel for channel, gate in parts.gates.items() if not gate.resting],
        behind=wanted.behind.total_seconds(),
    )
    loops.every["heartbeat"] = wanted.every.total_seconds()
    loops.timers["heartbeat"] = beating(heart, loops.pace("heartbeat"))


async def look_around(parts: Parts) -> None:
    """See whether trouble of the disk has passed, and tell the service manager how it stands."""
    await parts.disk.look()
    trouble = " ".join((parts.log.trouble or parts.disk.trouble).split())  # on one line, as sd_notify(3) wants it
    systemd.tell(f"STATUS=degraded: {trouble}" if trouble else "STATUS=watching")


async def drain(parts: Parts, loops: Loops, timers: list[asyncio.Task[None]]) -> None:
    """Claim nothing more; let what is under way come to its end and the followers read it, within bounds.

    What does not come to its end in time is done again at the next start.
    """
    for pace in loops.paces.values():
        await pace.stop()
    _, late = await asyncio.wait(timers, timeout=DRAIN)
    for task in late:
        logger.warning("work given up at the stop", loop=task.get_name())
        task.cancel()
    with suppress(TimeoutError):
        async with asyncio.timeout(CATCH_UP):
            while await _lag(parts):  # noqa: ASYNC110  # as in idleness()
                await asyncio.sleep(TICK / 4)  # what others ack cannot ring a bell here


async def _lag(parts: Parts) -> int:
    return sum([await parts.log.lag(group, at) for group in GROUPS for at in range(parts.log.partitions)])


async def idleness(parts: Parts, loops: Loops) -> None:
    """Return once nothing is due, under way, or unread, at two looks in a row."""
    calm = 0
    while calm < 2:  # what others ack cannot ring a bell here
        await asyncio.sleep(TICK)  # two looks apart are the point
        calm = calm + 1 if await _is_idle(parts, loops) else 0


async def _is_idle(parts: Parts, loops: Loops) -> bool:
    """Whether all that was due has been done, once: what is read at short intervals is due again before long."""
    log, read = parts.log, {f"{kind}@{at}" for kind, at in loops.once}
    if any(pace.busy for name, pace in loops.paces.items() if name not in read) or await _lag(parts):
        return False
    messages = [
        await log.next_due(jobs.deliveries_of(channel), at)
        for channel, gate in parts.gates.items()
        for at in range(log.partitions)
        if not gate.resting
    ]
    waiting = [await log.next_due(jobs.POLICY, at) for at in range(log.partitions)]
    if any(wait is not None and wait <= 0 for wait in (*messages, *waiting)):
        return False
    return all([once.has_done_all(await log.next_due(*where)) for where, once in loops.once.items()])
