"""`feeds list`: how each feed and page of the configuration stands. It polls nothing; `discovering` does, for the other verbs."""

from __future__ import annotations

from datetime import tzinfo
from typing import TYPE_CHECKING, Final

import msgspec
import typer
from rich.table import Table
from rich.text import Text

from monitor.cli import discovering
from monitor.cli.opening import listed
from monitor.cli.options import EXIT_STATUS, ConfigOption, JsonOption, configuration
from monitor.cli.output import listing, minute, safe, screen, show_json, when
from monitor.core.policy.summary import lasting

if TYPE_CHECKING:
    from monitor.config import Config
    from monitor.store.views.rows import FeedRow

_STATES: Final = {"working": "green", "failing": "bold red", "stale": "yellow", "waiting": "yellow", "removed": "dim"}


class Standing(msgspec.Struct, frozen=True):
    """A feed or page of the configuration, of the views, or of both.

    `state` is `working`, `failing`, `stale` (silent for longer than it ever is), `waiting` (not read yet) or `removed` (read
    once, now in the configuration no more).
    """

    id: str
    kind: str
    url: str
    state: str
    articles: int
    seen: FeedRow | None


def register(app: typer.Typer) -> None:
    """Add the verbs of this family."""
    feeds = typer.Typer(help="The feeds and pages that are watched.", no_args_is_help=True)
    feeds.command("list", epilog=EXIT_STATUS)(list_feeds)
    feeds.command("add", epilog=EXIT_STATUS)(discovering.add)
    feeds.command("preview", epilog=EXIT_STATUS)(discovering.preview)
    app.command("init", epilog=EXIT_STATUS)(discovering.init)
    app.add_typer(feeds, name="feeds")


def list_feeds(config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """List every feed and page, and how it stands."""
    settings = configuration(config, telling=False)
    rows = standings(settings)
    if as_json:
        show_json(rows)
    elif not rows:
        screen().print("The configuration names no feed and no page.")
    else:
        screen().print(_table(rows, settings.timezone))


def standings(config: Config) -> list[Standing]:
    """Every feed and page: those of the configuration in its order, then those that were taken out of it."""
    seen = {row.id: row for row in listed(config, lambda reader: reader.feeds())}
    counts = dict(listed(config, lambda reader: list(reader.article_counts().items())))
    rows = [
        Standing(
            id=source,
            kind="feed" if source in config.feeds else "page",
            url=seen[source].url if source in seen else table.url,
            state=_state(seen[source]) if source in seen else "working" if counts.get(source) else "waiting",
            articles=counts.get(source, 0),
            seen=seen.get(source),
        )
        for source, table in config.sources.items()
    ]
    gone = [row for row in seen.values() if row.id not in config.sources]
    return [*rows, *(Standing(row.id, "feed", row.url, "removed", counts.get(row.id, 0), row) for row in gone)]


def _state(seen: FeedRow) -> str:
    return "stale" if seen.stale_since and seen.state == "working" else seen.state


def _table(rows: list[Standing], zone: tzinfo) -> Table:
    table = listing("Feed", "State", "Articles", "About", folding="About")
    table.columns[2].justify = "right"
    for row in rows:
        state = safe(row.state, _STATES.get(row.state, ""))
        table.add_row(safe(row.id, "bold"), state, safe(str(row.articles)), _about(row, zone))
    return table


def _about(row: Standing, zone: tzinfo) -> Text:
    """The address, and what an editor must know about it."""
    about = safe(row.url, "cyan") if row.kind == "feed" else safe(f"page {row.url}", "cyan")
    match row:
        case Standing(state="failing", seen=seen) if seen:
            return Text.assemble(about, "\n", safe(_failing(seen, zone), "red"))
        case Standing(state="stale", seen=seen) if seen and seen.last_new:
            usual = f", and seldom pauses for more than {lasting(seen.usual_pause)}" if seen.usual_pause else ""
            silent = f"nothing new since {minute(seen.last_new, zone)}{usual}"
            return Text.assemble(about, "\n", safe(silent, "yellow"))
        case _:
            return about


def _failing(seen: FeedRow, zone: tzinfo) -> str:
    answer = f" ({seen.status})" if seen.status else ""
    detail = f": {seen.detail}" if seen.detail else ""
    last = f"; last read {when(seen.last_ok, zone)}" if seen.last_ok else "; never read"
    return f"{seen.reason}{answer}{detail}, {seen.failures} times{last}"
