"""What consumer groups promise: every event, in order, until it is acked; one reader at a time; nothing lost in silence."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from datetime import UTC, datetime
from pathlib import Path

import pytest
import redis

from monitor.core.events import FeedMoved, Recorded
from monitor.errors import Corrupt, Fenced, LogUnavailable, UnknownEvent
from monitor.ports import Append, Batch, Consumed, Head
from monitor.store import RedisLog, consumers, open_log

DAY = datetime(2026, 11, 23, tzinfo=UTC)


@pytest.fixture(autouse=True)
def short_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consumers, "IDLE_MILLISECONDS", 50)


async def record(log: RedisLog, *texts: str) -> list[Recorded]:
    events = [FeedMoved(at=DAY, feed="f", url="u", to=text) for text in texts]
    appends = tuple(Append(f"feed_{event.to}", Head(), (event,)) for event in events)
    return await log.commit(Batch(0, appends))


async def ack(log: RedisLog, *consumed: Consumed) -> None:
    for one in consumed:
        await log.commit(Batch(0, ack=one.ack))


def texts(batch: list[Consumed]) -> list[str]:
    return [consumed.recorded.event.to for consumed in batch]


async def test_a_group_reads_from_the_beginning_and_in_order(log: RedisLog) -> None:
    recorded = await record(log, "a", "b", "c")

    async with aclosing(log.consume("match", 0, limit=2)) as turns:
        first = await anext(turns)
        assert [consumed.recorded for consumed in first] == recorded[:2]
        assert [consumed.deliveries for consumed in first] == [1, 1]
        await ack(log, *first)
        second = await anext(turns)
        assert texts(second) == ["c"]
        await ack(log, *second)
        assert await anext(turns) == []


async def test_what_is_not_acked_comes_again_before_anything_new(log: RedisLog) -> None:
    await record(log, "a", "b")

    async with aclosing(log.consume("match", 0, limit=2)) as turns:
        first, second = await anext(turns)
        await ack(log, first)
        await record(log, "c")
        (again,) = await anext(turns)
        assert again.recorded == second.recorded
        assert again.deliveries == 2
        await ack(log, again)
        assert texts(await anext(turns)) == ["c"]


async def test_groups_do_not_hinder_each_other(log: RedisLog) -> None:
    await record(log, "a")

    for group in ("match", "policy", "deliver", "project"):
        async with aclosing(log.consume(group, 0)) as turns:
            await ack(log, *await anext(turns))
            assert await anext(turns) == []


async def test_effects_and_ack_are_one(log: RedisLog) -> None:
    await record(log, "a")

    async with aclosing(log.consume("match", 0)) as turns:
        (consumed,) = await anext(turns)
        event = FeedMoved(at=DAY, feed="f", url="u", to="effect")
        effect = Batch(0, (Append("effect", Head(), (event,)),), notes={"k": b"v"}, ack=consumed.ack)
        await log.commit(effect)
        with pytest.raises(Fenced):
            await log.commit(Batch(0, notes={"k": b"twice"}, ack=consumed.ack))

    assert await log.note(0, "k") == b"v"


async def test_an_idle_reader_is_woken_by_news(log: RedisLog) -> None:
    async with aclosing(log.consume("match", 0)) as turns:
        assert await anext(turns) == []
        waiting = asyncio.ensure_future(anext(turns))
        await asyncio.sleep(0.01)
        await record(log, "a")
        assert texts(await waiting) == ["a"]


async def test_a_second_reader_waits_for_the_first(log: RedisLog, other_log: RedisLog) -> None:
    await record(log, "a")

    async with aclosing(other_log.consume("match", 0)) as others:
        async with aclosing(log.consume("match", 0)) as turns:
            await anext(turns)
            waiting = asyncio.ensure_future(anext(others))
            await asyncio.sleep(0.05)
            assert not waiting.done()
        (taken,) = await waiting

    assert taken.deliveries == 2


async def test_who_has_lost_the_lease_can_change_nothing(log: RedisLog, other_log: RedisLog, clock) -> None:
    await record(log, "a", "b")

    async with aclosing(log.consume("match", 0, limit=1)) as turns, aclosing(other_log.consume("match", 0)) as others:
        (stale,) = await anext(turns)
        clock.forward(11)
        (first,) = await anext(others)
        for batch in (Batch(0, ack=stale.ack), Batch(0, notes={"k": b"v"}, ack=stale.ack)):
            with pytest.raises(Fenced):
                await log.commit(batch)
        with pytest.raises(Fenced):
            await log.park(stale, "too late")
        await ack(other_log, first)
        await ack(other_log, *await anext(others))

    assert await log.note(0, "k") is None
    assert await log.lag("match", 0) == 0


async def test_a_reader_that_lost_the_lease_waits_and_takes_up_again(log: RedisLog, other_log: RedisLog, clock) -> None:
    await record(log, "a")

    async with aclosing(log.consume("match", 0)) as turns:
        await anext(turns)
        clock.forward(11)
        async with aclosing(other_log.consume("match", 0)) as others:
            await ack(other_log, *await anext(others))
            waiting = asyncio.ensure_future(anext(turns))
            await asyncio.sleep(0.02)
        await record(log, "b")
        batch = await waiting
        assert texts(batch) == ["b"]
        await ack(log, *batch)


async def test_time_that_jumps_alone_takes_nobodys_lease(log: RedisLog, clock) -> None:
    await record(log, "a")

    async with aclosing(log.consume("match", 0)) as turns:
        (consumed,) = await anext(turns)
        clock.forward(86400 * 30)
        await ack(log, consumed)


async def test_a_lease_is_renewed_while_the_work_lasts(server: str, raw: redis.Redis, tmp_path: Path) -> None:
    async with open_log(server, data_dir=tmp_path, lease_seconds=0.3) as log:
        await record(log, "a")
        async with aclosing(log.consume("match", 0)) as turns, aclosing(log.consume("match", 0)) as others:
            (consumed,) = await anext(turns)
            rival = asyncio.ensure_future(anext(others))
            await asyncio.sleep(1.0)
            await ack(log, consumed)
            rival.cancel()
            await asyncio.gather(rival, return_exceptions=True)


async def test_what_keeps_failing_is_parked_in_sight_and_handed_out_again(log: RedisLog) -> None:
    bad, good = await record(log, "bad", "good")

    async with aclosing(log.consume("match", 0, limit=1)) as turns:
        for delivery in range(1, 6):
            (consumed,) = await anext(turns)
            assert (consumed.recorded, consumed.deliveries) == (bad, delivery)
        await log.park(consumed, "ValueError: no | pipe is a problem")
        await log.park(consumed, "twice is no harm")
        assert await log.parked("match") == [(bad, "ValueError: no | pipe is a problem")]
        assert await log.parked("project") == []
        with pytest.raises(Fenced):
            await ack(log, consumed)

        (following,) = await anext(turns)
        assert following.recorded == good
        await ack(log, following)
        assert await anext(turns) == []
        assert await log.lag("match", 0) == 0

        assert await log.unpark("match", bad.id)
        assert not await log.unpark("match", bad.id)
        assert not await log.unpark("match", "never parked")
        assert await log.parked("match") == []
        assert await log.lag("match", 0) == 1
        (again,) = await anext(turns)
        assert (again.recorded, again.deliveries) == (bad, 1)
        await ack(log, again)
        with pytest.raises(Fenced):
            await ack(log, again)


async def test_parked_events_are_listed_in_order(log: RedisLog) -> None:
    recorded = await record(log, *(str(number) for number in range(12)))

    async with aclosing(log.consume("match", 0)) as turns:
        for consumed in reversed(await anext(turns)):
            await log.park(consumed, "no")

    assert await log.parked("match") == [(event, "no") for event in recorded]


async def test_lag_counts_what_is_unread_and_what_is_unacked(log: RedisLog) -> None:
    assert await log.lag("match", 0) == 0
    await record(log, *"abcdef")
    assert await log.lag("match", 0) == 6

    async with aclosing(log.consume("match", 0, limit=4)) as turns:
        first, second, *_ = await anext(turns)
        assert await log.lag("match", 0) == 6
        await ack(log, first)
        await log.park(second, "no")
        assert await log.lag("match", 0) == 4
    assert await log.lag("project", 0) == 6


async def test_lag_is_right_after_the_old_is_trimmed(log: RedisLog, raw: redis.Redis) -> None:
    recorded = await record(log, *"abcdef")
    async with aclosing(log.consume("match", 0, limit=3)) as turns:
        await ack(log, *await anext(turns))

    raw.xtrim("{monitor:0}:events", minid=recorded[3].position, approximate=False)
    assert await log.lag("match", 0) == 3
    raw.xtrim("{monitor:0}:events", maxlen=0, approximate=False)
    assert await log.lag("match", 0) == 0


async def test_an_unknown_event_stops_the_reader_loudly(log: RedisLog, raw: redis.Redis) -> None:
    (recorded,) = await record(log, "a")
    ((_, fields),) = raw.xrange("{monitor:0}:events")
    raw.xadd("{monitor:0}:events", fields | {b"data": b'{"type":"article.eaten"}', b"type": b"article.eaten", b"n": 2})

    async with aclosing(log.consume("match", 0)) as turns:
        with pytest.raises(UnknownEvent, match=r"article\.eaten at .* of partition 0"):
            await anext(turns)
    with pytest.raises(UnknownEvent):
        [event async for event in log.read(0, recorded.position)]


async def test_an_entry_that_is_not_ours_stops_the_reader_loudly(log: RedisLog, raw: redis.Redis) -> None:
    raw.xadd("{monitor:0}:events", {"somebody": "else"})
    with pytest.raises(Corrupt, match="no event of Monitor's"):
        [event async for event in log.read(0)]


async def test_an_event_deleted_under_a_reader_stops_it_loudly(log: RedisLog, raw: redis.Redis) -> None:
    await record(log, "a", "b")
    async with aclosing(log.consume("match", 0)) as turns:
        first, _ = await anext(turns)
        raw.xdel("{monitor:0}:events", first.recorded.position)
        with pytest.raises(Corrupt, match="gone from the log"):
            await anext(turns)


async def test_a_vanished_group_stops_the_reader_loudly(log: RedisLog, raw: redis.Redis) -> None:
    async with aclosing(log.consume("match", 0)) as turns:
        await anext(turns)
        raw.xgroup_destroy("{monitor:0}:events", "match")
        with pytest.raises(LogUnavailable, match="a consumer group is missing"):
            await anext(turns)
    with pytest.raises(LogUnavailable, match="a consumer group is missing"):
        await log.lag("match", 0)


async def test_a_reader_can_be_cancelled_at_any_time(log: RedisLog) -> None:
    await record(log, "a")

    async def read() -> None:
        async with aclosing(log.consume("match", 0)) as turns:
            async for batch in turns:
                await ack(log, *batch)

    for pause in range(12):
        reader = asyncio.create_task(read())
        await asyncio.sleep(pause / 1000)
        reader.cancel()
        await asyncio.gather(reader, return_exceptions=True)

    await record(log, "b")
    async with aclosing(log.consume("match", 0)) as turns:
        batch = await anext(turns)
        if texts(batch) == ["a"]:  # on a busy machine nobody may have come so far as to ack it
            await ack(log, *batch)
            batch = await anext(turns)
        assert "b" in texts(batch)
