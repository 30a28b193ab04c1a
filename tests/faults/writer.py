"""The owner of an embedded log, writing and archiving as fast as it can; says each event that was acknowledged, a line each.

A third argument is the server's `appendfsync`, to see that the harness sees a weaker one; with `forgetful` behind it, old events are
dropped from the archive all the time.
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

from monitor.core import article
from monitor.core.events import AnyEvent, FeedMoved, MatchExcluded, type_of
from monitor.ports import Append, Batch, Keep
from monitor.store import RedisLog, open_log
from monitor.store.keys import GROUPS, Keys

sys.path.append(str(Path(__file__).parents[1]))  # it runs by itself

from archived import revision

PARTITIONS = 2


async def write(log: RedisLog, entity: str, chance: random.Random) -> None:
    while True:
        event = FeedMoved(datetime.now(UTC), entity, "https://post.example/", "x" * chance.randrange(2000))
        await commit(log, entity, event)
        if chance.random() < 0.1:
            await asyncio.sleep(0.01)


async def rewrite(log: RedisLog, entity: str, chance: random.Random) -> None:
    """An article that is revised again and again; now and then somebody is not told."""
    head = await log.load(log.partition_of(entity), entity)
    state, number = article.decode_article(head.snapshot), head.version
    while True:
        number += 1
        event = revision(entity, number)
        state = article.fold(state, event)
        await commit(log, entity, event, article.encode(state))
        if chance.random() < 0.3:
            excluded = MatchExcluded(datetime.now(UTC), entity, number, "war", ("raid",))
            await commit(log, f"exclusion_{chance.randbytes(8).hex()}", excluded)


async def commit(log: RedisLog, entity: str, event: AnyEvent, snapshot: bytes = b"") -> None:
    home = log.partition_of(entity)
    append = Append(entity, await log.load(home, entity), (event,), snapshot)
    for recorded in await log.commit(Batch(home, (append,))):
        print(recorded.id, recorded.position, entity, recorded.version, type_of(event), flush=True)


async def archive(log: RedisLog, partition: int, chance: random.Random, *, forgetful: bool) -> None:
    """Seal small segments and drop them from the stream, all groups having done with everything; what is `forgetful`, from the archive too."""
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
            if forgetful and chance.random() < 0.5:
                await archivist.let_go(Keep(age=0.0))
            if chance.random() < 0.05:
                with suppress(ResponseError):  # one is under way
                    await log.connection.once("BGREWRITEAOF")
            await asyncio.sleep(0.05)


async def main() -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    chance = random.Random(int(sys.argv[2]))
    opened = open_log("embedded", data_dir=Path(sys.argv[1]), partitions=PARTITIONS, archiving=True)
    async with opened as log, asyncio.TaskGroup() as tasks:
        await log.connection.ask("CONFIG", "SET", "appendfsync", sys.argv[3])
        for number in range(4):
            tasks.create_task(write(log, f"feed_{number}", chance))
            tasks.create_task(rewrite(log, f"article_{number}", chance))
        for partition in range(PARTITIONS):
            tasks.create_task(archive(log, partition, chance, forgetful="forgetful" in sys.argv[4:]))


asyncio.run(main())
