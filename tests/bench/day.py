"""A day of many feeds of mixed temper in virtual time: what the adaptive schedule finds, how soon, for how many requests, beside fixed intervals.

    .venv/bin/python tests/bench/day.py [--feeds 5000] [--learn 14] [--mix held-out] [--seed 2] [--corpora ../shared/corpora]

The schedule is the core's, with the default bounds; the world is `tempers.py`: nothing sleeps, nothing is fetched. Each feed is watched for `--learn` days
first; the day after that counts. An entry that left its feed before anybody looked is missed, or could not be seen: it stood there for less than the
shortest wait, or for no longer than that while its server answered. What the table calls waits are those of entries, from when they came
to the look that found them.
"""

from __future__ import annotations

import argparse
import math
import random
import time
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import fmean, median
from typing import Protocol, Self

from tempers import DAY, HOUR, MIXES, MONDAY, Site, invented, real_posts

from monitor.config import USUAL, Polling
from monitor.core import cadence as core
from monitor.core import rhythm as rhythms
from monitor.core.cadence import Bounds
from monitor.core.feed import wait_after_failure
from monitor.core.rhythm import Rhythm

_ADAPTIVE = Polling().adaptive
BOUNDS = Bounds(_ADAPTIVE.min, _ADAPTIVE.max)
RUN_UP = 3 * HOUR  # for a fixed interval, which learns nothing


class Schedule(Protocol):
    """Whoever decides when to look next."""

    def after(self, new: int, shown: int, at: datetime, chance: float) -> timedelta: ...

    def usual(self, at: datetime) -> timedelta: ...


class Fixed:
    """An interval, and nothing else."""

    def __init__(self, every: timedelta) -> None:
        self.every = every

    def after(self, new: int, shown: int, at: datetime, chance: float) -> timedelta:
        del new, shown, at, chance
        return self.every

    def usual(self, at: datetime) -> timedelta:
        del at
        return self.every


class Adaptive:
    """The schedule of the core."""

    def __init__(self, site: Site) -> None:
        self._site, self._seen, self._last = site, 0, None
        self._cadence, self._rhythm = core.begun(site.hints, 0, None), Rhythm()

    def after(self, new: int, shown: int, at: datetime, chance: float) -> timedelta:
        self._seen += new
        if self._last is None:
            self._rhythm = rhythms.begun(at)
        else:
            self._learn(new, shown, self._last, at)
        self._last = at
        return self._wait(at, chance)

    def usual(self, at: datetime) -> timedelta:
        return self._wait(at, 0.5)

    def _learn(self, new: int, shown: int, since: datetime, at: datetime) -> None:
        if new:
            rolls = self._seen > shown
            self._cadence = core.shown(self._cadence, shown, new, rolls=rolls, since=since, at=at)
            self._rhythm = came(self._rhythm, at)
        self._cadence = core.looked(self._cadence, new, (at - since).total_seconds())

    def _wait(self, at: datetime, chance: float) -> timedelta:
        site = self._site
        return core.as_often_as_pays(
            self._cadence, self._rhythm, site.hints, BOUNDS, at, fresh=site.fresh, chance=chance
        )


def came(rhythm: Rhythm, at: datetime) -> Rhythm:
    """As `rhythms.came`, without working out how long a silence may be, which takes most of its time and is not asked for here."""
    hour = math.floor(at.timestamp()) // 3600
    if rhythm.hours and hour <= rhythm.newest:
        return rhythm
    later = hour - rhythm.newest if rhythm.hours else rhythms.MEMORY
    return Rhythm(rhythm.since, hour, rhythms._moved(rhythm.hours, later, 1))


@dataclass
class Day:
    """What came of watching feeds on the day that counts."""

    feeds: int = 0
    requests: int = 0
    waits: list[float] = field(default_factory=list)
    missed: int = 0
    unseeable: int = 0

    def __iadd__(self, other: Day) -> Self:
        self.feeds += other.feeds
        self.requests += other.requests
        self.waits += other.waits
        self.missed += other.missed
        self.unseeable += other.unseeable
        return self

    def found(self, site: Site, places: Iterable[int], shown: int, at: float, since: float) -> None:
        """Count the entries that came since the last look and on this day; the last `shown` of all are still there."""
        for place in places:
            if site.entries[place] < since:
                continue
            if place >= shown:
                self.waits.append(at - site.entries[place])
            elif site.can_be_seen(place, BOUNDS.shortest.total_seconds() * (1 + core.JITTER)):
                self.missed += 1
            else:
                self.unseeable += 1


