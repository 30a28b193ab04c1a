"""How often a feed brings something, learned from what it brought, and how long it may be silent before that is news. It reads no feed and no clock.

Nights and weekends are no silence: time is counted in what a feed usually brings by then. For each hour of the week the share of weeks in which
it brought something is known; a pause is as long as the sum of these shares over its hours, so that hours in which nothing ever comes count
nothing. On that scale an ordinary pause is about 1 (time rescaling: Brown et al., Neural Computation 14, 2002).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import accumulate, pairwise
from statistics import fmean

import msgspec

HOUR = 3600
DAY = 24  # hours
WEEK = 168  # hours
MEMORY = 13 * WEEK  # hours that are remembered: a quarter
GLIMPSE = 2 * DAY  # hours of watching before anything is made of what hours they were
BELIEVED = 3  # weeks, or days, that what is believed of an hour weighs, against those seen
LEARNING = 2 * WEEK  # hours of watching before anything is said: two weekends
FEWEST = 5  # pauses that must be known
CHANCE = 1e-3  # that a pause of a feed that is well is longer than allowed, by its spread alone
DOUBT = 10  # pauses that the assumption of pure chance weighs, against those seen
SLEEP = 6  # hours: whoever has paused so long has nights, and takes days off, too
DAY_OFF = 1.25  # of its busiest day of the week

_EVERY = {length: sum(1 << place for place in range(0, MEMORY, length)) for length in (DAY, WEEK)}


class Rhythm(msgspec.Struct, frozen=True, omit_defaults=True):
    """The hours, counted from the epoch, in which something new came, of the last quarter before the newest.

    `hours` is a bitmap in hex: bit n stands for n hours before `newest`. `since`: watched from then on. `unseen` is another, of those hours
    among them before which nobody looked for long, so that nothing is known of the pause that ended there.
    `patience` is the hour from which the feed is silent for too long; 0 while that is not known.
    """

    since: int = 0
    newest: int = 0
    hours: str = ""
    unseen: str = ""
    patience: int = 0

    @property
    def last(self) -> datetime | None:
        """The beginning of the hour in which something came last."""
        return datetime.fromtimestamp(self.newest * HOUR, UTC) if self.hours else None


class Pauses(msgspec.Struct, frozen=True):
    """How long a feed has paused so far, in seconds by the clock: nine of ten pauses were not longer than `usual`."""

    usual: float
    longest: float


def begun(at: datetime) -> Rhythm:
    """Nothing came yet: what a feed holds at first sight came before."""
    return Rhythm(since=_hour(at))


def came(rhythm: Rhythm, at: datetime, *, unseen: bool = False) -> Rhythm:
    """Something new came. `unseen`: nobody looked for long before, so that it may have come at any time since then."""
    hour = _hour(at)
    if rhythm.hours and hour <= rhythm.newest:
        return rhythm
    later = hour - rhythm.newest if rhythm.hours else MEMORY
    known = Rhythm(
        rhythm.since or hour, hour, _moved(rhythm.hours, later, 1), _moved(rhythm.unseen, later, int(unseen))
    )
    return msgspec.structs.replace(known, patience=_patience(known))


def is_overdue(rhythm: Rhythm, at: datetime) -> bool:
    """Whether nothing has come for longer than the rhythm allows; never where too little is known of it."""
    return 0 < rhythm.patience <= _hour(at)


def pauses(rhythm: Rhythm) -> Pauses:
    """What is known of its pauses. Raises ValueError where nothing is."""
    lengths = sorted(after - before for before, after in _pauses(rhythm))
    if not lengths:
        raise ValueError("no pause is known")
    usual = lengths[math.ceil(0.9 * len(lengths)) - 1]
    return Pauses(float(usual * HOUR), float(lengths[-1] * HOUR))


def bearing(rhythm: Rhythm, hour: int, at: datetime) -> float:
    """How much more often than on average something comes in an hour (counted from the epoch) like that one; 1.0 while little is known.

    Judged by that hour of all weeks watched until now, of which few are believed as far as that hour of all days agrees, and those
    as far as all hours do.
    """
    first = max(rhythm.since, rhythm.newest - MEMORY + 1)
    now, bits = _hour(at), int(rhythm.hours or "0", 16)
    if not bits or now - first < GLIMPSE:
        return 1.0
    overall = bits.bit_count() / (now - first)
    daily = _shrunk(rhythm, bits, (hour, DAY), range(first, now), overall)
    return _shrunk(rhythm, bits, (hour, WEEK), range(first, now), daily) / overall


def has_borne(rhythm: Rhythm, hour: int) -> bool:
    """Whether something came in an hour (counted from the epoch) like that one of any week that is remembered."""
    return bool(int(rhythm.hours or "0", 16) & (_EVERY[WEEK] << (rhythm.newest - hour) % WEEK))


def of_the_week(hour: int) -> int:
    """Which hour of the week it is, from Monday 00:00 UTC."""
    return (hour + 3 * DAY) % WEEK  # the epoch was a Thursday


def _shrunk(rhythm: Rhythm, bits: int, cycle: tuple[int, int], watched: range, believed: float) -> float:
    """The share of hours in which something came, of those watched that lie whole cycles before an hour; few of them move what is believed a little."""
    hour, length = cycle
    found = (bits & (_EVERY[length] << (rhythm.newest - hour) % length)).bit_count()
    count = (watched.stop - 1 - hour) // length - (watched.start - 1 - hour) // length
    return (found + BELIEVED * believed) / (count + BELIEVED)


def _patience(rhythm: Rhythm) -> int:
    """The hour from which a silence is too long, if nothing comes before."""
    hours, ends = _hours(rhythm), _pauses(rhythm)
    if rhythm.newest - rhythm.since < LEARNING or len(ends) < FEWEST:
        return 0
    week = _week(rhythm, hours)
    upto = list(accumulate(week[hour % WEEK] for hour in range(hours[0], rhythm.newest + 1)))
    allowed = _allowed([upto[after - hours[0]] - upto[before - hours[0]] for before, after in ends])
    longest = max(after - before for before, after in ends)
    if longest >= SLEEP:
        allowed = max(allowed, DAY_OFF * max(math.fsum(week[day : day + 24]) for day in range(0, WEEK, 24)))
    return max(_reached(week, rhythm.newest, allowed), rhythm.newest + SLEEP)


def _week(rhythm: Rhythm, hours: Sequence[int]) -> list[float]:
    """For each hour of the week, the share of weeks in which something came; an hour that was never watched counts nothing."""
    first = max(rhythm.since, rhythm.newest - MEMORY + 1)
    whole, more = divmod(rhythm.newest + 1 - first, WEEK)
    found = [0] * WEEK
    for hour in hours:
        found[hour % WEEK] += 1
    weeks = [whole + ((hour - first) % WEEK < more) for hour in range(WEEK)]
    return [some / watched if watched else 0.0 for some, watched in zip(found, weeks, strict=True)]


def _allowed(seen: Sequence[float]) -> float:
    """How long a pause may be, of those seen: twice the longest at least, and more the fewer they are and the more they differ.

    Where pauses come by pure chance, one more than `n` known ones is longer than c times their mean with the chance (1 + c/n)^-n;
    where they are regular it is as much nearer to the mean as they are.
    """
    count, mean = len(seen), fmean(seen)
    chance: float = count * (CHANCE ** (-1 / count) - 1)
    deviation = math.sqrt(fmean((pause - mean) ** 2 for pause in seen))
    spread = (count * min(deviation / mean, 1.0) + DOUBT) / (count + DOUBT)
    return max(2 * max(seen), mean * (1 + spread * (chance - 1)))


def _reached(week: Sequence[float], start: int, allowed: float) -> int:
    """The first hour by whose end, counted from the end of `start`, more would have come than is allowed to be missed."""
    whole = sum(week)
    weeks = max(math.floor(allowed / whole) - 1, 0)
    hour, missed = start + weeks * WEEK, weeks * whole
    while missed <= allowed:
        hour += 1
        missed += week[hour % WEEK]
    return hour + 1


def _pauses(rhythm: Rhythm) -> list[tuple[int, int]]:
    """The hours between which nothing came, though somebody looked."""
    unseen = set(_set_in(rhythm.unseen, rhythm.newest))
    return [(before, after) for before, after in pairwise(_hours(rhythm)) if after not in unseen]


def _hours(rhythm: Rhythm) -> list[int]:
    """The hours in which something came, oldest first."""
    return _set_in(rhythm.hours, rhythm.newest)


def _set_in(bitmap: str, newest: int) -> list[int]:
    bits = f"{int(bitmap or '0', 16):b}"
    first = newest - len(bits) + 1
    return [first + place for place, bit in enumerate(bits) if bit == "1"]


def _moved(bitmap: str, later: int, newest: int) -> str:
    """The bitmap so many hours later, with its newest bit; empty where none is set."""
    bits = (int(bitmap or "0", 16) << min(later, MEMORY) | newest) & ((1 << MEMORY) - 1)
    return f"{bits:x}" if bits else ""


def _hour(at: datetime) -> int:
    return math.floor(at.timestamp()) // HOUR
