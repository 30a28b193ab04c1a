"""What the notes of feeds say to a page: when each was read, when it is next, what its looks found. A log that is away says nothing, and holds up no page."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import datetime
from typing import Final

import msgspec

from monitor.core.overlap import Gaps
from monitor.core.rhythm import Rhythm
from monitor.ports import Log
from monitor.stages.poll import entity, looks_note

MOST: Final = 2_000  # feeds of one page
_AT_ONCE: Final = 32
_PATIENCE: Final = 2.0  # seconds for all of them


class Noted(msgspec.Struct, frozen=True):
    """Of `core.feed.FeedLooks` what a page shows: the rest, with every entry's fingerprint, may be a hundred times as long, and is passed over."""

    last_ok: datetime | None = None
    next_look: datetime | None = None
    rhythm: Rhythm = Rhythm()
    gaps: Gaps = Gaps()


async def looks_of(log: Log, feeds: Iterable[str]) -> dict[str, Noted]:
    """The notes of those feeds that have one, of the first `MOST`; none where the log does not answer in time."""
    places = asyncio.Semaphore(_AT_ONCE)

    async def note(feed: str) -> tuple[str, Noted | None]:
        async with places:
            raw = await log.note(log.partition_of(entity(feed)), looks_note(feed))
        return feed, msgspec.json.decode(raw, type=Noted) if raw else None

    if log.trouble:
        return {}
    try:
        async with asyncio.timeout(_PATIENCE):
            found = await asyncio.gather(*map(note, list(feeds)[:MOST]))
    except TimeoutError:
        return {}
    return {feed: noted for feed, noted in found if noted}
