"""Feeds of many tempers, invented: when their entries come, what they show, what they say of themselves, when their servers refuse. For `day.py`.

The mix `tuning` is the one that the numbers of `monitor.core.cadence` were chosen by. `held-out` is another one, with days of real posts among it; what is
quoted comes from it, under a seed of its own.
"""

from __future__ import annotations

import gzip
import json
import math
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import accumulate
from pathlib import Path

from monitor.core.cadence import Hints
from monitor.core.rhythm import WEEK

HOUR, DAY = 3_600.0, 86_400.0
MONDAY = datetime(2015, 11, 2, tzinfo=UTC).timestamp()
SILENT = Hints()

Share = Callable[[int], float]
"""Entries an hour, by the hour of the week."""


@dataclass(frozen=True)
class Site:
    """A feed: when its entries come, how many it shows at once, what it and its server say, when that refuses (from, to, Retry-After). Seconds."""

    temper: str
    entries: Sequence[float]
    shows: int
    hints: Hints = SILENT
    fresh: float | None = None
    refuses: Sequence[tuple[float, float, float]] = ()

    def refusal(self, at: float) -> float | None:
        """The pause that is asked for instead of an answer."""
        return next((pause for begins, ends, pause in self.refuses if begins <= at < ends), None)

    def can_be_seen(self, place: int, shortest: float) -> bool:
        """Whether an entry stands there for longer than the shortest wait while the server answers and asks for no pause."""
        gone = place + self.shows
        begins, ends = self.entries[place], self.entries[gone] if gone < len(self.entries) else math.inf
        closed = [(begin, end + pause) for begin, end, pause in self.refuses if begin < ends and end + pause > begins]
        opens = [begins, *(end for _, end in closed)]
        closes = [*(begin for begin, _ in closed), ends]
        return any(close - open_ > shortest for open_, close in zip(opens, closes, strict=True))


# --- tempers ---------------------------------------------------------------------------------------------------------


def by_chance(chance: random.Random, share: Share, days: int) -> list[float]:
    found = []
    for hour in range(days * 24):
        rate, at = share(hour % WEEK), 0.0
        while rate and (at := at + chance.expovariate(rate)) < 1:
            found.append(MONDAY + (hour + at) * HOUR)
    return found


def around(chance: random.Random, low: float, high: float) -> float:
    """Some number between two, small ones as likely as great ones."""
    return math.exp(chance.uniform(math.log(low), math.log(high)))


def wire(chance: random.Random, days: int) -> list[float]:
    rate, zone = around(chance, 6, 40), chance.randrange(24)
    return by_chance(chance, lambda hour: rate * (1 if 6 <= (hour + zone) % 24 < 23 else 0.4), days)


