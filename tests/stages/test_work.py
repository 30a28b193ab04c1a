"""The two loops, on a real log: nothing is dropped, nothing blocks, a stop lets work finish."""

import asyncio
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest

from monitor.core.events import DeliveryRequested, FeedMoved
from monitor.errors import Corrupt, Fenced
from monitor.ports import Append, Batch, Finish, SetTimer
from monitor.stages.work import Pace, apart, done_with, over_events, over_timers

NOON = datetime(2015, 11, 15, 12, tzinfo=UTC)


async def set_timers(log, count):
    timers = tuple(SetTimer("job", f"m{number:03}", 0.0, payload=b"") for number in range(count))
    await log.commit(Batch(0, timers=timers))


@asynccontextmanager
async def running(loop, pace):
    task = asyncio.create_task(loop)
    try:
        yield task
    finally:
        await pace.stop()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def until(true):
    async with asyncio.timeout(10):
        while not true():
            await asyncio.sleep(0.005)


async def test_every_due_timer_is_worked_on_once_within_the_concurrency(log):
    await set_timers(log, 50)
    done, under_way, most = [], set(), 0

    async def work(claim):
        nonlocal most
        under_way.add(claim.member)
        most = max(most, len(under_way))
        await asyncio.sleep(0.002)
        under_way.discard(claim.member)
        await log.commit(Batch(0, finish=Finish(claim, delay=None)))
        done.append(claim.member)

    pace = Pace()
    async with running(over_timers(log, "job", 0, work, pace, concurrency=7, lease=60.0), pace):
        await until(lambda: len(done) == 50)
    assert len(set(done)) == 50
    assert most == 7
    assert pace.busy == 0


async def test_a_job_that_raises_comes_back_later_and_stops_nobody(log):
    await set_timers(log, 3)
    done = []

    async def work(claim):
        if claim.member == "m001":
            raise ZeroDivisionError
        await log.commit(Batch(0, finish=Finish(claim, delay=None)))
        done.append(claim.member)

    pace = Pace()
    async with running(over_timers(log, "job", 0, work, pace, concurrency=1, lease=60.0), pace):
        await until(lambda: len(done) == 2 and not pace.busy)
    assert 50 < await log.next_due("job", 0) <= 60


async def test_a_claim_that_was_lost_is_dropped_in_silence(log):
    await set_timers(log, 2)
    seen = []

    async def work(claim):
        seen.append(claim.member)
        raise Fenced(claim.member)

    pace = Pace()
    async with running(over_timers(log, "job", 0, work, pace, concurrency=1, lease=60.0), pace) as task:
        await until(lambda: len(seen) == 2)
        assert not task.done()


async def test_a_broken_log_stops_the_loop_loudly(log):
    await set_timers(log, 1)

    async def work(claim):
        raise Corrupt(claim.member)

    with pytest.raises(ExceptionGroup) as caught:
        await over_timers(log, "job", 0, work, Pace(), concurrency=1, lease=60.0)
    assert caught.group_contains(Corrupt)


async def test_a_stop_lets_work_under_way_finish_and_takes_on_nothing_more(log):
    await set_timers(log, 5)
    started, go_on, done = asyncio.Event(), asyncio.Event(), []

    async def work(claim):
        started.set()
        await go_on.wait()
        await log.commit(Batch(0, finish=Finish(claim, delay=None)))
        done.append(claim.member)

    pace = Pace()
    task = asyncio.create_task(over_timers(log, "job", 0, work, pace, concurrency=2, lease=60.0))
    await started.wait()
    await pace.stop()
    go_on.set()
    await asyncio.wait_for(task, 5)
    assert len(done) == 2
    assert await log.next_due("job", 0) <= 0


async def test_a_bell_wakes_the_loop(log):
    done = asyncio.Event()

    async def work(claim):
        await log.commit(Batch(0, finish=Finish(claim, delay=None)))
        done.set()

    pace = Pace()
    async with running(over_timers(log, "job", 0, work, pace, concurrency=2, lease=60.0), pace):
        await asyncio.sleep(0.05)
        await set_timers(log, 1)
        await pace.ring()
        await asyncio.wait_for(done.wait(), 5)


async def say(log, name):
    event = DeliveryRequested(at=NOON, notification=name, channel="desk", by="a test")
    await log.commit(Batch(0, appends=(Append(name, await log.load(0, name), (event,)),)))


