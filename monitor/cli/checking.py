"""`monitor check`: every fault of a configuration at once, or what it amounts to; and the JSON Schema for editors."""

from __future__ import annotations

import json
import os
from typing import Annotated

import typer

from monitor.cli.options import ConfigOption, JsonOption, configuration_path
from monitor.errors import ConfigError


def register(app: typer.Typer) -> None:
    """Add the verbs of this family."""
    app.command()(check)


def check(
    config: ConfigOption = None,
    as_json: JsonOption = False,
    schema: Annotated[
        bool, typer.Option("--schema", help="Print the JSON Schema of the file, for editors, and end.")
    ] = False,
    explain: Annotated[
        bool, typer.Option("--explain", help="Print each watchlist's query in canonical form and in words.")
    ] = False,
) -> None:
    """Check a configuration: exit status 2 and every fault as file:line:column, or 0 and what it says.

    The `matches` and `rejects` of watchlists are tried too.
    """
    from monitor import config as configuration  # pydantic takes its time, and so do all parts of a daemon
    from monitor.cli.examining import examine, explained

    if schema:
        typer.echo(json.dumps(configuration.schema(), indent=2, ensure_ascii=False))
        return
    path = configuration_path(config)
    try:
        settings = configuration.load(path, os.environ)
        notes = examine(settings, path)
    except ConfigError as error:
        if not as_json:
            raise
        faults = [
            {"file": f.file, "line": f.line, "column": f.column, "key": f.key, "problem": f.problem}
            for f in error.faults
        ]
        typer.echo(json.dumps({"ok": False, "faults": faults}, ensure_ascii=False))
        raise typer.Exit(2) from None
    counts = {name: len(getattr(settings, name)) for name in ("feeds", "pages", "entities", "watchlists", "channels")}
    if as_json:
        report = {"ok": True, "file": str(path), "ruleset": settings.digest, **counts, "notes": notes}
        typer.echo(json.dumps(report | ({"queries": explained(settings)} if explain else {}), ensure_ascii=False))
        return
    typer.echo(f"{path}: good: " + ", ".join(f"{number} {name}" for name, number in counts.items()))
    for name in settings.watchlists:
        if not settings.notify_of(name):
            typer.echo(f"note: watchlist {name} tells nobody: its alerts are recorded only")
    for note in notes:
        typer.echo(f"note: {note}")
    for name, query in explained(settings).items() if explain else ():
        typer.echo(f"{name}\n  {query['canonical']}\n  {query['words']}")
