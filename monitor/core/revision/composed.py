"""The new content once it is known which of its differences count: every other one as it was before. It decides nothing."""

from __future__ import annotations

from collections.abc import Sequence

from monitor.core.content import Block
from monitor.core.revision.gaps import Gap
from monitor.core.revision.piece import Piece
from monitor.core.text import joined, lettering

_FEWEST = 6  # letters of a line that is looked for: “AP” stands within many words


def composed(
    old: tuple[Block, ...], new: tuple[Block, ...], differences: Sequence[Gap], counts: Sequence[bool]
) -> tuple[Block, ...]:
    """The new blocks, with the old ones where a difference is no edit."""
    result: list[Block] = []
    cursor = 0
    for gap, is_edit in zip(differences, counts, strict=True):
        result += new[cursor : gap.c]
        result += new[gap.c : gap.d] if is_edit else old[gap.a : gap.b]
        cursor = gap.d
    result += new[cursor:]
    return tuple(result) if joined(b.text for b in result) != joined(b.text for b in old) else old


def bearers(line: str, pieces: Sequence[Piece | None]) -> list[int]:
    """Which pieces, by their index, brought a block that says a line."""
    letters = lettering(line)
    if len(letters) < _FEWEST:
        return []
    return [index for index, one in enumerate(pieces) if one is not None and any(letters in text for text in one.now)]
