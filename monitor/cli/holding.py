"""`hold`: the captures of an article are kept for ever, or let age again. It records what was asked for; the daemon acts on it."""

from __future__ import annotations

import asyncio
import getpass
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.articles import ArticleArgument, article_named
from monitor.cli.opening import here, log
from monitor.cli.options import EXIT_STATUS, ConfigOption, JsonOption, configuration
from monitor.cli.output import nothing, screen, show_json
from monitor.core.article import decode_article, encode, fold
from monitor.core.events import ArticleHeld, ArticleReleased
from monitor.errors import Conflict
from monitor.ports import Append, Batch, Log

if TYPE_CHECKING:
    from monitor.config import Config


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command(epilog=EXIT_STATUS)(hold)


def hold(
    article: ArticleArgument,
    config: ConfigOption = None,
    as_json: JsonOption = False,
    release: Annotated[bool, typer.Option("--release", help="Let them age again.", show_default=False)] = False,
) -> None:
    """Keep the raw pages of all revisions of an article for ever, whatever `captures.keep` says."""
    settings = configuration(config, telling=False)
    with here(settings) as reader:
        row = article_named(reader, article)
    changed = asyncio.run(_hold(settings, row.id, held=not release))
    if as_json:
        show_json({"article": row.id, "held": not release, "changed": changed})
    else:
        said = "kept for ever" if not release else "kept as long as `[captures]` says"
        screen().print(f"{'Its' if changed else 'As before, its'} captures are {said}.")


async def _hold(settings: Config, article: str, *, held: bool) -> bool:
    async with log(settings) as opened:
        return await record(opened, article, f"cli:{getpass.getuser()}", held=held)


async def record(opened: Log, article: str, by: str, *, held: bool) -> bool:
    """Record that an article is held, or released; False where it is so already."""
    partition = opened.partition_of(article)
    while True:
        head = await opened.load(partition, article)
        known = decode_article(head.snapshot)
        if known is None:
            raise nothing(
                f"the log does not hold {article}: the views are older than the log, `monitor rebuild` makes them again"
            )
        if known.held == held:
            return False
        kind = ArticleHeld if held else ArticleReleased
        event = kind(at=await opened.now(), article=article, by=by)
        append = Append(article, head, (event,), encode(fold(known, event)))
        try:
            await opened.commit(Batch(partition, appends=(append,)))
        except Conflict:  # a look was recorded in between: what was asked for stands all the same
            continue
        return True
