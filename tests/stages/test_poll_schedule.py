"""When feeds are polled: on a real log, in a time of its own, so that days pass in a second."""

import importlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import partial
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest
import redis
from stages.conftest import PlainParser

from monitor.core.cadence import Bounds, Hints
from monitor.core.feed import FeedLooks
from monitor.ports import Response
from monitor.scheduling import until_cron
from monitor.stages import jobs
from monitor.stages.poll import FIRST_LOOKS, Poller, arrange
from monitor.stages.sources import Source
from monitor.store import RedisLog, open_log

BENCH = Path(__file__).resolve().parents[1] / "bench"
RSS = "https://post.example/rss"
MINUTE = timedelta(minutes=1)
MORNING = datetime(2015, 11, 16, 6, 0, 17, tzinfo=UTC)
OFTEN = Source("post", RSS, bounds=Bounds(MINUTE, 15 * MINUTE))
BY_THE_CLOCK = Source("post", RSS, until=partial(until_cron, "*/10 * * * *", "UTC"))


@dataclass
class Site:
    """A feed of its newest entries, whose answers take a while, with some headers, or which `refuses` with a status."""

    now: datetime = MORNING
    takes: timedelta = timedelta(0)
    entries: list[datetime] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    refuses: int = 0
    asked: list[datetime] = field(default_factory=list)
    shows: int = 10

    async def get(self, url: str, **_: object) -> Response:
        self.asked.append(self.now)
        shown = [at for at in self.entries if at <= self.now][-self.shows :]
        self.now += self.takes
        items = "".join(
            f"<item><guid>tag:{at.timestamp()}</guid><link>https://post.example/{at:%d%H%M%S%f}</link>"
            f"<title>At {at}</title><pubDate>{format_datetime(at)}</pubDate></item>"
            for at in reversed(shown)
        )
        body = f'<?xml version="1.0"?><rss version="2.0"><channel><title>The Post</title>{items}</channel></rss>'
        return Response(url, self.refuses or 200, self.headers, body.encode(), 0.1)


@dataclass
class Stage:
    log: RedisLog
    site: Site
    source: Source = OFTEN

    async def run(self, lasting: timedelta) -> list[datetime]:
        """Poll whatever is due for a while; when the site was asked."""
        asked, ends = len(self.site.asked), self.site.now + lasting
        poller = Poller(self.log, self.site, PlainParser(), {"post": self.source})
        await arrange(self.log, {"post": self.source})
        while (left := await self.log.next_due(jobs.POLL, 0)) is not None:
            if self.site.now + timedelta(seconds=left) > ends:
                break
            self.site.now += timedelta(seconds=max(left, 0.001))
            for claim in await self.log.claim(jobs.POLL, 0, 10, 120.0):
                await poller(claim)
        self.site.now = ends
        return self.site.asked[asked:]

    async def looks(self) -> FeedLooks:
        return msgspec.json.decode(await self.log.note(0, "feed:post") or b"{}", type=FeedLooks)


@pytest.fixture
async def stage(valkey_url: str, tmp_path) -> AsyncIterator[Stage]:
    with redis.Redis.from_url(valkey_url) as client:
        client.flushall()
    site = Site()
    async with open_log(valkey_url, data_dir=tmp_path, now=lambda: site.now) as log:
        yield Stage(log, site)


def apart(asked: list[datetime]) -> list[timedelta]:
    return [later - sooner for sooner, later in pairwise(asked)]


async def test_a_named_interval_is_kept_to_the_second_though_answers_are_slow(stage):
    stage.source, stage.site.takes = Source("post", RSS, every=5 * MINUTE), timedelta(seconds=7)
    stage.site.headers = {"cache-control": "max-age=3600"}
    first, *asked = await stage.run(timedelta(hours=2))
    assert first - MORNING < timedelta(milliseconds=10)
    assert all(abs(wait - 5 * MINUTE) < timedelta(milliseconds=10) for wait in apart(asked))
    assert abs(asked[0] - first - 5 * MINUTE) < timedelta(milliseconds=10)
    assert len(asked) == 24


async def test_an_interval_shorter_than_an_answer_takes_is_no_hammer(stage):
    stage.source, stage.site.takes = Source("post", RSS, every=timedelta(seconds=2)), timedelta(seconds=7)
    waits = apart(await stage.run(2 * MINUTE))
    assert all(abs(wait - timedelta(seconds=8)) < timedelta(milliseconds=10) for wait in waits)


