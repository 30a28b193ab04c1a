"""Charts: every count has its bar and its row in a table, nothing stands outside, and the pages show what was recorded."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from monitor.store.views.rows import TallyRow
from monitor.web import charts
from monitor.web.desk import Desk

NOW = datetime(2015, 11, 16, 12, tzinfo=UTC)
TONES = st.sampled_from(charts.SEVERITIES)
ROWS = st.lists(
    st.builds(TallyRow, st.sampled_from(["raqqa", "war"]), TONES, st.integers(0, 29), st.integers(1, 10_000)),
    max_size=30,
)


@given(ROWS)
@example([TallyRow("raqqa", "critical", 0, 6000), TallyRow("raqqa", "critical", 1, 141)])
def test_what_is_stacked_adds_up_and_stays_within(rows):
    chart = charts.over_time(rows, NOW, hours=24, stretches=30, tones=charts.SEVERITIES)
    assert chart.total == sum(row.count for row in rows) == sum(column.total for column in chart.columns)
    assert [column.at for column in chart.columns] == [NOW - timedelta(days=29 - day) for day in range(30)]
    for bar in chart.bars:
        assert bar.x >= 0
        assert round(bar.x + bar.width, 1) <= charts.WIDTH
        assert bar.y >= 0
        assert round(bar.y + bar.height, 1) <= charts.HEIGHT
    tallest = max((column.total for column in chart.columns), default=0)
    assert chart.most == tallest
    if tallest:
        assert min(bar.y for bar in chart.bars) <= 0.1


@given(st.lists(st.floats(0, 1e6), max_size=50))
def test_every_length_of_time_lies_in_one_span(seconds):
    chart = charts.spread(seconds)
    assert chart.total == len(seconds)
    within = sum(length <= 60 for length in seconds)
    assert sum(column.total for column in chart.columns[:3]) == within
    if seconds:
        assert charts.of_those(seconds, 0.5) in seconds
        assert sum(length <= charts.of_those(seconds, 0.95) for length in seconds) >= 0.95 * len(seconds)


def test_bars_that_lie_share_one_scale():
    rows = [TallyRow("a", "major", 0, 6), TallyRow("a", "minor", 3, 2), TallyRow("b", "minor", 1, 4)]
    (first, whole), (second, half) = charts.by_name(rows, charts.GRADES)
    assert (first, second) == ("a", "b")
    assert [(bar.tone, bar.x, bar.width) for bar in whole.bars] == [("major", 0.0, 750.0), ("minor", 750.0, 250.0)]
    assert [(bar.tone, bar.width) for bar in half.bars] == [("minor", 500.0)]


@pytest.fixture
def that_day(monkeypatch):
    monkeypatch.setattr(Desk, "now", lambda _: NOW)


async def test_a_watchlist_shows_what_it_found_day_by_day(visitor, that_day):
    page = await visitor.page("/watchlist/act-of-war?days=7")
    assert 'aria-label="Alerts a day: 1 in 7 days, 1 in the busiest"' in page
    assert '<rect class="critical"' in page
    assert '<th scope="row"><bdi>act of war</bdi></th>' in page
    assert re.search(r"<th scope=\"row\">Mon 16 Nov 2015, 13:00:00</th><td class=\"number\">1</td>", page)
    assert "in the configuration no more" in await visitor.page("/watchlist/raqqa?days=7")
    assert (await visitor.get("/watchlist/nothing"))[0] == 404


async def test_the_figures_show_sites_and_how_late_things_were(visitor, that_day):
    page = await visitor.page("/figures?days=7")
    assert 'aria-label="post.example: 1 major, 1 reverted"' in page
    assert "Half within 8 min, 95 of 100 within 8 min." in page
    assert "<td>1</td>" in page
    assert "Nothing in that time." not in page
    assert "30 days" in await visitor.page("/figures?days=banana")


async def test_an_hour_without_alerts_has_no_bar(visitor, that_day):
    page = await visitor.page("/watchlists")
    assert 'aria-label="Alerts an hour: 1 in 24 hours"' in page
    assert page.count('<rect class="critical"') == 1
