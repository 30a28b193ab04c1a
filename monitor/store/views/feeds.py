"""What an event about a feed means for the views: its row as it stands after it."""

from __future__ import annotations

from typing import Final, assert_never

from monitor.core.events import (
    FeedBaselined,
    FeedEvent,
    FeedFailing,
    FeedGapped,
    FeedGone,
    FeedLying,
    FeedMoved,
    FeedRecovered,
    FeedSlow,
    FeedStale,
    FeedTrouble,
)
from monitor.store.views.statements import Value, Write, stamp, upsert

_WELL: Final[dict[str, Value]] = {
    "state": "working", "reason": "", "detail": "", "status": None, "failures": 0, "gone_since": None,
}  # fmt: skip
_AGAIN: Final[dict[str, dict[str, Value]]] = {
    "failing": _WELL,
    "stale": {"stale_since": None},
    "slow": {"slow_since": None},
    "lying": {"lying_since": None},
}


def of_feed(event: FeedEvent) -> Write:
    """The row of a feed after an event."""
    match event:
        case FeedBaselined():  # also of a feed that the configuration calls by another address now
            anew: dict[str, Value] = {column: value for columns in _AGAIN.values() for column, value in columns.items()}
            return upsert(
                "feeds",
                event.feed,
                **anew,
                moved_from=None,
                url=event.url,
                title=event.title,
                entries=event.entries,
                backlog=event.backlog,
                baselined_at=stamp(event.at),
                changed_at=stamp(event.at),
            )
        case FeedRecovered():
            return upsert("feeds", event.feed, url=event.url, **_AGAIN[event.was], changed_at=stamp(event.at))
        case FeedMoved():
            return upsert("feeds", event.feed, url=event.to, moved_from=event.url, changed_at=stamp(event.at))
        case _:
            return upsert("feeds", event.feed, url=event.url, **_troubled(event), changed_at=stamp(event.at))


def _troubled(event: FeedTrouble) -> dict[str, Value]:
    """What an event says that is wrong with a feed, by column."""
    match event:
        case FeedFailing():
            return {
                "state": "failing",
                "reason": event.reason,
                "detail": event.detail,
                "status": event.status,
                "failures": event.failures,
                "last_ok": stamp(event.last_ok) if event.last_ok else None,
            }
        case FeedGone():
            return {"gone_since": stamp(event.since), "reason": event.reason, "detail": "", "status": event.status}
        case FeedStale():
            return {
                "stale_since": stamp(event.at),
                "last_new": stamp(event.last_new),
                "usual_pause": event.usual_pause,
            }
        case FeedLying():
            return {"lying_since": stamp(event.at)}
        case FeedSlow():
            return {"slow_since": stamp(event.at), "answer": event.seconds, "usual_answer": event.usual}
        case FeedGapped():
            return {"gaps": event.count, "gap_since": stamp(event.since), "gap_until": stamp(event.at)}
        case _ as unreachable:
            assert_never(unreachable)
