"""How many commits a second the log takes: `python tests/bench/log.py [--seconds N]`. Prints a table; no test."""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from rich.console import Console
from rich.table import Table

from monitor.core.events import FeedMoved
from monitor.ports import Append, Batch, Finish, Head, SetTimer
from monitor.store import RedisLog, open_log

BODY = "x" * 500


def batches() -> Iterator[Batch]:
    """One new entity, event and timer each."""
    at = datetime(2026, 11, 23, tzinfo=UTC)
    for number in count():
        event = FeedMoved(at=at, feed=f"feed_{number}", url="https://example.com/", to=BODY)
        append = Append(f"feed_{number}", Head(), (event,), b"snapshot" * 25)
        yield Batch(0, (append,), (SetTimer("poll", f"feed_{number}", 3600),))


async def committed(log: RedisLog, work: Iterator[Batch], writers: int, seconds: float) -> tuple[float, float]:
    """Commits a second, and the median milliseconds of one."""
    took: list[float] = []
    end = time.perf_counter() + seconds

    async def write() -> None:
        while (began := time.perf_counter()) < end:
            await log.commit(next(work))
            took.append(time.perf_counter() - began)

    await asyncio.gather(*(write() for _ in range(writers)))
    return len(took) / seconds, sorted(took)[len(took) // 2] * 1000


async def consumed(log: RedisLog) -> float:
    """Events a second through one consumer that acks each batch at once."""
    began, done = time.perf_counter(), 0
    turns = log.consume("match", 0, limit=256)
    async for batch in turns:
        await asyncio.gather(*(log.commit(Batch(0, ack=one.ack)) for one in batch))
        done += len(batch)
        if not batch:
            break
    await turns.aclose()
    return done / (time.perf_counter() - began)


async def claimed(log: RedisLog, members: int) -> float:
    """Timers a second, claimed and finished."""
    await log.commit(Batch(0, timers=tuple(SetTimer("fetch", str(number), -1) for number in range(members))))
    began = time.perf_counter()
    while claims := await log.claim("fetch", 0, 256, 60):
        await asyncio.gather(*(log.commit(Batch(0, finish=Finish(claim, 3600))) for claim in claims))
    return members / (time.perf_counter() - began)


async def measure(seconds: float) -> None:
    table = Table("embedded, appendfsync always", "a second", "median ms")
    with tempfile.TemporaryDirectory() as folder:
        async with open_log("embedded", data_dir=Path(folder)) as log:
            work = batches()
            for writers in (1, 8, 32, 256):
                rate, median = await committed(log, work, writers, seconds)
                table.add_row(f"commits, {writers} writers", f"{rate:,.0f}", f"{median:.2f}")
            table.add_row("events consumed and acked", f"{await consumed(log):,.0f}", "")
            table.add_row("timers claimed and finished", f"{await claimed(log, 5000):,.0f}", "")
    Console().print(table)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=3.0)
    asyncio.run(measure(parser.parse_args().seconds))
