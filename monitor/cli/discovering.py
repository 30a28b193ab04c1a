"""`init`, `feeds add`, `feeds preview`: what a site offers to be watched, shown before it is written down. Records nothing in the log."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, tzinfo
from ipaddress import ip_network
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer
from rich.table import Table

from monitor.cli.options import ConfigOption, JsonOption, configuration, configuration_path
from monitor.cli.output import clean, listing, minute, nothing, safe, screen, show_json
from monitor.core import discovery
from monitor.core.listing import why_article
from monitor.errors import OutsideError

if TYPE_CHECKING:
    from ipaddress import IPv4Network, IPv6Network

    from monitor.config import Config
    from monitor.stages.discovery import Explorer, Found, Sample

_SAMPLES: Final = 3
_START: Final = """\
# Written by `monitor init {url}`. Every key stands in config.example.toml; docs/configuration.md says what each means.
# `monitor check` tells every fault at once; `monitor run` starts.

data_dir = "data"                               # relative to this file

{private}# {about}
{table}
# What to look for, and whom to tell. docs/queries.md has the whole language; `monitor check --explain` says a query in words.
[watchlists.act-of-war]
phrases = ["act of war"]
notify = ["screen"]

[channels.screen]                               # a line on the terminal for each alert
type = "console"

[web]                                           # the page, at http://127.0.0.1:8321/
listen = "127.0.0.1:8321"
"""

LinksOption = Annotated[
    list[str] | None,
    typer.Option(
        "--links",
        metavar="PATTERN",
        help="Read it as a front page, by this pattern such as /news/*; `true`: by the rules.",
        show_default=False,
    ),
]
UrlArgument = Annotated[str, typer.Argument(metavar="URL", help="A site, a page, a feed or a sitemap.")]


def init(
    url: UrlArgument,
    file: Annotated[Path, typer.Option("--config", "-c", metavar="FILE", help="The configuration to write.")] = Path(
        "config.toml"
    ),
    allow_private: Annotated[
        list[str] | None,
        typer.Option(
            "--allow-private",
            metavar="NETWORK",
            help="A private network that may be read, such as 127.0.0.0/8.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Find what a site offers to be watched, show three of its articles, and write a configuration to start from."""
    from monitor.config import writing  # pydantic takes its time, which `--help` need not wait for

    if file.exists():
        raise nothing(f"{file} is there already: `monitor feeds add {url} --config {file}` adds to it")
    networks = [_network(text) for text in allow_private or ()]
    best, others, samples = asyncio.run(_explored(_spelt(url), None, networks, None))
    _show(best, others, UTC)
    _show_samples(samples)
    name = discovery.id_of(best.title, best.url, ())
    polling = f"[polling]\nallow_private = {_quoted(allow_private)}\n\n" if allow_private else ""
    text = _START.format(
        url=clean(url),
        private=polling,
        about=clean(f"{best.title or best.url}: a {best.kind}, {_counted(len(best.entries), 'entry', 'entries')} now"),
        table=discovery.table(name, best.url, links=best.links),
    )
    write(file, writing.checked(file, text, os.environ), 0o644)
    screen().print(f"\nWritten to {file}. Say in it what to look for; then `monitor run --config {file}`.")


def add(
    url: UrlArgument,
    config: ConfigOption = None,
    name: Annotated[
        str | None, typer.Option("--id", metavar="ID", help="Its id. Left out: made of its title.", show_default=False)
    ] = None,
    links: LinksOption = None,
    every: Annotated[
        str, typer.Option("--every", metavar="TIME", help="How often it is polled, such as 5m.", show_default=False)
    ] = "",
) -> None:
    """Find a site's feed, sitemap or front page, show it, and add it to the configuration."""
    from monitor.config import writing  # as above

    settings = configuration(config, telling=False)
    best, others, samples = asyncio.run(_explored(_spelt(url), settings, settings.polling.allow_private, _rules(links)))
    known = next((source for source, table in settings.sources.items() if str(table.url) == best.url), None)
    if known:
        raise nothing(f"{known} is that already: {best.url}")
    _show(best, others, settings.timezone)
    _show_samples(samples)
    chosen = name or discovery.id_of(best.title, best.url, settings.sources.keys())
    path = configuration_path(config).resolve()
    table = discovery.table(chosen, best.url, links=best.links, every=every)
    write(path, writing.extended(path, table, os.environ), path.stat().st_mode & 0o777)
    screen().print(f"\nAdded to {path} as {chosen}. A daemon that runs polls it after `monitor reload`.")


