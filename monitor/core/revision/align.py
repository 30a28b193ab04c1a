"""Old blocks against new ones as operations that rebuild the new text. It compares texts and judges nothing.

Blocks that are equal are matched first, then, between them, blocks that resemble each other are paired. All work is bounded.
"""

from __future__ import annotations

from collections.abc import Sequence

from monitor.core.content import Block, Delete, Insert, Keep, Move, Operation, Replace
from monitor.core.revision.corresponding import one_by_one
from monitor.core.revision.gaps import Gap, gaps


def paired(gap: Gap, old: Sequence[str], new: Sequence[str]) -> list[Gap]:
    """A gap taken apart: each block that resembles one on the other side becomes a gap of its own (one by one)."""
    rows, columns = gap.b - gap.a, gap.d - gap.c
    if not rows or not columns or rows == columns == 1:
        return [gap]
    pieces: list[Gap] = []
    a, c = gap.a, gap.c
    for i, j in one_by_one(old[gap.a : gap.b], new[gap.c : gap.d]):
        if gap.a + i > a or gap.c + j > c:
            pieces.append(Gap(a, gap.a + i, c, gap.c + j))
        pieces.append(Gap(gap.a + i, gap.a + i + 1, gap.c + j, gap.c + j + 1))
        a, c = gap.a + i + 1, gap.c + j + 1
    if a < gap.b or c < gap.d:
        pieces.append(Gap(a, gap.b, c, gap.d))
    return pieces


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
