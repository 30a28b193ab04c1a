"""A log as a file of JSON lines, and a log made of such a file: the way from one server to another. Changes nothing that it exports.

Events keep their ids, versions, hashes and positions. What stands beside them (heads, snapshots, timers, notes, aliases, how far
each group is) belongs to one moment: it can be exported only while nobody writes.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, Final, TypeVar

from monitor.errors import LogUnavailable
from monitor.store import bases, lines, segments
from monitor.store.bases import Base, Cuts
from monitor.store.connection import Call
from monitor.store.entries import order
from monitor.store.keys import GROUPS, IDENTITY, IMPORTING, META, Keys
from monitor.store.log import RedisLog
from monitor.store.scripts import REPLAY

_PAGE: Final = 200
_TRIES: Final = 5
_OWN: Final = ("events", "archive")  # what belongs to this server, or is exported as events
_READS: Final = {"hash": ("HGETALL",), "zset": ("ZRANGE", 0, -1, "WITHSCORES"), "list": ("LRANGE", 0, -1)}

_Item = TypeVar("_Item")
Counted = Callable[[int], None]


async def export(log: RedisLog, path: Path, *, events_only: bool, counted: Counted = lambda _: None) -> int:
    """Write the log to a file (packed where it ends in `.zst`); returns how many events. `counted` hears of each page.

    Raises LogUnavailable where somebody goes on writing, unless only the events are asked for.
    """
    temporary = path.with_name(f".{path.name}.new")
    try:
        with temporary.open("wb") as file, lines.created(path, file) as packed:
            events = await _export(log, lines.Writer(packed), events_only, counted)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    return events


async def take_in(log: RedisLog, path: Path, counted: Counted = lambda _: None) -> int:
    """Make an empty log of a file; returns how many events. `counted` hears of each page.

    Raises Corrupt where the file is not whole, LogUnavailable where the log is not empty or of another shape.
    """
    heading = await asyncio.to_thread(lines.check, path)
    if not heading.whole:
        raise LogUnavailable(f"{path} holds the events alone: no log can be made of it (export without --events-only)")
    if heading.partitions != log.partitions:
        raise LogUnavailable(f"{path} has {heading.partitions} partitions: set partitions = {heading.partitions}")
    await _see_that_it_is_empty(log)
    await log.connection.ask("HSET", META, IMPORTING, "yes")
    events, floors = 0, dict[int, lines.Floor]()
    for page in _pages(lines.read(path)):
        for line in page:
            if isinstance(line, lines.Floor):
                await _stand_on(log, path, line)
                floors[line.partition] = line
        recorded = [line for line in page if isinstance(line, lines.Event)]
        await _replay(log, [line for line in recorded if not _is_below(line, floors.get(line.partition))])
        await log.connection.ask_all([words for line in page for words in _words(line)])
        events += len(recorded)
        counted(len(recorded))
    await log.release_the_dead()
    await log.connection.ask("HDEL", META, IMPORTING)
    return events


# --- out -------------------------------------------------------------------------------------------------------------


async def _export(log: RedisLog, writer: lines.Writer, events_only: bool, counted: Counted) -> int:
    writer.write(lines.Heading(lines.FORMAT, log.partitions, whole=not events_only))
    after, events = ["0-0"] * log.partitions, 0
    for _ in range(_TRIES):
        before = await _writes(log)
        for partition in range(log.partitions):
            if after[partition] == "0-0":
                await _export_floor(log, writer, partition)
            async for event in log.scan(partition, after[partition]):
                writer.write(lines.Event(partition, event))
                after[partition], events = event.position, events + 1
                counted(1)
        if events_only:
            break
        with tempfile.TemporaryFile() as beside:
            await _stand_beside(log, beside)
            if await _writes(log) == before:
                await asyncio.to_thread(_copy, beside, writer)
                break
    else:
        raise LogUnavailable("somebody writes to the log: stop the daemon, or export the events alone (--events-only)")
    writer.end()
    return events


async def _export_floor(log: RedisLog, writer: lines.Writer, partition: int) -> None:
    """What the rest stands on, where retention has dropped the beginning."""
    if base := await log.archive.base(partition):
        writer.write(lines.Floor(partition, base.number, base.position, base.n, base.dropped))
        async for page in log.archive.cuts(partition):
            for cut in page:
                writer.write(lines.Lost(partition, cut))


async def _writes(log: RedisLog) -> list[Any]:
    """What changes with every decision that is recorded, every timer that is taken, and whenever something is dropped for good."""
    keys = [Keys(partition) for partition in range(log.partitions)]
    asked = [("HMGET", each.ledger, "events", "requests") for each in keys]
    return await log.connection.ask_all([*asked, *(("HGET", each.archive, "floor") for each in keys)])


async def _stand_beside(log: RedisLog, file: IO[bytes]) -> None:
    """Write down, to a scratch file, what stands beside the events."""
    writer = lines.Writer(file)
    for partition in range(log.partitions):
        keys, cursor = Keys(partition), b"0"
        seen: set[str] = set()
        while True:
            cursor, found = await log.connection.ask("SCAN", cursor, "MATCH", f"{keys.prefix}*", "COUNT", 1000)
            names = sorted({key.decode().removeprefix(keys.prefix) for key in found} - seen)
            seen |= set(names)
            for page in _chunks([name for name in names if name not in _OWN and not name.startswith("lease:")]):
                for line in await _keys(log, partition, page):
                    writer.write(line)
            if cursor == b"0":
                break
        for group in GROUPS:
            writer.write(await _group(log, partition, group))


async def _keys(log: RedisLog, partition: int, names: Sequence[str]) -> list[lines.Key]:
    prefix = Keys(partition).prefix
    kinds = [kind.decode() for kind in await log.connection.ask_all([("TYPE", prefix + name) for name in names])]
    there = [(name, kind) for name, kind in zip(names, kinds, strict=True) if kind != "none"]
    if strange := [name for name, kind in there if kind not in _READS]:
        raise LogUnavailable(f"the key {prefix}{strange[0]} is none of Monitor's: somebody else writes to {prefix}*")
    reads = [(_READS[kind][0], prefix + name, *_READS[kind][1:]) for name, kind in there]
    values = await log.connection.ask_all(reads)
    kept = [_counts(flat) if name == "ledger" else flat for (name, _), flat in zip(there, values, strict=True)]
    return [lines.Key(partition, name, kind, tuple(flat)) for (name, kind), flat in zip(there, kept, strict=True)]


def _counts(flat: list[bytes]) -> list[bytes]:
    """Of the ledger, what is no answer to anybody: the count of events and the kinds of timers."""
    pairs = zip(flat[::2], flat[1::2], strict=True)
    return [word for pair in pairs if pair[0] == b"events" or pair[0].startswith(b"kind:") for word in pair]


async def _group(log: RedisLog, partition: int, group: str) -> lines.Group:
    events, most = Keys(partition).events, 10**9
    rows = await log.connection.ask("XINFO", "GROUPS", events)
    facts = [dict(zip(row[::2], row[1::2], strict=True)) for row in rows]
    position = next(fact[b"last-delivered-id"] for fact in facts if fact[b"name"] == group.encode())
    pending = await log.connection.ask("XPENDING", events, group, "-", "+", most)
    unfinished = tuple((consumer.decode(), at.decode(), int(count)) for at, consumer, _, count in pending)
    return lines.Group(partition, group, position.decode(), unfinished)


def _copy(beside: IO[bytes], writer: lines.Writer) -> None:
    beside.seek(0)
    for raw in beside:
        writer.raw(raw)


# --- in --------------------------------------------------------------------------------------------------------------


async def _see_that_it_is_empty(log: RedisLog) -> None:
    for partition in range(log.partitions):
        keys = Keys(partition)
        if await log.connection.ask("EXISTS", keys.ledger, keys.archive) or await log.connection.ask(
            "XLEN", keys.events
        ):
            raise LogUnavailable("this log is not empty: an import needs one that is")


async def _stand_on(log: RedisLog, path: Path, floor: lines.Floor) -> None:
    """Put what retention had left of the beginning into the archive, on which the rest stands."""
    folder, at = log.archive.folder(floor.partition), floor.partition
    identity = await log.connection.ask("HGET", META, IDENTITY)
    await asyncio.to_thread(segments.belong, folder.parent, identity.decode())
    about = Base(
        partition=at, number=floor.number, token=0, made_at=datetime.now(UTC), covers="", covers_sha256="",
        position=floor.position, n=floor.n, dropped=floor.dropped, parts=(), cuts=Cuts(0, 0, "", ()),
    )  # fmt: skip
    kept = (line.event for line in lines.read(path) if isinstance(line, lines.Event) and _is_below(line, floor))
    cuts = (line.cut for line in lines.read(path) if isinstance(line, lines.Lost) and line.partition == at)
    _, seal = await asyncio.to_thread(bases.write, folder, about, kept, cuts)
    milliseconds, sequence = order(floor.position)
    noted = {"manifest": seal.name, "sha256": seal.sha256, "floor": seal.name, "floor_sha256": seal.sha256}
    noted |= {"position": floor.position, "n": str(floor.n), "kept": f"{milliseconds}-{sequence + 1}"}
    await log.connection.ask("HSET", Keys(at).archive, *(word for pair in noted.items() for word in pair))


def _is_below(line: lines.Event, floor: lines.Floor | None) -> bool:
    """Whether an event is one of those that were kept of a beginning that is gone."""
    if floor is None or line.partition != floor.partition:
        return False
    return order(line.event.position) <= order(floor.position)


async def _replay(log: RedisLog, recorded: Sequence[lines.Event]) -> None:
    for partition in sorted({line.partition for line in recorded}):
        events = [line.event for line in recorded if line.partition == partition]
        words: list[str | bytes] = [str(len(events))]
        for event in events:
            words += [event.position, event.id, event.entity, str(event.v), event.type, str(event.n), event.h]
            words.append(bytes(event.data))
        await log.connection.run(Call(REPLAY, [Keys(partition).events], words))


def _words(line: lines.Floor | lines.Lost | lines.Event | lines.Key | lines.Group) -> Iterator[tuple[Any, ...]]:
    """The commands, safe to repeat, that put a line in its place."""
    keys = Keys(line.partition)
    match line:
        case lines.Key(_, name, kind, values):
            key = keys.prefix + name
            yield ("DEL", key)
            for some in _chunks(values, 1000):
                yield _puts(kind, key, some)
        case lines.Group(_, name, position, unfinished):
            yield ("XGROUP", "SETID", keys.events, name, position)
            for consumer, at, count in unfinished:
                yield ("XCLAIM", keys.events, name, consumer, 0, at, "RETRYCOUNT", count, "FORCE", "JUSTID")


def _puts(kind: str, key: str, values: Sequence[bytes]) -> tuple[Any, ...]:
    match kind:
        case "hash":
            return ("HSET", key, *values)
        case "zset":
            return ("ZADD", key, *(word for pair in zip(values[1::2], values[::2], strict=True) for word in pair))
        case _:
            return ("RPUSH", key, *values)


def _pages(read: Iterator[_Item]) -> Iterator[list[_Item]]:
    page: list[_Item] = []
    for item in read:
        page.append(item)
        if len(page) == _PAGE:
            yield page
            page = []
    yield page


def _chunks(items: Sequence[_Item], size: int = _PAGE) -> Iterator[Sequence[_Item]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]
