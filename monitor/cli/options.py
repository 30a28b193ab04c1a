"""Options that many verbs share, and what is read from them. They print nothing."""

from __future__ import annotations

import os
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

if TYPE_CHECKING:
    from monitor.cli.remote import Remote
    from monitor.config import Config

EXIT_STATUS: Final = (
    "Exit status: 0 done; 1 what was asked for is not there, or it failed; 2 bad usage or a bad configuration."
)

ConfigOption = Annotated[
    Path | None,
    typer.Option(
        "--config",
        "-c",
        metavar="FILE",
        help="The configuration. Left out: $MONITOR_CONFIG, ./config.toml, /etc/monitor/config.toml.",
        show_default=False,
    ),
]
UrlOption = Annotated[
    str | None,
    typer.Option(
        "--url",
        metavar="URL",
        help="Ask the Monitor that serves its page there, in place of a data directory. Its token: $MONITOR_TOKEN.",
        show_default=False,
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document.", show_default=False)]
LimitOption = Annotated[int, typer.Option("--limit", "-n", min=1, max=10_000, metavar="N", help="Show at most N.")]

_AGO: Final = re.compile(r"(\d{1,6})\s*([smhdw])")
_UNITS: Final = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def moment(text: str) -> datetime:
    """A point in time as people type it: `2h` (ago), `30d`, or an ISO 8601 date or time (UTC where it names no zone)."""
    if ago := _AGO.fullmatch(text.strip()):
        return datetime.now(UTC) - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
    try:
        typed = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise typer.BadParameter(f"expected 2h, 30d, or a date such as 2015-11-15, got {text!r}") from error
    return typed if typed.tzinfo else typed.replace(tzinfo=UTC)


def span(text: str) -> timedelta:
    """A length of time as people type it: `30m`, `2h`, `3d`."""
    found = _AGO.fullmatch(text.strip())
    if not found or not int(found[1]):
        raise typer.BadParameter(f"expected a time such as 30m, 2h or 3d, got {text!r}")
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


SinceOption = Annotated[
    datetime | None,
    typer.Option(
        "--since",
        parser=moment,
        metavar="WHEN",
        help="Only since then: 2h, 30d, or 2015-11-15T20:00.",
        show_default=False,
    ),
]

UntilOption = Annotated[
    datetime | None,
    typer.Option(
        "--until",
        parser=moment,
        metavar="WHEN",
        help="Only before then: 2h, 30d, or 2015-11-15T20:00.",
        show_default=False,
    ),
]


def configuration_path(config: Path | None) -> Path:
    """The file that a verb was given, or the first of the usual places. Raises ConfigError where there is none."""
    from monitor.config import find  # pydantic takes its time, which `--help` need not wait for

    return find(config, os.environ)


def configuration(config: Path | None, *, telling: bool = True) -> Config:
    """What that file says. A verb that tells nobody asks without `telling`, and needs no channel's secret. Raises ConfigError."""
    from monitor.config import load  # as above

    return load(configuration_path(config), os.environ, telling=telling)


def place(config: Path | None, url: str | None) -> Config | Remote:
    """Where a verb reads: what a configuration names, or the Monitor that answers at a URL. Raises ConfigError, Elsewhere."""
    if url is None:
        return configuration(config, telling=False)
    if config is not None:
        raise typer.BadParameter("expected --url or --config, one of them")
    from monitor.cli.remote import Remote  # brings aiohttp with it, which what is here need not wait for

    return Remote(url)
