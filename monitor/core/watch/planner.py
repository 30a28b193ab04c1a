"""Planning: from queries to plans, over one lexicon. It asks no text."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from monitor.core.watch import query as q
from monitor.core.watch.bounds import Bound, Bounds, Said
from monitor.core.watch.fold import fold
from monitor.core.watch.lexicon import Lexicon
from monitor.core.watch.plan import All, Any, LooseWords, OneLeaf, Plan, Side, Term, TwoSides, Where, Without, frequency
from monitor.core.watch.query import Query
from monitor.core.watch.wording import canonical


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
                expected = sum(frequency(part) for part in parts if isinstance(part, q.Leaf))
                made = tuple(self.plan(part, bounds, negated=negated) for part in others)
                return Any(query, bounds, leaves, expected, made, lambda leaf: self._leaf(leaf, bounds))
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
        return TwoSides(query, bounds, *(Side(self._side(side, bounds)) for side in (query.left, query.right)))

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
