"""Archiving one partition: read, seal, take note, drop from the stream, in that order, so that a crash anywhere loses nothing.

The holder of a lease does it; a segment counts once the log has noted it under that lease. When to seal is the stage's to say.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from types import TracebackType
from typing import Final, Self

import structlog

from monitor.errors import Fenced, LogUnavailable
from monitor.ports import Keep, Waiting
from monitor.store import durable, segments
from monitor.store.archive import Archive, Mark
from monitor.store.connection import Call, Connection
from monitor.store.dropping import Dropping, Holder, clear
from monitor.store.entries import Stored, order, stored
from monitor.store.keys import ARCHIVE, GROUPS, IDENTITY, META, Keys
from monitor.store.leases import TTL, Lease
from monitor.store.scripts import MARK, TRIM

_log = structlog.get_logger()

_PAGE: Final = 500


class Archivist:
    """The `Archivist` port over one partition. Use as a context manager: leaving it gives the lease up."""

    def __init__(
        self, connection: Connection, archive: Archive, partition: int, clock: Callable[[], str], ttl: float = TTL
    ) -> None:
        self._connection, self._archive, self._partition = connection, archive, partition
        self._lease = Lease(connection, ARCHIVE, partition, clock, ttl)
        self._token = ""
        self._mark = Mark()
        self._events: list[Stored] = []
        self._bytes = 0

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._lease.leave()

    async def gather(self, events: int, size: int) -> Waiting:
        """Read on in what is not archived yet, up to so many events or bytes; what waits then. Waits for the lease."""
        await self._hold()
        while len(self._events) < events and self._bytes < size:
            page = await self._read(min(_PAGE, events - len(self._events)))
            for event in page:
                if self._bytes >= size:
                    break
                self._events.append(event)
                self._bytes += len(bytes(event.data))
            if not page:
                break
        return Waiting(len(self._events), self._bytes, await self._age())

    async def seal(self) -> None:
        """Make a segment of what was gathered, durably, and take note of it in the log.

        Raises Corrupt, DiskTrouble where the disk does not take it, or Fenced where the lease is lost.
        """
        if not self._events:
            return
        with durable.keeping("the archive"):
            seal = await asyncio.to_thread(self._write)
        last = self._events[-1]
        keys = Keys(self._partition)
        about = [ARCHIVE, self._lease.owner, self._token, self._mark.seal.sha256, *seal, last.position, str(last.n)]
        if await self._connection.run(Call(MARK, [keys.events, keys.lease(ARCHIVE), keys.archive], about)) != b"ok":
            self._lease.lose()
            self._token = ""
            raise Fenced(f"the archive of partition {self._partition} is somebody else's now")
        _log.info("events archived", partition=self._partition, manifest=seal.name, events=len(self._events))
        self._mark = Mark(seal, last.position, last.n)
        self._events, self._bytes = [], 0

    async def trim(self) -> int:
        """Drop from the stream what is archived and what every group has done with; returns how many events.

        Raises LogUnavailable where a group is missing.
        """
        keys = Keys(self._partition)
        verdict, what = await self._connection.run(Call(TRIM, [keys.events, keys.archive], [*GROUPS, ARCHIVE]))
        if verdict != b"ok":
            raise LogUnavailable(
                f"partition {self._partition} of the log has lost its consumer group {what.decode()}: nothing is dropped"
            )
        return int(what)

    async def let_go(self, keep: Keep) -> int:
        """Drop from the archive what need not be kept; returns how many events. Waits for the lease.

        Raises Corrupt, DiskTrouble where the disk does not take what is kept, or Fenced where the lease is lost.
        """
        await self._hold()
        holder = Holder(self._lease.owner, self._token)
        try:
            return await Dropping(self._connection, self._archive, self._partition, holder).drop(keep)
        except Fenced:
            self._lease.lose()
            self._token = ""
            raise

    async def _hold(self) -> None:
        """Return once the lease is ours; under a new token, begin anew where the log says that the archive ends."""
        await self._lease.hold()
        token = self._lease.token
        if token != self._token:
            self._events, self._bytes = [], 0
            self._mark = await self._archive.mark(self._partition)
            identity = await self._connection.ask("HGET", META, IDENTITY)
            with durable.keeping("the archive"):
                await asyncio.to_thread(self._sweep, identity.decode(), int(token))
                await self._clear(int(token))
            self._token = token

    async def _read(self, limit: int) -> list[Stored]:
        after = self._events[-1].position if self._events else self._mark.position
        rows = await self._connection.ask("XRANGE", Keys(self._partition).events, f"({after}", "+", "COUNT", limit)
        return [stored(row, self._partition) for row in rows]

    async def _age(self) -> float:
        """Seconds, by the server's clock, since the oldest event that waits was recorded."""
        if not self._events:
            return 0.0
        now = await self._connection.ask("TIME")
        return max(0.0, int(now[0]) - order(self._events[0].position)[0] / 1000)

    def _write(self) -> segments.Seal:
        return segments.write(
            self._archive.folder(self._partition),
            self._partition,
            self._events,
            after=self._mark.seal,
            number=_number(self._mark) + 1,
            token=int(self._token),
            at=datetime.now(UTC),
        )

    async def _clear(self, token: int) -> None:
        """Delete what was dropped, where a crash or a backup came in between, and bases that were never noted."""
        folder, base = self._archive.folder(self._partition), await self._archive.base(self._partition)
        if folder.exists():
            await asyncio.to_thread(clear, folder, base.number if base else 0, self._mark.floor, token)

    def _sweep(self, log: str, token: int) -> None:
        folder = self._archive.folder(self._partition)
        segments.belong(folder.parent, log)
        if self._mark.seal.name and self._mark.seal != self._mark.floor:
            segments.manifest(folder, self._mark.seal)  # an archive that has vanished must not be built upon
        if folder.exists():
            segments.sweep(folder, _number(self._mark), token)


def _number(mark: Mark) -> int:
    return int(mark.seal.name.partition("-")[0] or 0)
