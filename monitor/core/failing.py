"""What a failed look weighs: one thing is a server that asks for a pause, another an address that is there no more. It tells nobody."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

import msgspec

ENOUGH: Final = 3.0  # what failures in a row must weigh before the feed is called failing
NO_SUCH_HOST: Final = "no_such_host"

_AT_ONCE: Final = 410
_MISSING: Final = frozenset({404, 410})
_REFUSED: Final = frozenset({401, 403, 451})
_HARD: Final = frozenset({NO_SUCH_HOST, "tls", "forbidden_address", "bad_url", "insecure_redirect"})
_BUSY: Final = frozenset({429, 503})

_GONE_LOOKS: Final = {410: 3}  # looks in a row that must say that the feed is there no more, …
_GONE_OVER: Final = {410: timedelta(days=1)}  # … and the time that they must span
_OTHER_LOOKS: Final = 5
_OTHER_OVER: Final = timedelta(days=3)


class Run(msgspec.Struct, frozen=True, omit_defaults=True):
    """Failures in a row: what they weigh together, and how many of them say that the feed is there no more, since when."""

    weight: float = 0.0
    missing: int = 0
    since: datetime | None = None


def weight(reason: str, status: int | None, retry_after: float | None = None) -> float:
    """What a failure weighs: 410 all at once, what only somebody's hand can mend more than what passes, a plea for a pause the least."""
    if status == _AT_ONCE:
        return ENOUGH
    if status in _BUSY and (status == 429 or retry_after is not None):
        return 0.5
    return 1.5 if is_missing(reason, status) or status in _REFUSED or reason in _HARD else 1.0


def is_missing(reason: str, status: int | None) -> bool:
    """Whether a failure says that there is no such feed any more."""
    return status in _MISSING or reason == NO_SUCH_HOST


def is_refused(status: int | None) -> bool:
    """Whether a failure says that the feed is there, though not for us."""
    return status in _REFUSED


def another(run: Run, reason: str, status: int | None, retry_after: float | None, at: datetime) -> Run:
    """The run with one more failure. What may pass says nothing about whether the feed is there."""
    heavier = run.weight + weight(reason, status, retry_after)
    if is_missing(reason, status):
        return Run(heavier, run.missing + 1, run.since or at)
    return Run(heavier) if is_refused(status) else msgspec.structs.replace(run, weight=heavier)


def is_gone(run: Run, status: int | None, at: datetime) -> bool:
    """Whether a run that ends in a missing feed, with this status, means that it is gone."""
    looks, over = _GONE_LOOKS.get(status or 0, _OTHER_LOOKS), _GONE_OVER.get(status or 0, _OTHER_OVER)
    return run.since is not None and run.missing >= looks and at - run.since >= over
