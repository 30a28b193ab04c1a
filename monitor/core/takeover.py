"""Whether a feed is still the feed that it was: one whose entries are all new and all lead to other sites may be somebody else's.

A domain that ran out and was bought, a server that was broken into, a configuration gone astray: the alerts of hundreds of strange articles
would be worth nothing. Such a feed fails until it has stood for a day. It judges no single entry.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

import msgspec

from monitor.core.urls import site

ENTRIES = 5  # fewer prove nothing
SITES = 3  # a feed that leads to more is at home nowhere, and may lead to others at any time
LOOKS_BEFORE_BELIEVING = 3
BELIEVED_AFTER = timedelta(hours=24)


class Home(msgspec.Struct, frozen=True, omit_defaults=True):
    """The sites that a feed's entries lead to, none where they are many. Since when, at how many looks, all of it was strange."""

    sites: tuple[str, ...] = ()
    strange_since: datetime | None = None
    strange_looks: int = 0


def seen(home: Home, known: Collection[str], keys: Sequence[str], urls: Sequence[str], at: datetime) -> Home:
    """The home after a look at entries with these keys and addresses; `known` are the keys of before."""
    sites = {site(url.lower()) for url in urls if url}
    if _are_strange(home, known, keys, sites):
        strange = Home(home.sites, home.strange_since or at, home.strange_looks + 1)
        if not _is_believed(strange, at):
            return strange
    return Home(tuple(sorted(sites)) if len(sites) <= SITES else ()) if sites else Home(home.sites)


def _are_strange(home: Home, known: Collection[str], keys: Sequence[str], sites: set[str]) -> bool:
    is_enough = len(keys) >= ENTRIES and bool(home.sites and sites)
    return is_enough and sites.isdisjoint(home.sites) and not any(key in known for key in keys)


def _is_believed(home: Home, at: datetime) -> bool:
    since = home.strange_since or at
    return home.strange_looks >= LOOKS_BEFORE_BELIEVING and at - since >= BELIEVED_AFTER
