"""What one hostile feed among a thousand costs the others: the time from asking to entries, with and without it.

    .venv/bin/python tests/bench/hostile.py [--feeds 1000] [--pairs 6] [--seconds 10] [--kind redos|bomb|drip|crash|all] [--json]

Net and parsers are the daemon's; a server in a process of its own serves each feed from a host of its own on loopback. In each turn every feed is read
once, at even distances; in one turn of each pair, drawn by lot, one more feed among them is hostile, and read again two seconds after it has failed
(the daemon would wait for minutes): a document over which feedparser takes 20 s (`redos`), 300 MB of brotli in a kilobyte (`bomb`), an answer that
drips (`drip`), elements without end (`crash`). What counts is the ratio of the p99 of the others over all turns of a kind, with the interval that
resampling of whole pairs gives it (95 %). On a busy machine run it with `nice -n -10`: a worker that gets a tenth of a core is slow for other reasons.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import AsyncExitStack
from ipaddress import ip_network
from pathlib import Path

import brotli
import structlog

from monitor.errors import OutsideError
from monitor.sources.pool import open_pool

CORPORA = Path(__file__).resolve().parents[3] / "shared/corpora/feeds/real"
LOOPBACK = (ip_network("127.0.0.0/8"),)
RESAMPLES = 500
PAUSE = 2.0  # seconds; the daemon waits for minutes
LARGEST = (
    50_000  # bytes of a real feed: 2 ms of processor time on average, so that what waits does not wait for its like
)
FLOOD = "&lt;!--" * 150_000


def redos(turn: int) -> bytes:
    return f"<rss version='2.0'><channel><title>{turn}</title><item><guid>1</guid><description>{FLOOD}</description></item></channel></rss>".encode()


def crash(turn: int) -> bytes:
    return f"<rss version='2.0'><channel><title>{turn}</title><item><description>{'&lt;div>' * 600_000}</description></item></channel></rss>".encode()


KINDS = ("redos", "bomb", "drip", "crash")


# --- the server, in a process of its own -------------------------------------------------------------------------------


async def serve() -> None:
    """Feeds by number, and what is hostile by its kind. Tells its port."""
    real = [path.read_bytes() for path in sorted(CORPORA.rglob("*.xml"))] if CORPORA.exists() else []
    bodies = [body for body in real if len(body) < LARGEST] or [_invented(number) for number in range(100)]
    hostile = {"redos": redos(0), "crash": crash(0), "bomb": brotli.compress(bytes(300 * 2**20), quality=3)}

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            name = (await reader.readuntil(b"\r\n\r\n")).split()[1].decode().rpartition("/")[2]
        except asyncio.IncompleteReadError:
            return writer.close()
        if name == "drip":
            await _drip(writer)
        body = hostile.get(name) or bodies[int(name) % len(bodies)]
        coding = b"Content-Encoding: br\r\n" if name == "bomb" else b""
        writer.write(
            b"HTTP/1.1 200 OK\r\n%sContent-Length: %d\r\nConnection: close\r\n\r\n" % (coding, len(body)) + body
        )
        await writer.drain()
        return writer.close()

    server = await asyncio.start_server(answer, "0.0.0.0", 0, backlog=1_000)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


async def _drip(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    while not writer.is_closing():
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(0.2)


def _invented(number: int) -> bytes:
    items = "".join(
        f"<item><guid>{number}-{n}</guid><title>Title {n}</title><link>/{number}/{n}</link><description>{'Words of an article. ' * 20}</description></item>"
        for n in range(30)
    )
    return f"<rss version='2.0'><channel><title>Feed {number}</title>{items}</channel></rss>".encode()


# --- the turns ---------------------------------------------------------------------------------------------------------


Pair = dict[str, list[float]]


async def run(feeds: int, pairs: int, seconds: float, kind: str, lot: random.Random) -> list[Pair]:
    """What each feed took in both turns of each pair, in seconds."""
    from monitor.net import open_net  # not above: each new worker imports what this module does

    async with AsyncExitStack() as stack:
        words = [sys.executable, __file__, "--serve"]
        server = stack.enter_context(subprocess.Popen(words, stdout=subprocess.PIPE, text=True))
        stack.callback(server.kill)
        port = int(server.stdout.readline())
        net = await stack.enter_async_context(open_net(user_agent="bench", allow_private=LOOPBACK))
        parser = await stack.enter_async_context(open_pool(2))

        async def read(number: int, name: str) -> str:
            url = f"http://127.{1 + number // 65_536}.{number // 256 % 256}.{number % 256}:{port}/{name}"
            try:
                response = await net.get(url)
                await parser.feed(response.body, url, response.headers)
            except OutsideError as error:
                return error.reason
            return "read"

        await turn(read, min(feeds, 200), 2.0)
        measured = []
        for _ in range(pairs):
            pair = {}
            for hostile in lot.sample(["", kind], 2):
                pair["hostile" if hostile else "well"] = await turn(read, feeds, seconds, hostile)
            measured.append(pair)
            print(" ".join(f"{name} {1000 * p99(took):.0f} ms" for name, took in sorted(pair.items())), flush=True)
    return measured


async def turn(read: Callable, feeds: int, seconds: float, hostile: str = "") -> list[float]:
    """Read every feed once; what each took."""
    outcomes: Counter[str] = Counter()

    async def bad() -> None:
        while True:
            outcomes[await read(2_000, hostile)] += 1
            await asyncio.sleep(PAUSE)

    async def one(number: int) -> float:
        await asyncio.sleep(number * seconds / feeds)
        start = time.monotonic()
        await read(3_000 + number, str(number))
        return time.monotonic() - start

    attack = asyncio.create_task(bad()) if hostile else None
    took = await asyncio.gather(*(one(number) for number in range(feeds)))
    if attack:
        attack.cancel()
        await asyncio.gather(attack, return_exceptions=True)
        print(f"  {hostile}: {dict(outcomes)}", end=" ")
    return took


def p99(took: list[float]) -> float:
    """So long, or less, for 99 of 100."""
    return sorted(took)[int(len(took) * 0.99)]


def ratio(pairs: list[Pair], lot: random.Random) -> tuple[float, float, float]:
    """The ratio over all pairs, and the bounds of 95 %."""

    def of(some: list[Pair]) -> float:
        hostile, well = ([one for pair in some for one in pair[kind]] for kind in ("hostile", "well"))
        return p99(hostile) / p99(well)

    again = sorted(of(lot.choices(pairs, k=len(pairs))) for _ in range(RESAMPLES))
    return of(pairs), again[int(RESAMPLES * 0.025)], again[int(RESAMPLES * 0.975)]


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    arguments.add_argument("--feeds", type=int, default=1_000)
    arguments.add_argument("--pairs", type=int, default=6)
    arguments.add_argument("--seconds", type=float, default=10.0, help="of one turn")
    arguments.add_argument("--kind", choices=[*KINDS, "all"], default="all")
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--json", action="store_true")
    arguments.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    asked = arguments.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    if asked.serve:
        asyncio.run(serve())
    told = {}
    for kind in KINDS if asked.kind == "all" else [asked.kind]:
        lot = random.Random(asked.seed)
        pairs = asyncio.run(run(asked.feeds, asked.pairs, asked.seconds, kind, lot))
        middle, low, high = ratio(pairs, lot)
        told[kind] = {"ratio": middle, "low": low, "high": high}
        print(
            f"{kind}: p99 of the others × {middle:.2f} ({low:.2f}–{high:.2f}), {asked.pairs} pairs of {asked.feeds} feeds in {asked.seconds:g} s",
            flush=True,
        )
    if asked.json:
        print(json.dumps(told))


if __name__ == "__main__":
    main()
