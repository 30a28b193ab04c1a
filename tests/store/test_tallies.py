"""What charts show is counted as it happens: by the hour, of each watchlist, term and site; the newest stretch is 0."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import timedelta

import pytest
from recording import STORY, Desk, project, record_history

from monitor.core.urls import article_id
from monitor.store import open_log
from monitor.store.views import FILE, Reader


@pytest.fixture(scope="module")
def reader(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tallies")

    async def fill() -> None:
        async with open_log("embedded", data_dir=folder / "data") as log:
            await record_history(Desk(log))
            await project(log, folder)

    asyncio.run(fill())
    with Reader(folder / "data" / FILE) as reader:
        yield reader


def newest(reader):
    return reader.alerts(limit=1)[0].at


def test_counts_are_those_of_the_rows(reader):
    now = newest(reader)
    alerts = reader.tallies("alert", now, hours=24, stretches=7)
    assert {row.name: row.count for row in alerts} == Counter(row.watchlist for row in reader.alerts())
    assert {row.what for row in alerts} == {"critical", "warning", "info"}
    assert {(row.name, row.what, row.count) for row in reader.tallies("hit", now, hours=24, stretches=7)} == {
        (name, "act of war", 1) for name in ("act-of-war", "raqqa", "quiet")
    }
    [reverted, major] = sorted(reader.tallies("revision", now, hours=24, stretches=7), key=lambda row: row.what)[::-1]
    assert (reverted.name, reverted.what, major.what) == ("post.example", "reverted", "major")


def test_stretches_end_with_this_hour_and_have_an_end(reader):
    now = newest(reader)
    ages = {row.age for row in reader.tallies("alert", now, hours=1, stretches=2)}
    assert ages == {0}
    assert {row.age for row in reader.tallies("alert", now + timedelta(hours=3), hours=1, stretches=4)} == {3}
    assert reader.tallies("alert", now + timedelta(hours=3), hours=1, stretches=3) == []
    assert reader.tallies("alert", now - timedelta(hours=1), hours=1, stretches=3) == []


def test_the_names_with_the_highest_counts_come_first_and_alone(reader):
    now = newest(reader)
    assert [row.name for row in reader.tallies("alert", now, hours=24, stretches=7, names=2)] == ["act-of-war", "quiet"]
    assert [row.name for row in reader.tallies("alert", now, hours=24, stretches=7, name="raqqa")] == ["raqqa"]


def test_what_happened_to_an_article_is_told_newest_first(reader):
    rows = reader.changes(article=article_id(STORY))
    assert [(row.kind, row.revision) for row in rows] == [("revised", 3), ("revised", 2), ("revised", 1)]
    every = reader.changes()
    assert [row.at for row in every] == sorted((row.at for row in every), reverse=True)
    assert every[0].kind == "gone"
    assert reader.revision(article_id(STORY), 2).summary
    assert reader.revision(article_id(STORY), 9) is None
    assert len(reader.changes(since=rows[0].at)) == 2
