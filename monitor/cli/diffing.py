"""`diff`: any two revisions of an article, their words marked in place or side by side. What changed is `comparison`'s to say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Group, RenderableType
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from monitor.cli.articles import ArticleArgument, article_named, heading
from monitor.cli.comparison import Comparison, FieldChange, Passage, compare
from monitor.cli.marking import Marks, marked, one_side
from monitor.cli.opening import views
from monitor.cli.options import EXIT_STATUS, ConfigOption, JsonOption, configuration
from monitor.cli.output import nothing, safe, screen, show_json, when

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
    side_by_side: Annotated[
        bool, typer.Option("--side-by-side/--words", help="Two columns, or one text with its words marked in place.")
    ] = False,
) -> None:
    """Show what changed between two revisions of an article; by default, the last two."""
    settings = configuration(config, telling=False)
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
    if as_json:
        return show_json({"article": row, "from": ends[0], "to": ends[1], **_plain(comparison)})
    marks = Marks.of(screen())
    shown = _columns(comparison, ends, marks) if side_by_side else _in_place(comparison, marks)
    bounds = safe(
        f"revision {first}, {when(ends[0].at, settings.timezone)}  →  revision {second}, {when(ends[1].at, settings.timezone)}",
        "dim",
    )
    return screen().print(Group(heading(row), bounds, "", shown))


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


def _plain(comparison: Comparison) -> dict[str, object]:
    return {"fields": comparison.fields, "passages": comparison.passages}


# --- in place --------------------------------------------------------------------------------------------------------


def _in_place(comparison: Comparison, marks: Marks) -> RenderableType:
    if not comparison.fields and all(passage.kind == "same" for passage in comparison.passages):
        return Text("The two texts are the same.", style="dim")
    fields = [_field(change, marks) for change in comparison.fields]
    lines: list[RenderableType] = [*fields, *([Text("")] if fields else [])]
    unchanged = 0
    for passage in comparison.passages:
        if passage.kind == "same":
            unchanged += 1
            continue
        lines += [*_skipped(unchanged), _passage(passage, marks), Text("")]
        unchanged = 0
    return Group(*lines, *_skipped(unchanged))


def _field(change: FieldChange, marks: Marks) -> Text:
    return _labelled(change, marked(change.before, change.after, change.changes, marks))


def _labelled(change: FieldChange, text: Text) -> Text:
    return Text.assemble((f"{change.field}: ", "bold"), text)


def _skipped(count: int) -> list[Text]:
    words = "1 paragraph" if count == 1 else f"{count} paragraphs"
    return [Text(f"… {words} unchanged …", style="dim"), Text("")] if count else []


def _passage(passage: Passage, marks: Marks) -> Text:
    before, after = (block.text if block else "" for block in (passage.before, passage.after))
    match passage.kind:
        case "added":
            return marks.inserted(after)
        case "removed":
            return marks.deleted(before)
        case "moved":
            return Text.assemble(("moved here: ", "magenta"), safe(after))
        case _:
            return marked(before, after, passage.changes, marks)


# --- side by side ----------------------------------------------------------------------------------------------------


def _columns(comparison: Comparison, ends: tuple[RevisionRow, RevisionRow], marks: Marks) -> Table:
    table = Table(box=None, expand=True, pad_edge=False, padding=(0, 2, 1, 0), header_style="bold")
    for end in ends:
        table.add_column(f"Revision {end.revision}", ratio=1, overflow="fold")
    for change in comparison.fields:
        sides = (one_side(change.before, change.after, change.changes, marks, new=new) for new in (False, True))
        table.add_row(*(_labelled(change, side) for side in sides))
    for passage in comparison.passages:
        table.add_row(*_sides(passage, marks))
    return table


def _sides(passage: Passage, marks: Marks) -> tuple[RenderableType, RenderableType]:
    before, after = (block.text if block else "" for block in (passage.before, passage.after))
    match passage.kind:
        case "same":
            return safe(before, "dim"), safe(after, "dim")
        case "added":
            return Rule(style="dim", characters="·"), marks.inserted(after)
        case "removed":
            return marks.deleted(before), Rule(style="dim", characters="·")
        case "moved":
            return Text(""), Text.assemble(("moved here: ", "magenta"), safe(after))
        case _:
            old, new = (one_side(before, after, passage.changes, marks, new=new) for new in (False, True))
            return old, new
