"""The sentences of two texts against each other, within the paragraphs that changed and across them. It names no edit."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from monitor.core.revision.moving import moves
from monitor.core.revision.pairing import Kind, in_place, rearranged
from monitor.core.sentences import sentences

_MOST_CHARACTERS = 200_000  # of one paragraph: a longer one is not taken apart


class Sentence(msgspec.Struct, frozen=True, order=True, gc=False):
    """One sentence: the number of its block in its own text, and its place there in code points."""

    block: int
    start: int
    end: int
    text: str


class SentencePair(msgspec.Struct, frozen=True, gc=False):
    """Sentences that are one: kept in all letters and figures, changed, split, merged, moved (and perhaps reworded), or alone."""

    kind: Kind
    before: tuple[Sentence, ...]
    after: tuple[Sentence, ...]


def told_apart(block: int, text: str) -> list[Sentence]:
    """The sentences of a block; one that is immensely long is one."""
    spans = sentences(text) if len(text) <= _MOST_CHARACTERS else [(0, len(text))]
    return [Sentence(block, start, end, text[start:end]) for start, end in spans]


def pairs(old: Sequence[Sentence], new: Sequence[Sentence]) -> list[SentencePair]:
    """The sentences of a passage as pairs, in the order of the newer text; what was removed stands where it stood."""
    if not old or not new:
        return [SentencePair("removed", (one,), ()) for one in old] + [SentencePair("added", (), (one,)) for one in new]
    before, after = [sentence.text for sentence in old], [sentence.text for sentence in new]
    if kinds := in_place(before, after):
        return [SentencePair(kind, (one,), (other,)) for kind, one, other in zip(kinds, old, new, strict=True)]
    links = rearranged(before, after)
    return [SentencePair(link.kind, tuple(old[link.a : link.b]), tuple(new[link.c : link.d])) for link in links]


def across(passages: Sequence[Sequence[SentencePair]]) -> list[tuple[SentencePair, ...]]:
    """The pairs of several passages, where a sentence that left one and came to another has moved."""
    gone = sorted(pair.before[0] for passage in passages for pair in passage if pair.kind == "removed")
    come = sorted(pair.after[0] for passage in passages for pair in passage if pair.kind == "added")
    if not gone or not come or sum(map(_parts_with_any, passages)) < 2:  # within one passage its links told the moves
        return [tuple(passage) for passage in passages]
    found = moves([sentence.text for sentence in gone], [sentence.text for sentence in come])
    home = {come[j]: gone[i] for i, j in found}
    left = set(home.values())
    return [tuple(_resettled(passage, home, left)) for passage in passages]


def _parts_with_any(passage: Sequence[SentencePair]) -> bool:
    """Whether a sentence left a passage, or came to it."""
    return any(pair.kind in {"removed", "added"} for pair in passage)


def _resettled(
    passage: Sequence[SentencePair], home: dict[Sentence, Sentence], left: set[Sentence]
) -> list[SentencePair]:
    settled = []
    for pair in passage:
        if pair.kind == "added" and pair.after[0] in home:
            settled.append(SentencePair("moved", (home[pair.after[0]],), pair.after))
        elif pair.kind != "removed" or pair.before[0] not in left:
            settled.append(pair)
    return settled
