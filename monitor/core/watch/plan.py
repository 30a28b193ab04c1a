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
from typing import Literal, NamedTuple, Protocol

from monitor.core.watch import query as q
from monitor.core.watch.fold import fold
from monitor.core.watch.lexicon import Lexicon
from monitor.core.watch.query import Query
from monitor.core.watch.reading import Find, Page
from monitor.core.watch.rules import Zone
from monitor.core.watch.wording import canonical

SHOWN = 50  # finds of each side in one sentence or paragraph
MAX_FINDS = 2_000  # of one group in one text: beyond, a text is not news but noise

Said = tuple[Literal["said"], int | None]
Bound = q.ZoneName | Said
Bounds = tuple[Bound, ...]
"""Where a term must stand: zones, and direct speech of the entity with that number (None: of anybody named)."""


class Triggers(NamedTuple):
    """Leaves without any of which a plan is not worth asking, and how often they may be expected, in no unit."""

    expected: int
    leaves: frozenset[int]


def _expected(leaf: Query) -> int:
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


@dataclass(frozen=True, eq=False, slots=True)
class Plan(ABC):
    """Any plan."""

    query: Query

    @abstractmethod
    def may_hold(self, present: AbstractSet[int]) -> bool:
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
        return bool(text.finds(self))

    def witnesses(self, text: Reads) -> Iterator[Term]:
        yield self

    @abstractmethod
    def look(self, text: Reads) -> list[Find]:
        """Where it stands, bounds and all; `Reads.finds` keeps the answer."""

    @abstractmethod
    def leaves(self) -> AbstractSet[int]:
        """The leaves it is made of."""

    def needs(self) -> tuple[tuple[Term, ...], ...]:
        """Of a group: for each of its sides the terms of which one must stand."""
        return ()

    def may_hold(self, present: AbstractSet[int]) -> bool:
        return self.leaves() <= present


@dataclass(frozen=True, eq=False, slots=True)
class OneLeaf(Term):
    """A leaf."""

    leaf: int

    def leaves(self) -> AbstractSet[int]:
        return frozenset([self.leaf])

    def may_hold(self, present: AbstractSet[int]) -> bool:
        return self.leaf in present

    def triggers(self) -> Triggers | None:
        return Triggers(_expected(self.query), frozenset([self.leaf]))

    def look(self, text: Reads) -> list[Find]:
        return [find for find in text.page.finds(self.leaf) if within(text.page, find, self.bounds)]


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


@dataclass(frozen=True, eq=False, slots=True)
class TwoSides(Term):
    """`a NEAR/5 b`, `a SENTENCE b`, `a PARAGRAPH b`: each side the terms of which one is enough."""

    left: tuple[Term, ...]
    right: tuple[Term, ...]

    def leaves(self) -> AbstractSet[int]:
        return frozenset(chain.from_iterable(term.leaves() for term in (*self.left, *self.right)))

    def needs(self) -> tuple[tuple[Term, ...], ...]:
        return self.left, self.right

    def may_hold(self, present: AbstractSet[int]) -> bool:
        return any(term.may_hold(present) for term in self.left) and any(term.may_hold(present) for term in self.right)

    def triggers(self) -> Triggers | None:
        return _rarest(_any_of(term.triggers() for term in side) for side in (self.left, self.right))

    def look(self, text: Reads) -> list[Find]:
        left, right = side(text, self.left), side(text, self.right)
        if not left or not right:
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


def side(text: Reads, terms: Iterable[Term]) -> list[Find]:
    """Where any of several terms stands."""
    return sorted({find for term in terms for find in text.finds(term)})


def grouped(finds: Iterable[Find]) -> Find:
    """Several finds as one."""
    parts = tuple(sorted({part for find in finds for part in find.simple}))
    return Find(parts[0].field, parts[0].start, parts[-1].end, "", parts)


@dataclass(frozen=True, eq=False, slots=True)
class Any(Plan):
    """Any of several plans; `leaves` are those that are nothing but a leaf, of which there may be very many."""

    leaves: frozenset[int]
    expected: int
    parts: tuple[Plan, ...]
    term: Callable[[int], Term] = field(repr=False)

    def may_hold(self, present: AbstractSet[int]) -> bool:
        return not self.leaves.isdisjoint(present) or any(part.may_hold(present) for part in self.parts)

    def _alive(self, text: Reads) -> Iterator[Plan]:
        present = text.page.present
        yield from map(self.term, sorted(self.leaves & present))
        yield from (part for part in self.parts if part.may_hold(present))

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

    def may_hold(self, present: AbstractSet[int]) -> bool:
        return all(part.may_hold(present) for part in self.parts)

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

    def may_hold(self, present: AbstractSet[int]) -> bool:
        return True

    def holds(self, text: Reads) -> bool:
        return not (self.part.may_hold(text.page.present) and self.part.holds(text))

    def witnesses(self, text: Reads) -> Iterator[Term]:
        return iter(())

    def triggers(self) -> Triggers | None:
        return None


