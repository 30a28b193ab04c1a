"""What archiving promises on every kind of server: sealed before dropped, dropped only when done with, read as before."""

from __future__ import annotations

from contextlib import aclosing
from datetime import UTC, datetime
from pathlib import Path

import pytest
import redis

from monitor.core.events import FeedMoved, Recorded
from monitor.errors import Fenced
from monitor.ports import Append, Batch
from monitor.store import RedisLog, open_log
from monitor.store.keys import GROUPS
from monitor.store.verify import verify

DAY = datetime(2026, 11, 23, tzinfo=UTC)


async def some(log: RedisLog, partition: int, count: int) -> list[Recorded]:
    made = []
    for number in range(count):
        entity = f"feed_{number % 3}"
        event = FeedMoved(at=DAY, feed="f", url="u", to=str(number))
        head = await log.load(partition, entity)
        made += await log.commit(Batch(partition, (Append(entity, head, (event,)),)))
    return made


async def do_all(log: RedisLog, partition: int, group: str) -> None:
    async with aclosing(log.consume(group, partition)) as batches:
        async for batch in batches:
            for consumed in batch:
                await log.commit(Batch(partition, ack=consumed.ack))
            if not batch:
                return


async def test_sealed_then_dropped_and_read_as_before(raw: redis.Redis, server: str, tmp_path: Path) -> None:
    async with open_log(server, data_dir=tmp_path, partitions=2, archiving=True) as log:
        recorded = await some(log, 1, 30)
        async with log.archivist(1) as archivist:
            assert (await archivist.gather(20, 2**20)).events == 20
            assert await archivist.trim() == 0
            await archivist.seal()
            for group in GROUPS:
                assert await archivist.trim() == 0
                await do_all(log, 1, group)
            assert await archivist.trim() == 20
            assert await log.lag("archive", 1) == 10
            await archivist.gather(100, 2**20)
            await archivist.seal()
            assert await archivist.trim() == 10
        assert raw.xlen("{monitor:1}:events") == 0
        assert [event async for event in log.read(1)] == recorded
        assert await log.history(1, "feed_1") == [event for event in recorded if event.entity == "feed_1"]
        newer = await some(log, 1, 3)
        assert [event async for event in log.read(1, recorded[-1].position)] == newer
        assert [await log.lag(group, 1) for group in (*GROUPS, "archive")] == [3] * 5
        assert (await verify(log)).problems == []
    async with open_log(server, data_dir=tmp_path, partitions=2) as log:
        assert [event async for event in log.read(1)] == recorded + newer


async def test_only_the_holder_of_the_lease_takes_note(raw: redis.Redis, server: str, tmp_path: Path) -> None:
    async with open_log(server, data_dir=tmp_path, archiving=True) as log:
        await some(log, 0, 10)
        async with log.archivist(0) as slow, log.archivist(0) as quick:
            await slow.gather(5, 2**20)
            raw.hset("{monitor:0}:lease:archive", "x", 0)
            await quick.gather(7, 2**20)
            with pytest.raises(Fenced):
                await slow.seal()
            await quick.seal()
        assert (await log.archive.mark(0)).number == 7
