"""How long to wait until the next look at a feed: as often as it pays where nobody named a time for it, else exactly as was said.

A look costs a request; an entry that came and was not seen yet waits. The next look is due when the entries that are to be expected by then will have
waited, all together, for as long as a request is worth (`WORTH`): a feed that brings four times as much is looked at twice as often, by
which a number of requests makes entries wait least (Sia, Cho and Cho, Efficient Monitoring Algorithm for Fast News Alerts, IEEE TKDE 19, 2007).
What is to be expected is what came of late, or what usually comes in these hours of the week, whichever is more. Where few of the entries
that a look found were known already, the next comes sooner still, for what a feed shows no longer is lost.

It reads no feed and asks neither the clock nor chance: both come as numbers.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

import msgspec

from monitor.core import rhythm as rhythms
from monitor.core.rhythm import HOUR, WEEK, Rhythm

WORTH = 25.0  # seconds of one entry's waiting: a feed that brings an entry an hour is looked at every seven minutes
LATELY = HOUR  # seconds: how far back goes what came of late, older looks counting less and less
USUALLY = WEEK * HOUR  # seconds: the same of what usually comes
GUESSED = 6 * HOUR  # seconds of watching that a feed's own word on itself weighs
UNKNOWN = 1 / HOUR  # entries a second of a feed that says nothing
OUTBURST = 1 / 60  # entries a second of which none may be lost even where nothing like that was seen yet
SPARE = 0.5  # of what a feed shows at once: so much of it may be new, at the quickest that was seen
FORGOTTEN = 2 * WEEK * HOUR  # seconds after which the quickest counts half
SHRINKING = 0.9  # of what a feed showed at once, where it shows less now
DOUBTED = 0.2  # entries: where as many are to be expected sooner, a feed's word on when to come again delays no look
JITTER = 0.05  # each way
SOON = 0.1  # of an interval: what is so near is not due yet, but once more


class Bounds(NamedTuple):
    """The shortest and the longest wait."""

    shortest: timedelta
    longest: timedelta


class Hints(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a feed says of when to come again.

    `ttl`: seconds for which a copy is good. `period`: seconds between two updates. `skipped`: hours of the week, counted from
    Monday 00:00 UTC, in which nothing comes.
    """

    ttl: float | None = None
    period: float | None = None
    skipped: tuple[int, ...] = ()


