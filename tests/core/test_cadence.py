"""When a feed is looked at next: laws of the wait, whatever the looks before brought."""

import math
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core import cadence as core
from monitor.core import rhythm as rhythms
from monitor.core.cadence import Bounds, Cadence, Hints
from monitor.core.rhythm import HOUR, Rhythm

MONDAY = datetime(2015, 11, 16, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
BOUNDS = Bounds(MINUTE, 15 * MINUTE)
UNHEARD, SILENT = Rhythm(), Hints()

looks = st.lists(st.tuples(st.integers(0, 50), st.floats(0, 90_000)), max_size=12)
hints = st.builds(
    Hints,
    st.none() | st.floats(1, 604_800),
    st.none() | st.floats(60, 31_536_000),
    st.sets(st.integers(0, 167), max_size=168).map(lambda hours: tuple(sorted(hours))),
)
bounds = st.tuples(st.floats(0.1, 7_200), st.floats(1, 100)).map(
    lambda drawn: Bounds(timedelta(seconds=drawn[0]), timedelta(seconds=drawn[0] * drawn[1]))
)
chances = st.floats(0, 1, exclude_max=True)
moments = st.integers(0, 14 * 86_400).map(lambda second: MONDAY + timedelta(seconds=second))
weeks = st.sets(st.integers(0, 167), max_size=40)


def after(history: Iterable[tuple[int, float]], entries: int = 30, *, rolls: bool = True) -> Cadence:
    """What is known after looks that brought so many entries, so many seconds apart."""
    cadence, at = core.begun(Hints(), entries, None), MONDAY
    for new, apart in history:
        since, at = at, at + timedelta(seconds=apart)
        if new:
            cadence = core.shown(cadence, entries, min(new, entries), rolls=rolls, since=since, at=at)
        cadence = core.looked(cadence, min(new, entries), apart)
    return cadence


def learned(week: Iterable[int], weeks: int = 4) -> Rhythm:
    """A feed that brings something in these hours of the week (Monday 00:00 is 0), for the weeks before the Monday."""
    rhythm = rhythms.begun(MONDAY - timedelta(weeks=weeks))
    for hour in sorted(-24 * 7 * number + hour for number in range(1, weeks + 1) for hour in week):
        rhythm = rhythms.came(rhythm, MONDAY + timedelta(hours=hour))
    return rhythm


def wait(cadence: Cadence, at: datetime = MONDAY, rhythm: Rhythm = UNHEARD, said: Hints = SILENT, **more) -> timedelta:
    return core.as_often_as_pays(cadence, rhythm, said, BOUNDS, at, **more)


@given(looks, weeks, hints, bounds, moments, st.none() | st.floats(0, 1e9), chances)
def test_the_wait_is_within_its_bounds_and_the_same_for_the_same(history, week, said, within, at, fresh, chance):
    asked = (after(history), learned(week, 2), said, within, at)
    found = core.as_often_as_pays(*asked, fresh=fresh, chance=chance)
    assert within.shortest - timedelta(microseconds=1) <= found <= within.longest + timedelta(microseconds=1)
    assert core.as_often_as_pays(*asked, fresh=fresh, chance=chance) == found


@given(looks, moments, chances, chances)
def test_chance_moves_it_by_a_tenth_at_most(history, at, one, other):
    cadence = after(history)
    assert (
        wait(cadence, at, chance=one)
        <= wait(cadence, at, chance=other) * (1 + core.JITTER) / (1 - core.JITTER) * 1.0001
    )


@given(looks, st.integers(2, 50), st.data(), st.floats(1, 90_000), weeks, hints, moments)
def test_the_fewer_entries_were_known_the_sooner_comes_the_next_look(history, entries, data, apart, week, said, at):
    more = data.draw(st.integers(1, entries))
    fewer = data.draw(st.integers(0, more - 1))
    rhythm = learned(week, 2)
    many, few = (wait(after([*history, (new, apart)], entries), at, rhythm, said) for new in (more, fewer))
    assert many <= few + timedelta(microseconds=1)


@given(looks, st.floats(60, 900))
def test_while_all_is_known_the_looks_come_later_and_later_until_the_longest_wait(history, apart):
    waits = [wait(after([*history, *[(0, apart)] * quiet])) for quiet in (0, 1, 2, 5, 20, 100)]
    assert waits == sorted(waits)
    asleep = after([*history, *[(0, 86_400.0)] * 70], rolls=False)
    assert wait(asleep, chance=0.999) > BOUNDS.longest * 0.99


@given(st.integers(1, 50), st.integers(1, 500))
def test_who_wakes_is_seen_at_the_next_look_and_looked_at_more_often_from_then_on(new, days):
    asleep = after([(0, 86_400.0)] * days)
    assert wait(asleep) <= BOUNDS.longest
    assert wait(core.looked(asleep, new, 900.0)) < BOUNDS.longest * 0.6


def test_four_times_as_much_is_looked_at_twice_as_often():
    every = [wait(Cadence(usually=rate / HOUR, watched=HOUR)) for rate in (1, 4, 16)]
    assert [round(one.total_seconds()) for one in every] == [424, 212, 106]


@given(looks, weeks, hints, moments, st.none() | st.floats(0, 1e9))
def test_what_a_feed_says_makes_no_look_sooner_and_none_later_where_news_are_to_be_expected(
    history, week, said, at, fresh
):
    cadence, rhythm = after(history), learned(week, 2)
    said = Hints(said.ttl, said.period)
    plain, polite = wait(cadence, at, rhythm), wait(cadence, at, rhythm, said, fresh=fresh)
    assert polite >= plain
    coming = core._coming(cadence, rhythm, said, at, BOUNDS.longest.total_seconds())
    assert polite <= plain or polite.total_seconds() <= core._until_expected(coming, core.DOUBTED) + 1e-5


@given(st.lists(st.tuples(st.floats(1, 3600), st.floats(0, 1)), min_size=1, max_size=5), st.floats(0.01, 100))
def test_until_when_so_many_are_to_be_expected(coming, entries):
    until, left, expected = core._until_expected(coming, entries), 0.0, 0.0
    for seconds, rate in coming:
        expected += rate * min(max(until - left, 0.0), seconds)
        left += seconds
    assert expected == pytest.approx(entries) if until < math.inf else expected < entries * 1.001


def test_hints_are_heard_while_little_comes():
    quiet, busy = Cadence(usually=1 / HOUR, watched=HOUR), Cadence(usually=20 / HOUR, watched=HOUR)
    assert wait(quiet, said=Hints(ttl=600.0)) == wait(quiet, fresh=600.0) == 10 * MINUTE
    assert wait(quiet, said=Hints(ttl=604_800.0), chance=0.99) > 11 * MINUTE
    assert wait(busy, said=Hints(ttl=604_800.0)) == wait(busy)


@given(st.integers(1, 60), st.floats(0, 1), st.integers(60, 3600))
def test_a_feed_that_rolls_is_looked_at_before_half_of_it_is_new_at_its_quickest(entries, share, apart):
    new = max(round(entries * share), 1)
    at = MONDAY + timedelta(seconds=apart)
    cadence = core.shown(Cadence(), entries, new, rolls=True, since=MONDAY, at=at)
    cadence = core.looked(cadence, new, apart)
    found = wait(cadence).total_seconds()
    assert found <= max(60.0, min(entries * 60, entries / 2 / max((new - 1) / apart, 1e-9))) * (1 + core.JITTER)
    assert cadence.quickest == pytest.approx(2 * new / apart if new == entries else (new - 1) / apart, rel=1e-2)


def test_a_feed_that_keeps_all_its_entries_can_lose_none():
    few = core.shown(Cadence(), 3, 3, rolls=False, since=MONDAY, at=MONDAY + MINUTE)
    assert (few.quickest, few.shows) == (0.0, 0)
    assert wait(few) == wait(Cadence())


def test_where_entries_go_by_age_a_quiet_hour_is_no_small_feed():
    at = MONDAY + MINUTE
    cadence = core.shown(Cadence(shows=20), 2, 0, rolls=True, since=MONDAY, at=at)
    assert cadence.shows == 18
    for _ in range(30):
        cadence = core.shown(cadence, 2, 0, rolls=True, since=MONDAY, at=at)
    assert cadence.shows == 2


def test_the_first_look_expects_what_the_feed_shows_of_its_past_or_says_of_itself():
    assert core.begun(Hints(period=3600.0), 48, 86_400.0).usually == 2 / HOUR
    assert core.begun(Hints(period=86_400.0), 48, None).usually == 1 / 86_400
    assert core.begun(Hints(), 0, None).usually == core.begun(Hints(), 5, 60.0).usually == core.UNKNOWN


# --- the hours of the week -------------------------------------------------------------------------------------------

BY_DAY = range(8, 20)


def of_a_daily(weeks: int = 4) -> Rhythm:
    return learned([day * 24 + hour for day in range(5) for hour in BY_DAY], weeks)


@pytest.mark.parametrize("weeks", [1, 4, 12])
def test_nights_and_weekends_are_slept_through(weeks):
    cadence, rhythm = Cadence(usually=120 / (168 * HOUR), watched=168 * HOUR), of_a_daily(weeks)
    by_day, at_night = (wait(cadence, MONDAY + timedelta(hours=hour), rhythm) for hour in (10, 2))
    assert by_day < 6 * MINUTE
    assert at_night > 14 * MINUTE
    assert wait(cadence, MONDAY + timedelta(days=5, hours=10), rhythm) > by_day * 1.2


@pytest.mark.parametrize("said", [SILENT, Hints(ttl=3600.0)])
def test_the_morning_is_waited_for(said):
    cadence, rhythm = Cadence(usually=600 / (168 * HOUR), watched=168 * HOUR), of_a_daily()
    before = MONDAY + timedelta(hours=7, minutes=52)
    found = wait(cadence, before, rhythm, said)
    assert 8 * MINUTE < found < 11 * MINUTE
    assert wait(cadence, before + 20 * MINUTE, rhythm) < 3 * MINUTE


@given(weeks, st.integers(1, 14), st.integers(0, 167))
def test_an_hour_bears_more_the_more_often_it_did(week, many, hour):
    at = MONDAY + timedelta(days=7)
    now = math.floor(at.timestamp() / HOUR) + hour
    without, having = (rhythms.bearing(learned({*week} - {hour} | more, many), now, at) for more in (set(), {hour}))
    assert without >= 0
    if week - {hour}:
        assert having >= without


def test_of_whom_little_is_known_all_hours_are_alike():
    assert rhythms.bearing(Rhythm(), 400_000, MONDAY) == 1.0
    assert rhythms.bearing(rhythms.came(rhythms.begun(MONDAY), MONDAY), 400_000, MONDAY + timedelta(days=1)) == 1.0


def test_hours_that_a_feed_skips_are_believed_until_something_comes_in_one():
    hour = rhythms.of_the_week(math.floor(MONDAY.timestamp() / HOUR))
    assert hour == 0
    cadence, said = Cadence(usually=2 / HOUR, watched=HOUR), Hints(skipped=(0,))
    assert wait(cadence, said=said, chance=0.99) > 14 * MINUTE
    assert wait(cadence, MONDAY + timedelta(hours=1), said=said) < 6 * MINUTE
    assert wait(cadence, rhythm=learned([0, 1, 2]), said=said) < 6 * MINUTE
    assert wait(core.looked(cadence, 3, 300.0), said=said) < 6 * MINUTE


# --- a named interval ------------------------------------------------------------------------------------------------

intervals = st.floats(0.2, 700_000).map(lambda seconds: timedelta(seconds=seconds))


@given(intervals, st.floats(0, 1000))
def test_a_named_interval_is_kept_exactly_however_late_a_look_comes(every, late):
    wait = core.on_the_beat(every, every * late)
    assert every * core.SOON * 0.999 <= wait <= every * (1 + core.SOON)
    beats = (every * late + wait) / every
    assert beats == pytest.approx(round(beats), abs=1e-5)
    if late <= 1 - core.SOON:
        assert round(beats) == 1


def test_a_timer_that_fires_a_moment_early_is_not_due_again_at_once():
    assert core.on_the_beat(MINUTE, timedelta(milliseconds=-1)) == MINUTE + timedelta(milliseconds=1)
