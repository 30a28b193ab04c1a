"""Making the views again from the log, and checking that they say what the log says. It decides nothing about events.

The new views are made in a file beside the old and take its place in one transaction: the daemon may go on writing, and
who reads sees the old or the new.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from itertools import zip_longest
from pathlib import Path
from typing import Final, NamedTuple

import structlog

from monitor.core.events import Recorded
from monitor.errors import Corrupt, ViewsUnavailable
from monitor.ports import Log
from monitor.store import durable
from monitor.store.views.reader import Reader
from monitor.store.views.writer import START, Views, later

_BATCH: Final = 1024
_OUTLIVED: Final = "retention has dropped events since the views were made: a daemon makes them again within a minute, `monitor rebuild` at once"

Counted = Callable[[int], None]


class Difference(NamedTuple):
    """The first line in which the views and the log differ; None where one of them has no further line."""

    views: str | None
    log: str | None


async def rebuild(log: Log, path: Path, counted: Counted = lambda _: None, live: Views | None = None) -> int:
    """Make the views at `path` from the whole log; returns how many events it holds. `counted` hears of each batch.

    `live` are these views, where the caller has them open for writing.

    Raises Corrupt or UnknownEvent where the log cannot be told; the old views then stay as they are.
    """
    while True:
        floors = await _floors(log)
        try:
            return await _rebuild(log, path, counted, live)
        except Corrupt:
            if await _floors(log) == floors:
                raise  # else retention dropped something while it was read: once more


async def _rebuild(log: Log, path: Path, counted: Counted, already: Views | None) -> int:
    with (
        _beside(path) as fresh,
        nullcontext(already) if already else Views(path) as live,
        Views(fresh, scratch=True) as new,
    ):
        events = await _read(log, new, counted)
        ahead = await asyncio.to_thread(live.adopt, fresh, {})
        while ahead:  # the daemon has gone on: what it has read is in the log by now, or was lost with an older log
            events += await _read(log, new, counted)
            if lost := _beyond(ahead, new.positions()):
                structlog.get_logger().warning("the views had read what the log does not hold", positions=lost)
            ahead = await asyncio.to_thread(live.adopt, fresh, ahead)
        return events


async def renewed(log: Log, path: Path, live: Views) -> None:
    """Make the views again where retention has dropped what they may still tell. Raises DiskTrouble where the disk does not take them."""
    if await outlived(log, live):
        structlog.get_logger().info("views are made again without what retention has dropped")
        await rebuild(log, path, live=live)


async def outlived(log: Log, views: Views | Reader) -> bool:
    """Whether retention has dropped what these views may still tell."""
    return await _floors(log) != await asyncio.to_thread(views.floors)


async def _floors(log: Log) -> dict[int, str]:
    now = [await log.floor(partition) for partition in range(log.partitions)]
    return {at: floor.position for at, floor in enumerate(now) if floor}


async def compare(log: Log, path: Path, counted: Counted = lambda _: None) -> Difference | None:
    """Make the views again up to where those at `path` have read, and name the first difference; None where there is none.

    Raises ViewsUnavailable where retention has dropped events since they were made, so that they tell more than the log.
    """
    with _beside(path) as fresh, Reader(path) as reader, reader.snapshot():
        if await outlived(log, reader):
            raise ViewsUnavailable(_OUTLIVED)
        with Views(fresh, scratch=True) as new:
            await _read(log, new, counted, upto=reader.positions())
        difference = await asyncio.to_thread(_first_difference, reader, fresh)
        if difference and await outlived(log, reader):
            raise ViewsUnavailable(_OUTLIVED)
        return difference


@contextmanager
def _beside(path: Path) -> Iterator[Path]:
    """A place for other views beside some, on the same disk."""
    with durable.keeping("the views"):
        path.parent.mkdir(parents=True, exist_ok=True)
        folder = tempfile.TemporaryDirectory(prefix="views-", dir=path.parent)
    with folder as name:
        yield Path(name) / path.name


async def _read(log: Log, views: Views, counted: Counted, upto: Mapping[int, str] | None = None) -> int:
    """Apply what the log holds after the views' positions, to its end or to `upto` included; each batch while the next one is read."""
    events, applying = 0, asyncio.create_task(asyncio.sleep(0))
    try:
        for partition in range(log.partitions):
            await _stand(log, views, partition)
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


async def _stand(log: Log, views: Views, partition: int) -> None:
    """Begin with what retention has left, where it has dropped the beginning."""
    floor = await log.floor(partition)
    if floor is None or await asyncio.to_thread(views.position, partition) != START:
        return
    await asyncio.to_thread(views.found, partition, floor.position, ())
    async for page in log.founded(partition):
        await asyncio.to_thread(views.found, partition, floor.position, page)


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
