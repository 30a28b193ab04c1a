"""What became of one term between two texts: its occurrences compared. It does not search, and no watchlist decides here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz.fuzz import ratio

from monitor.core.watch.rules import Change, Zone

REWORDED = 50.0  # the likeness (0–100) from which two sentences with the same term count as one, reworded
PAIRED = 64  # so many sentences on each side are compared with each other; hostile text must stay cheap


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A term at one place of a text; its sentence starts `at` that code point of the block, `mark` counts from there.

    `key` is the folded sentence: what makes it the same occurrence wherever it moves.
    """

    term: str
    zone: Zone
    block: int | None
    at: int
    sentence: str
    mark: tuple[int, int]
    key: str


def compare(before: Sequence[Occurrence], after: Sequence[Occurrence]) -> dict[Change, Sequence[Occurrence]]:
    """The changes of one term and the occurrences that show them. A moved or reworded sentence is no change."""
    if not before:
        return {"appeared": after} if after else {}
    if not after:
        return {"disappeared": before}
    came, went = _unmatched(after, before), _unmatched(before, after)
    reworded = _pairs(_distinct(went), _distinct(came))
    came, went = _without(came, reworded, 1), _without(went, reworded, 0)
    changes: dict[Change, Sequence[Occurrence]] = {"added": came, "removed": went}
    return {change: occurrences for change, occurrences in changes.items() if occurrences}


def _unmatched(these: Sequence[Occurrence], those: Sequence[Occurrence]) -> list[Occurrence]:
    """Those of `these` that have no equal in `those`, each counted as often as it stands."""
    left = Counter(occurrence.key for occurrence in those)
    unmatched = []
    for occurrence in these:
        if left[occurrence.key]:
            left[occurrence.key] -= 1
        else:
            unmatched.append(occurrence)
    return unmatched


def _distinct(occurrences: Sequence[Occurrence]) -> list[str]:
    return [key for key, count in Counter(occurrence.key for occurrence in occurrences).items() for _ in range(count)][
        :PAIRED
    ]


def _pairs(went: Sequence[str], came: Sequence[str]) -> list[tuple[str, str]]:
    """Old and new sentences that are one sentence reworded, the likest first.

    Ties are broken by the two texts in either order, so that comparing backwards finds the same pairs.
    """
    likeness = [(ratio(old, new), i, j) for i, old in enumerate(went) for j, new in enumerate(came)]
    likest = sorted(likeness, key=lambda pair: (-pair[0], sorted((went[pair[1]], came[pair[2]]))))
    free_old, free_new = set(range(len(went))), set(range(len(came)))
    pairs = []
    for like, i, j in likest:
        if like >= REWORDED and i in free_old and j in free_new:
            free_old.discard(i)
            free_new.discard(j)
            pairs.append((went[i], came[j]))
    return pairs


def _without(occurrences: Sequence[Occurrence], pairs: list[tuple[str, str]], side: int) -> list[Occurrence]:
    paired = Counter(pair[side] for pair in pairs)
    rest = []
    for occurrence in occurrences:
        if paired[occurrence.key]:
            paired[occurrence.key] -= 1
        else:
            rest.append(occurrence)
    return rest
