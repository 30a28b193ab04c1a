"""`try`: what the watchlists make of a text: what would alert, what nearly matched, and the first reason why the others did not. Stores nothing."""

from __future__ import annotations

import asyncio
from typing import Annotated, Final

import typer

from monitor.cli.options import ConfigOption, JsonOption, configuration
from monitor.cli.output import clean, screen, show_json

_EXIT_STATUS: Final = "Exit status: 0 something would alert; 1 nothing would; 2 the text could not be read, bad usage or a bad configuration."


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("try", epilog=_EXIT_STATUS)(attempt)


def attempt(
    text: Annotated[
        str, typer.Argument(metavar="URL|FILE|-", help="A page, a file of HTML or plain text, or standard input.")
    ],
    watchlist: Annotated[
        list[str] | None, typer.Option("--watchlist", "-w", metavar="ID", help="Only this watchlist; may be repeated.")
    ] = None,
    against: Annotated[
        str | None,
        typer.Option(metavar="URL|FILE", help="An older text of the same article: judge the edit between the two."),
    ] = None,
    feed: Annotated[
        str,
        typer.Option(
            metavar="ID",
            help="As if it came from this feed or page. Left out: as if from one that each watchlist looks at.",
        ),
    ] = "",
    lang: Annotated[
        str, typer.Option(metavar="LANG", help="Its language, in place of what it states: en, fr, pt-BR.")
    ] = "",
    title: Annotated[
        str, typer.Option(metavar="TEXT", help="Its headline, in place of its own; plain text has none.")
    ] = "",
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Read a text and say which watchlists would alert, which nearly matched, and the first reason why the others would not. Stores nothing."""
    from monitor.cli.manuscripts import Stated, Unreadable
    from monitor.cli.rehearsal import book_for, document, rehearse  # all that judges takes its time to import
    from monitor.cli.rehearsed import shown

    settings = configuration(config, telling=False)
    book = book_for(settings, watchlist or [], feed)
    texts = [text] if against is None else [against, text]
    try:
        found = asyncio.run(rehearse(settings, book, texts, feed, Stated(title, lang)))
    except Unreadable as error:
        typer.echo(clean(str(error)), err=True)
        raise typer.Exit(2) from None
    if as_json:
        show_json(document(found))
    else:
        screen().print(shown(found, all_told=bool(watchlist)))
    raise typer.Exit(0 if found.alerts else 1)
