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
    def p99(self) -> float:
        return sorted(self.latencies)[int(len(self.latencies) * 0.99)]


Turns = dict[str, list[Turn]]


async def run(channels: int, pairs: int, lot: random.Random) -> Turns:
    """The turns in which the first channel lives, and those in which it does not."""
    desk = Desk()
    async with AsyncExitStack() as stack:
        application = web.Application()
        application.router.add_post("/{channel}", desk.take)
        runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        origin = f"http://127.0.0.1:{runner.addresses[0][1]}"
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="monitor-bench-"))
        log = await stack.enter_async_context(open_log("embedded", data_dir=Path(folder)))
        net = await stack.enter_async_context(open_net(user_agent="bench"))
        names = [DEAD, *(f"c{number}" for number in range(1, channels))]
        paces = {name: Pace() for name in names}
        secret = new_secret()
        loops = [
            over_events(log, deliver.GROUP, 0, deliver.Dispatcher(log, paces), Pace(), deliver.lane_of),
            ring(list(paces.values())),
        ]
        for name in names:
            notifier = Webhook(net, f"{origin}/{name}", [secret], allow_private=True)
            courier = deliver.Courier(log, name, notifier, gate := Gate(20.0))
            kind = jobs.deliveries_of(name)
            loops.append(over_timers(log, kind, 0, courier, paces[name], concurrency=4, lease=120.0, gate=gate))
        tasks = [asyncio.create_task(loop) for loop in loops]
        await turn(log, desk, names, "warm", dead=False)
        turns: Turns = {"well": [], "dead": []}
        for number in range(pairs):
            for kind in lot.sample(["well", "dead"], 2):
                turns[kind].append(await turn(log, desk, names, f"{number} {kind}", dead=kind == "dead"))
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return turns


async def turn(log, desk: Desk, channels: list[str], name: str, *, dead: bool) -> Turn:
    """One message for every channel; how long each took to all but the first, which lives again afterwards."""
    if dead:
        desk.alive.clear()
    appends = []
    for channel in channels:
        body = json.dumps({"type": "alert.raised", "data": {"summary": "x" * 2000}})
        event = NotificationFormed(
            datetime.now(UTC), entity_id("msg", channel, name), channel, (), f"article_{name}", body
        )
        appends.append(append_of(event))
    began, cpu = time.monotonic(), time.process_time()
    await log.commit(Batch(0, appends=tuple(appends)))
    others = [append.entity for append, channel in zip(appends, channels, strict=True) if channel != DEAD]
    await until_they_came(desk, others)
    await asyncio.sleep(max(SPACE - (time.monotonic() - began), 0.05))
    desk.alive.set()
    return Turn([desk.came[message] - began for message in others], time.process_time() - cpu)


async def ring(paces: list[Pace]) -> None:
    while True:
        await asyncio.sleep(TICK)
        for pace in paces:
            await pace.ring()


async def until_they_came(desk: Desk, names: list[str]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not all(name in desk.came for name in names):
            await asyncio.sleep(0.02)


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
            f"{name}_ms": {kind: round(1000 * statistics.median(map(figure, rows)), 1) for kind, rows in turns.items()},
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
