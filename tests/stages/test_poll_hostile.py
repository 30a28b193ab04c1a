"""Feeds that lie, die, and are somebody else's, on a real log: no article is lost by them, none invented, and other feeds go on (docs/hostile.md)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import msgspec
import pytest

from monitor.core.feed import FeedLooks
from monitor.core.urls import article_id
from monitor.errors import Transient
from monitor.ports import Batch, Finish, Response
from monitor.stages import jobs
from monitor.stages.sources import Source

RSS, WIRE = "https://post.example/rss", "https://wire.example/rss"
NOW = format_datetime(datetime.now(UTC))


def rss(host: str, *names: object, guid: str = "{}") -> str:
    items = "".join(
        f"<item><guid isPermaLink='false'>{guid.format(name)}</guid><link>https://{host}/{name}</link><title>On {name}</title><pubDate>{NOW}</pubDate></item>"
        for name in names
    )
    return f'<rss version="2.0"><channel><title>The Post</title>{items}</channel></rss>'


async def poll(world, feed: str = "post") -> None:
    await world.make_due(jobs.POLL, feed)
    assert await world.work(jobs.POLL, world.poller) == 1


async def fetched(world) -> set[str]:
    """The articles that are due, taken out of the queue as if they had been read."""
    claims = await world.due(jobs.FETCH)
    for claim in claims:
        await world.log.commit(Batch(claim.partition, finish=Finish(claim, delay=None)))
    return {claim.member for claim in claims}


async def kinds(world) -> list[str]:
    from monitor.core.events import type_of

    return [type_of(recorded.event) for recorded in await world.events()]


@pytest.mark.case(id="F16")
@pytest.mark.case(id="F21")
@pytest.mark.parametrize(
    "odd",
    [
        Response(RSS, 200, {}, b"", 0.1),
        Response(RSS, 206, {}, b"<rss version='2.0'><channel><item><guid>x</guid>", 0.1),
        Response(RSS, 304, {}, b"<rss version='2.0'><channel></channel></rss>", 0.1),
        Response(RSS, 200, {}, b"<!doctype html><html><body>Back soon", 0.1),
        Response(RSS, 200, {}, b"<rss version='2.0'><channel><title>The Post</title></channel></rss>", 0.1),
    ],
    ids=["nothing", "a part", "a body behind a 304", "a page", "no entries"],
)
async def test_an_answer_without_entries_says_nothing_of_any_article(world, odd):
    world.net.answers[RSS] = rss("post.example", "one", "two")
    await poll(world)
    assert len(await fetched(world)) == 2
    world.net.answers[RSS] = odd
    await poll(world)
    await poll(world)
    assert await kinds(world) == ["feed.baselined"]
    assert await fetched(world) == set()
    world.net.answers[RSS] = rss("post.example", "one", "two", "three")
    await poll(world)
    assert await fetched(world) == {article_id("https://post.example/three")}


@pytest.mark.case(id="P09")
@pytest.mark.parametrize("death", ["more than 5 s of processor time", "signal 11", "more than 512 MiB of memory"])
async def test_a_feed_that_kills_its_parser_waits_longer_each_time_and_others_go_on(world, death):
    class Dying:
        async def feed(self, body, url, headers):
            if b"poison" in body:
                raise Transient("parser_killed", death)
            return await good.feed(body, url, headers)

    good, world.parser = world.parser, Dying()
    world.sources["wire"] = Source("wire", WIRE)
    world.net.answers |= {RSS: rss("post.example", "poison"), WIRE: rss("wire.example", "one")}
    waits = []
    for _ in range(3):
        await poll(world)
        waits.append(await world.log.next_due(jobs.POLL, 0))
    assert waits[0] < waits[1] < waits[2]
    await poll(world, "wire")
    assert await fetched(world) == {article_id("https://wire.example/one")}
    (failing,) = [recorded.event for recorded in await world.events("feed.failing")]
    assert (failing.feed, failing.reason, failing.detail) == ("post", "parser_killed", death)
    world.net.answers[RSS] = rss("post.example", "two")
    await poll(world)
    assert await fetched(world) == {article_id("https://post.example/two")}


@pytest.mark.case(id="P12")
async def test_guids_that_change_at_every_look_make_no_article_anew(world):
    for turn in range(4):
        world.net.answers[RSS] = rss("post.example", "one", "two", guid=f"{{}}-{turn}")
        await poll(world)
    assert len(await fetched(world)) == 2
    assert await kinds(world) == ["feed.baselined"]


@pytest.mark.case(id="P12")
async def test_the_same_guid_in_two_feeds_is_two_articles(world):
    world.sources["wire"] = Source("wire", WIRE)
    world.net.answers |= {RSS: rss("post.example", "a", guid="1"), WIRE: rss("wire.example", "b", guid="1")}
    await poll(world)
    await poll(world, "wire")
    assert await fetched(world) == {article_id("https://post.example/a"), article_id("https://wire.example/b")}


@pytest.mark.case(id="P13")
async def test_a_feed_that_flaps_between_two_editions_is_read_once_each(world):
    for turn in range(6):
        world.net.answers[RSS] = rss("post.example", *(("one", "two"), ("three", "four"))[turn % 2])
        await poll(world)
    assert len(await fetched(world)) == 4
    for turn in range(6):
        world.net.answers[RSS] = rss("post.example", *(("one", "two"), ("three", "four"))[turn % 2])
        await poll(world)
    assert await fetched(world) == set()


async def long_ago(world, hours: int) -> None:
    """As if the feed had begun to be strange so many hours earlier."""
    note = msgspec.json.decode(await world.log.note(0, "feed:post"), type=FeedLooks)
    home = msgspec.structs.replace(note.home, strange_since=note.home.strange_since - timedelta(hours=hours))
    looks = msgspec.structs.replace(note, home=home)
    await world.log.commit(Batch(0, notes={"feed:post": msgspec.json.encode(looks)}))


@pytest.mark.case(id="P14")
async def test_a_feed_that_is_somebody_elses_raises_one_event_and_no_article(world):
    world.net.answers[RSS] = rss("post.example", *range(20))
    await poll(world)
    assert len(await fetched(world)) == 20
    world.net.answers[RSS] = rss("casino.example", *range(100, 140))
    for _ in range(4):
        await poll(world)
    assert await fetched(world) == set()
    assert await kinds(world) == ["feed.baselined", "feed.failing"]
    (failing,) = [recorded.event for recorded in await world.events("feed.failing")]
    assert failing.reason == "replaced"
    assert "all 40 entries are new and lead to casino.example, none to post.example" in failing.detail
    world.net.answers[RSS] = rss("post.example", *range(1, 21))
    await poll(world)
    assert await fetched(world) == {article_id("https://post.example/20")}
    assert (await kinds(world))[-1] == "feed.recovered"


@pytest.mark.case(id="P14")
async def test_what_stands_for_a_day_is_the_feed(world):
    world.net.answers[RSS] = rss("post.example", *range(20))
    await poll(world)
    await fetched(world)
    world.net.answers[RSS] = rss("new-post.example", *range(100, 110))
    await poll(world)
    await poll(world)
    await long_ago(world, 25)
    await poll(world)
    assert len(await fetched(world)) == 10
    await poll(world)
    assert await kinds(world) == ["feed.baselined", "feed.gapped"]


async def test_a_feed_of_two_entries_may_change_wholly(world):
    world.net.answers[RSS] = rss("post.example", 1, 2)
    await poll(world)
    await fetched(world)
    world.net.answers[RSS] = rss("blog.example", 3, 4)
    await poll(world)
    assert len(await fetched(world)) == 2
