"""The clock: APScheduler ticks over the timers of the log, and works out interval and cron times. It keeps no job of a feed.

Due times live in the log's timers (`ports.Log.claim`), shared by every daemon; one APScheduler job a feed would live in one
process and cost a hundred times as much.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger


class _Steady(tzinfo):
    """UTC by a clock that nobody can set: what APScheduler takes for now is when this began and the time that passed since.

    By the wall clock, an hour's step back would silence every tick for that hour, and a step forward make it work through all it missed.
    """

    def __init__(self) -> None:
        self._began, self._at = datetime.now(UTC), time.monotonic()

    def fromutc(self, dt: datetime) -> datetime:
        """Now, whatever the wall clock says: what `datetime.now(tz)` asks."""
        del dt
        return (self._began + timedelta(seconds=time.monotonic() - self._at)).replace(tzinfo=self)

    def utcoffset(self, dt: datetime | None) -> timedelta:
        """None from UTC."""
        del dt
        return timedelta(0)

    def tzname(self, dt: datetime | None) -> str:
        """Its name."""
        del dt
        return "UTC"

    def dst(self, dt: datetime | None) -> timedelta:
        """None either."""
        del dt
        return timedelta(0)


@asynccontextmanager
async def ticking(ticks: Mapping[str, tuple[float, Callable[[], Awaitable[None]]]]) -> AsyncIterator[None]:
    """While entered, await each of `ticks` (name: (seconds, callback)) at its interval; one that is late is not piled up.

    Setting the machine's clock, forward or back, does not touch them.
    """
    scheduler = AsyncIOScheduler(timezone=_Steady())
    for name, (seconds, callback) in ticks.items():
        scheduler.add_job(
            callback,
            IntervalTrigger(seconds=seconds, timezone=UTC),
            id=name,
            coalesce=True,
            max_instances=1,
            misfire_grace_time=None,
            next_run_time=datetime.now(scheduler.timezone),
        )
    scheduler.start()
    try:
        yield
    finally:
        scheduler.shutdown(wait=False)


def until_cron(expression: str, zone: str, now: datetime) -> timedelta:
    """How long until a five-field cron expression next fires, in the zone's wall-clock time. Raises ValueError for a bad one."""
    trigger = CronTrigger.from_crontab(expression, timezone=ZoneInfo(zone))
    fires = trigger.get_next_fire_time(None, now)
    if fires is None:
        raise ValueError(f"the cron expression {expression!r} never fires")
    return timedelta(seconds=(fires - now).total_seconds())
