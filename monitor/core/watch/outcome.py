"""What became of a rule between two texts: the transitions of its terms, and what a NOT or a distance put out. It tells nobody.

A term counts where it makes its query true: an entity in a branch that is false is no news.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from monitor.core.events import Edit
from monitor.core.watch.plan import OneLeaf, Plan, Term
from monitor.core.watch.published import Published
from monitor.core.watch.query import ScopeName
from monitor.core.watch.reading import Find, Page
from monitor.core.watch.rules import EDITS, Change, How
from monitor.core.watch.transitions import Finds, compare

Terms = Mapping[Term, Sequence[Find]]


@dataclass(frozen=True, slots=True)
class Text:
    """A page with where it is published, and what was asked of it already."""

    page: Page
    published: Published
    _known: dict[Term, list[Find]] = field(default_factory=dict)

    def is_published(self, name: ScopeName, value: str) -> bool:
        """Whether the article stands where a scope says."""
        return self.published.is_in(name, value)

    def finds(self, term: Term) -> list[Find]:
        """Where a term stands."""
        known = self._known.get(term)
        if known is None:
            known = self._known[term] = term.look(self) if term.may_hold(self.page) else []
        return known

    def has(self, term: Term) -> bool:
        """Whether a term stands anywhere."""
        return bool(self._known[term]) if term in self._known else term.may_hold(self.page) and term.stands(self)

    def terms(self, plan: Plan) -> Terms:
        """The terms that make a plan true, with where they stand; empty where it is false."""
        if not self.page.present or not plan.may_hold(self.page) or not plan.holds(self):
            return {}
        return {term: self.finds(term) for term in plan.witnesses(self)}


@dataclass(frozen=True, slots=True)
class Event:
    """Two texts of an article, and what else is known of what happened between them."""

    before: Text
    after: Text
    how: How
    edits: Sequence[Edit] = ()
    _compared: dict[Term, Mapping[Change, Finds]] = field(default_factory=dict)

    def changes(self, term: Term) -> Mapping[Change, Finds]:
        """What became of a term."""
        known = self._compared.get(term)
        if known is None:
            old, new = self.before.finds(term), self.after.finds(term)
            known = self._compared[term] = compare(self.before.page, old, self.after.page, new)
        return known


Changes = dict[Change, list[tuple[Term, Finds]]]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a rule's terms; `excluded` are those that a NOT or a distance put out, though their words still stand."""

    changes: Changes
    excluded: tuple[Term, ...] = ()


def outcome(plan: Plan, event: Event) -> Outcome:
    """What became of a rule."""
    was, now = event.before.terms(plan), event.after.terms(plan)
    if not was and not now:
        return Outcome({})
    if event.how in {"gone", "restored"}:
        return Outcome(_whole(was, now, event))
    changes: Changes = {}
    excluded: list[Term] = []
    for term, change, finds in _transitions(was, now, event):
        if change == "disappeared" and not _words_left(term, event):
            excluded.append(term)
        else:
            changes.setdefault(change, []).append((term, finds))
    _turned(was, now, event, changes, excluded)
    for change, term, finds in _edited(was, now, event):
        changes.setdefault(change, []).append((term, finds))
    return Outcome(changes, tuple(excluded))


def _whole(was: Terms, now: Terms, event: Event) -> Changes:
    """Of an article that went or came back all that makes the rule true."""
    text, terms = (event.after, now) if now or event.after.page.content else (event.before, was)
    change: Change = "withdrawn" if event.how == "gone" else "restored"
    found: list[tuple[Term, Finds]] = [(term, [(text.page, find) for find in finds]) for term, finds in terms.items()]
    return {change: found} if found else {}


def _transitions(was: Terms, now: Terms, event: Event) -> Iterator[tuple[Term, Change, Finds]]:
    """The changes of the terms that count: what came where the query is true now, what went where it was true."""
    for term in dict.fromkeys([*was, *now]):
        for change, finds in event.changes(term).items():
            if counts(change, term in was, term in now):
                yield term, change, finds


def counts(change: Change, was: bool, now: bool) -> bool:
    """Whether a change of a term counts where the term made its query true before, after, or both."""
    if change in {"appeared", "added"}:
        return now
    return was if change in {"disappeared", "removed"} else was and now


def _words_left(term: Term, event: Event) -> bool:
    """Whether a term went because words did: of a group, because one of its sides stands nowhere any more."""
    if isinstance(term, OneLeaf):
        return True
    return not all(part_stands(part, event.after) for part in term.needs())


def part_stands(alternatives: Sequence[Term], text: Text) -> bool:
    """Whether any of several terms stands in a text."""
    return any(map(text.has, alternatives))


def _turned(was: Terms, now: Terms, event: Event, changes: Changes, excluded: list[Term]) -> None:
    """A query that a NOT or a distance alone turned: true where it was false, its terms appear; false, they are excluded."""
    if now and not was and "appeared" not in changes:
        changes["appeared"] = [(term, [(event.after.page, find) for find in finds]) for term, finds in now.items()]
    if was and not now and "disappeared" not in changes and not excluded:
        excluded.extend(was)


def _edited(was: Terms, now: Terms, event: Event) -> Iterator[tuple[Change, Term, Finds]]:
    """The typed edits in a sentence or block that holds a find."""
    for change, prefixes in EDITS.items():
        for edit in event.edits:
            if edit.kind.startswith(prefixes):
                yield from ((change, term, finds) for term, finds in _touched(edit, was, now, event))


def _touched(edit: Edit, was: Terms, now: Terms, event: Event) -> Iterator[tuple[Term, Finds]]:
    """The finds where an edit is: in the new text, or in the old one where the words went with it."""
    for text, terms in ((event.after, now), (event.before, was)):
        is_there = edit.block is None or bool(edit.after) is (text is event.after)
        touched = [
            (term, [(text.page, find) for find in finds if _is_at(text.page, find, edit)])
            for term, finds in (terms.items() if is_there else ())
        ]
        if found := [(term, finds) for term, finds in touched if finds]:
            yield from found
            return


def _is_at(page: Page, find: Find, edit: Edit) -> bool:
    places = ((page.fields[part.field].zone, page.fields[part.field].block) for part in find.simple)
    return any(block == edit.block if edit.block is not None else zone == edit.zone for zone, block in places)
