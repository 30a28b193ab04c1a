"""The cron grammar takes what crontab(5) takes and APScheduler runs, and means the same days."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from apscheduler.triggers.cron import CronTrigger
from hypothesis import given
from hypothesis import strategies as st

from monitor.config.cron import DAYS, BadCron, canonical


def field(low: int, high: int) -> st.SearchStrategy[str]:
    numbers = st.integers(low, high)
    ranges = st.tuples(numbers, numbers).map(sorted).map(lambda pair: f"{pair[0]}-{pair[1]}")
    steps = st.integers(1, high - low).map(lambda step: f"*/{step}")
    return st.just("*") | st.lists(numbers.map(str) | ranges | steps, min_size=1, max_size=3).map(",".join)


@given(field(0, 59), field(0, 23), field(1, 12), field(0, 6))
def test_what_is_accepted_runs_on_the_days_that_crontab_means(minute: str, hour: str, month: str, weekday: str) -> None:
    trigger = CronTrigger.from_crontab(canonical(f"{minute} {hour} * {month} {weekday}"), timezone=UTC)
    at = trigger.get_next_fire_time(None, datetime(2015, 11, 15, tzinfo=UTC))
    assert at is not None
    assert int(at.strftime("%w")) in meant(weekday)
    assert trigger.get_next_fire_time(at, at + timedelta(seconds=1)) is not None


def meant(weekday: str) -> set[int]:
    days: set[int] = set()
    for term in weekday.split(","):
        if term.startswith("*"):
            days |= set(range(0, 7, int(term.partition("/")[2] or 1)))
        else:
            first, _, last = term.partition("-")
            days |= set(range(int(first), int(last or first) + 1))
    return days


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("*/5 6-23 * * *", "*/5 6-23 * * *"),
        ("0 0 * JAN-mar 1-5", "0 0 * jan-mar mon,tue,wed,thu,fri"),
        ("0 0 * * 0", "0 0 * * sun"),
        ("0 0 * * 7", "0 0 * * sun"),
        ("0 0 * * 5-7", "0 0 * * sun,fri,sat"),
        ("0 0 * * */2", "0 0 * * sun,tue,thu,sat"),
        ("0 0 * * 0-6", "0 0 * * *"),
        ("0 0 29 2 *", "0 0 29 2 *"),
        ("0  0\t1,15 * *", "0 0 1,15 * *"),
    ],
)
def test_days_of_the_week_become_names(text: str, expected: str) -> None:
    assert canonical(text) == expected
    assert canonical(expected) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "* * * *",
        "* * * * * *",
        "60 * * * *",
        "* 24 * * *",
        "* * 0 * *",
        "* * * 13 *",
        "* * * * 8",
        "5-1 * * * *",
        "1-1/1 * * * *",
        "5/10 * * * *",
        "*/60 * * * *",
        "*/0 * * * *",
        "1,,2 * * * *",
        "* * * foo *",
        "* * * * funday",
        "* * last * *",
        "* * 30 2 *",
        "* * 31 2,4,6,9,11 *",
        "* * 1-7 * mon",
        "@daily",
        "-1 * * * *",
        "٥ * * * *",
    ],
)
def test_what_crontab_does_not_say_or_apscheduler_does_not_run_is_refused(text: str) -> None:
    with pytest.raises(BadCron):
        canonical(text)


@given(st.text(alphabet="0123456789*/-, monsunja", max_size=30))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        read = canonical(text)
    except BadCron:
        return
    CronTrigger.from_crontab(read, timezone=UTC)


def test_each_day_has_its_name() -> None:
    for number, name in enumerate(DAYS):
        at = CronTrigger.from_crontab(f"0 12 * * {name}", timezone=UTC).get_next_fire_time(
            None, datetime(2015, 11, 15, tzinfo=UTC)
        )
        assert at is not None
        assert int(at.strftime("%w")) == number
