"""Old blocks against new ones: which stay, go, come, are rewritten or moved. It compares texts and judges nothing.

Blocks that are equal are matched first (Indel, linear for what most edits are: a common head and tail), then, between
them, blocks that resemble each other are paired. All work is bounded: where two texts are too large to pair, what lies
between their common head and tail is one rewriting.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import NamedTuple

from rapidfuzz.distance import Indel, Prefix

from monitor.core.content import Block, Delete, Insert, Keep, Move, Operation, Replace

RESEMBLANCE = 0.5  # two blocks of at least this likeness are one block, rewritten
_MOST_CELLS = 4_000 * 4_000  # of the table that matches equal blocks: about 50 ms
_MOST_PAIRS = 2_500  # of blocks whose likeness is measured in one gap
_CLIP = 1_500  # characters of a block that are looked at to measure likeness


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


def paired(gap: Gap, old: Sequence[str], new: Sequence[str]) -> list[Gap]:
    """A gap taken apart: each block that resembles one on the other side becomes a gap of its own (one by one)."""
    rows, columns = gap.b - gap.a, gap.d - gap.c
    if not rows or not columns or (rows == 1 and columns == 1) or rows * columns > _MOST_PAIRS:
        return [gap]
    pieces: list[Gap] = []
    a, c = gap.a, gap.c
    for i, j in _best_pairs(old[gap.a : gap.b], new[gap.c : gap.d]):
        if gap.a + i > a or gap.c + j > c:
            pieces.append(Gap(a, gap.a + i, c, gap.c + j))
        pieces.append(Gap(gap.a + i, gap.a + i + 1, gap.c + j, gap.c + j + 1))
        a, c = gap.a + i + 1, gap.c + j + 1
    if a < gap.b or c < gap.d:
        pieces.append(Gap(a, gap.b, c, gap.d))
    return pieces


def likeness(old: str, new: str) -> float:
    """How much two texts resemble each other, 0..1; 0 below `RESEMBLANCE`. Long texts are judged by their first characters."""
    return Indel.normalized_similarity(old[:_CLIP], new[:_CLIP], score_cutoff=RESEMBLANCE)


def _best_pairs(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    """The pairs, in the order of both, whose likenesses sum up highest (Needleman and Wunsch, no cost for a gap)."""
    width = len(new) + 1
    best = [[0.0] * width for _ in range(len(old) + 1)]
    alike = [[likeness(a, b) for b in new] for a in old]
    for i in range(len(old) - 1, -1, -1):
        for j in range(len(new) - 1, -1, -1):
            best[i][j] = max(best[i + 1][j], best[i][j + 1], alike[i][j] + best[i + 1][j + 1])
    pairs, i, j = [], 0, 0
    while i < len(old) and j < len(new):
        if alike[i][j] and best[i][j] == alike[i][j] + best[i + 1][j + 1]:
            pairs.append((i, j))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1
    return pairs


def align(old: tuple[Block, ...], new: tuple[Block, ...]) -> tuple[Operation, ...]:
    """The operations that lead from old to new: `content.apply(align(old, new), old) == new`."""
    texts = [block.text for block in old], [block.text for block in new]
    pieces = [piece for gap in gaps(old, new) for piece in paired(gap, *texts)]
    gone = {old[i]: i for piece in reversed(pieces) for i in range(piece.a, piece.b)}
    operations: list[Operation] = []
    cursor = 0
    for piece in pieces:
        if piece.a > cursor:
            operations.append(Keep(piece.a - cursor))
        operations += _written(piece, new, gone)
        cursor = piece.b
    if cursor < len(old):
        operations.append(Keep(len(old) - cursor))
    return tuple(operations)


def _written(piece: Gap, new: tuple[Block, ...], gone: dict[Block, int]) -> list[Operation]:
    """One gap as operations. A block that went elsewhere and comes here has moved."""
    count, blocks = piece.b - piece.a, new[piece.c : piece.d]
    if not any(block in gone for block in blocks):
        if count and blocks:
            return [Replace(count, blocks)]
        return [Insert(blocks)] if blocks else [Delete(count)]
    coming: list[Operation] = [Move(gone[block], 1) if block in gone else Insert((block,)) for block in blocks]
    return [*coming, Delete(count)] if count else coming
