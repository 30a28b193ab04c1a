"""A role that one holder has at a time, fenced by a token that only grows. What the holder may do with it is not its business."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable
from uuid import uuid4

from monitor.errors import LogUnavailable
from monitor.store.commits import milliseconds
from monitor.store.connection import Call, Connection
from monitor.store.keys import Keys
from monitor.store.scripts import LEASE, LEAVE

TTL = 10.0  # seconds
_LONGEST_WAIT = 1.0
_LAST_ATTEMPT = 5.0


class Lease:
    """One holder's view of a role. It renews itself every ttl/3 and holds itself lost after 2/3 ttl without a renewal."""

    def __init__(
        self, connection: Connection, role: str, partition: int, clock: Callable[[], str], ttl: float = TTL
    ) -> None:
        self._connection, self._key, self._clock, self._ttl = connection, Keys(partition).lease(role), clock, ttl
        self.owner = uuid4().hex
        self.token = ""
        self._renewed = 0.0
        self._renewals: asyncio.Task[None] | None = None
        self._taking: asyncio.Task[float] | None = None

    async def hold(self) -> None:
        """Return once the role is ours, at once where it is."""
        while not (self.token and time.monotonic() - self._renewed < self._ttl * 2 / 3):
            self._taking = asyncio.create_task(self._take(), name=f"take {self._key}")
            left = await asyncio.shield(self._taking)  # who is cancelled here may have it already: `leave` looks
            if left:
                await asyncio.sleep(min(left, _LONGEST_WAIT))
        self._keep_renewing()

    def lose(self) -> None:
        """Take note that somebody else holds the role now."""
        self.token = ""

    async def leave(self) -> None:
        """Give the role up. One attempt: a lease that cannot be given up runs out by itself."""
        tasks = [task for task in (self._taking, self._renewals) if task]
        if self._taking:
            await asyncio.wait([self._taking], timeout=_LAST_ATTEMPT)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if tasks:
            self.token = ""
            await self._connection.try_all([Call(LEAVE, [self._key], [self.owner]).words()])

    async def _take(self) -> float:
        """Ask for the role; the seconds that another holder has left, or 0 where it is ours."""
        asked = time.monotonic()
        call = Call(LEASE, [self._key], [self.owner, self._clock(), milliseconds(self._ttl)])
        verdict, value = await self._connection.run(call)
        if verdict == b"held":
            self.token, self._renewed = value.decode(), asked
            return 0.0
        self.token = ""
        return max(int(value) / 1000, 0.01)

    def _keep_renewing(self) -> None:
        if self._renewals is None or self._renewals.done():
            self._renewals = asyncio.create_task(self._renew(), name=f"renew {self._key}")

    async def _renew(self) -> None:
        with contextlib.suppress(LogUnavailable):  # `hold` meets it again, where somebody listens
            while self.token:
                await asyncio.sleep(self._ttl / 3)
                if self.token:
                    await self._take()
