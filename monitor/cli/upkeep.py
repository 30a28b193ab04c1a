"""`rebuild` and `parked list|retry`: the views made again from the log, and events that were set aside. They decide nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Annotated, Any, Final, TypeVar

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from monitor.cli.opening import log, views_path
from monitor.cli.options import EXIT_STATUS, ConfigOption, JsonOption, configuration
from monitor.cli.output import listing, nothing, safe, screen, short, show_json
from monitor.core.events import Recorded, type_of
from monitor.ports import Log

if TYPE_CHECKING:
    from monitor.config import Config

_Answer = TypeVar("_Answer")
Parked = tuple[str, Recorded, str]  # group, event, error

# The groups whose stages set events aside; `project` never does (see stages.project).
GROUPS: Final = ("match", "policy", "deliver")


def register(app: typer.Typer) -> None:
    """Add the verbs of this family."""
    parked = typer.Typer(help="Events that kept failing and were set aside.", no_args_is_help=True)
    parked.command("list", epilog=EXIT_STATUS)(list_parked)
    parked.command("retry", epilog=EXIT_STATUS)(retry)
    app.add_typer(parked, name="parked")
    app.command(epilog=EXIT_STATUS)(rebuild)


# --- rebuild ---------------------------------------------------------------------------------------------------------


def rebuild(
    config: ConfigOption = None,
    as_json: JsonOption = False,
    check: Annotated[
        bool, typer.Option("--check", help="Change nothing: only compare the views with the log.")
    ] = False,
) -> None:
    """Make the views again from the log. The daemon may go on; whoever reads sees the old ones or the new ones.

    With --check, exit code 1 where the views do not say what the log says.
    """
    settings = configuration(config, telling=False)
    if check:
        _check(settings, as_json=as_json)
    else:
        events = _counting(settings, "made again from the log", as_json, _rebuilt(settings))
        show_json({"events": events}) if as_json else screen().print(f"The views were made again from {events} events.")


def _check(config: Config, *, as_json: bool) -> None:
    difference = _counting(config, "compared with the log", as_json, _compared(config))
    if as_json:
        show_json({"same": difference is None, "difference": difference and difference._asdict()})
    elif difference is None:
        screen().print("The views say what the log says.")
    else:
        screen().print(safe(f"The views say: {difference.views or 'nothing further'}"))
        screen().print(safe(f"The log says:  {difference.log or 'nothing further'}"))
    if difference is not None:
        raise nothing("the views differ from the log: `monitor rebuild` makes them again")


def _rebuilt(config: Config) -> Callable[[Log, Callable[[int], None]], Coroutine[Any, Any, int]]:
    from monitor.store import views  # the store brings Redis with it, which `--help` need not wait for

    return lambda opened, counted: views.rebuild(opened, views_path(config), counted)


def _compared(config: Config) -> Callable[[Log, Callable[[int], None]], Coroutine[Any, Any, Any]]:
    from monitor.store import views  # as above

    return lambda opened, counted: views.compare(opened, views_path(config), counted)


def _counting(
    config: Config,
    doing: str,
    quiet: bool,
    work: Callable[[Log, Callable[[int], None]], Coroutine[Any, Any, _Answer]],
) -> _Answer:
    """Do something with the log while a line on standard error counts the events."""
    columns = (SpinnerColumn(), TextColumn("{task.completed:.0f} events " + doing), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), disable=quiet, transient=True) as progress:
        task = progress.add_task("", total=None)

        async def answer() -> _Answer:
            async with log(config) as opened:
                return await work(opened, lambda count: progress.advance(task, count))

        return asyncio.run(answer())


# --- parked events ---------------------------------------------------------------------------------------------------


def list_parked(config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """List the events that kept failing, with the error of the last try."""
    found = asyncio.run(_all_parked(configuration(config, telling=False)))
    if as_json:
        show_json([{"group": group, "event": recorded, "error": error} for group, recorded, error in found])
    elif not found:
        screen().print("Nothing is parked.")
    else:
        screen().print(_table(found))


def retry(
    event: Annotated[str, typer.Argument(metavar="ID", help="The event's id, or its beginning.")],
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Hand a parked event to its stage again; the daemon takes it up."""
    settings = configuration(config, telling=False)
    handed = asyncio.run(_unpark(settings, event))
    if not handed:
        raise nothing(f"no parked event is known as {event}")
    if as_json:
        show_json({"retried": [{"group": group, "event": recorded.id} for group, recorded in handed]})
    else:
        screen().print(
            f"Handed to {', '.join(group for group, _ in handed)} again: the daemon takes it up as soon as it runs."
        )


async def _all_parked(config: Config) -> list[Parked]:
    async with log(config) as opened:
        return await _parked(opened)


async def _parked(opened: Log) -> list[Parked]:
    return [(group, recorded, error) for group in GROUPS for recorded, error in await opened.parked(group)]


async def _unpark(config: Config, name: str) -> list[tuple[str, Recorded]]:
    async with log(config) as opened:
        meant = [(group, event) for group, event, _ in await _parked(opened) if event.id.startswith(name)]
        if len({event.id for _, event in meant}) > 1:
            raise nothing(f"{name} may mean {', '.join(event.id for _, event in meant)}: type more of it")
        return [(group, event) for group, event in meant if await opened.unpark(group, event.id)]


def _table(found: list[Parked]) -> Table:
    table = listing("Stage", "Event", "About", "Error", "Id", folding="Error")
    for group, recorded, error in found:
        kind, entity = safe(type_of(recorded.event)), safe(short(recorded.entity))
        table.add_row(safe(group), kind, entity, safe(error, "red"), safe(recorded.id[:8], "dim"))
    return table
