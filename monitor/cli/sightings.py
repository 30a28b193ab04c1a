"""How `why URL` looks: what every look at an article came to, and what each filter did; under which addresses it is known; when it is looked at next."""

from __future__ import annotations

from datetime import tzinfo
from typing import TYPE_CHECKING, Final

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from monitor.cli.articles import heading
from monitor.cli.output import listing, safe, when
from monitor.core.explained import Seen

if TYPE_CHECKING:
    from monitor.explaining import Sightings

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


def told(found: Sightings, zone: tzinfo) -> list[RenderableType]:
    """The sightings as they are read."""
    from monitor.cli import accounts  # what judges takes its time to import

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
