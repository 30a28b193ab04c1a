"""`monitor demo`: what a newcomer sees first."""

from __future__ import annotations

from typing import Annotated

import typer

from monitor.cli.options import JsonOption


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command()(demo)


def demo(
    once: Annotated[bool, typer.Option("--once", help="End by itself, within a minute, with a table.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Watch four invented newsrooms break and edit their stories, on loopback only, and Monitor tell you.

    Exit status 0 only if exactly the expected happened; 1 with the differences named; 130 if it was interrupted.
    """
    from monitor.demo.entry import perform  # the daemon's parts take a second to import, which --help need not wait

    raise typer.Exit(perform(once=once, as_json=as_json))
