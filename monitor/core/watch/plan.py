"""Plans: queries made ready to be asked of many texts. Leaves are numbers, negations stand at the leaves, zones at what they bound.

A plan answers whether it holds, and where what makes it hold stands. What became of it between two texts is not its business.
"""

# ruff: noqa: D102, ARG002  # each kind of plan answers the same few questions, which `Plan` and `Term` explain
from __future__ import annotations

from abc import ABC, abstractmethod
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from itertools import chain
from typing import NamedTuple, Protocol

from monitor.core.watch import query as q
from monitor.core.watch.bounds import Bounds, may_be_within, present, within
from monitor.core.watch.query import Query
from monitor.core.watch.reading import Find, Page
from monitor.core.watch.rules import Zone

SHOWN = 50  # finds of each side in one sentence or paragraph
MAX_FINDS = 2_000  # of one group in one text: beyond, a text is not news but noise


class Triggers(NamedTuple):
    """Leaves without any of which a plan is not worth asking, and how often they may be expected, in no unit."""

    expected: int
    leaves: frozenset[int]


def frequency(leaf: Query) -> int:
    """A guess that saves time and decides nothing: names and phrases are rare, plain words are not."""
    match leaf:
        case q.EntityRef() | q.Exact():
            return 1
        case q.Phrase(text) if " " in text or len(text) > 9 or text != text.lower():
            return 2
        case _:
            return 40


def _rarest(triggers: Iterable[Triggers | None]) -> Triggers | None:
    """Of things that must all be there the rarest."""
    return min((some for some in triggers if some is not None), key=lambda some: some.expected, default=None)


def _any_of(triggers: Iterable[Triggers | None]) -> Triggers | None:
    """Of things of which one must be there all."""
    known = list(triggers)
    every = [some for some in known if some is not None]
    if len(every) < len(known):
        return None
    return Triggers(sum(some.expected for some in every), frozenset().union(*(some.leaves for some in every)))


class Reads(Protocol):
    """What a plan may ask of a text: the page, where it is published, and what was asked of it before."""

    @property
    def page(self) -> Page:
        """The text, read."""
        ...

    def is_published(self, name: q.ScopeName, value: str) -> bool:
        """Whether the article stands where a scope says."""
        ...

    def finds(self, term: Term) -> list[Find]:
        """Where a term stands."""
        ...

    def has(self, term: Term) -> bool:
        """Whether a term stands anywhere."""
        ...


@dataclass(frozen=True, eq=False, slots=True)
class Plan(ABC):
    """Any plan."""

    query: Query

    @abstractmethod
    def may_hold(self, page: Page) -> bool:
        """Whether it is worth asking: never False where the plan holds."""

    @abstractmethod
    def holds(self, text: Reads) -> bool:
        """Whether it is true of a text."""

    @abstractmethod
    def witnesses(self, text: Reads) -> Iterator[Term]:
        """The terms that make it true, where it is true."""

    @abstractmethod
    def triggers(self) -> Triggers | None:
        """Leaves of which one stands in every text it is true of; None where it may be true without any."""


@dataclass(frozen=True, eq=False, slots=True)
class Term(Plan):
    """What a reader would call found: a leaf or a group, within bounds."""

    bounds: Bounds

    def holds(self, text: Reads) -> bool:
        return text.has(self)

    def witnesses(self, text: Reads) -> Iterator[Term]:
        yield self

    @abstractmethod
    def look(self, text: Reads) -> list[Find]:
        """Where it stands, bounds and all; `Reads.finds` keeps the answer."""

    def stands(self, text: Reads) -> bool:
        """Whether it stands anywhere, where that is sooner said than where."""
        return bool(text.finds(self))

    @abstractmethod
    def leaves(self) -> AbstractSet[int]:
        """The leaves it is made of."""

    def needs(self) -> tuple[tuple[Term, ...], ...]:
        """Of a group: for each of its sides the terms of which one must stand."""
        return ()

    def may_hold(self, page: Page) -> bool:
        return self.leaves() <= page.present