def watched(site: Site, schedule: Schedule, chance: random.Random, *, since: float, begins: float) -> Day:
    """Look at a feed from `since` on; the day that counts begins at `begins`."""
    day, at, upto, failures = Day(feeds=1), since, bisect_left(site.entries, since), 0
    while at < begins + DAY:
        day.requests += at >= begins
        now, pause = datetime.fromtimestamp(at, UTC), site.refusal(at)
        if pause is not None:
            failures += 1
            wait = wait_after_failure(failures, schedule.usual(now), pause, chance.random())
        else:
            come = bisect_right(site.entries, at)
            shown = min(come, site.shows)
            day.found(site, range(upto, come), come - shown, at, begins)
            wait = schedule.after(min(come - upto, shown), shown, now, chance.random())
            upto, failures = come, 0
        at += wait.total_seconds()
    return day


def adaptive(sites: Sequence[Site], learn: int) -> dict[str, Day]:
    """The day under the core's schedule, by temper."""
    begins = MONDAY + learn * DAY
    return _by_temper(sites, lambda site, chance: watched(
        site, Adaptive(site), chance, since=MONDAY + chance.uniform(0, 300), begins=begins
    ))  # fmt: skip


def fixed(sites: Sequence[Site], learn: int, every: timedelta) -> dict[str, Day]:
    """The same day at a fixed interval."""
    begins, seconds = MONDAY + learn * DAY, every.total_seconds()
    return _by_temper(sites, lambda site, chance: watched(
        site, Fixed(every), chance, since=begins - RUN_UP + chance.uniform(0, seconds), begins=begins
    ))  # fmt: skip


def _by_temper(sites: Sequence[Site], watch: Callable[[Site, random.Random], Day]) -> dict[str, Day]:
    found: dict[str, Day] = {}
    for number, site in enumerate(sites):
        found.setdefault(site.temper, Day()).__iadd__(watch(site, random.Random(number)))
    return dict(sorted(found.items()))


def together(days: Mapping[str, Day]) -> Day:
    """All tempers."""
    whole = Day()
    for day in days.values():
        whole += day
    return whole


# --- what is said of it ----------------------------------------------------------------------------------------------


def row(name: str, day: Day) -> str:
    waits = sorted(day.waits) or [math.nan]
    shown = [median(waits), fmean(waits), waits[int(0.9 * len(waits))], waits[-1]]
    return (
        f"{name:22}{day.feeds:6}{day.requests / day.feeds:10.0f}{len(day.waits):9}"
        + "".join(f"{each:8.0f}" for each in shown)
        + f"{day.missed:8}{day.unseeable:11}"
    )


def main() -> None:
    """Watch the day, and print its table."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--feeds", type=int, default=5000)
    options.add_argument("--learn", type=int, default=14)
    options.add_argument("--mix", choices=MIXES, default="held-out")
    options.add_argument("--seed", type=int, default=2)
    options.add_argument("--corpora", type=Path, default=Path("../shared/corpora"))
    asked = options.parse_args()
    posts = real_posts(asked.corpora)
    sites = [invented(number, asked.seed, asked.mix, asked.learn + 1, posts) for number in range(asked.feeds)]
    began = time.process_time()
    ours = adaptive(sites, asked.learn)
    took = time.process_time() - began
    usual, whole = fixed(sites, asked.learn, USUAL), together(ours)
    equal = timedelta(seconds=2 * median(whole.waits))
    same = together(fixed(sites, asked.learn, equal))
    print(f"mix {asked.mix}, seed {asked.seed}" + ("" if posts else ", without real posts"))
    print(
        f"{'':22}{'feeds':>6}{'requests':>10}{'entries':>9}{'median':>8}{'mean':>8}{'p90':>8}{'most':>8}{'missed':>8}{'unseeable':>11}"
    )
    print(f"{'':28}{'a feed':>10}{'found':>9}{'wait, seconds':>24}")
    for temper, day in ours.items():
        print(row(temper, day))
        print(row("  every 5 minutes", usual[temper]))
    for name, day in (("all", whole), ("  every 5 minutes", together(usual)), (f"  every {equal.seconds} s", same)):
        print(row(name, day))
    print(f"\nrequests: {whole.requests / same.requests:.0%} of the fixed interval of the same median wait,", end=" ")
    print(
        f"{whole.requests / together(usual).requests:.0%} of every 5 minutes; {took / asked.feeds / (asked.learn + 1) * 1e3:.1f} ms of processor a feed and day"
    )


if __name__ == "__main__":
    main()
