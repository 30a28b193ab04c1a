"""What is watched, as the stages that read the net want it: feeds and single pages. Values only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from monitor.core.cadence import Bounds


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


def validators(etag: str, last_modified: str) -> dict[str, str]:
    """The headers of a conditional GET (RFC 9110, section 13.1)."""
    headers = {"if-none-match": etag, "if-modified-since": last_modified}
    return {name: value for name, value in headers.items() if value}
