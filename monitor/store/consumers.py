"""Consumer groups: each partition has one leased reader a group, so that order holds; what keeps failing is parked in sight."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from typing import Any
from uuid import uuid4

from monitor.core.events import Recorded
from monitor.errors import Fenced
from monitor.ports import Ack, Consumed
from monitor.store import entries
from monitor.store.connection import Call, Connection
from monitor.store.keys import ARCHIVE, ASIDE, CONSUMER, GROUPS, Keys
from monitor.store.leases import TTL, Lease
from monitor.store.scripts import LAG, LEAVE, PARK, READ, UNPARK

IDLE_MILLISECONDS = 1000  # how long one idle turn waits for news


class Consumers:
    """The consumer groups of all partitions."""

    def __init__(self, connection: Connection, clock: Callable[[], str], *, ttl: float = TTL) -> None:
        self._connection, self._clock, self._ttl = connection, clock, ttl

    async def consume(self, group: str, partition: int, limit: int) -> AsyncGenerator[list[Consumed], None]:
        """What the group has not acked, in order; each turn begins with what was handed out before and is still open."""
        lease = Lease(self._connection, group, partition, self._clock, self._ttl)
        try:
            while True:
                await lease.hold()
                verdict, *rest = await self._read(lease, group, partition, limit)
                if verdict == b"fenced":
                    lease.lose()
                elif verdict == b"some":
                    yield [_consumed(row, lease, group, partition) for row in rest]
                else:
                    yield []
                    await self._wait_for_news(partition, rest[0])
        finally:
            await lease.leave()

    async def park(self, consumed: Consumed, error: str) -> None:
        """Set an event aside. Raises Fenced where it is not ours any more."""
        ack, keys = consumed.ack, Keys(consumed.ack.partition)
        names = [keys.events, keys.lease(ack.group), keys.parked(ack.group)]
        about = [ack.group, CONSUMER, ack.position, ack.owner, ack.token, ASIDE, consumed.recorded.id, error]
        if await self._connection.run(Call(PARK, names, about)) == b"fenced":
            raise Fenced(f"{ack.group} at {ack.position} is somebody else's now")

    async def parked(self, group: str, partition: int) -> list[tuple[Recorded, str]]:
        """The parked events of a group in a partition, oldest first."""
        keys = Keys(partition)
        flat = await self._connection.ask("HGETALL", keys.parked(group))
        found = []
        for value in flat[1::2]:
            position, _, error = value.partition(b"|")
            rows = await self._connection.ask("XRANGE", keys.events, position, position)
            found.append((entries.recorded(rows[0] if rows else [position], partition), error.decode()))
        return sorted(found, key=lambda pair: entries.order(pair[0].position))

    async def unpark(self, group: str, partition: int, event_id: str) -> bool:
        """Hand a parked event to its group again; the reader meets it on its next turn."""
        keys = Keys(partition)
        names = [keys.events, keys.parked(group), keys.ledger]
        return bool(await self._connection.run(Call(UNPARK, names, [uuid4().hex, group, CONSUMER, event_id])))

    async def lag(self, group: str, partition: int) -> int:
        """How many events the group has neither acked nor parked."""
        keys = Keys(partition)
        return int(await self._connection.run(Call(LAG, [keys.events, keys.ledger], [group, ASIDE])))

    async def behind(self, group: str, partition: int) -> float:
        """The age in seconds, by the server's clock, of the oldest event that the group has neither acked nor parked."""
        events = Keys(partition).events
        pending, groups, now = await self._connection.ask_all(
            [("XPENDING", events, group, "-", "+", 1, CONSUMER), ("XINFO", "GROUPS", events), ("TIME",)]
        )
        if not pending:
            read_to = next(row for row in map(_fields, groups) if row[b"name"] == group.encode())[b"last-delivered-id"]
            pending = await self._connection.ask("XRANGE", events, b"(" + read_to, "+", "COUNT", 1)
        recorded = [entries.order(row[0].decode())[0] / 1000 for row in pending]
        return max([0.0, *(int(now[0]) + int(now[1]) / 1e6 - at for at in recorded)])

    async def release(self, partition: int) -> int:
        """End the leases of all groups of a partition, whoever holds them."""
        calls = [Call(LEAVE, [Keys(partition).lease(group)], [""]) for group in (*GROUPS, ARCHIVE)]
        return sum([int(await self._connection.run(call)) for call in calls])

    async def _read(self, lease: Lease, group: str, partition: int, limit: int) -> list[Any]:
        keys = Keys(partition)
        about = [group, CONSUMER, lease.owner, lease.token, str(limit)]
        answer: list[Any] = await self._connection.run(Call(READ, [keys.events, keys.lease(group)], about))
        return answer

    async def _wait_for_news(self, partition: int, position: bytes) -> None:
        words = ("XREAD", "COUNT", 1, "BLOCK", IDLE_MILLISECONDS, "STREAMS", Keys(partition).events, position)
        await self._connection.ask(*words)


def _consumed(row: list[Any], lease: Lease, group: str, partition: int) -> Consumed:
    entry, deliveries = row
    event = entries.recorded(entry, partition)
    return Consumed(event, Ack(group, partition, event.position, lease.owner, lease.token), int(deliveries))


def _fields(row: list[Any]) -> dict[bytes, Any]:
    """A flat list of names and values as a table."""
    return dict(zip(row[::2], row[1::2], strict=True))
