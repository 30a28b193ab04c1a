"""Finding many strings at once in one folded text. It knows nothing of watchlists, entities or zones.

The engine stands behind `Engine`, so that another can take its place (architecture.md measures three).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

import daachorse

from monitor.core.watch.fold import on_words


class Engine(Protocol):
    """An automaton over a fixed list of distinct patterns."""

    def find_overlapping(self, haystack: str, /) -> Iterable[tuple[int, int, int]]:
        """Every occurrence of every pattern as (start, end, number of the pattern), in code points."""
        ...


class Automaton:
    """Finds folded patterns on word boundaries. A pattern's number is its place in the list it was built from."""

    def __init__(self, patterns: Sequence[str]) -> None:
        self._engine: Engine | None = daachorse.CharwiseDoubleArrayAhoCorasick(list(patterns)) if patterns else None

    def find(self, folded: str) -> Iterator[tuple[int, int, int]]:
        """Every occurrence on word boundaries, overlapping ones too, as (start, end, number of the pattern)."""
        if self._engine is None:
            return
        for start, end, number in self._engine.find_overlapping(folded):
            if on_words(folded, start, end):
                yield start, end, number
