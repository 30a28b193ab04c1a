"""Quiet hours: until when nobody wants to be woken. They hold nothing themselves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo

LOUD = "critical"
"""The severity that quiet hours never hold."""
_LONGEST = 8  # windows in a row: whole days that follow one another all week end somewhere


@dataclass(frozen=True, slots=True)
class Quiet:
    """From one time of day to another (over midnight where that is earlier), on nights that begin on these days (Monday is 0).

    `zone` is an IANA zone's: an hour that the clocks skip or repeat is as long as it really is.
    """

    start: time
    end: time
    zone: tzinfo
    days: frozenset[int] = frozenset(range(7))

    def held_until(self, at: datetime) -> datetime | None:
        """When the quiet that reigns at `at` ends (UTC); None where it does not reign."""
        until = self._end_around(at)
        for _ in range(_LONGEST):
            further = self._end_around(until) if until else None
            if further is None or further == until:
                break
            until = further
        return until

    def _end_around(self, at: datetime) -> datetime | None:
        today = at.astimezone(self.zone).date()
        for day in (today - timedelta(days=1), today):
            if day.weekday() in self.days:
                ends_on = day if self.start < self.end else day + timedelta(days=1)
                start = datetime.combine(day, self.start, self.zone).astimezone(UTC)
                end = datetime.combine(ends_on, self.end, self.zone).astimezone(UTC)
                if start <= at < end:
                    return end
        return None
