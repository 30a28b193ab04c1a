"""Why: the last decisions about an article in plain words, kept as a note for whoever asks. It decides nothing, and its loss costs nothing else.

A bounded ring: looks that came to the same in a row are one line with its count, so that it reaches back a long way.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

MOST = 50
_LONGEST = 400  # characters of a sentence
_MOST_FILTERS = 8


class Seen(msgspec.Struct, frozen=True, omit_defaults=True):
    """One decision, or `times` equal ones in a row, the last at `until`. `status` is the HTTP status of the newest answer, where there was one."""

    at: datetime
    outcome: str
    why: str
    status: int | None = None
    filters: tuple[str, ...] = ()
    until: datetime | None = None
    times: int = 1


class Explained(msgspec.Struct, frozen=True, omit_defaults=True):
    """The ring, oldest first; when the next look is due at the latest; how often in a row the page could not be read."""

    seen: tuple[Seen, ...] = ()
    next_look: datetime | None = None
    failures: int = 0


def observed(at: datetime, outcome: str, why: str, *, status: int | None = None, filters: tuple[str, ...] = ()) -> Seen:
    """A decision within its bounds."""
    kept = tuple(text[:_LONGEST] for text in filters[:_MOST_FILTERS])
    return Seen(at, outcome, why[:_LONGEST], status, kept)


def noted(explained: Explained, seen: Seen, *, next_look: datetime | None, failures: int = 0) -> Explained:
    """The ring with one more decision."""
    ring = explained.seen
    if ring and _alike(ring[-1], seen):
        again = msgspec.structs.replace(ring[-1], until=seen.at, times=ring[-1].times + 1)
        return Explained((*ring[:-1], again), next_look, failures)
    return Explained((*ring, seen)[-MOST:], next_look, failures)


def _alike(one: Seen, other: Seen) -> bool:
    return (one.outcome, one.why, one.status, one.filters) == (other.outcome, other.why, other.status, other.filters)


def note_key(article: str) -> str:
    """The key of the note."""
    return f"why:{article}"


_json = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Explained)


def encode(explained: Explained) -> bytes:
    """The stored form."""
    return _json.encode(explained)


def decode(raw: bytes | None) -> Explained:
    """Read the note. Nothing, or what another Monitor wrote, is as if nothing had been seen."""
    try:
        return _decoder.decode(raw) if raw else Explained()
    except msgspec.MsgspecError:
        return Explained()
