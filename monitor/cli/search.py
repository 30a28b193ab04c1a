"""`search`: who wrote this, and who took it out? Over every revision of every article that was read. It judges nothing."""

from __future__ import annotations

from datetime import tzinfo
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from monitor.cli.opening import forgotten, listed
from monitor.cli.options import EXIT_STATUS, ConfigOption, JsonOption, LimitOption, SinceOption, UrlOption, place
from monitor.cli.output import minute, safe, screen, short, show_json

if TYPE_CHECKING:
    from monitor.cli.remote import Remote
    from monitor.store.views import Reader
    from monitor.store.views.searching import Hit, Passage, Stood


def register(app: typer.Typer) -> None:
    """Add the verbs of this family."""
    app.command(epilog=EXIT_STATUS)(search)


def search(
    words: Annotated[
        list[str],
        typer.Argument(
            metavar="WORDS…",
            help="Words that must all be there; '\"a phrase\"', begin*, AND, OR, NOT and ( ); title:word looks at headlines alone.",
        ),
    ],
    config: ConfigOption = None,
    as_json: JsonOption = False,
    url: UrlOption = None,
    limit: LimitOption = 20,
    site: Annotated[str | None, typer.Option("--site", metavar="HOST", help="Only of this site.")] = None,
    source: Annotated[str | None, typer.Option("--feed", metavar="ID", help="Only of this feed or page.")] = None,
    since: SinceOption = None,
) -> None:
    """Search every revision of every article, what was taken out too: who wrote it, since when, and whether it still stands."""
    settings = place(config, url)
    typed = " ".join(words)
    if not any(character.isalnum() for character in typed):
        raise typer.BadParameter(f"expected a word to look for, got {typed!r}")
    gone = ""

    def ask(reader: Reader | Remote) -> list[Hit]:
        nonlocal gone
        gone = forgotten(reader, settings.timezone)
        return reader.search(typed, site=site, source=source, since=since, limit=limit)

    hits = listed(settings, ask)
    if as_json:
        show_json(hits)
    elif not hits:
        screen().print("No revision has that.")
    else:
        for hit in hits:
            screen().print(_shown(hit, settings.timezone))
    if gone and not as_json:
        screen().print(safe(f"Not looked at: {gone}.", "yellow"))


def _shown(hit: Hit, zone: tzinfo) -> Text:
    shown = (
        safe(hit.title, "bold").append("\n").append_text(safe(f"{hit.url}  {short(hit.article)}  {hit.source}", "dim"))
    )
    for stood in hit.stood:
        shown.append("\n  ").append_text(_when(stood, zone, gone=hit.state == "gone"))
    return shown.append("\n  ").append_text(_marked(hit.passage)).append("\n")


def _when(stood: Stood, zone: tzinfo, *, gone: bool) -> Text:
    revisions = f"revision {stood.first}" if stood.first == stood.last else f"revisions {stood.first}–{stood.last}"
    since = f"since {minute(stood.since, zone)} ({revisions})"
    if stood.taken_out:
        return safe(f"{since}, taken out by {minute(stood.taken_out, zone)}", "red")
    return safe(f"{since}, and the article is gone", "red") if gone else safe(f"{since}, still there", "green")


def _marked(passage: Passage) -> Text:
    """The passage with what was found in bold; each part is made safe by itself, for that changes places."""
    shown, place = Text(), 0
    for begin, end in passage.marks:
        shown.append_text(safe(passage.text[place:begin])).append_text(safe(passage.text[begin:end], "bold yellow"))
        place = end
    return shown.append_text(safe(passage.text[place:]))
