"""Writes a batch down as the keys and arguments of the commit script, and reads its answer. Talks to no server."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from monitor.core.events import Recorded, chain, encode, event_id, type_of
from monitor.errors import Conflict, Fenced, LogError
from monitor.ports import Append, Batch, Finish, SetTimer
from monitor.store.connection import Call
from monitor.store.keys import CONSUMER, Keys
from monitor.store.scripts import COMMIT

MOST_BYTES = 8 * 2**20

Words = list[str | bytes]


@dataclass(frozen=True, slots=True)
class Fact:
    """An event about to be recorded, with the bytes its hash covers."""

    recorded: Recorded
    data: bytes


def facts(partition: int, append: Append) -> list[Fact]:
    """The events of an append with their versions, ids and hashes."""
    previous, made = append.head.hash, []
    for version, event in enumerate(append.events, start=append.head.version + 1):
        data = encode(event)
        previous = chain(previous, data)
        name = event_id(append.entity, version, event)
        made.append(Fact(Recorded(name, append.entity, version, previous, event, partition), data))
    return made


@dataclass(frozen=True, slots=True)
class Commit:
    """A batch, ready to be sent."""

    call: Call
    facts: tuple[Fact, ...]


def commit_of(batch: Batch, request: str, clock: str) -> Commit:
    """Prepare a batch. Raises LogError for one that is too large or contradicts itself."""
    _refuse_contradictions(batch)
    keys = Keys(batch.partition)
    kinds = _kinds(batch)
    appends = [(append, facts(batch.partition, append)) for append in batch.appends]
    arguments = [request, clock, *_append_words(appends), *_rows((kind,) for kind in kinds)]
    arguments += _rows(_timer_words(timer, kinds) for timer in batch.timers)
    arguments += _rows((key, _flag(value is not None), value or b"") for key, value in batch.notes.items())
    arguments += _rows(_finish_words(finish, kinds) for finish in (batch.finish,) if finish)
    arguments += _rows((ack.group, CONSUMER, ack.position, ack.owner, ack.token) for ack in (batch.ack,) if ack)
    names = [keys.events, keys.ledger, keys.notes, keys.lease(batch.ack.group if batch.ack else "none")]
    names += [key for append in batch.appends for key in (keys.state(append.entity), keys.history(append.entity))]
    names += [key for kind in kinds for key in keys.timers(kind)]
    call = Call(COMMIT, names, arguments)
    if call.size > MOST_BYTES:
        raise LogError(f"a batch of {call.size} bytes: the log takes {MOST_BYTES} at once")
    return Commit(call, tuple(fact for _, made in appends for fact in made))


def places(answer: list[Any]) -> list[tuple[bool, str]]:
    """For each event, whether it is new, and its position. Raises Conflict or Fenced where the script refused."""
    verdict, *rest = [part.decode() for part in answer]
    if verdict == "conflict":
        entity, expected, actual = rest
        raise Conflict(entity, int(expected), int(actual))
    if verdict == "fenced":
        raise Fenced(rest[0])
    return [(age == "new", position) for age, position in (place.split(" ") for place in rest)]


def milliseconds(seconds: float) -> str:
    """Whole milliseconds for a script. Raises LogError for what is no time."""
    if not math.isfinite(seconds):
        raise LogError(f"{seconds} is no time in seconds")
    return str(round(seconds * 1000))


def _refuse_contradictions(batch: Batch) -> None:
    entities = [append.entity for append in batch.appends]
    if len(set(entities)) != len(entities):
        raise LogError("one batch appends twice to the same entity: put its events into one append")
    for what in (batch.ack, batch.finish.claim if batch.finish else None):
        if what and what.partition != batch.partition:
            raise LogError(f"a batch of partition {batch.partition} cannot settle work of partition {what.partition}")


def _kinds(batch: Batch) -> list[str]:
    kinds = {timer.kind for timer in batch.timers} | ({batch.finish.claim.kind} if batch.finish else set())
    return sorted(kinds)


def _append_words(appends: list[tuple[Append, list[Fact]]]) -> Words:
    words = _rows((a.entity, str(a.head.version), a.head.hash, a.snapshot) for a, _ in appends)
    for _, made in appends:
        words += _rows((f.recorded.id, type_of(f.recorded.event), f.recorded.hash, f.data) for f in made)
    return words


def _timer_words(timer: SetTimer, kinds: list[str]) -> tuple[str | bytes, ...]:
    replaces = _flag(timer.payload is not None)
    index, delay = str(kinds.index(timer.kind) + 1), milliseconds(timer.delay)
    return index, timer.member, delay, replaces, timer.payload or b"", _flag(timer.only_sooner)


def _finish_words(finish: Finish, kinds: list[str]) -> tuple[str | bytes, ...]:
    claim, replaces = finish.claim, _flag(finish.payload is not None)
    delay = "" if finish.delay is None else milliseconds(finish.delay)
    return str(kinds.index(claim.kind) + 1), claim.member, claim.token, delay, replaces, finish.payload or b""


def _rows(rows: Iterable[tuple[str | bytes, ...]]) -> Words:
    """A count, then the rows' words: what `records` in the prelude takes."""
    table = list(rows)
    return [str(len(table)), *(word for row in table for word in row)]


def _flag(value: bool) -> str:
    return "1" if value else "0"
