"""The owner of an embedded log, writing and archiving as fast as it can; says each event that was acknowledged, id and position, a line each.

A third argument weakens `appendfsync`, to see that the harness sees it.
"""

from __future__ import annotations

import asyncio
import logging
import random
import sys
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import structlog
from redis.exceptions import ResponseError

from monitor.core.events import FeedMoved
from monitor.ports import Append, Batch
from monitor.store import RedisLog, open_log
from monitor.store.keys import GROUPS, Keys

PARTITIONS = 2


async def write(log: RedisLog, entity: str, chance: random.Random) -> None:
    home = log.partition_of(entity)
    while True:
        event = FeedMoved(datetime.now(UTC), entity, "https://post.example/", "x" * chance.randrange(2000))
        head = await log.load(home, entity)
        for recorded in await log.commit(Batch(home, (Append(entity, head, (event,)),))):
            print(recorded.id, recorded.position, flush=True)
        if chance.random() < 0.1:
            await asyncio.sleep(0.01)


async def archive(log: RedisLog, partition: int, chance: random.Random) -> None:
    """Seal small segments and drop them, all groups having done with everything."""
    events = Keys(partition).events
    async with log.archivist(partition) as archivist:
        while True:
            waiting = await archivist.gather(chance.randrange(20, 200), 2**20)
            if waiting.events:
                await archivist.seal()
                last = (await log.archive.mark(partition)).position
                for group in GROUPS:
                    await log.connection.ask("XGROUP", "SETID", events, group, last)
                await archivist.trim()
            if chance.random() < 0.05:
                with suppress(ResponseError):  # one is under way
                    await log.connection.once("BGREWRITEAOF")
            await asyncio.sleep(0.05)


async def main() -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    chance = random.Random(int(sys.argv[2]))
    opened = open_log("embedded", data_dir=Path(sys.argv[1]), partitions=PARTITIONS, archiving=True)
    async with opened as log, asyncio.TaskGroup() as tasks:
        if sys.argv[3:]:
            await log.connection.ask("CONFIG", "SET", "appendfsync", sys.argv[3])
        for number in range(6):
            tasks.create_task(write(log, f"feed_{number}", chance))
        for partition in range(PARTITIONS):
            tasks.create_task(archive(log, partition, chance))


asyncio.run(main())
