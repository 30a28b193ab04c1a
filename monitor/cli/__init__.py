"""The command line: verbs over the configuration, the daemon, the log and the views. Decides nothing."""

from __future__ import annotations

import sys

import typer

from monitor import __version__
from monitor.cli import checking, demo, developing, reading, reloading, running
from monitor.errors import ConfigError, MonitorError

app = typer.Typer(
    name="monitor",
    help="Watches the news and tells you the moment something you track appears, changes or vanishes.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    epilog="Exit status: 0 done; 1 not found, or it failed; 2 bad usage or a bad configuration.",
)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def _about(
    version: bool = typer.Option(False, "--version", callback=_version, is_eager=True, help="Print the version."),
) -> None:
    """Watches the news and tells you the moment something you track appears, changes or vanishes."""


for family in (running, reloading, checking, reading, developing, demo):
    family.register(app)


def main() -> None:
    """Run the command line; errors that are the user's to mend are plain lines on stderr, never a traceback."""
    try:
        app()
    except ConfigError as error:
        typer.echo(str(error), err=True)
        sys.exit(2)
    except MonitorError as error:
        typer.echo(f"monitor: {error}", err=True)
        sys.exit(1)
