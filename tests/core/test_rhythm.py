"""How long a feed may be silent: laws of what is learned, on feeds of any week."""

import random
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.core import rhythm as core
from monitor.core.rhythm import WEEK, Rhythm

MONDAY = int(datetime(2015, 11, 16, tzinfo=UTC).timestamp()) // 3600
weeks_of = st.sets(st.integers(0, WEEK - 1), min_size=1, max_size=WEEK)


def at(hour: int) -> datetime:
    return datetime.fromtimestamp(hour * 3600 + 1234, UTC)


def learned(hours: Iterable[int], since: int = MONDAY) -> Rhythm:
    rhythm = core.begun(at(since))
    for hour in hours:
        rhythm = core.came(rhythm, at(hour))
    return rhythm


def every_week(week: Iterable[int], weeks: int) -> Iterator[int]:
    return (MONDAY + number * WEEK + hour for number in range(weeks) for hour in sorted(week))


def by_chance(share: Callable[[int], float], weeks: int, seed: int) -> list[int]:
    chance = random.Random(seed)
    return [MONDAY + hour for hour in range(weeks * WEEK) if chance.random() < share(hour % WEEK)]


def false_alarms(hours: list[int]) -> int:
    """How often it would have been called stale though it went on."""
    rhythm, count = core.begun(at(MONDAY)), 0
    for hour in hours:
        count += core.is_overdue(rhythm, at(hour - 1))
        rhythm = core.came(rhythm, at(hour))
    return count


@settings(max_examples=30)
@given(weeks_of, st.integers(1, 16))
def test_whoever_keeps_to_his_week_is_never_called_silent(week: set[int], weeks: int) -> None:
    assert false_alarms(list(every_week(week, weeks))) == 0


@settings(max_examples=30)
@given(weeks_of, st.integers(12, 18))
def test_whoever_stops_is_called_silent_in_the_end_and_from_then_on(week: set[int], weeks: int) -> None:
    rhythm = learned(every_week(week, weeks))
    assert rhythm.newest < rhythm.patience <= rhythm.newest + 13 * WEEK
    assert not core.is_overdue(rhythm, at(rhythm.patience - 1))
    assert core.is_overdue(rhythm, at(rhythm.patience))
    assert core.is_overdue(rhythm, at(rhythm.patience + 10_000))


@given(st.lists(st.integers(0, 20 * WEEK), max_size=60).map(sorted))
def test_of_whom_little_is_known_nothing_is_said(hours: list[int]) -> None:
    rhythm = learned(MONDAY + hour for hour in hours)
    told = len(set(hours)) > core.FEWEST and hours[-1] >= core.LEARNING
    assert told or not core.is_overdue(rhythm, at(MONDAY + 10**6))


@settings(max_examples=40)
@given(st.lists(st.integers(0, 40 * WEEK), min_size=2, max_size=200).map(sorted))
def test_what_is_kept_is_bounded_and_the_newest_quarter(hours: list[int]) -> None:
    rhythm = learned(MONDAY + hour for hour in hours)
    assert len(msgspec.json.encode(rhythm)) < core.MEMORY // 4 + 100
    assert core._hours(rhythm) == sorted({MONDAY + hour for hour in hours if hours[-1] - hour < core.MEMORY})
    assert msgspec.json.decode(msgspec.json.encode(rhythm), type=Rhythm) == rhythm


@settings(max_examples=40)
@given(weeks_of, st.integers(1, 6), st.data())
def test_only_hours_count_and_what_comes_late_changes_nothing(week: set[int], weeks: int, data: st.DataObject) -> None:
    rhythm = learned(every_week(week, weeks))
    again = data.draw(st.integers(MONDAY, rhythm.newest))
    assert core.came(rhythm, at(again)) == rhythm
    later = learned((hour + 5 * WEEK for hour in every_week(week, weeks)), since=MONDAY + 5 * WEEK)
    assert later == msgspec.structs.replace(
        rhythm,
        since=rhythm.since + 5 * WEEK,
        newest=rhythm.newest + 5 * WEEK,
        patience=rhythm.patience and rhythm.patience + 5 * WEEK,
    )


def working_hours(hour: int) -> float:
    return 0.7 if hour // 24 < 5 and 8 <= hour % 24 < 18 else 0.0


def test_a_paper_of_working_days_may_take_the_weekend_and_a_day_off() -> None:
    rhythm = learned(every_week([day * 24 + hour for day in range(5) for hour in range(8, 18)], 8))
    friday = rhythm.last
    assert friday == datetime(2016, 1, 8, 17, tzinfo=UTC)
    assert not core.is_overdue(rhythm, friday + timedelta(hours=62)), "Monday morning"
    assert not core.is_overdue(rhythm, friday + timedelta(hours=62 + 24)), "Monday was a holiday"
    assert core.is_overdue(rhythm, friday + timedelta(hours=62 + 36)), "Tuesday evening"
    on_monday = core.came(rhythm, datetime(2016, 1, 11, 8, tzinfo=UTC))
    assert not core.is_overdue(on_monday, datetime(2016, 1, 12, 8, tzinfo=UTC))
    assert core.is_overdue(on_monday, datetime(2016, 1, 12, 18, tzinfo=UTC))


def test_an_agency_that_never_sleeps_is_missed_by_the_same_morning() -> None:
    rhythm = learned(by_chance(lambda _: 0.97, 8, seed=1))
    assert rhythm.patience - rhythm.newest <= 12


@pytest.mark.parametrize(
    "share",
    [lambda _: 0.97, lambda _: 0.5, lambda hour: 0.8 if hour % 24 > 6 else 0.02, working_hours, lambda _: 1 / 48],
    ids=["agency", "broadcaster", "daily", "working days", "now and then"],
)
def test_chance_alone_makes_hardly_any_false_alarm(share: Callable[[int], float]) -> None:
    assert sum(false_alarms(by_chance(share, 10, seed)) for seed in range(2)) == 0


def test_while_nobody_looked_nothing_is_learned_of_pauses() -> None:
    week = [day * 24 + hour for day in range(7) for hour in range(8, 18)]
    well = learned(every_week(week, 8))
    back = at(well.newest + 3 * WEEK)
    for hour in range(24 * 3):
        well = core.came(well, back + timedelta(hours=hour), unseen=hour == 0)
    usual = learned([*every_week(week, 8), *range(MONDAY + 8 * WEEK, MONDAY + 8 * WEEK + 72)])
    assert core.pauses(well) == core.pauses(usual)
    assert well.patience - well.newest <= 2 * (usual.patience - usual.newest), (
        "not the six weeks that three would allow"
    )
    assert len(well.unseen) <= 20


def test_pauses_are_told_by_the_clock() -> None:
    pauses = core.pauses(learned(every_week([day * 24 + hour for day in range(5) for hour in range(8, 18)], 4)))
    assert (pauses.usual, pauses.longest) == (3600.0, 63 * 3600.0)
    with pytest.raises(ValueError, match="no pause"):
        core.pauses(learned([MONDAY]))


def test_the_first_weekend_that_is_seen_is_no_alarm() -> None:
    """What was never watched is expected to bring nothing."""
    week = [day * 24 + hour for day in range(7) for hour in range(24)]
    assert false_alarms([*(MONDAY + hour for hour in week[:120]), MONDAY + WEEK]) == 0
