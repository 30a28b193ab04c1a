"""Whether Monitor sees the outside: when half of all hosts give no answer, and none does in between, it is our own network that is gone.

It asks nobody: it is told who answered and who did not. Two questions, two measures. That Monitor is blind is said to people, so
nobody at all may have answered. To doubt what one host says takes less: a portal or a broken resolver answers in the place of all.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import msgspec

from monitor.core.events import MonitorBlind, MonitorSighted

NO_ANSWER = frozenset({"dns", "no_such_host", "connect", "timeout", "reset"})
"""Reasons of a failed exchange in which nobody was heard."""
LEAST = 3  # hosts: fewer may well be gone all at once
_LEAST_DOUBTED = 2  # hosts that were heard of, for a doubt
_SHARE_DOUBTED = 0.75  # of them that gave no answer


class Sight(msgspec.Struct, frozen=True, omit_defaults=True):
    """The hosts that gave no answer since the last one that did, from when on, and whether that was said."""

    silent: frozenset[str] = frozenset()
    since: datetime | None = None
    blind: bool = False


def missed(sight: Sight, host: str, hosts: int, at: datetime) -> tuple[Sight, MonitorBlind | None]:
    """A host gave no answer; `hosts` is how many there are in all."""
    silent, since = sight.silent | {host}, sight.since or at
    blind = sight.blind or len(silent) >= max(LEAST, (hosts + 1) // 2)
    after = Sight(silent, since, blind)
    said = MonitorBlind(at=at, since=since, silent=len(silent), hosts=hosts) if blind and not sight.blind else None
    return after, said


def saw(sight: Sight, at: datetime) -> tuple[Sight, MonitorSighted | None]:
    """Somebody answered."""
    return Sight(), MonitorSighted(at=at, blind_since=sight.since or at) if sight.blind else None


def is_doubtful(answered: Collection[bool]) -> bool:
    """Whether an answer is to be doubted: of the hosts that were asked lately (`answered`: each by its last exchange) most gave none."""
    silent = sum(not heard for heard in answered)
    return len(answered) >= _LEAST_DOUBTED and silent >= _SHARE_DOUBTED * len(answered)
