"""Whether the time that a wrong token costs tells anything of the right one: `python tests/bench/guessing.py`. Prints a table; no test.

As many wrong tokens of each kind as asked for, each made anew, in random order with random ones of the same length; the t of Welch's test over what
is left without the slowest twentieth (Reparaz, Balasch, Verbauwhede: "Dude, is my code constant time?", 2017). Beyond 4.5 either way, times differ.
A comparison letter by letter, which does tell, is measured beside it, so that one sees what the bench can see.
"""

from __future__ import annotations

import argparse
import gc
import random
import secrets
import statistics
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from rich.console import Console
from rich.table import Table

from monitor.web.door import Keys
from monitor.web.token import Token

RIGHT = secrets.token_hex(32)
KEPT = 0.95  # of the samples: the others were interrupted
BATCH = 1_000
KINDS = {  # how long a token is, and how many of its letters are right
    "all wrong": (64, 0),
    "the first half right": (64, 32),
    "all but the last letter right": (64, 63),
    "right, a letter short": (63, 63),
    "right, half as long": (32, 32),
}

Opens = Callable[[Any], bool]


def made(length: int, right: int) -> str:
    """A token that is wrong from some letter on."""
    while (token := RIGHT[:right] + secrets.token_hex(32)[: length - right]) == RIGHT:
        pass
    return token


def asking(token: str) -> Any:
    """As much of a request as the door looks at."""
    return SimpleNamespace(headers={"authorization": f"Bearer {token}"}, method="GET", path="/metrics")


def by_letters(request: Any) -> bool:
    """How not to do it."""
    given = request.headers["authorization"].partition(" ")[2]
    return len(given) == len(RIGHT) and all(mine == theirs for mine, theirs in zip(given, RIGHT, strict=True))


def measured(opens: Opens, length: int, right: int, samples: int) -> tuple[list[int], list[int]]:
    """Nanoseconds of those with so many letters right, and of those with none."""
    times: tuple[list[int], list[int]] = ([], [])
    for _ in range(2 * samples // BATCH):
        batch = [(which, asking(made(length, (right, 0)[which]))) for which in random.choices((0, 1), k=BATCH)]
        for which, request in batch:
            begin = time.perf_counter_ns()
            opened = opens(request)
            times[which].append(time.perf_counter_ns() - begin)
            assert not opened
    ones, others = (sorted(found)[: int(len(found) * KEPT)] for found in times)
    return ones, others


def welch(ones: list[int], others: list[int]) -> float:
    """Welch's t."""
    spread = statistics.variance(ones) / len(ones) + statistics.variance(others) / len(others)
    return (statistics.fmean(ones) - statistics.fmean(others)) / spread**0.5 if spread else 0.0


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=int, default=100_000)
    samples = parser.parse_args().samples
    keys = Keys(Token.of(RIGHT))
    ways: dict[str, Opens] = {"the door": keys.open_to, "letter by letter": by_letters}
    gc.disable()
    table = Table("token", title=f"{samples:,} samples of each and as many of random ones: mean ns, random ns, t")
    for way in ways:
        table.add_column(way, justify="right")
    for kind, (length, right) in KINDS.items():
        pairs = [measured(opens, length, right, samples) for opens in ways.values()]
        cells = [
            f"{statistics.fmean(ones):,.1f}  {statistics.fmean(others):,.1f}  {welch(ones, others):+.1f}"
            for ones, others in pairs
        ]
        table.add_row(kind, *cells)
    Console(width=110).print(table)


if __name__ == "__main__":
    main()
