"""A running Monitor in a world whose truth is known, with a witness beside it; and the account that is settled in the end."""

from __future__ import annotations

import asyncio
import subprocess
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from account import Account
from processes import HastyDaemon, Server
from remains import differing, remains
from truth import PHRASE, World
from wire import Wire

from monitor.core.events import FeedMoved, Recorded
from monitor.demo.daemon import Daemon
from monitor.errors import LogUnavailable
from monitor.listen import new_secret
from monitor.ports import Append, Batch
from monitor.store import RedisLog, open_log
from monitor.store.views import FILE as VIEWS

PARTITIONS = 2
SETTLING = 150.0  # seconds that the daemon gets to come to rest in the end
MOST_OWED = 25  # articles, alerts and messages that may be outstanding while more is published
CONFIG = """
data_dir = "data"
[redis]
url = "{url}"
partitions = {partitions}
[archive]
enabled = true
seal = {{ after = "2s", events = 150 }}
{retention}
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


class Witness:
    """Writes facts of its own, beside the daemon, and remembers each that was acknowledged."""

    def __init__(self, log: RedisLog) -> None:
        self._log = log
        self.acknowledged: list[Recorded] = []
        self.last = time.monotonic()  # when the last was acknowledged

    async def write(self) -> None:
        """Write for ever."""
        number = 0
        while True:
            entity = f"feed_witness_{number % 5}"
            home, number = self._log.partition_of(entity), number + 1
            event = FeedMoved(datetime.now(UTC), entity, f"https://post.example/{number}", "x" * 200)
            head = await self._log.load(home, entity)
            self.acknowledged += await self._log.commit(Batch(home, (Append(entity, head, (event,)),)))
            self.last = time.monotonic()
            await asyncio.sleep(0.1)


@dataclass
class Scene:
    """Everybody who takes part. What daemon N says stands in `folder/said-N.jsonl`."""

    seed: int
    folder: Path
    world: World
    daemons: list[Daemon]
    log: RedisLog
    witness: Witness
    server: Server | None
    wire: Wire | None
    forgetful: bool = False  # whether old events are dropped meanwhile
    account: Account = field(default_factory=Account)

    async def settle(self) -> dict[str, object]:
        """Wait until nothing is owed any more, look at every event, and say what happened and what is wrong."""
        if self.wire:
            self.wire.share = 0.0
        owed = await _settled(self.account, self.log, self.world)
        left = await remains(self.log, self.account)
        parked = [error for group in ("match", "policy", "deliver") for _, error in await self.log.parked(group)]
        problems = [*owed, *self.account.wrong(self.world), *left.problems]
        problems += await differing(self.log, self.folder / "data" / VIEWS)
        problems += [*(f"parked: {error}" for error in parked), *_lost(self.witness, self.account)]
        return {
            "seed": self.seed,
            "commit": _commit(),
            "replies_lost": self.wire.cuts if self.wire else 0,
            "daemon_restarts": sum(daemon.restarts for daemon in self.daemons),
            "stories": len(self.world.newsroom.stories),
            "versions_published": sum(story.versions for story in self.world.newsroom.stories),
            "events": len(self.account.events),
            "segments_archived": left.segments,
            "events_dropped": left.dropped,
            "acknowledged_to_the_witness": len(self.witness.acknowledged),
            "alerts": len(self.account.alert_ids),
            "messages": len(self.account.messages),
            "messages_delivered": list(self.account.ended.values()).count("DeliverySucceeded"),
            "posts_refused_or_unanswered": self.world.refusals,
            "arrived_again": sum(len(bodies) - 1 for bodies in self.world.arrivals.values()),
            "problems": problems,
        }


@asynccontextmanager
async def scene(
    seed: int,
    folder: Path,
    *,
    server: bool,
    daemons: int = 1,
    share: float = 0.01,
    environment: Mapping[str, str] | None = None,
    retention: str = "",
) -> AsyncIterator[Scene]:
    """A world, its daemons and their log: embedded, or a `server` behind a wire that loses a `share` of all chunks.

    With `retention`, a line of `[archive]`, what was archived is dropped within seconds.
    """
    secret, data = new_secret(), folder / "data"
    async with AsyncExitStack() as stack:
        world = await stack.enter_async_context(World(seed))
        valkey = wire = None
        if server:
            valkey = await stack.enter_async_context(Server(folder / "server").running())
            wire = await stack.enter_async_context(Wire(valkey.socket, folder / "w", seed, share))
        url = f"unix://{folder}/w" if wire else "embedded"
        text = CONFIG.format(
            url=url, partitions=PARTITIONS, feed=world.feed, hook=world.hook, phrase=PHRASE, retention=retention
        )
        (folder / "config.toml").write_text(text)
        hurry = [*(["leases"] if daemons > 1 else []), *(["retention"] if retention else [])]
        make = partial(HastyDaemon, what=hurry) if hurry else Daemon
        environment = {"DESK_SECRET": secret, "SEEN": str(folder / "seen"), **(environment or {})}
        everyone = [
            make(folder / "config.toml", folder / f"said-{number}.jsonl", environment) for number in range(daemons)
        ]
        for daemon in everyone:
            await stack.enter_async_context(daemon.running())
        log = await stack.enter_async_context(beside(url, data))
        staged = Scene(seed, folder, world, everyone, log, Witness(log), valkey, wire, bool(retention))
        yield staged


@asynccontextmanager
async def at_work(staged: Scene) -> AsyncIterator[None]:
    """While entered, the witness writes and the newsroom publishes."""
    tasks = [
        asyncio.create_task(staged.witness.write()),
        asyncio.create_task(_read(staged.account, staged.log, staged.folder / "seen")),
        asyncio.create_task(_publish(staged.world, staged.account)),
    ]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)


@asynccontextmanager
async def beside(url: str, data: Path) -> AsyncIterator[RedisLog]:
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


async def _read(account: Account, log: RedisLog, seen: Path) -> None:
    """Keep the account, and say until when nothing is missing in it: what is newer must not be dropped yet."""
    while True:
        now = await log.now()
        await account.read_on(log)
        beside = seen.with_suffix(".new")
        beside.write_text(str(now.timestamp()))
        beside.replace(seen)
        await asyncio.sleep(0.2)


async def _publish(world: World, account: Account) -> None:
    """Publish as fast as the daemon can take it on this machine: news wait while much is owed."""
    while True:
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
