"""How late the daemon is with its polls in real time: many feeds and their articles on loopback, a real daemon, from its first second on.

    .venv/bin/python tests/bench/lateness.py [--feeds 1000] [--minutes 10] [--every 60s] [--seed 1]

Late is what lies between the moment a feed is due and the moment the daemon begins to look at it, by the server's clock: `late` in its log. Each answer
takes a while, each feed shows five entries, whose pages are read and looked at again, and brings a new one about once an hour. `--every adaptive` leaves
the intervals to the daemon. Other work on the machine makes everything later: its load stands beside the figures, and so does how much of a processor the
daemon took, with those of its children that it waited for.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import json
import os
import random
import tempfile
import time
from collections import Counter
from datetime import datetime
from pathlib import Path

from aiohttp import web

from monitor.demo.daemon import Daemon

SHOWS = 5
TAKES = (0.02, 0.3)  # seconds
CONFIG = """
data_dir = "data"
[polling]
allow_private = ["127.0.0.0/8"]
per_host = 32
{every}
[logging]
format = "json"
level = "debug"
[watchlists.war]
phrases = ["act of war"]
"""
PAGE = """<!doctype html><html lang="en"><head><title>Report {n} | The Post</title></head><body><main><article><h1>Report {n}</h1>
<p>In dispatch {n} of the evening ministers said that the raid had begun at dusk.</p><p>The prefect asked all residents to stay at
home until the search was over.</p><p>Ten aircraft had taken off, a spokesman told reporters in the capital.</p></article></main></body></html>"""


class Site:
    """Feeds that bring an entry an hour each, and their articles. Answers take a while."""

    def __init__(self, feeds: int, seed: int) -> None:
        self._chance, self._began = random.Random(seed), time.monotonic()
        self._phases = [self._chance.random() for _ in range(feeds)]
        self.requests = Counter[str]()

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_get("/f/{feed}", self._feed)
        app.router.add_get("/a/{feed}/{number}", self._page)
        return app

    async def _feed(self, request: web.Request) -> web.Response:
        feed = int(request.match_info["feed"])
        newest = int((time.monotonic() - self._began) / 3600 + self._phases[feed]) + SHOWS
        items = "".join(
            f"<item><guid>{feed}/{number}</guid><link>http://{request.host}/a/{feed}/{number}</link><title>Report {number}</title></item>"
            for number in range(newest, newest - SHOWS, -1)
        )
        text = f'<?xml version="1.0"?><rss version="2.0"><channel><title>Feed {feed}</title>{items}</channel></rss>'
        return await self._answer(request, text, "application/rss+xml")

    async def _page(self, request: web.Request) -> web.Response:
        return await self._answer(request, PAGE.format(n=request.match_info["number"]), "text/html")

    async def _answer(self, request: web.Request, text: str, kind: str) -> web.Response:
        self.requests[request.path[1]] += 1
        await asyncio.sleep(self._chance.uniform(*TAKES))
        tag = f'"{hashlib.sha256(text.encode()).hexdigest()[:16]}"'
        if request.headers.get("if-none-match") == tag:
            return web.Response(status=304, headers={"etag": tag})
        return web.Response(text=text, content_type=kind, headers={"etag": tag})


def late(said: Path) -> dict[int, list[float]]:
    """How late each poll began, in seconds, by the minute since the first of them."""
    lines = (json.loads(line) for line in said.read_text().splitlines() if line.startswith("{"))
    polls = [(datetime.fromisoformat(line["at"]), line["late"]) for line in lines if "late" in line]
    minutes: dict[int, list[float]] = {}
    for at, seconds in polls:
        minutes.setdefault(int((at - polls[0][0]).total_seconds() // 60), []).append(seconds)
    return minutes


def share(values: list[float], part: float) -> float:
    return round(sorted(values)[min(int(part * len(values)), len(values) - 1)], 3)


async def run(feeds: int, minutes: float, every: str, seed: int, folder: Path) -> dict[str, object]:
    """One run, and what was seen."""
    site = Site(feeds, seed)
    runner = web.AppRunner(site.app(), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    origin = f"http://127.0.0.1:{runner.addresses[0][1]}"
    text = CONFIG.format(every="" if every == "adaptive" else f'every = "{every}"')
    text += "".join(f'[feeds.f{number}]\nurl = "{origin}/f/{number}"\n' for number in range(feeds))
    (folder / "config.toml").write_text(text)
    daemon, loads = Daemon(folder / "config.toml", folder / "said.jsonl", {}), []
    async with daemon.running():
        ends = time.monotonic() + minutes * 60
        while time.monotonic() < ends:
            await asyncio.sleep(min(5.0, max(ends - time.monotonic(), 0.1)))
            loads.append(os.getloadavg()[0])
    await runner.cleanup()
    by_minute = late(folder / "said.jsonl")
    polls = [each for some in by_minute.values() for each in some]
    return {
        "feeds": feeds,
        "minutes": minutes,
        "every": every,
        "polls": len(polls),
        "requests": dict(site.requests),
        "late": {f"p{part * 100:g}": share(polls, part) for part in (0.5, 0.9, 0.99, 0.999)} | {"most": max(polls)},
        "p99_by_minute": [share(some, 0.99) for some in by_minute.values()],
        "later_than_a_second": sum(each > 1 for each in polls),
        "load": [round(min(loads), 1), round(max(loads), 1)],
        "processors": os.cpu_count(),
        "processors_used": round((os.times().children_user + os.times().children_system) / minutes / 60, 2),
        "died": daemon.restarts,
    }


def main() -> None:
    """Watch for a while, and print how late it was."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--feeds", type=int, default=1000)
    options.add_argument("--minutes", type=float, default=10.0)
    options.add_argument("--every", default="60s", help="the interval of all feeds; `adaptive`: the daemon's own")
    options.add_argument("--seed", type=int, default=1)
    asked = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="lateness-") as folder:
        done = asyncio.run(run(asked.feeds, asked.minutes, asked.every, asked.seed, Path(folder)))
    print(json.dumps(done, indent=1))


if __name__ == "__main__":
    main()
