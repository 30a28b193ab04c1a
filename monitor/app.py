"""The composition root: a configuration becomes parts, and the parts run in one task group until they are told to stop. Decides nothing.

The order of stopping: no new claims, work under way is finished, what was read from the log is dealt with, then the log itself.
"""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import structlog

from monitor import __version__
from monitor.config import Apprise, Config, Feed, Slack, Webhook
from monitor.core.watch.evaluate import Rulebook
from monitor.core.watch.grammar import parse
from monitor.core.watch.rules import Watchlist
from monitor.net import open_net
from monitor.net.manners import PoliteNet
from monitor.notifiers import KINDS
from monitor.ports import Archivist, Captures, Limits, Log, Net, Notifier, Parser, Projection
from monitor.rules import rules_of
from monitor.scheduling import ticking, until_cron
from monitor.sources.pool import open_pool
from monitor.stages import archive, deliver, jobs, match, policy, project, retention
from monitor.stages.fetch import Fetcher, Rechecks, arrange_pages
from monitor.stages.gate import Gate
from monitor.stages.heartbeat import Heart, beating
from monitor.stages.herald import Audience
from monitor.stages.once import Once
from monitor.stages.poll import Poller, arrange
from monitor.stages.sight import Eyes, WatchedNet
from monitor.stages.sources import Source
from monitor.stages.templates import Threshold
from monitor.stages.waiting import Waker
from monitor.stages.work import Pace, one_lane, over_events, over_timers
from monitor.store import open_log
from monitor.store.captures import FileCaptures
from monitor.store.views import FILE as VIEWS
from monitor.store.views import Reader, Views

logger = structlog.get_logger()

NAME = "Monitor"  # by which sites know us, in the User-Agent and in their robots.txt
TICK = 0.1  # seconds: how late a due timer may be noticed when nothing rings the bell
POLL_LEASE = 120.0  # seconds; longer than the longest exchange and parse
FETCH_LEASE = 120.0
DELIVER_LEASE = 120.0
POLICY_LEASE = 60.0
WAKING_AT_ONCE = 4  # of policy's timers in a partition
DELIVERIES_AT_ONCE = {"webhook": 4}  # of one channel; all others tell one thing after another
GROUPS = (match.GROUP, policy.GROUP, deliver.GROUP, project.GROUP)
CAPTURES = "captures"
SWEEP = 3_600.0  # seconds between two looks for captures that may go
DRAIN = 20.0  # seconds that work under way gets to finish when the daemon is told to stop
CATCH_UP = 3.0  # seconds that the followers then get


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
    archivists: Sequence[Archivist] = ()  # of each partition, where events are archived


@dataclass(slots=True)
class Loops:
    """The loops of a daemon: those over timers, which end by themselves when told to, and those over events."""

    timers: dict[str, Coroutine[Any, Any, None]] = field(default_factory=dict)
    events: dict[str, Coroutine[Any, Any, None]] = field(default_factory=dict)
    paces: dict[str, Pace] = field(default_factory=dict)
    once: dict[tuple[str, int], Once] = field(default_factory=dict)
    every: dict[str, float] = field(default_factory=dict)  # seconds between two rings, where it is not TICK

    def pace(self, name: str) -> Pace:
        """The pace of a loop, made at the first asking."""
        return self.paces.setdefault(name, Pace())


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
        captures = FileCaptures(config.data_dir / CAPTURES)
        gates = await gates_of(config, log)
        eyes = Eyes(log, {urlsplit(str(table.url)).netloc for table in config.sources.values()})
        await eyes.open()
        watched = WatchedNet(net, eyes)
        yield Parts(config, log, watched, parser, captures, views, rulebook, notifiers, gates, eyes, archivists)


async def gates_of(config: Config, log: Log) -> dict[str, Gate]:
    """The gate of each channel; one that was failing when Monitor ended is knocked at first."""
    standings = {name: await deliver.standing_of(log, name) for name in config.channels}
    rates = {name: getattr(table, "rate", None) for name, table in config.channels.items()}
    return {name: Gate(rates[name], away=standing.state == "failing") for name, standing in standings.items()}


