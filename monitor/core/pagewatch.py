"""The single pages that somebody follows closely for a while: `monitor watch`. One snapshot holds all of them; it is the fold of its events.

It reads no page and asks no clock.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from monitor.core.events import WatchEnded, WatchEvent, WatchStarted, entity_id
from monitor.core.urls import canonical
from monitor.errors import Permanent

ENTITY = "watches"
SOURCE = "@watch"
"""What an article has as its source that was found by a watch: no feed or page can be called so."""
MOST = 200  # watches at once
SHORTEST = timedelta(seconds=5)
LONGEST = timedelta(days=30)


class Watches(msgspec.Struct, frozen=True):
    """All that are followed, the newest last."""

    watches: tuple[WatchStarted, ...] = ()


def decode(snapshot: bytes) -> Watches:
    """As the log keeps it; nothing is followed before the first event."""
    return msgspec.json.decode(snapshot, type=Watches) if snapshot else Watches()


def watch_id(url: str) -> str:
    """The id of the watch over an address. Raises Permanent for what is no http address."""
    return entity_id("watch", canonical(url))


def named(watches: Watches, url: str) -> WatchStarted | None:
    """The watch over an address, as it was typed or as it is written in another way."""
    try:
        watch = watch_id(url)
    except Permanent:
        return None
    return next((one for one in watches.watches if one.watch == watch), None)


def start(
    watches: Watches,
    url: str,
    *,
    every: timedelta,
    lasting: timedelta,
    watchlists: tuple[str, ...],
    max_age: timedelta,
    at: datetime,
    by: str,
) -> WatchStarted:
    """The event of a new watch, or of one that takes the place of that over the same page.

    Raises ValueError for times out of bounds and where no more are kept, Permanent for what is no http address.
    """
    if not SHORTEST <= every <= lasting <= LONGEST:
        raise ValueError(
            "expected at least 5s between two looks, no more than the time in all, and at most 30d of that"
        )
    watch = watch_id(url)
    if sum(one.watch != watch for one in watches.watches) >= MOST:
        raise ValueError(f"{MOST} pages are followed already: end one first")
    return WatchStarted(at, watch, url, every.total_seconds(), at + lasting, watchlists, by, max_age.total_seconds())


def over(watches: Watches, at: datetime) -> tuple[WatchEnded, ...]:
    """The events of those whose time is over."""
    return tuple(WatchEnded(at, one.watch, one.url, "over") for one in watches.watches if one.until <= at)


def fold(watches: Watches, *events: WatchEvent) -> Watches:
    """What is followed after some events."""
    standing = {one.watch: one for one in watches.watches}
    for event in events:
        standing.pop(event.watch, None)
        if isinstance(event, WatchStarted):
            standing[event.watch] = event
    return Watches(tuple(standing.values()))
