"""`why URL`: what every look at an article came to, and what each filter did; under which addresses it is known; when it is looked at next.

It reads the note that the looks leave, and changes nothing.
"""

from __future__ import annotations

import asyncio
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, Final

import msgspec
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from monitor.cli.articles import heading
from monitor.cli.opening import log
from monitor.cli.output import listing, safe, when
from monitor.core.events import AnyEvent
from monitor.core.explained import Explained, Seen, decode, note_key
from monitor.errors import Corrupt, Dropped
from monitor.store.views.rows import AbsenceRow, ArticleRow

if TYPE_CHECKING:
    from monitor.cli.accounts import Account
    from monitor.config import Config
    from monitor.store.views import Reader

_STYLES: Final = {
    "discovered": "bold",
    "revised": "bold",
    "reverted": "magenta",
    "confirmed": "green",
    "restored": "green",
    "gone": "bold red",
    "blocked": "red",
    "absent": "yellow",
    "failed": "yellow",
}


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


def sightings(settings: Config, reader: Reader, article: ArticleRow) -> Sightings:
    """Gather them, from the views and from the log's note."""
    from monitor.cli.accounts import accounts  # what judges takes its time to import
    from monitor.core.policy.judging import steps
    from monitor.rules import rulebook_of

    explained, history, lost, now = asyncio.run(_recorded(settings, article.id))
    alerts = reader.alerts(article=article.id, limit=1_000)
    found = accounts(rulebook_of(settings), steps(history), alerts, now) if history else []
    return Sightings(
        article=article,
        aliases=reader.aliases(article.id),
        absences=reader.absences(article.id),
        health=_health(article, explained),
        next_look=explained.next_look,
        failures=explained.failures,
        looks=explained.seen,
        watchlists=found,
        lost=lost,
    )


async def _recorded(settings: Config, article: str) -> tuple[Explained, list[AnyEvent], str, datetime]:
    """What is noted of the looks, the article's own events (none, and why, where they are lost), and the log's time."""
    async with log(settings) as opened:
        partition = opened.partition_of(article)
        explained, now = decode(await opened.note(partition, note_key(article))), await opened.now()
        try:
            history = [recorded.event for recorded in await opened.history(partition, article)]
        except (Corrupt, Dropped) as error:
            return explained, [], str(error), now
        return explained, history, "", now


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


def told(found: Sightings, zone: tzinfo) -> list[RenderableType]:
    """The sightings as they are read."""
    from monitor.cli import accounts  # as above

    due = f"next look {when(found.next_look, zone)} at the latest" if found.next_look else "no look is planned"
    addresses = [Text.assemble("  ", safe(alias)) for alias in found.aliases]
    return [
        heading(found.article),
        safe(f"{found.health} {due[0].upper()}{due[1:]}."),
        Text("\nKnown as", style="bold"),
        Group(*addresses),
        Text("\nLooks", style="bold"),
        _table(found.looks, zone),
        *([safe(f"What watchlists make of it is not known: {found.lost}", "yellow")] if found.lost else []),
        *accounts.told(found.watchlists, zone),
    ]


def _table(looks: tuple[Seen, ...], zone: tzinfo) -> Table:
    table = listing("When", "Looks", "Status", "Outcome", "Why", folding="Why")
    for column in (1, 2):
        table.columns[column].justify = "right"
    for seen in looks:
        last = f" – {when(seen.until, zone)[11:]}" if seen.until else ""
        why = Group(safe(seen.why), *(safe(f"· {text}", "dim") for text in seen.filters))
        outcome = safe(seen.outcome, _STYLES.get(seen.outcome, ""))
        table.add_row(
            safe(f"{when(seen.at, zone)}{last}", "dim"), str(seen.times), str(seen.status or "–"), outcome, why
        )
    return table
