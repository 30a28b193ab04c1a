"""kill -9 of the daemon and of its server at random moments of the demo: the same alerts, none missing, none twice."""

from __future__ import annotations

import asyncio
import os
import random
import signal
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console

from monitor.demo.screen import Screen
from monitor.demo.show import Show, staged

KILLS = 20
SEED = 20151115


@pytest.mark.slow
@pytest.mark.timeout(150)
async def test_twenty_kills_at_random_moments_change_nothing(
    tmp_path: Path, child: Callable[[int, str], int | None]
) -> None:
    async with staged(tmp_path, Screen(Console(quiet=True))) as show:
        killing = asyncio.create_task(kills(show, random.Random(SEED), child))
        await show.perform(patience=110, beat=1.5)
        killed = await killing
    verdict = show.verdict()
    assert killed.total() == KILLS
    assert set(killed) == {"daemon", "server"}
    assert show.daemon.restarts >= killed["daemon"] - 1  # the last death may come with the end
    ours = f"the daemon ended with status {-signal.SIGKILL}"  # which it does where the last kill comes with the end
    assert [difference for difference in verdict.differences if difference != ours] == []
    assert verdict.document["duplicates"] == 0
    assert len({arrival.id for arrival in show.arrivals}) == len({arrival.alert for arrival in show.arrivals})


async def kills(show: Show, chance: random.Random, child: Callable[[int, str], int | None]) -> Counter[str]:
    """Kill one of the two again and again, at a random moment of its life."""
    killed: Counter[str] = Counter()
    while killed.total() < KILLS:
        target = chance.choice(("daemon", "server"))
        pid = await living(show, target, child)
        await asyncio.sleep(chance.uniform(0.0, 2.5))
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue  # the server had died with its daemon
        killed[target] += 1
    return killed


async def living(show: Show, target: str, child: Callable[[int, str], int | None]) -> int:
    """The target's process, once its server runs."""
    while True:
        daemon = show.daemon.pid
        server = child(daemon, "valkey") if daemon else None
        if daemon and server:
            return daemon if target == "daemon" else server
        await asyncio.sleep(0.02)
