"""What is watched, as the stages that read the net want it: feeds and single pages, and when each is due next. It reads nothing."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from monitor.core import cadence as cadences
from monitor.core.cadence import Bounds
from monitor.core.feed import FeedLooks

EARLY = timedelta(seconds=1)  # a timer may fire a moment before the time that was named, which is not due again then


@dataclass(frozen=True, slots=True)
class Source:
    """A feed as the configuration names it.

    `every` holds to the second, unless there are `bounds`: then it is read as often as pays, within them. `until` says how long
    to wait where the user gave times of day (cron) instead. `fixed`: a single page, read at its own interval. `links`: it is a
    front page, whose links are chosen by these patterns (none: by our rules).
    """

    id: str
    url: str
    tags: tuple[str, ...] = ()
    content: Literal["page", "feed"] = "page"
    every: timedelta = timedelta(minutes=5)
    bounds: Bounds | None = None
    until: Callable[[datetime], timedelta] | None = None
    max_age: timedelta = timedelta(hours=24)
    fixed: bool = False
    links: tuple[str, ...] | None = None

    def wait(self, looks: FeedLooks, due: datetime, at: datetime, fresh: float | None = None) -> timedelta:
        """How long to wait from now on, `at`, after a look that was `due` then: a slow answer moves no time that was promised.

        `fresh`: seconds for which the server calls its answer good.
        """
        named = self.until_named(at)
        if named is not None:
            return named
        if self.bounds is None or looks.cadence is None:
            return cadences.on_the_beat(self.every, at - due)
        lot = random.random()  # keeps feeds from marching in step
        return cadences.as_often_as_pays(
            looks.cadence, looks.rhythm, looks.hints, self.bounds, at, fresh=fresh, chance=lot
        )

    def usual(self, looks: FeedLooks, at: datetime) -> timedelta:
        """The interval that a failure doubles."""
        if self.bounds is None or looks.cadence is None:
            return self.every
        return cadences.as_often_as_pays(looks.cadence, looks.rhythm, looks.hints, self.bounds, at)

    def until_named(self, at: datetime) -> timedelta | None:
        """How long it is to the next time that the user named, if any."""
        return self.until(at + EARLY) + EARLY if self.until else None

    def latest(self, at: datetime) -> timedelta:
        """After how long it is due again, whatever is known of it."""
        if self.until:
            return self.until(at)
        return self.bounds.longest if self.bounds else self.every


def validators(etag: str, last_modified: str) -> dict[str, str]:
    """The headers of a conditional GET (RFC 9110, section 13.1)."""
    headers = {"if-none-match": etag, "if-modified-since": last_modified}
    return {name: value for name, value in headers.items() if value}
