from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import aiohttp
import feedparser
import pytest

from monitor.demo.newsroom import Newsroom
from monitor.demo.stories import OUTLETS, STORIES
from monitor.demo.story import Outlet, Scene, Story


@pytest.fixture
async def newsroom() -> AsyncIterator[Newsroom]:
    async with Newsroom.opened(OUTLETS) as newsroom:
        for story in STORIES:
            newsroom.show(story, story.scenes[0])
        yield newsroom


@pytest.fixture
async def reader() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


async def fetched(
    reader: aiohttp.ClientSession, url: str, **headers: str
) -> tuple[int, str, aiohttp.typedefs.LooseHeaders]:
    async with reader.get(url, headers={name.replace("_", "-"): value for name, value in headers.items()}) as answer:
        return answer.status, await answer.text(), answer.headers


def told_by(slug: str) -> Story:
    return next(story for story in STORIES if story.slug == slug)


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.slug)
async def test_every_scene_is_served_as_it_is_written(
    newsroom: Newsroom, reader: aiohttp.ClientSession, story: Story
) -> None:
    for scene in story.scenes:
        newsroom.show(story, scene)
        status, text, _ = await fetched(reader, newsroom.url(story))
        assert status == (404 if scene.page == "missing" else 200)
        if scene.page == "article":
            assert all(words_of(paragraph) in words_of(text) for paragraph in scene.paragraphs)
        else:
            assert not any(words_of(paragraph) in words_of(text) for paragraph in scene.paragraphs)
        assert newsroom.looks(story) == 1


def words_of(page: str) -> str:
    from html import unescape

    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.slug)
async def test_no_two_answers_are_the_same_though_the_words_are(
    newsroom: Newsroom, reader: aiohttp.ClientSession, story: Story
) -> None:
    pages = {(await fetched(reader, newsroom.url(story)))[1] for _ in range(4)}
    assert len(pages) == 4


@pytest.mark.parametrize("outlet", OUTLETS, ids=lambda outlet: outlet.id)
async def test_each_outlet_sends_the_validators_it_is_known_for(
    newsroom: Newsroom, reader: aiohttp.ClientSession, outlet: Outlet
) -> None:
    story = next(story for story in STORIES if story.outlet == outlet)
    _, _, headers = await fetched(reader, newsroom.url(story))
    known = {name: headers[name] for name in ("ETag", "Last-Modified") if name in headers}
    assert (
        set(known)
        == {
            "none": set(),
            "etag": {"ETag"},
            "both": {"ETag", "Last-Modified"},
            "restless": {"ETag"},
        }[outlet.validators]
    )
    again, _, _ = await fetched(reader, newsroom.url(story), **_conditions(known))
    assert again == (304 if outlet.validators in {"etag", "both"} else 200)


def _conditions(known: dict[str, str]) -> dict[str, str]:
    names = {"ETag": "If_None_Match", "Last-Modified": "If_Modified_Since"}
    return {names[name]: value for name, value in known.items()}


async def test_an_etag_outweighs_a_date_that_is_too_coarse_for_two_edits_in_one_second(
    newsroom: Newsroom, reader: aiohttp.ClientSession
) -> None:
    story = told_by("charles-de-gaulle")
    _, _, headers = await fetched(reader, newsroom.url(story))
    known = _conditions({name: headers[name] for name in ("ETag", "Last-Modified")})
    newsroom.show(story, story.scenes[-1])
    status, text, _ = await fetched(reader, newsroom.url(story), **known)
    assert (status, "jeudi" in text) == (200, True)


async def test_a_date_alone_is_honoured(newsroom: Newsroom, reader: aiohttp.ClientSession) -> None:
    url = newsroom.url(told_by("charles-de-gaulle"))
    _, _, headers = await fetched(reader, url)
    assert (await fetched(reader, url, If_Modified_Since=headers["Last-Modified"]))[0] == 304
    assert (await fetched(reader, url, If_Modified_Since="Fri, 13 Nov 2015 20:00:00 GMT"))[0] == 200


