"""Judging: which terms stand where in two texts, what became of them, and which watchlists have something to say about it.

All watchlists share one automaton; each text is folded and scanned once. It keeps no state: the two texts decide, so that a
replay gives the same answer. It raises no alert (`core.policy`) and does not know what an event is.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

import msgspec

from monitor.core.content import Content
from monitor.core.watch.automaton import Automaton
from monitor.core.watch.reading import Presence, Reader
from monitor.core.watch.rules import FORMER, Change, Entity, Hit, How, Spelling, Term, Verdict, Watchlist, Zone
from monitor.core.watch.transitions import Occurrence, compare

SEMANTICS = 1  # raised when the same rules would judge differently, so that the ruleset's digest tells
MAX_HITS = 100  # hits of one verdict


@dataclass(frozen=True, slots=True)
class Rule:
    """A watchlist over the numbers of its terms. A fuller query language replaces `holds` and leaves the rest."""

    watchlist: Watchlist
    terms: tuple[int, ...]

    def holds(self, present: AbstractSet[int]) -> bool:
        """Whether the query is true where these terms are present."""
        return not present.isdisjoint(self.terms)


class Rulebook:
    """All watchlists, compiled. `digest` names them: the same watchlists and entities always have the same one."""

    def __init__(self, terms: Sequence[Term], rules: Sequence[Rule], digest: str) -> None:
        self.digest = digest
        self.watchlists: Mapping[str, Watchlist] = {rule.watchlist.id: rule.watchlist for rule in rules}
        self._terms, self._rules = tuple(terms), tuple(rules)
        self._spelt = _by_pattern(self._terms)
        self._automaton = Automaton(list(self._spelt))
        self._of_pattern = list(self._spelt.values())
        self._concerned = _by_term(self._rules)

    @classmethod
    def compile(cls, watchlists: Iterable[Watchlist], entities: Iterable[Entity]) -> Rulebook:
        """Compile watchlists. Raises ValueError for an id that names no entity and for a phrase with nothing to search for."""
        watchlists, known = tuple(watchlists), {entity.id: entity for entity in entities}
        numbers: dict[Term, int] = {}
        rules = []
        for watchlist in watchlists:
            terms = _terms_of(watchlist, known)
            rules.append(Rule(watchlist, tuple(numbers.setdefault(term, len(numbers)) for term in terms)))
        return cls(tuple(numbers), rules, _digest(watchlists, known))

    def judge(
        self, before: Content | None, after: Content | None, *, how: How, source: str, tags: Iterable[str] = ()
    ) -> tuple[Verdict, ...]:
        """What each watchlist has to say about an article event, in the order of the watchlists.

        `new` has no text before; for `gone` and `restored` the one text given (or the later of two) is what went or came back.
        """
        reader = Reader(self._automaton, self._of_pattern)
        then, now = reader.presence(before), reader.presence(after)
        concerned = sorted({number for term in then.keys() | now.keys() for number in self._concerned[term]})
        places = frozenset(tags)
        rules = [self._rules[number] for number in concerned if self._rules[number].watchlist.covers(source, places)]
        if how in {"gone", "restored"}:
            verdicts = (self._verdict(rule, how, _whole(rule, now if after else then, how)) for rule in rules)
        else:
            changes = {term: compare(then.get(term, ()), now.get(term, ())) for term in then.keys() | now.keys()}
            verdicts = (self._verdict(rule, how, _transitions(rule, then, now, changes)) for rule in rules)
        return tuple(verdict for verdict in verdicts if verdict)

    def _verdict(
        self, rule: Rule, how: How, found: Iterable[tuple[int, Change, Sequence[Occurrence]]]
    ) -> Verdict | None:
        wanted = [(term, change, there) for term, change, there in found if change in rule.watchlist.on]
        if not wanted:
            return None
        changes = tuple(sorted({change for _, change, _ in wanted}))
        placed = [placed for term, change, there in wanted for placed in self._hits(term, change, there)]
        placed.sort(key=lambda placed: placed[0])
        hits = tuple(hit for _, hit in placed[:MAX_HITS])
        return Verdict(rule.watchlist.id, how, changes, hits, omitted=len(placed) - len(hits))

    def _hits(self, term: int, change: Change, there: Sequence[Occurrence]) -> Iterator[tuple[_Place, Hit]]:
        """One hit a sentence and spelling, with all its marks; before each its place in reading order."""
        entity = self._terms[term].name if self._terms[term].kind == "entity" else None
        marks: dict[Occurrence, list[tuple[int, int]]] = {}
        for occurrence in there:
            marks.setdefault(replace(occurrence, mark=(0, 0)), []).append(occurrence.mark)
        for where, spans in marks.items():
            place = (change, _ZONES.index(where.zone), where.block or 0, where.at, spans[0][0], term)
            yield place, Hit(
                where.term, entity, change, where.zone, where.block, where.sentence, tuple(spans),
                "before" if change in FORMER else "after",
            )  # fmt: skip


_Place = tuple[str, int, int, int, int, int]
_ZONES: tuple[Zone, ...] = ("title", "dek", "byline", "body")


def _transitions(
    rule: Rule, then: Presence, now: Presence, changes: Mapping[int, Mapping[Change, Sequence[Occurrence]]]
) -> Iterator[tuple[int, Change, Sequence[Occurrence]]]:
    """The changes of the rule's terms that count: what appeared while the query is true now, what went where it was true."""
    was, holds = rule.holds(then.keys()), rule.holds(now.keys())
    for term in rule.terms:
        for change, there in changes.get(term, {}).items():
            if was if change in FORMER else holds:
                yield term, change, there


def _whole(rule: Rule, present: Presence, how: How) -> Iterator[tuple[int, Change, Sequence[Occurrence]]]:
    if rule.holds(present.keys()):
        for term in rule.terms:
            if term in present:
                yield term, "withdrawn" if how == "gone" else "restored", present[term]


def _terms_of(watchlist: Watchlist, entities: Mapping[str, Entity]) -> list[Term]:
    phrases: dict[tuple[str, str | None], Spelling] = {}
    for spelling in map(Spelling.parse, watchlist.phrases):
        phrases.setdefault((spelling.folded, spelling.exact), spelling)
    terms = [Term("phrase", spelling.written, (spelling,)) for spelling in phrases.values()]
    for name in watchlist.entities:
        if name not in entities:
            raise ValueError(f"watchlist {watchlist.id}: no entity {name!r}")
        terms.append(Term("entity", name, tuple(map(Spelling.parse, entities[name].aliases))))
    return terms


def _by_pattern(terms: Sequence[Term]) -> dict[str, list[tuple[int, Spelling]]]:
    patterns: dict[str, list[tuple[int, Spelling]]] = {}
    for number, term in enumerate(terms):
        for spelling in term.spellings:
            patterns.setdefault(spelling.folded, []).append((number, spelling))
    return patterns


def _by_term(rules: Sequence[Rule]) -> dict[int, list[int]]:
    concerned: dict[int, list[int]] = {}
    for number, rule in enumerate(rules):
        for term in rule.terms:
            concerned.setdefault(term, []).append(number)
    return concerned


def _digest(watchlists: Sequence[Watchlist], entities: Mapping[str, Entity]) -> str:
    ruleset = (SEMANTICS, watchlists, entities)
    return f"sha256:{hashlib.sha256(msgspec.json.encode(ruleset, order='deterministic')).hexdigest()}"
