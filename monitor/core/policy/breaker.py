"""When a channel is left alone: after failures in a row nothing is sent but one knock at growing pauses. It waits for nothing.

Times are seconds on any clock that only rises; chance is in [0, 1).
"""

from __future__ import annotations

import msgspec

OPENS_AFTER = 5  # failures in a row
FIRST_REST = 5.0
LONGEST_REST = 900.0
JITTER = 0.2  # what a rest may be longer
LONGEST_PAUSE = 900.0  # that a receiver's 429 may ask of all its messages


class Breaker(msgspec.Struct, frozen=True):
    """How a channel has answered. Closed while `rests` is 0; `until` is when it may be knocked at, or sent to, again."""

    failures: int = 0
    rests: int = 0
    until: float = 0.0
    knocking: bool = False

    @property
    def is_open(self) -> bool:
        """Whether the channel is only knocked at."""
        return self.rests > 0


AWAY = Breaker(failures=OPENS_AFTER, rests=1)
"""A channel that was failing when this process began: the first message is a knock."""


def allows(breaker: Breaker, now: float) -> int | None:
    """How many attempts may begin: None for any number."""
    if now < breaker.until or breaker.knocking:
        return 0
    return 1 if breaker.is_open else None


def knock(breaker: Breaker) -> Breaker:
    """An attempt begins: of an open breaker's there is one at a time."""
    return msgspec.structs.replace(breaker, knocking=breaker.is_open)


def forget(breaker: Breaker) -> Breaker:
    """An attempt that began was none after all."""
    return msgspec.structs.replace(breaker, knocking=False)


def worked(_: Breaker) -> Breaker:
    """One answer is enough to trust a channel again."""
    return Breaker()


def failed(breaker: Breaker, now: float, chance: float) -> Breaker:
    """A failure: the fifth in a row opens the breaker, and each knock in vain doubles the rest."""
    failures = breaker.failures + 1
    if failures < OPENS_AFTER or (breaker.is_open and not breaker.knocking):
        return msgspec.structs.replace(breaker, failures=failures)
    rest = min(FIRST_REST * 2 ** min(breaker.rests, 16), LONGEST_REST) * (1 + JITTER * chance)
    return Breaker(failures, breaker.rests + 1, max(breaker.until, now + rest))


def asked_to_pause(breaker: Breaker, now: float, pause: float) -> Breaker:
    """The receiver said that it is sent too much: nothing at all for a while, within bounds."""
    until = now + min(max(pause, 0.0), LONGEST_PAUSE)
    return msgspec.structs.replace(breaker, until=max(breaker.until, until))
