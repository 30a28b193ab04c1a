"""`watch` and `unwatch`: one page is followed closely for a while, without a word in the configuration. They record events; the daemon obeys them."""

from __future__ import annotations

import asyncio
import getpass
from datetime import timedelta, tzinfo
from typing import TYPE_CHECKING, Annotated, Final

import typer
from rich.table import Table

from monitor.cli.opening import log
from monitor.cli.options import EXIT_STATUS, ConfigOption, JsonOption, configuration, span
from monitor.cli.output import listing, minute, nothing, safe, screen, show_json
from monitor.core import pagewatch
from monitor.core.article import decode_article
from monitor.core.events import WatchEnded, WatchStarted
from monitor.core.pagewatch import Watches
from monitor.core.urls import aliases
from monitor.errors import Permanent
from monitor.ports import Log

if TYPE_CHECKING:
    from monitor.config import Config

_EVERY: Final = timedelta(minutes=2)
_LASTING: Final = timedelta(hours=6)


def register(app: typer.Typer) -> None:
    """Add the verbs of this family."""
    app.command(epilog=EXIT_STATUS)(watch)
    app.command(epilog=EXIT_STATUS)(unwatch)


def watch(
    url: Annotated[
        str, typer.Argument(metavar="URL", help="The page. Left out: what is followed is listed.", show_default=False)
    ] = "",
    config: ConfigOption = None,
    as_json: JsonOption = False,
    every: Annotated[
        timedelta | None,
        typer.Option(
            "--every", parser=span, metavar="TIME", help="How often it is read; left out: 2m.", show_default=False
        ),
    ] = None,
    lasting: Annotated[
        timedelta | None,
        typer.Option("--for", parser=span, metavar="TIME", help="For how long; left out: 6h.", show_default=False),
    ] = None,
    watchlist: Annotated[
        list[str] | None,
        typer.Option(
            "--watchlist", "-w", metavar="NAME", help="Only for this watchlist; may be repeated.", show_default=False
        ),
    ] = None,
    listed: Annotated[bool, typer.Option("--list", help="List what is followed.", show_default=False)] = False,
) -> None:
    """Follow one page closely from now on: it is read often, and each of its edits is held against the watchlists."""
    settings = configuration(config, telling=False)
    if listed or not url:
        _list(settings, as_json=as_json)
        return
    names = tuple(dict.fromkeys(watchlist or ()))
    _see_that_there_are(settings, names)
    started = asyncio.run(_start(settings, url, every or _EVERY, lasting or _LASTING, names))
    if as_json:
        show_json({"watch": started})
    else:
        screen().print(
            safe(f"{started.url}: read every {_spelled(started)} until {_until(started, settings.timezone)}")
        )


def unwatch(
    url: Annotated[str, typer.Argument(metavar="URL", help="The page, as `watch --list` shows it.")],
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Follow a page no more before its time is over."""
    settings = configuration(config, telling=False)
    ended = asyncio.run(_end(settings, url))
    if as_json:
        show_json({"ended": ended})
    else:
        screen().print(safe(f"{ended.url} is followed no more."))


async def _start(
    config: Config, url: str, every: timedelta, lasting: timedelta, watchlists: tuple[str, ...]
) -> WatchStarted:
    from monitor.stages.follow import record  # the stages take their time, which `--help` need not wait for

    async with log(config) as opened:
        await _see_that_it_can_be_read(config, opened, url)
        now = await opened.now()

        def decide(watches: Watches) -> WatchStarted:
            return pagewatch.start(
                watches,
                url,
                every=every,
                lasting=lasting,
                watchlists=watchlists,
                max_age=config.defaults.max_age,
                at=now,
                by=_who(),
            )

        try:
            return await record(opened, decide)
        except ValueError as error:
            raise typer.BadParameter(str(error)) from error
        except Permanent as error:
            raise typer.BadParameter(f"expected an http or https address, got {url!r}") from error


async def _see_that_it_can_be_read(config: Config, opened: Log, url: str) -> None:
    """An article whose text comes from its feed has no page to read more often."""
    known = aliases([url])
    article = await opened.resolve(known) if known else None
    head = await opened.load(opened.partition_of(article), article) if article else None
    standing = decode_article(head.snapshot) if head else None
    if standing and standing.source in config.feeds and config.content_of(standing.source) == "feed":
        raise nothing(
            f'the text of this article is taken from the feed {standing.source} (content = "feed"), not from its page'
        )


async def _end(config: Config, url: str) -> WatchEnded:
    from monitor.stages.follow import record  # as above

    async with log(config) as opened:
        now = await opened.now()

        def decide(watches: Watches) -> WatchEnded:
            found = pagewatch.named(watches, url)
            if found is None:
                raise nothing(f"{url} is not followed")
            return WatchEnded(now, found.watch, found.url, "ended", _who())

        return await record(opened, decide)


async def _standing(config: Config) -> Watches:
    from monitor.stages.follow import ended  # as above

    async with log(config) as opened:
        return await ended(opened)


def _list(config: Config, *, as_json: bool) -> None:
    watches = asyncio.run(_standing(config)).watches
    if as_json:
        show_json(watches)
    elif not watches:
        screen().print("No page is followed.")
    else:
        screen().print(_table(watches, config.timezone))


def _table(watches: tuple[WatchStarted, ...], zone: tzinfo) -> Table:
    table = listing("Until", "Every", "Page", "For", "By", folding="Page")
    for one in watches:
        names = ", ".join(one.watchlists) or "all watchlists"
        cells = (_until(one, zone), _spelled(one), one.url, names)
        table.add_row(*map(safe, cells), safe(one.by, "dim"))
    return table


def _see_that_there_are(config: Config, watchlists: tuple[str, ...]) -> None:
    from monitor.config.findings import one_of  # as above

    for name in watchlists:
        if name not in config.watchlists:
            expected, got = one_of(config.watchlists.keys(), "the id of a watchlist", name)
            raise typer.BadParameter(f"expected {expected}, got {got}")


def _who() -> str:
    return f"cli:{getpass.getuser()}"


def _until(started: WatchStarted, zone: tzinfo) -> str:
    return minute(started.until, zone)


def _spelled(started: WatchStarted) -> str:
    from monitor.config.values import spell  # as above

    return spell(timedelta(seconds=started.every))
