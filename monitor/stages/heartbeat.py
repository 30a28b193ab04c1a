"""The heartbeat: a message to whoever watches Monitor, sent only while every stage keeps up. It is no fact: it is neither recorded nor repeated.

What counts is the age of the oldest work that is not done: an event that a stage has not dealt with, a timer that is overdue.
A channel that does not answer is not Monitor's lateness.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime

import structlog

from monitor.core.events import entity_id
from monitor.core.policy.envelope import sealed
from monitor.ports import Log, Notifier
from monitor.stages.jobs import deliveries_of
from monitor.stages.work import Pace

logger = structlog.get_logger()

SCHEMA = 1


class Heart:
    """Beats to some of the channels. `kinds` are the timers it looks at, `answering` the channels whose messages it does."""

    def __init__(
        self,
        log: Log,
        channels: Mapping[str, Notifier],
        *,
        groups: Collection[str],
        kinds: Collection[str],
        answering: Callable[[], Collection[str]],
        behind: float,
    ) -> None:
        self._log, self._channels = log, channels
        self._groups, self._kinds, self._answering, self._behind = groups, kinds, answering, behind

    async def beat(self) -> bool:
        """Look, and beat where nothing is late; says whether it did."""
        ages = await self.ages()
        late = {stage: round(age, 1) for stage, age in ages.items() if age > self._behind}
        if late:
            logger.warning("no heartbeat: Monitor does not keep up", late=late)
            return False
        at = await self._log.now()
        body = heartbeat(at, ages)
        for channel, notifier in self._channels.items():
            outcome = await notifier.send(entity_id("msg", "heartbeat", channel, at.isoformat()), body, at=at)
            if outcome.kind not in {"delivered", "accepted"}:
                logger.warning("heartbeat not taken", channel=channel, reason=outcome.reason, status=outcome.status)
        return True

    async def ages(self) -> dict[str, float]:
        """The age in seconds of each stage's oldest unfinished work, over all partitions."""
        partitions = range(self._log.partitions)
        ages = {group: max([await self._log.behind(group, at) for at in partitions]) for group in self._groups}
        for kind in (*self._kinds, *map(deliveries_of, self._answering())):
            waits = [await self._log.next_due(kind, at) for at in partitions]
            ages[kind] = max(0.0, *(-wait for wait in waits if wait is not None), 0.0)
        return ages


def heartbeat(at: datetime, ages: Mapping[str, float]) -> str:
    """The body of a heartbeat."""
    oldest = round(max(ages.values(), default=0.0), 1)
    data = {
        "id": entity_id("beat", at.isoformat()),
        "schema": SCHEMA,
        "test": False,
        "summary": f"Monitor keeps up: its oldest unfinished work is {oldest:g} seconds old",
        "oldest_seconds": oldest,
        "stages": {stage: round(age, 1) for stage, age in ages.items()},
        "cut": [],
    }
    return sealed("monitor.heartbeat", at, data)


async def beating(heart: Heart, pace: Pace) -> None:
    """Beat whenever the bell rings, until told to stop."""
    while True:
        await pace.sleep()
        if pace.stopping:
            return
        await heart.beat()
