"""What a page shows of a row or a text, as plain values for the templates: marked words, chips, ticks on a line of time. It asks nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from monitor.core.events import Edit
from monitor.core.revision.comparison import Difference
from monitor.core.revision.significance import weighed
from monitor.store.views.rows import AbsenceRow, ArticleRow, RevisionRow

LONGEST_CHIP: Final = 80
_MOST_CHIPS: Final = 12
_WIDTH: Final = 1000.0  # of the line of time, in its own units


class Words(NamedTuple):
    """A run of words; `mark` is empty, `del`, `ins` or `hit`, `moved` where they stand elsewhere on the other side."""

    text: str
    mark: str = ""
    moved: bool = False


def in_place(text: Difference) -> list[Words]:
    """The newer text with what went and what came in place."""
    gone, come = {i for i, _ in text.moves}, {j for _, j in text.moves}
    found: list[Words] = []
    cursor = 0
    for number, change in enumerate(text.changes):
        runs_on = change.c < change.d or text.after[change.c : change.c + 1].isalnum()
        found += [
            Words(text.after[cursor : change.c]),
            Words(text.before[change.a : change.b], "del", number in gone),
            Words(" " if change.a < change.b and runs_on else ""),
            Words(text.after[change.c : change.d], "ins", number in come),
        ]
        cursor = change.d
    return [words for words in (*found, Words(text.after[cursor:])) if words.text]


def one_side(text: Difference, *, new: bool) -> list[Words]:
    """One of two texts with its own words marked."""
    moving, side = {pair[new] for pair in text.moves}, text.after if new else text.before
    found: list[Words] = []
    cursor = 0
    for number, change in enumerate(text.changes):
        start, end = (change.c, change.d) if new else (change.a, change.b)
        found += [Words(side[cursor:start]), Words(side[start:end], "ins" if new else "del", number in moving)]
        cursor = end
    return [words for words in (*found, Words(side[cursor:])) if words.text]


def with_hits(sentence: str, marks: Sequence[Sequence[int]]) -> list[Words]:
    """A sentence with what a watchlist found in it; marks are [start, end] in code points, whatever their order."""
    found: list[Words] = []
    cursor = 0
    for start, end in sorted((max(mark[0], 0), mark[1]) for mark in marks):
        if start >= cursor and end > start:
            found += [Words(sentence[cursor:start]), Words(sentence[start:end], "hit")]
            cursor = end
    return [words for words in (*found, Words(sentence[cursor:])) if words.text]


# --- edits -----------------------------------------------------------------------------------------------------------


class Chip(NamedTuple):
    """A typed edit in few words. `tone` is `come`, `gone`, `change` or `quiet`."""

    kind: str
    words: str
    tone: str


def chips(edits: Sequence[Edit]) -> list[Chip]:
    """The typed edits of a revision, at most a dozen; what is left out is said."""
    found = [Chip(edit.kind.replace("_", " "), _words(edit), _tone(edit.kind)) for edit in edits[:_MOST_CHIPS]]
    more = len(edits) - len(found)
    return [*found, Chip("", f"{more} more", "quiet")] if more > 0 else found


def _words(edit: Edit) -> str:
    if edit.kind in {"figure", "typo", "hedge"} and edit.before and edit.after:
        return f"{_cut(edit.before, LONGEST_CHIP // 2)} → {_cut(edit.after, LONGEST_CHIP // 2)}"
    return _cut(edit.after or edit.before, LONGEST_CHIP)


def _tone(kind: str) -> str:
    if kind in {"cosmetic", "typo", "stamp_only", "caption"} or kind.endswith("_moved"):
        return "quiet"
    return "come" if kind.endswith("_added") else "gone" if kind.endswith("_removed") else "change"


def _cut(text: str, length: int) -> str:
    line = " ".join(text.split())
    return line if len(line) <= length else f"{line[: length - 1].rstrip()}…"


# --- a line of time --------------------------------------------------------------------------------------------------


class Tick(NamedTuple):
    """One thing that happened to an article: where on the line (0 to 1000), what, when, and which revision it made."""

    x: float
    tone: str
    at: datetime
    says: str
    revision: int


def ticks(
    article: ArticleRow, revisions: Sequence[RevisionRow], absences: Sequence[AbsenceRow], now: datetime
) -> list[Tick]:
    """The revisions of an article and when it was away, from its discovery to now, in order."""
    begin = min([article.discovered_at, *(row.at for row in revisions)])
    length = max((now - begin).total_seconds(), 1.0)
    found = [*_revised(revisions), *_away(absences)]
    placed = [tick._replace(x=round(_WIDTH * (tick.at - begin).total_seconds() / length, 1)) for tick in found]
    return sorted(placed, key=lambda tick: tick.at)


def significance(row: RevisionRow) -> str:
    """How grave a revision is: `first`, `reverted`, `major`, `minor` or `cosmetic`."""
    if row.revision == 1:
        return "first"
    return "reverted" if row.reverted_to is not None else weighed(row.edits)


def _revised(revisions: Sequence[RevisionRow]) -> Iterator[Tick]:
    for row in revisions:
        says = "first seen" if row.revision == 1 else row.summary
        yield Tick(0.0, significance(row), row.at, says, row.revision)


def _away(absences: Sequence[AbsenceRow]) -> Iterator[Tick]:
    for row in absences:
        yield Tick(0.0, "back" if row.kind == "restored" else "away", row.at, row.kind, row.revision)


# --- alerts ----------------------------------------------------------------------------------------------------------


class Hit(NamedTuple):
    """One place where a watchlist found something: what became of it, where, who said it, and the sentence with it marked."""

    change: str
    zone: str
    speaker: str
    words: list[Words]


def hits(data: dict[str, Any], most: int = 3) -> list[Hit]:
    """The hits of an alert's payload, one a sentence."""
    found: dict[tuple[str, str], Hit] = {}
    for hit in data.get("hits", ()):
        sentence = hit.get("sentence") or ""
        shown = Hit(hit["change"], hit["zone"], hit.get("speaker") or "", with_hits(sentence, hit.get("marks") or ()))
        found.setdefault((hit["change"], sentence), shown)
    return list(found.values())[:most]
