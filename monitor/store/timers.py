"""Timers: due work, claimed for a lease. Setting and finishing them is part of a commit."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from uuid import uuid4

from monitor.ports import Claim
from monitor.store.commits import milliseconds
from monitor.store.connection import Call, Connection
from monitor.store.keys import Keys
from monitor.store.scripts import CLAIM, NEXT_DUE, RELEASE


class Timers:
    """The timers of all partitions."""

    def __init__(self, connection: Connection, clock: Callable[[], str]) -> None:
        self._connection, self._clock = connection, clock

    async def claim(self, kind: str, partition: int, limit: int, lease: float) -> list[Claim]:
        """Take up to `limit` due timers for `lease` seconds."""
        keys, request = Keys(partition), uuid4().hex
        arguments = [request, self._clock(), kind, str(limit), milliseconds(lease)]
        rows = await self._connection.run(Call(CLAIM, [*keys.timers(kind), keys.ledger], arguments))
        return [
            Claim(kind, partition, member.decode(), request, payload, datetime.fromtimestamp(int(due) / 1000, UTC))
            for member, due, payload in rows
        ]

    async def next_due(self, kind: str, partition: int) -> float | None:
        """Seconds until the next unclaimed timer is due."""
        due, _, claims = Keys(partition).timers(kind)
        left = await self._connection.run(Call(NEXT_DUE, [due, claims], [self._clock()]))
        return None if left is None else int(left) / 1000

    async def release(self, partition: int) -> int:
        """Give back every claim of a partition, whoever holds it: for a start that knows that no holder lives."""
        fields = await self._connection.ask("HKEYS", Keys(partition).ledger)
        kinds = [field.removeprefix(b"kind:").decode() for field in fields if field.startswith(b"kind:")]
        released = 0
        for kind in kinds:
            due, _, claims = Keys(partition).timers(kind)
            released += await self._connection.run(Call(RELEASE, [due, claims], []))
        return released
