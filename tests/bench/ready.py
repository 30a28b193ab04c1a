"""How soon a daemon polls whose log holds much: `python tests/bench/ready.py [--events N]`. Prints a table; no test.

From the start of the process to the first request that a feed receives. The embedded server holds the events in its memory and reads
them from its file; every stage has dealt with all of them, and the views are there. An empty log is measured beside it: what is left is
the start of Python.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import signal
import sys
import tempfile
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from aiohttp import web
from rich.console import Console
from rich.table import Table

from monitor.core.events import FeedMoved
from monitor.ports import Append, Batch, Head
from monitor.store import EmbeddedServer, open_log
from monitor.store.keys import GROUPS, Keys
from monitor.store.views import FILE, rebuild

START = datetime(2015, 11, 15, tzinfo=UTC)
EACH = 100  # events of one entity
TIMES = 3
CONFIG = """
data_dir = "data"
[archive]
enabled = false
[polling]
allow_private = ["127.0.0.0/8"]
every = "1s"
[feeds.post]
url = "{url}"
[logging]
level = "warning"
"""


async def fill(data: Path, events: int) -> None:
    """Events of 500 bytes, read by every group."""
    async with open_log("embedded", data_dir=data) as log:
        await log.connection.ask("CONFIG", "SET", "appendfsync", "no")
        places, chance = asyncio.Semaphore(32), random.Random(1)

        async def record(number: int) -> None:
            async with places:
                feed = f"feed_{number}"
                moves = tuple(
                    FeedMoved(START + timedelta(seconds=n), feed, "https://post.example/", chance.randbytes(200).hex())
                    for n in range(EACH)
                )
                await log.commit(Batch(0, (Append(feed, Head(), moves, b"{}"),)))

        await asyncio.gather(*map(record, range(events // EACH)))
        for group in GROUPS:
            await log.connection.ask("XGROUP", "SETID", Keys(0).events, group, "$")
        await rebuild(log, data / FILE)


async def started(folder: Path, polled: asyncio.Event) -> tuple[float, float]:
    """Seconds from the start to the first poll: by the clock, and of the processor, that of all its children included."""
    polled.clear()
    began = time.perf_counter()
    daemon = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "monitor", "run", cwd=folder, start_new_session=True
    )
    try:
        await polled.wait()
        return time.perf_counter() - began, worked(daemon.pid)
    finally:
        os.killpg(daemon.pid, signal.SIGTERM)
        await daemon.wait()


def worked(session: int) -> float:
    """Processor seconds of a process and of whatever it started; the server has a session of its own."""
    total = 0.0
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            fields = path.read_text().rpartition(")")[2].split()
            if session in {int(path.parent.name), int(fields[1]), int(fields[3])}:
                total += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return total


async def served(data: Path) -> float:
    """Seconds until the embedded server answers, by itself."""
    began = time.perf_counter()
    async with EmbeddedServer(data):
        return time.perf_counter() - began


async def measure(events: int) -> None:
    polled = asyncio.Event()

    async def feed(_: web.Request) -> web.Response:
        polled.set()
        return web.Response(
            text='<rss version="2.0"><channel><title>Post</title></channel></rss>', content_type="application/rss+xml"
        )

    app = web.Application()
    app.router.add_get("/", feed)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    table = Table("events in the log", "MiB of its file", "server answers, s", "first poll, s", "processor, s")
    for count in (0, events):
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "config.toml").write_text(CONFIG.format(url=f"http://127.0.0.1:{runner.addresses[0][1]}/"))
            await fill(Path(folder) / "data", count)
            size = sum(path.stat().st_size for path in Path(folder).rglob("appendonly.aof.*")) >> 20
            served_after = sorted([await served(Path(folder) / "data") for _ in range(TIMES)])[TIMES // 2]
            took = sorted([await started(Path(folder), polled) for _ in range(TIMES)])
        clock, processor = took[TIMES // 2]
        table.add_row(f"{count:,}", f"{size:,}", f"{served_after:.2f}", f"{clock:.1f}", f"{processor:.1f}")
    await runner.cleanup()
    Console().print(table)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--events", type=int, default=300_000)
    asyncio.run(measure(parser.parse_args().events))
