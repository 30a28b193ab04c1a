"""Titles that change while the headline does not, and headlines that were tried out as share titles first. On a real log, with real parsers."""

import pytest

from monitor.core import explained
from monitor.core.events import ArticleConfirmed, ArticleRevised
from monitor.core.urls import aliases, article_id
from monitor.ports import Batch, SetTimer
from monitor.stages import jobs
from monitor.stages.jobs import FetchJob
from tests.stages.conftest import TEXT

URL = "https://post.example/raqqa"
ARTICLE = article_id(URL)
OLD, NEW, THIRD = "Strikes on Raqqa", "What fell on Raqqa last night", "A night of bombs over Syria"
NAMES = {"og": "share", "title": "tab"}
ELSEWHERE = [("og",), ("title",), ("og", "title")]


def a_page(**shown: str) -> str:
    """A page by what stands in each place of a title; without the place where that is empty."""
    ld, og, h1, title = (shown.get(place, OLD) for place in ("ld", "og", "h1", "title"))
    data = f'<script type="application/ld+json">{{"@type":"NewsArticle","headline":"{ld}"}}</script>' if ld else ""
    share = f'<meta property="og:title" content="{og}">' if og else ""
    text = "".join(f"<p>{words}</p>" for words in TEXT)
    heading = f"<h1>{h1}</h1>" if h1 else ""
    return f'<html lang="en"><head><title>{title} | Post</title>{share}{data}</head><body><article>{heading}{text}</article></body></html>'


async def look(world, html: str, feed: str = "") -> None:
    """One look at a page that shows this, while its feed calls it so."""
    world.net.answers[URL] = html
    job = FetchJob(url=URL, source="post", aliases=aliases([URL]), title=feed)
    for alias in job.aliases:
        await world.log.pin(alias, ARTICLE)
    timer = SetTimer(jobs.FETCH, ARTICLE, 0.0, payload=jobs.encode(job), only_sooner=True)
    await world.log.commit(Batch(0, timers=(timer,)))
    await world.make_due(jobs.FETCH, ARTICLE)
    await world.work(jobs.FETCH, world.fetcher)


async def headlines(world) -> list[str]:
    """The new headline of each revision."""
    story = [recorded.event for recorded in await world.events("article.")]
    return [event.fields.get("title", "") for event in story if isinstance(event, ArticleRevised)]


async def seen(world):
    return explained.decode(await world.log.note(0, explained.note_key(ARTICLE))).seen


@pytest.mark.parametrize("places", ELSEWHERE)
async def test_titles_that_change_without_the_headline_are_no_revision_and_why_tells_them(world, places):
    await look(world, a_page())
    await look(world, a_page(**dict.fromkeys(places, NEW)))
    await look(world, a_page(**dict.fromkeys(places, NEW)))
    await look(world, a_page())
    assert await headlines(world) == []
    _, changed, same, back = await seen(world)
    for place, note, undone in zip(places, changed.filters, back.filters, strict=True):
        assert note.startswith(f"the page's {NAMES[place]} title changed: “{OLD}")
        assert note.endswith("; the headline did not")
        assert note.index(OLD) < note.index(NEW)
        assert undone.index(NEW) < undone.index(OLD)
    assert changed.why == f"No word of the article has changed. Set aside: {'; '.join(changed.filters)}."
    assert (same.outcome, same.filters) == ("unchanged", ())


async def test_share_and_tab_title_do_not_outvote_the_headline_in_the_pages_data(world):
    await look(world, a_page(h1=""))
    await look(world, a_page(h1="", og=NEW, title=NEW))
    assert await headlines(world) == []
    await look(world, a_page(h1="", ld=NEW, og=NEW, title=NEW))
    assert await headlines(world) == [NEW]


async def test_a_heading_that_changes_alone_is_a_headline_that_may_be_a_test(world):
    await look(world, a_page(), feed=OLD)
    for _ in range(2):
        await look(world, a_page(h1=NEW), feed=OLD)
        assert await headlines(world) == [NEW]
    [revised] = [one.event for one in await world.events("article.revised")]
    assert revised.confidence == "unconfirmed"
    await look(world, a_page(h1=THIRD), feed=OLD)
    await look(world, a_page(), feed=OLD)
    assert await headlines(world) == [NEW, THIRD, OLD]
    assert [one.event.reverted_to for one in await world.events("article.revised")] == [None, None, 1]


async def test_a_heading_is_confirmed_once_the_pages_data_follow(world):
    await look(world, a_page())
    await look(world, a_page(h1=NEW))
    await look(world, a_page(h1=NEW, ld=NEW))
    *_, confirmed = [one.event for one in await world.events("article.")]
    assert isinstance(confirmed, ArticleConfirmed)
    assert set(confirmed.agreeing) == {"h1", "json-ld"}
    assert await headlines(world) == [NEW]


async def test_a_heading_that_was_never_the_headline_is_none_when_it_changes(world):
    await look(world, a_page(h1=THIRD))
    await look(world, a_page(h1=NEW))
    await look(world, a_page(h1=""))
    await look(world, a_page(h1=OLD))
    assert await headlines(world) == []
    assert "the page's main heading changed" in (await seen(world))[1].why


@pytest.mark.parametrize("old", ["h1", "ld"])
async def test_heading_and_data_that_disagree_leave_it_to_what_most_titles_say(world, old):
    await look(world, a_page())
    await look(world, a_page(**{"ld": NEW, "og": NEW, "h1": NEW, "title": NEW, old: OLD}))
    assert await headlines(world) == [NEW]


async def test_what_the_feed_calls_it_too_is_its_headline_though_its_data_are_old(world):
    await look(world, a_page(h1=""), feed=OLD)
    await look(world, a_page(h1="", og=NEW, title=NEW), feed=NEW)
    assert await headlines(world) == [NEW]


@pytest.mark.parametrize("places", ELSEWHERE)
async def test_a_title_that_was_tried_out_becomes_the_headline(world, places):
    await look(world, a_page())
    await look(world, a_page(**dict.fromkeys(places, NEW)))
    await look(world, a_page(ld=NEW, og=NEW, h1=NEW, title=NEW))
    assert await headlines(world) == [NEW]
    await look(world, a_page())
    assert await headlines(world) == [NEW, OLD]


async def test_a_page_that_loses_its_data_for_a_look_has_no_new_headline(world):
    await look(world, a_page(og=NEW, title=NEW))
    await look(world, a_page(og=NEW, title=NEW, ld="", h1=""))
    assert await headlines(world) == []


async def test_a_headline_is_not_confirmed_by_places_that_agree_on_another(world):
    await look(world, a_page(ld="", og="", title=THIRD))
    await look(world, a_page(ld="", og="", h1=NEW, title=THIRD))
    assert await headlines(world) == [NEW]
    await look(world, a_page(ld="", og=THIRD, h1=NEW, title=THIRD), feed=THIRD)
    assert await headlines(world) == [NEW]
    assert not [one for one in await world.events("article.") if isinstance(one.event, ArticleConfirmed)]
