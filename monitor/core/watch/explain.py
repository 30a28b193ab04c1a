"""Why a watchlist did or did not fire: what matched, what nearly did, and the first reason for what did not. It decides nothing again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from monitor.core.watch import query as q
from monitor.core.watch.evaluate import Rule, Rulebook, covers
from monitor.core.watch.outcome import Event, Outcome, Text, outcome
from monitor.core.watch.plan import All, Any, OneLeaf, Plan, Term, TwoSides, Where, Without
from monitor.core.watch.rules import Verdict, Watchlist
from monitor.core.watch.wording import canonical, in_words

_LISTED = 3  # alternatives of which each has its reason told


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a watchlist made of an article event: its verdict, or the first reason why it has none.

    `stood` are the terms found in the text that counts, also where the query is false: what nearly matched. `excluded` are those
    that a NOT or a distance put out.
    """

    watchlist: str
    verdict: Verdict | None
    reason: str
    stood: tuple[str, ...]
    excluded: tuple[str, ...]


def explain(book: Rulebook, event: Event, at: datetime | None = None) -> Iterator[Explanation]:
    """Explain each watchlist of a rulebook, in its order. `event` comes from `Rulebook.event`."""
    return (explain_rule(book, rule, event, at) for rule in book.rules)


def why_not(plan: Plan, text: Text) -> str | None:
    """The first reason why a plan is not true of a text; None where it is."""
    if plan.holds(text):
        return None
    match plan:
        case All():
            return next(reason for part in plan.parts if (reason := why_not(part, text)))
        case Any():
            return _none_of(plan, text)
        case Without():
            return _excluded(plan, text)
        case Where():
            return f"{_told(plan.query)} does not hold"
        case Term():
            return _missing(plan, text)
        case _:
            raise AssertionError(plan)  # there are no other plans


def explain_rule(book: Rulebook, rule: Rule, event: Event, at: datetime | None = None) -> Explanation:
    """Explain one of them."""
    watchlist = rule.watchlist
    became = outcome(rule.plan, event)
    verdict = book.verdict(rule, event, became) if covers(watchlist, event, at) else None
    text = event.after if event.after.page.content else event.before
    stood = tuple(dict.fromkeys(_told(term.query) for term in _standing(rule.plan, text)))
    reason = "" if verdict else _reason(watchlist, rule, event, became, at)
    return Explanation(watchlist.id, verdict, reason, stood, tuple(_told(term.query) for term in became.excluded))


def _reason(watchlist: Watchlist, rule: Rule, event: Event, became: Outcome, at: datetime | None) -> str:
    """The first of the reasons, from the watchlist's own bounds to what it asks to be told of."""
    text = event.after if event.after.page.content else event.before
    if watchlist.expires is not None and at is not None and at >= watchlist.expires:
        return f"it expired on {watchlist.expires:%Y-%m-%d %H:%M}"
    if not watchlist.covers(text.published.source, text.published.tags):
        return f"it does not look at {text.published.source}"
    if not covers(watchlist, event, at):
        return f"it does not look at articles in {text.published.content.lang if text.published.content else 'this language'}"
    if became.changes:
        told, asked = ", ".join(sorted(became.changes)), ", ".join(sorted(watchlist.on))
        return f"what happened ({told}) is not what it asks to be told of ({asked})"
    if reason := why_not(rule.plan, text):
        return reason
    return "it was true before, and nothing about its terms changed"


def _standing(plan: Plan, text: Text) -> Iterator[Term]:
    """The terms that stand in a text, whatever they make true."""
    match plan:
        case Any():
            yield from (term for term in map(plan.term, sorted(plan.leaves & text.page.present)) if term.holds(text))
            for part in plan.parts:
                yield from _standing(part, text)
        case All():
            for part in plan.parts:
                yield from _standing(part, text)
        case Term() if text.finds(plan):
            yield plan
        case Term():
            yield from (term for side in plan.needs() for term in side if text.finds(term))
        case _:
            return


def _none_of(plan: Any, text: Text) -> str:
    if len(plan.leaves) + len(plan.parts) > _LISTED:
        return f"none of {len(plan.leaves) + len(plan.parts)} alternatives holds"
    parts = [*map(plan.term, sorted(plan.leaves)), *plan.parts]
    return "; and ".join(reason for part in parts if (reason := why_not(part, text)))


def _excluded(plan: Without, text: Text) -> str:
    if isinstance(plan.part, Term) and (finds := text.finds(plan.part)):
        field = text.page.fields[finds[0].field]
        where = field.zone if field.block is None else f"paragraph {field.block + 1}"
        return f"{_told(plan.part.query)} stands ({where}), which NOT excludes"
    return f"{_told(plan.part.query)} holds, which NOT excludes"


def _missing(term: Term, text: Text) -> str:
    for alternatives in term.needs():
        if not any(text.finds(part) for part in alternatives):
            return "; and ".join(_missing(part, text) for part in alternatives[:_LISTED])
    if term.needs():
        return _apart(term, text)
    stands = isinstance(term, OneLeaf) and any(True for _ in text.page.finds(term.leaf))
    if not stands:
        return f"{_told(term.query)} stands nowhere"
    return f"{_told(term.query)} stands, but not {' and '.join(map(_told_bound, term.bounds))}"


def _apart(term: Term, text: Text) -> str:
    """How the parts of a group stand that are all there, and yet not as it wants them."""
    match term.query:
        case q.Near(ordered=ordered) if isinstance(term, TwoSides):
            between = _between(term, text, ordered=ordered)
            if between is not None:
                return f"{_told(term.query)}: the nearest have {between}"
            where = "in that order in one text" if ordered else "in one text"
            return f"{_told(term.query)}: they do not stand {where}"
        case q.Together(unit=unit):
            return f"{_told(term.query)}: both stand, but in no one {unit}"
        case _:
            return f"all of its words stand, but not as {canonical(term.query)} wants them"


def _between(term: TwoSides, text: Text, *, ordered: bool) -> int | None:
    """The fewest words between the two sides; None where they stand in different texts, or in the other order."""
    spots = sorted(
        (*text.page.words(find), number)
        for number, each in enumerate((term.left, term.right))
        for find in each.finds(text)
    )
    gaps = [
        there[1] - here[2] - 1
        for here, there in pairwise(spots)
        if here[0] == there[0] and (here[3], there[3]) in ({(0, 1)} if ordered else {(0, 1), (1, 0)})
    ]
    return min((gap for gap in gaps if gap >= 0), default=None)


def _told_bound(bound: object) -> str:
    if isinstance(bound, tuple):
        return "in direct speech of somebody named" if bound[1] is None else "in direct speech of that speaker"
    return f"in {bound}:"


def _told(query: q.Query) -> str:
    return in_words(query)
