"""How many connections are open: as many as are needed now, not as were ever needed at once."""

from __future__ import annotations

import asyncio

import pytest

from monitor.store import connection as connections
from monitor.store.connection import Connection

BUSY = 40


async def opened(connection: Connection) -> int:
    return len((await connection.ask("CLIENT", "LIST")).splitlines())


async def test_what_a_busy_moment_opened_is_closed_again(valkey_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "IDLE_SECONDS", 0.2)
    connection = Connection(valkey_url)
    try:
        before = await opened(connection)
        await asyncio.gather(*(connection.ask("BLPOP", "nothing", 0.2) for _ in range(BUSY)))
        assert await opened(connection) >= before + BUSY - 1
        await asyncio.sleep(0.3)
        for _ in range(BUSY):
            await connection.ask("PING")
        assert await opened(connection) <= before + 1
    finally:
        await connection.close()


async def test_what_is_needed_again_and_again_stays_open(valkey_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "IDLE_SECONDS", 5.0)
    connection = Connection(valkey_url)
    try:
        for _ in range(3):
            await asyncio.gather(*(connection.ask("BLPOP", "nothing", 0.1) for _ in range(BUSY)))
        ids = {row.split(b" ", 1)[0] for row in (await connection.ask("CLIENT", "LIST")).splitlines()}
        await asyncio.gather(*(connection.ask("BLPOP", "nothing", 0.1) for _ in range(BUSY)))
        assert ids == {row.split(b" ", 1)[0] for row in (await connection.ask("CLIENT", "LIST")).splitlines()}
    finally:
        await connection.close()
