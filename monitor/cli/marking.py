"""Deleted and inserted words in a text: by colour where there is colour, else as `[-these-]` and `{+those+}` (as wdiff does).

Words that moved are `[~here no more~]` and `{~here now~}`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from rich.console import Console
from rich.text import Text

from monitor.cli.output import safe
from monitor.core.revision.comparison import Difference

_CLOSING: Final = ".,;:!?…)]}’”»%"  # marks that stand close to the word before them


class Marks(NamedTuple):
    """How words are marked: what stands before and after them, and their style."""

    coloured: bool

    @classmethod
    def of(cls, console: Console) -> Marks:
        """Colour only where the console shows it."""
        return cls(coloured=console.color_system is not None and not console.no_color)

    def deleted(self, words: str, *, moved: bool = False) -> Text:
        """Words that went, perhaps to another place."""
        if moved:
            return self._marked(words, "[~", "~]", "magenta strike")
        return self._marked(words, "[-", "-]", "red strike")

    def inserted(self, words: str, *, moved: bool = False) -> Text:
        """Words that came, perhaps from another place."""
        if moved:
            return self._marked(words, "{~", "~}", "magenta underline")
        return self._marked(words, "{+", "+}", "green underline")

    def highlighted(self, words: str) -> Text:
        """Words that a watchlist found."""
        return self._marked(words, "»", "«", "bold reverse")

    def _marked(self, words: str, before: str, after: str, style: str) -> Text:
        if not words:
            return Text("")
        return safe(words, style) if self.coloured else Text.assemble(before, safe(words), after)


def marked(text: Difference, marks: Marks) -> Text:
    """The new text with what went and what came in place."""
    before, after = text.before, text.after
    gone, come = {i for i, _ in text.moves}, {j for _, j in text.moves}
    parts: list[Text | str] = []
    cursor = 0
    for number, change in enumerate(text.changes):
        parts += [safe(after[cursor : change.c]), marks.deleted(before[change.a : change.b], moved=number in gone)]
        if change.a < change.b and (change.c < change.d or _runs_on(after, change.c)):
            parts.append(" ")
        parts.append(marks.inserted(after[change.c : change.d], moved=number in come))
        cursor = change.d
    return Text.assemble(*parts, safe(after[cursor:]))


def _runs_on(text: str, at: int) -> bool:
    """Whether the words after this place would run into those marked before it."""
    return at < len(text) and not text[at].isspace() and text[at] not in _CLOSING


def one_side(text: Difference, marks: Marks, *, new: bool) -> Text:
    """One of the two texts, with its own words marked."""
    moving = {pair[new] for pair in text.moves}
    side = text.after if new else text.before
    parts: list[Text] = []
    cursor = 0
    for number, change in enumerate(text.changes):
        start, end = (change.c, change.d) if new else (change.a, change.b)
        mark = marks.inserted if new else marks.deleted
        parts += [safe(side[cursor:start]), mark(side[start:end], moved=number in moving)]
        cursor = end
    return Text.assemble(*parts, safe(side[cursor:]))


def in_sentence(sentence: str, places: Iterable[Sequence[int]], marks: Marks) -> Text:
    """A sentence with the words that a watchlist found in it, at `places` [start, end)."""
    parts: list[Text] = []
    cursor = 0
    for start, end in places:
        parts += [safe(sentence[cursor:start]), marks.highlighted(sentence[start:end])]
        cursor = end
    return Text.assemble(*parts, safe(sentence[cursor:]))
