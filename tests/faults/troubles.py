"""Makes trouble around a running daemon, one after another, and then settles the account: nobody is killed, all is to go on by itself.

    .venv/bin/python tests/faults/troubles.py --rounds 20 --seed 1

The data directory lies on a small disk that is filled and freed again; fsync(2) becomes slow or fails; the clocks of the daemon and of
its server are set forward and back. Every choice is the seed's. It needs a C compiler for the shim, and may it mount a tmpfs.
"""

from __future__ import annotations

import argparse
import asyncio
import errno
import json
import logging
import mmap
import os
import random
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import structlog
from scene import Scene, at_work, scene

HERE = Path(__file__).parent
SOON = 5.0  # seconds in which everything goes on once the trouble is over
HOUR = 3_600_000  # ms
TROUBLES = ("disk full", "fsync fails", "slow fsync", "host clock", "server clock")
SLOW = (5, 20, 300)  # ms
HOST_STEPS = (HOUR, -HOUR, 10 * 365 * 24 * HOUR)
SERVER_STEPS = (HOUR, -HOUR)  # farther ahead, articles would be too old to be looked at again


class NotHere(Exception):
    """What the harness needs is not there."""


@contextmanager
def small_disk(folder: Path, megabytes: int = 48) -> Iterator[Path]:
    """A disk of its own, in memory. Raises NotHere where none may be mounted."""
    folder.mkdir()
    sudo = [] if os.getuid() == 0 else ["sudo", "-n"]
    options = f"size={megabytes}m,mode=0700,uid={os.getuid()},gid={os.getgid()}"
    words = [*sudo, "mount", "-t", "tmpfs", "-o", options, "small", str(folder)]
    try:
        done = subprocess.run(words, capture_output=True, text=True, check=False)
    except FileNotFoundError as error:
        raise NotHere(f"NOT RUN: {error}") from error
    if done.returncode:
        raise NotHere(f"NOT RUN: no tmpfs may be mounted here ({done.stderr.strip()})")
    try:
        yield folder
    finally:
        subprocess.run([*sudo, "umount", "--lazy", str(folder)], check=True)


class Shim:
    """The trouble that the daemon and its server have with fsync(2) and their clocks."""

    def __init__(self, folder: Path) -> None:
        compiler = shutil.which("cc") or shutil.which("gcc")
        if compiler is None:
            raise NotHere("NOT RUN: there is no C compiler for the shim")
        made, told = folder / "trouble.so", folder / "trouble"
        subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", made, HERE / "trouble.c", "-ldl"], check=True)
        told.write_bytes(bytes(32))
        with told.open("r+b") as file:
            self._told = mmap.mmap(file.fileno(), 32)
        self.environment = {"LD_PRELOAD": str(made), "TROUBLE": str(told)}
        self.clocks = [0, 0]

    def tell(self, *, slow: int = 0, fails: int = 0) -> None:
        self._told[:] = struct.pack("4q", *self.clocks, slow, fails)

    def set_clock(self, of: int, milliseconds: int) -> None:
        self.clocks[of] = milliseconds
        self.tell()


class Troublemaker:
    """Makes trouble by chance of a seed, and measures how soon the log takes writes again."""

    def __init__(self, chance: random.Random, shim: Shim, staged: Scene) -> None:
        self._chance, self._shim, self._scene = chance, shim, staged
        self.made: Counter[str] = Counter()
        self.resumed: dict[str, float] = {}  # the longest wait, in seconds, after each kind of trouble
        self.problems: list[str] = []

    async def make(self, trouble: str) -> None:
        """Make one trouble, take it away, and see that everything goes on."""
        seconds = self._chance.uniform(0.5, 2.0)
        match trouble:
            case "disk full":
                await self._fill_the_disk(seconds)
            case "fsync fails":
                self._shim.tell(fails=errno.EIO)
                await asyncio.sleep(seconds)
            case "slow fsync":
                self._shim.tell(slow=self._chance.choice(SLOW))
                await asyncio.sleep(seconds)
            case "host clock":
                self._shim.set_clock(0, self._chance.choice(HOST_STEPS))
                await asyncio.sleep(seconds)
            case _:
                self._shim.set_clock(1, -self._shim.clocks[1] or self._chance.choice(SERVER_STEPS))
                await asyncio.sleep(seconds)
        self._shim.tell()
        self.made[trouble] += 1
        await self._goes_on(trouble)

    async def _fill_the_disk(self, seconds: float) -> None:
        filler, written = self._scene.folder / "data" / "filler", 0
        until = time.monotonic() + seconds + 1.5
        with filler.open("wb", buffering=0) as file:
            while time.monotonic() < until:  # what the server gave back when it died is taken as well
                with suppress(OSError):
                    while True:
                        written += file.write(bytes(2**16 if written < 2**25 else 512))
                await asyncio.sleep(0.02)
        if time.monotonic() - self._scene.witness.last < 0.5:
            self.problems.append("the log took writes while the disk was full")
        filler.unlink()

    async def _goes_on(self, trouble: str) -> None:
        over, witness = time.monotonic(), self._scene.witness
        written = len(witness.acknowledged)
        while len(witness.acknowledged) < written + 2 and time.monotonic() < over + 30:  # one may have been under way
            await asyncio.sleep(0.02)
        took = time.monotonic() - over
        self.resumed[trouble] = round(max(took, self.resumed.get(trouble, 0.0)), 2)
        if took > SOON:
            self.problems.append(f"after {trouble} the log took no writes for {took:.1f} s")


