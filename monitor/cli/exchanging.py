"""`feeds import` and `feeds export`: the feeds of a configuration from and for feed readers, as OPML. It polls nothing."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.discovering import write
from monitor.cli.opening import listed
from monitor.cli.options import ConfigOption, configuration, configuration_path
from monitor.cli.output import nothing, screen
from monitor.core import discovery
from monitor.errors import ConfigError

if TYPE_CHECKING:
    from monitor.config import Config
    from monitor.config.opml_export import Listed


def export(
    file: Annotated[
        Path | None, typer.Argument(metavar="FILE", help="Left out: standard output.", show_default=False)
    ] = None,
    config: ConfigOption = None,
) -> None:
    """Write the feeds as OPML 2.0, tags as folders and categories: for feed readers, and for `feeds import`."""
    from monitor.config import opml_export  # pydantic takes its time, which `--help` need not wait for

    settings = configuration(config, telling=False)
    text = opml_export.written(_listed(settings), datetime.now(UTC))
    fronts = sum(table.links is not None for table in settings.feeds.values())
    if fronts:
        typer.echo(f"left out, for no reader can follow a front page: {fronts}", err=True)
    if file is None:
        sys.stdout.write(text)
        return
    if file.exists():
        raise nothing(f"{file} is there already")
    write(file, text, 0o644)
    screen().print(f"{len(settings.feeds) - fronts} feeds written to {file}.")


def _listed(config: Config) -> Iterator[Listed]:
    from monitor.config.opml_export import Listed  # as above

    titles = {row.id: row.title for row in listed(config, lambda reader: reader.feeds())}
    for name, table in config.feeds.items():
        if table.links is None:
            yield Listed(str(table.url), titles.get(name) or name, table.tags)


def import_feeds(
    file: Annotated[Path, typer.Argument(metavar="OPML", help="As a feed reader exports it.", show_default=False)],
    config: ConfigOption = None,
) -> None:
    """Add the feeds of an OPML file to the configuration, a table for each that it does not have; or none, where the file has a fault."""
    from monitor.config import opml, writing  # as above

    settings = configuration(config, telling=False)
    found, faults = opml.listed_in(file)
    if faults:
        raise ConfigError(faults)
    new = opml.unknown(found, (str(table.url) for table in settings.sources.values()))
    if not found:
        raise nothing(f"there is no feed in {file}")
    path = configuration_path(config).resolve()
    if new:
        tables = "\n".join(discovery.table(opml.id_of(url), url, tags=tags) for url, tags in new.items())
        write(path, writing.extended(path, tables, os.environ), path.stat().st_mode & 0o777)
    screen().print(f"Added to {path}: {len(new)}; there already: {len(found) - len(new)}.")
    if new:
        screen().print("A daemon that runs polls them after `monitor reload`.")
