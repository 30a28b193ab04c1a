"""The composition root: a configuration becomes parts, and the parts run in one task group until they are told to stop. Decides nothing.

A configuration at work is an era. The next begins when this one takes on nothing more; what is under way comes to its end
under the rules it began with. The order of stopping: no new claims, work under way is finished, what was read from the log
is dealt with, then the log itself.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Any, TypeVar
from urllib.parse import urlsplit

import structlog

from monitor import __version__, control, systemd, telemetry
from monitor.config import Config, Web, comparing
from monitor.core import configured as core
from monitor.core.configured import Outcome
from monitor.errors import ConfigError, Fault, LogError, ViewsUnavailable
from monitor.loops import GROUPS, READERS, TICK, Loop, loops_of, steady_loops
from monitor.parts import Ground, Parts, grounded, name_for_pages, parts_of
from monitor.reloading import Ready, Reloads
from monitor.rules import feeds_of, pages_of, rulebook_of
from monitor.scheduling import ticking
from monitor.stages import configured, jobs
from monitor.stages.fetch import arrange_pages
from monitor.stages.follow import Keeper, following
from monitor.stages.poll import arrange
from monitor.stages.work import Pace
from monitor.store.views import FILE as VIEWS
from monitor.store.views import Reader
from monitor.web import Body, Keys, Token, serving

logger = structlog.get_logger()

LOOK = 1.0  # seconds between two looks at how Monitor itself stands
DRAIN = 20.0  # seconds that work under way gets to finish when the daemon is told to stop
CATCH_UP = 3.0  # seconds that the followers then get

Tasks = dict[str, list[asyncio.Task[None]]]
Ticks = dict[str, tuple[float, Callable[[], Awaitable[None]]]]
Found = TypeVar("Found")


class Era:
    """One configuration at work, in the tasks of a group. `working` are its loops over timers, and those of earlier eras that still finish."""

    def __init__(self, parts: Parts, group: asyncio.TaskGroup, *, ending: bool = False) -> None:
        self.parts, self._group, self._ending = parts, group, ending
        self.loops = loops_of(parts, ending=ending)
        self.working: Tasks = {}
        self._followers: list[asyncio.Task[None]] = []
        self._ticks = AsyncExitStack()

    async def begin(self, before: Era | None = None) -> None:
        """Start all loops, and see that what is watched has its timers.

        A loop over timers waits for those of its name that still finish something, so that messages stay in order; readers do not.
        """
        self.working = before.unfinished() if before else {}
        for name, loop in self.loops.timers.items():
            earlier = [] if name in self.loops.at_once else list(self.working.get(name, ()))
            task = self._group.create_task(_after(earlier, loop, self.loops.paces[name]), name=name)
            self.working.setdefault(name, []).append(task)
        self._followers = [self._group.create_task(loop(), name=name) for name, loop in self.loops.events.items()]
        rings = {name: (self.loops.every.get(name, TICK), pace.ring) for name, pace in self.loops.paces.items()}
        await self._ticks.enter_async_context(ticking(rings))
        await self._arrange(before.parts.config if before else None)
        name_for_pages(self.parts)

    async def _arrange(self, before: Config | None) -> None:
        """See that feeds and pages have their timers: those that are not as they were."""
        config, log = self.parts.config, self.parts.log
        same = {name for name in config.sources if before and _as_it_was(name, before, config)}
        changed = {name: feed for name, feed in feeds_of(config).items() if name not in same}
        await arrange(log, changed, at_once=self._ending)
        await arrange_pages(log, {name: page for name, page in pages_of(config).items() if name not in same})

    @property
    def begun(self) -> bool:
        """Whether its loops run."""
        return bool(self.working)

    def unfinished(self) -> Tasks:
        """The loops over timers that have not ended."""
        left = {name: [task for task in tasks if not task.done()] for name, tasks in self.working.items()}
        return {name: tasks for name, tasks in left.items() if tasks}

    async def hand_over(self) -> None:
        """End the followers after what they have read, then claim nothing more; returns when that is so."""
        for paces in self.loops.in_order_of_ending():
            for pace in paces:
                await pace.hand_over()
            await asyncio.gather(*(pace.ended.wait() for pace in paces))
        for name in self.loops.every:
            await self.loops.paces[name].hand_over()
        await self._ticks.aclose()

    async def drain(self) -> None:
        """Claim nothing more; let what is under way come to its end and the followers read it, within bounds.

        What does not come to its end in time is done again at the next start.
        """
        for pace in self.loops.paces.values():
            await pace.stop()
        if left := [task for tasks in self.unfinished().values() for task in tasks]:
            _, late = await asyncio.wait(left, timeout=DRAIN)
            for task in late:
                logger.warning("work given up at the stop", loop=task.get_name())
                task.cancel()
        with suppress(TimeoutError):
            async with asyncio.timeout(CATCH_UP):
                while await _lag(self.parts):  # noqa: ASYNC110  # as in idleness()
                    await asyncio.sleep(TICK / 4)  # what others ack cannot ring a bell here
        await self._ticks.aclose()
        for task in self._followers:
            task.cancel()


def _as_it_was(source: str, before: Config, after: Config) -> bool:
    """Whether a feed or page is read where, when and for how old an article it was read before."""
    if source not in before.feeds and source not in before.pages:
        return False
    of_before, of_after = (
        (
            config.source(source),
            config.every_of(source),
            config.polling.adaptive,
            config.max_age_of(source),
            config.timezone,
        )
        for config in (before, after)
    )
    return of_before == of_after


async def _after(earlier: Iterable[asyncio.Task[None]], loop: Loop, pace: Pace) -> None:
    """Run a loop once earlier ones have ended; not at all where it is told to stop before that."""
    while waiting := [task for task in earlier if not task.done()]:
        bell = asyncio.ensure_future(pace.sleep())
        await asyncio.wait([*waiting, bell], return_when=asyncio.FIRST_COMPLETED)
        bell.cancel()
        if pace.stopping:
            pace.ended.set()
            return
    await loop()


async def run(config: Config, *, stop: asyncio.Event, until_idle: bool = False, reloads: Reloads | None = None) -> None:
    """Run a daemon until `stop` is set, or, with `until_idle`, until nothing is due any more.

    Raises LogUnavailable, Corrupt or UnknownEvent (in an ExceptionGroup) where going on would do harm.
    """
    rulebook = rulebook_of(config)  # which may take seconds: nobody waits for the event loop yet
    async with (
        grounded(config) as ground,
        _reachable(config, reloads),
        _page(None if until_idle else config.web, config, ground),
        ticking(_signs_of_life(ground)),
    ):
        await configured.record(ground.log, comparing.configured(config), "start")
        keeper = Keeper(ground.log, ground.followed)
        await keeper.look()
        async with asyncio.TaskGroup() as group:
            steady = [group.create_task(loop(), name=name) for name, loop in steady_loops(ground, config).items()]
            steady.append(group.create_task(following(keeper), name="followed pages"))
            era = Era(await parts_of(ground, config, rulebook), group, ending=until_idle)
            await era.begin()
            _say_that_it_runs(config)
            if until_idle:
                group.create_task(idleness(era)).add_done_callback(lambda _: stop.set())
            era = await _eras(era, group, stop, reloads)
            systemd.tell("STOPPING=1")
            await era.drain()
            for task in steady:
                task.cancel()
    logger.info("monitor stopped")


@asynccontextmanager
async def _page(wanted: Web | None, config: Config, ground: Ground) -> AsyncIterator[None]:
    """While entered, the page is served, where one is wanted."""
    if wanted is None:
        yield
        return
    host, port = wanted.place
    token = Token.of(wanted.token.get_secret_value()) if wanted.token else None
    keys = Keys(token, wanted.trusted_proxies, wanted.user_header or "")
    ours = [urlsplit(str(url)).hostname for url in (config.public_url, wanted.websub_url) if url]
    names = [*wanted.hosts, *filter(None, ours)]

    def kinds() -> list[str]:
        return [*READERS, jobs.POLICY, *map(jobs.deliveries_of, ground.desk.channels)]

    body = Body(ground.log, GROUPS, kinds, lambda: ground.disk.trouble)
    called = wanted.websub_url is not None
    async with serving(ground.desk, body, host, port, keys=keys, hosts=names, called=called):
        yield


def _signs_of_life(ground: Ground) -> Ticks:
    """What is done as long as the event loop turns: the watchdog is kept quiet, and trouble of log and disk told as it comes and goes."""
    said = ""

    async def look() -> None:
        nonlocal said
        await ground.disk.look()
        trouble = " ".join((ground.log.trouble or ground.disk.trouble).split())  # on one line, as sd_notify(3) wants it
        if trouble != said:
            systemd.tell(f"STATUS=degraded: {trouble}" if trouble else "STATUS=watching")
            said = trouble

    return {"state": (LOOK, look), **systemd.watchdog()}


def _say_that_it_runs(config: Config) -> None:
    systemd.tell("READY=1")
    logger.info(
        "monitor runs",
        version=__version__,
        feeds=len(config.feeds),
        pages=len(config.pages),
        watchlists=len(config.watchlists),
    )


# --- one configuration after the other -------------------------------------------------------------------------------


@asynccontextmanager
async def _reachable(config: Config, reloads: Reloads | None) -> AsyncIterator[None]:
    """While entered, a verb can ask for a reload."""
    if reloads is None:
        yield
        return

    async def answer(asked: dict[str, Any]) -> Outcome:
        file = str(reloads.file.resolve())
        if asked == {"verb": "reload", "config": file}:
            return await reloads.outcome()
        problem = f"expected the file by which Monitor runs on {config.data_dir}, got {asked.get('config')}"
        return Outcome(config.digest, faults=(Fault(file, 0, 0, "", problem),))

    async with control.answering(config.data_dir, answer):
        yield


async def _eras(era: Era, group: asyncio.TaskGroup, stop: asyncio.Event, reloads: Reloads | None) -> Era:
    """Work by one configuration after the other until told to stop; returns the last era."""
    while True:
        if reloads is None:
            await stop.wait()
            return era
        await _unless(stop, reloads.asked())
        if stop.is_set():
            return era
        systemd.reloading()
        found = await _unless(stop, _prepared(era, group, reloads))
        if found is None:
            return era
        outcome: Outcome | None = found if isinstance(found, Outcome) else None
        if not isinstance(found, Outcome):
            after, ready = found
            outcome = await _unless(stop, _succeeded(era, after, ready))
            era = after if after.begun else era
        if outcome is None:
            return era
        systemd.tell("READY=1\nSTATUS=" + _status(outcome))
        reloads.answer(outcome)


async def _prepared(era: Era, group: asyncio.TaskGroup, reloads: Reloads) -> tuple[Era, Ready] | Outcome:
    """The next era with all that it needs, so that nothing can fail any more; or why there is none."""
    before = era.parts
    ruleset, file = before.config.digest, str(reloads.file)
    try:
        ready = await reloads.ready(before.config, before.rulebook)
        if ready is not None:
            return Era(await parts_of(before.ground, ready.config, ready.rulebook, before), group), ready
    except ConfigError as error:
        for fault in error.faults:
            logger.error("configuration refused", fault=str(fault))  # noqa: TRY400  # a traceback says nothing here
        return Outcome(ruleset, faults=error.faults)
    except LogError:
        raise
    except Exception as error:  # whatever it is, the old rules keep running
        logger.exception("configuration refused", file=file)
        problem = f"expected a configuration that can be taken up, got a {type(error).__name__}: the log has more"
        return Outcome(ruleset, faults=(Fault(file, 0, 0, "", problem),))
    logger.info("configuration as before", ruleset=ruleset)
    return Outcome(ruleset)


async def _succeeded(before: Era, after: Era, ready: Ready) -> Outcome:
    """End one era and begin the other; the change is recorded between what the old rules decided and what the new ones will."""
    config, log = ready.config, before.parts.log
    await before.hand_over()
    event = await configured.record(log, ready.configured, "reload", ready.resealed)
    await after.begin(before)
    telemetry.configure(config.logging.level, config.logging.format)
    logger.info("configuration taken up", ruleset=config.digest, changes=core.said(event) if event else None)
    notes = await asyncio.to_thread(_kept, config, event.removed.get("channels", ())) if event else ()
    for note in notes:
        logger.warning("configuration taken up", note=note)
    return Outcome(config.digest, event, notes=notes)


def _kept(config: Config, removed: tuple[str, ...]) -> tuple[str, ...]:
    """What is to be said of channels that were taken out while messages wait for them. Blocks on the disk."""
    with suppress(ViewsUnavailable), Reader(config.data_dir / VIEWS) as reader:
        counts = reader.delivery_counts() if removed else {}
        waiting = {name: counts.get((name, "scheduled"), 0) for name in removed}
        return tuple(
            f"channel {name} was taken out; messages that wait for it are kept and go out once it is back: {count}"
            for name, count in waiting.items()
            if count
        )
    return ()


def _status(outcome: Outcome) -> str:
    if outcome.faults:
        return f"a configuration was refused: {len(outcome.faults)} faults, `monitor check` tells them"
    return f"runs by {outcome.ruleset}"


async def _unless(stop: asyncio.Event, wanted: Coroutine[Any, Any, Found]) -> Found | None:
    """The result of `wanted`; None where the stop comes first."""
    stopping, task = asyncio.ensure_future(stop.wait()), asyncio.ensure_future(wanted)
    try:
        await asyncio.wait({stopping, task}, return_when=asyncio.FIRST_COMPLETED)
        return task.result() if task.done() else None
    finally:
        stopping.cancel()
        task.cancel()


# --- when nothing is left to do --------------------------------------------------------------------------------------


async def _lag(parts: Parts) -> int:
    return sum([await parts.log.lag(group, at) for group in GROUPS for at in range(parts.log.partitions)])


async def idleness(era: Era) -> None:
    """Return once nothing is due, under way, or unread, at two looks in a row."""
    calm = 0
    while calm < 2:  # what others ack cannot ring a bell here
        await asyncio.sleep(TICK)  # two looks apart are the point
        calm = calm + 1 if await _is_idle(era) else 0


async def _is_idle(era: Era) -> bool:
    """Whether all that was due has been done, once: what is read at short intervals is due again before long."""
    parts, loops = era.parts, era.loops
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
