"""What became of sentences that left their paragraph: where they stood, where they stand, and which paragraphs they left empty."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from monitor.core.revision.alignment import BlockPair

Span = tuple[int, int]


class Resettled(NamedTuple):
    """By paragraph of the older text: where moved sentences `stood`, and to which new paragraph one came; `emptied` are those of which no other is left."""

    stood: dict[int, list[Span]]
    homes: dict[int, int]
    emptied: frozenset[int]


def resettled(pairs: Iterable[BlockPair]) -> Resettled:
    """The sentences of these pairs that moved."""
    stood: dict[int, list[Span]] = {}
    homes: dict[int, int] = {}
    emptied: set[int] = set()
    for pair in pairs:
        if pair.kind == "removed" and not pair.sentences:
            emptied.update(pair.before)
        for both in pair.sentences:
            if both.kind == "moved":
                sentence = both.before[0]
                stood.setdefault(sentence.block, []).append((sentence.start, sentence.end))
                homes[sentence.block] = both.after[0].block
    return Resettled(stood, homes, frozenset(emptied))