def said(staged: Scene, number: int = 0) -> Counter[str]:
    """How often a daemon said what."""
    words = (staged.folder / f"said-{number}.jsonl").read_text("utf-8")
    return Counter(json.loads(line)["event"] for line in words.splitlines() if line.startswith("{"))


async def up(staged: Scene) -> None:
    """Wait until all daemons run."""
    while not all(said(staged, number)["monitor runs"] for number in range(len(staged.daemons))):
        await asyncio.sleep(0.05)


async def run(rounds: int, seed: int, folder: Path) -> dict[str, object]:
    """One run; what happened and what is wrong."""
    began, chance = time.monotonic(), random.Random(seed)
    with small_disk(folder / "data"):
        shim = Shim(folder)
        async with scene(seed, folder, server=False, environment=shim.environment) as staged:
            maker = Troublemaker(chance, shim, staged)
            await up(staged)  # on a disk that is full it would not start, and say so
            async with at_work(staged):
                for number in range(rounds):  # each once, then by chance
                    await maker.make(TROUBLES[number] if number < len(TROUBLES) else chance.choice(TROUBLES))
            told = await staged.settle()
            words = said(staged)
    problems = [*maker.problems, *told.pop("problems")]  # type: ignore[misc]
    if told["daemon_restarts"]:
        problems.append(f"the daemon died {told['daemon_restarts']} times")
    return {
        "rounds": rounds,
        "made": dict(maker.made),
        "longest_wait_afterwards": maker.resumed,
        "seconds": round(time.monotonic() - began),
        "said": {what: count for what, count in words.items() if "log" in what or "disk" in what or "server" in what},
        **told,
        "problems": problems,
    }


async def go_away(seconds: float, seed: int, folder: Path) -> dict[str, object]:
    """Take the server of two daemons away for so long, as a whole hour is scaled down to; count who knocks at its door meanwhile."""
    async with scene(seed, folder, server=True, daemons=2, share=0.0) as staged:
        assert staged.server
        assert staged.wire
        pid = staged.server.pid
        assert pid
        async with at_work(staged):
            await up(staged)
            await asyncio.sleep(1.0)
            staged.server.held.clear()
            os.kill(pid, signal.SIGKILL)
            knocks = staged.wire.knocks
            await asyncio.sleep(seconds)
            knocks, written = staged.wire.knocks - knocks, len(staged.witness.acknowledged)
            staged.server.held.set()
            back = time.monotonic()
            while len(staged.witness.acknowledged) < written + 2 and time.monotonic() < back + 30:
                await asyncio.sleep(0.02)
            took = time.monotonic() - back
        told = await staged.settle()
        words = [said(staged, number)["the log does not answer; repeating until it does"] for number in (0, 1)]
    problems = list(told.pop("problems"))  # type: ignore[call-overload]
    problems += [f"it took {took:.1f} s until the log took writes again"] if took > SOON else []
    problems += [f"{knocks / seconds:.1f} attempts to connect a second"] if knocks / seconds > 10 else []
    problems += [f"the trouble was told {words} times"] if words != [1, 1] else []
    problems += [f"daemons died {told['daemon_restarts']} times"] if told["daemon_restarts"] else []
    return {
        "seconds_away": seconds,
        "attempts_to_connect_a_second": round(knocks / seconds, 2),
        "resumed_after": round(took, 2),
        **told,
        "problems": problems,
    }


def main() -> None:
    """Make trouble, and print what came of it."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--rounds", type=int, default=20)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--away", type=float, default=0.0, help="instead, take the server away for so many seconds")
    asked = options.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    with tempfile.TemporaryDirectory(prefix="troubles-") as folder:
        done = asyncio.run(
            go_away(asked.away, asked.seed, Path(folder)) if asked.away else run(asked.rounds, asked.seed, Path(folder))
        )
    print(json.dumps(done, indent=1))
    sys.exit(1 if done["problems"] else 0)


if __name__ == "__main__":
    main()
