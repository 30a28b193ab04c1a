"""When a partition is archived, by the age, the number or the size of what waits; when old events go. How it is done safely is the archivist's business."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from time import monotonic
from typing import Final

import structlog

from monitor.errors import Fenced
from monitor.ports import Archivist, Keep, Waiting
from monitor.stages.disk import Disk

GROUP: Final = "archive"
PAUSE: Final = 2.0  # seconds between two looks at what waits
FIRST_LOOK: Final = 600.0  # seconds after the start at which what is too old is first looked for
LOOK: Final = 86_400.0  # seconds between two such looks: the views are made again after each that found something
FRESH: Final = 7 * 86_400.0
"""Seconds for which an archived event always stays: whatever still waits for it has come by then."""

logger = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Limits:
    """What may wait at most; whatever is reached first seals. `size` in bytes."""

    age: timedelta = timedelta(minutes=10)
    events: int = 2000
    size: int = 8 * 2**20


def is_full(waiting: Waiting, limits: Limits) -> bool:
    """Whether no more may be gathered."""
    return waiting.events >= limits.events or waiting.size >= limits.size


def is_due(waiting: Waiting, limits: Limits) -> bool:
    """Whether what waits is to be sealed."""
    return waiting.events > 0 and (is_full(waiting, limits) or waiting.age >= limits.age.total_seconds())


async def run(archivist: Archivist, limits: Limits, disk: Disk | None = None, keep: Keep | None = None) -> None:
    """Archive a partition, for ever, and drop from the archive what need not be kept, now and then. Raises Corrupt or LogUnavailable where going on would do harm."""
    disk, next_look = disk or Disk(), monotonic() + FIRST_LOOK
    while True:
        with suppress(Fenced):  # another daemon archives this partition now: wait for the lease again
            waiting = await disk.until_taken(partial(archivist.gather, limits.events, limits.size))
            if is_due(waiting, limits):
                await disk.until_taken(archivist.seal)
            if dropped := await archivist.trim():
                logger.info("archived events dropped from the hot log", events=dropped)
            if is_full(waiting, limits):
                continue
            if keep and monotonic() >= next_look:
                next_look = monotonic() + LOOK
                await disk.until_taken(partial(archivist.let_go, keep))
        await asyncio.sleep(PAUSE)
