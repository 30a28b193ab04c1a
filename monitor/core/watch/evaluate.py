"""Judging: which watchlists have something to say about an article event, and what.

All watchlists share one automaton; each text is folded and scanned once, and only the queries with a leaf that stands there are
asked. It keeps no state: the two texts decide, so that a replay gives the same answer. It raises no alert (`core.policy`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import msgspec

from monitor.core.content import Content
from monitor.core.events import Edit
from monitor.core.watch.lexicon import Lexicon
from monitor.core.watch.outcome import Changes, Event, Outcome, Text, outcome
from monitor.core.watch.plan import OneLeaf, Plan, Term
from monitor.core.watch.planner import Planner
from monitor.core.watch.published import Published
from monitor.core.watch.reading import Find, Page, read
from monitor.core.watch.rules import Change, Entity, Hit, How, Verdict, Watchlist, Zone
from monitor.core.watch.transitions import occurrence
from monitor.core.watch.wording import canonical

SEMANTICS = 2  # raised when the same rules would judge differently, so that the ruleset's digest tells
MAX_HITS = 100  # hits of one verdict
MAX_FINDS = 1_000  # of one term that are looked at for them


@dataclass(frozen=True, slots=True)
class Rule:
    """A watchlist and its plan."""

    watchlist: Watchlist
    plan: Plan


class Rulebook:
    """All watchlists, compiled. `digest` names them: the same watchlists and entities always have the same one."""

    def __init__(self, rules: Sequence[Rule], lexicon: Lexicon, digest: str) -> None:
        self.digest = digest
        self.watchlists: Mapping[str, Watchlist] = {rule.watchlist.id: rule.watchlist for rule in rules}
        self.rules, self.lexicon = tuple(rules), lexicon
        self._concerned = _by_trigger(self.rules, len(lexicon.leaves))

    @classmethod
    def compile(cls, watchlists: Iterable[Watchlist], entities: Iterable[Entity]) -> Rulebook:
        """Compile watchlists. Raises ValueError for an id that names no entity and for a phrase with nothing to search for.

        Entities that are made anew each time one goes through them are never there all together.
        """
        watchlists, entities = tuple(watchlists), entities if iter(entities) is not entities else tuple(entities)
        lexicon = Lexicon(entities)
        planner = Planner(lexicon)
        rules = []
        for watchlist in watchlists:
            try:
                rules.append(Rule(watchlist, planner.plan(watchlist.asked)))
            except ValueError as error:
                raise ValueError(f"watchlist {watchlist.id}: {error}") from error
        digest = _digest(watchlists, entities)
        lexicon.seal()
        return cls(rules, lexicon, digest)

    def judge(
        self,
        before: Content | None,
        after: Content | None,
        *,
        how: How,
        source: str,
        tags: Iterable[str] = (),
        url: str = "",
        edits: Sequence[Edit] = (),
        at: datetime | None = None,
    ) -> tuple[Verdict, ...]:
        """What each watchlist has to say about an article event, in the order of the watchlists.

        `new` has no text before; for `gone` and `restored` the one text given (or the later of two) is what went or came back.
        `edits` are the revision's typed edits; `at` is when it happened (None: no watchlist has expired).
        """
        return self.verdicts(self.event(before, after, how=how, source=source, tags=tags, url=url, edits=edits), at)

    def verdicts(self, event: Event, at: datetime | None = None) -> tuple[Verdict, ...]:
        """What each watchlist has to say about an event that was read (`event`)."""
        verdicts = (self.verdict(rule, event, became) for rule, became in self.outcomes(event, at))
        return tuple(verdict for verdict in verdicts if verdict)

    def outcomes(self, event: Event, at: datetime | None = None) -> Iterator[tuple[Rule, Outcome]]:
        """What became of each rule whose watchlist looks at an event's article and of which a leaf stands in either text."""
        return (
            (rule, outcome(rule.plan, event)) for rule in self.concerned(event) if covers(rule.watchlist, event, at)
        )

    def event(
        self,
        before: Content | None,
        after: Content | None,
        *,
        how: How,
        source: str,
        tags: Iterable[str] = (),
        url: str = "",
        edits: Sequence[Edit] = (),
    ) -> Event:
        """The two texts, read."""
        pages = read((before, after), self.lexicon)
        places = frozenset(tags)
        old, new = (Text(page, Published(page.content, source, places, url)) for page in pages)
        return Event(old, new, how, edits)

    def concerned(self, event: Event) -> list[Rule]:
        """The rules with a leaf in either text, without which none is true."""
        pages = [text.page for text in (event.after, event.before) if text.page.present]
        concerned = {rule for page in pages for leaf in page.present for rule in self._concerned[leaf]}
        rules = (self.rules[number] for number in sorted(concerned))
        return [rule for rule in rules if any(map(rule.plan.may_hold, pages))]

    def verdict(self, rule: Rule, event: Event, became: Outcome) -> Verdict | None:
        """What one rule has to say of what became of it, wherever its watchlist looks."""
        found = became.changes
        changes = {change: found[change] for change in sorted(found) if change in rule.watchlist.on}
        if not changes:
            return None
        hits, omitted = self._hits(changes, event)
        return Verdict(rule.watchlist.id, event.how, tuple(changes), hits, omitted)

    def _hits(self, changes: Changes, event: Event) -> tuple[tuple[Hit, ...], int]:
        """One hit a sentence and spelling, with all its marks, in reading order; and how many finds are beyond the bound."""
        placed = [
            (_place(change, page, find, written), term, page, find)
            for change, found in changes.items()
            for term, finds in found
            for written in (canonical(term.query),)
            for page, find in finds[:MAX_FINDS]
        ]
        beyond = sum(max(len(finds) - MAX_FINDS, 0) for found in changes.values() for _, finds in found)
        placed.sort(key=lambda each: each[0])
        hits: dict[tuple[object, ...], Hit] = {}
        for number, ((change, *_), term, page, find) in enumerate(placed):
            here, field = occurrence(page, find), page.fields[find.field]
            key = (change, find.label, id(term), id(page), find.field, here.at)
            if key not in hits and len(hits) == MAX_HITS:
                return tuple(hits.values()), len(placed) - number + beyond
            marks = {*here.marks, *(hits[key].marks if key in hits else ())}
            side: Literal["before", "after"] = "before" if page is event.before.page else "after"
            hits[key] = Hit(
                term=find.label or canonical(term.query),
                entity=self._entity(term),
                change=change,
                zone=field.zone,
                block=field.block,
                sentence=here.sentence,
                marks=tuple(sorted(marks)),
                revision=side,
                speaker=hits[key].speaker if key in hits else page.speaker(find),
            )
        return tuple(hits.values()), beyond

    def _entity(self, term: Term) -> str | None:
        return self.lexicon.entity(term.leaf) if isinstance(term, OneLeaf) else None