class Cadence(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the looks at a feed brought, as far as it tells when to look next.

    `lately` and `usually`: new entries a second; `watched`: seconds, those that `usually` comes from. `quickest`: the most
    entries a second that came between two looks. `shows`: how many entries it shows at once, where older ones make room for new
    ones; else 0.
    """

    lately: float = 0.0
    usually: float = 0.0
    watched: float = 0.0
    quickest: float = 0.0
    shows: int = 0


def begun(hints: Hints, entries: int, reach: float | None) -> Cadence:
    """What the first look at a feed lets expect: by its entries, which reach back so many seconds, or by its own word, or as of any feed."""
    if entries and reach and reach >= HOUR:
        return Cadence(usually=entries / reach, watched=GUESSED)
    return Cadence(usually=1 / hints.period if hints.period else UNKNOWN, watched=GUESSED)


def looked(cadence: Cadence, new: int, apart: float) -> Cadence:
    """After a look that found so many new entries, so many seconds after the look before it."""
    apart = max(apart, 1.0)
    watched = min(cadence.watched + apart, USUALLY)
    return msgspec.structs.replace(
        cadence,
        lately=_averaged(cadence.lately, new, apart, LATELY),
        usually=_averaged(cadence.usually, new, apart, watched),
        watched=watched,
        quickest=max(cadence.quickest * 0.5 ** (apart / FORGOTTEN), (new - 1) / apart),
    )


def _averaged(rate: float, new: int, apart: float, memory: float) -> float:
    kept = math.exp(-apart / memory)
    return rate * kept + new / apart * (1 - kept)


def shown(cadence: Cadence, entries: int, new: int, *, rolls: bool, since: datetime, at: datetime) -> Cadence:
    """After a look that read so many entries, so many of them new: whether what it shows reaches back to the look before, at `since`.

    `rolls`: entries that were known are shown no more. Where nothing reaches back, as many as are new may have come and gone between.
    """
    if not rolls:
        return msgspec.structs.replace(cadence, shows=0)
    lost = 2 * new / max((at - since).total_seconds(), 1.0) if new == entries else 0.0
    shows = max(entries, math.floor(cadence.shows * SHRINKING))
    return msgspec.structs.replace(cadence, shows=shows, quickest=max(cadence.quickest, lost))


def as_often_as_pays(
    cadence: Cadence,
    rhythm: Rhythm,
    hints: Hints,
    bounds: Bounds,
    at: datetime,
    *,
    fresh: float | None = None,
    chance: float = 0.5,
) -> timedelta:
    """How long to wait from `at` on, within the bounds. `fresh`: seconds for which the server calls its answer good.

    `chance` is in [0, 1) and keeps feeds from marching in step.
    """
    shortest, longest = bounds.shortest.total_seconds(), bounds.longest.total_seconds()
    coming = _coming(cadence, rhythm, hints, at, longest)
    wait = max(_until_worth(coming), _asked_for(hints, fresh, coming))
    wait = min(max(min(wait, _before_it_rolls(cadence)), shortest), longest)
    least, most = max(wait * (1 - JITTER), shortest), min(wait * (1 + JITTER), longest)
    return timedelta(seconds=least + (most - least) * chance)


def on_the_beat(every: timedelta, late: timedelta) -> timedelta:
    """How long to wait where the interval was named, so long after a look was due: until its beat comes again.

    What would be due within a tenth of the interval is passed over.
    """
    since = late / every % 1
    return every * (1 - since if since <= 1 - SOON else 2 - since)


# --- what is to be expected, and for how long it can wait ------------------------------------------------------------


def _coming(cadence: Cadence, rhythm: Rhythm, hints: Hints, at: datetime, ahead: float) -> list[tuple[float, float]]:
    """For how many seconds how many entries a second are to be expected, hour by hour."""
    now = at.timestamp()
    hours = range(math.floor(now / HOUR), math.ceil((now + ahead) / HOUR))
    return [
        (min((hour + 1) * HOUR, now + ahead) - max(hour * HOUR, now), _rate(cadence, rhythm, hints, hour, at))
        for hour in hours
    ]


def _rate(cadence: Cadence, rhythm: Rhythm, hints: Hints, hour: int, at: datetime) -> float:
    if rhythms.of_the_week(hour) in hints.skipped and not rhythms.has_borne(rhythm, hour):
        return cadence.lately
    return max(cadence.lately, cadence.usually * rhythms.bearing(rhythm, hour, at))


def _until_worth(coming: Sequence[tuple[float, float]]) -> float:
    """Seconds until the entries that came by then have waited for what a request is worth; all of the time where they will not have."""
    passed, entries, left = 0.0, 0.0, WORTH
    for seconds, rate in coming:
        # What stands there waits all of the time, what comes meanwhile half of it: entries * t + rate * t² / 2 = left.
        root = entries + math.sqrt(entries * entries + 2 * rate * left)
        within = 2 * left / root if root else math.inf
        if within <= seconds:
            return passed + within
        left -= entries * seconds + rate * seconds * seconds / 2
        entries += rate * seconds
        passed += seconds
    return passed


def _asked_for(hints: Hints, fresh: float | None, coming: Sequence[tuple[float, float]]) -> float:
    """Seconds that the feed and its server ask for, as far as no news waits meanwhile: most such words are set once and forgotten."""
    return min(max(hints.ttl or 0.0, fresh or 0.0), _until_expected(coming, DOUBTED))


def _until_expected(coming: Sequence[tuple[float, float]], entries: float) -> float:
    """Seconds until so many entries are to be expected; infinitely many where they are not."""
    passed = 0.0
    for seconds, rate in coming:
        if rate * seconds >= entries:
            return passed + entries / rate
        entries -= rate * seconds
        passed += seconds
    return math.inf


def _before_it_rolls(cadence: Cadence) -> float:
    """Seconds in which it shows no more new entries than it can."""
    if not cadence.shows:
        return math.inf
    return cadence.shows * min(1 / OUTBURST, SPARE / cadence.quickest if cadence.quickest else math.inf)
