"""All that there is to say of an alert (how it came about, whom it was told) and of an article (what its looks came to), gathered from the views and the log.

What is recorded is judged once more by the rules that are given; nothing is decided, changed or printed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

from monitor.core.events import AnyEvent
from monitor.core.explained import Explained, Seen, decode, note_key
from monitor.core.policy.accounts import Account, Beside, accounts, beside
from monitor.core.policy.judging import steps
from monitor.core.watch.evaluate import Rulebook
from monitor.errors import Corrupt, Dropped
from monitor.ports import Log
from monitor.store.views import Reader
from monitor.store.views.rows import (
    AbsenceRow,
    AckRow,
    AlertRow,
    ArticleRow,
    AttemptRow,
    DeliveryRow,
    RevisionRow,
    TellingRow,
)

_MOST = 1_000  # alerts of an article, deliveries of an alert


class Trace(msgspec.Struct, frozen=True):
    """All that is known of how an alert came about and what became of it. `beside` is None where its event cannot be read."""

    alert: AlertRow
    revision: RevisionRow | None
    ack: AckRow | None
    tellings: list[TellingRow]
    deliveries: list[tuple[DeliveryRow, list[AttemptRow]]]
    beside: Beside | None = None


class Sightings(msgspec.Struct, frozen=True):
    """Everything there is to say of how an article is watched. `health` is one plain sentence.

    `watchlists` is what today's rules make of it; `lost` says so where its events cannot be read for that.
    """

    article: ArticleRow
    aliases: list[str]
    absences: list[AbsenceRow]
    health: str
    next_look: datetime | None
    failures: int
    looks: tuple[Seen, ...]
    watchlists: list[Account]
    lost: str = ""


@dataclass(frozen=True, slots=True)
class Recalled:
    """What the log knows of an article at `now`: what is noted of the looks, and its own events, of which there are none, and why, where they are `lost`."""

    explained: Explained
    events: Sequence[AnyEvent]
    lost: str
    now: datetime


async def recalled(log: Log, article: str) -> Recalled:
    """Ask the log. Raises LogUnavailable."""
    partition = log.partition_of(article)
    explained, now = decode(await log.note(partition, note_key(article))), await log.now()
    try:
        history = [recorded.event for recorded in await log.history(partition, article)]
    except (Corrupt, Dropped) as error:
        return Recalled(explained, (), str(error), now)
    return Recalled(explained, history, "", now)


def trace(reader: Reader, alert: AlertRow, known: Recalled | None, book: Rulebook | None) -> Trace:
    """The trace of an alert, from the views, and from the log what else its event matched, where both that and the rules are known."""
    revisions = [row for row in reader.revisions(alert.article) if row.revision == alert.revision]
    deliveries = [(row, reader.attempts(row.id)) for row in reader.deliveries(alert=alert.id, limit=_MOST)]
    return Trace(
        alert=alert,
        revision=revisions[0] if revisions else None,
        ack=reader.ack(alert.id),
        tellings=reader.tellings(alert.id),
        deliveries=deliveries,
        beside=_beside(alert, known, book) if known and book else None,
    )


def _beside(alert: AlertRow, known: Recalled, book: Rulebook) -> Beside | None:
    """The alert's event by the rules; None where it cannot be read."""
    of_alert = [step for step in steps(known.events) if step.event.at == alert.at]
    return beside(book, of_alert[0], alert.watchlist) if of_alert else None


def sightings(reader: Reader, article: ArticleRow, known: Recalled, book: Rulebook | None) -> Sightings:
    """How an article is watched, and what the rules make of it, where they are known."""
    raised: dict[str, list[str]] = {}
    for row in sorted(reader.alerts(article=article.id, limit=_MOST), key=lambda row: row.at):
        raised.setdefault(row.watchlist, []).append(row.id)
    return Sightings(
        article=article,
        aliases=reader.aliases(article.id),
        absences=reader.absences(article.id),
        health=_health(article, known.explained),
        next_look=known.explained.next_look,
        failures=known.explained.failures,
        looks=known.explained.seen,
        watchlists=accounts(book, steps(known.events), raised, known.now) if book else [],
        lost=known.lost,
    )


def _health(article: ArticleRow, explained: Explained) -> str:
    """How it is with the article: from its state, and from the newest look."""
    newest = explained.seen[-1] if explained.seen else None
    if newest is None:
        return "Nothing is known of the looks at it."
    if explained.failures:
        return f"Could not be read {explained.failures} times in a row."
    if article.state != "live":
        return f"Said to be {article.state}."
    if newest.outcome in {"absent", "blocked", "doubted"}:
        return f"Suspect: {newest.outcome} at the last look."
    return "Read without trouble."