async def test_a_page_that_comes_back_after_a_challenge_is_the_page_it_was(
    newsroom: Newsroom, reader: aiohttp.ClientSession
) -> None:
    story = told_by("charles-de-gaulle")
    _, _, before = await fetched(reader, newsroom.url(story))
    newsroom.show(story, story.scenes[1])
    status, text, challenged = await fetched(reader, newsroom.url(story), If_None_Match=before["ETag"])
    assert (status, "ETag" in challenged, "human" in text) == (200, False, True)
    newsroom.show(story, story.scenes[2])
    assert (await fetched(reader, newsroom.url(story), If_None_Match=before["ETag"]))[0] == 304


@pytest.mark.parametrize("outlet", OUTLETS, ids=lambda outlet: outlet.id)
async def test_feeds_parse_and_list_what_is_on_show(
    newsroom: Newsroom, reader: aiohttp.ClientSession, outlet: Outlet
) -> None:
    _, text, headers = await fetched(reader, newsroom.feed_url(outlet))
    parsed = feedparser.parse(text)
    mine = {newsroom.url(story): story for story in STORIES if story.outlet == outlet}
    assert not parsed.bozo
    assert parsed.version == {"rss": "rss20", "atom": "atom10"}[outlet.feed]
    assert {entry.link: entry.title for entry in parsed.entries} == {
        url: story.scenes[0].title for url, story in mine.items()
    }
    for entry in parsed.entries:
        age = datetime.now(UTC) - datetime(*entry.published_parsed[:6], tzinfo=UTC)
        assert abs(age - mine[entry.link].age) < timedelta(seconds=60)
    unchanged = await fetched(reader, newsroom.feed_url(outlet), If_None_Match=headers["ETag"])
    assert unchanged[:2] == (304, "")


async def test_a_declared_edit_moves_its_entry_and_a_silent_one_does_not(
    newsroom: Newsroom, reader: aiohttp.ClientSession
) -> None:
    for slug, moves in (("france-strikes-raqqa", True), ("versailles", False)):
        story = told_by(slug)
        before = await _entry(newsroom, reader, story)
        newsroom.show(story, story.scenes[1])
        after = await _entry(newsroom, reader, story)
        assert (before["updated"] != after["updated"], before["title"] != after["title"]) == (moves, moves)


async def _entry(newsroom: Newsroom, reader: aiohttp.ClientSession, story: Story) -> dict[str, str]:
    _, text, _ = await fetched(reader, newsroom.feed_url(story.outlet))
    return next(entry for entry in feedparser.parse(text).entries if entry.link == newsroom.url(story))


async def test_a_withdrawn_story_leaves_feed_front_page_and_address(
    newsroom: Newsroom, reader: aiohttp.ClientSession
) -> None:
    story = told_by("power-station-rakka")
    newsroom.show(story, story.scenes[-1])
    home = newsroom.houses[story.outlet.id].home
    for url in (f"{home}/", newsroom.feed_url(story.outlet)):
        assert story.slug not in (await fetched(reader, url))[1]
    assert (await fetched(reader, newsroom.url(story)))[0] == 404
    assert (await fetched(reader, f"{home}/news/never-written"))[0] == 404


async def test_the_two_layouts_of_the_vigil_share_words_and_not_markup(
    newsroom: Newsroom, reader: aiohttp.ClientSession
) -> None:
    story = told_by("harbour-vigil")
    _, plain, _ = await fetched(reader, newsroom.url(story))
    newsroom.show(story, story.scenes[1])
    _, redressed, _ = await fetched(reader, newsroom.url(story))
    assert story.scenes[0].paragraphs == story.scenes[1].paragraphs
    assert ("layout-2" in redressed, "layout-2" in plain) == (True, False)
    assert "act of war" in words_of(plain + redressed).lower()  # in the related links, where it must not count


def test_the_outlets_look_different() -> None:
    from monitor.demo import pages

    now = datetime.now(UTC)
    scene = Scene("", "Title", ("One paragraph.",))
    skeletons = {
        re.sub(
            r">[^<]*<", "><", pages.article(Story("s", outlet, "By", (scene,)), scene, pages.Stamps(now, now), "/", 1)
        )
        for outlet in OUTLETS
    }
    assert len(skeletons) == len(OUTLETS)
