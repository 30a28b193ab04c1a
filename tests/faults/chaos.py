"""Kills and stops whatever runs, at random moments of a running feed of edits, and then settles the account.

    .venv/bin/python tests/faults/chaos.py --kills 200 --seed 1

Three ways: `embedded` kills the daemon, its server and its parser workers; `server` runs a Valkey behind a wire that loses replies,
and kills that server and the workers; `pair` runs two daemons on one such server, and kills them. Half of the kills strike while old
events are dropped from the archive all the time, many of them just as a base is made. Every choice is the seed's; the moments are the
machine's.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

import structlog
from processes import children
from scene import Scene, at_work, scene

KILLED = {  # in parts of all kills
    "embedded": {"daemon": 0.75, "server": 0.25},
    "server": {"server": 0.9, "worker": 0.1},
    "pair": {"daemon": 0.75, "server": 0.25},
}
STOPS = 0.15  # stops for each kill
RETENTION = ('keep = "7d"', "megabytes = 1")  # of which a seed takes one
IN_THE_MIDDLE = 0.2  # part of the kills that wait for a base to be made, where old events are dropped
PATIENCE = 15.0  # seconds in which one should be made


class Killer:
    """Kills and stops by chance of a seed."""

    def __init__(self, chance: random.Random, way: str, staged: Scene, pace: float) -> None:
        self._chance, self._shares, self._scene, self._pace = chance, KILLED[way], staged, pace
        self.done: Counter[str] = Counter()
        self.amid = 0  # kills and stops in the middle of dropping

    @property
    def kills(self) -> int:
        return sum(count for what, count in self.done.items() if not what.startswith("stop"))

    async def go_on(self, kills: int, until: float) -> None:
        """Kill so many, or until it is late."""
        for target in self._deck(kills):
            if self._chance.random() < STOPS:
                await self._strike(self._chance.choice([*self._shares]), stop=True)
            done = self.kills
            while self.kills == done and time.monotonic() < until:
                await self._strike(target)
                target = next(iter(self._shares))  # noqa: PLW2901  # where there is none, the one that there always is

    def _deck(self, kills: int) -> list[str]:
        first, second = self._shares
        number = round(kills * self._shares[first])
        deck = [first] * number + [second] * (kills - number)
        self._chance.shuffle(deck)
        return deck

    async def _strike(self, target: str, *, stop: bool = False) -> None:
        await asyncio.sleep(self._pace * self._chance.choice((0.0, 0.05, 0.3, 1.0)) * self._chance.random())
        pid = await self._living(target)
        if pid is None:
            return
        await asyncio.sleep(self._pace * self._chance.random() * 0.5)
        if self._scene.forgetful and self._chance.random() < IN_THE_MIDDLE:
            self.amid += await self._a_base_is_made()
        if (
            target == "worker"
        ):  # one that is killed before it has done anything is held for a feed's fault, and the feed rests
            await asyncio.sleep(0.4)
        with suppress(ProcessLookupError):
            if stop:
                os.kill(pid, signal.SIGSTOP)
                await asyncio.sleep(self._pace * self._chance.uniform(0.1, 2.0))
                os.kill(pid, signal.SIGCONT)
            else:
                os.kill(pid, signal.SIGKILL)
            self.done[f"stop {target}" if stop else target] += 1

    async def _a_base_is_made(self) -> bool:
        """Wait for the first file of a base, and for a moment in which the others follow; False where none is made soon."""
        archive, until = self._scene.folder / "data" / "archive", time.monotonic() + PATIENCE
        before = set(archive.rglob("*.base*"))
        while set(archive.rglob("*.base*")) <= before:
            if time.monotonic() > until:
                return False
            await asyncio.sleep(0.001)
        await asyncio.sleep(self._chance.random() * 0.03)
        return True

    async def _living(self, target: str) -> int | None:
        """The target's process, once it is there; None where it does not come up soon."""
        for _ in range(400):
            if found := self._find(target):
                return self._chance.choice(found)
            await asyncio.sleep(0.02)
        return None

    def _find(self, target: str) -> list[int]:
        server = self._scene.server
        if target == "server" and server:
            return [server.pid] if server.pid else []
        daemon = self._chance.choice(self._scene.daemons)
        if daemon.pid is None:
            return []
        match target:
            case "server":
                return children(daemon.pid, "valkey")
            case "worker":  # one that is killed before the daemon runs ends the daemon's start, which is no news
                said = self._scene.folder / f"said-{self._scene.daemons.index(daemon)}.jsonl"
                if said.read_bytes().count(b'"monitor runs"') <= daemon.restarts:
                    return []
                return [
                    pid for herder in children(daemon.pid, "python", "forkserver") for pid in children(herder, "python")
                ]
            case _:
                return [daemon.pid] if children(daemon.pid, "python") else []


async def run(
    way: str, kills: int, seed: int, folder: Path, seconds: float, pace: float = 1.0, *, forgetful: bool = False
) -> dict[str, object]:
    """One run; what happened and what is wrong. `pace` scales the pauses between the kills; who is `forgetful` drops old events meanwhile."""
    began, retention = time.monotonic(), random.Random(f"{way} {seed}").choice(RETENTION) if forgetful else ""
    staging = scene(seed, folder, server=way != "embedded", daemons=2 if way == "pair" else 1, retention=retention)
    async with staging as staged:
        killer = Killer(random.Random(seed), way, staged, pace)
        async with at_work(staged):
            await killer.go_on(kills, began + seconds)
            killed_after = time.monotonic() - began
        told = await staged.settle()
    return {
        "way": way,
        "retention": retention,
        "kills": killer.kills,
        "killed": dict(killer.done),
        "amid_dropping": killer.amid,
        "seconds_of_killing": round(killed_after),
        "seconds": round(time.monotonic() - began),
        **told,
    }


def main() -> None:
    """Run all ways, most kills where they cost least, and print what came of it."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--kills", type=int, default=200)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--way", choices=["embedded", "server", "pair", "all"], default="all")
    options.add_argument("--minutes", type=float, default=120.0, help="at most, of killing, each way")
    options.add_argument("--forgetful", type=float, default=0.5, help="the part of the kills with retention at work")
    asked = options.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    shares = {"embedded": round(asked.kills * 0.2), "pair": round(asked.kills * 0.1)}
    shares["server"] = asked.kills - sum(shares.values())
    bad = False
    for way in shares if asked.way == "all" else [asked.way]:
        kills = shares[way] if asked.way == "all" else asked.kills
        for forgetful, part in divided(kills, asked.forgetful).items():
            with tempfile.TemporaryDirectory(prefix="chaos-") as folder:
                work = run(way, part, asked.seed, Path(folder), asked.minutes * 60, forgetful=forgetful)
                done = asyncio.run(work)
            print(json.dumps(done, indent=1), flush=True)
            bad = bad or bool(done["problems"]) or done["kills"] != part
    sys.exit(1 if bad else 0)


def divided(kills: int, share: float) -> dict[bool, int]:
    """How many kills strike without retention, and how many with it."""
    forgetful = round(kills * share)
    return {way: number for way, number in ((False, kills - forgetful), (True, forgetful)) if number}


if __name__ == "__main__":
    main()
