"""What one dead channel among many costs the others: latency from the forming of a message to its arrival, with and without it.

    .venv/bin/python tests/bench/channels.py [--channels 100] [--messages 10] [--rounds 5] [--json]

Everything is real but the alerts: the embedded log, signed HTTP over loopback, the loops of the daemon. Runs with and without the
dead channel alternate; what counts is the ratio of the p99 latencies of the channels that live in both. All receivers
stand on one host; the dead one takes the connection and never answers.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import statistics
import tempfile
import time
from contextlib import AsyncExitStack
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
SPACE = 2.0  # seconds between two messages of all channels: what is measured is delay, not how much goes through
PATIENCE = 120.0


class Desk:
    """All receivers: notes when each message came, and keeps the dead one's waiting."""

    def __init__(self, dead: str | None) -> None:
        self.dead, self.came = dead, {}

    async def take(self, request: web.Request) -> web.Response:
        if request.match_info["channel"] == self.dead:
            await asyncio.sleep(3600)
        self.came.setdefault(request.headers["webhook-id"], time.monotonic())
        return web.Response(status=204)


async def run(channels: int, messages: int, dead: str | None) -> list[float]:
    """One run; the latencies in seconds of the messages to the channels that live in every run."""
    desk = Desk(dead)
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
        names = [f"c{number}" for number in range(channels)]
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
        formed = await form(log, names, messages)
        await until_they_came(desk, [name for name, (channel, _) in formed.items() if channel != "c0"])
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return [desk.came[name] - at for name, (channel, at) in formed.items() if channel != "c0"]


async def form(log, channels: list[str], messages: int) -> dict[str, tuple[str, float]]:
    """Form a message for every channel, again and again."""
    formed = {}
    for turn in range(messages):
        appends = []
        for channel in channels:
            body = json.dumps({"type": "alert.raised", "data": {"summary": "x" * 2000}})
            event = NotificationFormed(
                datetime.now(UTC), entity_id("msg", channel, str(turn)), channel, (), f"article_{turn}", body
            )
            appends.append(append_of(event))
            formed[event.notification] = channel, time.monotonic()
        await log.commit(Batch(0, appends=tuple(appends)))
        await asyncio.sleep(SPACE)
    return formed


async def ring(paces: list[Pace]) -> None:
    while True:
        await asyncio.sleep(TICK)
        for pace in paces:
            await pace.ring()


async def until_they_came(desk: Desk, names: list[str]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not all(name in desk.came for name in names):
            await asyncio.sleep(0.02)


def quantile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--channels", type=int, default=100)
    parser.add_argument("--messages", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    wanted = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    runs: dict[str, list[list[float]]] = {"well": [], "dead": []}
    for _ in range(wanted.rounds):
        for kind, rows in runs.items():
            dead = "c0" if kind == "dead" else None
            with contextlib.suppress(asyncio.CancelledError):
                rows.append(asyncio.run(run(wanted.channels, wanted.messages, dead)))
    p99 = {kind: [quantile(latencies, 0.99) for latencies in rows] for kind, rows in runs.items()}
    p50 = {kind: [quantile(latencies, 0.5) for latencies in rows] for kind, rows in runs.items()}
    ratios = [dead / well for dead, well in zip(p99["dead"], p99["well"], strict=True)]
    result = {
        "channels": wanted.channels,
        "messages_each": wanted.messages,
        "p50_ms": {kind: round(1000 * statistics.median(values), 1) for kind, values in p50.items()},
        "p99_ms": {kind: round(1000 * statistics.median(values), 1) for kind, values in p99.items()},
        "ratios_of_p99": [round(ratio, 3) for ratio in ratios],
        "ratio_of_median_p99": round(statistics.median(p99["dead"]) / statistics.median(p99["well"]), 3),
        "arrived": {kind: sum(map(len, rows)) for kind, rows in runs.items()},
    }
    if wanted.json:
        print(json.dumps(result))
        return
    for name, value in result.items():
        print(f"{name:>20}  {value}")


if __name__ == "__main__":
    main()
