"""Which of the passages that went from one place of a text is which of those that came at another. It looks at words, not at meaning."""

from __future__ import annotations

from collections.abc import Sequence

from rapidfuzz.distance import Indel

from monitor.core.revision.corresponding import spelled
from monitor.core.text import lettering

_ENOUGH = 0.6  # the share of common words above which two passages at different places are one
_LEAST_WORDS = 4  # of a passage that is known again when it is reworded elsewhere
_MOST_PAIRS = 10_000  # whose likeness is measured
_MOST_PASSAGES = 20_000  # that are compared by their letters


def moves(gone: Sequence[str], come: Sequence[str]) -> list[tuple[int, int]]:
    """Which of the passages that went is which of those that came: word for word, else in most of their words."""
    if list(gone) > list(come):
        return [(i, j) for j, i in moves(come, gone)]
    pairs = _same(gone, come)
    gone_again, come_again = {i for i, _ in pairs}, {j for _, j in pairs}
    rest = [i for i in range(len(gone)) if i not in gone_again], [j for j in range(len(come)) if j not in come_again]
    return [*pairs, *_reworded(gone, come, *rest)]


def _same(gone: Sequence[str], come: Sequence[str]) -> list[tuple[int, int]]:
    """Those that say the same; of immensely many, those that are the same."""
    said = lettering if len(gone) + len(come) <= _MOST_PASSAGES else str
    homes: dict[str, list[int]] = {}
    for i in range(len(gone) - 1, -1, -1):
        homes.setdefault(said(gone[i]), []).append(i)
    homes.pop("", None)
    return [(home.pop(), j) for j, text in enumerate(come) if (home := homes.get(said(text)))]


def _reworded(gone: Sequence[str], come: Sequence[str], left: list[int], right: list[int]) -> list[tuple[int, int]]:
    if not left or not right or len(left) * len(right) > _MOST_PAIRS:
        return []
    old, new = {i: spelled(gone[i]) for i in left}, {j: spelled(come[j]) for j in right}
    likely = sorted(
        (-share, i, j)
        for i in left
        for j in right
        if min(len(old[i]), len(new[j])) >= _LEAST_WORDS
        and (share := Indel.normalized_similarity(old[i], new[j], score_cutoff=_ENOUGH))
    )
    pairs: list[tuple[int, int]] = []
    for _, i, j in likely:
        if i in old and j in new:
            pairs.append((i, j))
            del old[i], new[j]
    return pairs
