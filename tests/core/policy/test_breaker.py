"""When a channel is left alone, and when it is knocked at."""

from hypothesis import given
from hypothesis import strategies as st

from monitor.core.policy.breaker import (
    AWAY,
    FIRST_REST,
    JITTER,
    LONGEST_PAUSE,
    LONGEST_REST,
    OPENS_AFTER,
    Breaker,
    allows,
    asked_to_pause,
    failed,
    forget,
    knock,
    worked,
)


def after(failures: int, now: float = 0.0, chance: float = 0.0) -> Breaker:
    breaker = Breaker()
    for _ in range(failures):
        breaker = failed(knock(breaker), now, chance)
    return breaker


def test_a_few_failures_change_nothing() -> None:
    assert allows(after(OPENS_AFTER - 1), 0) is None
    assert not after(OPENS_AFTER - 1).is_open


def test_the_fifth_in_a_row_opens_it_and_one_knock_is_made_after_a_rest() -> None:
    breaker = after(OPENS_AFTER)
    assert breaker.is_open
    assert allows(breaker, FIRST_REST - 0.01) == 0
    assert allows(breaker, FIRST_REST) == 1
    assert allows(knock(breaker), FIRST_REST) == 0, "one at a time"
    assert allows(forget(knock(breaker)), FIRST_REST) == 1, "a knock that was none is no knock"


def test_rests_double_up_to_a_quarter_of_an_hour() -> None:
    now, breaker, rests = 0.0, after(OPENS_AFTER), []
    for _ in range(12):
        rests.append(breaker.until - now)
        now = breaker.until
        breaker = failed(knock(breaker), now, 0.0)
    assert rests == [min(FIRST_REST * 2**turn, LONGEST_REST) for turn in range(12)]


def test_a_late_failure_of_before_is_no_knock() -> None:
    breaker = after(OPENS_AFTER)
    late = failed(breaker, 1.0, 0.0)
    assert (late.until, late.rests) == (breaker.until, breaker.rests)


def test_one_success_closes_it() -> None:
    assert allows(worked(after(OPENS_AFTER + 3)), 0) is None
    assert worked(AWAY) == Breaker()


def test_a_success_between_failures_counts_them_anew() -> None:
    assert not failed(worked(after(OPENS_AFTER - 1)), 0, 0).is_open


def test_what_was_failing_at_the_start_is_knocked_at_at_once() -> None:
    assert allows(AWAY, 0) == 1


@given(st.floats(0, 1, exclude_max=True), st.integers(OPENS_AFTER, 60))
def test_rests_are_bounded(chance: float, failures: int) -> None:
    breaker = after(failures, chance=chance)
    assert FIRST_REST <= breaker.until <= LONGEST_REST * (1 + JITTER)


@given(st.floats(-1e12, 1e12), st.floats(0, 1e6))
def test_a_pause_that_is_asked_for_holds_within_bounds(pause: float, now: float) -> None:
    breaker = asked_to_pause(Breaker(), now, pause)
    assert breaker.until - now <= LONGEST_PAUSE + 1e-3
    assert allows(breaker, now + LONGEST_PAUSE + 1) is None
    if pause > 1:
        assert allows(breaker, now) == 0
