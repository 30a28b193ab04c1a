"""Flips one bit after another, in the archive's files and in the events of the append-only file, and sees whether each is found.

    .venv/bin/python tests/faults/rot.py --flips 1000 --seed 1

Found is what stops the start, is told in the loss report, or is named by `verify`. A flip that the server does not mind (in
a line break, the letter case of a command) and that leaves every event as it was is counted as harmless.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog

from monitor.core.events import AnyEvent, FeedMoved, Recorded
from monitor.errors import LogError
from monitor.ports import Append, Batch
from monitor.store import RedisLog, appendfile, open_log
from monitor.store.keys import GROUPS, Keys
from monitor.store.verify import verify

DAY = datetime(2015, 11, 15, tzinfo=UTC)
ENTITIES = 7


async def record(log: RedisLog, events: range) -> None:
    for number in events:
        entity = f"feed_{number % ENTITIES}"
        event: AnyEvent = FeedMoved(
            DAY + timedelta(seconds=number), entity, "https://post.example/", f"ünd {number}" * 9
        )
        head = await log.load(0, entity)
        await log.commit(Batch(0, (Append(entity, head, (event,), b"{}"),)))


async def fill(data: Path) -> list[Recorded]:
    """A log of which a half is archived, and a half is in the append-only file alone."""
    async with open_log("embedded", data_dir=data, archiving=True) as log:
        await record(log, range(150))
        async with log.archivist(0) as archivist:
            while (await archivist.gather(40, 2**23)).events:
                await archivist.seal()
            last = (await log.archive.mark(0)).position
            for group in GROUPS:
                await log.connection.ask("XGROUP", "SETID", Keys(0).events, group, last)
            assert await archivist.trim() == 150
        await log.connection.ask("BGREWRITEAOF")
        while b"aof_rewrite_in_progress:0" not in await log.connection.ask("INFO", "persistence"):
            await asyncio.sleep(0.05)
        await record(log, range(150, 300))
        return [event async for event in log.read(0)]


def places(data: Path) -> list[tuple[Path, int, int]]:
    """Where a bit may rot: whole files of the archive, and the commands that add an event."""
    found = [(path, 0, path.stat().st_size) for path in sorted((data / "archive" / "0").iterdir())]
    (path,) = (data / "log" / "appendonlydir").glob("*.incr.aof")
    content, place = path.read_bytes(), 0
    while (end := appendfile.command_end(content, place)) is not None:
        if content[place:end].startswith(b"*") and b"\r\nXADD\r\n" in content[place : place + 30]:
            found.append((path, place, end))
        place = end
    return found


async def is_found(data: Path, whole: list[Recorded]) -> str:
    """What noticed a flip, if anything did."""
    try:
        async with open_log("embedded", data_dir=data, archiving=True) as log:
            if (data / "log" / "loss-report.jsonl").exists():
                return "the loss report"
            if (await verify(log)).problems:
                return "verify"
            with suppress(LogError):
                if [event async for event in log.read(0)] == whole:
                    return "harmless"
    except LogError:
        return "the start"
    return ""


async def run(flips: int, seed: int, folder: Path) -> dict[str, object]:
    """One run; what happened and what is wrong."""
    began, chance, found = time.monotonic(), random.Random(seed), Counter[str]()
    kept, data = folder / "kept", folder / "data"
    whole = await fill(kept)
    problems, everywhere = list[str](), places(kept)
    archived = [place for place in everywhere if "archive" in place[0].parts]
    hot = [place for place in everywhere if "archive" not in place[0].parts]
    for _ in range(flips):
        path, begin, end = chance.choice(chance.choice((archived, hot)))
        bit = chance.randrange(begin * 8, end * 8)
        shutil.rmtree(data, ignore_errors=True)
        shutil.copytree(kept, data)
        rotten = data / path.relative_to(kept)
        content = bytearray(rotten.read_bytes())
        content[bit // 8] ^= 1 << bit % 8
        rotten.write_bytes(content)
        how = await is_found(data, whole)
        found[f"{'archive' if 'archive' in path.parts else 'append-only file'}: {how}"] += 1
        if not how:
            problems.append(f"bit {bit} of {path.name} was not found")
    return {
        "flips": flips,
        "seed": seed,
        "seconds": round(time.monotonic() - began),
        "events": len(whole),
        "found_by": dict(sorted(found.items())),
        "problems": problems,
    }


def main() -> None:
    """Flip, and print what came of it."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--flips", type=int, default=100)
    options.add_argument("--seed", type=int, default=1)
    asked = options.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    with tempfile.TemporaryDirectory(prefix="rot-") as folder:
        done = asyncio.run(run(asked.flips, asked.seed, Path(folder)))
    print(json.dumps(done, indent=1))
    sys.exit(1 if done["problems"] else 0)


if __name__ == "__main__":
    main()
