"""The archive: what is sealed stays readable, what is not sealed and done with is never dropped, and no changed bit goes unseen."""

from __future__ import annotations

import asyncio
import random
import shutil
from collections.abc import AsyncIterator
from contextlib import aclosing
from datetime import timedelta
from pathlib import Path

import pytest
import redis
from archived import STREAM, append, archive, done_with_all, everything, moved, some, story

from monitor.core.events import Recorded
from monitor.errors import Corrupt, Fenced, LogUnavailable
from monitor.ports import Append, Batch, Waiting
from monitor.stages.archive import Limits, is_due, is_full
from monitor.store import RedisLog, open_log, segments
from monitor.store.keys import GROUPS
from monitor.store.sealing import Archivist
from monitor.store.verify import verify
from monitor.store.views import Reader, Views, compare, rebuild


@pytest.fixture
def raw(valkey_url: str) -> redis.Redis:
    with redis.Redis.from_url(valkey_url, protocol=2) as client:
        client.flushall()
        yield client


@pytest.fixture
async def log(raw: redis.Redis, valkey_url: str, tmp_path: Path) -> AsyncIterator[RedisLog]:
    async with open_log(valkey_url, data_dir=tmp_path, archiving=True, lease_seconds=1.0) as opened:
        yield opened


# --- reading ----------------------------------------------------------------------------------------------------------


async def test_what_is_archived_reads_as_before(log: RedisLog, raw: redis.Redis) -> None:
    recorded = await some(log, 230)
    done_with_all(raw)
    assert await archive(log, events=50) == 230
    assert raw.xlen(STREAM) == 0
    recorded += await some(log, 20)

    assert await everything(log) == recorded
    for place in (0, 1, 49, 50, 51, 229, 230, 249):
        assert await everything(log, recorded[place].position) == recorded[place + 1 :]
    for number in range(7):
        mine = [event for event in recorded if event.entity == f"feed_{number}"]
        assert await log.history(0, f"feed_{number}") == mine
        assert await log.history(0, f"feed_{number}", 3) == mine[:3]
    assert [await log.lag(group, 0) for group in (*GROUPS, "archive")] == [20] * 5
    assert (await verify(log)).problems == []


async def test_who_follows_the_log_misses_nothing_while_it_is_archived(log: RedisLog, raw: redis.Redis) -> None:
    recorded: list[Recorded] = []
    seen: list[Recorded] = []

    async def follow() -> None:
        async with aclosing(log.read(0, follow=True)) as events:
            async for event in events:
                seen.append(event)
                await asyncio.sleep(random.Random(event.id).choice((0, 0, 0, 0.003)))
                if event.event.to == "the end":
                    return

    following = asyncio.create_task(follow())
    for _ in range(8):
        recorded += await some(log, 40)
        done_with_all(raw)
        await archive(log, events=25)
    recorded += await append(log, "feed_0", moved("the end"))
    await following
    assert seen == recorded


async def test_a_repeated_commit_is_answered_from_the_archive(log: RedisLog, raw: redis.Redis) -> None:
    head = await log.load(0, "feed_1")
    batch = Batch(0, (Append("feed_1", head, (moved("a"),)),))
    first = await log.commit(batch)
    done_with_all(raw)
    assert await archive(log) == 1
    assert await log.commit(batch) == first


async def test_the_views_are_made_again_from_archive_and_log(log: RedisLog, raw: redis.Redis, tmp_path: Path) -> None:
    await story(log, "article_1", 30)
    live = tmp_path / "views.sqlite3"
    with Views(live) as views:
        views.apply(await everything(log))
    done_with_all(raw)
    assert await archive(log, events=7) == 30
    await story(log, "article_2", 3)
    with Views(live) as views:
        views.apply(await everything(log))
    with Reader(live) as reader:
        before = list(reader.dump())

    assert await compare(log, live) is None
    live.unlink()
    assert await rebuild(log, live) == 33
    with Reader(live) as reader:
        assert list(reader.dump()) == before


# --- dropping ---------------------------------------------------------------------------------------------------------


async def test_nothing_is_dropped_that_is_not_archived(log: RedisLog, raw: redis.Redis) -> None:
    await some(log, 10)
    done_with_all(raw)
    async with log.archivist(0) as archivist:
        assert await archivist.trim() == 0
        await archivist.gather(4, 2**23)
        assert await archivist.trim() == 0
        await archivist.seal()
        assert await archivist.trim() == 4
    assert raw.xlen(STREAM) == 6


