"""Polling and reading a real host that asks to be left alone, and one that has moved: nothing is asked meanwhile, and nothing is called a failure."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from ipaddress import ip_network

import msgspec
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from monitor.core import feed as core
from monitor.core.urls import article_id
from monitor.net import open_net
from monitor.net.courtesy import CourteousNet
from monitor.ports import Batch, SetTimer
from monitor.stages import jobs
from monitor.stages.fetch import Fetcher
from monitor.stages.poll import Poller
from monitor.stages.sources import Source

RSS = '<rss version="2.0"><channel><title>The Post</title><item><guid>1</guid><link>/one</link></item></channel></rss>'


class Host:
    """Two feeds and an article; the first feed is told what to answer."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.status, self.pause = 200, "600"

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(request.path)
        match request.path:
            case "/first" if self.status != 200:
                return web.Response(status=self.status, headers={"Retry-After": self.pause})
            case "/old":
                return web.Response(status=301, headers={"Location": "/second"})
            case "/one":
                return web.Response(text="<p>A page</p>", content_type="text/html")
        if request.headers.get("If-None-Match") == '"1"':
            return web.Response(status=304)
        return web.Response(text=RSS, content_type="text/xml", headers={"ETag": '"1"'})


@pytest.fixture
async def host(world) -> AsyncIterator[tuple[Host, str]]:
    host, app = Host(), web.Application()
    app.router.add_get("/{path:.*}", host.answer)
    async with TestServer(app) as server:
        at = str(server.make_url("/")).rstrip("/")
        world.sources = {name: Source(name, f"{at}/{name}") for name in ("first", "second", "old")}
        yield host, at


@pytest.fixture
async def net() -> AsyncIterator[CourteousNet]:
    async with open_net(user_agent="MonitorTest/1", allow_private=[ip_network("127.0.0.0/8")]) as net:
        yield CourteousNet(net)


async def poll(world, net, feed):
    await world.make_due(jobs.POLL, feed)
    await world.work(jobs.POLL, Poller(world.log, net, world.parser, world.sources))


async def looks(world, feed):
    return msgspec.json.decode(await world.log.note(0, f"feed:{feed}"), type=core.FeedLooks)


async def test_what_one_feed_is_told_holds_for_the_other_feeds_and_articles_of_its_host(world, net, host):
    site, at = host
    await poll(world, net, "second")
    site.status = 429
    await poll(world, net, "first")
    assert site.asked == ["/second", "/first"]
    await poll(world, net, "second")
    [claim] = await world.due(jobs.FETCH)
    fetcher = Fetcher(world.log, net, world.parser, world.shelf, world.sources, world.rechecks, world.eyes)
    await fetcher(claim)
    assert site.asked == ["/second", "/first"], "nothing more was asked of the host"
    for kind in (jobs.POLL, jobs.FETCH):
        assert 590 < await world.log.next_due(kind, 0) <= 750
    assert (await looks(world, "second")).failures == 0
    assert (await looks(world, "first")).run.weight == 0.5
    again = SetTimer(jobs.FETCH, article_id(f"{at}/one"), delay=0.0, only_sooner=True)
    await world.log.commit(Batch(0, timers=(again,)))
    [claim] = await world.due(jobs.FETCH)
    assert jobs.decode(claim.payload).failures == 0
    assert not await world.events("feed.failing")


async def test_a_permanent_redirect_counts_though_what_it_leads_to_has_not_changed(world, net, host):
    for _ in range(3):
        await poll(world, net, "old")
    note = await looks(world, "old")
    assert (note.trust.unseen, note.moving_to) == (2, f"{host[1]}/second")
    assert len(note.moving) == 3
    assert not await world.events("feed.moved"), "three looks are enough, but not within a moment"
    day_ago = msgspec.structs.replace(note, moving=(note.moving[0] - timedelta(days=1), *note.moving[1:]))
    await world.log.commit(Batch(0, notes={"feed:old": msgspec.json.encode(day_ago)}))
    await poll(world, net, "old")
    [moved] = [recorded.event for recorded in await world.events("feed.moved")]
    assert moved.to == f"{host[1]}/second"
    site = host[0]
    del site.asked[:]
    await poll(world, net, "old")
    assert site.asked == ["/second"]
