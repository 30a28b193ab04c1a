"""Lets captures go that are too old, or too many. Which ones must stay the views know; while they are behind the log nothing is deleted."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta

import structlog

from monitor.errors import DiskTrouble
from monitor.ports import Captures, Log, Projection, Swept
from monitor.stages.work import Pace

logger = structlog.get_logger()

Needs = Callable[[], AbstractContextManager[Callable[[str], bool]]]
"""Opens what says of a capture whether it must stay."""


@dataclass(frozen=True, slots=True)
class Retention:
    """How long a capture is kept, and how many bytes all of them may take."""

    keep: timedelta
    most_bytes: int


class Sweeper:
    """Sweeps the captures, now and then."""

    def __init__(self, log: Log, views: Projection, captures: Captures, needs: Needs, retention: Retention) -> None:
        self._log, self._views, self._captures = log, views, captures
        self._needs, self._retention = needs, retention

    async def sweep(self) -> Swept | None:
        """Delete what may go; None, and nothing done, where the views have not read the whole log, or the disk refuses."""
        if not await self._views_are_current():
            logger.info("captures not swept: the views are behind")
            return None
        try:
            with self._needs() as needed:
                swept = await self._captures.sweep(
                    needed, older_than=self._retention.keep, most_bytes=self._retention.most_bytes
                )
        except DiskTrouble as error:
            logger.warning("captures not swept: the disk refuses", reason=str(error))
            return None
        if swept.deleted:
            logger.info("captures deleted", count=swept.deleted, bytes=swept.freed, bytes_left=swept.left)
        return swept

    async def _views_are_current(self) -> bool:
        """Whether they have read all that is recorded. A capture that an event names later is too fresh to be deleted."""
        for partition in range(self._log.partitions):
            async for _ in self._log.read(partition, self._views.position(partition)):
                return False
        return True


async def sweeping(sweeper: Sweeper, pace: Pace) -> None:
    """Sweep whenever the bell rings, until told to stop."""
    while not pace.stopping:
        await pace.sleep()
        if not pace.stopping:
            await sweeper.sweep()
