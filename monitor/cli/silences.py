"""`silences add|list|expire`: what nobody wants to hear of for a while, and why. They record events; policy obeys them."""

from __future__ import annotations

import asyncio
import getpass
from datetime import UTC, datetime, timedelta, tzinfo
from math import ceil
from typing import TYPE_CHECKING, Annotated, Any, cast

import msgspec
import typer
from rich.table import Table

from monitor import commands
from monitor.cli.opening import elsewhere, here, log, views_path
from monitor.cli.options import EXIT_STATUS, ConfigOption, JsonOption, LimitOption, UrlOption, moment, place, span
from monitor.cli.output import listing, minute, one_of, safe, screen, short, show_json
from monitor.core.events import SilenceExpired, SilenceSet
from monitor.core.policy import labels, silences
from monitor.core.policy.silences import Mutes

if TYPE_CHECKING:
    from monitor.cli.remote import Remote
    from monitor.config import Config
    from monitor.store.views.rows import SilenceRow


def register(app: typer.Typer) -> None:
    """Add the verbs of this family."""
    family = typer.Typer(help="What nobody wants to hear of for a while.", no_args_is_help=True)
    family.command("add", epilog=EXIT_STATUS)(add)
    family.command("list", epilog=EXIT_STATUS)(list_silences)
    family.command("expire", epilog=EXIT_STATUS)(expire)
    app.add_typer(family, name="silences")


def add(
    matchers: Annotated[
        list[str], typer.Argument(metavar="LABEL=VALUE…", help="What to silence: watchlist=raqqa site=*.example …")
    ],
    comment: Annotated[str, typer.Option("--comment", "-m", help="Why. Whoever wonders will read it.")],
    config: ConfigOption = None,
    as_json: JsonOption = False,
    url: UrlOption = None,
    lasting: Annotated[
        timedelta | None,
        typer.Option("--for", parser=span, metavar="TIME", help="For how long: 30m, 2h, 3d.", show_default=False),
    ] = None,
    until: Annotated[
        datetime | None,
        typer.Option(
            "--until", parser=moment, metavar="WHEN", help="Or until then: 2015-11-16T07:00.", show_default=False
        ),
    ] = None,
) -> None:
    """Silence alerts that fit all these labels (of one label: any of its values). They are recorded, and tell nobody."""
    if (lasting is None) == (until is None):
        raise typer.BadParameter("expected --for or --until, one of them")
    try:
        read = labels.read(matchers)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error

    def decide(mutes: Mutes, now: datetime) -> SilenceSet:
        end = until or now + (lasting or timedelta(0))
        return silences.set_silence(mutes, read, at=now, until=end, comment=comment, by=_who())

    settings = place(config, url)
    try:
        if elsewhere(settings):
            with settings:
                end = until or datetime.now(UTC) + (lasting or timedelta(0))
                event = settings.silence(read, ceil((end - datetime.now(UTC)).total_seconds() / 60), comment)
        else:
            event = asyncio.run(_record(settings, decide))
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    if as_json:
        show_json({"silence": event})
    else:
        screen().print(safe(f"{event.silence}: silent until {_until(event, settings.timezone)}"))


def list_silences(
    config: ConfigOption = None,
    as_json: JsonOption = False,
    every: Annotated[bool, typer.Option("--all", help="Those that have ended too.")] = False,
    url: UrlOption = None,
    limit: LimitOption = 50,
) -> None:
    """List the silences that are in force, or all of them."""
    settings = place(config, url)
    if elsewhere(settings):
        if every:
            raise typer.BadParameter("--all needs the data directory: a Monitor elsewhere tells what is in force alone")
        rows = _in_force(settings)[:limit]
    else:
        now = datetime.now(UTC)
        rows = _recorded(cast("Config", settings), limit)
        rows = [row for row in rows if every or (row.ended_at is None and row.until > now)]
    if as_json:
        show_json(rows)
    elif not rows:
        screen().print("No silences." if every else "Nothing is silenced.")
    else:
        screen().print(_table(rows, settings.timezone))


def expire(
    silence: Annotated[str, typer.Argument(metavar="ID", help="The silence's id, or its beginning.")],
    config: ConfigOption = None,
    as_json: JsonOption = False,
    url: UrlOption = None,
) -> None:
    """End a silence before its time."""
    settings = place(config, url)

    def decide(mutes: Mutes, now: datetime) -> SilenceExpired:
        in_force = [one.silence for one in mutes.silences if one.until > now]
        return SilenceExpired(now, _meant(in_force, silence), _who())

    if elsewhere(settings):
        with settings:
            in_force = [one.silence for one in settings.silences()]
            event = settings.end_silence(_meant(in_force, silence))
    else:
        event = asyncio.run(_record(settings, decide))
    if as_json:
        show_json({"expired": event})
    else:
        screen().print(safe(f"{event.silence} has ended."))


def _meant(in_force: list[str], name: str) -> str:
    """The silence that a name means, or its beginning. Ends the verb where it means none, or several."""
    meant = [_Named(one) for one in in_force if one.startswith((name, f"silence_{name}"))]
    return str(one_of(meant, name, "silence in force").id)


def _recorded(config: Config, limit: int) -> list[SilenceRow]:
    if not views_path(config).exists():
        return []
    with here(config) as reader:
        return reader.silences(limit=limit)


def _in_force(remote: Remote) -> list[SilenceRow]:
    """The silences in force elsewhere, as the views would tell them."""
    from monitor.store.views.rows import (
        SilenceRow,
    )  # the store takes its time to import, which `--help` need not wait for

    with remote:
        return [
            SilenceRow(one.silence, one.at, one.matchers, one.until, one.comment, one.by, None, "")
            for one in remote.silences()
        ]


class _Named(msgspec.Struct, frozen=True):
    id: str


async def _record(config: Any, decide: commands.Decide[Any]) -> Any:
    async with log(config) as opened:
        return await commands.silence(opened, decide)


def _who() -> str:
    return f"cli:{getpass.getuser()}"


def _until(event: SilenceSet | SilenceExpired, zone: tzinfo) -> str:
    return minute(event.until, zone) if isinstance(event, SilenceSet) else ""


def _table(rows: list[SilenceRow], zone: tzinfo) -> Table:
    table = listing("Until", "Labels", "Why", "By", "Id", folding="Why")
    for row in rows:
        ended = f"{minute(row.ended_at, zone)} ended" if row.ended_at else minute(row.until, zone)
        cells = safe(ended), safe(labels.spelled(row.matchers)), safe(row.comment), safe(row.by, "dim")
        table.add_row(*cells, safe(short(row.id), "dim"))
    return table
