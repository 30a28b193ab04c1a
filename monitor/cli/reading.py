"""The verbs that read what was recorded, and those that ask for something to be done again. A list; each family has a file."""

from __future__ import annotations

import typer

from monitor.cli import (
    alerts,
    articles,
    backtesting,
    channels,
    deliveries,
    diffing,
    doctor,
    entities,
    feeds,
    holding,
    keeping,
    rehearsing,
    routes,
    search,
    silences,
    status,
    tailing,
    upkeep,
    watching,
    why,
)

FAMILIES = (
    tailing,
    articles,
    search,
    diffing,
    alerts,
    why,
    rehearsing,
    backtesting,
    entities,
    silences,
    routes,
    feeds,
    channels,
    deliveries,
    holding,
    watching,
    status,
    upkeep,
    keeping,
    doctor,
)


def register(app: typer.Typer) -> None:
    """Add all of them."""
    for family in FAMILIES:
        family.register(app)
