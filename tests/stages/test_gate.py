"""The gate of a channel: its breaker and its rate on one clock."""

import pytest

from monitor.core.policy.breaker import FIRST_REST, OPENS_AFTER
from monitor.ports import Outcome
from monitor.stages.gate import BURST, Gate

DOWN, UP = Outcome("retry", "connect"), Outcome("delivered", status=204)


class Clock:
    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


def a_gate(clock, rate=None, **more):
    return Gate(rate, clock=clock, chance=lambda: 0.0, **more)


def broken(clock, rate=None):
    gate = a_gate(clock, rate)
    for _ in range(OPENS_AFTER):
        assert gate.take(1) == 1
        gate.settle(DOWN)
    return gate


def test_a_dead_channel_gets_one_knock_a_rest(clock):
    gate = broken(clock)
    assert gate.resting
    assert gate.take(4) == 0
    clock.now += FIRST_REST
    assert gate.take(4) == 1
    assert gate.take(4) == 0
    gate.settle(DOWN)
    assert gate.take(4) == 0
    clock.now += 2 * FIRST_REST
    assert gate.take(4) == 1
    gate.settle(UP)
    assert gate.take(4) == 4
    assert not gate.resting


def test_a_knock_for_which_nothing_was_due_is_given_back(clock):
    gate = broken(clock)
    clock.now += FIRST_REST
    assert gate.take(4) == 1
    gate.give_back(1)
    assert gate.take(4) == 1


def test_a_knock_that_came_to_nothing_is_free_again(clock):
    gate = broken(clock)
    clock.now += FIRST_REST
    gate.take(1)
    gate.settle(None)
    assert gate.take(1) == 1


@pytest.mark.parametrize("rate", [0.5, 1, 3, 20, 1000])
def test_no_more_than_the_rate_whatever_the_ticks(clock, rate):
    gate, sent, seconds = a_gate(clock, rate), 0, 60
    for _ in range(seconds * 10):
        for _ in range(5):
            sent += gate.take(400)
        clock.now += 0.1
    assert rate * seconds * 0.9 - 1 <= sent <= rate * (seconds + BURST) + 1


def test_what_was_not_due_does_not_count(clock):
    gate = a_gate(clock, 4)
    for _ in range(100):
        assert gate.take(1) == 1
        gate.give_back(1)


def test_a_429_pauses_the_whole_channel(clock):
    gate = a_gate(clock)
    gate.take(1)
    gate.settle(Outcome("retry", "throttled", status=429, retry_after=30.0))
    assert gate.take(1) == 0
    clock.now += 30
    assert gate.take(1) == 1


def test_an_absurd_pause_is_bounded(clock):
    gate = a_gate(clock)
    gate.settle(Outcome("retry", "throttled", status=429, retry_after=9_999_999_999.0))
    clock.now += 901
    assert gate.take(1) == 1


def test_a_dead_letter_says_nothing_of_the_channel(clock):
    gate = a_gate(clock)
    for _ in range(20):
        gate.take(1)
        gate.settle(Outcome("dead", "bad_body"))
    assert not gate.resting


def test_a_channel_that_was_failing_at_the_end_is_knocked_at_first(clock):
    gate = a_gate(clock, away=True)
    assert gate.take(4) == 1
    gate.settle(UP)
    assert gate.take(4) == 4
