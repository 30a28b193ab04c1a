"""The two loops that every stage is made of: one over due timers, one over a consumer group. Decides nothing about the work itself."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Sequence
from contextlib import aclosing
from types import UnionType
from typing import Protocol

import structlog

from monitor.errors import Conflict, Corrupt, DiskTrouble, Fenced, LogUnavailable, UnknownEvent
from monitor.ports import Ack, Batch, Claim, Consumed, Finish, Log

logger = structlog.get_logger()

DELIVERIES_BEFORE_PARKING = 5
PAUSE_AFTER_A_BUG = 60.0
CLAIMS_AT_ONCE = 64


class Gate(Protocol):
    """What says how much of what is due may be taken on."""

    def take(self, most: int) -> int:
        """Take up to `most` places."""
        ...

    def give_back(self, count: int) -> None:
        """Give places back for which nothing was due."""
        ...


class Unguarded:
    """The gate of work that nothing holds back."""

    def take(self, most: int) -> int:
        """All of them."""
        return most

    def give_back(self, count: int) -> None:
        """There are always more."""


class Pace:
    """What a stage's loop shares with the outside: a bell that wakes it, and how much is under way.

    `ended` is set once the loop takes on nothing more; what is under way may still be.
    """

    def __init__(self) -> None:
        self._bell, self._room = asyncio.Event(), asyncio.Event()
        self.busy = 0
        self.stopping = self.handing_over = False
        self.ended = asyncio.Event()

    async def ring(self) -> None:
        """Look at once: something may be due."""
        self._bell.set()

    async def stop(self) -> None:
        """Take on nothing more. Who follows events goes on, for what is under way makes some."""
        self.stopping = True
        self._bell.set()
        self._room.set()

    async def hand_over(self) -> None:
        """Take on nothing more, events neither: somebody else goes on from here."""
        self.handing_over = True
        await self.stop()

    async def wait_for_room(self) -> None:
        """Wait until something that was under way is done."""
        self._room.clear()
        if not self.stopping:
            await self._room.wait()

    def make_room(self) -> None:
        """Something that was under way is done."""
        self._room.set()

    async def sleep(self) -> None:
        """Wait for the bell."""
        await self._bell.wait()
        self._bell.clear()


async def over_timers(
    log: Log,
    kind: str,
    partition: int,
    work: Callable[[Claim], Awaitable[None]],
    pace: Pace,
    *,
    concurrency: int,
    lease: float,
    gate: Gate | None = None,
) -> None:
    """Claim what is due and work on it until told to stop, at most `concurrency` at a time, and no more than the gate allows.

    `work` gives its claim back itself. A job that raises what nobody foresaw is logged and comes back later: one bad page must not stop the others.
    """
    running = 0
    gate = gate or Unguarded()

    async def one(claim: Claim) -> None:
        nonlocal running
        try:
            await work(claim)
        except Fenced:
            logger.info("claim lost to another worker", kind=kind, member=claim.member)
        except (LogUnavailable, Corrupt, UnknownEvent):
            raise
        except DiskTrouble:  # told by who met it; the gate stays shut until it has passed
            await put_back(log, claim, delay=0.0)
        except Exception:
            logger.exception("job failed unexpectedly", kind=kind, member=claim.member)
            await put_back(log, claim)
        finally:
            running -= 1
            pace.busy -= 1
            pace.make_room()

    async with asyncio.TaskGroup() as group:
        while not pace.stopping:
            room = min(concurrency - running, CLAIMS_AT_ONCE)
            if room == 0:
                await pace.wait_for_room()
                continue
            places = gate.take(room)
            claims = await _claimed(log, kind, partition, places, lease, pace) if places else []
            gate.give_back(places - len(claims))
            for claim in claims:
                running += 1
                group.create_task(one(claim))
            if len(claims) < room:
                await pace.sleep()
        pace.ended.set()


async def _claimed(log: Log, kind: str, partition: int, room: int, lease: float, pace: Pace) -> list[Claim]:
    pace.busy += 1  # from here on a timer may have left the queue without being a job yet
    claims = []
    try:
        claims = await log.claim(kind, partition, room, lease)
    finally:
        pace.busy += len(claims) - 1
    return claims


async def put_back(log: Log, claim: Claim, *, delay: float = PAUSE_AFTER_A_BUG) -> None:
    """Let a claim come back after a pause, unless it is somebody else's by now."""
    try:
        await log.commit(Batch(claim.partition, finish=Finish(claim, delay=delay)))
    except Fenced:
        logger.info("claim lost to another worker", kind=claim.kind, member=claim.member)


