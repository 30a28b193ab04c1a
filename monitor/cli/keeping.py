"""`verify`, `export`, `import`, `backup`, `restore`: whether the log is whole, and its way to other places. They decide nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar, cast

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from monitor.cli.opening import log
from monitor.cli.options import EXIT_STATUS, ConfigOption, JsonOption, configuration
from monitor.cli.output import nothing, safe, screen, show_json

if TYPE_CHECKING:
    from monitor.config import Config
    from monitor.store import RedisLog

_Answer = TypeVar("_Answer")
Counted = Callable[[int], None]
Work = Callable[["RedisLog", Counted], Coroutine[Any, Any, _Answer]]


def register(app: typer.Typer) -> None:
    """Add the verbs of this family."""
    app.command(epilog=EXIT_STATUS)(verify)
    app.command(epilog=EXIT_STATUS)(export)
    app.command("import", epilog=EXIT_STATUS)(take_in)
    app.command(epilog=EXIT_STATUS)(backup)
    app.command(epilog=EXIT_STATUS)(restore)


def verify(config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Look at every event, in the archive and in the log: hashes, versions, ids, snapshots. The daemon may go on.

    Exit code 1 where anything is not as it was recorded.
    """
    from monitor.store.verify import verify as look  # the store brings Redis with it, which `--help` need not wait for

    found = with_log(configuration(config, telling=False), "events verified", as_json, look)
    if as_json:
        counts: dict[str, object] = {"events": found.events, "entities": found.entities, "segments": found.segments}
        counts |= {"dropped": found.dropped, "dropped_until": found.since or None}
        show_json({"whole": not found.problems, **counts, "problems": found.problems})
    else:
        for problem in found.problems:
            screen().print(safe(problem, "red"))
        of = f"{found.events} events of {found.entities} entities, {found.segments} archived segments"
        screen().print(f"{of}: {'whole' if not found.problems else f'{len(found.problems)} problems'}.")
        if found.dropped:
            screen().print(
                f"Retention has dropped {found.dropped} events from before {found.since}: nothing is known of those."
            )
    if found.problems:
        raise nothing("the log is not as it was recorded: restore it from a backup")


def export(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="JSON lines; packed where its name ends in .zst.")],
    config: ConfigOption = None,
    as_json: JsonOption = False,
    events_only: Annotated[
        bool, typer.Option("--events-only", help="Only the events: for reading, and while the daemon writes.")
    ] = False,
) -> None:
    """Write the whole log to a file, as JSON lines, from which `monitor import` makes a log on any server."""
    from monitor.store import transfer  # as above

    async def work(opened: RedisLog, counted: Counted) -> int:
        return await transfer.export(opened, file, events_only=events_only, counted=counted)

    events = with_log(configuration(config, telling=False), "events exported", as_json, work)
    _tell({"events": events, "file": str(file)}, f"{events} events are in {file}.", as_json)


def take_in(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What `monitor export` wrote.", exists=True)],
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make the configured log, which must be empty, of an exported one. No daemon may run meanwhile."""
    from monitor.store import transfer  # as above

    async def work(opened: RedisLog, counted: Counted) -> int:
        return await transfer.take_in(opened, file, counted)

    events = with_log(configuration(config, telling=False), "events imported", as_json, work)
    _tell({"events": events}, f"{events} events are in the log. Captures are copied by hand.", as_json)


def backup(
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="A directory that is empty, or none yet.")],
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Copy the embedded log, its archive and the captures. The daemon may go on. The configuration is not copied."""
    from monitor.store import backup as copies  # as above

    settings = configuration(config, telling=False)
    with _bar("bytes copied", as_json) as counted:
        made = copies.back_up(settings.data_dir, directory, counted)
    size = sum(file.size for file in made.files)
    told = f"{len(made.files)} files, {size} bytes, are in {directory}."
    _tell({"files": len(made.files), "bytes": size, "made_at": made.made_at}, told, as_json)


def restore(
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="What `monitor backup` wrote.", exists=True)],
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Put a backup into the data directory, which must be empty, each file verified. The next start goes on from there."""
    from monitor.store import backup as copies  # as above

    settings = configuration(config, telling=False)
    with _bar("bytes restored", as_json) as counted:
        made = copies.restore(directory, settings.data_dir, counted)
    told = f"The log is as it was at {made.made_at:%Y-%m-%d %H:%M:%S} UTC. `monitor verify` looks at every event."
    _tell({"files": len(made.files), "made_at": made.made_at}, told, as_json)


def with_log(config: Config, doing: str, quiet: bool, work: Work[_Answer]) -> _Answer:
    """Do something with the log while a bar on standard error counts its events."""

    async def answer() -> _Answer:
        async with log(config) as opened:
            kept = cast("RedisLog", opened)
            with _bar(doing, quiet, total=await kept.events()) as counted:
                return await work(kept, counted)

    return asyncio.run(answer())


@contextmanager
def _bar(doing: str, quiet: bool, total: int | None = None) -> Iterator[Counted]:
    count = TextColumn("{task.completed:.0f} " + doing)
    columns = (SpinnerColumn(), count, *((BarColumn(),) if total else ()), TimeElapsedColumn())
    console = Console(stderr=True)
    silent = quiet or not console.is_terminal  # a pipe gets no bar, nor the line that it would leave
    with Progress(*columns, console=console, disable=silent, transient=True) as progress:
        task = progress.add_task("", total=total)
        yield lambda count: progress.advance(task, count)


def _tell(document: dict[str, Any], text: str, as_json: bool) -> None:
    show_json(document) if as_json else screen().print(safe(text))
