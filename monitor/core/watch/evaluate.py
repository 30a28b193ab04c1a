"""Judging: which watchlists have something to say about an article event, and what.

All watchlists share one automaton; each text is folded and scanned once, and only the queries with a leaf that stands there are
asked. It keeps no state: the two texts decide, so that a replay gives the same answer. It raises no alert (`core.policy`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import msgspec

from monitor.core.content import Content
from monitor.core.events import Edit
from monitor.core.watch.lexicon import Lexicon
from monitor.core.watch.outcome import Changes, Event, Text, outcome
from monitor.core.watch.plan import OneLeaf, Plan, Planner, Term
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
        """Compile watchlists. Raises ValueError for an id that names no entity and for a phrase with nothing to search for."""
        watchlists, known = tuple(watchlists), {entity.id: entity for entity in entities}
        lexicon = Lexicon(known)
        planner = Planner(lexicon)
        rules = []
        for watchlist in watchlists:
            try:
                rules.append(Rule(watchlist, planner.plan(watchlist.asked)))
            except ValueError as error:
                raise ValueError(f"watchlist {watchlist.id}: {error}") from error
        lexicon.seal()
        return cls(rules, lexicon, _digest(watchlists, known))

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
        event = self.event(before, after, how=how, source=source, tags=tags, url=url, edits=edits)
        verdicts = (self.verdict(rule, event) for rule in self.concerned(event) if covers(rule.watchlist, event, at))
        return tuple(verdict for verdict in verdicts if verdict)

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
        old, new = event.before.page.present, event.after.page.present
        concerned = {rule for leaf in old | new for rule in self._concerned[leaf]}
        rules = (self.rules[number] for number in sorted(concerned))
        return [rule for rule in rules if rule.plan.may_hold(new) or rule.plan.may_hold(old)]

    def verdict(self, rule: Rule, event: Event) -> Verdict | None:
        """What one rule has to say about an event, wherever its watchlist looks."""
        found = outcome(rule.plan, event).changes
        changes = {change: found[change] for change in sorted(found) if change in rule.watchlist.on}
        if not changes:
            return None
        hits, omitted = self._hits(changes, event)
        return Verdict(rule.watchlist.id, event.how, tuple(changes), hits, omitted)

    def _hits(self, changes: Changes, event: Event) -> tuple[tuple[Hit, ...], int]:
        """One hit a sentence and spelling, with all its marks, in reading order; and how many finds are beyond the bound."""
        placed = [
            (_place(change, page, find), term, page, find)
            for change, found in changes.items()
            for term, finds in found
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
            spelt = find.label or canonical(term.query)
            speaker = hits[key].speaker if key in hits else page.speaker(find, self.lexicon)
            hits[key] = Hit(
                spelt,
                self._entity(term),
                change,
                field.zone,
                field.block,
                here.sentence,
                tuple(sorted(marks)),
                side,
                speaker,
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


_Place = tuple[Change, int, int, int, str]
_ZONES: tuple[Zone, ...] = ("title", "dek", "byline", "body")


def _place(change: Change, page: Page, find: Find) -> _Place:
    field = page.fields[find.field]
    return change, _ZONES.index(field.zone), field.block or 0, find.start, find.label


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


def _digest(watchlists: Sequence[Watchlist], entities: Mapping[str, Entity]) -> str:
    """Over what is asked, entities in the order of their ids. Their many aliases are written out one entity after another."""
    hashed = hashlib.sha256(msgspec.json.encode([SEMANTICS, *map(_asked, watchlists)], order="deterministic"))
    for name in sorted(entities):
        hashed.update(msgspec.json.encode(entities[name], order="deterministic"))
    return f"sha256:{hashed.hexdigest()}"


def _asked(watchlist: Watchlist) -> dict[str, object]:
    facts = {name: value for name, value in vars(watchlist).items() if name not in {"query", "asked"}}
    return {**facts, "asked": canonical(watchlist.asked)}
