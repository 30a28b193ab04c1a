"""`feeds list`: each feed and page of the configuration, and in a line how it stands. It polls nothing; `discovering` does, for other verbs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import tzinfo
from functools import partial
from typing import TYPE_CHECKING, cast

import msgspec
import typer
from rich.table import Table
from rich.text import Text

from monitor.cli import discovering, exchanging, health
from monitor.cli.health import STYLES
from monitor.cli.opening import elsewhere, here, views_path
from monitor.cli.options import EXIT_STATUS, ConfigOption, JsonOption, UrlOption, place
from monitor.cli.output import listing, minute, safe, screen, show_json
from monitor.core.condition import condition

if TYPE_CHECKING:
    from monitor.cli.remote import Remote
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


def list_feeds(config: ConfigOption = None, as_json: JsonOption = False, url: UrlOption = None) -> None:
    """List every feed and page, and how it stands."""
    settings = place(config, url)
    rows = _told(settings) if elsewhere(settings) else standings(cast("Config", settings))
    if as_json:
        show_json(rows)
    elif not rows:
        screen().print("The configuration names no feed and no page.")
    else:
        screen().print(_table(rows))


def standings(config: Config) -> list[Standing]:
    """Every feed and page: those of the configuration in its order, then those that were taken out of it."""
    counts: dict[str, int] = {}
    feeds: list[FeedRow] = []
    if views_path(config).exists():
        with here(config) as reader:
            feeds, counts = reader.feeds(), reader.article_counts()
    named = [
        (source, "feed" if source in config.feeds else "page", str(table.url))
        for source, table in config.sources.items()
    ]
    return _standings(named, feeds, counts, config.timezone)


def _told(remote: Remote) -> list[Standing]:
    """The same of a Monitor elsewhere, which counts the articles of what its configuration names."""
    with remote:
        sources, feeds = remote.sources(), remote.feeds()
    named = [(one.id, one.kind, one.url) for one in sources]
    return _standings(named, feeds, {one.id: one.articles for one in sources}, remote.timezone)


def _standings(
    named: list[tuple[str, str, str]], feeds: list[FeedRow], counts: Mapping[str, int], zone: tzinfo
) -> list[Standing]:
    seen = {row.id: row for row in feeds}
    rows = [_standing(source, kind, url, seen.get(source), counts.get(source, 0), zone) for source, kind, url in named]
    gone = [row for row in feeds if row.id not in {source for source, _, _ in named}]
    return [*rows, *(Standing(row.id, "feed", row.url, "removed", "", counts.get(row.id, 0), row) for row in gone)]


def _standing(source: str, kind: str, url: str, seen: FeedRow | None, articles: int, zone: tzinfo) -> Standing:
    if seen is None:
        return Standing(source, kind, url, "working" if articles else "waiting", "", articles, None)
    found = condition(seen, partial(minute, zone=zone))
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
