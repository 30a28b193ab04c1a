"""Where two sequences differ: the least that has to go and to come. It knows nothing of texts.

Linear for what most edits are, a common head and tail; where both middles are too large to compare, they are one difference.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import NamedTuple

from rapidfuzz.distance import Indel, Prefix

_MOST_CELLS = 4_000 * 4_000  # of the table that matches equal items: about 50 ms


class Gap(NamedTuple):
    """old[a:b] became new[c:d]; either may be empty."""

    a: int
    b: int
    c: int
    d: int


def gaps(old: Sequence[Hashable], new: Sequence[Hashable]) -> list[Gap]:
    """Where two sequences differ, in order; between two gaps they are equal."""
    numbers: dict[Hashable, int] = {}  # rapidfuzz compares hashes; numbers of our own cannot collide
    old, new = ([numbers.setdefault(item, len(numbers)) for item in side] for side in (old, new))
    head = Prefix.similarity(old, new)
    tail = Prefix.similarity(old[head:][::-1], new[head:][::-1])
    a, b = head, len(old) - tail
    c, d = head, len(new) - tail
    if a == b and c == d:
        return []
    if (b - a) * (d - c) > _MOST_CELLS or a == b or c == d:
        return [Gap(a, b, c, d)]
    return _merged(
        [
            Gap(a + o.src_start, a + o.src_end, c + o.dest_start, c + o.dest_end)
            for o in Indel.opcodes(old[a:b], new[c:d])
            if o.tag != "equal"
        ]
    )


def _merged(found: list[Gap]) -> list[Gap]:
    """Neighbouring deletions and insertions are one gap."""
    result: list[Gap] = []
    for gap in found:
        if result and result[-1].b == gap.a and result[-1].d == gap.c:
            result[-1] = Gap(result[-1].a, gap.b, result[-1].c, gap.d)
        else:
            result.append(gap)
    return result
