"""When a message is tried again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.policy.schedule import DAY, DELAYS, JITTER, Dead, Delivered, Disable, Retry, next_step
from monitor.ports import Outcome

CHANCES = st.floats(0, 1, exclude_max=True)


def test_ten_attempts_over_75_hours_and_35_minutes() -> None:
    steps = [next_step(attempt, Outcome("retry"), 0.5) for attempt in range(1, 11)]
    assert steps == [Retry(delay) for delay in (5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400)] + [Dead()]
    assert sum(DELAYS) == 75 * 3600 + 35 * 60 + 5


@pytest.mark.parametrize(("kind", "step"), [("delivered", Delivered()), ("dead", Dead()), ("disable", Disable())])
@pytest.mark.parametrize("attempt", [1, 10])
def test_what_ends_ends_at_once(kind: str, step: object, attempt: int) -> None:
    assert next_step(attempt, Outcome(kind, retry_after=60), 0.5) == step


def test_a_disabled_channels_letter_is_a_dead_letter() -> None:
    assert isinstance(next_step(1, Outcome("disable"), 0.5), Dead)


def test_an_unknown_outcome_is_refused() -> None:
    with pytest.raises(ValueError, match="maybe"):
        next_step(1, Outcome("maybe"), 0.5)


@given(st.integers(1, 9), CHANCES)
def test_jitter_stays_within_a_fifth(attempt: int, chance: float) -> None:
    step = next_step(attempt, Outcome("retry"), chance)
    assert isinstance(step, Retry)
    assert DELAYS[attempt] * (1 - JITTER) * 0.999 <= step.delay <= DELAYS[attempt] * (1 + JITTER)


@given(st.integers(1, 9), CHANCES, st.floats(-1e9, 1e12))
def test_a_pause_asked_for_is_obeyed_within_bounds(attempt: int, chance: float, asked: float) -> None:
    step = next_step(attempt, Outcome("retry", retry_after=asked), chance)
    assert isinstance(step, Retry)
    assert DELAYS[attempt] <= step.delay <= DAY
    assert step.delay >= min(asked, DAY)
