"""What a running Monitor is made of: the ground that is opened once, and the parts that one configuration makes of it. Runs nothing."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from urllib.parse import urlsplit

from monitor.config import Config
from monitor.core.watch.evaluate import Rulebook
from monitor.core.watch.wording import canonical, in_words
from monitor.net import open_net
from monitor.net.courtesy import CourteousNet
from monitor.net.manners import Known
from monitor.notifiers import KINDS
from monitor.ports import Archivist, Captures, Limits, Log, Net, Notifier, Parser
from monitor.rules import user_agent
from monitor.sources.pool import open_pool
from monitor.stages import deliver
from monitor.stages.disk import Disk, WatchedCaptures
from monitor.stages.follow import Followed
from monitor.stages.gate import Gate
from monitor.stages.sight import Eyes, WatchedNet
from monitor.store import open_log
from monitor.store.captures import FOLDER as CAPTURES
from monitor.store.captures import FileCaptures
from monitor.store.durable import probe
from monitor.store.views import FILE as VIEWS
from monitor.store.views import Views, renewed
from monitor.web.desk import Desk
from monitor.web.desk import Source as PageSource

LONGEST_WORDING = 1_000  # characters of a query in words, as a page shows it


@dataclass(frozen=True, slots=True)
class Ground:
    """What a run stands on, by whatever configuration it works; what of that a configuration says stays as it was at the start."""

    log: Log
    net: Net
    parser: Parser
    captures: Captures
    views: Views
    disk: Disk
    desk: Desk
    archivists: Sequence[Archivist] = ()  # of each partition, where events are archived
    robots: OrderedDict[str, Known] = field(default_factory=OrderedDict)
    followed: Followed = field(default_factory=Followed)


@dataclass(frozen=True, slots=True)
class Parts:
    """What one configuration makes of the ground, ready to run."""

    ground: Ground
    config: Config
    rulebook: Rulebook
    net: Net
    eyes: Eyes
    notifiers: Mapping[str, Notifier]
    gates: Mapping[str, Gate]

    @property
    def log(self) -> Log:
        """The log of the ground."""
        return self.ground.log


@asynccontextmanager
async def grounded(config: Config) -> AsyncIterator[Ground]:
    """Open what stays open, in order; close it in the reverse order."""
    async with AsyncExitStack() as stack:
        parser = await stack.enter_async_context(open_pool(config.polling.parsers, wait=False))  # while the log is read
        log = await stack.enter_async_context(
            open_log(
                config.redis.url.get_secret_value(),
                data_dir=config.data_dir,
                partitions=config.redis.partitions,
                archiving=config.archiving,
            )
        )
        archivists = [
            await stack.enter_async_context(log.archivist(at)) for at in range(log.partitions) if config.archiving
        ]
        net = await stack.enter_async_context(
            open_net(
                user_agent=user_agent(config.polling.contact),
                allow_private=config.polling.allow_private,
                concurrency=config.polling.concurrency,
                per_host=config.polling.per_host,
                pause=config.polling.pause.total_seconds(),
                queue=max(config.polling.per_host, config.polling.concurrency // 2),
                limits=Limits(total_seconds=config.polling.timeout.total_seconds()),
            )
        )
        views = stack.enter_context(Views(config.data_dir / VIEWS))
        await renewed(log, config.data_dir / VIEWS, views)
        disk = Disk(partial(probe, config.data_dir))
        shelf = FileCaptures(config.data_dir / CAPTURES)
        captures = WatchedCaptures(shelf, disk)
        desk = Desk(config.data_dir / VIEWS, config.timezone, captures=shelf)
        await parser.started()
        yield Ground(log, CourteousNet(net), parser, captures, views, disk, desk, archivists)


async def parts_of(ground: Ground, config: Config, rulebook: Rulebook, before: Parts | None = None) -> Parts:
    """What a configuration makes of the ground. Channels that are as they were `before` stay open, with their gates."""
    log, net = ground.log, ground.net
    kept = {name for name, table in config.channels.items() if before and before.config.channels.get(name) == table}
    notifiers = {name: KINDS[table.type](table, net) for name, table in config.channels.items() if name not in kept}
    gates = await gates_of(config, log, notifiers.keys())
    if before:
        notifiers |= {name: before.notifiers[name] for name in kept}
        gates |= {name: before.gates[name] for name in kept}
    eyes = Eyes(log, {urlsplit(str(table.url)).netloc for table in config.sources.values()})
    await eyes.open()
    return Parts(ground, config, rulebook, WatchedNet(net, eyes), eyes, notifiers, gates)


async def gates_of(config: Config, log: Log, names: Iterable[str]) -> dict[str, Gate]:
    """The gates of some channels; one that was failing when it was last told something is knocked at first."""
    standings = {name: await deliver.standing_of(log, name) for name in names}
    rates = {name: getattr(config.channels[name], "rate", None) for name in standings}
    return {name: Gate(rates[name], away=standing.state == "failing") for name, standing in standings.items()}


def name_for_pages(parts: Parts) -> None:
    """Tell the page what the configuration calls things."""
    config, desk = parts.config, parts.ground.desk
    names = {name: table.aliases[0] for name, table in config.entities.items()}
    desk.entities, desk.rulebook = config.named(), parts.rulebook
    desk.public_url = str(config.public_url or "").rstrip("/")
    desk.queries = {
        name: written
        for name, watchlist in parts.rulebook.watchlists.items()
        if len(written := canonical(watchlist.asked)) <= LONGEST_WORDING
    }
    desk.zone, desk.channels = config.timezone, tuple(config.channels)
    desk.sources = tuple(
        PageSource(name, str(table.url), "page" if name in config.pages else "feed")
        for name, table in config.sources.items()
    )
    desk.watchlists = {
        name: in_words(watchlist.asked, names)[:LONGEST_WORDING]
        for name, watchlist in parts.rulebook.watchlists.items()
    }
