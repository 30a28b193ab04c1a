"""From the configuration's words to the stages' and the core's: what is watched, for what, whom it tells, how often. Decides nothing.

The daemon and the verbs that ask what would be decided read the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from monitor import __version__
from monitor.config import USUAL, Apprise, Config, Feed, Slack, Webhook, routes
from monitor.core.cadence import Bounds
from monitor.core.pagewatch import SOURCE
from monitor.core.policy.quiet import Quiet
from monitor.core.policy.routing import Digest, Handling, Route
from monitor.core.policy.silences import Inhibition
from monitor.core.watch.evaluate import Rulebook
from monitor.core.watch.grammar import parse
from monitor.core.watch.rules import Watchlist
from monitor.ports import Keep
from monitor.scheduling import until_cron
from monitor.stages import archive, retention
from monitor.stages.fetch import Rechecks
from monitor.stages.herald import Audience
from monitor.stages.policy import Rules
from monitor.stages.sources import Source

NAME = "Monitor"  # by which sites know us, in the User-Agent and in their robots.txt


def rules_of(config: Config) -> Rules:
    """The routes in the order of the file, each named by its place in it, and the inhibitions."""
    inhibitions = [
        Inhibition(str(number), table.by.matchers, table.match.matchers, table.equal, table.lasting)
        for number, table in enumerate(config.inhibit, 1)
    ]
    return Rules(_routes(config, config.routes, ""), tuple(inhibitions))


def _routes(config: Config, tables: Sequence[routes.Route], around: str) -> tuple[Route, ...]:
    return tuple(_route(config, table, f"{around}{number}") for number, table in enumerate(tables, 1))


def _route(config: Config, table: routes.Route, name: str) -> Route:
    handling = Handling(
        notify=table.notify,
        group_by=table.group_by,
        group_wait=table.group_wait,
        group_interval=table.group_interval,
        group_limit=table.group_limit,
        throttle=table.throttle,
        digest=None if table.digest is None else _digest(config, table.digest),
        quiet=_quiet(config, table.quiet_hours) if table.quiet_hours else None,
        remind=table.remind_until_ack,
        min_sources=table.min_sources,
        within=table.within,
    )
    return Route(name, table.match.matchers, handling, table.further, _routes(config, table.routes, f"{name}."))


def _digest(config: Config, said: timedelta | str) -> Digest:
    if isinstance(said, timedelta):
        return Digest(str(said), partial(_always, said))
    return Digest(said, partial(until_cron, said, str(config.timezone)))


def _always(wait: timedelta, _now: datetime) -> timedelta:
    return wait


def _quiet(config: Config, table: routes.QuietHours) -> Quiet:
    days = frozenset(routes.DAYS.index(day) for day in table.days)
    return Quiet(table.start, table.end, table.timezone or config.timezone, days)


# --- what is watched, and for what ------------------------------------------------------------------------------------


def rulebook_of(config: Config) -> Rulebook:
    """All watchlists, compiled. Raises ConfigError's kin of the core for a phrase with nothing to search for."""
    return Rulebook.compile([_watchlist(config, name) for name in config.watchlists], config.named())


def _watchlist(config: Config, name: str) -> Watchlist:
    table = config.watchlists[name]
    return Watchlist(
        id=name,
        phrases=table.phrases or (),
        entities=config.entities_of(name),
        query=parse(table.query).query if table.query else None,
        all=table.all or (),
        none=table.none or (),
        languages=frozenset(table.languages or ()),
        expires=config.expires_of(name),
        severity=table.severity,
        sources=config.sources_of(name) | {SOURCE} if table.feeds is not None else None,
        on=frozenset(table.on),
        notify=config.notify_of(name),
        max_age=table.max_age,
    )


def feeds_of(config: Config) -> dict[str, Source]:
    """The feeds, as the poller wants them."""
    return {name: _source(config, name, config.content_of(name)) for name in config.feeds}


def pages_of(config: Config) -> dict[str, Source]:
    """The single pages, as the fetcher wants them."""
    return {name: _source(config, name, "page") for name in config.pages}


def _source(config: Config, name: str, content: Any) -> Source:
    table = config.source(name)
    return Source(
        id=name,
        url=str(table.url),
        tags=table.tags,
        content=content,
        every=config.every_of(name) or USUAL,
        bounds=_bounds(config) if config.is_adaptive(name) else None,
        until=partial(until_cron, table.cron, str(config.timezone)) if table.cron else None,
        max_age=config.max_age_of(name),
        fixed=not isinstance(table, Feed),
        links=table.links if isinstance(table, Feed) else None,
    )


def _bounds(config: Config) -> Bounds:
    adaptive = config.polling.adaptive
    return Bounds(adaptive.min, adaptive.max)


def certificates_of(config: Config) -> dict[str, str]:
    """The certificates (PEM) that feeds bring along, by feed."""
    return {name: feed.ca_file.pem for name, feed in config.feeds.items() if feed.ca_file}


def rechecks_of(config: Config) -> Rechecks:
    """How often articles are looked at again."""
    recheck, gone = config.polling.recheck, config.defaults.gone_after
    hot = config.defaults.hot.every
    return Rechecks(recheck.min, recheck.max, recheck.until, hot, gone.checks, gone.over, recheck.confirm)


def retention_of(config: Config) -> retention.Retention:
    """How long captures are kept."""
    return retention.Retention(config.captures.keep, config.captures.megabytes * 10**6)


def audience_of(config: Config) -> Audience:
    """Who is told what no watchlist is about."""
    tables = config.channels.items()
    return Audience(
        health=config.defaults.health,
        fallbacks={
            name: table.fallback
            for name, table in tables
            if isinstance(table, Webhook | Slack | Apprise) and table.fallback
        },
        firehose=[name for name, table in tables if isinstance(table, Webhook) and table.firehose],
        watchers=_watchers(config),
    )


def _watchers(config: Config) -> dict[str, list[str]]:
    """The watchlists that look at each feed, in the order of the file."""
    watchers: dict[str, list[str]] = {feed: [] for feed in config.feeds}
    for name in config.watchlists:
        for feed in config.sources_of(name) & watchers.keys():
            watchers[feed].append(name)
    return watchers


def archiving_of(config: Config) -> archive.Limits:
    """How much waits to be archived at most."""
    seal = config.archive.seal
    return archive.Limits(seal.after, seal.events, seal.size)


def keeping_of(config: Config) -> Keep | None:
    """How long archived events are kept, and how much of a partition; None for ever and all."""
    age, megabytes = config.archive.keep, config.archive.megabytes
    if age is None and megabytes is None:
        return None
    size = None if megabytes is None else megabytes * 10**6 // config.redis.partitions
    return Keep(None if age is None else age.total_seconds(), size, fresh=archive.FRESH)


def user_agent(contact: str | None) -> str:
    """Who we say we are: a name, a version, and where to complain."""
    return f"{NAME}/{__version__} (+{contact})" if contact else f"{NAME}/{__version__}"
