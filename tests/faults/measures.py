"""What a soak measures: memory, what is open, connections that nobody uses, how far behind the stages are, what the server keeps."""

from __future__ import annotations

import os
import statistics
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from descriptors import growth, opened
from processes import children

from monitor.store import RedisLog

STARTED = 150.0  # seconds after which what only the start needed is closed
UNUSED = 120.0  # seconds after which a connection to the server is forgotten: one that is not needed is closed after half of that
MOST_MORE, MOST_A_MINUTE = 10, 0.5  # of one kind, open, over the whole time and in a minute: less is chance
DOOR = "unix valkey.sock"  # at the server's side of a connection
OPENED = ("opened", "server_opened", "parsers_opened")
GROUPS = ("match", "policy", "deliver", "project")


@dataclass(frozen=True)
class Connections:
    """To the server: how many, how many of them wait for events, and how many nobody uses any more."""

    all: int = 0
    waiting: int = 0
    forgotten: int = 0


@dataclass(frozen=True)
class Look:
    """What the processes hold at one moment: memory in MiB, what is open by kind but for connections to the server, and these."""

    at: float
    daemon: float
    server: float
    parsers: float
    opened: Counter[str]
    server_opened: Counter[str]
    parsers_opened: Counter[str]
    connections: Connections
    lag: int


def memory(process: int) -> float:
    """The resident memory of a process, in MiB; nothing of one that has just ended, as parsers do after their share of tasks."""
    pages = 0
    with suppress(OSError):
        pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGESIZE") / 2**20


async def connections(log: RedisLog) -> Connections:
    """What the connections to the server are at, ours among them."""
    clients = (await log.connection.ask("CLIENT", "LIST")).decode().splitlines()
    facts = [dict(fact.split("=", 1) for fact in client.split()) for client in clients]
    wait = ["b" in each["flags"] for each in facts]
    unused = [int(each["idle"]) > UNUSED for each in facts]
    return Connections(len(facts), sum(wait), sum(old and not waits for old, waits in zip(unused, wait, strict=True)))


async def lag(log: RedisLog) -> int:
    return sum([await log.lag(group, at) for group in GROUPS for at in range(log.partitions)])


async def look(daemon: int, log: RedisLog, began: float) -> Look:
    (server,) = children(daemon, "valkey")
    parsers = [
        worker
        for herder in children(daemon, "python", "forkserver")
        for worker in (herder, *children(herder, "python"))
    ]
    theirs, servers, mine = opened(daemon), opened(server), opened(os.getpid())
    now = await connections(log)
    theirs["unix unnamed"] += mine["unix unnamed"] - now.all
    servers[DOOR] -= now.all
    return Look(
        time.monotonic() - began, memory(daemon), memory(server), sum(map(memory, parsers)),
        theirs, servers, sum(map(opened, parsers), Counter()), now, await lag(log),
    )  # fmt: skip


async def sizes(log: RedisLog) -> Counter[str]:
    """The bytes of the server's keys, by kind: what a state or history is of, the kind of a note, else the key's name."""
    found, cursor = Counter[str](), b"0"
    while True:
        cursor, keys = await log.connection.ask("SCAN", cursor, "COUNT", 1000)
        used = await log.connection.ask_all([("MEMORY", "USAGE", key, "SAMPLES", 0) for key in keys]) if keys else []
        for key, size in zip(keys, used, strict=True):
            parts = key.decode().split(":")[2:] or [key.decode()]
            of = parts[1].partition("_")[0] if parts[0] in {"state", "history"} else ""
            found[f"{parts[0]} {of}".strip()] += size or 0
        if cursor == b"0":
            return found


def slope(looks: list[Look], what: str) -> float:
    """MiB an hour, by least squares."""
    return statistics.linear_regression(
        [each.at / 3600 for each in looks], [getattr(each, what) for each in looks]
    ).slope


def leaks(looks: list[Look]) -> list[str]:
    """What is opened and not closed again.

    Of connections to the server as many are open as the busiest moment of the last minute needed. What is due together is due
    together again, so that their number goes up and down for an hour, and says nothing; but whether each is used can be seen.
    """
    settled = [each for each in looks if each.at >= STARTED]
    minutes, found = (settled[-1].at - settled[0].at) / 60 if settled else 0.0, []
    series = {
        f"{what}: {kind}": [(each.at, getattr(each, what)[kind]) for each in settled]
        for what in OPENED
        for kind in sorted(set().union(*(getattr(each, what) for each in settled)))
    }
    series["connections that wait"] = [(each.at, each.connections.waiting) for each in settled]
    for what, counts in series.items():
        more = growth(counts)
        if more * minutes > max(MOST_MORE, MOST_A_MINUTE * minutes):
            found.append(f"{what}: {more:.1f} more a minute")
    forgotten = max((each.connections.forgotten for each in settled), default=0)
    return [
        *found,
        *([f"{forgotten} connections to the server were not used any more, nor closed"] if forgotten else []),
    ]