@dataclass(frozen=True, eq=False, slots=True)
class OneLeaf(Term):
    """A leaf."""

    leaf: int

    def leaves(self) -> AbstractSet[int]:
        return frozenset([self.leaf])

    def may_hold(self, page: Page) -> bool:
        return self.leaf in present(page, self.bounds)

    def triggers(self) -> Triggers | None:
        return Triggers(frequency(self.query), frozenset([self.leaf]))

    def look(self, text: Reads) -> list[Find]:
        return list(self._finds(text.page))

    def stands(self, text: Reads) -> bool:
        return any(True for _ in self._finds(text.page))

    def _finds(self, page: Page) -> Iterator[Find]:
        fields = page.where(self.leaf)
        if self.bounds:
            fields = [number for number in fields if may_be_within(self.bounds, page.fields[number])]
        finds = page.finds(self.leaf, fields)
        return (find for find in finds if within(page, find, self.bounds)) if self.bounds else finds


@dataclass(frozen=True, eq=False, slots=True)
class LooseWords(Term):
    """`"a b"~5`."""

    words: tuple[OneLeaf, ...]
    distance: int

    def leaves(self) -> AbstractSet[int]:
        return frozenset(word.leaf for word in self.words)

    def needs(self) -> tuple[tuple[Term, ...], ...]:
        return tuple((word,) for word in self.words)

    def triggers(self) -> Triggers | None:
        return _rarest(word.triggers() for word in self.words)

    def look(self, text: Reads) -> list[Find]:
        page = text.page
        places = [
            (*page.words(find), word.leaf, find) for word in dict.fromkeys(self.words) for find in text.finds(word)
        ]
        places.sort(key=lambda place: (place[0], place[1], place[2], place[4]))
        return list(_windows(places, Counter(word.leaf for word in self.words), self.distance))[:MAX_FINDS]


_Placed = tuple[Zone, int, int, int, Find]


def _windows(places: list[_Placed], needed: Counter[int], distance: int) -> Iterator[Find]:
    """The narrowest stretches that hold all words, where no more than `distance` others stand between them."""
    have: Counter[int] = Counter()
    missing = needed.total()
    first = 0
    for last, (_, _, end, leaf, _) in enumerate(places):
        if places[first][0] != places[last][0]:
            have, missing, first = Counter(), needed.total(), last
        missing -= have[leaf] < needed[leaf]
        have[leaf] += 1
        while have[places[first][3]] > needed[places[first][3]]:
            have[places[first][3]] -= 1
            first += 1
        if missing:
            continue
        taken = places[first : last + 1]
        lengths = {part[3]: part[2] - part[1] + 1 for part in taken}
        if end - places[first][1] + 1 - sum(lengths[word] * count for word, count in needed.items()) <= distance:
            yield grouped(part[4] for part in taken)


class Side:
    """One side of a group: terms of which one is enough. There may be very many that are nothing but a leaf; few stand in a text."""

    def __init__(self, terms: Iterable[Term]) -> None:
        self.terms = tuple(terms)
        self._leaves: dict[int, list[Term]] = {}
        for term in self.terms:
            if isinstance(term, OneLeaf):
                self._leaves.setdefault(term.leaf, []).append(term)
        self._others = [term for term in self.terms if not isinstance(term, OneLeaf)]

    def may_stand(self, page: Page) -> bool:
        """Whether it is worth looking."""
        return not self._leaves.keys().isdisjoint(page.present) or any(term.may_hold(page) for term in self._others)

    def finds(self, text: Reads) -> list[Find]:
        """Where any of the terms stands."""
        terms = chain(self._others, *(self._leaves[leaf] for leaf in self._leaves.keys() & text.page.present))
        return sorted({find for term in terms for find in text.finds(term)})


@dataclass(frozen=True, eq=False, slots=True)
class TwoSides(Term):
    """`a NEAR/5 b`, `a SENTENCE b`, `a PARAGRAPH b`."""

    left: Side
    right: Side

    def leaves(self) -> AbstractSet[int]:
        return frozenset(chain.from_iterable(term.leaves() for side in self.needs() for term in side))

    def needs(self) -> tuple[tuple[Term, ...], ...]:
        return self.left.terms, self.right.terms

    def may_hold(self, page: Page) -> bool:
        return self.left.may_stand(page) and self.right.may_stand(page)

    def triggers(self) -> Triggers | None:
        return _rarest(_any_of(term.triggers() for term in side) for side in self.needs())

    def look(self, text: Reads) -> list[Find]:
        left = self.left.finds(text)
        right = self.right.finds(text) if left else []
        if not right:
            return []
        pairs = (
            self._near(text.page, left, right)
            if isinstance(self.query, q.Near)
            else self._together(text.page, left, right)
        )
        return sorted(set(pairs))[:MAX_FINDS]

    def _near(self, page: Page, left: list[Find], right: list[Find]) -> Iterator[Find]:
        assert isinstance(self.query, q.Near)  # noqa: S101  # `look` has seen to it
        distance, ordered = self.query.distance, self.query.ordered
        yield from _followed(page, left, right, distance)
        if not ordered:
            yield from _followed(page, right, left, distance)

    def _together(self, page: Page, left: list[Find], right: list[Find]) -> Iterator[Find]:
        assert isinstance(self.query, q.Together)  # noqa: S101  # as above
        unit = page.sentence if self.query.unit == "sentence" else _paragraph
        places: dict[object, tuple[list[Find], list[Find]]] = {}
        for number, finds in enumerate((left, right)):
            for find in finds:
                if (place := unit(find)) is not None:
                    places.setdefault(place, ([], []))[number].append(find)
        yield from (grouped([*here[:SHOWN], *there[:SHOWN]]) for here, there in places.values() if here and there)


