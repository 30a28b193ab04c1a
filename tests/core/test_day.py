"""The day of `bench/day.py`, small: nothing is missed, entries wait no longer, and it takes far fewer requests than a fixed interval."""

import importlib
import random
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from statistics import fmean, median
from types import ModuleType

import pytest

BENCH = Path(__file__).resolve().parents[1] / "bench"
LEARN = 7


@pytest.fixture(scope="module")
def day() -> ModuleType:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(BENCH)
        return importlib.import_module("day")


@pytest.fixture(scope="module")
def sites(day: ModuleType) -> list:
    return [day.invented(number, 3, "held-out", LEARN + 1) for number in range(150)]


def test_a_day_of_mixed_feeds_misses_nothing_and_costs_less_than_any_fixed_interval(day, sites):
    ours, usual = day.together(day.adaptive(sites, LEARN)), day.together(day.fixed(sites, LEARN, day.USUAL))
    assert ours.missed == 0
    assert ours.requests <= 0.8 * usual.requests
    assert median(ours.waits) <= median(usual.waits) / 2
    assert fmean(ours.waits) <= fmean(usual.waits)
    same = day.together(day.fixed(sites, LEARN, timedelta(seconds=2 * median(ours.waits))))
    assert median(same.waits) == pytest.approx(median(ours.waits), rel=0.15)
    assert ours.requests <= 0.6 * same.requests


def test_the_account_tells_what_was_missed_from_what_nobody_could_see(day):
    begins = day.MONDAY + day.DAY
    site = day.Site("burst", [begins + second for second in (0, 10, 20, 120, 290)], shows=1)
    found = day.watched(site, day.Fixed(timedelta(minutes=5)), random.Random(0), since=day.MONDAY, begins=begins)
    assert (found.feeds, found.requests, found.waits) == (1, 288, [0.0, 10.0])
    assert (found.missed, found.unseeable) == (2, 1), "the entry of 10 stood there for ten seconds only"
    refusing = replace(site, refuses=[(begins + 30, begins + 70, 40.0)])
    assert [refusing.can_be_seen(place, 60.0) for place in range(5)] == [False, False, False, True, True]
