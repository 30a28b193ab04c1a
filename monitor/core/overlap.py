"""Whether two looks at a feed overlap: where the later one knows no entry of the earlier, others may have come and gone in between."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

import msgspec

AGAIN: Final = timedelta(days=1)  # until a gap is said again


class Gaps(msgspec.Struct, frozen=True, omit_defaults=True):
    """How often two looks did not overlap, the window between the last two that did not, and when that was said last.

    Of the `entries` of the last look that brought a change, `known` were known before.
    """

    count: int = 0
    since: datetime | None = None
    until: datetime | None = None
    said: datetime | None = None
    entries: int = 0
    known: int = 0


def counted(
    gaps: Gaps, before: Mapping[str, str], seen: Mapping[str, str], last: datetime | None, at: datetime
) -> Gaps:
    """One more look. `before` and `seen` map keys to fingerprints; `last` is when the feed was read before, None where it never was.

    Whoever gives all entries new keys says the same words under them: those are known.
    """
    words = set(before.values())
    known = sum(key in before or fingerprint in words for key, fingerprint in seen.items())
    gaps = msgspec.structs.replace(gaps, entries=len(seen), known=known)
    if known or not seen or not before or last is None:
        return gaps
    return msgspec.structs.replace(gaps, count=gaps.count + 1, since=last, until=at)


def is_worth_saying(gaps: Gaps, at: datetime) -> bool:
    """Whether the gap that ends now is said: a feed that never overlaps says so once a day."""
    return gaps.until == at and (gaps.said is None or at - gaps.said >= AGAIN)
