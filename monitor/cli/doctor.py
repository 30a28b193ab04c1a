"""`doctor`: whether the machine, the configuration and the log's server are fit, each fault with its fix. It changes nothing."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Annotated, Final

import typer
from rich.text import Text

from monitor.cli.options import EXIT_STATUS, ConfigOption, JsonOption, configuration_path
from monitor.cli.output import safe, screen, show_json
from monitor.cli.probing import probes
from monitor.errors import ConfigError, LogUnavailable, MonitorError

if TYPE_CHECKING:
    from monitor.config import Config
    from monitor.store.fitness import Finding

_SIGNS: Final = {"good": ("✓", "green"), "note": ("·", "dim"), "fault": ("✗", "bold red")}


def register(app: typer.Typer) -> None:
    """Add the verbs of this family."""
    app.command(epilog=EXIT_STATUS)(doctor)


def doctor(
    config: ConfigOption = None,
    as_json: JsonOption = False,
    feeds: Annotated[
        bool, typer.Option("--feeds", help="Ask every feed and page, too: what it holds, and whether it is honest.")
    ] = False,
) -> None:
    """Look whether Monitor can run here and keep its promises. The daemon may run or not.

    Exit code 1 where anything is at fault.
    """
    from monitor import telemetry

    telemetry.configure("critical", "console")  # the findings say it
    found = asyncio.run(_findings(config, feeds=feeds))
    faults = [finding for finding in found if finding.level == "fault"]
    if as_json:
        show_json({"fit": not faults, "findings": [finding._asdict() for finding in found]})
    else:
        for finding in found:
            screen().print(_line(finding))
        screen().print(f"{len(faults)} faults." if faults else "All is well.")
    if faults:
        raise typer.Exit(1)


async def _findings(config: ConfigOption, *, feeds: bool) -> list[Finding]:
    from monitor.config import load  # pydantic takes its time, which `--help` need not wait for
    from monitor.store.fitness import Finding
    from monitor.store.premises import survey

    found: list[Finding] = []
    try:
        path = configuration_path(config)
        settings = load(path, os.environ, telling=False)
    except ConfigError as error:
        return [Finding("configuration", "fault", str(fault), "monitor check") for fault in error.faults]
    try:
        load(path, os.environ)  # what tells somebody needs its secret
        found.append(Finding("configuration", "good", str(path)))
    except ConfigError as error:
        found += [Finding("configuration", "fault", str(fault), "monitor check") for fault in error.faults]
    found += [*survey(settings.data_dir), *await _server(settings)]
    return [*found, *await probes(settings)] if feeds else found


async def _server(settings: Config) -> list[Finding]:
    from monitor.store.fitness import Finding, examine  # as above

    own = settings.redis.url.get_secret_value() == "embedded"
    try:
        async with _url(settings) as url:
            return await examine(url, partitions=settings.redis.partitions, archiving=settings.archiving, own=own)
    except MonitorError as error:
        return [Finding("server", "fault", str(error), "mend what it says, and start the daemon")]


@asynccontextmanager
async def _url(settings: Config) -> AsyncIterator[str]:
    """Where the server is. The embedded one is that of the daemon that runs; else it is started for as long as this lasts."""
    from monitor.store import EmbeddedServer  # as above

    url = settings.redis.url.get_secret_value()
    if url != "embedded":
        yield url
        return
    try:
        running = EmbeddedServer.running(settings.data_dir)
    except LogUnavailable:
        async with EmbeddedServer(settings.data_dir) as started:
            yield started
    else:
        yield running


def _line(finding: Finding) -> Text:
    sign, style = _SIGNS[finding.level]
    line = (
        Text(f"{sign} ", style=style).append_text(Text(f"{finding.about}: ", style="")).append_text(safe(finding.says))
    )
    return line.append("\n  → ").append_text(safe(finding.fix)) if finding.fix else line
