"""What connections that never finish their request cost honest readers of the page: `python tests/bench/slowloris.py`. Prints a table; no test.

The page, who holds the slow connections, and the honest readers are three processes. By turns, in an order drawn by lot, the readers ask for the
first page, each time on a new connection, with the slow ones and without: each of those sends a letter of a header a second, and comes back a second
after it was closed. The page takes 512 connections at a time. What counts is the ratio of the p99 of all turns, and whether anybody was refused.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.table import Table

Place = tuple[str, int]


# --- the page, in a process of its own ---------------------------------------------------------------------------------


async def serve() -> None:
    """The page over a small history. Tells its port."""
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    import structlog
    from recording import Desk as Scribe
    from recording import project, record_history

    from monitor.store import open_log
    from monitor.store.views import FILE
    from monitor.web import Body, serving
    from monitor.web.desk import Desk

    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        async with open_log("embedded", data_dir=folder / "data") as log:
            await record_history(Scribe(log))
            await project(log, folder)
            desk = Desk(folder / "data" / FILE, ZoneInfo("UTC"))
            async with serving(desk, Body(log, (), tuple, str), "127.0.0.1", 0) as address:
                print(address.rstrip("/").rpartition(":")[2], flush=True)
                await asyncio.to_thread(sys.stdin.read)


# --- the slow ones, in a process of their own --------------------------------------------------------------------------


async def dawdle(place: Place, connections: int) -> None:
    """Hold so many. Tells when they stand."""
    opened = asyncio.Semaphore(0)
    lines = [asyncio.create_task(_one(place, opened)) for _ in range(connections)]
    for _ in lines:
        await opened.acquire()
    print("there", flush=True)
    await asyncio.to_thread(sys.stdin.read)
    for line in lines:
        line.cancel()


async def _one(place: Place, opened: asyncio.Semaphore) -> None:
    await asyncio.sleep(random.random() * 3)
    while True:
        with suppress(OSError):
            reader, writer = await asyncio.open_connection(*place)
            opened.release()
            writer.write(b"GET / HTTP/1.1\r\nx-slow: ")
            while not reader.at_eof():
                writer.write(b"a")
                with suppress(TimeoutError):
                    async with asyncio.timeout(1):
                        await reader.read()
            writer.close()
        await asyncio.sleep(1)


# --- the honest ones ---------------------------------------------------------------------------------------------------


async def ask(place: Place, requests: int, at_once: int) -> list[float | None]:
    """Seconds that each took; None where there was no answer."""
    places = asyncio.Semaphore(at_once)

    async def one() -> float | None:
        async with places:
            begin = time.perf_counter()
            try:
                async with asyncio.timeout(20):
                    reader, writer = await asyncio.open_connection(*place)
                    writer.write(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                    said = await reader.read()
                    writer.close()
            except (OSError, TimeoutError):
                return None
            return time.perf_counter() - begin if said.startswith(b"HTTP/1.1 200") else None

    return list(await asyncio.gather(*(one() for _ in range(requests))))


@contextmanager
def process(*words: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A part of this bench in a process of its own, and its first line."""
    with subprocess.Popen(
        [sys.executable, __file__, *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as one:
        assert one.stdout
        try:
            yield one, one.stdout.readline()
        finally:
            one.terminate()


def turns(of: argparse.Namespace) -> dict[bool, list[float | None]]:
    """All times, without the slow ones (False) and with them."""
    times: dict[bool, list[float | None]] = {False: [], True: []}
    with process("--serve") as (_, port):
        place = ("127.0.0.1", int(port))
        asyncio.run(ask(place, 100, of.at_once))
        for turn in range(of.pairs):
            for slow in random.sample((False, True), 2):
                if slow:
                    with process("--dawdle", port.strip(), "--slow", str(of.slow)):
                        times[slow] += asyncio.run(ask(place, of.requests, of.at_once))
                    time.sleep(1)
                else:
                    times[slow] += asyncio.run(ask(place, of.requests, of.at_once))
            print(f"pair {turn + 1} of {of.pairs}", file=sys.stderr)
    return times


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--slow", type=int, default=1_000)
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--requests", type=int, default=1_000)
    parser.add_argument("--at-once", type=int, default=4)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--dawdle", type=int, help=argparse.SUPPRESS)
    of = parser.parse_args()
    if of.serve:
        return asyncio.run(serve())
    if of.dawdle:
        return asyncio.run(dawdle(("127.0.0.1", of.dawdle), of.slow))
    times = turns(of)
    table = Table("honest requests", "answered", "p50 ms", "p99 ms", title=f"{of.slow} slow connections")
    p99 = {}
    for slow, found in times.items():
        answered = [one for one in found if one is not None]
        cuts = statistics.quantiles(answered, n=100)
        p99[slow] = cuts[98]
        name = "with slow ones" if slow else "without"
        table.add_row(name, f"{len(answered):,} of {len(found):,}", f"{cuts[49] * 1e3:.1f}", f"{cuts[98] * 1e3:.1f}")
    Console(width=100).print(table)
    print(f"p99 with / without: {p99[True] / p99[False]:.2f}")
    return None


if __name__ == "__main__":
    main()