@pytest.mark.parametrize("group", GROUPS)
async def test_nothing_is_dropped_that_a_group_has_yet_to_do(log: RedisLog, raw: redis.Redis, group: str) -> None:
    recorded = await some(log, 12)
    done_with_all(raw)
    raw.xgroup_setid(STREAM, group, 0)
    assert await archive(log) == 0

    async with aclosing(log.consume(group, 0)) as batches:
        batch = await anext(batches)
        for consumed in (*batch[:3], *batch[4:]):
            await log.commit(Batch(0, ack=consumed.ack))
        assert await archive(log) == 3
        await log.park(batch[3], "unlucky")
        assert await archive(log) == 0
    assert [event.id for event, _ in await log.parked(group)] == [recorded[3].id]
    await log.unpark(group, recorded[3].id)
    async with aclosing(log.consume(group, 0)) as batches:
        (again,) = await anext(batches)
        assert again.recorded == recorded[3]
        await log.commit(Batch(0, ack=again.ack))
    assert await archive(log) == 9
    assert await everything(log) == recorded


async def test_nothing_is_dropped_while_a_group_is_missing(log: RedisLog, raw: redis.Redis) -> None:
    await some(log, 5)
    done_with_all(raw)
    raw.xgroup_destroy(STREAM, "policy")
    with pytest.raises(LogUnavailable, match="lost its consumer group policy: nothing is dropped"):
        await archive(log)
    assert raw.xlen(STREAM) == 5


async def test_a_full_server_is_freed_by_archiving(log: RedisLog, raw: redis.Redis) -> None:
    await some(log, 50)
    done_with_all(raw)
    raw.config_set("maxmemory", 1)
    try:
        assert await archive(log) == 50
    finally:
        raw.config_set("maxmemory", 0)


# --- two archivists, and crashes --------------------------------------------------------------------------------------


async def test_who_has_lost_the_lease_can_note_nothing(log: RedisLog, raw: redis.Redis) -> None:
    recorded = await some(log, 30)
    done_with_all(raw)
    async with log.archivist(0) as slow, log.archivist(0) as quick:
        await slow.gather(10, 2**23)
        raw.hset("{monitor:0}:lease:archive", "x", 0)  # as if it had stood still for longer than its lease
        await quick.gather(20, 2**23)
        await quick.seal()
        with pytest.raises(Fenced):
            await slow.seal()
        await quick.gather(20, 2**23)
        await quick.seal()
    assert await archive(log) == 30
    assert await everything(log) == recorded
    assert (await verify(log)).problems == []


