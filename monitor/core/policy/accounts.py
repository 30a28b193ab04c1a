"""How an article stands with each watchlist: what matched and where, what nearly does, the first reason why not, and what became of it over its revisions.

The recorded events are judged again, by the rules that are given, and nothing is decided anew.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

import msgspec

from monitor.core.policy import judging
from monitor.core.policy.judging import Step
from monitor.core.watch.evaluate import Rule, Rulebook
from monitor.core.watch.explain import Explanation, explain, why_not
from monitor.core.watch.rules import EVERYTHING, Hit
from monitor.core.watch.wording import in_words

MOST_STEPS: Final = 50  # of the newest events of the article


class Turn(msgspec.Struct, frozen=True):
    """What became of a watchlist at one event: the changes that it is told of or not, or the terms that a NOT or a distance put out."""

    at: datetime
    how: str
    revision: int
    changes: tuple[str, ...]
    told: tuple[str, ...]
    backlog: bool = False
    excluded: tuple[str, ...] = ()
    reason: str = ""


class Beside(msgspec.Struct, frozen=True):
    """An alert's event, judged again: what stands of its watchlist's terms, what a NOT or a distance put out, and which others nearly matched.

    `reason` is why today's rules would not raise it any more; `nearly` are other watchlists, each with the first reason why not.
    """

    stood: tuple[str, ...]
    excluded: tuple[str, ...]
    reason: str
    nearly: tuple[tuple[str, str], ...]


class Account(msgspec.Struct, frozen=True):
    """One watchlist and the article as it stands. `alerts` are the ids of those that were raised, `turns` what today's rules make of its events."""

    watchlist: str
    matches: bool
    hits: tuple[Hit, ...]
    stood: tuple[str, ...]
    reason: str
    turns: tuple[Turn, ...]
    alerts: tuple[str, ...]


def accounts(
    book: Rulebook, steps: Sequence[Step], raised: Mapping[str, Sequence[str]], now: datetime
) -> list[Account]:
    """What each watchlist makes of an article; `raised` are the ids of the alerts that there were, by watchlist."""
    if not steps:
        return []
    turns: dict[str, list[Turn]] = {}
    for step in steps[-MOST_STEPS:]:
        for watchlist, turn in _turns(book, step):
            turns.setdefault(watchlist, []).append(turn)
    return [
        _account(each, turns.get(each.watchlist, ()), raised.get(each.watchlist, ()))
        for each in _as_it_stands(book, steps[-1], now)
    ]


def beside(book: Rulebook, step: Step, watchlist: str) -> Beside:
    """What else there is to say of the event that raised an alert of a watchlist."""
    found = {each.watchlist: each for each in explain(book, judging.read(book, step), step.event.at)}
    own = found.pop(watchlist, None)
    nearly = (
        (name, each.reason) for name, each in found.items() if each.verdict is None and (each.stood or each.excluded)
    )
    if own is None:
        return Beside((), (), "there is no such watchlist any more", tuple(nearly))
    return Beside(own.stood, own.excluded, own.reason, tuple(nearly))


def _as_it_stands(book: Rulebook, last: Step, now: datetime) -> Iterator[Explanation]:
    """What each watchlist would say, were the text on record new and all of it asked for."""
    rules = [Rule(replace(rule.watchlist, on=EVERYTHING), rule.plan) for rule in book.rules]
    whole = Rulebook(rules, book.lexicon, book.digest)
    after = last.after
    event = whole.event(None, after.content, how="new", source=after.source, tags=after.tags, url=after.url)
    return explain(whole, event, now)


def _account(found: Explanation, turns: Sequence[Turn], alerts: Sequence[str]) -> Account:
    hits = found.verdict.hits if found.verdict else ()
    return Account(
        found.watchlist, found.verdict is not None, hits, found.stood, found.reason, tuple(turns), tuple(alerts)
    )


def _turns(book: Rulebook, step: Step) -> Iterator[tuple[str, Turn]]:
    event = judging.read(book, step)
    for rule, became in book.outcomes(event, step.event.at):
        if not (became.changes or became.excluded):
            continue
        yield (
            rule.watchlist.id,
            Turn(
                at=step.event.at,
                how=step.how,
                revision=step.after.revision,
                changes=tuple(sorted(became.changes)),
                told=tuple(sorted(set(became.changes) & rule.watchlist.on)),
                backlog=judging.is_backlog(step.event, rule.watchlist),
                excluded=tuple(in_words(term.query) for term in became.excluded),
                reason=(why_not(rule.plan, event.after) or "") if became.excluded else "",
            ),
        )
