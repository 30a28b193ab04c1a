"""Whoever is cancelled while waiting for the log is cancelled: a swallowed cancellation would hang a stop for ever."""

import asyncio

import pytest

from monitor.ports import Batch, SetTimer


@pytest.mark.parametrize("turns", range(12))
async def test_a_cancellation_is_never_swallowed(log, turns):
    task = asyncio.create_task(log.claim("job", 0, 1, 60.0))
    for _ in range(turns):
        await asyncio.sleep(0)
    if task.cancel():
        with pytest.raises(asyncio.CancelledError):
            await task


async def test_the_log_works_on_after_many_cancellations(log):
    tasks = [asyncio.create_task(log.claim("job", 0, 1, 60.0)) for _ in range(50)]
    await asyncio.sleep(0)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await log.commit(Batch(0, timers=(SetTimer("job", "one", 0.0, payload=b"1"),)))
    [claim] = await log.claim("job", 0, 10, 60.0)
    assert claim.payload == b"1"
