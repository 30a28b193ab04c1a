"""Reading the archive: the events that the stream has dropped. It seals and drops nothing itself.

The log names the newest manifest; from there each names the one before, by its sha256, so that nothing in between can be exchanged.
Where the oldest segments were dropped, the log names the base too, on which the rest stands.
"""

from __future__ import annotations

import asyncio
from bisect import bisect_left
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path

from monitor.errors import Corrupt
from monitor.store import bases, segments
from monitor.store.bases import Base, Cut
from monitor.store.connection import Connection
from monitor.store.entries import Stored, order
from monitor.store.keys import Keys
from monitor.store.segments import Manifest, Seal

FOLDER = "archive"
START = "0-0"
NOTHING = Seal()
_PAGE = 500
Missing = Callable[[Manifest | None, Corrupt], None]
"""Told of a segment that cannot be read; of None where not even the manifests can be, so that nothing of the archive is."""


@dataclass(frozen=True, slots=True)
class Mark:
    """How far a partition is archived: the newest seal, the last event in it, the first position that the stream kept.

    `floor` is the base's seal, where the oldest segments were dropped.
    """

    seal: Seal = NOTHING
    position: str = START
    number: int = 0
    kept: str = START
    floor: Seal = NOTHING


@dataclass(slots=True)
class _Chain:
    seal: Seal = NOTHING
    manifests: list[Manifest] = field(default_factory=list)
    floor: Seal = NOTHING
    base: Base | None = None


class Archive:
    """The archive of all partitions of one log, below one folder."""

    def __init__(self, connection: Connection, folder: Path) -> None:
        self._connection, self._folder = connection, folder
        self._chains: dict[int, _Chain] = {}
        self._turn = asyncio.Lock()

    def folder(self, partition: int) -> Path:
        """Where a partition's segments lie."""
        return self._folder / str(partition)

    async def mark(self, partition: int) -> Mark:
        """How far a partition is archived."""
        names = ("manifest", "sha256", "position", "n", "kept", "floor", "floor_sha256")
        found = await self._connection.ask("HMGET", Keys(partition).archive, *names)
        name, sha256, position, number, kept, floor, of_floor = (value.decode() if value else "" for value in found)
        return Mark(Seal(name, sha256), position or START, int(number or 0), kept or START, Seal(floor, of_floor))

    async def manifests(self, partition: int) -> list[Manifest]:
        """The manifests of a partition, oldest first. Raises Corrupt where one is missing or another than was sealed."""
        return (await self._chain(partition)).manifests

    async def base(self, partition: int) -> Base | None:
        """What the archive of a partition stands on; None where nothing was ever dropped. Raises Corrupt."""
        return (await self._chain(partition)).base

    async def cut(self, partition: int, entity: str) -> Cut | None:
        """Where an entity lost its beginning; None where it did not."""
        base = await self.base(partition)
        return await asyncio.to_thread(bases.cut, self.folder(partition), base, entity) if base else None

    async def cuts(self, partition: int) -> AsyncIterator[list[Cut]]:
        """All entities that lost their beginning, in order, in pages. Raises Corrupt."""
        base = await self.base(partition)
        found = bases.cuts(self.folder(partition), base) if base else iter(())
        while page := await asyncio.to_thread(list, islice(found, _PAGE)):
            yield page

    async def _chain(self, partition: int) -> _Chain:
        mark, folder = await self.mark(partition), self.folder(partition)
        async with self._turn:
            chain = self._chains.get(partition)
            if chain is None or chain.floor != mark.floor:
                chain = await asyncio.to_thread(_founded, folder, mark.floor)
            if chain.seal != mark.seal:
                newer = await asyncio.to_thread(_newer, folder, mark.seal, _ends(chain))
                chain = replace(chain, seal=mark.seal, manifests=[*chain.manifests, *newer])
            self._chains[partition] = chain
            return chain

    def forget(self) -> None:
        """Read the manifests again from the disk when next they are needed."""
        self._chains.clear()

    async def between(
        self, partition: int, after: str, before: str, missing: Missing | None = None
    ) -> AsyncIterator[Stored]:
        """The archived events between two positions, neither included, oldest first.

        Raises Corrupt for a segment that is not there or not whole; with `missing`, that is told and the next one read.
        """
        low, high = order(after), order(before)
        try:
            chain = await self._chain(partition)
        except Corrupt as error:
            if missing is None:
                raise
            missing(None, error)
            return
        first = bisect_left(chain.manifests, True, key=lambda each: order(each.last) > low)
        for manifest in chain.manifests[first:]:
            if order(manifest.first) >= high:
                return
            events = await self._read(partition, manifest, chain.floor, missing)
            if events is None:
                async for event in self.between(partition, after, before, missing):
                    yield event
                return
            for event in events:
                if low < order(event.position) < high:
                    after = event.position
                    yield event

    async def _read(
        self, partition: int, manifest: Manifest, floor: Seal, missing: Missing | None
    ) -> list[Stored] | None:
        """The events of a segment; None where it was dropped meanwhile, so that what was kept of it is to be read elsewhere."""
        try:
            return await asyncio.to_thread(list, segments.read(self.folder(partition), manifest))
        except Corrupt as error:
            if (await self.mark(partition)).floor != floor:
                return None
            if missing is None:
                raise
            missing(manifest, error)
            return []

    async def find(self, partition: int, positions: Iterable[str]) -> dict[str, Stored]:
        """Those of the events at these positions that are archived."""
        chain = await self._chain(partition)
        try:
            return await self._find(partition, chain.manifests, positions)
        except Corrupt:
            if (await self.mark(partition)).floor == chain.floor:
                raise
            return await self.find(partition, positions)

    async def _find(self, partition: int, manifests: Sequence[Manifest], positions: Iterable[str]) -> dict[str, Stored]:
        lasts = [order(manifest.last) for manifest in manifests]
        sought: dict[int, set[str]] = {}
        for position in positions:
            sought.setdefault(bisect_left(lasts, order(position)), set()).add(position)
        found = {}
        for place, wanted in sought.items():
            if place < len(manifests):
                for event in await asyncio.to_thread(self._look_up, partition, manifests[place], wanted):
                    found[event.position] = event
        return found

    def _look_up(self, partition: int, manifest: Manifest, positions: set[str]) -> list[Stored]:
        return list(segments.look_up(self.folder(partition), manifest, positions))


def _founded(folder: Path, floor: Seal) -> _Chain:
    base = bases.read(folder, floor) if floor.name else None
    return _Chain(manifests=list(base.parts) if base else [], floor=floor, base=base)


def _ends(chain: _Chain) -> set[Seal]:
    """Where a chain may end: at its newest known part; else at what was dropped or at the base, or, where there is none, at nothing."""
    if chain.seal.name or chain.base is None:
        return {chain.seal}
    return {chain.floor, Seal(chain.base.covers, chain.base.covers_sha256)} - {NOTHING}


def _newer(folder: Path, seal: Seal, ends: set[Seal]) -> list[Manifest]:
    """The manifests from `seal` back to one of `ends`, which is not among them, oldest first."""
    found: list[Manifest] = []
    while seal not in ends and seal.name:
        manifest = segments.manifest(folder, seal)
        found.append(manifest)
        seal = Seal(manifest.previous, manifest.previous_sha256)
    if seal not in ends:
        raise Corrupt(f"the archive in {folder} does not lead back to {min(ends).name}, on which its newest part stood")
    return found[::-1]
