"""The log on Redis Streams: the `Log` port over one connection. Decides nothing; the scripts keep what it promises."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from datetime import UTC, datetime
from uuid import uuid4

from monitor.core.events import Recorded
from monitor.errors import Corrupt, Dropped
from monitor.ports import Batch, Claim, Consumed, Floor, Founded, Head, Past
from monitor.store import entries
from monitor.store.archive import Archive, Missing
from monitor.store.commits import Fact, commit_of, places
from monitor.store.connection import Call, Connection
from monitor.store.consumers import IDLE_MILLISECONDS, Consumers
from monitor.store.courier import Courier
from monitor.store.entries import Stored
from monitor.store.keys import Keys, home
from monitor.store.leases import TTL
from monitor.store.scripts import REPIN
from monitor.store.sealing import Archivist
from monitor.store.timers import Timers

PAGE = 100  # events a round trip when reading through the log


class RedisLog:
    """The log. `now` replaces the server's clock, so that tests may let days pass in a second."""

    def __init__(
        self,
        connection: Connection,
        partitions: int,
        archive: Archive,
        *,
        now: Callable[[], datetime] | None = None,
        lease_seconds: float = TTL,
    ) -> None:
        self.connection = self._connection = connection
        self.archive, self._partitions, self._now, self._ttl = archive, partitions, now, lease_seconds
        self._courier = Courier(connection)
        self._timers = Timers(connection, self._clock)
        self._consumers = Consumers(connection, self._clock, ttl=lease_seconds)

    @property
    def partitions(self) -> int:
        """How many partitions the log has."""
        return self._partitions

    @property
    def trouble(self) -> str:
        """Why the server does not answer just now; empty where it does."""
        return self._connection.outage.trouble

    def partition_of(self, entity: str) -> int:
        """Where an entity with no other home lives."""
        return home(entity, self._partitions)

    async def now(self) -> datetime:
        """The server's time, or the injected one, UTC."""
        if self._now:
            return self._now().astimezone(UTC)
        seconds, microseconds = await self._connection.ask("TIME")
        return datetime.fromtimestamp(int(seconds) + int(microseconds) / 1e6, UTC)

    async def load(self, partition: int, entity: str) -> Head:
        """The newest head of an entity."""
        version, head, snapshot = await self._connection.ask("HMGET", Keys(partition).state(entity), "v", "h", "s")
        return Head(int(version), head.decode(), snapshot) if version else Head()

    async def history(self, partition: int, entity: str, upto: int | None = None) -> list[Recorded]:
        """The entity's events, oldest first. Raises Corrupt where the chain does not verify, Dropped where its beginning was."""
        past = await self.past(partition, entity, upto)
        if past.lost:
            raise Dropped(f"versions 1 to {past.lost} of {entity} were dropped by retention")
        return past.events

    async def past(self, partition: int, entity: str, upto: int | None = None) -> Past:
        """What retention has left of an entity's events, oldest first; raises Dropped where that is nothing, Corrupt where the chain does not verify."""
        if upto == 0:
            return Past()
        last = -1 if upto is None else upto - 1
        keys = Keys(partition)
        positions, floor = await self._connection.ask_all(
            [("LRANGE", keys.history(entity), 0, last), ("HGET", keys.archive, "floor")]
        )
        try:
            return await self._left(partition, entity, positions, floor)
        except Corrupt:
            if await self._connection.ask("HGET", keys.archive, "floor") == floor:
                raise
            return await self.past(partition, entity, upto)  # dropped while it was read

    async def _left(self, partition: int, entity: str, positions: Sequence[bytes], floor: bytes | None) -> Past:
        cut = await self.archive.cut(partition, entity) if floor else None
        if cut is None:
            return Past(events=entries.verified(entity, await self.stored(partition, positions), partition))
        if len(positions) <= cut.version:
            raise Dropped(f"versions 1 to {cut.version} of {entity} were dropped by retention")
        left = await self.stored(partition, positions[cut.version :])
        return Past(cut.version, cut.article, entries.verified(entity, left, partition, cut.version, cut.hash))

    async def commit(self, batch: Batch) -> list[Recorded]:
        """Apply a batch. Raises Conflict, Fenced, or LogError for a batch that is too large or contradicts itself."""
        commit = commit_of(batch, uuid4().hex, self._clock())
        stands = places(await self._courier.send(commit.call))
        return [
            _at(fact, position) if new else await self._event_at(batch.partition, position)
            for fact, (new, position) in zip(commit.facts, stands, strict=True)
        ]

    async def note(self, partition: int, key: str) -> bytes | None:
        """A note."""
        value: bytes | None = await self._connection.ask("HGET", Keys(partition).notes, key)
        return value

    async def pin(self, alias: str, entity: str) -> str:
        """Bind an alias to an entity unless it is bound already; returns whom it is bound to now."""
        aliases = Keys(self.partition_of(alias)).aliases
        _, bound = await self._connection.ask_all([("HSETNX", aliases, alias, entity), ("HGET", aliases, alias)])
        return str(bound.decode())

    async def repin(self, alias: str, holder: str, entity: str) -> str:
        """Bind an alias that is bound to `holder`, or to nobody, to `entity` instead; returns whom it is bound to now."""
        aliases = Keys(self.partition_of(alias)).aliases
        bound = await self._connection.run(Call(REPIN, [aliases], [alias, holder, entity]))
        return str(bound.decode())

    async def resolve(self, aliases: Sequence[str]) -> str | None:
        """Whom the first bound of these aliases is bound to."""
        if not aliases:
            return None
        asked = [("HGET", Keys(self.partition_of(alias)).aliases, alias) for alias in aliases]
        bound = await self._connection.ask_all(asked)
        return next((entity.decode() for entity in bound if entity), None)

    async def claim(self, kind: str, partition: int, limit: int, lease: float) -> list[Claim]:
        """Take up to `limit` due timers for `lease` seconds."""
        return await self._timers.claim(kind, partition, limit, lease)

    async def next_due(self, kind: str, partition: int) -> float | None:
        """Seconds until the next unclaimed timer of this kind is due."""
        return await self._timers.next_due(kind, partition)

    def consume(self, group: str, partition: int, *, limit: int = 64) -> AsyncGenerator[list[Consumed], None]:
        """The events that the group has not acked, in order, for ever."""
        return self._consumers.consume(group, partition, limit)

    async def park(self, consumed: Consumed, error: str) -> None:
        """Set an event that keeps failing aside. Raises Fenced where it is not ours any more."""
        await self._consumers.park(consumed, error)

    async def parked(self, group: str) -> list[tuple[Recorded, str]]:
        """The parked events of a group, each with its error."""
        return [
            pair for partition in range(self._partitions) for pair in await self._consumers.parked(group, partition)
        ]

    async def unpark(self, group: str, event_id: str) -> bool:
        """Hand a parked event to its group again; False where there is no such event."""
        for partition in range(self._partitions):
            if await self._consumers.unpark(group, partition, event_id):
                return True
        return False

    async def lag(self, group: str, partition: int) -> int:
        """How many events the group has neither acked nor parked."""
        return await self._consumers.lag(group, partition)

    async def behind(self, group: str, partition: int) -> float:
        """The age in seconds of the oldest event that the group has neither acked nor parked."""
        return await self._consumers.behind(group, partition)

    async def read(self, partition: int, after: str = "0-0", *, follow: bool = False) -> AsyncGenerator[Recorded, None]:
        """Every event after a position, oldest first, from the archive and the stream; with `follow`, for ever."""
        async for event in self.scan(partition, after, follow=follow):
            yield entries.opened(event, partition)

    async def scan(
        self, partition: int, after: str = "0-0", *, follow: bool = False, missing: Missing | None = None
    ) -> AsyncIterator[Stored]:
        """As `read`, but the events as they are stored. With `missing`, archived segments that cannot be read are told and passed over."""
        keys = Keys(partition)
        while True:
            page, kept = await self._connection.ask_all(
                [("XRANGE", keys.events, f"({after}", "+", "COUNT", PAGE), ("HGET", keys.archive, "kept")]
            )
            if kept and entries.order(after) < entries.order(
                kept.decode()
            ):  # asked after the page: it may have missed some
                async for event in self.archive.between(partition, after, kept.decode(), missing):
                    after = event.position
                    yield event
            for row in page:
                event = entries.stored(row, partition)
                if entries.order(event.position) > entries.order(after):
                    after = event.position
                    yield event
            if not page and not follow:
                return
            if not page:
                await self._connection.ask(
                    "XREAD", "COUNT", 1, "BLOCK", IDLE_MILLISECONDS, "STREAMS", keys.events, after
                )

    async def stored(self, partition: int, positions: Sequence[bytes]) -> list[Stored]:
        """The events at these positions, from the stream or the archive. Raises Corrupt where one is in neither."""
        events, found = Keys(partition).events, []
        for start in range(0, len(positions), PAGE):
            asked = [("XRANGE", events, position, position) for position in positions[start : start + PAGE]]
            found += await self._connection.ask_all(asked)
        hot = {
            position: entries.stored(rows[0], partition)
            for position, rows in zip(positions, found, strict=True)
            if rows
        }
        wanted = [position.decode() for position in positions if position not in hot]
        cold = await self.archive.find(partition, wanted) if wanted else {}
        if missing := [position for position in wanted if position not in cold]:
            raise Corrupt(
                f"{len(missing)} events of partition {partition} are gone from the log, the first at {missing[0]!r}"
            )
        return [hot[position] if position in hot else cold[position.decode()] for position in positions]

    async def floor(self, partition: int) -> Floor | None:
        """Up to where events were dropped; None where none was."""
        base = await self.archive.base(partition)
        return Floor(base.position, base.dropped) if base else None

    async def founded(self, partition: int) -> AsyncIterator[list[Founded]]:
        """The articles that lost their beginning, as they were when they said what is their first text now, in pages."""
        async for page in self.archive.cuts(partition):
            yield [Founded(cut.article, cut.addresses) for cut in page if cut.article]

    def archivist(self, partition: int) -> Archivist:
        """Whoever archives a partition; a context manager."""
        return Archivist(self._connection, self.archive, partition, self._clock, self._ttl)

    async def events(self) -> int:
        """How many events there are, in the archive and the stream."""
        ledgers = [Keys(partition).ledger for partition in range(self._partitions)]
        counts = await self._connection.ask_all([("HGET", ledger, "events") for ledger in ledgers])
        return sum(int(count or 0) for count in counts)

    async def release_the_dead(self) -> int:
        """Give back every lease and claim: for a start that knows that no holder lives. Returns how many there were."""
        released = 0
        for partition in range(self._partitions):
            released += await self._consumers.release(partition) + await self._timers.release(partition)
        return released

    async def close(self) -> None:
        """Stop sending; whoever still waits is cancelled."""
        await self._courier.close()

    def _clock(self) -> str:
        """The injected time in milliseconds for a script; empty for the server's own."""
        return str(round(self._now().timestamp() * 1000)) if self._now else ""

    async def _event_at(self, partition: int, position: str) -> Recorded:
        (event,) = await self.stored(partition, [position.encode()])
        return entries.opened(event, partition)


def _at(fact: Fact, position: str) -> Recorded:
    made = fact.recorded
    return Recorded(made.id, made.entity, made.version, made.hash, made.event, made.partition, position)
