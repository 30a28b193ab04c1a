"""Polling a real server that lies: a 304 that hides a change is found out, and the feed is asked in full from then on."""

from __future__ import annotations

from collections.abc import AsyncIterator
from ipaddress import ip_network

import msgspec
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from monitor.core import validators
from monitor.core.events import FeedBaselined, FeedFailing, FeedLying
from monitor.core.feed import FeedLooks
from monitor.net import open_net
from monitor.net.client import HttpNet
from monitor.stages import jobs
from monitor.stages.poll import Poller
from monitor.stages.sources import Source


class Paper:
    """A feed of so many entries. `lies`: whoever sends its validators is told that nothing has changed, whatever it holds by now."""

    def __init__(self) -> None:
        self.entries, self.stamp, self.lies, self.always = 1, 0, False, False
        self.asked: list[bool] = []  # of each request: whether it had validators
        self.broken = False

    @property
    def body(self) -> str:
        items = "".join(
            f"<item><guid>{n}</guid><link>https://post.example/{n}</link></item>" for n in range(self.entries)
        )
        return f'<rss version="2.0"><channel><title>The Post</title><generator>{self.stamp}</generator>{items}</channel></rss>'

    async def answer(self, request: web.Request) -> web.Response:
        self.asked.append("If-None-Match" in request.headers)
        etag = f'"{self.entries}"'
        known = request.headers.get("If-None-Match")
        if self.always or (known and (self.lies or known == etag)):
            return web.Response(status=304)
        if known and self.broken:
            return web.Response(status=500)
        return web.Response(text=self.body, content_type="text/xml", headers={"ETag": etag})


@pytest.fixture
async def paper(world) -> AsyncIterator[Paper]:
    paper, app = Paper(), web.Application()
    app.router.add_get("/rss", paper.answer)
    async with TestServer(app) as server:
        world.sources["post"] = Source("post", str(server.make_url("/rss")))
        yield paper


@pytest.fixture
async def net() -> AsyncIterator[HttpNet]:
    async with open_net(user_agent="MonitorTest/1", allow_private=[ip_network("127.0.0.0/8")]) as net:
        yield net


async def poll(world, net, times=1):
    for _ in range(times):
        await world.make_due(jobs.POLL, "post")
        await world.work(jobs.POLL, Poller(world.log, net, world.parser, world.sources))


async def articles_due(world):
    return len(await world.due(jobs.FETCH))


async def test_a_hidden_change_is_found_and_the_feed_is_asked_in_full_from_then_on(world, net, paper):
    await poll(world, net)
    paper.lies, paper.entries = True, 3
    await poll(world, net, validators.FEWEST)
    assert paper.asked == [False] + [True] * validators.FEWEST
    assert await articles_due(world) == 1, "the change is hidden so far"
    await poll(world, net)
    assert await articles_due(world) == 2
    baselined, lying = [recorded.event for recorded in await world.events("feed.")]
    assert isinstance(baselined, FeedBaselined)
    assert isinstance(lying, FeedLying)
    assert (lying.hidden, lying.since is not None) == (2, True)
    del paper.asked[:]
    paper.entries = 4
    await poll(world, net, 4)
    assert paper.asked == [False, True, False, False, False], (
        "asked in full; the one with validators tried those of before"
    )
    assert await articles_due(world) == 1
    assert len(await world.events("feed.lying")) == 1


async def test_a_server_that_tells_of_each_change_earns_longer_trust(world, net, paper):
    await poll(world, net)
    for _ in range(validators.GOOD):
        paper.entries += 1
        await poll(world, net)
    del paper.asked[:]
    await poll(world, net, validators.FEWEST + 1)
    assert all(paper.asked)
    note = msgspec.json.decode(await world.log.note(0, "feed:post"), type=FeedLooks)
    assert validators.most_unseen(note.trust) == 2 * validators.FEWEST


async def test_a_change_of_the_wrapping_alone_is_no_lie(world, net, paper):
    await poll(world, net)
    paper.lies, paper.stamp = True, 1
    await poll(world, net, validators.FEWEST + 2)
    assert not await world.events("feed.lying")
    assert paper.asked.count(False) == 2


async def test_a_trial_that_fails_says_nothing(world, net, paper):
    await poll(world, net)
    await poll(world, net, validators.FEWEST)
    paper.entries, paper.broken = 2, True
    await poll(world, net)
    assert await articles_due(world) == 2
    assert paper.asked[-2:] == [False, True]
    assert not await world.events("feed.lying")


async def test_a_304_that_nobody_asked_for_is_a_failure(world, net, paper):
    paper.always = True
    await poll(world, net, 3)
    [failing] = [recorded.event for recorded in await world.events("feed.")]
    assert isinstance(failing, FeedFailing)
    assert failing.reason == "http_304"
