"""`articles list` and `history`: what was seen, every state it was in, and the raw page that shows it. They judge nothing."""

from __future__ import annotations

import asyncio
import sys
from datetime import tzinfo
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer
from rich.console import Group
from rich.table import Table
from rich.text import Text

from monitor.cli.opening import captures, elsewhere, listed, names_of, views
from monitor.cli.options import EXIT_STATUS, ConfigOption, JsonOption, LimitOption, UrlOption, place
from monitor.cli.output import listing, minute, nothing, one_of, safe, screen, short, show_json, when

if TYPE_CHECKING:
    from monitor.cli.remote import Remote
    from monitor.config import Config
    from monitor.store.views import Reader
    from monitor.store.views.rows import AbsenceRow, ArticleRow, CaptureRow, RevisionRow

ArticleArgument = Annotated[str, typer.Argument(metavar="URL|ID", help="Any address it was seen at, or its id.")]


def register(app: typer.Typer) -> None:
    """Add the verbs of this family."""
    articles = typer.Typer(help="The articles that were read.", no_args_is_help=True)
    articles.command("list", epilog=EXIT_STATUS)(list_articles)
    app.add_typer(articles, name="articles")
    app.command(epilog=EXIT_STATUS)(history)


def list_articles(
    config: ConfigOption = None,
    as_json: JsonOption = False,
    url: UrlOption = None,
    limit: LimitOption = 50,
    source: Annotated[str | None, typer.Option("--feed", metavar="ID", help="Only of this feed or page.")] = None,
) -> None:
    """List articles, the last changed first."""
    settings = place(config, url)
    rows = listed(settings, lambda reader: reader.articles(source=source, limit=limit))
    if as_json:
        show_json(rows)
    elif not rows:
        screen().print("No articles yet.")
    else:
        screen().print(_articles_table(rows, settings.timezone))


def history(
    article: ArticleArgument,
    config: ConfigOption = None,
    as_json: JsonOption = False,
    url: UrlOption = None,
    raw: Annotated[
        int | None,
        typer.Option("--raw", metavar="N", min=1, help="Write the raw page of revision N to standard output instead."),
    ] = None,
) -> None:
    """Show every revision of an article, with the time between which each change was made, its raw page, and when it was gone."""
    settings = place(config, url)
    with views(settings) as reader, reader.snapshot():
        row = article_named(reader, article)
        revisions, absences = reader.revisions(row.id), reader.absences(row.id)
        if raw is not None:
            _write_raw(settings, row, revisions, raw)
            return
        kept = _kept(settings, row, revisions)
    if as_json:
        show_json(
            {
                "article": row,
                "revisions": revisions,
                "absences": absences,
                "captures": kept,
                "dropped": _dropped(revisions),
            }
        )
    else:
        gone = (
            [safe(f"Revisions 1 to {dropped} were dropped by retention.", "yellow")]
            if (dropped := _dropped(revisions))
            else []
        )
        screen().print(Group(heading(row), *gone, "", _timeline(revisions, absences, kept, settings.timezone)))


def _dropped(revisions: list[RevisionRow]) -> int:
    """How many of the first revisions retention has dropped."""
    return revisions[0].revision - 1 if revisions else 0


def _kept(settings: Config | Remote, article: ArticleRow, revisions: list[RevisionRow]) -> list[CaptureRow]:
    from monitor.store.views.rows import (
        CaptureRow,
    )  # the store takes its time to import, which `--help` need not wait for

    if elsewhere(settings):
        return settings.captures(article.id)
    shelf = captures(cast("Config", settings))
    return [CaptureRow(r.revision, r.evidence.raw_sha256, shelf.size(r.evidence.raw_sha256)) for r in revisions]


def _write_raw(settings: Config | Remote, article: ArticleRow, revisions: list[RevisionRow], number: int) -> None:
    """Write the bytes as they came; never to a terminal, which they could command."""
    named = {row.revision: row.evidence.raw_sha256 for row in revisions}
    if number not in named:
        dropped = number <= _dropped(revisions)
        raise nothing(
            f"revision {number} of {article.url} was dropped by retention"
            if dropped
            else f"{article.url} has no revision {number}"
        )
    body = _raw(settings, article, number, named[number])
    if body is None:
        raise nothing(f"the raw page of revision {number}, {named[number]}, is not kept any more")
    if sys.stdout.isatty():
        raise nothing("raw pages are not written to a terminal: send the output to a file")
    sys.stdout.buffer.write(body)
    sys.stdout.buffer.flush()