def preview(
    source: Annotated[str, typer.Argument(metavar="ID|URL", help="A feed of the configuration, or any address.")],
    config: ConfigOption = None,
    links: LinksOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what a feed, sitemap or front page lists now, and by which rule. Nothing is recorded."""
    settings = configuration(config, telling=False)
    found = asyncio.run(_previewed(source, settings, links))
    if as_json:
        show_json({"url": found.url, "kind": found.kind, "title": found.title, "entries": found.entries})
        return
    screen().print(_head(found, settings.timezone))
    screen().print(_entries(found, settings.timezone))


# --- asking ------------------------------------------------------------------------------------------------------------


@asynccontextmanager
async def _exploring(
    config: Config | None, allow_private: Sequence[IPv4Network | IPv6Network]
) -> AsyncIterator[Explorer]:
    from monitor import rules, telemetry  # the parts take a second to import
    from monitor.net import open_net
    from monitor.sources.pool import open_pool
    from monitor.stages.discovery import Explorer

    telemetry.configure("error", config.logging.format if config else "auto")
    agent = rules.user_agent(config.polling.contact if config else None)
    async with open_pool(1) as parser, open_net(user_agent=agent, allow_private=allow_private) as net:
        yield Explorer(net, parser)


async def _explored(
    url: str,
    config: Config | None,
    allow_private: Sequence[IPv4Network | IPv6Network],
    links: tuple[str, ...] | None,
) -> tuple[Found, list[Found], list[Sample]]:
    """The best source of a site, the others, and some of its articles. Ends the verb where there is none."""
    async with _exploring(config, allow_private) as explorer:
        try:
            best, *others = await explorer.explore(url, datetime.now(UTC), links)
        except OutsideError as error:
            raise nothing(f"{url}: {error}") from error
        return best, others, [await explorer.sample(entry) for entry in best.entries[:_SAMPLES]]


async def _previewed(source: str, config: Config, links: list[str] | None) -> Found:
    table = config.feeds.get(source)
    url = str(table.url) if table else _spelt(source)
    rules = table.links if table and links is None else _rules(links)
    async with _exploring(config, config.polling.allow_private) as explorer:
        try:
            return await explorer.read(url, datetime.now(UTC), links=rules)
        except OutsideError as error:
            raise nothing(f"{url}: {error}") from error


def write(path: Path, text: str, mode: int) -> None:
    """Put a text in the place of a file, durably. Ends the verb where that is refused."""
    from monitor.store import durable  # as above

    try:
        durable.write(path, text.encode(), mode)
    except OSError as error:
        raise nothing(f"{path} cannot be written: {error.strerror}") from error


def _rules(links: list[str] | None) -> tuple[str, ...] | None:
    """What `links` of a configuration would be."""
    return None if links is None else tuple(pattern for pattern in links if pattern != "true")


def _spelt(url: str) -> str:
    return url if "://" in url else f"https://{url}"


def _network(text: str) -> IPv4Network | IPv6Network:
    try:
        return ip_network(text)
    except ValueError as error:
        raise typer.BadParameter(f"expected a network such as 127.0.0.0/8, got {text!r}") from error


def _quoted(texts: Sequence[str]) -> str:
    return "[" + ", ".join(f'"{text}"' for text in texts) + "]"


# --- showing -----------------------------------------------------------------------------------------------------------


def _show(best: Found, others: Sequence[Found], zone: tzinfo) -> None:
    screen().print(_head(best, zone))
    for other in others:
        screen().print(safe(f"  there is also {other.url} ({other.title or other.kind})", "dim"))


def _head(found: Found, zone: tzinfo) -> str:
    newest = f", the newest of {minute(found.newest, zone)}" if found.newest else ""
    truth = {"itself": "", "announced": ", announced by the page", "its links": ", by its links"}
    how = truth.get(found.how, f", from {found.how}" if found.how == "robots.txt" else f", at a {found.how}")
    title = f"{clean(found.title)}: " if found.title else ""
    return (
        f"{title}{clean(found.url)}\n  a {found.kind}{how}; {_counted(len(found.entries), 'entry', 'entries')}{newest}"
    )


def _counted(number: int, one: str, more: str = "") -> str:
    return f"{number} {one if number == 1 else more or f'{one}s'}"


def _show_samples(samples: Sequence[Sample]) -> None:
    for sample in samples:
        screen().print(safe(f"\n  {sample.url}", "cyan"))
        if sample.page is None or sample.trouble:
            screen().print(safe(f"  not read: {sample.trouble}", "red"))
            continue
        content = sample.page.content
        words = sum(len(block.text.split()) for block in content.blocks)
        sure = f"confidence {sample.page.confidence:.2f}"
        screen().print(safe(f"  {content.title}", "bold"))
        screen().print(
            safe(
                f"  {content.byline or 'no byline'}; {_counted(len(content.blocks), 'block')}, {_counted(words, 'word')}, {sure}"
            )
        )


def _entries(found: Found, zone: tzinfo) -> Table:
    by_rule = found.kind == "front page"
    table = listing("Rule" if by_rule else "Dated", "Entry", folding="Entry")
    for entry in found.entries:
        dated = entry.updated or entry.published
        first = (why_article(entry.url, entry.title) or "pattern") if by_rule else minute(dated, zone) if dated else "–"
        entry_text = safe(entry.title or entry.url)
        table.add_row(safe(first), entry_text.append(f"\n{clean(entry.url)}", "cyan") if entry.title else entry_text)
    return table
