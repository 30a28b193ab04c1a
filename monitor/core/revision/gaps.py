"""Where two sequences differ: the least that has to go and to come. It knows nothing of texts.

Linear for what most edits are, a common head and tail; where both middles are too large to compare, they are one difference.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import NamedTuple

from rapidfuzz.distance import Indel

_MOST_CELLS = 4_000 * 4_000  # of the table that matches equal items: about 50 ms


class Gap(NamedTuple):
    """old[a:b] became new[c:d]; either may be empty."""

    a: int
    b: int
    c: int
    d: int


def gaps(old: Sequence[Hashable], new: Sequence[Hashable]) -> list[Gap]:
    """Where two sequences differ, in order; between two gaps they are equal."""
    a, b, c, d = _middle(old, new)
    rows, columns = b - a, d - c
    if not rows and not columns:
        return []
    if not rows or not columns or rows == columns == 1 or rows * columns > _MOST_CELLS:
        return [Gap(a, b, c, d)]
    numbers: dict[Hashable, int] = {}  # rapidfuzz compares hashes; numbers of our own cannot collide
    before = [numbers.setdefault(item, len(numbers)) for item in old[a:b]]
    known = len(numbers)
    after = [numbers.setdefault(item, len(numbers)) for item in new[c:d]]
    if min(after) >= known:
        return [Gap(a, b, c, d)]
    return _merged(
        [
            Gap(a + o.src_start, a + o.src_end, c + o.dest_start, c + o.dest_end)
            for o in Indel.opcodes(before, after)
            if o.tag != "equal"
        ]
    )


def _middle(old: Sequence[Hashable], new: Sequence[Hashable]) -> Gap:
    """What is left of two sequences without their common head and tail."""
    b, d = len(old), len(new)
    head, most = 0, min(b, d)
    while head < most and old[head] == new[head]:
        head += 1
    while b > head and d > head and old[b - 1] == new[d - 1]:
        b, d = b - 1, d - 1
    return Gap(head, b, head, d)


def _merged(found: list[Gap]) -> list[Gap]:
    """Neighbouring deletions and insertions are one gap."""
    result: list[Gap] = []
    for gap in found:
        if result and result[-1].b == gap.a and result[-1].d == gap.c:
            result[-1] = Gap(result[-1].a, gap.b, result[-1].c, gap.d)
        else:
            result.append(gap)
    return result
