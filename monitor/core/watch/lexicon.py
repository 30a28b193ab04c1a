"""Leaves: everything that all queries look for, numbered, and what the automaton must know to find it. It reads no text.

Kept lean, for there may be a million names: a spelling is a row of numbers in a few arrays, and a label in one long string.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, chain, islice
from typing import NamedTuple

from monitor.core.watch import query as q
from monitor.core.watch.automaton import CLOSED, OPEN, PLURAL, Automaton
from monitor.core.watch.fold import fold, fold_lines
from monitor.core.watch.rules import Entity, Spelling, folded, stripped

Key = q.Leaf
Span = tuple[int, int]
_TOGETHER = 10_000  # aliases that are folded at once: enough to be quick, few enough to be lean
_END = b"\xff"  # behind a label in UTF-8, which has no such byte


class Spelt(NamedTuple):
    """One way to find a leaf. `exact`: what the text must say; `rest`: how a wildcard goes on behind what is looked for."""

    leaf: int
    label: str
    exact: str | None = None
    rest: tuple[str, ...] = ()


_Row = tuple[str, int, int, str, Spelt | None]
"""A pattern, how it may end, the leaf, the label, and the spelling itself where there is more to it."""


class Lexicon:
    """The leaves of a rulebook. `number` gives each its own; `seal` makes the automaton when all are known."""

    def __init__(self, entities: Iterable[Entity]) -> None:
        """`entities` is gone through more than once: made anew each time, they need never be there all together."""
        self._entities = entities
        self._rejects = {entity.id: entity.reject_near for entity in entities}
        self._numbers: dict[Key, int] = {}
        self.rejected: dict[int, tuple[int, ...]] = {}
        self.patterns: list[tuple[int, q.Regex]] = []

    def number(self, leaf: Key) -> int:
        """The number of a leaf. Raises ValueError for an id that names no entity, and for nothing to search for."""
        if (known := self._numbers.get(leaf)) is not None:
            return known
        number = self._numbers[leaf] = len(self._numbers)
        if isinstance(leaf, q.EntityRef):
            if leaf.id not in self._rejects:
                raise ValueError(f"no entity {leaf.id!r}")
            if reject := self._rejects[leaf.id]:
                self.rejected[number] = tuple(self.number(q.Phrase(phrase)) for phrase in reject)
        return number

    def entity(self, number: int) -> str | None:
        """The id of the entity that a leaf stands for, if it does for one."""
        leaf = self.leaves[number]
        return leaf.id if isinstance(leaf, q.EntityRef) else None

    def seal(self) -> None:
        """Build the automaton over all leaves. Raises ValueError for a leaf with nothing to search for."""
        self.leaves: Sequence[Key] = tuple(self._numbers)
        self._ends, self._leaf_of, self._starts, self._labels = bytearray(), array("I"), array("I"), bytearray()
        self._special: dict[int, Spelt] = {}
        self.automaton = Automaton(self._written(), self._ends)
        del self._entities, self._rejects, self._numbers  # of no more use, and there may be very many

    def leaf(self, spelling: int) -> int:
        """The leaf that a spelling, which is a pattern of the automaton, belongs to."""
        return self._leaf_of[spelling]

    def spelt(self, spelling: int) -> Spelt:
        """A spelling."""
        if spelling in self._special:
            return self._special[spelling]
        start = self._starts[spelling]
        label = self._labels[start : self._labels.index(_END, start)]
        return Spelt(self._leaf_of[spelling], label.decode("utf-8", "surrogatepass"))

    def _written(self) -> Iterator[Sequence[str]]:
        """The patterns, many at a time; their spellings are written down on the way."""
        rows = chain(self._terms(), self._aliases())
        while some := list(islice(rows, _TOGETHER)):
            patterns, ends, leaves, labels, special = zip(*some, strict=True)
            self._special |= {at: spelt for at, spelt in enumerate(special, len(self._ends)) if spelt}
            self._ends += bytes(ends)
            self._leaf_of.extend(leaves)
            written = [label.encode("utf-8", "surrogatepass") + _END for label in labels]
            self._starts.extend(accumulate(map(len, written[:-1]), initial=len(self._labels)))
            self._labels += b"".join(written)
            yield patterns

    def _terms(self) -> Iterator[_Row]:
        for number, leaf in enumerate(self.leaves):
            match leaf:
                case q.Phrase(text):
                    yield folded(text), CLOSED, number, text, None
                case q.Exact(text):
                    yield _row(number, Spelling.parse(f"{{{text}}}"))
                case q.Wildcard(pattern):
                    first, *rest = wildcard(pattern)
                    spelt = Spelt(number, pattern, rest=tuple(rest))
                    yield first, OPEN if rest else CLOSED, number, pattern, spelt
                case q.Regex():
                    self.patterns.append((number, leaf))

    def _aliases(self) -> Iterator[_Row]:
        """All aliases, many folded together: a million of them one by one would take a quarter of a minute."""
        named = (
            (number, alias)
            for entity in self._entities
            if (number := self._numbers.get(q.EntityRef(entity.id))) is not None
            for alias in entity.aliases
        )
        while some := list(islice(named, _TOGETHER)):
            for (number, alias), bare in zip(some, fold_lines([alias for _, alias in some]), strict=True):
                is_plain = bare[:1].isalnum()
                yield (stripped(bare), PLURAL, number, alias, None) if is_plain else _row(number, Spelling.parse(alias))


def _row(leaf: int, spelling: Spelling) -> _Row:
    special = None if spelling.exact is None else Spelt(leaf, spelling.text, spelling.exact)
    return spelling.folded, CLOSED if special else PLURAL, leaf, spelling.text, special


def wildcard(pattern: str) -> list[str]:
    """The folded literal pieces of a wildcard and, between them, its stars and question marks."""
    pieces = re.split(r"(?<!\\)([*?])", pattern)
    pieces[::2] = (fold(re.sub(r"\\(.)", r"\1", piece)) for piece in pieces[::2])
    return [pieces[0].lstrip(" '"), *(piece for piece in pieces[1:] if piece)]
