"""What holds while the connection breaks: replies are lost, the server forgets its scripts, runs out of memory, callers give up."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import redis
from structlog.testing import capture_logs

from monitor.core.events import FeedMoved
from monitor.errors import LogUnavailable
from monitor.ports import Append, Batch, Finish, Head, SetTimer
from monitor.store import RedisLog, open_log
from monitor.store.trouble import Patience

DAY = datetime(2026, 11, 23, tzinfo=UTC)


def fact(text: str) -> FeedMoved:
    return FeedMoved(at=DAY, feed="f", url="u", to=text)


class LossyWire:
    """A door to a server that, now and then, cuts a connection in the middle of a reply, before it, or in a request."""

    def __init__(self, server: str, door: Path, seed: int, share: float) -> None:
        self._there, self._door, self._chance, self.share = urlsplit(server), door, random.Random(seed), share
        self.cuts = 0

    @property
    def url(self) -> str:
        return f"unix://{self._there.netloc}{self._door}"

    @asynccontextmanager
    async def open(self) -> AsyncIterator[LossyWire]:
        doorman = await asyncio.start_unix_server(self._carry, self._door)
        try:
            yield self
        finally:
            doorman.close()
            await asyncio.sleep(0)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_unix_connection(self._there.path)
        ways = [asyncio.create_task(self._one_way(reader, back)), asyncio.create_task(self._one_way(there, writer))]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
            writer.transport.abort()
            back.transport.abort()

    async def _one_way(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        while chunk := await source.read(2**16):
            if self._chance.random() < self.share:
                self.cuts += 1
                sink.write(chunk[: self._chance.randrange(len(chunk) + 1)])
                await sink.drain()
                return
            sink.write(chunk)
            await sink.drain()


@pytest.fixture
async def wire(raw: redis.Redis, server: str, tmp_path: Path) -> AsyncIterator[LossyWire]:
    wire = LossyWire(server, tmp_path / "w", seed=7, share=0.0)
    async with wire.open():
        yield wire


@pytest.fixture
async def lossy_log(wire: LossyWire, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[RedisLog]:
    monkeypatch.setattr(Patience, "FIRST", 0.001)
    monkeypatch.setattr(Patience, "LONGEST", 0.01)
    async with open_log(wire.url, data_dir=tmp_path) as log:
        wire.share = 0.1
        yield log
        wire.share = 0.0


async def test_lost_replies_lose_and_double_nothing(lossy_log: RedisLog, wire: LossyWire, raw: redis.Redis) -> None:
    recorded = {}

    async def write(entity: str) -> None:
        recorded[entity] = []
        for number in range(8):
            head = await lossy_log.load(0, entity)
            recorded[entity] += await lossy_log.commit(Batch(0, (Append(entity, head, (fact(str(number)),)),)))

    await asyncio.gather(*(write(f"feed_{number}") for number in range(8)))

    assert wire.cuts > 0
    for entity, events in recorded.items():
        assert [event.event.to for event in events] == [str(number) for number in range(8)]
        assert await lossy_log.history(0, entity) == events
    assert raw.xlen("{monitor:0}:events") == 64


async def test_a_lost_reply_never_looks_like_a_lost_claim(
    lossy_log: RedisLog, wire: LossyWire, raw: redis.Redis
) -> None:
    members = {f"feed_{number}" for number in range(30)}
    await lossy_log.commit(Batch(0, timers=tuple(SetTimer("poll", member, -1) for member in members)))
    claimed: list[str] = []

    async def work() -> None:
        while claims := await lossy_log.claim("poll", 0, 4, 3600):
            for claim in claims:
                append = Append(claim.member, Head(), (fact(claim.member),))
                (recorded,) = await lossy_log.commit(Batch(0, (append,), finish=Finish(claim, None)))
                claimed.append(recorded.entity)

    await asyncio.gather(work(), work(), work())

    assert wire.cuts > 0
    assert sorted(claimed) == sorted(members)
    assert raw.hlen("{monitor:0}:due:poll:claims") == 0


async def test_a_lost_reply_never_looks_like_a_lost_lease(
    lossy_log: RedisLog, wire: LossyWire, raw: redis.Redis
) -> None:
    texts = [f"{number:02}" for number in range(40)]
    await lossy_log.commit(Batch(0, tuple(Append(f"feed_{text}", Head(), (fact(text),)) for text in texts)))
    handled: list[str] = []

    async with aclosing(lossy_log.consume("match", 0, limit=7)) as turns:
        async for batch in turns:
            for consumed in batch:
                text = consumed.recorded.event.to
                effect = (Append(f"effect_{text}", Head(), (fact("effect"),)),) if text in texts else ()
                if text == "13":
                    await lossy_log.park(consumed, "unlucky")
                else:
                    await lossy_log.commit(Batch(0, effect, ack=consumed.ack))
                handled.append(text)
            if not batch:
                break

    assert wire.cuts > 0
    assert handled == texts + ["effect"] * 39
    ((parked, _),) = await lossy_log.parked("match")
    assert await lossy_log.unpark("match", parked.id)
    assert raw.xlen("{monitor:0}:events") == 79


async def test_a_server_that_forgot_the_scripts_is_taught_again(log: RedisLog, raw: redis.Redis) -> None:
    raw.script_flush()
    await asyncio.gather(*(log.commit(Batch(0, notes={str(number): b""})) for number in range(5)))
    raw.script_flush()
    assert await log.claim("poll", 0, 1, 1) == []


async def test_a_full_server_is_waited_for_and_nothing_is_half_done(log: RedisLog, raw: redis.Redis) -> None:
    await log.commit(Batch(0, (Append("feed_1", Head(), (fact("a"),)),), timers=(SetTimer("poll", "x", -1),)))
    (claim,) = await log.claim("poll", 0, 1, 60)
    raw.config_set("maxmemory", 1)
    try:
        with capture_logs() as lines:
            batch = Batch(0, (Append("feed_2", Head(), (fact("b"),)),), notes={"k": b"v"}, finish=Finish(claim, None))
            writing = asyncio.create_task(log.commit(batch))
            async with aclosing(
                log.consume("match", 0)
            ) as turns:  # reading and acking go on, so that memory can be freed
                (consumed,) = await anext(turns)
                await log.commit(Batch(0, ack=consumed.ack))
            assert not writing.done()
            assert await log.note(0, "k") is None
            assert await log.load(0, "feed_2") == Head()
            assert raw.hlen("{monitor:0}:due:poll:claims") == 1
            raw.config_set("maxmemory", 0)
            (recorded,) = await writing
    finally:
        raw.config_set("maxmemory", 0)
    assert recorded.entity == "feed_2"
    assert [line["event"] for line in lines if "log" in line["event"]] == [
        "the log does not answer; repeating until it does",
        "the log answers again",
    ]


async def test_callers_may_give_up_at_any_time_without_harm_to_others(log: RedisLog) -> None:
    chance = random.Random(7)
    tasks = [
        asyncio.create_task(log.commit(Batch(0, (Append(f"feed_{number}", Head(), (fact(str(number)),)),))))
        for number in range(300)
    ]
    for task in chance.sample(tasks, 150):
        await asyncio.sleep(0)
        task.cancel()
    results = await asyncio.gather(*tasks, return_exceptions=True)

    recorded = [result[0] for result in results if isinstance(result, list)]
    assert len(recorded) >= 150
    standing = {event.id: event async for event in log.read(0)}
    assert all(standing[event.id] == event for event in recorded)
    for event in standing.values():
        assert (await log.load(0, event.entity)).version == 1


async def test_trouble_that_does_not_pass_is_raised_to_everybody(log: RedisLog, raw: redis.Redis) -> None:
    raw.set("{monitor:0}:ledger", "somebody else's")
    batches = [Batch(0, notes={str(number): b""}) for number in range(3)]

    results = await asyncio.gather(*map(log.commit, batches), return_exceptions=True)

    assert all(isinstance(result, LogUnavailable) for result in results)
    assert all("another type" in str(result) for result in results)
    raw.delete("{monitor:0}:ledger")
    assert await log.commit(Batch(0)) == []


async def test_closing_leaves_nobody_waiting(raw: redis.Redis, server: str, tmp_path: Path) -> None:
    async with open_log(server, data_dir=tmp_path) as log:
        raw.config_set("maxmemory", 1)
        waiting = asyncio.create_task(log.commit(Batch(0, notes={"k": b"v"})))
        await asyncio.sleep(0.02)
    raw.config_set("maxmemory", 0)
    await asyncio.gather(waiting, return_exceptions=True)
    assert waiting.cancelled()