def daily(chance: random.Random, days: int) -> list[float]:
    rate, zone = around(chance, 0.7, 6), chance.randrange(24)
    night, weekend = chance.choice((0.0, 0.0, 0.03)), chance.choice((1.0, 0.5, 0.2))

    def share(hour: int) -> float:
        return rate * (1 if 6 <= (hour + zone) % 24 < 22 else night) * (1 if hour // 24 < 5 else weekend)

    return by_chance(chance, share, days)


def office(chance: random.Random, days: int) -> list[float]:
    rate, zone = around(chance, 0.1, 1.5), chance.randrange(24)
    return by_chance(
        chance, lambda hour: rate if 8 <= (hour + zone) % 24 < 18 and (hour + zone) // 24 % 7 < 5 else 0.0, days
    )


def batch(chance: random.Random, days: int) -> list[float]:
    """All of a day's stories within minutes, at about the same time each day."""
    slot, most = chance.uniform(0, DAY), chance.randint(3, 15)
    begins = (MONDAY + day * DAY + (slot + chance.gauss(0, 600)) % DAY for day in range(days))
    return sorted(at for begin in begins for at in accumulate(_pauses(chance, chance.randint(1, most)), initial=begin))


def _pauses(chance: random.Random, count: int) -> Iterator[float]:
    return (chance.expovariate(1 / 60) for _ in range(count))


def weekly(chance: random.Random, days: int) -> list[float]:
    slot, most = chance.uniform(0, 7 * DAY), chance.randint(1, 4)
    moments = (
        MONDAY + week * 7 * DAY + (slot + chance.gauss(0, 1200)) % (7 * DAY) + chance.expovariate(1 / 300)
        for week in range(math.ceil(days / 7))
        for _ in range(most)
    )
    return sorted(at for at in moments if at < MONDAY + days * DAY)


def blog(chance: random.Random, days: int) -> list[float]:
    rate = around(chance, 1 / 336, 1 / 12)
    return by_chance(chance, lambda _: rate, days)


def dead(chance: random.Random, days: int) -> list[float]:
    del chance, days
    return []


def burster(chance: random.Random, days: int) -> list[float]:
    """Little, and now and then very much within an hour or so."""
    found, at = by_chance(chance, lambda _: 1 / 24, days), MONDAY
    while (at := at + chance.expovariate(1 / (2.5 * DAY))) < MONDAY + days * DAY:
        lasting = chance.uniform(1200, 5400)
        found += [at + chance.uniform(0, lasting) for _ in range(chance.randint(10, 40))]
    return sorted(found)


def clustered(chance: random.Random, days: int) -> list[float]:
    """Every other entry brings one more within the hour."""
    found = by_chance(chance, lambda hour: 0.15 if 6 <= hour % 24 < 22 else 0.03, days)
    for at in found:
        if chance.random() < 0.5:
            found.append(at + chance.expovariate(1 / 1800))
    return sorted(found)


Temper = Callable[[random.Random, int], list[float]]
TEMPERS: dict[str, tuple[Temper, tuple[int, int]]] = {
    "wire": (wire, (20, 50)),
    "daily": (daily, (15, 50)),
    "failing": (daily, (15, 50)),
    "office": (office, (10, 30)),
    "batch": (batch, (10, 40)),
    "burster": (burster, (10, 25)),
    "clustered": (clustered, (10, 30)),
    "weekly": (weekly, (10, 20)),
    "blog": (blog, (10, 25)),
    "dead": (dead, (10, 10)),
}
"""How the entries come, and how few and how many are shown at once."""
SHOWN_BY_REAL = (10, 25)
MIXES: dict[str, dict[str, float]] = {
    "tuning": {"wire": 4, "daily": 16, "failing": 4, "office": 14, "batch": 6, "burster": 4, "clustered": 6, "weekly": 10, "blog": 24, "dead": 12},
    "held-out": {"wire": 7, "daily": 22, "failing": 5, "office": 10, "batch": 4, "burster": 6, "clustered": 8, "weekly": 6, "blog": 14, "dead": 8, "real": 10},
}  # fmt: skip


# --- sites -----------------------------------------------------------------------------------------------------------


def invented(number: int, seed: int, mix: str, days: int, posts: Sequence[Sequence[float]] = ()) -> Site:
    """A feed of a mix, always the same for the same number and seed."""
    chance = random.Random(f"{seed} {mix} {number}")
    shares = {name: share for name, share in MIXES[mix].items() if name in TEMPERS or posts}
    [temper] = chance.choices(list(shares), list(shares.values()))
    if temper in TEMPERS:
        make, shows = TEMPERS[temper]
        entries = make(chance, days)
    else:
        entries, shows = excerpt(chance, chance.choice(posts), days), SHOWN_BY_REAL
    hints, fresh = said(chance)
    return Site(
        temper, entries, chance.randint(*shows), hints, fresh, [*refusals(chance, days)] if temper == "failing" else ()
    )


def said(chance: random.Random) -> tuple[Hints, float | None]:
    """What a feed and its server say; little of it is true."""
    ttl = chance.choice((None, None, None, None, 300.0, 900.0, 1800.0, 3600.0, DAY, 7 * DAY))
    period = chance.choice((None, None, HOUR, DAY))
    skipped = tuple(range(WEEK)) if chance.random() < 0.01 else ()
    return Hints(ttl, period, skipped), chance.choice((None, None, None, 0.0, 60.0, 300.0, 900.0, DAY))


def refusals(chance: random.Random, days: int) -> Iterator[tuple[float, float, float]]:
    """Spells of 429 and 503, some a day, each with its Retry-After."""
    at = MONDAY
    while (at := at + chance.expovariate(1 / (8 * HOUR))) < MONDAY + days * DAY:
        lasting, pause = chance.uniform(300, 3600), chance.choice((0.0, 60.0, 300.0, 900.0))
        yield at, at + lasting, pause
        at += lasting + pause


def real_posts(folder: Path) -> list[list[float]]:
    """When the posts of two public records came and were edited."""
    found = []
    for file in sorted(folder.glob("revisions/*-posts.jsonl.gz")) + sorted(folder.glob("revisions/*-news.jsonl.gz")):
        with gzip.open(file, "rt") as lines:
            found.append(sorted(float(post["ts"]) for post in map(json.loads, lines)))
    return found


def excerpt(chance: random.Random, moments: Sequence[float], days: int) -> list[float]:
    """Some weeks of what really happened, moved to ours by whole weeks, so that the hours of the week stay."""
    begins = chance.uniform(moments[0], moments[-1] - days * DAY)
    by = math.floor((MONDAY - begins) / (7 * DAY)) * 7 * DAY
    return [at + by for at in moments if MONDAY <= at + by < MONDAY + days * DAY]
