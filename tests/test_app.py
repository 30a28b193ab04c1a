"""The order in which one configuration follows another. What a whole daemon makes of it is tried in e2e."""

import asyncio

from monitor.app import _after
from monitor.stages.work import Pace


class Loop:
    def __init__(self):
        self.begun = False

    async def __call__(self):
        self.begun = True


async def test_a_loop_begins_when_those_before_it_have_ended_and_not_before():
    end, loop, pace = asyncio.Event(), Loop(), Pace()
    earlier = asyncio.create_task(end.wait())
    task = asyncio.create_task(_after([earlier], loop, pace))
    for _ in range(3):
        await pace.ring()
        await asyncio.sleep(0.01)
    assert not loop.begun
    end.set()
    await asyncio.wait_for(task, 5)
    assert loop.begun


async def test_one_that_still_waits_ends_at_once_when_the_next_is_to_begin():
    hanging, loop, pace = asyncio.create_task(asyncio.Event().wait()), Loop(), Pace()
    task = asyncio.create_task(_after([hanging], loop, pace))
    await asyncio.sleep(0.01)
    await pace.hand_over()
    await asyncio.wait_for(pace.ended.wait(), 5)
    await asyncio.wait_for(task, 5)
    assert not loop.begun
    hanging.cancel()
