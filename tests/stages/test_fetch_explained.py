"""What looks at an article come to beyond edits: headlines that are tested, walls, our own blindness, upgrades, heirs; and that all of it is told."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from monitor.core import explained, repeated
from monitor.core.article import decode_article
from monitor.core.events import (
    ArticleBlocked,
    ArticleConfirmed,
    ArticleDiscovered,
    ArticleGone,
    ArticleReread,
    ArticleRestored,
    ArticleRevised,
)
from monitor.core.urls import aliases, article_id, next_generation
from monitor.errors import Transient
from monitor.ports import Batch, Response, SetTimer
from monitor.sources.page import fingerprint
from monitor.stages import jobs
from monitor.stages.jobs import FetchJob
from monitor.stages.sight import Eyes

URL = "https://post.example/raqqa"
ARTICLE = article_id(URL)
CHALLENGE = """<!doctype html><html><head><title>Just a moment...</title></head><body><h1>post.example</h1>
<p>Checking your browser before accessing post.example. Please enable JavaScript and cookies to continue.</p>
<script src="/cdn-cgi/challenge-platform/h/b/orchestrate"></script></body></html>"""
OTHER = (
    "The city council of Lyon has voted to close the old tram depot next spring, after years of debate about its cost.",
    "A market hall and two schools are to be built in its place, the mayor told reporters after the vote on Tuesday.",
    "Residents of the quarter had asked for a park instead; their petition was signed by four thousand people in June.",
)


async def ask_for(world, url=URL, guid="", **facts):
    known = aliases([url], feed="post", guid=guid)
    article = await world.log.resolve(known) or article_id(url)
    for alias in known:
        article = await world.log.pin(alias, article)
    job = FetchJob(url=url, source="post", aliases=known, **facts)
    timer = SetTimer(jobs.FETCH, article, 0.0, payload=jobs.encode(job), only_sooner=True)
    await world.log.commit(Batch(0, timers=(timer,)))


async def look(world, member=ARTICLE):
    await world.make_due(jobs.FETCH, member)
    await world.work(jobs.FETCH, world.fetcher)


async def story(world):
    return [recorded.event for recorded in await world.events("article.")]


async def why(world, article=ARTICLE):
    return explained.decode(await world.log.note(0, explained.note_key(article)))


def an_arm(page, headline):
    """A page whose h1 says something else than what it tells machines."""
    html = page("Strikes on Raqqa")
    return (
        html.replace("<h1>Strikes on Raqqa</h1>", f"<h1>{headline}</h1>")
        .replace('property="og:title" content="Strikes on Raqqa"', 'property="og:none" content=""')
        .replace("<title>Strikes on Raqqa", f"<title>{headline}")
    )


# --- headlines -------------------------------------------------------------------------------------------------------


async def test_a_headline_on_which_page_and_machines_agree_is_confirmed_at_once(world, page):
    world.net.answers[URL] = page("Strikes on Raqqa")
    await ask_for(world)
    await look(world)
    world.net.answers[URL] = page("Jets strike Raqqa")
    await look(world)
    [_, revised] = await story(world)
    assert (revised.confidence, [edit.kind for edit in revised.edits]) == ("confirmed", ["headline"])


async def test_a_headline_in_one_place_alone_is_unconfirmed_until_it_has_stood(world, page):
    world.net.answers[URL] = an_arm(page, "Strikes on Raqqa")
    await ask_for(world)
    await look(world)
    world.net.answers[URL] = an_arm(page, "Jets strike Raqqa")
    await look(world)
    assert (await story(world))[-1].confidence == "unconfirmed"
    assert await world.log.next_due(jobs.FETCH, 0) <= 600
    await look(world)
    assert len(await story(world)) == 2
    world.rechecks = dataclasses.replace(world.rechecks, confirm=(timedelta(0),))
    await look(world)
    *_, confirmed = await story(world)
    assert isinstance(confirmed, ArticleConfirmed)
    assert (confirmed.revision, confirmed.how) == (2, "standing")
    await look(world)
    assert len(await story(world)) == 3


async def test_a_headline_is_confirmed_when_the_feed_agrees(world, page):
    world.net.answers[URL] = an_arm(page, "Strikes on Raqqa")
    await ask_for(world, title="Strikes on Raqqa")
    await look(world)
    world.net.answers[URL] = an_arm(page, "Jets strike Raqqa")
    await look(world)
    await ask_for(world, title="Jets strike Raqqa")
    world.net.answers[URL] = an_arm(page, "Jets strike Raqqa").replace("<nav>", "<nav><b>New</b>")
    await look(world)
    *_, confirmed = await story(world)
    assert isinstance(confirmed, ArticleConfirmed)
    assert (confirmed.how, set(confirmed.agreeing)) == ("agreement", {"h1", "feed"})


async def test_a_headline_test_is_looked_at_afresh_and_its_end_takes_it_back(world, page):
    body = an_arm(page, "Strikes on Raqqa").encode()
    first = Response(URL, 200, {"etag": '"a"', "content-type": "text/html"}, body, 0.0)
    world.net.answers[URL] = first
    await ask_for(world)
    await look(world)
    world.net.answers[URL] = Response(URL, 200, {"etag": '"b"'}, an_arm(page, "Jets strike Raqqa").encode(), 0.0)
    await look(world)
    world.net.answers[URL] = first
    await look(world)
    assert world.net.asked[-1][1] == {}
    *_, reverted = await story(world)
    assert (reverted.reverted_to, reverted.confidence) == (1, "confirmed")


# --- walls, and our own eyes -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("wall", [401, 403, 451, CHALLENGE])
async def test_what_stands_before_an_article_is_said_and_is_nobodys_deletion(world, page, wall):
    world.net.answers[URL] = page("Strikes on Raqqa")
    await ask_for(world)
    await look(world)
    world.net.answers[URL] = wall
    for _ in range(4):
        await look(world)
    _, blocked = await story(world)
    assert isinstance(blocked, ArticleBlocked)
    world.net.answers[URL] = page("Strikes on Raqqa")
    await look(world)
    *_, restored = await story(world)
    assert isinstance(restored, ArticleRestored)
    assert restored.was == "blocked"
    seen = (await why(world)).seen
    assert seen[3].times == 2  # once it is said, equal looks are one
    assert [one.outcome for one in seen] == [
        "discovered",
        "blocked",
        "blocked",
        "blocked",
        "restored",
    ]


async def test_our_own_network_down_decides_nothing(world, page):
    fetcher = world.fetcher
    world.net.answers[URL] = page("Strikes on Raqqa")
    await ask_for(world)
    await world.work(jobs.FETCH, fetcher)
    others = [f"https://site{n}.example/story" for n in range(6)]
    for url in others:
        world.net.answers[url] = Transient("dns")
        await ask_for(world, url)
    await world.work(jobs.FETCH, fetcher)
    world.net.answers[URL] = 404
    for _ in range(4):
        await world.make_due(jobs.FETCH, ARTICLE)
        await world.work(jobs.FETCH, fetcher)
    world.net.answers[URL] = CHALLENGE
    for _ in range(4):
        await look(world)
    assert [type(event) for event in await story(world)] == [ArticleDiscovered]
    assert {seen.outcome for seen in (await why(world)).seen[1:]} == {"doubted"}


async def test_an_absence_in_a_blind_time_does_not_count(world, page):
    hosts = [f"site{n}.example" for n in range(6)]
    world.eyes = Eyes(world.log, hosts)
    world.net.answers[URL] = page("Strikes on Raqqa")
    await ask_for(world)
    await look(world)
    for host in hosts:
        await world.eyes.missed(host)
    assert world.eyes.blind
    world.net.answers[URL] = 404
    for _ in range(4):
        await look(world)  # a portal answers in the place of all
    for host in hosts:
        await world.eyes.saw(host)
    await look(world)
    assert [type(event) for event in await story(world)] == [ArticleDiscovered]
    await look(world)
    gone = (await story(world))[-1]
    assert isinstance(gone, ArticleGone)
    assert len(gone.absent) == world.rechecks.gone_checks == 2


# --- upgrades --------------------------------------------------------------------------------------------------------


async def test_an_upgrade_of_the_extractor_is_nobodys_edit(world, page, text, monkeypatch):
    from monitor.sources import page as reading

    html = page("Strikes on Raqqa").replace(
        "</article>", '<p class="tail">Our correspondents reported from three cities.</p></article>'
    )
    world.net.answers[URL] = html
    await ask_for(world)
    await look(world)
    plain = reading.read_page

    def upgraded(body, url, headers, container):
        read = plain(body.replace(b"<p>", b"<p>Read well: "), url, headers, container)
        return dataclasses.replace(read, extractor="container/99")

    monkeypatch.setattr(fingerprint, "read_page", upgraded)
    monkeypatch.setattr(fingerprint, "EXTRACTOR", "container/99")
    world.net.answers[URL] = html.replace("<nav>", "<nav><b>New</b>")
    await look(world)
    _, anew = await story(world)
    assert isinstance(anew, ArticleReread)
    assert (anew.revision, anew.extractor) == (1, "container/99")
    article = decode_article((await world.log.load(0, ARTICLE)).snapshot)
    assert article.content.blocks[0].text.startswith("Read well: ")
    world.net.answers[URL] = html.replace("twenty", "thirty")
    await look(world)
    *_, revised = await story(world)
    assert isinstance(revised, ArticleRevised)
    assert (revised.revision, len(revised.edits)) == (2, 1)
    assert "read anew" in " ".join(seen.why for seen in (await why(world)).seen)


async def test_an_upgrade_and_an_edit_at_one_look_are_told_apart(world, page, monkeypatch):
    from monitor.sources import page as reading

    world.net.answers[URL] = page("Strikes on Raqqa")
    await ask_for(world)
    await look(world)
    plain = reading.read_page

    def upgraded(body, url, headers, container):
        read = plain(body.replace(b"<p>", b"<p>Read well: "), url, headers, container)
        return dataclasses.replace(read, extractor="container/99")

    monkeypatch.setattr(fingerprint, "read_page", upgraded)
    monkeypatch.setattr(fingerprint, "EXTRACTOR", "container/99")
    world.net.answers[URL] = page("Strikes on Raqqa").replace("twenty", "thirty")
    await look(world)
    _, anew, revised = await story(world)
    assert isinstance(anew, ArticleReread)
    assert [(e.sentence_before[:10], e.sentence_after[:10]) for e in revised.edits] == [("Read well:", "Read well:")]


# --- whose address it is ---------------------------------------------------------------------------------------------

NOW = datetime(2026, 11, 23, tzinfo=UTC)


@pytest.mark.parametrize(
    ("title", "paragraphs", "facts", "is_heir"),
    [
        pytest.param("Tram depot to close", OTHER, {"published": NOW, "guid": "b"}, True, id="another text, later, by another key"),
        pytest.param("Tram depot to close", OTHER, {"published": NOW, "guid": "a"}, True, id="another text, later"),
        pytest.param("Tram depot to close", OTHER, {"published": NOW - timedelta(days=9), "guid": "b"}, True, id="by another key"),
        pytest.param("Tram depot to close", OTHER, {"published": NOW - timedelta(days=9), "guid": "a"}, False, id="rewritten"),
        pytest.param("Strikes on Raqqa", OTHER, {"published": NOW, "guid": "b"}, False, id="the same title"),
        pytest.param("Tram depot to close", (), {"published": NOW, "guid": "b"}, False, id="the same text"),
    ],
)  # fmt: skip
async def test_an_address_used_again_for_another_text_is_another_article(
    world, page, title, paragraphs, facts, is_heir
):
    world.net.answers[URL] = page("Strikes on Raqqa")
    await ask_for(world, guid="a", published=NOW - timedelta(days=9))
    await look(world)
    world.net.answers[URL] = page(title, *paragraphs)
    await ask_for(world, **facts)
    await look(world)
    heir = next_generation(ARTICLE, URL)
    await world.work(jobs.FETCH, world.fetcher)
    events = await story(world)
    assert any(isinstance(event, ArticleGone) for event in events) is is_heir
    if not is_heir:
        assert await world.log.resolve(aliases([URL])) == ARTICLE
        return
    _, gone, found = events
    assert (gone.article, gone.replaced_by, gone.absent[0].reason) == (ARTICLE, heir, "another_text")
    assert (found.article, found.follows, found.content.title) == (heir, ARTICLE, title)
    assert await world.log.resolve(aliases([URL])) == heir


async def test_a_canonical_address_that_all_pages_of_a_site_share_makes_no_copies(world, page):
    shared = '<head><link rel="canonical" href="https://post.example/all/stories">'
    world.net.answers[URL] = page("Strikes on Raqqa").replace("<head>", shared)
    await ask_for(world)
    await look(world)
    second = "https://post.example/tram"
    world.net.answers[second] = page("Tram depot to close", *OTHER).replace("<head>", shared)
    await ask_for(world, second)
    await look(world, article_id(second))
    assert [event.article for event in await story(world)] == [ARTICLE, article_id(second)]


@pytest.mark.parametrize(
    "copy", ["https://m.post.example/raqqa", "https://www.post.example/raqqa", "https://post.example/raqqa/amp", "https://amp.post.example/raqqa", "http://post.example/raqqa?utm_source=feed"]
)  # fmt: skip
async def test_copies_for_other_devices_are_the_article(world, page, copy):
    world.net.answers[URL] = page("Strikes on Raqqa")
    await ask_for(world)
    await look(world)
    assert await world.log.resolve(aliases([copy])) == ARTICLE


async def test_a_page_is_not_read_in_full_while_its_fingerprint_stands(world, page, monkeypatch):
    world.net.answers[URL] = page("Strikes on Raqqa")
    await ask_for(world)
    await look(world)
    monkeypatch.setattr(fingerprint, "read_page", None)
    world.net.answers[URL] = page("Strikes on Raqqa").replace("All rights reserved", "All rights reserved, 12:01")
    await look(world)
    assert (await why(world)).seen[-1].outcome == "unchanged"


# --- what other articles of the site show ----------------------------------------------------------------------------


async def test_a_widget_that_other_articles_show_is_no_edit_and_why_says_so(world, page, text):
    widget = "Our reporters are on the ground in forty countries. Support their work today."
    urls = [f"https://post.example/story-{n}" for n in range(3)]
    for n, url in enumerate(urls):
        own = [f"{words} It was the {n}th report of the kind, and the last one." for words in text]
        world.net.answers[url] = page(f"Report {n}", *own, *[widget] * (n < 2))
        await ask_for(world, url)
        await look(world, article_id(url))
    third = article_id(urls[2])
    key = repeated.note_key("post.example")
    site = repeated.decode(await world.log.note(0, key))
    long_ago = tuple(msgspec.structs.replace(one, since=one.since - timedelta(hours=2)) for one in site.texts)
    await world.log.commit(Batch(0, notes={key: repeated.encode(repeated.Site(long_ago))}))
    world.net.answers[urls[2]] = page("Report 2", *own, widget)
    for _ in range(4):
        await look(world, third)
    assert len([event for event in await story(world) if event.article == third]) == 1
    assert any("other articles" in said for seen in (await why(world, third)).seen for said in seen.filters)
