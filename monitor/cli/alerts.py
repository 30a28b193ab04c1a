"""`alerts list|show|ack`: what watchlists had to say, who was told, and that somebody has taken note of it."""

from __future__ import annotations

import asyncio
import getpass
from datetime import tzinfo
from typing import TYPE_CHECKING, Annotated, Final

import typer
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from monitor import commands
from monitor.cli.deliveries import attempts_table
from monitor.cli.marking import Marks, in_sentence
from monitor.cli.opening import elsewhere, is_here, listed, log, views
from monitor.cli.options import EXIT_STATUS, ConfigOption, JsonOption, LimitOption, SinceOption, UrlOption, place
from monitor.cli.output import listing, minute, one_of, safe, screen, short, show_json, when

if TYPE_CHECKING:
    from monitor.config import Config
    from monitor.store.views.rows import AlertRow, AttemptRow, DeliveryRow

SEVERITIES: Final = {"critical": "bold red", "warning": "yellow", "info": "cyan"}


def register(app: typer.Typer) -> None:
    """Add the verbs of this family."""
    alerts = typer.Typer(help="What watchlists had to say.", no_args_is_help=True)
    alerts.command("list", epilog=EXIT_STATUS)(list_alerts)
    alerts.command("show", epilog=EXIT_STATUS)(show)
    alerts.command("ack", epilog=EXIT_STATUS)(ack)
    app.add_typer(alerts, name="alerts")


def list_alerts(
    config: ConfigOption = None,
    as_json: JsonOption = False,
    url: UrlOption = None,
    watchlist: Annotated[str | None, typer.Option("--watchlist", metavar="ID", help="Only of this watchlist.")] = None,
    since: SinceOption = None,
    limit: LimitOption = 50,
) -> None:
    """List alerts, the newest first."""
    settings = place(config, url)
    rows = listed(settings, lambda reader: reader.alerts(watchlist=watchlist, since=since, limit=limit))
    if as_json:
        show_json(rows)
    elif not rows:
        screen().print("No alerts.")
    else:
        screen().print(_table(rows, settings.timezone))


def show(
    alert: Annotated[str, typer.Argument(metavar="ID", help="The alert's id, or its beginning.")],
    config: ConfigOption = None,
    as_json: JsonOption = False,
    url: UrlOption = None,
) -> None:
    """Show one alert with what was found, and every attempt to tell somebody."""
    settings = place(config, url)
    with views(settings) as reader, reader.snapshot():
        row: AlertRow = one_of(reader.alerts_named(alert), alert, "alert")
        told = [(delivery, reader.attempts(delivery.id)) for delivery in reader.deliveries(alert=row.id)]
    if as_json:
        deliveries = [{"delivery": delivery, "attempts": attempts} for delivery, attempts in told]
        show_json({"alert": row, "deliveries": deliveries})
    else:
        screen().print(Group(*_about(row, settings.timezone), *_hits(row), *_telling(row, told, settings.timezone)))


def ack(
    alert: Annotated[str, typer.Argument(metavar="ID", help="The alert's id, or its beginning.")],
    config: ConfigOption = None,
    as_json: JsonOption = False,
    url: UrlOption = None,
    note: Annotated[str, typer.Option("--note", "-m", help="What is done about it.")] = "",
) -> None:
    """Take note of an alert: nobody is reminded of it, or of a message that tells of it, any more."""
    settings = place(config, url)
    with views(settings) as reader:
        row: AlertRow = one_of(reader.alerts_named(alert), alert, "alert")
        if elsewhere(settings):
            settings.acknowledge(row.id, note.strip())
    if is_here(settings):
        asyncio.run(_acknowledge(settings, row, note.strip()))
    if as_json:
        show_json({"acked": row.id})
    else:
        screen().print(safe(f"{row.id} is acked."))


async def _acknowledge(config: Config, row: AlertRow, note: str) -> None:
    async with log(config) as opened:
        await commands.acknowledge(opened, row.id, row.article, f"cli:{getpass.getuser()}", note)


def _table(rows: list[AlertRow], zone: tzinfo) -> Table:
    table = listing("When", "Watchlist", "What", "Id", folding="What")
    for row in rows:
        watchlist = safe(row.watchlist, SEVERITIES.get(row.severity, ""))
        table.add_row(safe(minute(row.at, zone), "dim"), watchlist, _what(row), safe(short(row.id), "dim"))
    return table


def _what(row: AlertRow) -> Text:
    what = safe(str(row.data.get("summary") or ", ".join(row.changes)))
    return Text.assemble(what, (f"  (told nobody: {row.suppressed})", "dim")) if row.suppressed else what


def _about(row: AlertRow, zone: tzinfo) -> list[RenderableType]:
    article = row.data.get("article") or {}
    severity = safe(row.severity, SEVERITIES.get(row.severity, ""))
    facts = Text("  ·  ").join(
        [severity, safe(row.watchlist, "bold"), safe(", ".join(row.changes)), safe(when(row.at, zone), "dim")]
    )
    where = f"{article.get('url') or row.article}  revision {row.revision}"
    return [safe(str(row.data.get("summary") or ""), "bold"), facts, safe(where, "cyan"), safe(row.id, "dim"), ""]


def _hits(row: AlertRow) -> list[RenderableType]:
    """Every sentence that was found, its words highlighted."""
    marks = Marks.of(screen())
    shown: list[RenderableType] = []
    for hit in row.data.get("hits") or []:
        place = "  ".join(str(hit[key]) for key in ("change", "zone") if hit.get(key))
        shown.append(Text.assemble(safe(str(hit.get("term", "")), "bold"), "  ", safe(place, "dim")))
        shown.append(Padding(in_sentence(str(hit.get("sentence") or ""), hit.get("marks") or [], marks), (0, 0, 1, 2)))
    return shown


def _telling(row: AlertRow, told: list[tuple[DeliveryRow, list[AttemptRow]]], zone: tzinfo) -> list[RenderableType]:
    if row.suppressed:
        return [Text(f"Nobody was told: {row.suppressed}.")]
    if not told:
        return [Text("Nobody is told yet.", style="dim")]
    return [attempts_table(told, zone)]
