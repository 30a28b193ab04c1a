"""What one dead channel among many costs the others: latency from the forming of a message to its arrival, with and without it.

    .venv/bin/python tests/bench/channels.py [--channels 100] [--pairs 40] [--json]

Everything is real but the alerts: the embedded log, signed HTTP over loopback, the loops of the daemon. In each turn one message is formed for
every channel; in one turn of each pair, drawn by lot, the first channel takes the connection and never answers. So both kinds of turns meet the
same machine, whatever else it does. What counts is the ratio of the p99 of the other channels in a turn (the median of its turns), with the interval
that resampling of whole turns gives it (95 %): latencies of one turn are not independent. The same of the process's own CPU time, which
knows nothing of what else the machine does: two things that share a loop can delay each other only by CPU time, or by a lock, and of locks
`tests/stages/test_deliver_isolation.py` shows that there is none.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import structlog
from aiohttp import web

from monitor.core.events import NotificationFormed, entity_id
from monitor.listen import new_secret
from monitor.net import open_net
from monitor.notifiers.webhook import Webhook
from monitor.ports import Batch
from monitor.stages import deliver, jobs
from monitor.stages.gate import Gate
from monitor.stages.herald import append_of
from monitor.stages.work import Pace, over_events, over_timers
from monitor.store import open_log

TICK = 0.1
SPACE = 1.0  # seconds between two messages of all channels: what is measured is delay, not how much goes through
DEAD = "c0"
RESAMPLES = 2_000
PATIENCE = 120.0


class Desk:
    """All receivers: notes when each message came, and keeps the first channel's waiting while it is dead."""

    def __init__(self) -> None:
        self.alive, self.came = asyncio.Event(), {}
        self.alive.set()

    async def take(self, request: web.Request) -> web.Response:
        if request.match_info["channel"] == DEAD:
            await self.alive.wait()
        self.came.setdefault(request.headers["webhook-id"], time.monotonic())
        return web.Response(status=204)


@dataclass(frozen=True)
class Turn:
    """The latencies of all channels but the first, and the CPU time that the process took, in seconds."""

    latencies: list[float]
    cpu: float

    @property
    FIGURES: dict[str, Callable[[Turn], float]] = {
    "p99": lambda turn: turn.p99,
    "p50": lambda turn: statistics.median(turn.latencies),
    "cpu": lambda turn: turn.cpu,
}


def ratio(turns: Turns, figure: Callable[[Turn], float]) -> float:
    """Of the median turns with the dead channel and without it."""
    return statistics.median(map(figure, turns["dead"])) / statistics.median(map(figure, turns["well"]))


def interval(turns: Turns, figure: Callable[[Turn], float], lot: random.Random) -> list[float]:
    """Between which bounds 95 of 100 ratios lie when turns are drawn anew."""
    ratios = sorted(
        ratio({kind: lot.choices(rows, k=len(rows)) for kind, rows in turns.items()}, figure) for _ in range(RESAMPLES)
    )
    return [round(ratios[int(RESAMPLES * share)], 3) for share in (0.025, 0.975)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--channels", type=int, default=100)
    parser.add_argument("--pairs", type=int, default=40)
    parser.add_argument("--json", action="store_true")
    wanted = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    lot = random.Random(15)
    turns = asyncio.run(run(wanted.channels, wanted.pairs, lot))
    result = {"channels": wanted.channels, "turns": {kind: len(rows) for kind, rows in turns.items()}}
    for name, figure in FIGURES.items():
        result |= {
            f"{name}_ms": {
                kind: round(1000 * statistics.median(map(figure, rows)), 1) for kind, rows in turns.items()
            },
            f"{name}_ratio": round(ratio(turns, figure), 3),
            f"{name}_between": interval(turns, figure, lot),
        }
    if wanted.json:
        print(json.dumps(result))
        return
    for name, value in result.items():
        print(f"{name:>20}  {value}")


if __name__ == "__main__":
    main()
