"""Cuts the power again and again: everything dies at once, files are cut to what was synced, with zeros or garbage behind.

    .venv/bin/python tests/faults/power.py --cuts 200 --seed 1

The model: what fsync(2) or fdatasync(2) returned for is on the disk, names included; of what was written after that any beginning may
be there, or as much of anything else; what was deleted may be there again. In half of the runs, by the seed, old events are dropped from
the archive all the time. It needs a C compiler, for the shim that notes what was synced.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import structlog
from processes import children

from monitor.core import retention
from monitor.core.events import ArticleRevised, Recorded
from monitor.errors import Corrupt
from monitor.store import open_log
from monitor.store.verify import verify

HERE = Path(__file__).parent
PARTITIONS = 2
TAILS = ("none", "part", "zeros", "garbage")
FORGETFUL = 0.5  # part of the runs with retention at work
MOST_SECONDS = 10.0  # that such a run waits for retention to take something


class Fact(NamedTuple):
    """An event that was acknowledged, in the writer's words."""

    id: str
    position: str
    entity: str
    version: int
    type: str


def shim(folder: Path) -> Path | None:
    """The shim, compiled; None where there is no compiler."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        return None
    made = folder / "fsync_log.so"
    subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", made, HERE / "fsync_log.c", "-ldl"], check=True)
    return made


class Machine:
    """A machine with one log on it, which loses its power by chance of a seed."""

    def __init__(self, folder: Path, chance: random.Random, shim: Path, weakened: str = "") -> None:
        self._appendfsync = weakened or "always"
        self._data, self._noted, self._chance, self._shim = folder / "data", folder / "synced", chance, shim
        self._forgets = random.Random(
            chance.random()
        )  # by the seed alone: how much else is left to chance hangs on time
        self.acknowledged: dict[str, Fact] = {}
        self.forgetful = self.dropped = self.came_back = 0
        self.tails: Counter[str] = Counter()
        self.bytes_lost = 0
        self._before: dict[int, int] = {}
        self._shadow = folder / "shadow"

    async def run_and_cut(self) -> None:
        """Start, let it write for a while, and cut the power."""
        self._noted.unlink(missing_ok=True)
        self._before = {path.stat().st_ino: path.stat().st_size for path in self._data.rglob("*.incr.aof")}
        self._remember_what_stands()
        words = ["forgetful"] if self._forgets.random() < FORGETFUL else []
        self.forgetful += len(words)
        environment = {**os.environ, "LD_PRELOAD": str(self._shim), "FSYNC_LOG": str(self._noted)}
        writer = await asyncio.create_subprocess_exec(
            sys.executable, str(HERE / "writer.py"), str(self._data), str(self._chance.randrange(2**31)), self._appendfsync, *words,
            stdout=asyncio.subprocess.PIPE, env=environment, start_new_session=True,
        )  # fmt: skip
        assert writer.stdout is not None
        first = await writer.stdout.readline()
        assert first, "the log did not start again by itself"
        self._take_note(first)
        reading = asyncio.create_task(self._read(writer.stdout))
        await asyncio.sleep(self._chance.uniform(0.05, 0.8))
        if words:
            await self._until_something_went()
        assert writer.returncode is None, "the log's owner ended by itself"
        for process in (*children(writer.pid, "valkey"), writer.pid):
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        await writer.wait()
        await reading  # what was acknowledged before it died
        self._lose_what_was_not_synced()
        self._bring_back_what_was_deleted()

    def _remember_what_stands(self) -> None:
        shutil.rmtree(self._shadow, ignore_errors=True)
        for path in (self._data / "archive").rglob("*-*"):
            place = self._shadow / path.relative_to(self._data)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.hardlink_to(path)

    async def _until_something_went(self) -> None:
        """Wait until retention took a file that stood at the start, so that the power is cut while it works, on a slow machine as well."""
        stood = [self._data / place.relative_to(self._shadow) for place in self._shadow.rglob("*-*")]
        patience = time.monotonic() + MOST_SECONDS
        while stood and all(path.exists() for path in stood) and time.monotonic() < patience:
            await asyncio.sleep(0.02)
        await asyncio.sleep(self._chance.uniform(0, 0.1))

    def _bring_back_what_was_deleted(self) -> None:
        for place in sorted(self._shadow.rglob("*-*")):
            path = self._data / place.relative_to(self._shadow)
            if not path.exists() and self._chance.random() < 0.5:
                place.rename(path)
                self.came_back += 1

    async def _read(self, acknowledged: asyncio.StreamReader) -> None:
        async for line in acknowledged:
            self._take_note(line)

    def _take_note(self, line: bytes) -> None:
        if line.endswith(b"\n"):
            name, position, entity, version, kind = line.decode().split()
            self.acknowledged[name] = Fact(name, position, entity, int(version), kind)

    def _lose_what_was_not_synced(self) -> None:
        synced: dict[int, int] = {}
        for line in self._noted.read_text().splitlines():
            size, inode, _ = line.split(" ", 2)
            synced[int(inode)] = int(size)
        for path in [*(self._data / "log" / "appendonlydir").iterdir(), *(self._data / "archive").rglob("*-*")]:
            about = path.stat()
            # what grew and was never synced is as it was when the machine started
            unsynced = self._before.get(about.st_ino, 0) if path.name.endswith(".incr.aof") else about.st_size
            self._dirty(path, min(synced.get(about.st_ino, unsynced), about.st_size))

    def _dirty(self, path: Path, kept: int) -> None:
        """Cut a file to what was synced, and put behind it what a power cut may leave there."""
        grows = path.name.endswith(".incr.aof")
        written, how = path.read_bytes(), self._chance.choice(TAILS) if grows else "none"
        self.tails[how] += grows
        self.bytes_lost += len(written) - kept
        tail = {
            "none": b"",
            "part": written[kept:][: self._chance.randrange(len(written) - kept + 1)],
            "zeros": bytes(self._chance.randrange(1, 9000)),
            "garbage": self._chance.randbytes(self._chance.randrange(1, 3000)),
        }[how]
        path.write_bytes(written[:kept] + tail)

    async def account(self) -> tuple[int, list[str]]:
        """How many events there are, and what is wrong."""
        async with open_log("embedded", data_dir=self._data, partitions=PARTITIONS, archiving=True) as log:
            try:
                standing = {event.id: event for at in range(PARTITIONS) async for event in log.read(at)}
                findings = await verify(log)
            except Corrupt as error:  # as where a weaker setting lost the note of what was dropped
                return 0, [f"lost: {error}"]
        self.dropped = findings.dropped
        return len(standing), [*self._lost(standing), *findings.problems]

    def _lost(self, standing: dict[str, Recorded]) -> list[str]:
        """What was acknowledged and is not there, or not where it was, though retention must leave it."""
        first: dict[str, Recorded] = {}
        for event in standing.values():
            first.setdefault(event.entity, event)
        found = []
        for fact in self.acknowledged.values():
            if fact.id in standing:
                wrong = standing[fact.id].position != fact.position
            else:
                wrong = not (self.dropped and _may_go(fact, first.get(fact.entity)))
            found += [f"lost: {' '.join(map(str, fact))}"] if wrong else []
        return found


def _may_go(fact: Fact, first: Recorded | None) -> bool:
    """Whether retention may have dropped an event, where this is the first of its entity that is left."""
    if retention.is_article(fact.entity):  # its newest text stays, so that what is left begins with a text
        return first is not None and fact.version < first.version and isinstance(first.event, ArticleRevised)
    return retention.passes(fact.entity)


async def run(cuts: int, seed: int, folder: Path) -> dict[str, object]:
    """One run; what happened and what is wrong."""
    made = shim(folder)
    if made is None:
        raise FileNotFoundError("NOT RUN: there is no C compiler for the shim that notes what was synced")
    began, machine = time.monotonic(), Machine(folder, random.Random(seed), made)
    problems: list[str] = []
    for cut in range(cuts):
        await machine.run_and_cut()
        if cut % 20 == 19 or cut == cuts - 1:  # in between, each start is a test of its own
            events, wrong = await machine.account()
            problems += [f"after cut {cut}: {what}" for what in wrong]
    report = folder / "data" / "log" / "loss-report.jsonl"
    return {
        "cuts": cuts,
        "seed": seed,
        "seconds": round(time.monotonic() - began),
        "events": events,
        "acknowledged": len(machine.acknowledged),
        "runs_with_retention": machine.forgetful,
        "events_dropped": machine.dropped,
        "deleted_files_that_came_back": machine.came_back,
        "segments_archived": len(list((folder / "data" / "archive").rglob("*.zst"))),
        "tails": dict(machine.tails),
        "bytes_not_synced_and_lost": machine.bytes_lost,
        "repairs_reported": len(report.read_text().splitlines()) if report.exists() else 0,
        "problems": problems,
    }


def main() -> None:
    """Cut, and print what came of it."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--cuts", type=int, default=50)
    options.add_argument("--seed", type=int, default=1)
    asked = options.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    with tempfile.TemporaryDirectory(prefix="power-") as folder:
        done = asyncio.run(run(asked.cuts, asked.seed, Path(folder)))
    print(json.dumps(done, indent=1))
    sys.exit(1 if done["problems"] else 0)


if __name__ == "__main__":
    main()