def covers(watchlist: Watchlist, event: Event, at: datetime | None) -> bool:
    """Whether a watchlist looks at an article at all: by its source, its language, and the watchlist's own end."""
    published = event.after.published if event.after.page.content else event.before.published
    lang = published.content.lang if published.content else ""
    has_expired = watchlist.expires is not None and at is not None and at >= watchlist.expires
    return not has_expired and watchlist.covers(published.source, published.tags) and watchlist.speaks(lang)


_Place = tuple[Change, int, int, int, str, str]
_ZONES: tuple[Zone, ...] = ("title", "dek", "byline", "body")


def _place(change: Change, page: Page, find: Find, written: str) -> _Place:
    """The order of hits: it must not depend on what other watchlists ask, which numbers the terms."""
    field = page.fields[find.field]
    return change, _ZONES.index(field.zone), field.block or 0, find.start, find.label, written


def _by_trigger(rules: Sequence[Rule], leaves: int) -> list[tuple[int, ...]]:
    """For each leaf the rules that are true of no text without one of their leaves, of which it is one."""
    concerned: list[tuple[int, ...]] = [()] * leaves
    same: dict[tuple[int, ...], tuple[int, ...]] = {}  # most leaves concern the same few rules
    for number, rule in enumerate(rules):
        triggers = rule.plan.triggers()
        for leaf in triggers.leaves if triggers else ():
            these = (*concerned[leaf], number)
            concerned[leaf] = same.setdefault(these, these)
    return concerned


def _digest(watchlists: Sequence[Watchlist], entities: Iterable[Entity]) -> str:
    """Over what is asked, entities in the order of their ids, by which each as it is written begins."""
    hashed = hashlib.sha256(msgspec.json.encode([SEMANTICS, *map(_asked, watchlists)], order="deterministic"))
    for written in sorted(msgspec.json.encode(entity, order="deterministic") for entity in entities):
        hashed.update(written)
    return f"sha256:{hashed.hexdigest()}"


def _asked(watchlist: Watchlist) -> dict[str, object]:
    facts = {name: value for name, value in vars(watchlist).items() if name not in {"query", "asked"}}
    return {**facts, "asked": canonical(watchlist.asked)}
