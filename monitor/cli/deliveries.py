"""`deliveries list|show|retry`: messages to channels and their attempts; a retry asks for another by an event, and sends nothing."""

from __future__ import annotations

import asyncio
import getpass
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, Annotated, Final

import typer
from rich.console import Group
from rich.table import Table
from rich.text import Text

from monitor import commands
from monitor.cli.opening import elsewhere, is_here, listed, log, views
from monitor.cli.options import (
    EXIT_STATUS,
    ConfigOption,
    JsonOption,
    LimitOption,
    SinceOption,
    UrlOption,
    moment,
    place,
)
from monitor.cli.output import listing, minute, nothing, one_of, safe, screen, short, show_json, when

if TYPE_CHECKING:
    from monitor.config import Config
    from monitor.store.views.rows import AttemptRow, DeliveryRow

MOST: Final = 10_000  # dead letters at once: as many as the views answer with
_STATES: Final = {
    "delivered": "green",
    "accepted": "green",
    "scheduled": "yellow",
    "dead": "bold red",
    "failed": "yellow",
    "requested": "cyan",
}

DeadOption = Annotated[bool, typer.Option("--dead", help="Only dead letters: messages that are tried no more.")]
ChannelOption = Annotated[
    str | None, typer.Option("--channel", metavar="NAME", help="Only of this channel.", show_default=False)
]
DeliveryArgument = Annotated[
    str, typer.Argument(metavar="ID", help="The message's id (its webhook-id), or its beginning.")
]


def register(app: typer.Typer) -> None:
    """Add the verbs of this family."""
    deliveries = typer.Typer(help="Messages to channels, and what came of them.", no_args_is_help=True)
    deliveries.command("list", epilog=EXIT_STATUS)(list_deliveries)
    deliveries.command("show", epilog=EXIT_STATUS)(show)
    deliveries.command("retry", epilog=EXIT_STATUS)(retry)
    app.add_typer(deliveries, name="deliveries")


def list_deliveries(
    config: ConfigOption = None,
    as_json: JsonOption = False,
    url: UrlOption = None,
    dead: DeadOption = False,
    channel: ChannelOption = None,
    since: SinceOption = None,
    limit: LimitOption = 50,
) -> None:
    """List messages, the newest first."""
    settings = place(config, url)
    state = "dead" if dead else None
    rows = listed(settings, lambda reader: reader.deliveries(state=state, channel=channel, since=since, limit=limit))
    if as_json:
        show_json(rows)
    elif not rows:
        screen().print("No dead letters." if dead else "No deliveries yet.")
    else:
        screen().print(_table(rows, settings.timezone))


def show(
    delivery: DeliveryArgument, config: ConfigOption = None, as_json: JsonOption = False, url: UrlOption = None
) -> None:
    """Show one message, the alerts it tells of, and every attempt."""
    settings = place(config, url)
    with views(settings) as reader, reader.snapshot():
        row: DeliveryRow = one_of(reader.deliveries_named(delivery), delivery, "delivery")
        attempts, alerts = reader.attempts(row.id), reader.members(row.id)
    if as_json:
        show_json({"delivery": row, "alerts": alerts, "attempts": attempts})
    else:
        facts = safe(f"{row.id}\ntells of {', '.join(alerts)}".replace("\n", "  "), "dim")
        screen().print(Group(facts, "", attempts_table([(row, attempts)], settings.timezone)))


def retry(
    delivery: Annotated[str | None, typer.Argument(metavar="ID", help="The message to send again.")] = None,
    config: ConfigOption = None,
    as_json: JsonOption = False,
    url: UrlOption = None,
    dead: Annotated[bool, typer.Option("--dead", help="Send every dead letter again.")] = False,
    channel: ChannelOption = None,
    since: Annotated[
        datetime | None,
        typer.Option(
            "--since",
            parser=moment,
            metavar="WHEN",
            help="Send the dead letters again that died since then: 2h, 30d, or 2015-11-15T20:00.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Ask for a message, or for dead letters, to be sent again with the same id and the same bytes.

    It works whether or not the daemon runs; the daemon sends it.
    """
    if (delivery is None) != (dead or since is not None):
        raise typer.BadParameter("expected an ID, or --dead or --since, one of them")
    settings = place(config, url)
    with views(settings) as reader:
        if delivery is None:
            rows = reader.deliveries(state="dead", channel=channel, since=since, limit=MOST)
        else:
            rows = [one_of(reader.deliveries_named(delivery), delivery, "delivery")]
        if not rows:
            raise nothing("there are no dead letters")
        if elsewhere(settings):
            for row in rows:
                settings.send_again(row.id)
    if is_here(settings):
        asyncio.run(_request(settings, rows))
    if as_json:
        show_json({"requested": [row.id for row in rows]})
    else:
        more = " There may be more: ask again." if len(rows) == MOST else ""
        them = "it" if len(rows) == 1 else "them"
        screen().print(f"{len(rows)} asked for: the daemon sends {them} as soon as it runs.{more}")


async def _request(config: Config, rows: list[DeliveryRow]) -> None:
    async with log(config) as opened:
        for row in rows:
            await commands.send_again(opened, row.id, row.channel, row.article, f"cli:{getpass.getuser()}")


# --- how it looks ----------------------------------------------------------------------------------------------------


def _table(rows: list[DeliveryRow], zone: tzinfo) -> Table:
    table = listing("Formed", "Channel", "State", "Tries", "Answer", "Id", folding="Answer")
    table.columns[3].justify = "right"
    for row in rows:
        state = safe(row.state, _STATES.get(row.state, ""))
        cells = safe(minute(row.formed_at, zone), "dim"), safe(row.channel), state, safe(str(row.attempts))
        table.add_row(*cells, _answer(row, zone), safe(short(row.id), "dim"))
    return table


def _answer(row: DeliveryRow, zone: tzinfo) -> Text:
    words = [str(row.status) if row.status else "", row.reason]
    if row.state == "scheduled" and row.attempts:
        words.append(f"next {when(row.next_at, zone)[5:]}")
    return safe("  ".join(word for word in words if word))


def attempts_table(told: list[tuple[DeliveryRow, list[AttemptRow]]], zone: tzinfo) -> Table:
    """Everything that happened to some messages, each under its channel."""
    table = listing("When", "Channel", "Try", "Outcome", "Answer", folding="Answer")
    table.columns[2].justify = "right"
    for delivery, attempts in told:
        table.add_row(safe(when(delivery.formed_at, zone), "dim"), safe(delivery.channel), "", safe("formed"), "")
        for row in attempts:
            outcome = safe(row.kind, _STATES.get(row.kind, ""))
            number = safe(str(row.attempt) if row.attempt else "")
            table.add_row(safe(when(row.at, zone), "dim"), safe(delivery.channel), number, outcome, _said(row))
    return table


def _said(row: AttemptRow) -> Text:
    words = [str(row.status) if row.status else "", row.reason, row.detail]
    words += [f"{row.seconds:.2f} s"] if row.seconds is not None else []
    words += [f"again in {row.retry_in:.0f} s"] if row.retry_in is not None else []
    return safe("  ".join(word for word in words if word))
