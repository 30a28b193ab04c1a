"""Polling, on a real log: what becomes of a feed's entries, and what is said of the feed."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import msgspec
import pytest

from monitor.core import rhythm as rhythms
from monitor.core.events import FeedBaselined, FeedFailing, FeedGapped, FeedRecovered, FeedSlow, FeedStale
from monitor.core.feed import FeedLooks
from monitor.core.urls import aliases, article_id
from monitor.errors import LogUnavailable, Permanent, Transient
from monitor.ports import Batch, Finish, Response
from monitor.stages import jobs
from monitor.stages.poll import Poller, arrange
from monitor.stages.sources import Source

RSS = "https://post.example/rss"
NOW = format_datetime(datetime.now(UTC))
LONG_AGO = format_datetime(datetime.now(UTC) - timedelta(days=9))
ONE, TWO, THREE = (f"https://post.example/{name}" for name in ("one", "two", "three"))


def rss(*entries):
    items = "".join(
        f"<item><guid>{guid}</guid><link>{link}</link><title>{title}</title><pubDate>{date}</pubDate></item>"
        for guid, link, title, date in entries
    )
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>The Post</title>{items}</channel></rss>'


def answer(body, status=200, **headers):
    return Response(RSS, status, {name.replace("_", "-"): value for name, value in headers.items()}, body.encode(), 0.1)


async def poll(world):
    await world.make_due(jobs.POLL, "post")
    assert await world.work(jobs.POLL, world.poller) == 1


async def fetch_jobs(world):
    """The articles that are due, taken out of the queue as if they had been read."""
    claims = await world.due(jobs.FETCH)
    for claim in claims:
        await world.log.commit(Batch(claim.partition, finish=Finish(claim, delay=None)))
    return {claim.member: jobs.decode(claim.payload) for claim in claims}


async def test_the_first_look_makes_a_timer_of_each_entry_and_says_so_once(world):
    await arrange(world.log, world.sources)
    world.net.answers[RSS] = answer(rss(("1", ONE, "One", NOW), ("2", TWO, "Two", LONG_AGO)))
    assert await world.work(jobs.POLL, world.poller) == 1
    found = await fetch_jobs(world)
    assert found.keys() == {article_id(ONE), article_id(TWO)}
    job = found[article_id(TWO)]
    assert (job.url, job.source, job.title) == (TWO, "post", "Two")
    assert job.is_old(None, datetime.now(UTC))
    assert not found[article_id(ONE)].is_old(None, datetime.now(UTC))
    [said] = [recorded.event for recorded in await world.events()]
    assert isinstance(said, FeedBaselined)
    assert (said.title, said.entries, said.backlog) == ("The Post", 2, 1)


async def test_only_what_is_new_or_edited_in_the_feed_is_fetched_again(world):
    world.net.answers[RSS] = answer(rss(("1", ONE, "One", NOW), ("2", TWO, "Two", NOW)))
    await poll(world)
    await fetch_jobs(world)
    world.net.answers[RSS] = answer(
        rss(("3", THREE, "Three", NOW), ("1", ONE, "One, updated", NOW), ("2", TWO, "Two", NOW))
    )
    await poll(world)
    assert {job.title for job in (await fetch_jobs(world)).values()} == {"One, updated", "Three"}


async def test_validators_are_kept_and_sent_and_a_304_is_no_news(world):
    world.net.answers[RSS] = answer(
        rss(("1", ONE, "One", NOW)), etag='"v1"', last_modified="Sun, 15 Nov 2015 12:00:00 GMT"
    )
    await poll(world)
    await fetch_jobs(world)
    world.net.answers[RSS] = answer("", 304)
    await poll(world)
    assert world.net.asked[-1][1] == {"if-none-match": '"v1"', "if-modified-since": "Sun, 15 Nov 2015 12:00:00 GMT"}
    assert not await fetch_jobs(world)


async def test_the_same_bytes_are_not_parsed_again(world):
    world.net.answers[RSS] = answer(rss(("1", ONE, "One", NOW)))
    await poll(world)

    class Unwanted:
        async def feed(self, *_):
            raise AssertionError("parsed again")

    await world.make_due(jobs.POLL, "post")
    assert await world.work(jobs.POLL, Poller(world.log, world.net, Unwanted(), world.sources)) == 1
    assert [type(recorded.event) for recorded in await world.events()] == [FeedBaselined]


@pytest.mark.parametrize(
    ("trouble", "reason", "looks"),
    [
        (503, "http_503", 3),
        (403, "http_403", 2),
        (Transient("timeout"), "timeout", 3),
        (Permanent("forbidden_address", "10.0.0.1"), "forbidden_address", 2),
        ("<html><body>Not a feed at all</body></html>", "not_a_feed", 3),
    ],
)
async def test_trouble_is_said_once_after_a_few_looks_and_recovery_once(world, trouble, reason, looks):
    world.net.answers[RSS] = trouble
    for _ in range(5):
        await poll(world)
    world.net.answers[RSS] = answer(rss(("1", ONE, "One", NOW)))
    await poll(world)
    failing, *others = [recorded.event for recorded in await world.events()]
    assert isinstance(failing, FeedFailing)
    assert (failing.reason, failing.failures) == (reason, looks)
    assert {type(event) for event in others} == {FeedBaselined, FeedRecovered}
    assert len(await fetch_jobs(world)) == 1


async def test_a_feed_that_falls_silent_against_its_rhythm_is_said_once_and_so_is_its_return(world):
    world.net.answers[RSS] = answer(rss(("1", ONE, "One", NOW)), etag='"v1"')
    await poll(world)
    note = msgspec.json.decode(await world.log.note(0, "feed:post"), type=FeedLooks)
    assert note.rhythm == rhythms.begun(note.looked_at)
    month_ago = datetime.now(UTC) - timedelta(days=30)
    rhythm = rhythms.begun(month_ago)
    for hour in range(28 * 24):
        rhythm = rhythms.came(rhythm, month_ago + timedelta(hours=hour))
    used = msgspec.structs.replace(note, rhythm=rhythm)
    await world.log.commit(Batch(0, notes={"feed:post": msgspec.json.encode(used)}))
    world.net.answers[RSS] = answer("", 304)
    for _ in range(3):
        await poll(world)
    world.net.answers[RSS] = answer(rss(("2", TWO, "Two", NOW), ("1", ONE, "One", NOW)))
    await poll(world)
    _, stale, back = [recorded.event for recorded in await world.events()]
    assert isinstance(stale, FeedStale)
    assert stale.longest_pause == 3600.0
    assert isinstance(back, FeedRecovered)
    assert (back.was, back.failing_since) == ("stale", stale.at)


async def test_what_a_look_finds_out_beside_its_entries_is_said_and_kept(world):
    slow = replace(answer(rss(("1", ONE, "One", NOW))), seconds=14.0)
    world.net.answers[RSS] = slow
    for _ in range(5):
        await poll(world)
    world.net.answers[RSS] = answer(rss(("2", TWO, "Two", NOW)))
    await poll(world)
    baselined, slow, gapped = [recorded.event for recorded in await world.events()]
    assert isinstance(baselined, FeedBaselined)
    assert isinstance(slow, FeedSlow)
    assert slow.seconds == 14.0
    assert isinstance(gapped, FeedGapped)
    assert (gapped.entries, gapped.count) == (1, 1)
    note = msgspec.json.decode(await world.log.note(0, "feed:post"), type=FeedLooks)
    assert (note.gaps.since, note.gaps.until) == (gapped.since, note.last_ok)
    assert timedelta(minutes=4) < note.next_look - note.looked_at < timedelta(minutes=6)


async def test_a_servers_pause_is_obeyed_and_a_failing_feed_waits_longer(world):
    world.net.answers[RSS] = answer("", 429, retry_after="3600")
    await poll(world)
    assert 3590 < await world.log.next_due(jobs.POLL, 0) <= 3600
    world.net.answers[RSS] = 500
    await poll(world)
    assert 8.7 * 60 < await world.log.next_due(jobs.POLL, 0) < 11.3 * 60


async def test_a_feed_that_left_the_configuration_is_polled_no_more(world):
    await arrange(world.log, world.sources)
    world.sources.clear()
    assert await world.work(jobs.POLL, world.poller) == 1
    assert await world.log.next_due(jobs.POLL, 0) is None
    assert not world.net.asked


async def test_arranging_again_leaves_a_feed_its_place_in_the_queue(world):
    await arrange(world.log, world.sources)
    world.net.answers[RSS] = answer(rss(("1", ONE, "One", NOW)))
    await world.work(jobs.POLL, world.poller)
    before = await world.log.next_due(jobs.POLL, 0)
    await arrange(world.log, world.sources)
    assert before * 0.9 < await world.log.next_due(jobs.POLL, 0) <= before
    assert before > 200


async def test_one_story_in_two_feeds_under_two_spellings_is_one_article(world):
    world.sources["wire"] = Source("wire", "https://wire.example/rss")
    world.net.answers[RSS] = answer(rss(("1", ONE, "One", NOW)))
    await poll(world)
    same = "http://post.example:80/one?utm_source=wire#top"
    world.net.answers["https://wire.example/rss"] = rss(("w1", same, "One", NOW))
    await world.make_due(jobs.POLL, "wire")
    await world.work(jobs.POLL, world.poller)
    assert set(await fetch_jobs(world)) == {article_id(ONE)}


async def test_a_slug_that_moves_under_a_stable_guid_stays_the_same_article(world):
    world.net.answers[RSS] = answer(rss(("tag:1", ONE, "One", NOW)))
    await poll(world)
    world.net.answers[RSS] = answer(rss(("tag:1", f"{ONE}-corrected", "One", NOW)))
    await poll(world)
    found = await fetch_jobs(world)
    assert set(found) == {article_id(ONE)}
    assert found[article_id(ONE)].url == f"{ONE}-corrected"


@pytest.mark.case(id="P12")
async def test_a_guid_that_stands_on_every_entry_binds_nothing_together(world):
    world.net.answers[RSS] = answer(rss(("x", ONE, "One", NOW), ("x", TWO, "Two", NOW)))
    await poll(world)
    assert set(await fetch_jobs(world)) == {article_id(ONE), article_id(TWO)}
    assert await world.log.resolve(aliases([], feed="post", guid="x")) is None


async def test_nothing_is_lost_when_the_end_comes_between_the_timers_and_the_validators(world):
    class Dying:
        """The log, until the poll wants to keep its note."""

        def __getattr__(self, name):
            return getattr(world.log, name)

        async def commit(self, batch: Batch):
            if batch.notes:
                raise LogUnavailable("kill -9")
            return await world.log.commit(batch)

    world.net.answers[RSS] = answer(rss(("1", ONE, "One", NOW)), etag='"v1"')
    await world.make_due(jobs.POLL, "post")
    with pytest.raises(LogUnavailable):
        await world.work(jobs.POLL, Poller(Dying(), world.net, world.parser, world.sources))
    assert set(await fetch_jobs(world)) == {article_id(ONE)}
    await world.log.release_the_dead()
    await world.work(jobs.POLL, world.poller)
    assert world.net.asked[-1][1] == {}, "no validator was kept, so that the feed is read in full"
    assert len(await world.events("feed.baselined")) == 1


async def test_an_entry_without_a_usable_address_does_not_hold_up_the_others(world):
    world.net.answers[RSS] = answer(rss(("1", "http://[bad/", "Bad", NOW), ("2", TWO, "Two", NOW)))
    await poll(world)
    assert set(await fetch_jobs(world)) == {article_id(TWO)}


async def test_a_feed_with_more_text_than_one_write_takes_is_scheduled_all_the_same(world):
    world.sources["post"] = replace(world.sources["post"], content="feed")
    text = "The jets flew at night. " * 30_000  # some 700 kB an entry
    items = "".join(
        f"<item><guid>{n}</guid><link>https://post.example/{n}</link><description>{text}</description></item>"
        for n in range(14)
    )
    world.net.answers[RSS] = answer(f'<rss version="2.0"><channel><title>The Post</title>{items}</channel></rss>')
    await poll(world)
    assert len(await fetch_jobs(world)) == 14


async def test_a_long_feed_asks_the_log_for_many_entries_at_once(world):
    asking, most = 0, 0

    class Counted:
        def __getattr__(self, name):
            return getattr(world.log, name)

        async def pin(self, alias, entity):
            nonlocal asking, most
            asking += 1
            most = max(most, asking)
            try:
                return await world.log.pin(alias, entity)
            finally:
                asking -= 1

    world.net.answers[RSS] = answer(rss(*((str(n), f"https://post.example/{n}", "One", NOW) for n in range(300))))
    await world.make_due(jobs.POLL, "post")
    await world.work(jobs.POLL, Poller(Counted(), world.net, world.parser, world.sources))
    assert len(await fetch_jobs(world)) == 100  # as many as are claimed at once
    assert 8 < most <= 32
