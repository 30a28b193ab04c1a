"""Reading the archive: the events that the stream has dropped. It seals and drops nothing itself.

The log names the newest manifest; from there each names the one before, by its sha256, so that nothing in between can be exchanged.
"""

from __future__ import annotations

import asyncio
from bisect import bisect_left
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from monitor.errors import Corrupt
from monitor.store import segments
from monitor.store.connection import Connection
from monitor.store.entries import Stored, order
from monitor.store.keys import Keys
from monitor.store.segments import Manifest, Seal

FOLDER = "archive"
START = "0-0"
NOTHING = Seal()
Missing = Callable[[Manifest | None, Corrupt], None]
"""Told of a segment that cannot be read; of None where not even the manifests can be, so that nothing of the archive is."""


@dataclass(frozen=True, slots=True)
class Mark:
    """How far a partition is archived: the newest seal, the last event in it, and the first position that the stream kept."""

    seal: Seal = NOTHING
    position: str = START
    number: int = 0
    kept: str = START


@dataclass(slots=True)
class _Chain:
    seal: Seal = NOTHING
    manifests: list[Manifest] = field(default_factory=list)


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
        names = ("manifest", "sha256", "position", "n", "kept")
        found = await self._connection.ask("HMGET", Keys(partition).archive, *names)
        name, sha256, position, number, kept = (value.decode() if value else "" for value in found)
        return Mark(Seal(name, sha256), position or START, int(number or 0), kept or START)

    async def manifests(self, partition: int) -> list[Manifest]:
        """The manifests of a partition, oldest first. Raises Corrupt where one is missing or another than was sealed."""
        seal = (await self.mark(partition)).seal
        async with self._turn:
            chain = self._chains.setdefault(partition, _Chain())
            if chain.seal != seal:
                chain.manifests += await asyncio.to_thread(_newer, self.folder(partition), seal, chain.seal)
                chain.seal = seal
            return list(chain.manifests)

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
            manifests = await self.manifests(partition)
        except Corrupt as error:
            if missing is None:
                raise
            missing(None, error)
            return
        first = bisect_left(manifests, True, key=lambda each: order(each.last) > low)
        for manifest in manifests[first:]:
            if order(manifest.first) >= high:
                return
            try:
                events = await asyncio.to_thread(list, segments.read(self.folder(partition), manifest))
            except Corrupt as error:
                if missing is None:
                    raise
                missing(manifest, error)
                continue
            for event in events:
                if low < order(event.position) < high:
                    yield event

    async def find(self, partition: int, positions: Iterable[str]) -> dict[str, Stored]:
        """Those of the events at these positions that are archived."""
        manifests = await self.manifests(partition)
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


def _newer(folder: Path, seal: Seal, known: Seal) -> list[Manifest]:
    """The manifests from `seal` back to `known`, which is not among them, oldest first."""
    found: list[Manifest] = []
    while seal != known and seal.name:
        manifest = segments.manifest(folder, seal)
        found.append(manifest)
        seal = Seal(manifest.previous, manifest.previous_sha256)
    if seal != known:
        raise Corrupt(f"the archive in {folder} does not lead back to {known.name}, which was its newest part")
    return found[::-1]
