"""Two texts of an article side by side, passage by passage and word by word. Pure values; how they look stands elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Literal

import msgspec

from monitor.core.content import Block, Content, Delete, Insert, Keep, Move, Replace
from monitor.core.revision.align import align
from monitor.core.revision.words import Change, diff

Kind = Literal["same", "changed", "added", "removed", "moved"]

_FIELDS: Final = ("title", "dek", "byline", "section", "lang")
_STAMPS: Final = ("published", "modified")


class FieldChange(msgspec.Struct, frozen=True):
    """A field of the article that differs. `changes` are [a, b, c, d]: before[a:b] became after[c:d], in characters."""

    field: str
    before: str
    after: str
    changes: tuple[Change, ...]


class Passage(msgspec.Struct, frozen=True):
    """A block in both texts, or in one of them; `changes` as in FieldChange, for `changed` ones."""

    kind: Kind
    before: Block | None
    after: Block | None
    changes: tuple[Change, ...] = ()


class Comparison(msgspec.Struct, frozen=True):
    """All that differs, and the passages in the order of the newer text."""

    fields: tuple[FieldChange, ...]
    passages: tuple[Passage, ...]


def compare(old: Content, new: Content) -> Comparison:
    """Compare any two texts of an article."""
    return Comparison(fields=tuple(_fields(old, new)), passages=tuple(_passages(old.blocks, new.blocks)))


def _fields(old: Content, new: Content) -> Iterator[FieldChange]:
    for name in _FIELDS:
        before, after = getattr(old, name), getattr(new, name)
        if before != after:
            yield FieldChange(name, before, after, diff(before, after))
    for name in _STAMPS:
        before, after = (stamp.isoformat() if stamp else "" for stamp in (getattr(old, name), getattr(new, name)))
        if before != after:
            yield FieldChange(name, before, after, (Change(0, len(before), 0, len(after)),))


def _passages(old: tuple[Block, ...], new: tuple[Block, ...]) -> Iterator[Passage]:
    operations = align(old, new)
    moved = {at for o in operations if isinstance(o, Move) for at in range(o.start, o.start + o.count)}
    come: set[int] = set()  # a block may come twice from one place: it moved once, and was added once
    cursor = 0
    for operation in operations:
        match operation:
            case Keep(count):
                yield from (Passage("same", block, block) for block in old[cursor : cursor + count])
                cursor += count
            case Delete(count):
                yield from _rewritten(_left(old, cursor, count, moved), ())
                cursor += count
            case Insert(blocks):
                yield from _rewritten((), blocks)
            case Replace(count, blocks):
                yield from _rewritten(_left(old, cursor, count, moved), blocks)
                cursor += count
            case Move(start, count):
                for at in range(start, start + count):
                    yield Passage("added", None, old[at]) if at in come else Passage("moved", old[at], old[at])
                    come.add(at)


def _left(old: tuple[Block, ...], start: int, count: int, moved: set[int]) -> tuple[Block, ...]:
    """The blocks from `start` that have not moved elsewhere."""
    return tuple(old[at] for at in range(start, start + count) if at not in moved)


def _rewritten(old: tuple[Block, ...], new: tuple[Block, ...]) -> Iterator[Passage]:
    if len(old) == len(new) == 1:
        yield Passage("changed", old[0], new[0], diff(old[0].text, new[0].text))
        return
    yield from (Passage("removed", block, None) for block in old)
    yield from (Passage("added", None, block) for block in new)
