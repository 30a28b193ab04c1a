"""What is asked of a try, and what it answers with: plain values, which cross the border between two processes as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from monitor.core.watch.rules import Entity, Hit

LARGEST: Final = 16 << 20  # bytes of an errand
LONGEST: Final = 400  # characters of a sentence


class Asked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A query, and what it is to be tried on: a text, an article (its id or an address), the last days. None of them: it is only read.

    `everything`: to be told of every change, not only of what appears, disappears or is withdrawn.
    """

    query: Annotated[str, Meta(min_length=1, max_length=10_000)]
    text: Annotated[str, Meta(max_length=100_000)] = ""
    title: Annotated[str, Meta(max_length=1_000)] = ""
    lang: Annotated[str, Meta(pattern="^([a-z]{2,3})?$")] = ""
    article: Annotated[str, Meta(max_length=2_000)] = ""
    days: Annotated[int, Meta(ge=0, le=366)] = 0
    everything: bool = False


class Errand(msgspec.Struct, frozen=True):
    """What the process is told: what was asked, the entities that the query names, the ids of feeds and pages, where the views lie, what time it is."""

    asked: Asked
    entities: list[Entity]
    sources: list[str]
    views: str
    now: datetime


class Remark(msgspec.Struct, frozen=True):
    """Something about the query, at one of its characters."""

    at: int
    says: str


class Spot(msgspec.Struct, frozen=True):
    """A place where a term was found, or was once: `marks` are [start, end] in characters of the sentence."""

    term: str
    change: str
    zone: str
    speaker: str
    sentence: str
    marks: tuple[tuple[int, int], ...]


def spots(hits: Sequence[Hit], most: int) -> tuple[Spot, ...]:
    """The first hits, each with as much of its sentence as can be read at a glance."""
    return tuple(_spot(hit) for hit in hits[:most])


def _spot(hit: Hit) -> Spot:
    first = (
        max(0, min((start for start, _ in hit.marks), default=0) - LONGEST // 3) if len(hit.sentence) > LONGEST else 0
    )
    last = first + LONGEST
    cut = f"{'…' if first else ''}{hit.sentence[first:last]}{'…' if last < len(hit.sentence) else ''}"
    shift = first - (1 if first else 0)
    marks = tuple((start - shift, min(end, last) - shift) for start, end in hit.marks if first <= start < last)
    return Spot(hit.term, hit.change, hit.zone, hit.speaker or "", cut, marks)


class Found(msgspec.Struct, frozen=True):
    """What the query makes of a text. `reason` is the first one why it is not true of it; `stood` and `excluded` are what nearly made it so."""

    holds: bool
    spots: tuple[Spot, ...]
    omitted: int
    stood: tuple[str, ...]
    excluded: tuple[str, ...]
    reason: str


class Turn(msgspec.Struct, frozen=True):
    """An alert as it would have been. `quiet` is why it would have told nobody: `backlog`, `template`, or nothing."""

    at: datetime
    article: str
    url: str
    title: str
    source: str
    revision: int
    changes: tuple[str, ...]
    spots: tuple[Spot, ...]
    quiet: str


class Past(msgspec.Struct, frozen=True):
    """What would have been raised, the newest first; `raised` counts those beyond the bound too, `daily` by days, the last one ending now.

    `whole` is false where time or bounds ended it before its beginning: then `since` is how far back it went.
    """

    turns: tuple[Turn, ...]
    raised: int
    daily: tuple[int, ...]
    judged: int
    since: datetime | None
    whole: bool


class History(msgspec.Struct, frozen=True):
    """One article: what the query makes of its text as it stands, and of all that happened to it."""

    article: str
    url: str
    title: str
    stands: Found | None
    past: Past


class Trial(msgspec.Struct, frozen=True):
    """What came of a try: the query in words and as a table for the configuration, and what it makes of what it was tried on."""

    words: str
    toml: str
    warnings: tuple[Remark, ...] = ()
    text: Found | None = None
    article: History | None = None
    recent: Past | None = None


class Outcome(msgspec.Struct, frozen=True):
    """The trial, or what is wrong with the query."""

    trial: Trial | None = None
    wrong: tuple[Remark, ...] = ()
