"""The heartbeat: it beats while all keep up, and holds its breath when anything is late."""

import asyncio
import json
from contextlib import aclosing
from datetime import UTC, datetime

from monitor.core.events import FeedRecovered
from monitor.ports import Append, Batch, Head, Outcome, SetTimer
from monitor.stages import jobs
from monitor.stages.heartbeat import Heart, beating
from monitor.stages.work import Pace

NOON = datetime(2015, 11, 15, 12, tzinfo=UTC)
GROUPS = ("match", "policy", "deliver", "project")


def a_heart(log, channel, *, behind=60.0, answering=(), groups=GROUPS):
    return Heart(
        log, {"deadman": channel}, groups=groups, kinds=(jobs.POLL, jobs.FETCH), answering=lambda: answering, behind=behind
    )  # fmt: skip


async def record(log, name):
    event = FeedRecovered(NOON, name, "https://post.example/rss", NOON)
    await log.commit(Batch(0, appends=(Append(f"feed_{name}", Head(), (event,)),)))


async def read(log, group, count):
    """The group deals with so many events."""
    async with aclosing(log.consume(group, 0, limit=count)) as batches:
        async for batch in batches:
            for consumed in batch[:count]:
                await log.commit(Batch(0, ack=consumed.ack))
            return


async def test_it_beats_while_nothing_waits(log, a_channel):
    channel = a_channel()
    assert await a_heart(log, channel).beat()
    [(name, body)] = channel.sent
    assert name.startswith("msg_")
    assert json.loads(body)["type"] == "monitor.heartbeat"


async def test_each_beat_has_an_id_of_its_own(log, a_channel):
    channel = a_channel()
    for _ in range(2):
        await a_heart(log, channel).beat()
    assert len({name for name, _ in channel.sent}) == 2


async def test_it_does_not_beat_while_a_stage_is_behind(log, a_channel):
    channel = a_channel()
    heart = a_heart(log, channel, behind=0.5)
    await record(log, "post")
    assert await heart.beat(), "new is not late"
    await asyncio.sleep(0.6)
    assert not await heart.beat()
    for group in GROUPS:
        await read(log, group, 10)
    assert await heart.beat()


async def test_an_old_event_that_was_handed_out_but_not_dealt_with_counts(log):
    await record(log, "post")
    async with aclosing(log.consume("match", 0)) as batches:
        async for batch in batches:
            assert batch
            break
    await asyncio.sleep(0.3)
    assert await log.behind("match", 0) >= 0.3


async def test_what_was_parked_does_not_count(log):
    await record(log, "post")
    async with aclosing(log.consume("match", 0)) as batches:
        async for batch in batches:
            await log.park(batch[0], "bad")
            break
    assert await log.behind("match", 0) == 0


async def test_overdue_work_counts_and_that_of_a_channel_that_does_not_answer_does_not(log, a_channel):
    deliveries = jobs.deliveries_of("desk")
    for kind in (jobs.POLL, deliveries):
        await log.commit(Batch(0, timers=(SetTimer(kind, "x", 0.0, payload=b""),)))
    await asyncio.sleep(0.6)
    ages = await a_heart(log, a_channel(), answering=("desk",)).ages()
    assert ages[jobs.POLL] >= 0.5
    assert ages[deliveries] >= 0.5
    assert deliveries not in await a_heart(log, a_channel()).ages()
    assert not await a_heart(log, a_channel(), behind=0.5).beat()


async def test_one_that_is_not_taken_stops_nothing(log, a_channel):
    channel = a_channel(Outcome("retry", "connect"))
    pace = Pace()
    loop = asyncio.create_task(beating(a_heart(log, channel), pace))
    for count in (1, 2):
        await pace.ring()
        while len(channel.sent) < count:
            await asyncio.sleep(0.01)
    await pace.stop()
    await loop
