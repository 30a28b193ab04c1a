"""Whether Monitor sees the outside at all: when half of all hosts give no answer, and none does in between, it is our own network that is gone.

It asks nobody: it is told who answered and who did not.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from monitor.core.events import MonitorBlind, MonitorSighted

NO_ANSWER = frozenset({"dns", "connect", "timeout", "reset"})
"""Reasons of a failed exchange in which nobody was heard."""
LEAST = 3  # hosts: fewer may well be gone all at once


class Sight(msgspec.Struct, frozen=True, omit_defaults=True):
    """The hosts that gave no answer since the last one that did, from when on, and whether that was said."""

    silent: frozenset[str] = frozenset()
    since: datetime | None = None
    blind: bool = False


def missed(sight: Sight, host: str, hosts: int, at: datetime) -> tuple[Sight, MonitorBlind | None]:
    """A host gave no answer; `hosts` is how many there are in all."""
    silent, since = sight.silent | {host}, sight.since or at
    if sight.blind or len(silent) < max(LEAST, (hosts + 1) // 2):
        return Sight(silent, since, sight.blind), None
    return Sight(silent, since, blind=True), MonitorBlind(at=at, since=since, silent=len(silent), hosts=hosts)


def saw(sight: Sight, at: datetime) -> tuple[Sight, MonitorSighted | None]:
    """Somebody answered."""
    return Sight(), MonitorSighted(at=at, blind_since=sight.since or at) if sight.blind else None
