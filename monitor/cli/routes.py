"""`routes test`: who would be told of an alert with these labels, and how. It reads the configuration alone and tells nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from monitor.cli.options import EXIT_STATUS, ConfigOption, JsonOption, configuration
from monitor.cli.output import listing, nothing, safe, screen, show_json
from monitor.core.policy.labels import read
from monitor.core.policy.routing import Aim, Handling, aims

if TYPE_CHECKING:
    from monitor.config import Config


def register(app: typer.Typer) -> None:
    """Add the verbs of this family."""
    routes = typer.Typer(help="Who is told of which alerts.", no_args_is_help=True)
    routes.command("test", epilog=EXIT_STATUS)(trial)
    app.add_typer(routes, name="routes")


def trial(
    labels: Annotated[
        list[str], typer.Argument(metavar="LABEL=VALUE…", help="An alert's labels: watchlist=raqqa severity=critical …")
    ],
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say which channels an alert with these labels would be told to, by which route, and how. Exit status 1: none."""
    try:
        given = read(labels)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    settings = configuration(config, telling=False)
    found = tested(settings, given)
    if as_json:
        show_json([{"channel": aim.channel, "route": aim.route or None, **said(aim.handling)} for aim in found])
    elif found:
        screen().print(_table(found))
    if not found:
        raise nothing("nobody would be told: no route that fits names a channel, and the watchlist names none")


def tested(config: Config, given: dict[str, tuple[str, ...]]) -> list[Aim]:
    """Who would be told, and how. A watchlist that is named brings its own severity and `notify`. Raises BadParameter for one that is not there."""
    from monitor.rules import rules_of  # brings APScheduler with it, which `--help` need not wait for

    names = given.get("watchlist", ())
    for name in names:
        if name not in config.watchlists:
            raise typer.BadParameter(f"there is no watchlist {name}")
    known = {"type": ("alert.raised",)}
    if names:
        known["severity"] = (config.watchlists[names[0]].severity,)
    notify = config.notify_of(names[0]) if names else config.defaults.notify
    return aims(rules_of(config).routes, {**known, **given}, notify)


def said(handling: Handling) -> dict[str, object]:
    """What a route says of how a channel is told, as the file would: durations in seconds."""
    quiet = handling.quiet
    facts = {
        "group_by": list(handling.alike) if handling.groups else None,
        "group_wait": handling.group_wait and handling.group_wait.total_seconds(),
        "group_interval": handling.group_interval and handling.group_interval.total_seconds(),
        "group_limit": handling.group_limit,
        "throttle": handling.throttle and handling.throttle.total_seconds(),
        "digest": handling.digest and handling.digest.said,
        "quiet_hours": quiet and f"{quiet.start:%H:%M}–{quiet.end:%H:%M} {quiet.zone}",
        "remind_until_ack": handling.remind and handling.remind.total_seconds(),
        "min_sources": handling.min_sources,
        "within": handling.within and handling.within.total_seconds(),
    }
    return {name: value for name, value in facts.items() if value is not None}


def _table(found: list[Aim]) -> Table:
    table = listing("Channel", "Route", "How", folding="How")
    for aim in found:
        how = ", ".join(f"{name} {_worded(value)}" for name, value in said(aim.handling).items())
        table.add_row(safe(aim.channel), safe(aim.route or "notify"), safe(how or "at once"))
    return table


def _worded(value: object) -> str:
    if isinstance(value, list):
        return "+".join(value)
    return f"{value:g} s" if isinstance(value, float) else str(value)
