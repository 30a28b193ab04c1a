"""How soon a feed that has died is called stale, and how often one that lives: invented feeds of several habits, and real posts by the hour.

    .venv/bin/python tests/bench/rhythm.py [FOLDER of ../shared/corpora]

A false alarm is one after which the feed went on. Of real posts those silences are shown in full: a reader can tell whether they were news.
Patience is what the feed was allowed after its last item.
"""

from __future__ import annotations

import gzip
import json
import random
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from monitor.core import rhythm as core
from monitor.core.rhythm import WEEK

MONDAY = int(datetime(2013, 1, 7, tzinfo=UTC).timestamp()) // 3600
WEEKS, FEEDS = 40, 2


def among(hours: dict[int, float], days: range = range(7)) -> Callable[[int], float]:
    return lambda hour: hours.get(hour % 24, 0.0) if hour // 24 in days else 0.0


HABITS: dict[str, Callable[[int], float]] = {
    "agency, never asleep": lambda _: 0.97,
    "every other hour, by chance": lambda _: 0.5,
    "daily, few at night": lambda hour: 0.8 if 6 <= hour % 24 < 22 else 0.02,
    "daily, none at night": among(dict.fromkeys(range(6, 22), 0.8)),
    "working days": among(dict.fromkeys(range(8, 18), 0.7), range(5)),
    "about once a day": among({7: 0.1, 8: 0.6, 9: 0.3}),
    "about once a week": among({8: 0.2, 9: 0.6, 10: 0.3}, range(1, 2)),
    "every other day, by chance": lambda _: 1 / 48,
    "once a week, by chance": lambda _: 1 / 168,
    "once a month, by chance": lambda _: 1 / 720,
}


def watched(hours: list[int]) -> tuple[list[tuple[int, int]], int, core.Rhythm]:
    """(the silences that were called stale and ended, how many pauses were judged, what is known at the end)."""
    rhythm, alarms, judged = core.begun(moment(hours[0] - 1)), [], 0
    for hour in hours:
        judged += rhythm.patience > 0
        if core.is_overdue(rhythm, moment(hour - 1)):
            alarms.append((rhythm.newest, hour))
        rhythm = core.came(rhythm, moment(hour))
    return alarms, judged, rhythm


def moment(hour: int) -> datetime:
    return datetime.fromtimestamp(hour * 3600, UTC)


def invented(share: Callable[[int], float], seed: int) -> list[int]:
    chance = random.Random(seed)
    return [MONDAY + hour for hour in range(WEEKS * WEEK) if chance.random() < share(hour % WEEK)]


def posted(file: Path) -> list[int]:
    with gzip.open(file, "rt") as lines:
        posts = [json.loads(line) for line in lines]
    return sorted({int(post["ts"]) // 3600 for post in posts if post["seq"] == 0})


def main() -> None:
    print(f"{'habit':30}{'pauses':>8}{'false':>7}{'a year':>8}   patience, hours")
    for name, share in HABITS.items():
        runs = [watched(invented(share, seed)) for seed in range(FEEDS)]
        false = sum(len(alarms) for alarms, _, _ in runs)
        patience = [rhythm.patience - rhythm.newest for _, _, rhythm in runs if rhythm.patience]
        known = f"{median(patience):6.0f}" if patience else "unknown"
        print(f"{name:30}{sum(run[1] for run in runs):8}{false:7}{false * 52 / WEEKS / FEEDS:8.2f}   {known}")
    started, rhythm = time.process_time(), watched(invented(HABITS["agency, never asleep"], 0))[2]
    print(f"an item costs {(time.process_time() - started) / (WEEKS * WEEK) * 1e3:.2f} ms at most, once an hour")
    print(f"what is kept of a feed: {len(rhythm.hours)} bytes at most")
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "../shared/corpora") / "revisions"
    for file in sorted(folder.glob("*-posts.jsonl.gz")) + sorted(folder.glob("*-news.jsonl.gz")):
        hours = posted(file)
        alarms, judged, _ = watched(hours)
        print(
            f"\n{file.name}: {len(hours)} hours with posts in {(hours[-1] - hours[0]) // WEEK} weeks, {judged} pauses judged"
        )
        for last, back in alarms:
            print(
                f"  called stale: nothing from {moment(last):%Y-%m-%d} to {moment(back):%Y-%m-%d}, {(back - last) // 24} days"
            )


if __name__ == "__main__":
    main()
