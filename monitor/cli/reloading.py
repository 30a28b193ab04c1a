"""`reload`: asks the daemon that runs to take its configuration up anew, and says what came of it. It changes nothing itself."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated, Final

import msgspec
import typer

from monitor import control
from monitor.cli.options import EXIT_STATUS, ConfigOption, JsonOption, configuration, configuration_path, span
from monitor.cli.output import safe, screen, show_json
from monitor.core import configured
from monitor.core.configured import Outcome
from monitor.errors import ConfigError, Fault

_PATIENCE: Final = "2m"
_REFUSED: Final = "Not taken up: what runs goes on as before."


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("reload", epilog=EXIT_STATUS)(take_up)


def take_up(
    config: ConfigOption = None,
    as_json: JsonOption = False,
    patience: Annotated[
        timedelta,
        typer.Option("--wait", parser=span, metavar="TIME", help="How long to wait for the answer.", show_default=True),
    ] = _PATIENCE,  # type: ignore[assignment]  # typer parses it
) -> None:
    """Have the daemon take its configuration up as it stands now: all of it, or nothing and every fault."""
    path = configuration_path(config)
    try:
        settings = configuration(path, telling=False)
    except ConfigError as error:  # where the daemon is to be found stands in the file, too
        raise _refused(error.faults, as_json=as_json) from None
    answer = control.ask(settings.data_dir, {"verb": "reload", "config": str(path.resolve())}, patience.total_seconds())
    outcome = msgspec.convert(answer, Outcome)
    if outcome.faults:
        raise _refused(outcome.faults, as_json=as_json)
    if as_json:
        show_json({"ok": True, "ruleset": outcome.ruleset, "changed": outcome.changed, "notes": outcome.notes})
        return
    screen().print(safe(f"Taken up: {configured.said(outcome.changed)}" if outcome.changed else "Nothing has changed."))
    for note in outcome.notes:
        screen().print(safe(f"note: {note}"))


def _refused(faults: Sequence[Fault], *, as_json: bool) -> typer.Exit:
    """Say why nothing was taken up; raise what this returns."""
    if as_json:
        show_json({"ok": False, "faults": [msgspec.to_builtins(fault) for fault in faults]})
    else:
        for fault in faults:
            typer.echo(str(fault), err=True)
        typer.echo(_REFUSED, err=True)
    return typer.Exit(2)
