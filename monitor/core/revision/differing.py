"""Where two versions of a sentence differ, and what stands beside it: all that has to be read at first. It names nothing."""

from __future__ import annotations

import msgspec
from rapidfuzz.distance import Postfix, Prefix

from monitor.core.revision.sentences import Sentence, SentencePair

_BESIDE = 24  # characters on each side of a difference that may belong to a figure, a hedge or a name in it


class Versions(msgspec.Struct, frozen=True, gc=False):
    """Two versions of a sentence as one text each, and where they differ: the whole of it, where one of them is empty.

    `left` and `right` are what differs with a few words on either side. `changed` are the words that gave way to another, one for
    one, each followed by that other; None where words came or went.
    """

    before: str
    after: str
    left: str
    right: str
    changed: list[str] | None


def compared(pair: SentencePair) -> Versions:
    """The sentences of a pair, with the place where they differ."""
    return versions(_text(pair.before), _text(pair.after))


def _text(sentences: tuple[Sentence, ...]) -> str:
    return sentences[0].text if len(sentences) == 1 else " ".join(sentence.text for sentence in sentences)


def versions(before: str, after: str) -> Versions:
    """Two versions of a sentence, of which one may be empty, with the place where they differ."""
    if not before or not after:
        return Versions(before, after, before, after, None)
    head, tail = _same(before, after)
    return Versions(before, after, *_beside(before, after, head, tail), _changed(before, after, head, tail))


def differing(before: str, after: str) -> tuple[str, str]:
    """Where two texts differ, with a few words on either side."""
    return _beside(before, after, *_same(before, after))


def _same(before: str, after: str) -> tuple[int, int]:
    """How many characters are the same at the head and at the end."""
    head = Prefix.similarity(before, after)
    return head, min(Postfix.similarity(before, after), min(len(before), len(after)) - head)


def _beside(before: str, after: str, head: int, tail: int) -> tuple[str, str]:
    start = before.rfind(" ", 0, head - _BESIDE) if head > _BESIDE else 0
    start = max(start, 0)
    end = _kept_from_a_space(before, tail - _BESIDE) if tail > _BESIDE else 0
    return before[start : len(before) - end], after[start : len(after) - end]


def _changed(before: str, after: str, head: int, tail: int) -> list[str] | None:
    start = before.rfind(" ", 0, head) + 1
    end = _kept_from_a_space(before, tail) if tail else 0
    left, right = before[start : len(before) - end], after[start : len(after) - end]
    if " " not in left and " " not in right:
        return [left, right]
    old, new = left.split(" "), right.split(" ")
    if len(old) != len(new):
        return None
    return [word for pair in zip(old, new, strict=True) if pair[0] != pair[1] for word in pair]


def _kept_from_a_space(text: str, end: int) -> int:
    """How many of so many characters at the end of a text are kept: those from its first space there."""
    space = text.find(" ", len(text) - end)
    return len(text) - space if space >= 0 else 0
