"""The project stage on a real log: every event reaches the views once, whatever happens in between."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.core.events import FeedBaselined, FeedFailing, FeedRecovered
from monitor.errors import Corrupt
from monitor.ports import Append, Batch, Log
from monitor.stages import project
from monitor.store import open_log
from monitor.store.views import FILE, Reader, Views, compare

AT = datetime(2015, 11, 15, 20, 0, tzinfo=UTC)
PARTITIONS = 3


async def record(log: Log, feed: str) -> None:
    events = (
        FeedBaselined(at=AT, feed=feed, url=f"https://{feed}.example/rss", title=feed, entries=3, backlog=1),
        FeedFailing(at=AT, feed=feed, url=f"https://{feed}.example/rss", reason="timeout", detail="", status=None, failures=3, last_ok=AT),
        FeedRecovered(at=AT, feed=feed, url=f"https://{feed}.example/rss", failing_since=AT),
    )  # fmt: skip
    partition = log.partition_of(feed)
    await log.commit(
        Batch(partition, appends=(Append(f"feed_{feed}", await log.load(partition, f"feed_{feed}"), events),))
    )


@contextlib.asynccontextmanager
async def projecting(log: Log, views: Views) -> AsyncIterator[None]:
    """The stage over all partitions, cancelled at the end as the daemon does it."""
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(project.run(log, views, partition)) for partition in range(log.partitions)]
        yield
        for task in tasks:
            task.cancel()


async def caught_up(log: Log) -> None:
    async with asyncio.timeout(60):
        while any([await log.lag(project.GROUP, partition) for partition in range(log.partitions)]):
            await asyncio.sleep(0.02)


def feeds(path: Path) -> dict[str, str]:
    with Reader(path) as reader:
        return {row.id: row.state for row in reader.feeds()}


async def test_every_event_reaches_the_views_and_is_acknowledged(tmp_path: Path) -> None:
    path = tmp_path / FILE
    names = [f"feed-{number}" for number in range(40)]
    async with open_log("embedded", data_dir=tmp_path, partitions=PARTITIONS) as log:
        with Views(path) as views:
            async with projecting(log, views):
                for name in names:
                    await record(log, name)
                await caught_up(log)
        assert feeds(path) == dict.fromkeys(sorted(names), "working")
        assert await compare(log, path) is None


async def test_a_stage_that_is_stopped_again_and_again_misses_nothing_and_repeats_nothing(tmp_path: Path) -> None:
    path = tmp_path / FILE
    async with open_log("embedded", data_dir=tmp_path, partitions=PARTITIONS, lease_seconds=1.0) as log:
        for stop in range(6):
            with Views(path) as views:
                async with projecting(log, views):
                    for number in range(10):
                        await record(log, f"feed-{stop}-{number}")
                    await asyncio.sleep(stop / 100)
        with Views(path) as views:
            async with projecting(log, views):
                await caught_up(log)
        assert len(feeds(path)) == 60
        assert await compare(log, path) is None


async def test_views_that_were_lost_after_everything_was_acknowledged_are_made_again_by_the_stage(
    tmp_path: Path,
) -> None:
    path = tmp_path / FILE
    async with open_log("embedded", data_dir=tmp_path, partitions=PARTITIONS) as log:
        for number in range(10):
            await record(log, f"feed-{number}")
        with Views(path) as views:
            async with projecting(log, views):
                await caught_up(log)
        path.unlink()
        with Views(path) as views:
            async with projecting(log, views):
                await record(log, "one-more")
                await caught_up(log)
        assert len(feeds(path)) == 11
        assert await compare(log, path) is None


async def test_an_event_that_does_not_fit_stops_the_stage_and_stays_unacknowledged(tmp_path: Path) -> None:
    class Unfit(Views):
        def apply(self, batch: object) -> None:
            if batch:
                raise Corrupt("does not fit")

    async with open_log("embedded", data_dir=tmp_path) as log:
        await record(log, "post")
        with Unfit(tmp_path / FILE) as views, pytest.raises(Corrupt, match="does not fit"):
            await project.run(log, views, 0)
        assert await log.lag(project.GROUP, 0) == 3
        assert await log.parked(project.GROUP) == []
