"""Lets a daemon watch many feeds for a while, and sees whether its memory, its files and its lag stay as they are.

    .venv/bin/python tests/faults/soak.py --minutes 30 --feeds 1000

Each feed has one article, which is edited now and then: what is watched stays as much as it is, so that whatever grows is a leak, but for
what is kept of each alert. The first third of the time is for warming up, and no less than five looks at everything: until then the
server's memory fills with what is noted of each look. Of the rest the slope is told, by least squares, and what of the server's keys grew.
What is open is looked at once the start's own connections are closed, each kind by itself (see `measures`): a leak of one a minute is
found within 20 minutes. A connection to the server that nobody uses any more is found at once.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import random
import statistics
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import structlog
from aiohttp import web
from measures import OPENED, Look, lag, leaks, look, sizes, slope
from scene import beside
from truth import PHRASE

from monitor.demo.daemon import Daemon
from monitor.listen import new_secret

ROUNDS = 5  # looks at everything before anything is measured
SAMPLE = 5.0  # seconds between two looks
EDITS = 5  # a second
COMES_TO_REST = 120.0  # seconds
MOST_GROWTH = 0.1  # of the memory, over the whole time after warming up: less is noise of the allocator
CONFIG = """
data_dir = "data"
[redis]
partitions = 2
[archive]
seal = {{ after = "10s", events = 500 }}
[polling]
allow_private = ["127.0.0.0/8"]
every = "{every}"
per_host = 16
parsers = 1
recheck = {{ min = "{every}", max = "{every}", until = "30d" }}
[logging]
format = "json"
level = "warning"
[watchlists.war]
phrases = ["{phrase}"]
on = ["appeared", "disappeared"]
notify = ["desk"]
[channels.desk]
type = "webhook"
url = "{origin}/hook"
secret_env = "DESK_SECRET"
allow_private = true
"""
PAGE = """<!doctype html><html lang="en"><head><title>Report {n} | The Post</title></head><body><main><article><h1>Report {n}</h1>
<p>In dispatch {n} of the evening ministers said that the raid had begun at dusk.</p><p>The prefect asked all residents to stay at
home until the search was over.</p><p>Ten aircraft had taken off, a spokesman told reporters in the capital.</p>{last}</article></main></body></html>"""
LAST = f"<p>It was an {PHRASE}, the president added before both chambers.</p>"


class Site:
    """Feeds of one article each. An edit adds the last paragraph, or takes it away."""

    def __init__(self, feeds: int) -> None:
        self.feeds, self._with, self.requests, self.alerts = feeds, set[int](), 0, 0

    def edit(self, number: int) -> None:
        self._with ^= {number}

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_get("/f/{number}", self._feed)
        app.router.add_get("/a/{number}", self._page)
        app.router.add_post("/hook", self._hook)
        return app

    async def _feed(self, request: web.Request) -> web.Response:
        self.requests += 1
        number, origin = int(request.match_info["number"]), f"http://{request.host}"
        item = f"<item><guid>{number}</guid><link>{origin}/a/{number}</link><title>Report {number}</title></item>"
        text = f'<?xml version="1.0"?><rss version="2.0"><channel><title>Feed {number}</title>{item}</channel></rss>'
        return web.Response(text=text, content_type="application/rss+xml")

    async def _page(self, request: web.Request) -> web.Response:
        self.requests += 1
        number = int(request.match_info["number"])
        return web.Response(
            text=PAGE.format(n=number, last=LAST if number in self._with else ""), content_type="text/html"
        )

    async def _hook(self, _: web.Request) -> web.Response:
        self.alerts += 1
        return web.Response(status=204)


def seconds_of(every: str) -> float:
    return float(every[:-1]) * {"s": 1, "m": 60, "h": 3600}[every[-1]]


async def run(minutes: float, feeds: int, seed: int, folder: Path, every: str) -> dict[str, object]:
    """One run; what was seen, and what grew."""
    site, chance = Site(feeds), random.Random(seed)
    runner = web.AppRunner(site.app(), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    origin = f"http://127.0.0.1:{runner.addresses[0][1]}"
    text = CONFIG.format(every=every, phrase=PHRASE, origin=origin)
    text += "".join(f'[feeds.f{number}]\nurl = "{origin}/f/{number}"\n' for number in range(feeds))
    (folder / "config.toml").write_text(text)
    daemon, looks = Daemon(folder / "config.toml", folder / "said.jsonl", {"DESK_SECRET": new_secret()}), list[Look]()
    warming, grown = max(minutes * 20, ROUNDS * seconds_of(every)), Counter[str]()
    async with daemon.running(), beside("embedded", folder / "data") as log:
        began = time.monotonic()
        while time.monotonic() < began + minutes * 60:
            for _ in range(round(EDITS * SAMPLE)):
                site.edit(chance.randrange(feeds))
                await asyncio.sleep(1 / EDITS)
            looks.append(await look(daemon.pid or 0, log, began))
            if not grown and looks[-1].at >= warming:
                grown = await sizes(log)
        until = time.monotonic() + COMES_TO_REST
        while (left := await lag(log)) and time.monotonic() < until:
            await asyncio.sleep(0.5)
        events, now = await log.events(), await sizes(log)
    await runner.cleanup()
    warm = [each for each in looks if each.at >= warming]
    if len(warm) < len(looks) / 3:
        raise SystemExit(f"too short: it takes {warming / 60:.0f} minutes to warm up")
    problems = [f"{left} events were not dealt with after {COMES_TO_REST:.0f} s"] if left else []
    problems += [f"the daemon died {daemon.restarts} times"] if daemon.restarts else []
    for what in ("daemon", "server", "parsers"):
        first, last = (
            statistics.median(getattr(each, what) for each in part)
            for part in (warm[: len(warm) // 4 + 1], warm[-len(warm) // 4 :])
        )
        if last > first * (1 + MOST_GROWTH):
            problems.append(f"the memory of {what} grew from {first:.1f} to {last:.1f} MiB")
    problems += leaks(looks)
    return {
        "minutes": minutes,
        "feeds": feeds,
        "requests": site.requests,
        "events": events,
        "alerts_received": site.alerts,
        "most_lag": max(each.lag for each in looks),
        "MiB": {
            what: [round(getattr(warm[0], what), 1), round(getattr(warm[-1], what), 1)]
            for what in ("daemon", "server", "parsers")
        },
        "MiB_an_hour": {what: round(slope(warm, what), 2) for what in ("daemon", "server", "parsers")},
        "server_keys_KiB": {
            kind: [grown[kind] >> 10, now[kind] >> 10] for kind in now if abs(now[kind] - grown[kind]) > 2**14
        },
        "open": {
            what: {
                kind: [getattr(each, what)[kind] for each in (warm[0], warm[-1])]
                for kind in sorted(getattr(warm[-1], what))
            }
            for what in OPENED
        },
        "connections": [vars(warm[0].connections), vars(warm[-1].connections)],
        "problems": problems,
    }


def main() -> None:
    """Watch for a while, and print what came of it."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--minutes", type=float, default=30.0)
    options.add_argument("--feeds", type=int, default=1000)
    options.add_argument("--every", default="60s", help="how often each feed and each article is read")
    options.add_argument("--seed", type=int, default=1)
    asked = options.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    with tempfile.TemporaryDirectory(prefix="soak-") as folder:
        done = asyncio.run(run(asked.minutes, asked.feeds, asked.seed, Path(folder), asked.every))
    print(json.dumps(done, indent=1))
    sys.exit(1 if done["problems"] else 0)


if __name__ == "__main__":
    main()
