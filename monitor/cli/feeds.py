"""`feeds list`: each feed and page of the configuration, and in a line how it stands. It polls nothing; `discovering` does, for other verbs."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import msgspec
import typer
from rich.table import Table
from rich.text import Text

from monitor.cli import discovering, exchanging, health
from monitor.cli.health import STYLES
from monitor.cli.opening import listed
from monitor.cli.options import EXIT_STATUS, ConfigOption, JsonOption, configuration
from monitor.cli.output import listing, minute, safe, screen, show_json
from monitor.core.condition import condition

if TYPE_CHECKING:
    from monitor.config import Config
    from monitor.store.views.rows import FeedRow


class Standing(msgspec.Struct, frozen=True):
    """A feed or page of the configuration, of the views, or of both.

    `state` is a word of `core.condition`, and `says` its sentence; or `waiting` (not read yet), or `removed` (read once, now in the
    configuration no more).
    """

    id: str
    kind: str
    url: str
    state: str
    says: str
    articles: int
    seen: FeedRow | None


def register(app: typer.Typer) -> None:
    """Add the verbs of this family."""
    feeds = typer.Typer(help="The feeds and pages that are watched.", no_args_is_help=True)
    feeds.command("list", epilog=EXIT_STATUS)(list_feeds)
    feeds.command("health", epilog=EXIT_STATUS)(health.health)
    feeds.command("add", epilog=EXIT_STATUS)(discovering.add)
    feeds.command("import", epilog=EXIT_STATUS)(exchanging.import_feeds)
    feeds.command("export", epilog=EXIT_STATUS)(exchanging.export)
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
        screen().print(_table(rows))


def standings(config: Config) -> list[Standing]:
    """Every feed and page: those of the configuration in its order, then those that were taken out of it."""
    seen = {row.id: row for row in listed(config, lambda reader: reader.feeds())}
    counts = dict(listed(config, lambda reader: list(reader.article_counts().items())))
    rows = [_standing(config, source, seen.get(source), counts.get(source, 0)) for source in config.sources]
    gone = [row for row in seen.values() if row.id not in config.sources]
    return [*rows, *(Standing(row.id, "feed", row.url, "removed", "", counts.get(row.id, 0), row) for row in gone)]


def _standing(config: Config, source: str, seen: FeedRow | None, articles: int) -> Standing:
    kind = "feed" if source in config.feeds else "page"
    if seen is None:
        state = "working" if articles else "waiting"
        return Standing(source, kind, str(config.source(source).url), state, "", articles, None)
    found = condition(seen, partial(minute, zone=config.timezone))
    return Standing(source, kind, seen.url, found.state, found.says, articles, seen)


def _table(rows: list[Standing]) -> Table:
    table = listing("Feed", "State", "Articles", "About", folding="About")
    table.columns[2].justify = "right"
    for row in rows:
        state = safe(row.state, STYLES.get(row.state, ""))
        table.add_row(safe(row.id, "bold"), state, safe(str(row.articles)), _about(row))
    return table


def _about(row: Standing) -> Text:
    """The address, and how it is where that is not well."""
    about = safe(row.url, "cyan") if row.kind == "feed" else safe(f"page {row.url}", "cyan")
    if row.state in {"working", "waiting", "removed"}:
        return about
    return Text.assemble(about, "\n", safe(row.says, STYLES[row.state].removeprefix("bold ")))
