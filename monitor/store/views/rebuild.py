"""Making the views again from the log, and checking that they say what the log says. It decides nothing about events.

The new views are made in a file beside the old and take its place in one transaction: the daemon may go on writing, and
who reads sees the old or the new.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping
from itertools import zip_longest
from pathlib import Path
from typing import Final, NamedTuple

import structlog

from monitor.core.events import Recorded
from monitor.ports import Log
from monitor.store.views.reader import Reader
from monitor.store.views.writer import START, Views, later

_BATCH: Final = 1024

Counted = Callable[[int], None]


class Difference(NamedTuple):
    """The first line in which the views and the log differ; None where one of them has no further line."""

    views: str | None
    log: str | None


async def rebuild(log: Log, path: Path, counted: Counted = lambda _: None) -> int:
    """Make the views at `path` from the whole log; returns how many events it holds. `counted` hears of each batch.

    Raises Corrupt or UnknownEvent where the log cannot be told; the old views then stay as they are.
    """
    with tempfile.TemporaryDirectory(prefix="views-", dir=_home(path)) as beside:
        fresh = Path(beside) / path.name
        with Views(path) as live, Views(fresh, scratch=True) as new:
            events = await _read(log, new, counted)
            ahead = await asyncio.to_thread(live.adopt, fresh, {})
            while ahead:  # the daemon has gone on: what it has read is in the log by now, or was lost with an older log
                events += await _read(log, new, counted)
                if lost := _beyond(ahead, new.positions()):
                    structlog.get_logger().warning("the views had read what the log does not hold", positions=lost)
                ahead = await asyncio.to_thread(live.adopt, fresh, ahead)
            return events


async def compare(log: Log, path: Path, counted: Counted = lambda _: None) -> Difference | None:
    """Make the views again up to where those at `path` have read, and name the first difference; None where there is none."""
    with tempfile.TemporaryDirectory(prefix="views-", dir=_home(path)) as beside, Reader(path) as reader:
        fresh = Path(beside) / path.name
        with reader.snapshot():
            with Views(fresh, scratch=True) as new:
                await _read(log, new, counted, upto=reader.positions())
            return await asyncio.to_thread(_first_difference, reader, fresh)


def _home(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path.parent


async def _read(log: Log, views: Views, counted: Counted, upto: Mapping[int, str] | None = None) -> int:
    """Apply what the log holds after the views' positions, to its end or to `upto` included; each batch while the next one is read."""
    events, applying = 0, asyncio.create_task(asyncio.sleep(0))
    try:
        for partition in range(log.partitions):
            recorded = log.read(partition, await asyncio.to_thread(views.position, partition))
            last = None if upto is None else upto.get(partition, START)
            async for batch in _batches(recorded, last):
                await applying
                applying = asyncio.create_task(asyncio.to_thread(views.apply, batch))
                events += len(batch)
                counted(len(batch))
    finally:
        await applying  # also where reading failed: who leaves may close the views
    return events


async def _batches(events: AsyncIterator[Recorded], last: str | None) -> AsyncIterator[list[Recorded]]:
    batch: list[Recorded] = []
    async for recorded in events:
        if last is not None and later(recorded.position, last):
            break
        batch.append(recorded)
        if len(batch) == _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _beyond(ahead: Mapping[int, str], reached: Mapping[int, str]) -> dict[int, str]:
    return {at: position for at, position in ahead.items() if later(position, reached.get(at, START))}


def _first_difference(reader: Reader, fresh: Path) -> Difference | None:
    with Reader(fresh) as other:
        for ours, theirs in zip_longest(reader.dump(), other.dump()):
            if ours != theirs:
                return Difference(views=ours, log=theirs)
    return None
