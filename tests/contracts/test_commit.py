"""What a commit promises: wholly or not at all, in order, and once."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest
import redis

from monitor.core.content import Block, Content
from monitor.core.events import (
    AlertRaised,
    AnyEvent,
    ArticleDiscovered,
    ArticleRevised,
    Evidence,
    FeedMoved,
    Recorded,
    chain,
    encode,
    event_id,
)
from monitor.errors import Conflict, Corrupt, Fenced, LogError
from monitor.ports import Append, Batch, Claim, Finish, Head, SetTimer
from monitor.store import RedisLog

DAY = datetime(2026, 11, 23, tzinfo=UTC)


def fact(text: str) -> FeedMoved:
    return FeedMoved(at=DAY, feed="f", url="u", to=text)


def appending(entity: str, head: Head, *events: AnyEvent, snapshot: bytes = b"") -> Batch:
    return Batch(1, (Append(entity, head, events, snapshot),))


def evidence() -> Evidence:
    return Evidence(DAY, "https://example.com/a", 200, "0" * 64, "test")


def discovered(text: str, at: datetime = DAY) -> ArticleDiscovered:
    content = Content("Title", blocks=(Block("paragraph", text),))
    return ArticleDiscovered(
        at, "article_1", "https://example.com/a", "feed", (), (), False, content, content.digest(), "full", evidence()
    )


async def test_nothing_stands_at_version_0(log: RedisLog) -> None:
    assert await log.load(1, "article_1") == Head()
    assert await log.history(1, "article_1") == []
    assert [event async for event in log.read(1)] == []


async def test_events_are_recorded_in_order_with_ids_and_chained_hashes(log: RedisLog) -> None:
    events = (fact("a"), fact("b"))

    first, second = await log.commit(appending("feed_1", Head(), *events, snapshot=b"{}"))

    assert (first.version, second.version) == (1, 2)
    assert first.id == event_id("feed_1", 1, events[0])
    assert first.hash == chain("", encode(events[0]))
    assert second.hash == chain(first.hash, encode(events[1]))
    assert await log.load(1, "feed_1") == Head(2, second.hash, b"{}")
    assert await log.history(1, "feed_1") == [first, second]
    assert await log.history(1, "feed_1", upto=1) == [first]
    assert await log.history(1, "feed_1", upto=0) == []
    assert [event async for event in log.read(1)] == [first, second]
    assert [event async for event in log.read(1, first.position)] == [second]
    assert [event async for event in log.read(0)] == []


async def test_entries_are_readable_in_redis_cli(log: RedisLog, raw: redis.Redis) -> None:
    (recorded,) = await log.commit(appending("feed_1", Head(), fact("a")))

    [(position, fields)] = raw.xrange("{monitor:1}:events")

    assert position.decode() == recorded.position
    assert fields == {
        b"id": recorded.id.encode(),
        b"entity": b"feed_1",
        b"v": b"1",
        b"type": b"feed.moved",
        b"n": b"1",
        b"h": recorded.hash.encode(),
        b"data": encode(recorded.event),
    }


async def test_a_repeat_is_answered_with_what_was_recorded(log: RedisLog, raw: redis.Redis) -> None:
    first = await log.commit(appending("article_1", Head(), discovered("text"), snapshot=b"1"))
    later = discovered("text", at=datetime(2026, 11, 24, tzinfo=UTC))

    again = await log.commit(appending("article_1", Head(), later, snapshot=b"2"))

    assert again == first
    assert raw.xlen("{monitor:1}:events") == 1
    assert (await log.load(1, "article_1")).snapshot == b"1"


async def test_a_repeat_is_recognised_after_the_entity_has_moved_on(log: RedisLog) -> None:
    events = [fact(str(number)) for number in range(16)]
    recorded = []
    for event in events:
        recorded += await log.commit(appending("feed_1", await log.load(1, "feed_1"), event))

    assert await log.commit(appending("feed_1", Head(), *events[:3])) == recorded[:3]
    assert (await log.load(1, "feed_1")).version == 16


async def test_only_the_last_positions_are_kept_beside_the_head(log: RedisLog, raw: redis.Redis) -> None:
    await log.commit(appending("feed_1", Head(), *(fact(str(number)) for number in range(40))))

    kept = [int(name[2:]) for name in raw.hkeys("{monitor:1}:state:feed_1") if name.startswith(b"e:")]
    assert sorted(kept) == list(range(25, 41))
    with pytest.raises(Conflict):
        await log.commit(appending("feed_1", Head(), fact("0")))


async def test_another_decision_conflicts_and_changes_nothing(log: RedisLog, raw: redis.Redis) -> None:
    await log.commit(appending("feed_1", Head(), fact("a")))
    before = raw.dump("{monitor:1}:state:feed_1")
    batch = Batch(
        1,
        (Append("feed_2", Head(), (fact("new"),)), Append("feed_1", Head(), (fact("b"),))),
        timers=(SetTimer("poll", "feed_1", 5),),
        notes={"etag": b"x"},
    )

    with pytest.raises(Conflict) as conflict:
        await log.commit(batch)

    assert (conflict.value.entity, conflict.value.expected, conflict.value.actual) == ("feed_1", 0, 1)
    assert raw.dump("{monitor:1}:state:feed_1") == before
    assert await log.load(1, "feed_2") == Head()
    assert await log.next_due("poll", 1) is None
    assert await log.note(1, "etag") is None


async def test_a_partial_repeat_conflicts(log: RedisLog) -> None:
    await log.commit(appending("feed_1", Head(), fact("a")))

    with pytest.raises(Conflict):
        await log.commit(appending("feed_1", Head(), fact("a"), fact("b")))


async def test_a_head_of_another_past_conflicts(log: RedisLog) -> None:
    await log.commit(appending("feed_1", Head(), fact("a")))

    with pytest.raises(Conflict):
        await log.commit(appending("feed_1", Head(1, "0" * 64), fact("b")))


async def test_a_batch_may_mix_repeats_and_news_of_many_entities(log: RedisLog) -> None:
    (old,) = await log.commit(appending("feed_1", Head(), fact("a")))

    mixed = await log.commit(
        Batch(1, (Append("feed_2", Head(), (fact("b"),)), Append("feed_1", Head(), (fact("a"),))), notes={"k": b"v"})
    )

    assert mixed[0].entity == "feed_2"
    assert mixed[1] == old
    assert await log.note(1, "k") == b"v"


async def test_an_append_of_nothing_guards_the_version(log: RedisLog) -> None:
    await log.commit(appending("feed_1", Head(), fact("a"), snapshot=b"1"))

    assert await log.commit(appending("feed_1", await log.load(1, "feed_1"), snapshot=b"2")) == []
    assert (await log.load(1, "feed_1")).snapshot == b"2"
    with pytest.raises(Conflict):
        await log.commit(appending("feed_1", Head(), snapshot=b"3"))


async def test_an_alert_formed_twice_is_one_alert(log: RedisLog, raw: redis.Redis) -> None:
    def alert(at: datetime) -> AlertRaised:
        return AlertRaised(at, "alert_1", "article_1", 1, "w", "high", ("appeared",), (), False, {"schema": 1})

    first = await log.commit(appending("alert_1", Head(), alert(DAY)))

    assert await log.commit(appending("alert_1", Head(), alert(datetime(2026, 11, 25, tzinfo=UTC)))) == first
    assert raw.xlen("{monitor:1}:events") == 1


async def test_large_and_many_events_fit(log: RedisLog) -> None:
    large = discovered("ß" * 400_000)
    await log.commit(appending("article_1", Head(), large))
    many = tuple(fact(str(number)) for number in range(9000))  # beyond what Lua unpacks at once
    await log.commit(appending("feed_1", Head(), *many))

    assert [recorded.event for recorded in await log.history(1, "article_1")] == [large]
    assert [recorded.event for recorded in await log.history(1, "feed_1")] == list(many)


async def test_too_large_a_batch_is_refused_clearly(log: RedisLog) -> None:
    with pytest.raises(LogError, match="the log takes 8388608 at once"):
        await log.commit(Batch(1, notes={"k": b"x" * 8_388_608}))


async def test_contradictions_are_refused_before_anything_is_sent(log: RedisLog) -> None:
    with pytest.raises(LogError, match="twice"):
        await log.commit(Batch(1, (Append("a", Head(), (fact("a"),)), Append("a", Head(), (fact("b"),)))))
    claim = Claim("poll", 0, "m", "t", b"", DAY)
    with pytest.raises(LogError, match="cannot settle work of partition 0"):
        await log.commit(Batch(1, finish=Finish(claim, None)))
    with pytest.raises(LogError, match="no time"):
        await log.commit(Batch(1, timers=(SetTimer("poll", "m", float("nan")),)))
    assert [event async for event in log.read(1)] == []


async def test_a_stale_claim_fences_the_whole_batch(log: RedisLog) -> None:
    stale = Claim("poll", 1, "m", "nobody's", b"", DAY)

    with pytest.raises(Fenced):
        await log.commit(Batch(1, (Append("feed_1", Head(), (fact("a"),)),), finish=Finish(stale, 5)))

    assert await log.load(1, "feed_1") == Head()


async def test_an_empty_batch_is_no_harm(log: RedisLog) -> None:
    assert await log.commit(Batch(1)) == []


async def test_notes_are_kept_and_forgotten(log: RedisLog) -> None:
    await log.commit(Batch(1, notes={"a": b"\x00\xff", "b": b""}))
    assert (await log.note(1, "a"), await log.note(1, "b"), await log.note(0, "a")) == (b"\x00\xff", b"", None)

    await log.commit(Batch(1, notes={"a": None, "never there": None}))
    assert (await log.note(1, "a"), await log.note(1, "b")) == (None, b"")


async def test_of_concurrent_decisions_one_wins(log: RedisLog, other_log: RedisLog) -> None:
    logs = [log, other_log] * 10
    batches = [appending("feed_1", Head(), fact(str(number))) for number in range(20)]

    results = await asyncio.gather(*map(RedisLog.commit, logs, batches), return_exceptions=True)

    assert sum(isinstance(result, Conflict) for result in results) == 19
    assert (await log.load(1, "feed_1")).version == 1


async def test_history_notices_a_changed_byte(log: RedisLog, raw: redis.Redis) -> None:
    await log.commit(appending("feed_1", Head(), fact("a"), fact("b")))
    entries = raw.xrange("{monitor:1}:events")
    raw.delete("{monitor:1}:events", "{monitor:1}:history:feed_1")
    for _, fields in entries:
        fields[b"data"] = fields[b"data"].replace(b'"to":"a"', b'"to":"x"')
        raw.rpush("{monitor:1}:history:feed_1", raw.xadd("{monitor:1}:events", fields))

    with pytest.raises(Corrupt, match="chain breaks at version 1"):
        await log.history(1, "feed_1")


async def test_history_notices_a_missing_event(log: RedisLog, raw: redis.Redis) -> None:
    first, _ = await log.commit(appending("feed_1", Head(), fact("a"), fact("b")))
    raw.xdel("{monitor:1}:events", first.position)
    with pytest.raises(Corrupt, match="gone from the log"):
        await log.history(1, "feed_1")

    raw.lpop("{monitor:1}:history:feed_1")
    with pytest.raises(Corrupt, match="version 1 is feed_1 2"):
        await log.history(1, "feed_1")


async def test_aliases_are_pinned_once(log: RedisLog, other_log: RedisLog) -> None:
    aliases = [f"https://example.com/{number}" for number in range(12)]
    assert await log.resolve(aliases) is None
    assert await log.resolve([]) is None

    assert [await log.pin(alias, "article_1") for alias in aliases] == ["article_1"] * 12
    assert [await other_log.pin(alias, "article_2") for alias in aliases] == ["article_1"] * 12
    assert await other_log.resolve(["unknown", aliases[5]]) == "article_1"
    assert {log.partition_of(alias) for alias in aliases} == {0, 1, 2}


async def test_reading_follows(log: RedisLog) -> None:
    seen: asyncio.Queue[Recorded] = asyncio.Queue()

    async def follow() -> None:
        async for recorded in log.read(1, follow=True):
            await seen.put(recorded)

    follower = asyncio.create_task(follow())
    for name in ("feed_1", "feed_2"):
        (recorded,) = await log.commit(appending(name, Head(), fact("a")))
        assert await seen.get() == recorded
    follower.cancel()
    await asyncio.gather(follower, return_exceptions=True)


async def test_revisions_survive_the_round_trip(log: RedisLog) -> None:
    revised = ArticleRevised(
        DAY, "article_1", 2, "0" * 64, "1" * 64, (), {"title": "ü"}, (), "s", DAY, "full", evidence()
    )

    (recorded,) = await log.commit(appending("article_1", Head(), revised))

    assert (await log.history(1, "article_1")) == [recorded]


# --- aliases ---------------------------------------------------------------------------------------------------------


async def test_an_alias_is_bound_anew_only_from_its_holder(log: RedisLog) -> None:
    assert await log.pin("url://a", "article_1") == "article_1"
    assert await log.repin("url://a", "article_9", "article_2") == "article_1"
    assert await log.repin("url://a", "article_1", "article_2") == "article_2"
    assert await log.repin("url://a", "article_1", "article_2") == "article_2"  # a repeat after a lost reply
    assert await log.resolve(["url://a"]) == await log.pin("url://a", "article_3") == "article_2"
    assert await log.repin("url://b", "article_1", "article_4") == "article_4"


async def test_of_several_who_bind_an_alias_anew_one_succeeds(log: RedisLog, other_log: RedisLog) -> None:
    await log.pin("url://a", "article_1")
    heirs = [f"article_{n}" for n in range(2, 12)]
    logs = (log, other_log)
    said = await asyncio.gather(*(logs[n % 2].repin("url://a", "article_1", heir) for n, heir in enumerate(heirs)))
    assert len(set(said)) == 1
    assert await log.resolve(["url://a"]) == said[0]