@dataclass(frozen=True, eq=False, slots=True)
class Where(Plan):
    """A scope: where the article is published."""

    def may_hold(self, present: AbstractSet[int]) -> bool:
        return True

    def holds(self, text: Reads) -> bool:
        assert isinstance(self.query, q.Scope)  # noqa: S101  # `Planner` makes it of nothing else
        return any(text.is_published(self.query.name, value) for value in self.query.values)

    def witnesses(self, text: Reads) -> Iterator[Term]:
        return iter(())

    def triggers(self) -> Triggers | None:
        return None


def within(page: Page, find: Find, bounds: Bounds) -> bool:
    """Whether a find stands in all of some zones."""
    return all(_is_in(page, find, bound) for bound in bounds)


def _is_in(page: Page, find: Find, bound: Bound) -> bool:
    here = page.fields[find.field]
    match bound:
        case "title" | "byline":
            return here.zone == bound
        case "lede":
            return here.is_lede
        case "body":
            return here.zone == "body" and here.kind != "caption"
        case "caption":
            return here.kind == "caption"
        case "quote":
            return here.kind == "quote" or page.quotation(find) is not None
        case (_, speaker):
            quotation = page.quotation(find)
            if quotation is None or not quotation.speakers:
                return False
            return speaker is None or page.speaks(speaker, find.field, quotation)


class Planner:
    """Makes plans over one lexicon; equal terms of different queries become one, so that a text is asked once."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._terms: dict[tuple[str, Bounds], Term] = {}
        self._leaves: dict[tuple[int, Bounds], OneLeaf] = {}

    def plan(self, query: Query, bounds: Bounds = (), *, negated: bool = False) -> Plan:
        """The plan of a query, which `checks` found good. Raises ValueError for an id that names no entity."""
        match query:
            case q.Not(part):
                return self.plan(part, bounds, negated=not negated)
            case q.Zone(name, part):
                return self.plan(part, (*bounds, name), negated=negated)
            case q.Said(speaker, part):
                number = None if speaker is None else self._lexicon.number(q.EntityRef(speaker))
                return self.plan(part, (*bounds, ("said", number)), negated=negated)
            case q.And(parts) | q.Or(parts) if isinstance(query, q.And) is not negated:
                return All(query, tuple(self.plan(part, bounds, negated=negated) for part in parts))
            case q.And(parts) | q.Or(parts):
                leaves = frozenset(
                    self._lexicon.number(part) for part in parts if isinstance(part, q.Leaf) and not negated
                )
                others = [part for part in parts if negated or not isinstance(part, q.Leaf)]
                expected = sum(_expected(part) for part in parts if isinstance(part, q.Leaf))
                made = tuple(self.plan(part, bounds, negated=negated) for part in others)
                return Any(query, leaves, expected, made, lambda leaf: self._leaf(leaf, bounds))
            case q.Scope():
                where = Where(query)
                return Without(query, where) if negated else where
            case _:
                term = self._term(query, bounds)
                return Without(query, term) if negated else term

    def _term(self, query: q.Leaf | q.Group, bounds: Bounds) -> Term:
        if isinstance(query, q.Leaf):
            return self._leaf(self._lexicon.number(query), bounds, query)
        key = (canonical(query), bounds)
        if key not in self._terms:
            self._terms[key] = self._group(query, bounds)
        return self._terms[key]

    def _leaf(self, leaf: int, bounds: Bounds, query: q.Leaf | None = None) -> OneLeaf:
        key = (leaf, bounds)
        if key not in self._leaves:
            self._leaves[key] = OneLeaf(query or self._lexicon.leaves[leaf], bounds, leaf)
        return self._leaves[key]

    def _group(self, query: q.Group, bounds: Bounds) -> Term:
        if isinstance(query, q.Loose):
            phrases = map(q.Phrase, map(fold, query.words))
            words = tuple(self._leaf(self._lexicon.number(phrase), bounds, phrase) for phrase in phrases)
            return LooseWords(query, bounds, words, query.distance)
        left, right = (tuple(self._side(side, bounds)) for side in (query.left, query.right))
        return TwoSides(query, bounds, left, right)

    def _side(self, query: Query, bounds: Bounds) -> Iterator[Term]:
        match query:
            case q.Or(parts):
                yield from chain.from_iterable(self._side(part, bounds) for part in parts)
            case q.Zone() | q.Said():
                name: Bound = query.name if isinstance(query, q.Zone) else self._said(query)
                yield from self._side(query.part, (*bounds, name))
            case q.And() | q.Not() | q.Scope():
                raise ValueError("AND, NOT and places of publication have no place of their own in a text")
            case _:
                yield self._term(query, bounds)

    def _said(self, query: q.Said) -> Said:
        return "said", None if query.speaker is None else self._lexicon.number(q.EntityRef(query.speaker))