def one_lane(_: Consumed) -> Hashable:
    """All events in their order."""
    return None


def apart(kinds: type | UnionType) -> Callable[[Consumed], Hashable]:
    """Events of these kinds in their order, and each of the others by itself: what only has to be acked waits for nobody."""

    def lane_of(consumed: Consumed) -> Hashable:
        return None if isinstance(consumed.recorded.event, kinds) else consumed.ack.position

    return lane_of


async def over_events(
    log: Log,
    group: str,
    partition: int,
    handle: Callable[[Consumed], Awaitable[None]],
    pace: Pace,
    lane_of: Callable[[Consumed], Hashable] = one_lane,
) -> None:
    """Hand each event of the group to `handle` until handed over; `handle` commits its effects together with the ack.

    Events of one lane are handled in their order, lanes at once: the log writes what they commit to its disk together.

    An event that keeps failing is parked in sight after five deliveries, so that it holds up nobody for ever.
    """
    async with aclosing(log.consume(group, partition)) as batches:
        async for events in batches:
            pace.busy += 1
            try:
                await _in_lanes(log, group, events, handle, lane_of)
            finally:
                pace.busy -= 1
            if pace.handing_over:
                break
    pace.ended.set()


async def _in_lanes(
    log: Log,
    group: str,
    events: Sequence[Consumed],
    handle: Callable[[Consumed], Awaitable[None]],
    lane_of: Callable[[Consumed], Hashable],
) -> None:
    lanes: dict[Hashable, list[Consumed]] = {}
    for consumed in events:
        lanes.setdefault(lane_of(consumed), []).append(consumed)
    if len(lanes) == 1:  # what it raises stays what it is
        await _in_order(log, group, events, handle)
        return
    async with asyncio.TaskGroup() as tasks:
        for lane in lanes.values():
            tasks.create_task(_in_order(log, group, lane, handle))


async def _in_order(
    log: Log, group: str, lane: Sequence[Consumed], handle: Callable[[Consumed], Awaitable[None]]
) -> None:
    for consumed in lane:
        if not await _handled(log, group, consumed, handle):
            return


async def _handled(log: Log, group: str, consumed: Consumed, handle: Callable[[Consumed], Awaitable[None]]) -> bool:
    for _ in range(DELIVERIES_BEFORE_PARKING):
        try:
            await handle(consumed)
        except Conflict as conflict:
            logger.info("decided on old news, deciding again", group=group, reason=str(conflict))
        except Fenced:
            return False
        except (LogUnavailable, Corrupt, UnknownEvent):
            raise
        except Exception as error:
            logger.exception("event failed", group=group, event_id=consumed.recorded.id)
            if consumed.deliveries >= DELIVERIES_BEFORE_PARKING:
                await log.park(consumed, f"{type(error).__name__}: {error}")
                return True
            consumed = _delivered_again(consumed)
        else:
            return True
    await log.park(consumed, "kept conflicting")
    return True


def _delivered_again(consumed: Consumed) -> Consumed:
    return Consumed(consumed.recorded, consumed.ack, consumed.deliveries + 1)


def done_with(ack: Ack) -> Batch:
    """The batch of an event that asks for nothing."""
    return Batch(ack.partition, ack=ack)
