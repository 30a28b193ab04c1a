"""Pages that flip between two states: when such a pair is known, and when one of the two is believed to stay. It compares nothing itself."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from monitor.core.standing import Variant

STAYS_LOOKS, STAYS_OVER = 8, timedelta(hours=24)


def is_variant(past: Sequence[str], wording: str) -> bool:
    """Whether a wording is the other of a known pair: the newest revisions are A, B and A again, and this is B.

    `past` are the wordings of the revisions, the current one last.
    """
    return len(past) >= 3 and past[-2] == wording and past[-3] == past[-1]


def seen_again(other: Variant | None, wording: str, at: datetime) -> Variant:
    """The variant after a look that saw it in place of the revision on record."""
    if other is None or other.wording != wording:
        return Variant(wording, at, 1)
    return Variant(wording, other.since, other.looks + 1)


def stays(other: Variant, at: datetime) -> bool:
    """Whether a variant stands for so long, at so many looks in a row, that it is an edit after all."""
    return other.looks >= STAYS_LOOKS and at - other.since >= STAYS_OVER
