"""How a tried text looks: what was read, what would alert, with its words marked, what nearly would, and why the rest would not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from monitor.cli.alerts import SEVERITIES
from monitor.cli.manuscripts import Manuscript
from monitor.cli.marking import Marks, in_sentence
from monitor.cli.output import safe, screen
from monitor.core.watch.rules import Hit

if TYPE_CHECKING:
    from monitor.cli.rehearsal import Rehearsal, Tried

_FIRST_BLOCKS: Final = 3
_LONGEST: Final = 200  # characters of a block
_HITS: Final = 5  # of one watchlist
_EDITS: Final = 20
_OTHERS: Final = 20  # watchlists that do not alert, where none was named


def shown(found: Rehearsal, *, all_told: bool) -> RenderableType:
    """All of a rehearsal; `all_told`: no watchlist is left out."""
    marks = Marks.of(screen())
    alerting = [tried for tried in found.watchlists if tried.changes]
    nearly = [tried for tried in found.watchlists if not tried.changes and (tried.stood or tried.excluded)]
    others = [tried for tried in found.watchlists if not (tried.changes or tried.stood or tried.excluded)]
    most = None if all_told else _OTHERS
    return Group(
        *_read(found.text),
        *_edited(found),
        Text("\nWould alert", style="bold"),
        *(line for tried in alerting for line in _alert(tried, marks)),
        *([] if alerting else [Text("  nothing")]),
        *_reasons("Nearly matched", nearly, most),
        *_reasons("Did not match", others, most),
    )


def _read(text: Manuscript) -> Iterator[RenderableType]:
    content, page = text.page.content, text.page
    facts = [text.kind, f"{len(content.blocks)} blocks", content.lang or "language not stated"]
    facts += [page.access, f"confidence {page.confidence:g}"] if text.kind == "page" else []
    facts += [f"published {content.published:%Y-%m-%d %H:%M %Z}"] if content.published else []
    yield safe(content.title or "(no headline)", "bold")
    yield safe(text.url or text.name, "cyan")
    yield safe("  ·  ".join(facts), "dim")
    yield from (safe(f"{label}: {value}") for label, value in (("Dek", content.dek), ("By", content.byline)) if value)
    for block in content.blocks[:_FIRST_BLOCKS]:
        yield _indented(safe(_cut(block.text), "dim"), 2)
    if len(content.blocks) > _FIRST_BLOCKS:
        yield safe(f"  … {len(content.blocks) - _FIRST_BLOCKS} blocks more", "dim")


def _edited(found: Rehearsal) -> Iterator[RenderableType]:
    if found.against is None:
        return
    yield Text("\nThe edit", style="bold")
    yield _indented(safe(found.decision.why), 2)
    for edit in found.edits[:_EDITS]:
        change = " → ".join(f"“{_cut(text)}”" for text in (edit.before, edit.after) if text)
        yield _indented(Text.assemble((edit.kind, "magenta"), "  ", safe(change)), 2)
    if len(found.edits) > _EDITS:
        yield safe(f"  … {len(found.edits) - _EDITS} edits more", "dim")


def _alert(tried: Tried, marks: Marks) -> Iterator[RenderableType]:
    told = ", ".join(tried.notify) or "nobody: no channel is named"
    yield Text.assemble(
        "  ",
        safe(tried.watchlist, SEVERITIES.get(tried.severity, "bold")),
        safe(f"  {tried.severity}  → {told}", "dim"),
    )
    if tried.backlog:
        yield _indented(safe(tried.reason, "yellow"), 4)
    for hit in tried.hits[:_HITS]:
        yield _indented(
            Text.assemble(safe(hit.term, "bold"), safe(_of_entity(hit), "dim"), "  ", safe(place(hit), "dim")), 4
        )
        yield _indented(in_sentence(hit.sentence, hit.marks, marks), 6)
    if more := len(tried.hits) - _HITS + tried.omitted:
        yield from [safe(f"    … {more} hits more", "dim")] if more > 0 else []


def _of_entity(hit: Hit) -> str:
    return f" (@{hit.entity})" if hit.entity else ""


def place(hit: Hit) -> str:
    """What became of a hit, where it stands, and who says it."""
    where = hit.zone if hit.block is None else f"paragraph {hit.block + 1}"
    said = f", said by {hit.speaker}" if hit.speaker else ""
    return f"{hit.change} in {where}{said}"


def _reasons(heading: str, found: Sequence[Tried], most: int | None) -> Iterator[RenderableType]:
    if not found:
        return
    yield Text(f"\n{heading}", style="bold")
    for tried in found[:most]:
        yield _indented(Text.assemble(safe(tried.watchlist, "bold"), ": ", safe(tried.reason)), 2)
        if tried.stood:
            yield _indented(safe(f"there: {'; '.join(tried.stood[:_HITS])}", "dim"), 4)
        if tried.excluded:
            yield _indented(safe(f"excluded by a NOT or a distance: {'; '.join(tried.excluded[:_HITS])}", "dim"), 4)
    if most is not None and len(found) > most:
        yield safe(f"  … {len(found) - most} watchlists more: --json has all of them", "dim")


def _indented(text: RenderableType, by: int) -> Padding:
    return Padding(text, (0, 0, 0, by), expand=False)


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST].rstrip()}…"
