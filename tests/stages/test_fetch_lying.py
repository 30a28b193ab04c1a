"""Reading a real page whose server lies: a 304 that hides an edit is found out, and the page is asked for in full from then on."""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterator
from ipaddress import ip_network

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from monitor.core import validators
from monitor.core.article import decode_looks
from monitor.core.events import ArticleDiscovered, ArticleRevised
from monitor.core.urls import aliases, article_id
from monitor.net import open_net
from monitor.ports import Batch, SetTimer
from monitor.stages import jobs
from monitor.stages.asked import looks_note
from monitor.stages.fetch import Fetcher
from monitor.stages.jobs import FetchJob


class Page:
    """An article. `lies`: whoever sends a validator is told that nothing has changed; `always`: so is everybody."""

    def __init__(self) -> None:
        self.text, self.lies, self.always = "", False, False
        self.asked: list[bool] = []  # of each request: whether it had a validator

    async def answer(self, request: web.Request) -> web.Response:
        etag, known = f'"{zlib.crc32(self.text.encode())}"', request.headers.get("If-None-Match")
        self.asked.append(known is not None)
        if self.always or (known and (self.lies or known == etag)):
            return web.Response(status=304)
        return web.Response(text=self.text, content_type="text/html", headers={"ETag": etag})


@pytest.fixture
async def site(world) -> AsyncIterator[tuple[Page, str]]:
    site, app = Page(), web.Application()
    app.router.add_get("/a1", site.answer)
    async with TestServer(app) as server:
        yield site, str(server.make_url("/a1"))


@pytest.fixture
async def look(world, site):
    """Look at the article so many times, of which nothing is known but its address at first."""
    url = site[1]
    job = FetchJob(url=url, source="post", aliases=aliases([url]))
    for alias in job.aliases:
        await world.log.pin(alias, article_id(url))
    timer = SetTimer(jobs.FETCH, article_id(url), 0.0, payload=jobs.encode(job), only_sooner=True)
    await world.log.commit(Batch(0, timers=(timer,)))
    async with open_net(user_agent="MonitorTest/1", allow_private=[ip_network("127.0.0.0/8")]) as net:
        fetcher = Fetcher(world.log, net, world.parser, world.shelf, world.sources, world.rechecks, world.eyes)

        async def looked(times: int = 1) -> None:
            for _ in range(times):
                await world.make_due(jobs.FETCH, article_id(url))
                assert await world.work(jobs.FETCH, fetcher) == 1

        yield looked


async def worth(world, url):
    return decode_looks(await world.log.note(0, looks_note(article_id(url)))).trust


async def test_a_hidden_edit_is_found_and_the_page_is_asked_for_in_full_from_then_on(world, site, look, page, text):
    article, url = site
    article.text = page("Strikes on Raqqa")
    await look()
    article.lies, article.text = True, page("Strikes on Raqqa", text[0], text[1].replace("twenty", "thirty"), text[2])
    await look(validators.FEWEST)
    assert article.asked == [False] + [True] * validators.FEWEST
    [found] = [recorded.event for recorded in await world.events("article.")]
    assert isinstance(found, ArticleDiscovered), "the edit is hidden so far"
    await look()
    [_, revised] = [recorded.event for recorded in await world.events("article.")]
    assert isinstance(revised, ArticleRevised)
    assert (await worth(world, url)).lies == 1
    del article.asked[:]
    await look(3)
    assert article.asked == [False, False, False]


async def test_an_honest_page_is_asked_whether_it_has_changed(world, site, look, page, text):
    article, url = site
    article.text = page("Strikes on Raqqa")
    await look(3)
    article.text = page("Strikes on Raqqa", text[0], text[1].replace("twenty", "thirty"), text[2])
    await look()
    assert article.asked == [False, True, True, True]
    assert ((await worth(world, url)).proved, (await worth(world, url)).unseen) == (1, 0)


async def test_a_304_that_nobody_asked_for_is_no_look(world, site, look):
    article, _ = site
    article.always = True
    await look()
    assert not await world.events("article.")
    [claim] = await world.log.claim(jobs.FETCH, 0, 1, 60.0) or [None]
    assert claim is None, "it is tried later"