def _raw(settings: Config | Remote, article: ArticleRow, number: int, sha256: str) -> bytes | None:
    if elsewhere(settings):
        return settings.raw(article.id, number)
    return asyncio.run(captures(cast("Config", settings)).read(sha256))


def article_named(reader: Reader | Remote, typed: str, what: str = "article") -> ArticleRow:
    """The article that a URL or id means; the newest where a URL was used again. Ends the verb where there is none: no `what`."""
    names = names_of(typed)
    found = reader.articles_named(names)
    if "/" in typed or "." in typed:
        found = found[:1]
    row: ArticleRow = one_of(found, typed.strip(), what)
    return row


def heading(article: ArticleRow) -> Group:
    """An article in two lines: its headline; where it is, and how it stands."""
    facts = [article.source, f"revision {article.revision}", article.id]
    facts += ["held"] if article.held else []
    state = Text(article.state, style="green" if article.state == "live" else "bold red")
    about = Text("  ·  ").join([state, *(safe(fact, "dim") for fact in facts)])
    return Group(safe(article.title or "(no title)", "bold"), safe(article.url, "cyan"), about)


def _articles_table(rows: list[ArticleRow], zone: tzinfo) -> Table:
    table = listing("Changed", "Feed", "Rev", "Article", "Id", folding="Article")
    table.columns[2].justify = "right"
    for row in rows:
        title = safe(row.title or row.url)
        if row.state == "gone":
            title = Text.assemble(("gone ", "bold red"), title)
        cells = safe(minute(row.changed_at, zone), "dim"), safe(row.source), safe(str(row.revision))
        table.add_row(*cells, title, safe(short(row.id), "dim"))
    return table


def _timeline(revisions: list[RevisionRow], absences: list[AbsenceRow], kept: list[CaptureRow], zone: tzinfo) -> Table:
    """Revisions and absences in the order of time."""
    table = listing("Rev", "First seen", "Not yet at", "What", "Raw page", folding="What")
    table.columns[0].justify = "right"
    pages = {capture.revision: _capture(capture) for capture in kept}
    moments: list[tuple[Any, list[Text]]] = [
        (row.at, [*_revision(row, zone), pages[row.revision]]) for row in revisions
    ]
    moments += [(row.at, _absence(row, zone)) for row in absences]
    for _, cells in sorted(moments, key=lambda moment: moment[0]):
        table.add_row(*cells)
    return table


def _revision(row: RevisionRow, zone: tzinfo) -> list[Text]:
    """`Not yet at` is the last look that still found the text before: the change was made between the two."""
    what = safe(row.summary) if row.summary else Text("first seen", style="dim")
    if row.reverted_to is not None:
        what = Text.assemble((f"back to revision {row.reverted_to}: ", "magenta"), what)
    if row.confidence == "unconfirmed":
        what = Text.assemble(("unconfirmed: ", "yellow"), what)
    if row.template:
        what = Text.assemble(("the site's template: ", "dim"), what)
    if row.access == "teaser":
        what = Text.assemble(what, ("  (teaser only)", "dim"))
    since = when(row.last_seen_before, zone)
    return [
        safe(str(row.revision), "bold"),
        safe(when(row.at, zone)),
        safe(_shorter(since, when(row.at, zone)), "dim"),
        what,
    ]


def _capture(capture: CaptureRow) -> Text:
    """Where the evidence is: the beginning of its hash, and its size."""
    if capture.bytes is None:
        return safe(f"{capture.sha256[:12]} expired", "dim")
    return safe(f"{capture.sha256[:12]} {capture.bytes:,} B", "dim")


def _absence(row: AbsenceRow, zone: tzinfo) -> list[Text]:
    if row.kind == "restored":
        what = Text.assemble(("restored", "green"), f", away since {when(row.since, zone)}")
    else:
        met = (f"{look.reason} ({look.status})" if look.status else look.reason for look in row.looks)
        reasons = ", ".join(dict.fromkeys(met))
        what = Text.assemble((row.kind, "bold red"), safe(f": present at {when(row.since, zone)}, then {reasons}"))
    return [Text(""), safe(when(row.at, zone)), Text(""), what, Text("")]


def _shorter(moment: str, other: str) -> str:
    """A moment of the same day needs no date."""
    return moment[11:] if moment[:10] == other[:10] else moment
