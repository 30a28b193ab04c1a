"""How long a feed takes to answer, learned from its answers, and when that is slow. It measures nothing."""

from __future__ import annotations

from statistics import median
from typing import Final

import msgspec

LATEST: Final = 5  # answers whose median is the time it takes now
LEARNED: Final = 20  # answers after which its own time is known
TOO_LONG: Final = 10.0  # seconds that are slow for any feed
SHORT: Final = 2.0  # seconds that are slow for none
TIMES: Final = 4.0  # its usual time, from which it is slow for this one
_STEP: Final = 1.005
_LEAST: Final = 0.001  # seconds


class Tempo(msgspec.Struct, frozen=True, omit_defaults=True):
    """The times of the latest answers, and what is usual: in seconds. `answers` counts them up to `LEARNED`."""

    latest: tuple[float, ...] = ()
    usual: float = 0.0
    answers: int = 0

    @property
    def now(self) -> float:
        """The time that it takes now; 0 where that is not known yet."""
        return median(self.latest) if len(self.latest) == LATEST else 0.0


def answered(tempo: Tempo, seconds: float) -> Tempo:
    """One more answer. What is usual is their mean at first, then their median, which half a hundredth a look moves: a bad day teaches little."""
    answers = min(tempo.answers + 1, LEARNED)
    if tempo.answers < LEARNED:
        usual = tempo.usual + (seconds - tempo.usual) / answers
    else:
        usual = tempo.usual * (_STEP if seconds > tempo.usual else 1 / _STEP)
    return Tempo((*tempo.latest, round(seconds, 3))[-LATEST:], round(max(usual, _LEAST), 5), answers)


def is_slow(tempo: Tempo, *, already: bool) -> bool:
    """Whether it is slow now; one that is called so already has to become twice as fast as that."""
    own = max(SHORT, TIMES * tempo.usual) if tempo.answers >= LEARNED else TOO_LONG
    bound = min(TOO_LONG, own)
    return tempo.now >= (bound / 2 if already else bound)
