"""A burst becomes as many messages as the configuration says, and what closes a window needs memory for that window alone."""

from __future__ import annotations

import tracemalloc
from datetime import timedelta

import pytest

from monitor.stages import jobs, policy
from monitor.stages.policy import Router
from monitor.stages.waiting import Waker

LIMIT = 25


async def burst(desk, count):
    """Let policy decide about so many alerts; the peak of what it holds while doing so, in bytes."""
    for number in range(count):
        await desk.alert(f"article_{number}")
    peaks = []
    tracemalloc.start()
    try:
        for partition in range(desk.log.partitions):
            tracemalloc.reset_peak()
            await desk._handle(desk.log, policy.GROUP, partition, Router(desk.log, {"desk": "webhook"}, desk.rules))
            peaks.append(tracemalloc.get_traced_memory()[1])
        for partition in range(desk.log.partitions):
            tracemalloc.reset_peak()
            while await desk._work(desk.log, jobs.POLICY, partition, Waker(desk.log, desk.rules.routes)):
                peaks.append(tracemalloc.get_traced_memory()[1])
    finally:
        tracemalloc.stop()
    return max(peaks)


@pytest.mark.parametrize("waves", [4])
async def test_a_burst_is_as_many_messages_as_the_limit_says_in_flat_memory(desk, waves):
    desk.routes(desk.route(group_by=("watchlist",), group_wait=timedelta(hours=1), group_limit=LIMIT))
    first = await burst(desk, LIMIT)
    assert [len(formed.alerts) for formed in await desk.formed()] == [LIMIT]
    desk.clock.at += timedelta(hours=2)
    for number in range(LIMIT, LIMIT * (waves + 1)):
        await desk.alert(f"article_{number}", revision=2)
    more = await burst(desk, 0)
    assert sorted(len(formed.alerts) for formed in await desk.formed()) == [LIMIT] * (waves + 1)
    assert more < first * 2, f"{waves} times the alerts took {more / first:.1f} times the memory"
