"""Which passages of two texts correspond, in their order, where none is plainly another: by the words that they have in common.

A passage may have been cut in up to four, or several run together. All work is bounded: of very many passages only those at about
the same place of both texts are compared.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from rapidfuzz.distance import LCSseq

from monitor.core.revision.gaps import Gap
from monitor.core.revision.tokens import small

_ENOUGH = 0.36  # the share of common words above which two passages are one, rewritten
_MOST_PARTS = 4  # into which one passage is cut
_MOST_CELLS = 10_000  # pairs whose likeness is measured in one gap: about 50 ms
_MOST_WORDS = 400  # of one passage: its beginning says which it is

_WIDE = r"\u0e00-\u0eff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_wide = re.compile(f"[{_WIDE}]")
_word = re.compile(rf"[{_WIDE}]|[^\W{_WIDE}]+")  # a figure ends where a script without spaces goes on

Spelled = list[str]  # a passage as its words


@lru_cache(maxsize=64)  # one passage is held against several
def spelled(text: str) -> list[str]:
    """The words of a text, capitals and marks left aside; cut short after some hundred."""
    text = text[: _MOST_WORDS * 20]
    spaced = text.isascii() or not _wide.search(text)
    return (small(text) if spaced else _word.findall(text.casefold()))[:_MOST_WORDS]


def one_by_one(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    """The passages that are one, rewritten, in the order of both; here none is cut in two or run together."""
    pairs = corresponding(list(map(spelled, old)), list(map(spelled, new)), parts=1)
    return [(pair.a, pair.c) for pair in pairs]


def corresponding(old: Sequence[Spelled], new: Sequence[Spelled], parts: int = _MOST_PARTS) -> list[Gap]:
    """The passages that are one, rewritten, cut or run together, as gaps in their order. Very many are compared in stretches, each with its like."""
    rows, columns = len(old), len(new)
    stretches = min(-(-rows * columns // _MOST_CELLS), rows, columns)
    found: list[Gap] = []
    for k in range(stretches):
        a, b, c, d = (
            k * rows // stretches,
            (k + 1) * rows // stretches,
            k * columns // stretches,
            (k + 1) * columns // stretches,
        )
        found += (Gap(a + p.a, a + p.b, c + p.c, c + p.d) for p in _best(old[a:b], new[c:d], parts))
    return found


def _best(old: Sequence[Spelled], new: Sequence[Spelled], parts: int) -> list[Gap]:
    """The pairs whose gains sum up highest (Needleman and Wunsch, with passages cut or joined, no cost for a gap)."""
    rows, columns = len(old), len(new)
    if rows == columns == 1:
        return [Gap(0, 1, 0, 1)] if gained(old[0], new[0]) else []
    best = [[0.0] * (columns + 1) for _ in range(rows + 1)]
    taken: dict[tuple[int, int], tuple[int, int]] = {}
    for i in range(rows - 1, -1, -1):
        row, below = best[i], best[i + 1]
        for j in range(columns - 1, -1, -1):
            most = max(below[j], row[j + 1])
            for height, width, gain in _pairings(old, new, i, j, parts):
                if gain + best[i + height][j + width] > most:
                    most = gain + best[i + height][j + width]
                    taken[i, j] = height, width
            row[j] = most
    return list(_path(best, taken))


def _path(best: Sequence[Sequence[float]], taken: dict[tuple[int, int], tuple[int, int]]) -> Iterator[Gap]:
    i = j = 0
    while i < len(best) - 1 and j < len(best[0]) - 1:
        if step := taken.get((i, j)):
            yield Gap(i, i + step[0], j, j + step[1])
            i, j = i + step[0], j + step[1]
        elif best[i + 1][j] >= best[i][j + 1]:
            i += 1
        else:
            j += 1


def _pairings(
    old: Sequence[Spelled], new: Sequence[Spelled], i: int, j: int, parts: int
) -> Iterator[tuple[int, int, float]]:
    """How the passages at i and j may be one: (how many old ones, how many new ones, what is gained)."""
    gain = gained(old[i], new[j])
    if gain:
        yield 1, 1, gain
    if len(new[j]) < len(old[i]):
        yield from ((1, count, gain) for count, gain in _cuts(old[i], new[j : j + parts]))
    else:
        yield from ((count, 1, gain) for count, gain in _cuts(new[j], old[i : i + parts]))


def _cuts(whole: Spelled, parts: Sequence[Spelled]) -> Iterator[tuple[int, float]]:
    """How well the first two, three … parts together make up the whole."""
    together = parts[0]
    for count, part in enumerate(parts[1:], 2):
        together = together + part
        if not part or len(together) * 2 > len(whole) * 3:
            return
        if gain := gained(whole, together):
            yield count, gain


def gained(old: Spelled, new: Spelled) -> float:
    """What is gained by taking two spelled passages for one: their common words, less a share of all; 0 where that is too much."""
    total = len(old) + len(new)
    if 2 * min(len(old), len(new)) <= _ENOUGH * total:
        return 0.0
    return max(2 * LCSseq.similarity(old, new) - _ENOUGH * total, 0.0)
