"""The gate of one channel: its breaker and its rate, shared by all that work for it. It sends nothing and records nothing."""

from __future__ import annotations

import random
import time
from collections.abc import Callable

from monitor.core.policy import breaker
from monitor.core.policy.schedule import DAY
from monitor.ports import Outcome

BURST = 0.25  # seconds of the rate that may go at once


class Gate:
    """Lets attempts begin: one at a time while the channel is away, and at most `rate` a second (None: any number)."""

    def __init__(
        self,
        rate: float | None = None,
        *,
        away: bool = False,
        clock: Callable[[], float] = time.monotonic,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._rate, self._clock, self._chance = rate, clock, chance
        self._breaker = breaker.AWAY if away else breaker.Breaker()
        self._ready = self._most = max(1.5, BURST * rate) if rate else 1.0  # half a place more, so that no tick is lost
        self._filled = clock()

    @property
    def resting(self) -> bool:
        """Whether the channel is only knocked at."""
        return self._breaker.is_open

    @property
    def rest(self) -> float:
        """Seconds until an attempt may begin again."""
        return max(self._breaker.until - self._clock(), 0.0)

    @property
    def failures(self) -> int:
        """How many attempts failed in a row."""
        return self._breaker.failures

    def take(self, most: int) -> int:
        """How many attempts may begin now, at most `most`."""
        allowed = breaker.allows(self._breaker, self._clock())
        places = min(most, self._fill(most), most if allowed is None else allowed)
        self._ready -= places if self._rate else 0
        if places:
            self._breaker = breaker.knock(self._breaker)
        return places

    def give_back(self, count: int) -> None:
        """Nothing was due for so many of the attempts."""
        if count:
            self._ready += count if self._rate else 0
            self._breaker = breaker.forget(self._breaker)

    def settle(self, outcome: Outcome | None) -> None:
        """What came of an attempt; None where none was made after all."""
        now = self._clock()
        match outcome:
            case Outcome(kind="delivered" | "accepted"):
                self._breaker = breaker.worked(self._breaker)
            case Outcome(kind="retry"):
                self._breaker = breaker.failed(self._breaker, now, self._chance())
                if outcome.retry_after is not None:
                    self._breaker = breaker.asked_to_pause(self._breaker, now, min(outcome.retry_after, DAY))
            case _:
                self._breaker = breaker.forget(self._breaker)

    def _fill(self, most: int) -> int:
        if not self._rate:
            return most
        now = self._clock()
        self._ready = min(self._most, self._ready + (now - self._filled) * self._rate)
        self._filled = now
        return int(self._ready)
