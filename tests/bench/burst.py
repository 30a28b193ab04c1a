"""A burst of alerts becomes as many messages as the configuration says, in flat memory.

    python tests/bench/burst.py [ALERTS]        (default 10,000)

Raises that many alerts of one watchlist on an embedded log, lets policy decide them under three configurations, and prints for each
how many messages came of it, how long a decision takes and how far the process grew.
"""

from __future__ import annotations

import asyncio
import resource
import sys
import tempfile
import time
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog

from monitor.core.events import AlertRaised, NotificationFormed, entity_id
from monitor.core.policy.routing import Digest, Handling, Route
from monitor.ports import Append, Batch, Head
from monitor.stages import jobs, policy
from monitor.stages.policy import Router, Rules
from monitor.stages.waiting import Waker
from monitor.store import RedisLog, open_log

NOW = [datetime(2015, 11, 16, 12, tzinfo=UTC)]
HOUR = timedelta(hours=1)
CONFIGURATIONS = {
    "groups of at most 1,000": Handling(group_by=("watchlist",), group_wait=timedelta(seconds=30)),
    "one group": Handling(group_by=("watchlist",), group_wait=HOUR, group_limit=10_000),
    "a digest": Handling(digest=Digest("1h", lambda _now: HOUR), group_limit=10_000),
}


def alert(number: int) -> AlertRaised:
    name = entity_id("alert", str(number))
    article = {
        "id": f"article_{number}",
        "url": f"https://post.example/{number}",
        "feed": "post",
        "headline": "Strikes",
    }
    data = {
        "id": name,
        "summary": f"Post: “act of war” {number}",
        "article": article,
        "hits": [],
        "edits": [],
        "cut": [],
    }
    return AlertRaised(NOW[0], name, f"article_{number}", 1, "war", "warning", ("appeared",), ("desk",), False, data)


async def raise_all(log: RedisLog, count: int) -> None:
    for first in range(0, count, 500):
        alerts = [alert(number) for number in range(first, min(first + 500, count))]
        await log.commit(Batch(0, tuple(Append(one.alert, Head(), (one,)) for one in alerts)))


async def decide(log: RedisLog, rules: Rules) -> int:
    router, decided = Router(log, {"desk": "console"}, rules), 0
    async with aclosing(log.consume(policy.GROUP, 0)) as batches:
        async for batch in batches:
            for consumed in batch:
                await router(consumed)
                decided += isinstance(consumed.recorded.event, AlertRaised)
            if not batch:
                break
    return decided


async def wake(log: RedisLog, rules: Rules) -> None:
    waker = Waker(log, rules.routes)
    while claims := await log.claim(jobs.POLICY, 0, 10, 60.0):
        for claim in claims:
            await waker(claim)


async def burst(count: int, handling: Handling) -> tuple[int, int, float, float]:
    """(messages, alerts they tell of, milliseconds for a decision, MiB that the process grew while deciding and telling)."""
    rules = Rules((Route("1", {}, handling),))
    with tempfile.TemporaryDirectory() as folder:
        async with open_log("embedded", data_dir=Path(folder), now=lambda: NOW[0]) as log:
            await raise_all(log, count)
            before, started = resident(), time.perf_counter()
            await decide(log, rules)
            spent = time.perf_counter() - started
            NOW[0] += 2 * HOUR
            await wake(log, rules)
            grown = resident() - before
            formed = [one.event async for one in log.read(0) if isinstance(one.event, NotificationFormed)]
    return len(formed), sum(len(one.alerts) for one in formed), spent / count * 1e3, grown


def resident() -> float:
    """The largest the process has been, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    structlog.configure(
        processors=[],
        logger_factory=structlog.ReturnLoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(50),
    )
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    print(f"{'configuration':28}{'alerts':>8}{'messages':>10}{'told':>8}{'ms each':>9}{'MiB more':>10}")
    for name, handling in CONFIGURATIONS.items():
        for alerts in (count // 10, count):
            messages, told, each, grown = asyncio.run(burst(alerts, handling))
            print(f"{name:28}{alerts:8}{messages:10}{told:8}{each:9.2f}{grown:10.1f}")


if __name__ == "__main__":
    main()
