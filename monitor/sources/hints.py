"""What a feed says of when to come again, as values: RSS 2.0's `ttl`, `skipHours` and `skipDays`, and RSS 1.0's syndication module. Judges none of it."""

from __future__ import annotations

import re
from itertools import product
from typing import Any, Final

from monitor.core.cadence import Hints
from monitor.sources import fields

_LONGEST: Final = 7 * 86_400.0
_SHORTEST: Final = 60.0
_PERIODS: Final = {"hourly": 3_600.0, "daily": 86_400.0, "weekly": 604_800.0, "monthly": 2_592_000.0, "yearly": 31_536_000.0}  # fmt: skip
_DAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_BEFORE_ENTRIES: Final = 64 * 1024
_ENTRY = re.compile(r"<(?:\w+:)?(?:item|entry)[\s>]", re.IGNORECASE)
_SKIPPED = re.compile(r"<skip(?:Hours|Days)\s*>(.{0,2000}?)</skip", re.IGNORECASE | re.DOTALL)
_NAMED = re.compile(r"<(hour|day)\s*>\s*(\w{1,9})\s*<", re.IGNORECASE)


def hints_of(channel: Any, text: str) -> Hints:
    """What the channel that feedparser read, and the text that it read, say. Whatever is no number and no day says nothing."""
    return Hints(
        ttl=_seconds(channel.get("ttl"), 60.0),
        period=_period(channel.get("sy_updateperiod"), channel.get("sy_updatefrequency")),
        skipped=_skipped(_ENTRY.split(text[:_BEFORE_ENTRIES], maxsplit=1)[0]),
    )


def _seconds(count: object, unit: float) -> float | None:
    """So many units of time: more than nothing, a week at the most."""
    try:
        seconds = float(str(count)[:32]) * unit
    except ValueError:
        return None
    return min(seconds, _LONGEST) if seconds > 0 else None


def _period(name: object, frequency: object) -> float | None:
    """Seconds between two updates; once a period where it does not say how often."""
    period = _PERIODS.get(fields.plain(name, 16).lower())
    often = _seconds(frequency or 1, 1.0)
    return max(period / often, _SHORTEST) if period and often else None


def _skipped(head: str) -> tuple[int, ...]:
    """The hours of the week (Monday 00:00 GMT is 0) in which a channel says that nothing comes; feedparser keeps only the last of them."""
    said = [found.groups() for spell in _SKIPPED.findall(head) for found in _NAMED.finditer(spell)]
    hours = {int(word) % 24 for name, word in said if name.lower() == "hour" and word.isdecimal() and int(word) <= 24}
    days = {_DAYS.index(word.lower()) for name, word in said if name.lower() == "day" and word.lower() in _DAYS}
    return tuple(day * 24 + hour for day, hour in product(range(7), range(24)) if day in days or hour in hours)