async def test_a_crash_at_any_step_leaves_nothing_undone_or_done_twice(
    log: RedisLog, raw: redis.Redis, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    recorded = await some(log, 40)
    done_with_all(raw)

    class Crashed(Exception):
        pass

    calls = 0
    write = segments.durable.write

    def die(at: int, *, after: bool) -> None:
        def dying(path: Path, content: bytes) -> None:
            nonlocal calls
            calls += 1
            if calls == at and not after:
                path.with_name(".new-half").write_bytes(content[: len(content) // 2])
                raise Crashed
            write(path, content)
            if calls == at:
                raise Crashed

        monkeypatch.setattr(segments.durable, "write", dying)

    for at in (1, 2):
        for after in (False, True):
            calls = 0
            die(at, after=after)
            with pytest.raises(Crashed):
                await archive(log, events=10)
            assert raw.xlen(STREAM) == 40
    monkeypatch.setattr(segments.durable, "write", write)
    async with log.archivist(0) as archivist:  # sealed and noted, and then it died before it dropped anything
        await archivist.gather(10, 2**23)
        await archivist.seal()
    assert await archive(log, events=10) == 40
    assert await everything(log) == recorded
    findings = await verify(log)
    assert (findings.problems, findings.segments) == ([], 4)
    names = sorted(path.name.split("-")[0] for path in (tmp_path / "archive" / "0").glob("0*"))
    assert names == sorted([f"{number:08}" for number in range(1, 5)] * 2), "what was never noted is swept away"


async def test_an_archive_that_has_vanished_is_not_built_upon(log: RedisLog, raw: redis.Redis, tmp_path: Path) -> None:
    await some(log, 5)
    done_with_all(raw)
    await archive(log)
    shutil.rmtree(tmp_path / "archive")
    with pytest.raises(Corrupt, match="cannot be read"):
        await archive(log)
    with pytest.raises(Corrupt, match="cannot be read"):
        await everything(log)


async def test_the_archive_of_another_log_is_left_alone(
    log: RedisLog, raw: redis.Redis, valkey_url: str, tmp_path: Path
) -> None:
    await some(log, 5)
    done_with_all(raw)
    await archive(log)
    files = sorted((tmp_path / "archive" / "0").iterdir())
    raw.flushall()
    async with open_log(valkey_url, data_dir=tmp_path, archiving=True) as another:
        await some(another, 5)
        for _ in range(3):
            with pytest.raises(Corrupt, match="belongs to another log: move it away"):
                await archive(another)
    assert sorted((tmp_path / "archive" / "0").iterdir()) == files


def test_what_waits_is_sealed_by_age_number_or_size() -> None:
    limits = Limits(age=timedelta(minutes=1), events=10, size=1000)
    assert not is_due(Waiting(0, 0, 0.0), limits)
    assert not is_due(Waiting(9, 999, 59.9), limits)
    assert is_due(Waiting(1, 1, 60.0), limits)
    for full in (Waiting(10, 1, 0.0), Waiting(1, 1000, 0.0)):
        assert is_full(full, limits)
        assert is_due(full, limits)
    assert not is_full(Waiting(9, 999, 60.0), limits)


async def test_the_bounds_of_a_segment_are_kept(log: RedisLog, raw: redis.Redis) -> None:
    await some(log, 30)
    async with log.archivist(0) as archivist:
        waiting = await archivist.gather(12, 2**23)
        assert (waiting.events, waiting.age < 60) == (12, True)
        await archivist.seal()
        waiting = await archivist.gather(1000, 2000)
        assert waiting.size >= 2000 > waiting.size - 500


# --- verifying --------------------------------------------------------------------------------------------------------


@pytest.fixture
async def written(log: RedisLog, raw: redis.Redis) -> RedisLog:
    """A log of which a part is archived."""
    for number in range(4):
        await story(log, f"article_{number}", 5)
        await some(log, 20)
    done_with_all(raw)
    await archive(log, events=30)
    await story(log, "article_9", 6)
    await some(log, 10)
    assert (await verify(log)).problems == []
    return log


async def test_every_changed_bit_of_the_archive_is_found(written: RedisLog, tmp_path: Path) -> None:
    chance, files = random.Random(5), sorted((tmp_path / "archive" / "0").iterdir())
    assert len(files) == 8
    for _ in range(150):
        path = chance.choice(files)
        whole = path.read_bytes()
        bit = chance.randrange(len(whole) * 8)
        changed = bytearray(whole)
        changed[bit // 8] ^= 1 << bit % 8
        path.write_bytes(changed)
        assert (await verify(written)).problems, f"bit {bit} of {path.name}"
        path.write_bytes(whole)
    assert (await verify(written)).problems == []


FIELDS = ("id", "entity", "v", "type", "n", "h", "data")


@pytest.mark.parametrize("field", FIELDS)
async def test_every_changed_bit_of_the_stream_is_found(written: RedisLog, raw: redis.Redis, field: str) -> None:
    chance = random.Random(field)
    rows = raw.xrange(STREAM)
    original = raw.dump(STREAM)
    for _ in range(12):
        place = chance.randrange(len(rows))
        raw.delete(STREAM)
        for number, (position, fields) in enumerate(rows):
            values = dict(fields)
            if number == place:
                value = bytearray(values[field.encode()])
                value[chance.randrange(len(value))] ^= 1 << chance.randrange(8)
                values[field.encode()] = bytes(value)
            raw.xadd(STREAM, values, position)
        assert (await verify(written)).problems, (field, place)
    raw.delete(STREAM)
    raw.restore(STREAM, 0, original)
    assert (await verify(written)).problems == []


async def test_what_is_missing_or_made_up_is_found(written: RedisLog, raw: redis.Redis) -> None:
    async def problems() -> str:
        return "\n".join((await verify(written)).problems)

    rows = raw.xrange(STREAM)
    original = raw.dump(STREAM)
    raw.xdel(STREAM, rows[3][0])
    assert "its number is" in await problems()
    raw.restore(STREAM, 0, original, replace=True)
    raw.xdel(STREAM, rows[-1][0])
    assert "the log's head is version 14, its newest event 13" in await problems()
    raw.restore(STREAM, 0, original, replace=True)

    snapshot = raw.hget("{monitor:0}:state:article_9", "s")
    raw.hset("{monitor:0}:state:article_9", "s", snapshot.replace(b"Headline 6", b"Headline 5"))
    assert "article_9: its snapshot is not what its events fold to" in await problems()
    raw.hset("{monitor:0}:state:article_9", "s", snapshot)

    third = raw.lindex("{monitor:0}:history:article_0", 2)
    raw.lset("{monitor:0}:history:article_0", 2, rows[0][0])
    assert "article_0: its history names other places" in await problems()
    raw.lset("{monitor:0}:history:article_0", 2, third)

    raw.hset("{monitor:0}:state:article_lost", mapping={"v": 3, "h": "0" * 64})
    assert "article_lost: the log's head is version 3, its newest event 0" in await problems()


async def test_an_archivist_may_be_left_at_any_time(log: RedisLog, raw: redis.Redis) -> None:
    await some(log, 5)
    archivist = log.archivist(0)
    assert isinstance(archivist, Archivist)
    async with archivist:
        await archivist.gather(3, 2**23)
    assert raw.hget("{monitor:0}:lease:archive", "o") == b""
