"""The events of a log in the order of time: the last ones, and what was recorded after a place. It consumes nothing and leaves no trace."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from contextlib import aclosing
from datetime import timedelta
from typing import Final, TypeAlias

from monitor.core.events import Recorded
from monitor.ports import Log

Place: TypeAlias = tuple[str, ...]  # how far each partition was read: the position of its last event

# A long log is not read from its beginning for its last events: ever longer spans of time are tried.
_SPANS: Final = (timedelta(minutes=2), timedelta(hours=1), timedelta(days=1), timedelta(days=30))


async def last(log: Log, limit: int) -> tuple[list[Recorded], Place]:
    """The last events of all partitions, and how far each was read. Raises LogUnavailable."""
    start, parts = await _recent(log, limit)
    reached = tuple(part[-1].position if part else start for part in parts)
    return sorted((event for part in parts for event in part), key=_order)[-limit:], reached


async def after(log: Log, place: Place, limit: int) -> list[Recorded]:
    """The first events of all partitions after a place. Raises LogUnavailable."""
    found = [event for at in range(log.partitions) for event in await _first(log, at, place[at], limit)]
    return sorted(found, key=_order)[:limit]


def reached(place: Place, events: Iterable[Recorded]) -> Place:
    """The place after further events."""
    positions = list(place)
    for event in events:
        positions[event.partition] = event.position
    return tuple(positions)


async def _recent(log: Log, limit: int) -> tuple[str, list[deque[Recorded]]]:
    """The last events of each partition after a position: all of them, or at least `limit`."""
    now = await log.now()
    for span in _SPANS:
        start = f"{max(0, int((now - span).timestamp() * 1000))}-0"
        parts = [await _last(log, partition, start, limit) for partition in range(log.partitions)]
        if sum(map(len, parts)) >= limit:
            return start, parts
    return "0-0", [await _last(log, partition, "0-0", limit) for partition in range(log.partitions)]


async def _last(log: Log, partition: int, start: str, limit: int) -> deque[Recorded]:
    last: deque[Recorded] = deque(maxlen=limit)
    async for recorded in log.read(partition, start):
        last.append(recorded)
    return last


async def _first(log: Log, partition: int, start: str, limit: int) -> list[Recorded]:
    first: list[Recorded] = []
    async with aclosing(log.read(partition, start)) as events:
        async for recorded in events:
            first.append(recorded)
            if len(first) >= limit:
                break
    return first


def _order(recorded: Recorded) -> tuple[int, ...]:
    return tuple(map(int, recorded.position.split("-")))
