"""Dropping a partition's oldest segments: keep what is needed of them, take note of that, then delete; a crash anywhere loses nothing.

The holder of the archive's lease does it. What is kept is a base (see `bases`), which counts once the log has noted it; until then the
segments stand, from then on they are leftovers. Someone who holds an article at that very moment is heard: the log notes no base that
was made without knowing of it.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import Final

import structlog

from monitor.core import retention
from monitor.core.events import ArticleHeld
from monitor.errors import Fenced
from monitor.ports import Keep
from monitor.store import bases, durable, segments
from monitor.store.archive import Archive
from monitor.store.bases import Base, Cuts
from monitor.store.connection import Call, Connection
from monitor.store.entries import order, stored
from monitor.store.keys import ARCHIVE, Keys
from monitor.store.past import Past
from monitor.store.scripts import FLOOR
from monitor.store.segments import Manifest, Seal

_log = structlog.get_logger()

_PAGE: Final = 500
_HELD: Final = ArticleHeld.__struct_config__.tag


@dataclass(frozen=True, slots=True)
class Holder:
    """Whoever holds the lease of the archive."""

    owner: str
    token: str


@dataclass(slots=True)
class _Seen:
    """How far the log was looked at for what it holds now."""

    events: str
    position: str


class Dropping:
    """Drops what is too old of one partition, under a lease."""

    def __init__(self, connection: Connection, archive: Archive, partition: int, holder: Holder) -> None:
        self._connection, self._archive, self._partition, self._holder = connection, archive, partition, holder
        self._keys, self._folder = Keys(partition), archive.folder(partition)

    async def drop(self, keep: Keep) -> int:
        """Drop the segments that are too old or too many; returns how many events went.

        Raises Corrupt where one cannot be read, DiskTrouble where the disk does not take what is kept, Fenced where the lease is lost.
        """
        going = await self._going(keep)
        if not going:
            return 0
        with closing(Past(self._partition)) as past:
            base = await self._archive.base(self._partition)
            seen = await self._look()
            await asyncio.to_thread(self._load, past, base, going)
            await self._let_go(past)
            if not past.dropped:
                return 0
            with durable.keeping("the archive"):
                made, seal = await asyncio.to_thread(self._write, past, base, going[-1])
            if not await self._note(past, seal, seen):
                return 0
            _log.info(
                "archived events dropped for good", partition=self._partition, base=seal.name, events=past.dropped
            )
        await asyncio.to_thread(clear, self._folder, made.number, seal, int(self._holder.token))
        return past.dropped

    async def _going(self, keep: Keep) -> list[Manifest]:
        """The oldest segments that are to go: none of which the stream still has a part, and never the newest, which the log names."""
        mark, base = await self._archive.mark(self._partition), await self._archive.base(self._partition)
        manifests = (await self._archive.manifests(self._partition))[len(base.parts) if base else 0 :]
        seconds, microseconds = await self._connection.ask("TIME")
        now = int(seconds) + int(microseconds) / 1e6
        left = sum(each.size for each in manifests) + (base.size if base else 0)
        going = []
        for manifest in manifests[:-1]:
            age = now - order(manifest.last)[0] / 1000
            if order(manifest.last) >= order(mark.kept) or not keep.lets_go(age, left):
                break
            going.append(manifest)
            left -= manifest.size
        return going

    async def _look(self) -> _Seen:
        """Where the log stands, before it is asked what must be kept."""
        events, newest = await self._connection.ask_all(
            [("HGET", self._keys.ledger, "events"), ("XINFO", "STREAM", self._keys.events)]
        )
        facts = dict(zip(newest[::2], newest[1::2], strict=True))
        return _Seen((events or b"0").decode(), facts[b"last-generated-id"].decode())

    def _load(self, past: Past, base: Base | None, going: list[Manifest]) -> None:
        parts: list[Manifest] = [*base.parts, *going] if base else going
        events = chain.from_iterable(segments.read(self._folder, each) for each in parts)
        past.load(bases.cuts(self._folder, base) if base else (), events)

    async def _let_go(self, past: Past) -> None:
        """Let go of whatever is not needed, by the newest snapshots."""
        candidates = await asyncio.to_thread(past.candidates)
        for start in range(0, len(candidates), _PAGE):
            page = candidates[start : start + _PAGE]
            names = list(dict.fromkeys(name for pair in page for name in pair if name))
            snapshots = await self._connection.ask_all([("HGET", self._keys.state(name), "s") for name in names])
            needed = {name for name, raw in zip(names, snapshots, strict=True) if retention.is_needed(name, raw or b"")}
            free = [entity for entity, about in page if entity not in needed and about not in needed]
            await asyncio.to_thread(past.drop, free)

    def _write(self, past: Past, base: Base | None, last: Manifest) -> tuple[Base, Seal]:
        about = Base(
            partition=self._partition,
            number=last.number,
            token=int(self._holder.token),
            made_at=datetime.now(UTC),
            covers=last.name,
            covers_sha256=segments.digest(self._folder, last),
            position=last.last,
            n=last.begins + last.events - 1,
            dropped=past.dropped + (base.dropped if base else 0),
            parts=(),
            cuts=Cuts(0, 0, "", ()),
        )
        return bases.write(self._folder, about, past.kept(), past.cuts())

    async def _note(self, past: Past, seal: Seal, seen: _Seen) -> bool:
        """Take note of the base in the log; False where an article that loses something was held meanwhile."""
        mark = await self._archive.mark(self._partition)
        keys = [self._keys.ledger, self._keys.lease(ARCHIVE), self._keys.archive]
        while True:
            about = [ARCHIVE, self._holder.owner, self._holder.token, mark.floor.sha256, seen.events, *seal]
            match await self._connection.run(Call(FLOOR, keys, about)):
                case b"ok":
                    return True
                case b"fenced":
                    raise Fenced(f"the archive of partition {self._partition} is somebody else's now")
            if await self._held(past, seen):
                return False

    async def _held(self, past: Past, seen: _Seen) -> bool:
        """Whether an article that loses something was held since the log was looked at; `seen` moves on."""
        counted, page = await self._connection.ask_all(
            [
                ("HGET", self._keys.ledger, "events"),
                ("XRANGE", self._keys.events, f"({seen.position}", "+", "COUNT", _PAGE),
            ]
        )
        if len(page) < _PAGE:
            seen.events = counted.decode()
        for row in page:
            event = stored(row, self._partition)
            seen.position = event.position
            if event.type == _HELD and await asyncio.to_thread(past.lost, event.entity):
                return True
        return False


def clear(folder: Path, number: int, noted: Seal, token: int) -> None:
    """Delete the segments up to `number`, which the noted base has made needless, and the bases that are not noted.

    Nothing where somebody copies the archive just now: what is left is deleted when next this is asked for.
    """
    with locked(folder, fcntl.LOCK_EX | fcntl.LOCK_NB) as alone:
        if alone:
            segments.drop(folder, number)
            bases.sweep(folder, noted, token)


@contextmanager
def locked(folder: Path, how: int) -> Iterator[bool]:
    """Hold an archive's lock: shared to copy it, alone to delete from it. False where it is not to be had at once."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, how)
    except BlockingIOError:
        yield False
    else:
        yield True
    finally:
        os.close(descriptor)
