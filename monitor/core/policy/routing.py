"""Routes: which channels are told of an alert, and in which way. They look at labels alone; what has happened before is not their business.

Routes stand in a tree. The first that fits wins, then its own routes are asked in the same way; `continues` goes on to the
next beside it. A nested route has what it does not say itself from the one around it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta

from monitor.core.policy.labels import Labels, Matchers, fits
from monitor.core.policy.quiet import Quiet

GROUP_WAIT = timedelta(seconds=30)
GROUP_INTERVAL = timedelta(minutes=5)
GROUP_LIMIT = 1_000
WITHIN = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Digest:
    """When what was gathered is told: `wait` from a moment on. `said` is how the user wrote it."""

    said: str
    wait: Callable[[datetime], timedelta] = field(compare=False)


@dataclass(frozen=True, slots=True)
class Handling:
    """In which way a channel is told. None: not said, so as the route around says it.

    `group_by` empty: not grouped. `min_sources` must tell of it `within` that time, or nobody is told.
    """

    notify: tuple[str, ...] | None = None
    group_by: tuple[str, ...] | None = None
    group_wait: timedelta | None = None
    group_interval: timedelta | None = None
    group_limit: int | None = None
    throttle: timedelta | None = None
    digest: Digest | None = None
    quiet: Quiet | None = None
    remind: timedelta | None = None
    min_sources: int | None = None
    within: timedelta | None = None

    def inside(self, around: Handling) -> Handling:
        """This, with what it leaves unsaid from the one around it."""
        said = {one.name: value for one in fields(self) if (value := getattr(self, one.name)) is not None}
        return replace(around, **said)

    @property
    def groups(self) -> bool:
        """Whether alerts wait for others like them."""
        return bool(self.group_by) or (self.group_by is None and self.group_wait is not None)

    @property
    def alike(self) -> tuple[str, ...]:
        """The labels by which alerts are held to be alike, where they are grouped or must have several sources."""
        return self.group_by or ("watchlist",)

    @property
    def repeated(self) -> tuple[str, ...]:
        """The labels by which a throttle holds one alert to repeat another."""
        return self.group_by or ("watchlist", "article")


@dataclass(frozen=True, slots=True)
class Route:
    """One route. `name` is its place in the file, such as `2.1`: the first inside the second."""

    name: str
    matchers: Matchers = field(default_factory=dict)
    handling: Handling = Handling()
    continues: bool = False
    routes: tuple[Route, ...] = ()


@dataclass(frozen=True, slots=True)
class Aim:
    """A channel that is to be told, by which route (empty: the watchlist's own `notify`), and in which way."""

    channel: str
    route: str
    handling: Handling


def aims(routes: Sequence[Route], labels: Labels, notify: Sequence[str]) -> list[Aim]:
    """Who is told of an alert with these labels: each channel once, as the first route says that names it.

    `notify` is the watchlist's own choice: it holds where no route fits, and for routes that name no channel.
    """
    found: dict[str, Aim] = {}
    for route in matching(routes, labels) or [Route("")]:
        named = notify if route.handling.notify is None else route.handling.notify
        for channel in named:
            found.setdefault(channel, Aim(channel, route.name, route.handling))
    return list(found.values())


def matching(routes: Sequence[Route], labels: Labels) -> list[Route]:
    """The routes that decide, the innermost ones, each with all that it has from those around it."""
    return list(_matching(routes, labels, Handling()))


def by_name(routes: Sequence[Route]) -> Mapping[str, Handling]:
    """The handling of every route, inherited parts included; the short form's under the empty name."""
    return {"": Handling(), **dict(_named(routes, Handling()))}


def _matching(routes: Sequence[Route], labels: Labels, around: Handling) -> Iterator[Route]:
    for route in routes:
        if fits(route.matchers, labels):
            whole = route.handling.inside(around)
            inner = list(_matching(route.routes, labels, whole))
            yield from inner or [replace(route, handling=whole)]
            if not route.continues:
                return


def _named(routes: Sequence[Route], around: Handling) -> Iterator[tuple[str, Handling]]:
    for route in routes:
        whole = route.handling.inside(around)
        yield route.name, whole
        yield from _named(route.routes, whole)
