"""Messages about several alerts at once: `alert.group` and `alert.digest`, with frozen members. They decide not when.

The body names as many of the members as fit, the gravest first, and says how many there are; the event names them all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from monitor.core.events import AlertRaised, NotificationFormed, entity_id
from monitor.core.policy.copies import independent
from monitor.core.policy.envelope import MAX_BODY, sealed, stamp
from monitor.core.policy.grouping import Joined, Mode, Window
from monitor.core.policy.notifications import same_text
from monitor.core.policy.summary import MAX_SUMMARY, one_line

SCHEMA = 1
ROOM = MAX_BODY - 2_000  # bytes for the members; the rest is for what is said of them all
LONGEST = 200  # code points of a headline or an address
NAMED = 3  # watchlists in the summary

_GRAVITY = {"critical": 0, "warning": 1, "info": 2}
_TYPES: Mapping[Mode, str] = {
    "group": "alert.group",
    "sources": "alert.group",
    "digest": "alert.digest",
    "quiet": "alert.digest",
}


def brief_of(alert: AlertRaised, copies: int | None, supersedes: str | None) -> dict[str, Any]:
    """What a message about several says of one."""
    article = alert.data.get("article") or {}
    told = {name: str(article.get(name) or "")[:LONGEST] for name in ("url", "feed", "headline")}
    return {
        "id": alert.alert,
        "at": stamp(alert.at),
        "summary": str(alert.data.get("summary") or "")[:MAX_SUMMARY],
        "watchlist": alert.watchlist,
        "severity": alert.severity,
        "changes": list(alert.changes),
        "article": {"id": alert.article, **told},
        "copies": same_text(copies),
        "supersedes": supersedes,
    }


def bundle(window: Window, members: Sequence[Joined], at: datetime) -> NotificationFormed:
    """The message about all that waited in a window. Its id is computed from its members and the channel."""
    alerts = tuple(member.alert for member in members)
    notification = entity_id("msg", *alerts, window.channel)
    briefs = sorted((member.brief for member in members), key=_gravity)
    return NotificationFormed(
        at=at,
        notification=notification,
        channel=window.channel,
        alerts=alerts,
        article=window.lane,
        body=sealed(_TYPES[window.mode], at, _data(notification, window, briefs)),
        kind="digest" if _TYPES[window.mode] == "alert.digest" else "group",
        route=window.route,
    )


def _data(notification: str, window: Window, briefs: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    shown = _fitting(briefs)
    times = sorted(brief["at"] for brief in briefs)
    return {
        "id": notification,
        "schema": SCHEMA,
        "test": False,
        "summary": _summary(briefs),
        "severity": briefs[0]["severity"],
        "watchlists": sorted({brief["watchlist"] for brief in briefs}),
        "why": window.mode,
        "labels": window.labels,
        "count": len(briefs),
        "sources": independent(window.voices) if window.voices else None,
        "first": times[0],
        "last": times[-1],
        "alerts": shown,
        "cut": ["alerts"] if len(shown) < len(briefs) else [],
    }


def _fitting(briefs: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    room, shown = ROOM, []
    for brief in briefs:
        room -= len(msgspec.json.encode(brief)) + 1
        if room < 0:
            break
        shown.append(brief)
    return shown


def _summary(briefs: Sequence[Mapping[str, Any]]) -> str:
    names = sorted({brief["watchlist"] for brief in briefs})
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    line = f"{len(briefs)} alerts of {', '.join(names[:NAMED])}{more}; the first: {briefs[0]['summary']}"
    return one_line(line)[:MAX_SUMMARY]


def _gravity(brief: Mapping[str, Any]) -> int:
    return _GRAVITY.get(brief["severity"], len(_GRAVITY))
