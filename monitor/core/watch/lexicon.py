"""Leaves: everything that all queries look for, numbered, and what the automaton must know to find it. It reads no text.

Kept lean, for there may be a million names: what has one spelling and nothing special is an integer and a string.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import NamedTuple

from monitor.core.watch import query as q
from monitor.core.watch.automaton import CLOSED, OPEN, PLURAL, Automaton
from monitor.core.watch.fold import fold, fold_lines
from monitor.core.watch.rules import Entity, Spelling, folded, stripped

Key = q.Leaf
Span = tuple[int, int]


class Spelt(NamedTuple):
    """One way to find a leaf at a pattern. `exact`: what the text must say; `rest`: how a wildcard goes on; `end`: how it may end."""

    leaf: int
    label: str
    exact: str | None = None
    rest: tuple[str, ...] = ()
    end: int = CLOSED


class Lexicon:
    """The leaves of a rulebook. `number` gives each its own; `seal` makes the automaton when all are known."""

    def __init__(self, entities: Mapping[str, Entity]) -> None:
        self._entities = entities
        self._numbers: dict[Key, int] = {}
        self.rejected: dict[int, tuple[int, ...]] = {}
        self.patterns: list[tuple[int, q.Regex]] = []

    def number(self, leaf: Key) -> int:
        """The number of a leaf. Raises ValueError for an id that names no entity, and for nothing to search for."""
        if (known := self._numbers.get(leaf)) is not None:
            return known
        number = self._numbers[leaf] = len(self._numbers)
        if isinstance(leaf, q.EntityRef):
            if leaf.id not in self._entities:
                raise ValueError(f"no entity {leaf.id!r}")
            reject = self._entities[leaf.id].reject_near
            if reject:
                self.rejected[number] = tuple(self.number(q.Phrase(phrase)) for phrase in reject)
        return number

    def entity(self, number: int) -> str | None:
        """The id of the entity that a leaf stands for, if it does for one."""
        leaf = self.leaves[number]
        return leaf.id if isinstance(leaf, q.EntityRef) else None

    def seal(self) -> None:
        """Build the automaton over all leaves. Raises ValueError for a leaf with nothing to search for."""
        self.leaves: Sequence[Key] = tuple(self._numbers)
        patterns: dict[str, int] = {}
        self._single, self._labels = array("i"), list[str]()
        self._several: dict[int, list[Spelt]] = {}
        ends = bytearray()
        for pattern, spelt in self._spellings():
            number = patterns.setdefault(pattern, len(patterns))
            if number == len(self._single):
                ends.append(spelt.end)
                self._labels.append(spelt.label)
                simple = spelt.exact is None and not spelt.rest
                self._single.append(spelt.leaf if simple else -1)
                if not simple:
                    self._several[number] = [spelt]
                continue
            if number not in self._several:
                self._several[number] = [Spelt(self._single[number], self._labels[number], end=ends[number])]
                self._single[number] = -1
            self._several[number].append(spelt)
            ends[number] = max(ends[number], spelt.end)
        self.automaton = Automaton(list(patterns), bytes(ends))
        self._lengths = array("I", map(len, patterns))
        self._numbers.clear()  # of no more use, and there may be very many

    def leaves_at(self, pattern: int) -> Sequence[int]:
        """The leaves that a pattern may be a find of."""
        leaf = self._single[pattern]
        return (leaf,) if leaf >= 0 else [spelt.leaf for spelt in self._several[pattern]]

    def single(self, pattern: int) -> int:
        """The only leaf that a pattern is a find of; -1 where there are several, or more to look at."""
        return self._single[pattern]

    def spelt(self, pattern: int, leaf: int) -> Iterator[Spelt]:
        """How a leaf is spelt by a pattern."""
        if self._single[pattern] == leaf:
            yield Spelt(leaf, self._labels[pattern], end=self._ends_of(pattern))
            return
        yield from (spelt for spelt in self._several[pattern] if spelt.leaf == leaf)

    def length(self, pattern: int) -> int:
        """How long a pattern is, in folded code points."""
        return self._lengths[pattern]

    def _ends_of(self, pattern: int) -> int:
        return self.automaton.ends[pattern]

    def _spellings(self) -> Iterator[tuple[str, Spelt]]:
        for number, leaf in enumerate(self.leaves):
            match leaf:
                case q.Phrase(text):
                    yield folded(text), Spelt(number, text)
                case q.Exact(text):
                    spelling = Spelling.parse(f"{{{text}}}")
                    yield spelling.folded, Spelt(number, text, spelling.exact)
                case q.Wildcard(pattern):
                    first, *rest = wildcard(pattern)
                    yield first, Spelt(number, pattern, rest=tuple(rest), end=OPEN)
                case q.Regex():
                    self.patterns.append((number, leaf))
        yield from self._aliases()

    def _aliases(self) -> Iterator[tuple[str, Spelt]]:
        """All aliases, many folded together: a million of them one by one would take a quarter of a minute."""
        named = (
            (number, alias)
            for number, leaf in enumerate(self.leaves)
            if isinstance(leaf, q.EntityRef)
            for alias in self._entities[leaf.id].aliases
        )
        while some := list(islice(named, _TOGETHER)):
            for (number, alias), bare in zip(some, fold_lines([alias for _, alias in some]), strict=True):
                if bare[:1].isalnum():
                    yield stripped(bare), Spelt(number, alias, end=PLURAL)
                else:
                    spelling = Spelling.parse(alias)
                    end = CLOSED if spelling.exact else PLURAL
                    yield spelling.folded, Spelt(number, spelling.text, spelling.exact, end=end)


_TOGETHER = 10_000  # aliases that are folded at once: enough to be quick, few enough to be lean


def wildcard(pattern: str) -> list[str]:
    """The folded literal pieces of a wildcard and, between them, its stars and question marks."""
    pieces = re.split(r"(?<!\\)([*?])", pattern)
    pieces[::2] = (fold(re.sub(r"\\(.)", r"\1", piece)) for piece in pieces[::2])
    return [pieces[0].lstrip(" '"), *(piece for piece in pieces[1:] if piece)]
