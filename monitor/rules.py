"""From the configuration's words to policy's: its routes and inhibitions as the core takes them. Decides nothing.

The daemon and the verbs that ask what would be decided read the same rules.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

from monitor.config import Config, routes
from monitor.core.policy.quiet import Quiet
from monitor.core.policy.routing import Digest, Handling, Route
from monitor.core.policy.silences import Inhibition
from monitor.scheduling import until_cron
from monitor.stages.policy import Rules


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
