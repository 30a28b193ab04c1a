"""Finding many strings at once in one folded text. It knows nothing of watchlists, entities or zones.

The engine stands behind `Engine`, so that another can take its place. It sees texts and terms with a capital at the start of each
word (`fold.marked`), so that it never stops inside a word to find what begins there: three times fewer finds to look at.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Protocol

import daachorse

from monitor.core.watch.fold import joins, marked


class Engine(Protocol):
    """An automaton over a fixed list of distinct patterns."""

    def find_overlapping(self, haystack: str, /) -> Iterable[tuple[int, int, int]]:
        """Every occurrence of every pattern as (start, end, number of the pattern), in code points."""
        ...


class Automaton:
    """Finds folded patterns on word boundaries. A pattern's number is its place in the list it was built from.

    `openings` are the numbers of patterns that need no boundary at their end, since they only begin a term.
    """

    def __init__(self, patterns: Sequence[str], openings: Collection[int] = ()) -> None:
        titles = list(map(marked, patterns))
        self._engine: Engine | None = daachorse.CharwiseDoubleArrayAhoCorasick(titles) if titles else None
        self._openings = frozenset(openings)

    def find(self, folded: str) -> list[tuple[int, int, int]]:
        """Every occurrence on word boundaries, overlapping ones too, as (start, end, number of the pattern)."""
        if self._engine is None:
            return []
        spans = self._engine.find_overlapping(marked(folded))
        if not spans:
            return []
        joined = _joined_ascii if folded.isascii() else joins
        openings, last = self._openings, len(folded)
        return [
            span
            for span in spans
            if (span[1] == last or not joined(folded[span[1] - 1], folded[span[1]]) or span[2] in openings)
            and (span[0] == 0 or not joined(folded[span[0] - 1], folded[span[0]]))
        ]


def _joined_ascii(left: str, right: str) -> bool:
    """As `joins`, for what stands in nearly all texts."""
    return left.isalnum() and right.isalnum()
