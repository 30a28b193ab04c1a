"""Two texts of an article side by side, passage by passage and word by word. Pure values; how they look stands elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Literal, NamedTuple

import msgspec

from monitor.core.content import Block, Content
from monitor.core.revision.alignment import BlockPair, aligned
from monitor.core.revision.passages import JOINT, joined, passage_changes
from monitor.core.revision.words import Change, diff, moves

Kind = Literal["same", "changed", "split", "merged", "moved", "added", "removed"]

_FIELDS: Final = ("title", "dek", "byline", "section", "lang")
_STAMPS: Final = ("published", "modified")


class Difference(NamedTuple):
    """Two texts and what differs between them."""

    before: str
    after: str
    changes: tuple[Change, ...]
    moves: tuple[tuple[int, int], ...]


class FieldChange(msgspec.Struct, frozen=True):
    """A field of the article that differs.

    `changes` are [a, b, c, d]: before[a:b] became after[c:d], in code points; `moves` are [i, j]: what went with the change i
    came with the change j.
    """

    field: str
    before: str
    after: str
    changes: tuple[Change, ...]
    moves: tuple[tuple[int, int], ...] = ()

    @property
    def text(self) -> Difference:
        """The field as two texts."""
        return Difference(self.before, self.after, self.changes, self.moves)


class Passage(msgspec.Struct, frozen=True):
    """One block or, where it was split or merged, several; `changes` and `moves` count in their texts, each on its line."""

    kind: Kind
    before: tuple[Block, ...]
    after: tuple[Block, ...]
    changes: tuple[Change, ...] = ()
    moves: tuple[tuple[int, int], ...] = ()

    @property
    def text(self) -> Difference:
        """The passage as two texts."""
        before, after = (JOINT.join(block.text for block in side) for side in (self.before, self.after))
        return Difference(before, after, self.changes, self.moves)


class Comparison(msgspec.Struct, frozen=True):
    """All that differs, and the passages in the order of the newer text."""

    fields: tuple[FieldChange, ...]
    passages: tuple[Passage, ...]

    @property
    def same(self) -> bool:
        """Whether nothing differs."""
        return not self.fields and all(passage.kind == "same" for passage in self.passages)


def compare(old: Content, new: Content) -> Comparison:
    """Compare any two texts of an article."""
    passages = tuple(_passage(pair, old, new) for pair in aligned(old, new).blocks)
    return Comparison(fields=tuple(_fields(old, new)), passages=passages)


def _fields(old: Content, new: Content) -> Iterator[FieldChange]:
    for name in _FIELDS:
        before, after = getattr(old, name), getattr(new, name)
        if before != after:
            changes = diff(before, after)
            yield FieldChange(name, before, after, changes, moves(before, after, changes))
    for name in _STAMPS:
        before, after = (stamp.isoformat() if stamp else "" for stamp in (getattr(old, name), getattr(new, name)))
        if before != after:
            yield FieldChange(name, before, after, (Change(0, len(before), 0, len(after)),))


def _passage(pair: BlockPair, old: Content, new: Content) -> Passage:
    blocks = tuple(old.blocks[i] for i in pair.before), tuple(new.blocks[j] for j in pair.after)
    if pair.kind == "kept":
        return Passage("same", *blocks)
    before, after = joined(old, pair.before), joined(new, pair.after)
    if not before or not after:
        return Passage(pair.kind, *blocks, (Change(0, len(before), 0, len(after)),))
    changes = passage_changes(pair, old, new)
    return Passage(pair.kind, *blocks, changes, moves(before, after, changes))