async def test_a_restart_moves_no_named_time(stage):
    stage.source = BY_THE_CLOCK
    asked = [at for _ in range(4) for at in await stage.run(timedelta(minutes=17))]
    assert [f"{at:%H:%M}" for at in asked[1:]] == ["06:10", "06:20", "06:30", "06:40", "06:50", "07:00"]


async def test_named_times_are_kept_though_answers_are_slow_and_the_feed_fails(stage):
    stage.source, stage.site.takes = BY_THE_CLOCK, timedelta(seconds=20)
    _, *asked = await stage.run(timedelta(hours=1))
    stage.site.refuses = 500
    asked += await stage.run(timedelta(hours=2))
    on_time = [at for at in asked if at.minute % 10 == 0 and at.second == 0]
    assert len(on_time) == 18


async def test_a_servers_pause_outweighs_a_named_time(stage):
    stage.source = BY_THE_CLOCK
    stage.site.refuses, stage.site.headers = 503, {"retry-after": "1500"}
    waits = apart(await stage.run(timedelta(hours=2)))
    assert waits
    assert min(waits) >= timedelta(seconds=1500)


async def test_a_feed_is_read_more_often_while_it_brings_something_and_less_while_it_does_not(stage):
    stage.site.entries = [MORNING - timedelta(hours=2 * number) for number in range(10, 0, -1)]
    asleep = apart(await stage.run(timedelta(hours=6)))
    assert all(MINUTE <= wait <= 15 * MINUTE + timedelta(seconds=1) for wait in asleep)
    assert asleep[-1] > 9 * MINUTE
    stage.site.entries += [stage.site.now + number * 3 * MINUTE for number in range(20)]
    awake = apart(await stage.run(timedelta(hours=1)))
    assert awake[-1] < 3 * MINUTE
    assert (await stage.looks()).gaps.count == 0


async def test_what_the_server_says_of_freshness_is_heard_while_little_comes(stage):
    plain = apart(await stage.run(timedelta(hours=1)))
    stage.site.headers = {"cache-control": "max-age=600", "age": "60"}
    polite = apart(await stage.run(timedelta(hours=1)))
    assert plain[0] < 8 * MINUTE
    assert min(polite[1:]) > 8 * MINUTE


async def test_after_a_day_off_a_feed_that_rolled_on_says_from_when_it_may_have_lost_entries(stage):
    stage.site.entries = [MORNING + number * 10 * MINUTE for number in range(-10, 300)]
    last = (await stage.run(timedelta(hours=3)))[-1]
    assert (await stage.looks()).gaps.count == 0
    stage.site.now += timedelta(days=1)
    [back, *_] = await stage.run(timedelta(hours=3))
    gaps = (await stage.looks()).gaps
    assert (gaps.count, gaps.since, gaps.until) == (1, last, back)


async def test_many_new_feeds_are_not_all_due_at_once_but_for_whoever_ends_when_nothing_is(stage):
    feeds = {f"feed-{number}": Source(f"feed-{number}", RSS) for number in range(100)}
    await arrange(stage.log, feeds)
    assert len(await stage.log.claim(jobs.POLL, 0, 200, 60.0)) == 1
    stage.site.now += timedelta(seconds=1)
    assert len(await stage.log.claim(jobs.POLL, 0, 200, 60.0)) == FIRST_LOOKS
    await arrange(stage.log, feeds, at_once=True)
    assert len(await stage.log.claim(jobs.POLL, 0, 200, 60.0)) == 100 - FIRST_LOOKS - 1


@pytest.mark.parametrize("number", [11, 34, 43], ids=["office", "daily", "batch"])
async def test_the_poller_finds_all_of_a_day_in_about_as_many_looks_as_the_bench_of_its_core(
    stage, monkeypatch, number
):
    monkeypatch.syspath_prepend(BENCH)
    day = importlib.import_module("day")
    invented = replace(day.invented(number, 5, "tuning", 1), hints=Hints(), fresh=None)
    expected = day.together(day.adaptive([invented], 0))
    midnight = datetime.fromtimestamp(day.MONDAY, UTC)
    stage.site.now, stage.site.shows = midnight, invented.shows
    before = [
        midnight - timedelta(hours=hours) for hours in (3, 2, 1)
    ]  # an entry an hour, as of a feed that is unknown
    stage.site.entries = before + [datetime.fromtimestamp(round(at, 6), UTC) for at in invented.entries]
    asked = await stage.run(timedelta(days=1))
    looks = await stage.looks()
    found = {entry for entry in stage.site.entries if entry <= asked[-1]}
    assert len(found) >= 10
    assert looks.known.keys() == {f"tag:{entry.timestamp()}" for entry in found}
    assert len(asked) == pytest.approx(expected.requests, rel=0.1)