async def run(
    config: Config, *, stop: asyncio.Event, until_idle: bool = False, ready: Callable[[], None] = lambda: None
) -> None:
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
            async with ticking(rings | watchdog()):
                ready()
                tell_systemd("READY=1")
                logger.info(
                    "monitor runs",
                    version=__version__,
                    feeds=len(config.feeds),
                    pages=len(config.pages),
                    watchlists=len(config.watchlists),
                )
                idle = group.create_task(idleness(parts, loops)) if until_idle else None
                await _first(stop.wait(), idle)
                tell_systemd("STOPPING=1")
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
    config, log = parts.config, parts.log
    sources = feeds_of(config) | pages_of(config)
    poller = Poller(log, parts.net, parts.parser, feeds_of(config), lambda: parts.eyes.blind)
    polite = PoliteNet(parts.net, NAME, named=[page.url for page in pages_of(config).values()])
    fetcher = Fetcher(log, polite, parts.parser, parts.captures, sources, rechecks_of(config))
    heat = match.Heat(config.defaults.hot.every, config.defaults.hot.lasting)
    rules = rules_of(config)
    loops = Loops()
    for partition in range(log.partitions):

        def timers(
            kind: str, work: Any, concurrency: int, lease: float, gate: Gate | None = None, at: int = partition
        ) -> None:
            name = f"{kind}@{at}"
            loops.timers[name] = over_timers(
                log, kind, at, work, loops.pace(name), concurrency=concurrency, lease=lease, gate=gate
            )

        def events(group: str, handle: Any, lane_of: Any = one_lane, at: int = partition) -> None:
            name = f"{group}@{at}"
            loops.events[name] = over_events(log, group, at, handle, loops.pace(name), lane_of)

        for kind, work, lease in ((jobs.POLL, poller, POLL_LEASE), (jobs.FETCH, fetcher, FETCH_LEASE)):
            if ending:
                loops.once[kind, partition] = Once(log, work)
            timers(kind, loops.once.get((kind, partition), work), config.polling.concurrency, lease)
        timers(jobs.POLICY, Waker(log, rules.routes), WAKING_AT_ONCE, POLICY_LEASE)
        for channel, notifier in parts.notifiers.items():
            gate = parts.gates[channel]
            at_once = DELIVERIES_AT_ONCE.get(config.channels[channel].type, 1)
            courier = deliver.Courier(log, channel, notifier, gate)
            timers(jobs.deliveries_of(channel), courier, at_once, DELIVER_LEASE, gate)
        events(
            match.GROUP,
            match.Matcher(
                log,
                parts.rulebook,
                heat,
                ruleset=config.digest,
                public_url=_text(config.public_url),
                threshold=Threshold(config.defaults.template_after.articles, config.defaults.template_after.within),
            ),
            match.LANES,
        )
        channels = {name: channel.type for name, channel in config.channels.items()}
        events(policy.GROUP, policy.Router(log, channels, rules), policy.lanes(rules))
        dispatcher = deliver.Dispatcher(log, _bells(loops, parts, partition), audience_of(config))
        events(deliver.GROUP, dispatcher, deliver.lane_of)
        loops.events[f"{project.GROUP}@{partition}"] = project.run(log, parts.views, partition)
    for partition, archivist in enumerate(parts.archivists):
        loops.events[f"{archive.GROUP}@{partition}"] = archive.run(archivist, archiving_of(config))
    _add_heartbeat(loops, parts)
    _add_sweeper(loops, parts)
    return loops


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


def _bells(loops: Loops, parts: Parts, partition: int) -> dict[str, Pace]:
    return {channel: loops.pace(f"{jobs.deliveries_of(channel)}@{partition}") for channel in parts.notifiers}


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


