"""Work for a run that is to end: each timer's work is done once, and what comes due again meanwhile is left to the next run."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from monitor.ports import Batch, Claim, Finish, Log


class Once:
    """A worker that does each member's work once."""

    def __init__(self, log: Log, work: Callable[[Claim], Awaitable[None]]) -> None:
        self._log, self._work = log, work
        self._seen: set[str] = set()
        self._under_way = 0
        self._last_was_new = False

    async def __call__(self, claim: Claim) -> None:
        """Do the work of a new member; put a known one back as it was."""
        if claim.member in self._seen:
            self._last_was_new = False
            await self._log.commit(Batch(claim.partition, finish=Finish(claim, delay=0.0)))
            return
        self._seen.add(claim.member)
        self._last_was_new = True
        self._under_way += 1
        try:
            await self._work(claim)
        finally:
            self._under_way -= 1

    def has_done_all(self, next_due: float | None) -> bool:
        """Whether nothing new is left, by the seconds until the next timer.

        Timers come in the order in which they are due, so that a repeat says that whatever was due before it has come.
        """
        is_due = next_due is not None and next_due <= 0
        return not self._under_way and not (is_due and self._last_was_new)
