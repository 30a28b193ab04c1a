"""From a revision to somebody's receiver: alerts a second through matching, policy and delivery, and what each costs the log.

    .venv/bin/python tests/bench/told.py [ARTICLES]        (default 500)

The embedded log (`appendfsync always`), the daemon's own loops, and signed HTTP to a receiver on loopback. The articles are in the log when the
clock starts: a burst. Each raises one alert for one channel, sent as fast as it is taken. A commit is one write of the log; those that
wait together are synced together.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from collections import Counter
from contextlib import AsyncExitStack, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog

from monitor.core.article import Looks, Seed, Sighting, encode, fold, observe
from monitor.core.content import Block, Content
from monitor.core.events import Evidence
from monitor.core.watch.evaluate import Rulebook
from monitor.core.watch.rules import Watchlist
from monitor.listen import listen, new_secret
from monitor.net import open_net
from monitor.notifiers.webhook import Webhook
from monitor.ports import Append, Batch, Head
from monitor.stages import deliver, jobs, match, policy
from monitor.stages.work import Pace, over_events, over_timers
from monitor.store import open_log

NOW = datetime.now(UTC)
TICK = 0.1


class Counted:
    """The log; counts what is asked of it, by stage."""

    def __init__(self, log, stage: str, asked: Counter[str]) -> None:
        self._log, self._stage, self._asked = log, stage, asked

    def __getattr__(self, name):
        if name in {"commit", "load", "note"}:
            self._asked[f"{self._stage} {name}s"] += 1
        return getattr(self._log, name)


def published(number: int) -> Append:
    words = [
        f"The president called it an act of war, for the {number}th time, and paragraph {n} goes on." for n in range(8)
    ]
    content = Content(f"Strikes, part {number}", blocks=tuple(Block("paragraph", one) for one in words))
    name, url = f"article_{number:020x}", f"https://post.example/{number}"
    sighting = Sighting(content=content, evidence=Evidence(NOW, url, 200, "0" * 64, "bench"))
    said = observe(None, Looks(), sighting, seed=Seed(article=name, url=url, source="post", tags=(), backlog=False))
    article = None
    for event in said.events:
        article = fold(article, event)
    return Append(name, Head(), said.events, encode(article))


async def run(count: int) -> tuple[float, float, Counter[str]]:
    """(seconds until all were taken, CPU seconds of this process, what was asked of the log)."""
    asked: Counter[str] = Counter()
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="monitor-bench-"))
        log = await stack.enter_async_context(open_log("embedded", data_dir=Path(folder)))
        receiver = await stack.enter_async_context(listen(0, secret := new_secret()))
        net = await stack.enter_async_context(open_net(user_agent="bench"))
        for number in range(count):
            await log.commit(Batch(0, appends=(published(number),)))
        rulebook = Rulebook.compile([Watchlist("war", phrases=("act of war",), notify=("desk",))], [])
        heat = match.Heat(timedelta(minutes=1), timedelta(hours=1))
        pace = Pace()
        matcher = match.Matcher(Counted(log, "match", asked), rulebook, heat, ruleset="sha256:bench", public_url=None)
        router = policy.Router(Counted(log, "policy", asked), {"desk": "webhook"})
        dispatcher = deliver.Dispatcher(Counted(log, "deliver", asked), {"desk": pace})
        hook = Webhook(net, receiver.url, [secret], allow_private=True)
        courier = deliver.Courier(Counted(log, "courier", asked), "desk", hook)
        started, cpu = time.perf_counter(), time.process_time()
        tasks = [
            asyncio.create_task(loop)
            for loop in (
                over_events(log, match.GROUP, 0, matcher, Pace(), match.LANES),
                over_events(log, policy.GROUP, 0, router, Pace(), policy.lanes(policy.Rules())),
                over_events(log, deliver.GROUP, 0, dispatcher, Pace(), deliver.lane_of),
                over_timers(log, jobs.deliveries_of("desk"), 0, courier, pace, concurrency=4, lease=60.0),
            )
        ]
        while len({message.id for message in receiver.verified}) < count:
            await asyncio.sleep(TICK / 10)
            await pace.ring()
        spent = time.perf_counter() - started, time.process_time() - cpu
        for task in tasks:
            task.cancel()
        with suppress(asyncio.CancelledError):
            await asyncio.gather(*tasks, return_exceptions=True)
    return *spent, asked


def main() -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    seconds, cpu, asked = asyncio.run(run(count))
    print(
        f"{count} alerts from the log to the receiver: {count / seconds:.0f} a second, {cpu / count * 1e3:.1f} ms CPU each"
    )
    for name, number in sorted(asked.items()):
        print(f"  {name:18} {number / count:5.2f} an alert")


if __name__ == "__main__":
    main()
