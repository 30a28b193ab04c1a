"""A burst becomes as many messages as the configuration says, whatever its size, and what is kept of those that wait does not grow with it.

tests/bench/burst.py shows the same of 10,000 alerts, with the memory of the process.
"""

from __future__ import annotations

from datetime import timedelta

import pytest

from monitor.core.policy.routing import Digest

HOUR = timedelta(hours=1)


class Weighed:
    """The log; the largest state that anything had."""

    def __init__(self, log):
        self._log, self.largest = log, 0

    def __getattr__(self, name):
        return getattr(self._log, name)

    async def commit(self, batch):
        self.largest = max(self.largest, *(len(append.snapshot) for append in batch.appends), 0)
        return await self._log.commit(batch)


@pytest.mark.parametrize(
    ("handling", "messages"),
    [
        ({"group_by": ("watchlist",), "group_limit": 40}, 3),
        ({"group_by": ("watchlist",), "group_limit": 1_000}, 1),
        ({"digest": Digest("1h", lambda _now: HOUR)}, 1),
        ({"throttle": HOUR, "group_by": ("watchlist",)}, 1),
        ({}, 120),
    ],
    ids=["groups of 40", "one group", "a digest", "throttled", "one by one"],
)
async def test_a_burst_becomes_as_many_messages_as_the_configuration_says(desk, handling, messages):
    desk.routes(desk.route(notify=("desk",), **handling))
    for number in range(120):
        await desk.alert(f"article_{number}")
    await desk.settle()
    await desk.after(hours=2)
    formed = await desk.formed()
    assert len(formed) == len(desk.told()) == messages
    alerts = [alert for message in formed for alert in message.alerts]
    suppressed = await desk.reasons()
    assert len(alerts) == len(set(alerts)) == 120 - len(suppressed)
    account = await desk.account()
    assert account.balances
    assert account.raised == account.delivered + account.suppressed == 120


async def test_what_is_kept_of_those_that_wait_does_not_grow_with_them(desk):
    desk.routes(desk.route(notify=("desk",), group_by=("watchlist",), group_wait=HOUR, group_limit=1_000))
    sizes = []
    for first in (0, 50, 100):
        for number in range(first, first + 50):
            await desk.alert(f"article_{number}")
        weighed = Weighed(desk.log)
        await desk.settle(weighed)
        sizes.append(weighed.largest)
    assert sizes[0] > 0
    assert max(sizes) - sizes[0] <= 8, "a count that has a digit more, and no more"
