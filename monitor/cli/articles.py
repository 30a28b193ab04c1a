"""`articles list` and `history`: what was seen, and every state it was in. They judge nothing."""

from __future__ import annotations

from datetime import tzinfo
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Group
from rich.table import Table
from rich.text import Text

from monitor.cli.opening import listed, names_of, views
from monitor.cli.options import EXIT_STATUS, ConfigOption, JsonOption, LimitOption, configuration
from monitor.cli.output import listing, minute, one_of, safe, screen, short, show_json, when

if TYPE_CHECKING:
    from monitor.store.views import Reader
    from monitor.store.views.rows import AbsenceRow, ArticleRow, RevisionRow

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
    limit: LimitOption = 50,
    source: Annotated[str | None, typer.Option("--feed", metavar="ID", help="Only of this feed or page.")] = None,
) -> None:
    """List articles, the last changed first."""
    settings = configuration(config, telling=False)
    rows = listed(settings, lambda reader: reader.articles(source=source, limit=limit))
    if as_json:
        show_json(rows)
    elif not rows:
        screen().print("No articles yet.")
    else:
        screen().print(_articles_table(rows, settings.timezone))


def history(article: ArticleArgument, config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Show every revision of an article, with the time between which each change was made, and when it was gone."""
    settings = configuration(config, telling=False)
    with views(settings) as reader, reader.snapshot():
        row = article_named(reader, article)
        revisions, absences = reader.revisions(row.id), reader.absences(row.id)
    if as_json:
        show_json({"article": row, "revisions": revisions, "absences": absences})
    else:
        screen().print(Group(heading(row), "", _timeline(revisions, absences, settings.timezone)))


def article_named(reader: Reader, typed: str) -> ArticleRow:
    """The article that a URL or id means; the newest where a URL was used again. Ends the verb where there is none."""
    names = names_of(typed)
    found = reader.articles_named(names)
    if "/" in typed or "." in typed:
        found = found[:1]
    row: ArticleRow = one_of(found, typed.strip(), "article")
    return row


def heading(article: ArticleRow) -> Group:
    """An article in two lines: its headline; where it is, and how it stands."""
    facts = [article.source, f"revision {article.revision}", article.id]
    state = Text("gone", style="bold red") if article.state == "gone" else Text("live", style="green")
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


def _timeline(revisions: list[RevisionRow], absences: list[AbsenceRow], zone: tzinfo) -> Table:
    """Revisions and absences in the order of time."""
    table = listing("Rev", "First seen", "Not yet at", "What", folding="What")
    table.columns[0].justify = "right"
    moments: list[tuple[Any, list[Text]]] = [(row.at, _revision(row, zone)) for row in revisions]
    moments += [(row.at, _absence(row, zone)) for row in absences]
    for _, cells in sorted(moments, key=lambda moment: moment[0]):
        table.add_row(*cells)
    return table


def _revision(row: RevisionRow, zone: tzinfo) -> list[Text]:
    """`Not yet at` is the last look that still found the text before: the change was made between the two."""
    what = safe(row.summary) if row.summary else Text("first seen", style="dim")
    if row.reverted_to is not None:
        what = Text.assemble((f"back to revision {row.reverted_to}: ", "magenta"), what)
    if row.access == "teaser":
        what = Text.assemble(what, ("  (teaser only)", "dim"))
    since = when(row.last_seen_before, zone)
    return [
        safe(str(row.revision), "bold"),
        safe(when(row.at, zone)),
        safe(_shorter(since, when(row.at, zone)), "dim"),
        what,
    ]


def _absence(row: AbsenceRow, zone: tzinfo) -> list[Text]:
    if row.kind == "restored":
        what = Text.assemble(("restored", "green"), f", gone since {when(row.since, zone)}")
    else:
        reasons = ", ".join(dict.fromkeys(f"{look.reason} ({look.status})" for look in row.looks))
        what = Text.assemble(("gone", "bold red"), safe(f": present at {when(row.since, zone)}, then {reasons}"))
    return [Text(""), safe(when(row.at, zone)), Text(""), what]


def _shorter(moment: str, other: str) -> str:
    """A moment of the same day needs no date."""
    return moment[11:] if moment[:10] == other[:10] else moment
