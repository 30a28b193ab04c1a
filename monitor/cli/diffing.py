"""`diff`: any two revisions of an article, their words marked in place or side by side, as text, JSON or a page of HTML.

What changed is `comparison`'s to say, how a page looks `diffpage`'s.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Group, RenderableType
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from monitor.cli.articles import ArticleArgument, article_named, heading
from monitor.cli.diffpage import LABELS, Ends, page, unchanged
from monitor.cli.marking import Marks, marked, one_side
from monitor.cli.opening import views
from monitor.cli.options import EXIT_STATUS, ConfigOption, JsonOption, UrlOption, place
from monitor.cli.output import nothing, safe, screen, show_json, when
from monitor.core.revision.classify import classified
from monitor.core.revision.comparison import Comparison, FieldChange, Passage, compare

if TYPE_CHECKING:
    from monitor.store.views.rows import RevisionRow


def register(app: typer.Typer) -> None:
    """Add the verbs of this family."""
    app.command("diff", epilog=EXIT_STATUS)(diff)


def diff(
    article: ArticleArgument,
    old: Annotated[
        int | None, typer.Argument(metavar="A", min=1, help="The older revision. Left out: the last but one.")
    ] = None,
    new: Annotated[
        int | None, typer.Argument(metavar="B", min=1, help="The newer revision. Left out: the newest.")
    ] = None,
    config: ConfigOption = None,
    as_json: JsonOption = False,
    url: UrlOption = None,
    side_by_side: Annotated[
        bool, typer.Option("--side-by-side/--words", help="Two columns, or one text with its words marked in place.")
    ] = False,
    as_html: Annotated[
        bool,
        typer.Option("--html", help="Print a page of HTML: `monitor diff URL --html > page.html`.", show_default=False),
    ] = False,
) -> None:
    """Show what changed between two revisions of an article; by default, the last two."""
    if as_json and as_html:
        raise typer.BadParameter("give one of --json and --html")
    settings = place(config, url)
    with views(settings) as reader, reader.snapshot():
        row = article_named(reader, article)
        revisions = {revision.revision: revision for revision in reader.revisions(row.id, limit=10_000)}
        first, second = _chosen(old, new, list(revisions))
        texts = [reader.content(row.id, first, reread=first < second), reader.content(row.id, second)]
    if texts[0] is None or texts[1] is None:
        raise nothing(
            f"{row.url} has no revision {first if texts[0] is None else second}: it has {_span(list(revisions))}"
        )
    comparison, ends = compare(texts[0], texts[1]), (revisions[first], revisions[second])
    told = classified(texts[0], texts[1])
    if as_json:
        differing = {"fields": comparison.fields, "passages": comparison.passages}
        return show_json({"article": row, "from": ends[0], "to": ends[1], **told._asdict(), **differing})
    if as_html:
        moments = when(ends[0].at, settings.timezone), when(ends[1].at, settings.timezone)
        written = page(
            comparison, Ends(row.url, texts[1], (first, second), moments, told.summary), side_by_side=side_by_side
        )
        return typer.echo(written.encode("utf-8", "replace"), nl=False)
    marks = Marks.of(screen())
    shown = _columns(comparison, ends, marks) if side_by_side else _in_place(comparison, marks)
    bounds = safe(
        f"revision {first}, {when(ends[0].at, settings.timezone)}  →  revision {second}, {when(ends[1].at, settings.timezone)}",
        "dim",
    )
    summary = [safe(told.summary)] if told.edits or not comparison.same else []
    return screen().print(Group(heading(row), bounds, *summary, "", shown))


def _chosen(old: int | None, new: int | None, known: list[int]) -> tuple[int, int]:
    """The two revisions that were asked for: the last two, A and the newest, or A and B."""
    last = max(known)
    if old is None:
        if len(known) == 1:
            raise nothing("there is only one revision: nothing to compare it with")
        return sorted(known)[-2], last
    return old, last if new is None else new


def _span(known: list[int]) -> str:
    return f"{min(known)} to {max(known)}" if len(known) > 1 else f"only {known[0]}"


# --- in place --------------------------------------------------------------------------------------------------------


def _in_place(comparison: Comparison, marks: Marks) -> RenderableType:
    if comparison.same:
        return Text("The two texts are the same.", style="dim")
    fields = [_labelled(change, marked(change.text, marks)) for change in comparison.fields]
    lines: list[RenderableType] = [*fields, *([Text("")] if fields else [])]
    unchanged = 0
    for passage in comparison.passages:
        if passage.kind == "same":
            unchanged += 1
            continue
        lines += [*_skipped(unchanged), _passage(passage, marks), Text("")]
        unchanged = 0
    return Group(*lines, *_skipped(unchanged))


def _labelled(change: FieldChange, text: Text) -> Text:
    return Text.assemble((f"{change.field}: ", "bold"), text)


def _skipped(count: int) -> list[Text]:
    return [Text(f"… {unchanged(count)} …", style="dim"), Text("")] if count else []


def _passage(passage: Passage, marks: Marks) -> Text:
    label = LABELS.get(passage.kind, "")
    return Text.assemble((f"{label}: ", "magenta") if label else "", marked(passage.text, marks))


# --- side by side ----------------------------------------------------------------------------------------------------


def _columns(comparison: Comparison, ends: tuple[RevisionRow, RevisionRow], marks: Marks) -> Table:
    table = Table(box=None, expand=True, pad_edge=False, padding=(0, 2, 1, 0), header_style="bold")
    for end in ends:
        table.add_column(f"Revision {end.revision}", ratio=1, overflow="fold")
    for change in comparison.fields:
        table.add_row(*(_labelled(change, one_side(change.text, marks, new=new)) for new in (False, True)))
    for passage in comparison.passages:
        table.add_row(*_sides(passage, marks))
    return table


def _sides(passage: Passage, marks: Marks) -> tuple[RenderableType, RenderableType]:
    old, new = (one_side(passage.text, marks, new=new) for new in (False, True))
    match passage.kind:
        case "same":
            return safe(passage.text.before, "dim"), safe(passage.text.after, "dim")
        case "added":
            return Rule(style="dim", characters="·"), new
        case "removed":
            return old, Rule(style="dim", characters="·")
        case _:
            label = LABELS.get(passage.kind, "")
            return old, Text.assemble((f"{label}: ", "magenta") if label else "", new)
