"""What the notes of feeds say to a page: when each was read, when it is next, what its looks found. A log that is away says nothing, and holds up no page."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Final

import msgspec

from monitor.core.feed import FeedLooks
from monitor.ports import Log
from monitor.stages.poll import entity, looks_note

MOST: Final = 2_000  # feeds of one page
_AT_ONCE: Final = 32
_PATIENCE: Final = 2.0  # seconds for all of them


async def looks_of(log: Log, feeds: Iterable[str]) -> dict[str, FeedLooks]:
    """The notes of those feeds that have one, of the first `MOST`; none where the log does not answer in time."""
    places = asyncio.Semaphore(_AT_ONCE)

    async def note(feed: str) -> tuple[str, bytes | None]:
        async with places:
            return feed, await log.note(log.partition_of(entity(feed)), looks_note(feed))

    if log.trouble:
        return {}
    try:
        async with asyncio.timeout(_PATIENCE):
            found = await asyncio.gather(*map(note, list(feeds)[:MOST]))
    except TimeoutError:
        return {}
    return {feed: msgspec.json.decode(raw, type=FeedLooks) for feed, raw in found if raw}