# --- from the configuration's words to the stages' -------------------------------------------------------------------


def rulebook_of(config: Config) -> Rulebook:
    """All watchlists, compiled. Raises ConfigError's kin of the core for a phrase with nothing to search for."""
    return Rulebook.compile([_watchlist(config, name) for name in config.watchlists], config.named())


def _watchlist(config: Config, name: str) -> Watchlist:
    table = config.watchlists[name]
    return Watchlist(
        id=name,
        phrases=table.phrases or (),
        entities=config.entities_of(name),
        query=parse(table.query).query if table.query else None,
        all=table.all or (),
        none=table.none or (),
        languages=frozenset(table.languages or ()),
        expires=config.expires_of(name),
        severity=table.severity,
        sources=config.sources_of(name) if table.feeds is not None else None,
        on=frozenset(table.on),
        notify=config.notify_of(name),
        max_age=table.max_age,
    )


def feeds_of(config: Config) -> dict[str, Source]:
    """The feeds, as the poller wants them."""
    return {name: _source(config, name, config.content_of(name)) for name in config.feeds}


def pages_of(config: Config) -> dict[str, Source]:
    """The single pages, as the fetcher wants them."""
    return {name: _source(config, name, "page") for name in config.pages}


def _source(config: Config, name: str, content: Any) -> Source:
    table = config.sources[name]
    return Source(
        id=name,
        url=str(table.url),
        tags=table.tags,
        content=content,
        every=config.every_of(name) or config.polling.every,
        asked=table.every is not None,
        until=partial(until_cron, table.cron, str(config.timezone)) if table.cron else None,
        max_age=config.max_age_of(name),
        fixed=not isinstance(table, Feed),
    )


def rechecks_of(config: Config) -> Rechecks:
    """How often articles are looked at again."""
    recheck, gone = config.polling.recheck, config.defaults.gone_after
    hot = config.defaults.hot.every
    return Rechecks(recheck.min, recheck.max, recheck.until, hot, gone.checks, gone.over, recheck.confirm)


def retention_of(config: Config) -> retention.Retention:
    """How long captures are kept."""
    return retention.Retention(config.captures.keep, config.captures.megabytes * 10**6)


def audience_of(config: Config) -> Audience:
    """Who is told what no watchlist is about."""
    tables = config.channels.items()
    return Audience(
        health=config.defaults.health,
        fallbacks={
            name: table.fallback
            for name, table in tables
            if isinstance(table, Webhook | Slack | Apprise) and table.fallback
        },
        firehose=[name for name, table in tables if isinstance(table, Webhook) and table.firehose],
        watchers={
            source: [name for name in config.watchlists if source in config.sources_of(name)] for source in config.feeds
        },
    )


def archiving_of(config: Config) -> archive.Limits:
    """How much waits to be archived at most."""
    seal = config.archive.seal
    return archive.Limits(seal.after, seal.events, seal.size)


def user_agent(contact: str | None) -> str:
    """Who we say we are: a name, a version, and where to complain."""
    return f"{NAME}/{__version__} (+{contact})" if contact else f"{NAME}/{__version__}"


def _text(value: object) -> str | None:
    return None if value is None else str(value)


# --- systemd ---------------------------------------------------------------------------------------------------------


def tell_systemd(state: str) -> None:
    """Say something to the service manager, where there is one (sd_notify(3)); silent elsewhere."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as manager:
        manager.connect("\0" + address[1:] if address.startswith("@") else address)
        manager.send(state.encode())


def watchdog() -> dict[str, tuple[float, Callable[[], Coroutine[Any, Any, None]]]]:
    """The tick that keeps systemd's watchdog quiet while the event loop turns, at half the time it allows."""
    allowed = os.environ.get("WATCHDOG_USEC")

    async def alive() -> None:  # the scheduler awaits its ticks
        tell_systemd("WATCHDOG=1")

    return {"watchdog": (int(allowed) / 2e6, alive)} if allowed else {}
