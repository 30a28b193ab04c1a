"""Where two versions of a sentence differ, and what stands beside it: all that has to be read at first. It names nothing."""

from __future__ import annotations

import msgspec
from rapidfuzz.distance import Postfix, Prefix

from monitor.core.revision.sentences import Sentence, SentencePair

_BESIDE = 24  # characters on each side of a difference that may belong to a figure, a hedge or a name in it


class Compared(msgspec.Struct, frozen=True, gc=False):
    """The sentences of a pair as one text each, and where they differ: the whole of it, where one of them is empty."""

    pair: SentencePair
    before: str
    after: str
    left: str
    right: str


def compared(pair: SentencePair) -> Compared:
    """A pair of sentences, with the place where they differ."""
    before, after = _text(pair.before), _text(pair.after)
    left, right = differing(before, after) if before and after else (before, after)
    return Compared(pair, before, after, left, right)


def _text(sentences: tuple[Sentence, ...]) -> str:
    return sentences[0].text if len(sentences) == 1 else " ".join(sentence.text for sentence in sentences)


def differing(before: str, after: str) -> tuple[str, str]:
    """Where two versions of a sentence differ, with a few words on either side: what is read of an edit at first."""
    head = Prefix.similarity(before, after)
    tail = min(Postfix.similarity(before, after), min(len(before), len(after)) - head)
    start = max(head - _BESIDE, 0)
    if start:
        start = max(before.rfind(" ", 0, start), 0)
    more = max(tail - _BESIDE, 0)
    if more:
        space = before.find(" ", len(before) - more)
        more = len(before) - space if space >= 0 else 0
    return before[start : len(before) - more], after[start : len(after) - more]
