"""When a message is tried again: the schedule of Standard Webhooks 1.0, ten attempts over 75 h 35 min. It waits for nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

DELAYS = (0.0, 5.0, 300.0, 1_800.0, 7_200.0, 18_000.0, 36_000.0, 50_400.0, 72_000.0, 86_400.0)
"""Seconds before each attempt, from the one before it."""
JITTER = 0.2  # each way
DAY = 86_400.0  # what a receiver may ask for at most
LONGEST_AWAY = 30 * DAY  # how long a message waits for a channel that does not answer at all


class Outcome(Protocol):
    """What came of an attempt, as `ports.Outcome` has it."""

    @property
    def kind(self) -> str:
        """`delivered`, `accepted`, `retry`, `dead` or `disable`."""
        ...

    @property
    def status(self) -> int | None:
        """The HTTP status of the answer, where there was one."""
        ...

    @property
    def retry_after(self) -> float | None:
        """Seconds of pause that the receiver asked for."""
        ...


@dataclass(frozen=True, slots=True)
class Delivered:
    """It is there: no more attempts."""


@dataclass(frozen=True, slots=True)
class Retry:
    """Try again in `delay` seconds."""

    delay: float


@dataclass(frozen=True, slots=True)
class Dead:
    """No further attempt: a dead letter, kept and listed."""


@dataclass(frozen=True, slots=True)
class Disable(Dead):
    """A dead letter whose receiver also said (410) that the channel shall not be used any more."""


Step = Delivered | Retry | Dead


def next_step(attempt: int, outcome: Outcome, chance: float) -> Step:
    """What follows attempt number `attempt` (from 1). `chance` is in [0, 1) and spreads the retries.

    Raises ValueError for a kind of outcome that nobody defined.
    """
    match outcome.kind:
        case "delivered" | "accepted":
            return Delivered()
        case "disable":
            return Disable()
        case "dead":
            return Dead()
        case "retry":
            return Dead() if attempt >= len(DELAYS) else Retry(_delay(DELAYS[attempt], outcome.retry_after, chance))
        case unknown:
            raise ValueError(f"no such outcome: {unknown!r}")


def is_away(outcome: Outcome) -> bool:
    """Whether nobody was there to refuse the message: no answer at all, or a gateway's word that there is none (502, 503, 504)."""
    return outcome.kind == "retry" and outcome.status in {None, 502, 503, 504}


def after_a_knock(outcome: Outcome, waited: float, rest: float, chance: float) -> Step:
    """What follows a knock at a channel that is away: the message keeps its attempts for when it is back.

    It is due again when the channel may be knocked at again, in `rest` seconds, so that whatever waits is sent as soon as one knock
    is answered. `waited` is in seconds since the message's first attempt: nothing waits for ever.
    """
    if waited >= LONGEST_AWAY:
        return Dead()
    return Retry(rest if outcome.retry_after is None else _delay(rest, outcome.retry_after, chance))


def _delay(planned: float, asked: float | None, chance: float) -> float:
    """Our own delay with jitter both ways; or what was asked for, no sooner than planned, no later than in a day."""
    if asked is None:
        return planned * (1 - JITTER + 2 * JITTER * chance)
    return min(max(asked, planned) * (1 + JITTER * chance), max(DAY, planned))