async def test_an_event_that_keeps_failing_is_parked_in_sight_and_the_next_goes_on(log):
    for name in ("one", "bad", "two"):
        await say(log, name)
    handled, tries = [], 0

    async def handle(consumed):
        nonlocal tries
        if consumed.recorded.entity == "bad":
            tries += 1
            raise ZeroDivisionError("bad luck")
        await log.commit(done_with(consumed.ack))
        handled.append(consumed.recorded.entity)

    pace = Pace()
    async with running(over_events(log, "match", 0, handle, pace), pace):
        await until(lambda: len(handled) == 2)
    assert handled == ["one", "two"]
    assert tries == 5
    [(recorded, error)] = await log.parked("match")
    assert (recorded.entity, error) == ("bad", "ZeroDivisionError: bad luck")
    assert await log.unpark("match", recorded.id)
    again = []

    async def better(consumed):
        await log.commit(done_with(consumed.ack))
        again.append(consumed.recorded.entity)

    async with running(over_events(log, "match", 0, better, pace := Pace()), pace):
        await until(lambda: again)
    assert again == ["bad"]
    assert await log.lag("match", 0) == 0


async def test_events_come_in_order_and_once_though_their_handler_is_killed(log):
    for number in range(20):
        await say(log, f"m{number:02}")
    handled = []

    async def handle(consumed):
        if len(handled) == 7 and consumed.deliveries == 1:
            raise asyncio.CancelledError  # the end, in the middle of the work
        await log.commit(done_with(consumed.ack))
        handled.append(consumed.recorded.entity)

    with pytest.raises(asyncio.CancelledError):
        await over_events(log, "match", 0, handle, Pace())
    async with running(over_events(log, "match", 0, handle, pace := Pace()), pace):
        await until(lambda: len(handled) == 20)
    assert handled == [f"m{number:02}" for number in range(20)]


async def test_what_only_has_to_be_acked_waits_for_nobody_and_the_rest_keeps_its_order(log):
    for number in range(4):
        await say(log, f"m{number}")
        moved = FeedMoved(NOON, f"f{number}", "a", "b")
        await log.commit(Batch(0, appends=(Append(f"f{number}", await log.load(0, f"f{number}"), (moved,)),)))
    together, in_order = asyncio.Barrier(4), []

    async def handle(consumed):
        if isinstance(consumed.recorded.event, FeedMoved):
            async with asyncio.timeout(10):
                await together.wait()  # passes only while all four are under way
        else:
            in_order.append(consumed.recorded.entity)
            await asyncio.sleep(0)
        await log.commit(done_with(consumed.ack))

    pace = Pace()
    async with running(over_events(log, "match", 0, handle, pace, apart(DeliveryRequested)), pace):
        await until(lambda: len(in_order) == 4 and not pace.busy)
    assert in_order == ["m0", "m1", "m2", "m3"]
    assert await log.lag("match", 0) == 0


async def test_who_hands_over_finishes_what_was_read_and_leaves_the_rest(log):
    for number in range(100):
        await say(log, f"n{number:03}")
    first, second, pace = [], [], Pace()

    async def handle(consumed):
        first.append(consumed.recorded.entity)
        if len(first) == 10:
            await pace.hand_over()
        await log.commit(done_with(consumed.ack))

    await asyncio.wait_for(over_events(log, "match", 0, handle, pace), 10)
    assert pace.ended.is_set()
    assert len(first) == 64, "a batch is not cut"

    async def go_on(consumed):
        assert consumed.deliveries == 1, "nobody was handed it before"
        second.append(consumed.recorded.entity)
        await log.commit(done_with(consumed.ack))

    after = Pace()
    async with running(over_events(log, "match", 0, go_on, after), after):
        await until(lambda: len(second) == 36)
    assert first + second == [f"n{number:03}" for number in range(100)]


async def test_who_has_no_room_ends_its_claims_at_once_and_its_work_in_time(log):
    await set_timers(log, 10)
    pace, released, done = Pace(), asyncio.Event(), []

    async def work(claim):
        await released.wait()
        await log.commit(Batch(0, finish=Finish(claim, delay=None)))
        done.append(claim.member)

    async with running(over_timers(log, "job", 0, work, pace, concurrency=2, lease=60.0), pace) as task:
        await until(lambda: pace.busy == 2)
        await pace.hand_over()
        await asyncio.wait_for(pace.ended.wait(), 5)
        assert not task.done()
        released.set()
        await asyncio.wait_for(task, 5)
    assert len(done) == 2