def _followed(page: Page, these: list[Find], those: list[Find], distance: int) -> Iterator[Find]:
    """Each of `these` with each of `those` that follows it within the distance."""
    starts = sorted(((*page.words(find)[:2], find) for find in those), key=lambda place: place[:2])
    keys = [place[:2] for place in starts]
    for find in these:
        stream, _, last = page.words(find)
        here, there = bisect_right(keys, (stream, last)), bisect_right(keys, (stream, last + distance + 1))
        yield from (grouped([find, other]) for *_, other in starts[here:there])


def _paragraph(find: Find) -> int | None:
    return find.field if all(part.field == find.field for part in find.simple) else None


def grouped(finds: Iterable[Find]) -> Find:
    """Several finds as one."""
    parts = tuple(sorted({part for find in finds for part in find.simple}))
    return Find(parts[0].field, parts[0].start, parts[-1].end, "", parts)


@dataclass(frozen=True, eq=False, slots=True)
class Any(Plan):
    """Any of several plans; `leaves` are those that are nothing but a leaf within bounds, of which there may be very many."""

    bounds: Bounds
    leaves: frozenset[int]
    expected: int
    parts: tuple[Plan, ...]
    term: Callable[[int], Term] = field(repr=False)

    def may_hold(self, page: Page) -> bool:
        return not self.leaves.isdisjoint(present(page, self.bounds)) or any(part.may_hold(page) for part in self.parts)

    def _alive(self, text: Reads) -> Iterator[Plan]:
        yield from map(self.term, sorted(self.leaves & present(text.page, self.bounds)))
        yield from (part for part in self.parts if part.may_hold(text.page))

    def holds(self, text: Reads) -> bool:
        return any(part.holds(text) for part in self._alive(text))

    def witnesses(self, text: Reads) -> Iterator[Term]:
        for part in self._alive(text):
            if part.holds(text):
                yield from part.witnesses(text)

    def triggers(self) -> Triggers | None:
        return _any_of([Triggers(self.expected, self.leaves), *(part.triggers() for part in self.parts)])


@dataclass(frozen=True, eq=False, slots=True)
class All(Plan):
    """All of several plans."""

    parts: tuple[Plan, ...]

    def may_hold(self, page: Page) -> bool:
        return all(part.may_hold(page) for part in self.parts)

    def holds(self, text: Reads) -> bool:
        return all(part.holds(text) for part in self.parts)

    def witnesses(self, text: Reads) -> Iterator[Term]:
        for part in self.parts:
            yield from part.witnesses(text)

    def triggers(self) -> Triggers | None:
        return _rarest(part.triggers() for part in self.parts)


@dataclass(frozen=True, eq=False, slots=True)
class Without(Plan):
    """Not a plan; that plan is a term or a scope, since negations were pushed down to them."""

    part: Plan

    def may_hold(self, page: Page) -> bool:
        return True

    def holds(self, text: Reads) -> bool:
        return not (self.part.may_hold(text.page) and self.part.holds(text))

    def witnesses(self, text: Reads) -> Iterator[Term]:
        return iter(())

    def triggers(self) -> Triggers | None:
        return None


@dataclass(frozen=True, eq=False, slots=True)
class Where(Plan):
    """A scope: where the article is published."""

    def may_hold(self, page: Page) -> bool:
        return True

    def holds(self, text: Reads) -> bool:
        assert isinstance(self.query, q.Scope)  # noqa: S101  # `Planner` makes it of nothing else
        return any(text.is_published(self.query.name, value) for value in self.query.values)

    def witnesses(self, text: Reads) -> Iterator[Term]:
        return iter(())

    def triggers(self) -> Triggers | None:
        return None
