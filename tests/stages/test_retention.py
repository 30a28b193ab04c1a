"""Which captures go: by what the views know, and only once they know all."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.cli.holding import record
from monitor.core.urls import aliases, article_id
from monitor.errors import DiskTrouble
from monitor.ports import Batch, SetTimer
from monitor.stages import jobs
from monitor.stages.jobs import FetchJob
from monitor.stages.retention import Retention, Sweeper
from monitor.store import FileCaptures
from monitor.store.views import FILE, Reader, Views

URL = "https://post.example/raqqa"
ARTICLE = article_id(URL)


@pytest.fixture
def shelf(tmp_path: Path) -> FileCaptures:
    return FileCaptures(tmp_path / "captures")


@pytest.fixture
def views(tmp_path: Path) -> Iterator[Views]:
    with Views(tmp_path / FILE) as opened:
        yield opened


@pytest.fixture
def sweeper(world, shelf, views, tmp_path):
    @contextmanager
    def needs():
        with Reader(tmp_path / FILE) as reader:
            yield reader.needs

    return Sweeper(world.log, views, shelf, needs, Retention(timedelta(days=7), 10**9))


async def see(world, shelf, *pages):
    """Let an article have these pages, one after the other."""
    world.shelf = shelf
    job = FetchJob(url=URL, source="post", aliases=aliases([URL]))
    for page in pages:
        world.net.answers[URL] = page
        timer = SetTimer(jobs.FETCH, ARTICLE, 0.0, payload=jobs.encode(job), only_sooner=True)
        await world.log.commit(Batch(0, timers=(timer,)))
        await world.work(jobs.FETCH, world.fetcher)
    return [r.event.evidence.raw_sha256 for r in await world.events("article.") if hasattr(r.event, "evidence")]


def age(folder: Path) -> None:
    for path in folder.rglob("*.zst"):
        os.utime(path, (time.time() - 30 * 86_400,) * 2)


async def follow(world, views):
    views.apply([recorded async for recorded in world.log.read(0, views.position(0))])


async def test_the_page_of_the_newest_revision_stays_and_older_ones_go(world, shelf, views, sweeper, page, tmp_path):
    names = await see(world, shelf, page("Strikes on Raqqa"), page("Jets strike Raqqa"), page("Raqqa is struck"))
    await follow(world, views)
    age(tmp_path)
    assert (await sweeper.sweep()).deleted == 2
    assert [shelf.size(name) is not None for name in names] == [False, False, True]
    assert (await sweeper.sweep()).deleted == 0


async def test_nothing_goes_while_the_views_are_behind(world, shelf, views, sweeper, page, tmp_path):
    names = await see(world, shelf, page("Strikes on Raqqa"), page("Jets strike Raqqa"))
    age(tmp_path)
    assert await sweeper.sweep() is None
    assert all(shelf.size(name) for name in names)


async def test_a_held_article_keeps_everything_until_it_is_released(world, shelf, views, sweeper, page, tmp_path):
    names = await see(world, shelf, page("Strikes on Raqqa"), page("Jets strike Raqqa"))
    assert await record(world.log, ARTICLE, "cli:editor", held=True)
    assert not await record(world.log, ARTICLE, "cli:editor", held=True)
    await follow(world, views)
    age(tmp_path)
    assert (await sweeper.sweep()).deleted == 0
    await see(world, shelf, page("Raqqa is struck"))  # the next look goes on from the held state
    assert await record(world.log, ARTICLE, "cli:editor", held=False)
    await follow(world, views)
    age(tmp_path)
    assert (await sweeper.sweep()).deleted == 2
    assert not any(shelf.size(name) for name in names)


async def test_what_no_event_names_goes_in_the_end(world, shelf, views, sweeper, tmp_path):
    name = await shelf.keep(b"the page of a look that was overtaken")
    assert (await sweeper.sweep()).deleted == 0
    age(tmp_path)
    assert (await sweeper.sweep()).deleted == 1
    assert shelf.size(name) is None


async def test_a_disk_that_refuses_leaves_everything_as_it_is(world, shelf, views, sweeper, page, monkeypatch):
    names = await see(world, shelf, page("Strikes on Raqqa"), page("Jets strike Raqqa"))
    await follow(world, views)

    async def refused(*_: object, **__: object) -> None:
        raise DiskTrouble("captures cannot be written: Read-only file system")

    monkeypatch.setattr(shelf, "sweep", refused)
    assert await sweeper.sweep() is None
    assert all(shelf.size(name) for name in names)
