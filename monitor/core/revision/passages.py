"""The words that changed in a passage whose sentences were aligned: each sentence against its own other version. It marks nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import NamedTuple

from monitor.core.content import Content
from monitor.core.revision.alignment import BlockPair
from monitor.core.revision.sentences import Sentence, SentencePair
from monitor.core.revision.words import Change, diff
from monitor.core.text import lettering

JOINT = "\n"  # between the blocks of a passage that was split or merged


class _Anchor(NamedTuple):
    """before[a:b] and after[c:d] are one sentence, or one cut in two."""

    a: int
    b: int
    c: int
    d: int
    kept: bool


def passage_changes(pair: BlockPair, old: Content, new: Content) -> tuple[Change, ...]:
    """What changed between the blocks of a pair, as offsets into their texts joined by `JOINT`.

    A sentence that came or went is one change; one that moved goes at one place and comes at another.
    """
    before, after = joined(old, pair.before), joined(new, pair.after)
    anchors = _anchors(pair.sentences, _bases(old, pair.before), _bases(new, pair.after))
    return tuple(_changes(before, after, anchors))


def joined(content: Content, blocks: Sequence[int]) -> str:
    """The text of some blocks, each on its line."""
    return JOINT.join(content.blocks[number].text for number in blocks)


def _bases(content: Content, blocks: Sequence[int]) -> dict[int, int]:
    """Where each of the blocks begins in their joined text."""
    lengths = (len(content.blocks[number].text) + len(JOINT) for number in blocks)
    return dict(zip(blocks, accumulate(lengths, initial=0), strict=False))


def _anchors(pairs: Sequence[SentencePair], old: dict[int, int], new: dict[int, int]) -> Iterator[_Anchor]:
    for pair in pairs:
        if pair.before and pair.after and pair.kind != "moved":
            yield _Anchor(*_extent(pair.before, old), *_extent(pair.after, new), pair.kind == "kept")


def _extent(sentences: Sequence[Sentence], bases: dict[int, int]) -> tuple[int, int]:
    first, last = sentences[0], sentences[-1]
    return bases[first.block] + first.start, bases[last.block] + last.end


def _changes(old: str, new: str, anchors: Iterator[_Anchor]) -> Iterator[Change]:
    a = c = 0
    for anchor in anchors:
        yield from _between(old, a, anchor.a, new, c, anchor.c)
        if not anchor.kept:
            inner = diff(old[anchor.a : anchor.b], new[anchor.c : anchor.d])
            yield from (Change(x + anchor.a, y + anchor.a, z + anchor.c, w + anchor.c) for x, y, z, w in inner)
        a, c = anchor.b, anchor.d
    yield from _between(old, a, len(old), new, c, len(new))


def _between(old: str, a: int, b: int, new: str, c: int, d: int) -> Iterator[Change]:
    """What stands between two anchors went, or came."""
    a, b = _trimmed(old, a, b)
    c, d = _trimmed(new, c, d)
    if lettering(old[a:b]):
        yield Change(a, b, c, c)
    if lettering(new[c:d]):
        yield Change(b, b, c, d)


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    words = text[start:end]
    return start + len(words) - len(words.lstrip()), start + max(len(words.rstrip()), len(words) - len(words.lstrip()))
