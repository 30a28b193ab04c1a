"""What the soak counts as open, and that it tells a leak of one a minute from busy moments."""

from __future__ import annotations

import asyncio
import os
import random
import socket
import sys
from collections import Counter, deque
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

if sys.platform != "linux":
    pytest.skip("NOT RUN: the harness reads /proc, as Linux has it", allow_module_level=True)

import measures
from descriptors import opened
from measures import Connections, Look, leaks

from monitor.store import open_log

LOOKS_A_MINUTE = 12
MINUTES = 30


def listening(kind: int, at: object) -> socket.socket:
    made = socket.socket(kind)
    made.bind(at)
    made.listen()
    return made


def test_each_descriptor_is_counted_once_by_what_it_is(tmp_path: Path) -> None:
    before, me = opened(os.getpid()), os.getpid()
    one, other = socket.socketpair()
    with (
        (tmp_path / "part-0007.json").open("w"),
        closing(one),
        closing(other),
        closing(listening(socket.AF_UNIX, str(tmp_path / "s"))) as door,
        closing(listening(socket.AF_INET, ("127.0.0.1", 0))) as shop,
        closing(socket.socket(socket.AF_UNIX)) as guest,
        closing(socket.create_connection(shop.getsockname())) as customer,
    ):
        guest.connect(str(tmp_path / "s"))
        with closing(door.accept()[0]), closing(shop.accept()[0]) as served:
            assert opened(me) - before == {
                "part-#.json": 1,
                "unix unnamed": 3,
                "unix s": 2,
                "tcp listening": 1,
                "tcp established": 2,
            }
            served.close()
            assert opened(me)["tcp close-wait"] == 1, customer
    assert opened(me) == before
    assert opened(2**22) == {}


def looks(seed: int, leak: Callable[[float], int]) -> list[Look]:
    """What is open is as much as the busiest moment of the last minute needed, and what a leak adds by a minute of the run."""
    chance, busy, seen = random.Random(seed), deque[int](maxlen=LOOKS_A_MINUTE), []
    for number in range(MINUTES * LOOKS_A_MINUTE):
        crowd = chance.randrange(60) if chance.random() < 0.02 else 0
        busy.append(60 + int(chance.expovariate(1 / 4)) + crowd)
        at = number / LOOKS_A_MINUTE
        theirs = Counter({"tcp established": max(busy) + leak(at), "pipe": 9})
        seen.append(Look(at * 60, 90.0, 20.0, 90.0, theirs, Counter(), Counter(), Connections(max(busy), 20), lag=0))
    return seen


@pytest.mark.parametrize("seed", range(20))
def test_busy_moments_are_no_leak_and_one_a_minute_is(seed: int) -> None:
    assert leaks(looks(seed, lambda _: 0)) == []
    [found] = leaks(looks(seed, int))
    assert found.startswith("opened: tcp established: ")
    assert leaks(looks(seed, lambda at: 300 * (at >= 28))) == [], "one crowd, however large"


def test_one_connection_that_nobody_uses_is_a_leak_by_itself_and_one_more_a_minute_that_waits() -> None:
    seen = looks(1, lambda _: 0)
    unused = [*seen[:-1], replace(seen[-1], connections=Connections(70, 20, 1))]
    assert leaks(unused) == ["1 connections to the server were not used any more, nor closed"]
    waiting = [replace(each, connections=Connections(70, 20 + int(each.at / 60))) for each in seen]
    assert leaks(waiting) == ["connections that wait: 1.0 more a minute"]


async def test_connections_are_told_apart_by_what_they_are_at(valkey_url: str, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(measures, "UNUSED", 0)
    async with open_log(valkey_url, data_dir=tmp_path) as log:
        before = await measures.connections(log)
        pool = log.connection._pool
        forgotten = await pool.get_connection()
        await forgotten.connect()
        waits = asyncio.create_task(log.connection.ask("BLPOP", "nothing", 30))
        await asyncio.sleep(1.1)
        now = await measures.connections(log)
        assert (now.waiting - before.waiting, now.forgotten - before.forgotten) == (1, 1)
        waits.cancel()
        await asyncio.gather(waits, return_exceptions=True)
        await pool.release(forgotten)
