"""Events into views: read, apply, acknowledge. What an event means for the views is the projection's to say.

An event that cannot be applied is never set aside, since the ones after it stand on it: the stage stops loudly.
"""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from functools import partial
from typing import Final

import structlog

from monitor.core.events import Recorded
from monitor.errors import Fenced
from monitor.ports import Batch, Consumed, Log, Projection
from monitor.stages.disk import Disk

GROUP: Final = "project"
_BATCH: Final = 256

logger = structlog.get_logger()


async def run(log: Log, views: Projection, partition: int, disk: Disk | None = None) -> None:
    """Keep the views of one partition up to date, for ever.

    Raises Corrupt or UnknownEvent where the log does not verify or was written by a newer Monitor.
    """
    disk, token = disk or Disk(), ""
    await disk.until_taken(lambda: _catch_up(log, views, partition))
    async with aclosing(log.consume(GROUP, partition, limit=_BATCH)) as batches:
        async for batch in batches:
            # under a new token: another process may have read on meanwhile, into views of its own
            if batch and batch[0].ack.token != token:
                token = batch[0].ack.token
                await disk.until_taken(lambda: _catch_up(log, views, partition))
            await disk.until_taken(partial(_apply, log, views, batch))


async def _catch_up(log: Log, views: Projection, partition: int) -> None:
    """Views that were lost or set aside are behind what the group has acknowledged: read on from where they are."""
    batch: list[Recorded] = []
    async for recorded in log.read(partition, await asyncio.to_thread(views.position, partition)):
        batch.append(recorded)
        if len(batch) == _BATCH:
            await asyncio.to_thread(views.apply, batch)
            batch = []
    await asyncio.to_thread(views.apply, batch)


async def _apply(log: Log, views: Projection, batch: list[Consumed]) -> None:
    """The views keep their own position, so an event whose acknowledgement is lost is passed over when it comes again."""
    await asyncio.to_thread(views.apply, [consumed.recorded for consumed in batch])
    async with asyncio.TaskGroup() as group:  # at once: the log writes them to its disk together
        for consumed in batch:
            group.create_task(_acknowledge(log, consumed))


async def _acknowledge(log: Log, consumed: Consumed) -> None:
    try:
        await log.commit(Batch(consumed.ack.partition, ack=consumed.ack))
    except Fenced:
        logger.info("lease lost while acknowledging", group=GROUP, position=consumed.recorded.position)
