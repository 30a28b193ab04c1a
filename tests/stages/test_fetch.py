"""Reading articles, on a real log with real parsers: found, revised, gone, restored, copied, given up."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitor.core.article import decode_article
from monitor.core.events import ArticleDiscovered, ArticleGone, ArticleRestored, ArticleRevised
from monitor.core.urls import aliases, article_id
from monitor.errors import Permanent, Transient
from monitor.ports import Batch, Response, SetTimer
from monitor.stages import jobs
from monitor.stages.fetch import FAILURES_BEFORE_GIVING_UP, arrange_pages
from monitor.stages.jobs import FetchJob
from monitor.stages.sources import Source

URL = "https://post.example/raqqa"
ARTICLE = article_id(URL)
EDITED = "Ten fighters took part in the raid, flying from bases in the Gulf and in the Levant, and dropped thirty bombs on two sites."


async def ask_for(world, url=URL, **facts):
    job = FetchJob(url=url, source="post", aliases=aliases([url]), **facts)
    article = article_id(url)
    for alias in job.aliases:
        await world.log.pin(alias, article)
    timer = SetTimer(jobs.FETCH, article, 0.0, payload=jobs.encode(job), only_sooner=True)
    await world.log.commit(Batch(0, timers=(timer,)))


async def look(world, member=ARTICLE):
    await world.make_due(jobs.FETCH, member)
    await world.work(jobs.FETCH, world.fetcher)


async def story(world):
    return [recorded.event for recorded in await world.events("article.")]


async def test_the_first_look_discovers_the_article_with_its_evidence(world, page, text):
    world.net.answers[URL] = page("Strikes on Raqqa")
    await ask_for(world, title="Strikes on Raqqa")
    await look(world)
    [found] = await story(world)
    assert isinstance(found, ArticleDiscovered)
    assert (found.article, found.url, found.source, found.tags) == (ARTICLE, URL, "post", ("tier1",))
    assert found.content.title == "Strikes on Raqqa"
    assert [block.text for block in found.content.blocks if block.kind == "paragraph"] == list(text)
    assert world.shelf.kept[found.evidence.raw_sha256].decode() == world.net.answers[URL]
    assert not found.backlog
    assert decode_article((await world.log.load(0, ARTICLE)).snapshot).revision == 1


async def test_an_edit_is_a_revision_and_no_edit_is_none(world, page, text):
    world.net.answers[URL] = page("Strikes on Raqqa")
    await ask_for(world)
    await look(world)
    world.net.answers[URL] = page("Strikes on Raqqa").replace("<nav>", '<nav data-nonce="1">')
    await look(world)
    assert len(await story(world)) == 1
    world.net.answers[URL] = page("Strikes on Raqqa", text[0], EDITED, text[2])
    await look(world)
    [_, revised] = await story(world)
    assert isinstance(revised, ArticleRevised)
    assert revised.revision == 2
    assert [(edit.sentence_before, edit.sentence_after) for edit in revised.edits] == [(text[1], EDITED)]
    assert revised.evidence.raw_sha256 in world.shelf.kept


async def test_unchanged_bytes_are_not_parsed_and_validators_are_sent(world, page):
    body = page("Strikes on Raqqa").encode()
    world.net.answers[URL] = Response(URL, 200, {"etag": '"v1"', "content-type": "text/html"}, body, 0.0)
    await ask_for(world)
    await look(world)
    world.net.answers[URL] = 304
    await look(world)
    assert world.net.asked[-1][1] == {"if-none-match": '"v1"'}
    assert len(await story(world)) == 1


async def test_gone_needs_repeated_absence_and_a_return_is_said(world, page):
    world.net.answers[URL] = page("Strikes on Raqqa")
    await ask_for(world)
    await look(world)
    world.net.answers[URL] = 404
    await look(world)
    assert len(await story(world)) == 1
    await look(world)
    await look(world)
    world.net.answers[URL] = page("Strikes on Raqqa")
    await look(world)
    _, gone, restored = await story(world)
    assert isinstance(gone, ArticleGone)
    assert [absence.status for absence in gone.absent] == [404, 404]
    assert isinstance(restored, ArticleRestored)


@pytest.mark.parametrize("trouble", [500, 503, Transient("timeout"), Permanent("tls")])
async def test_trouble_between_us_and_the_page_is_nobodys_deletion(world, page, trouble):
    world.net.answers[URL] = page("Strikes on Raqqa")
    await ask_for(world)
    await look(world)
    world.net.answers[URL] = trouble
    for _ in range(4):
        await look(world)
    assert len(await story(world)) == 1
    world.net.answers[URL] = page("Strikes on Raqqa")
    await look(world)
    assert len(await story(world)) == 1


async def test_a_page_that_sends_everybody_home_is_absent(world, page):
    world.net.answers[URL] = page("Strikes on Raqqa")
    await ask_for(world)
    await look(world)
    world.net.answers[URL] = Response(
        "https://post.example/", 200, {"content-type": "text/html"}, page("The Post").encode(), 0.0
    )
    await look(world)
    await look(world)
    assert isinstance((await story(world))[-1], ArticleGone)


async def test_another_address_of_a_known_article_makes_no_second_one(world, page):
    world.net.answers[URL] = page("Strikes on Raqqa")
    await ask_for(world)
    await look(world)
    short = "https://post.example/s/4711"
    world.net.answers[short] = Response(URL, 200, {"content-type": "text/html"}, page("Strikes on Raqqa").encode(), 0.0)
    await ask_for(world, short)
    await look(world, article_id(short))
    assert [event.article for event in await story(world)] == [ARTICLE]
    assert await world.log.next_due(jobs.FETCH, 0) is not None


async def test_an_article_can_be_read_from_its_feed_alone(world, text):
    world.sources["post"] = Source("post", "https://post.example/rss", content="feed")
    html = "".join(f"<p>{words}</p>" for words in text)
    await ask_for(world, content="feed", title="Strikes on Raqqa", html=html)
    await look(world)
    await ask_for(world, content="feed", title="Strikes on Raqqa", html=html.replace("twenty", "thirty"))
    await look(world)
    assert [type(event) for event in await story(world)] == [ArticleDiscovered, ArticleRevised]
    assert not world.net.asked


async def test_what_was_published_long_ago_is_backlog_at_first_sight(world, page):
    world.net.answers[URL] = page("Strikes on Raqqa")
    await ask_for(world, published=datetime.now(UTC) - timedelta(days=3))
    await look(world)
    [found] = await story(world)
    assert found.backlog
    assert found.content.published is not None


async def test_what_can_never_be_read_is_given_up_and_said(world):
    world.net.answers[URL] = Permanent("tls", "certificate expired")
    await ask_for(world)
    for _ in range(FAILURES_BEFORE_GIVING_UP):
        await look(world)
    assert await world.log.next_due(jobs.FETCH, 0) is None
    assert not await story(world)


async def test_a_look_that_was_overtaken_decides_again(world, page, text):
    world.net.answers[URL] = page("Strikes on Raqqa")
    await ask_for(world)
    await look(world)
    edited = page("Strikes on Raqqa", text[0], EDITED, text[2])

    async def overtaken():
        world.net.answers[URL] = edited
        other = type(world)(world.log, world.net, world.shelf)
        await world.log.release_the_dead()  # as if our lease had run out …
        await other.work(jobs.FETCH, other.fetcher)  # … and another worker had seen the edit first
        return Response(URL, 200, {"content-type": "text/html"}, edited.encode(), 0.0)

    world.net.answers[URL] = overtaken
    from monitor.errors import Fenced

    with pytest.raises(Fenced):
        await look(world)
    assert [type(event) for event in await story(world)] == [ArticleDiscovered, ArticleRevised]


async def test_an_article_whose_source_left_the_configuration_is_looked_at_once_it_is_back(world, page):
    world.net.answers[URL] = page("Strikes on Raqqa")
    await ask_for(world)
    sources = dict(world.sources)
    world.sources.clear()
    await look(world)
    assert not world.net.asked
    assert 3500 < await world.log.next_due(jobs.FETCH, 0) <= 3600
    world.sources |= sources
    await look(world)
    assert [url for url, _ in world.net.asked] == [URL]


async def test_it_waits_no_longer_than_one_that_rests(world):
    world.sources.clear()
    world.rechecks = replace(world.rechecks, until=timedelta(hours=3))
    await ask_for(world)
    for _ in range(3):
        await look(world)
        assert await world.log.next_due(jobs.FETCH, 0) is not None
    await look(world)
    assert await world.log.next_due(jobs.FETCH, 0) is None


async def test_a_single_page_is_read_at_its_own_interval(world, page):
    pages = {"raqqa": Source("raqqa", URL, every=timedelta(seconds=90), fixed=True)}
    world.sources |= pages
    world.net.answers[URL] = page("Strikes on Raqqa")
    await arrange_pages(world.log, pages)
    await world.work(jobs.FETCH, world.fetcher)
    assert len(await story(world)) == 1
    assert 85 < await world.log.next_due(jobs.FETCH, 0) <= 90
    await arrange_pages(world.log, pages)
    assert 85 < await world.log.next_due(jobs.FETCH, 0) <= 90


async def test_a_page_that_has_another_address_now_is_read_there_and_no_more_at_the_old_one(world, page):
    raqqa = Source("raqqa", URL, every=timedelta(seconds=90), fixed=True)
    elsewhere = replace(raqqa, url=f"{URL}/elsewhere")
    for source in (raqqa, elsewhere):
        world.sources["raqqa"] = source
        world.net.answers[source.url] = page("Strikes on Raqqa")
        await arrange_pages(world.log, {"raqqa": source})
        await world.work(jobs.FETCH, world.fetcher)
    (old, new) = [recorded.event.article for recorded in await world.events("article.discovered")]
    await world.make_due(jobs.FETCH, old)
    await world.work(jobs.FETCH, world.fetcher)
    assert [url for url, _ in world.net.asked] == [raqqa.url, elsewhere.url]
    await world.make_due(jobs.FETCH, new)
    await world.work(jobs.FETCH, world.fetcher)
    assert world.net.asked[-1][0] == elsewhere.url
