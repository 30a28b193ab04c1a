"""Where two versions of a sentence differ, and what stands beside it: all that has to be read at first. It names nothing."""

from __future__ import annotations

from rapidfuzz.distance import Postfix, Prefix

_BESIDE = 24  # characters on each side of a difference that may belong to a figure, a hedge or a name in it


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
