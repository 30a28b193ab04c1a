"""A wall at the very first look: what the feed says is told; what opens later is nobody's edit. On a real log, with real parsers."""

import dataclasses
from datetime import timedelta

import pytest

from monitor.core.events import AlertRaised, ArticleBlocked, ArticleDiscovered, ArticleRestored, ArticleRevised
from monitor.core.explained import decode, note_key
from monitor.core.urls import aliases, article_id
from monitor.core.watch.evaluate import Rulebook
from monitor.core.watch.rules import Watchlist
from monitor.errors import Permanent
from monitor.ports import Batch, SetTimer
from monitor.stages import jobs
from monitor.stages.jobs import FetchJob
from monitor.stages.match import GROUP, Heat, Matcher

URL = "https://post.example/raqqa"
ARTICLE = article_id(URL)
CHALLENGE = (
    "<html><head><title>Just a moment...</title></head><body><script>window._cf_chl_opt={}</script></body></html>"
)
SHELL = '<html><head><title>The Post</title></head><body><noscript>You need to enable JavaScript to run this app.</noscript><div id="root"></div></body></html>'
PUR = "<html><head><title>Zustimmung</title></head><body><h1>Weiter mit Werbung oder im PUR-Abo</h1><button>Alle akzeptieren</button></body></html>"
WALLS = [401, 403, 451, CHALLENGE, SHELL, PUR]
SUMMARY = "<p>The president spoke of an <b>act of war</b> after the night of attacks, and of a state of emergency.</p>"
EVERYTHING = frozenset({"appeared", "disappeared", "added", "removed", "changed", "moved", "withdrawn", "restored"})


def watch(name, phrase):
    return Watchlist(
        id=name, phrases=(phrase,), entities=(), severity="critical", sources=None, on=EVERYTHING, notify=("desk",), max_age=None
    )  # fmt: skip


@pytest.fixture
def matcher(world):
    lists = (watch("war", "act of war"), watch("raqqa", "Raqqa"), watch("bombs", "twenty bombs"))
    heat = Heat(every=timedelta(minutes=1), lasting=timedelta(hours=6))
    return Matcher(world.log, Rulebook.compile(lists, ()), heat, ruleset="r", public_url=None)


async def ask_for(world, **facts):
    job = FetchJob(url=URL, source="post", aliases=aliases([URL]), **facts)
    for alias in job.aliases:
        await world.log.pin(alias, ARTICLE)
    timer = SetTimer(jobs.FETCH, ARTICLE, 0.0, payload=jobs.encode(job), only_sooner=True)
    await world.log.commit(Batch(0, timers=(timer,)))


async def look(world):
    await world.make_due(jobs.FETCH, ARTICLE)
    await world.work(jobs.FETCH, world.fetcher)


async def story(world):
    return [recorded.event for recorded in await world.events("article.")]


async def alerts(world, matcher):
    await world.handle(GROUP, matcher)
    raised = [recorded.event for recorded in await world.events("alert.") if isinstance(recorded.event, AlertRaised)]
    return [(alert.watchlist, alert.revision, alert.changes) for alert in raised]


async def seen(world):
    return decode(await world.log.note(0, note_key(ARTICLE))).seen


@pytest.mark.parametrize("wall", WALLS)
async def test_what_the_feed_says_is_told_where_a_wall_stands_before_the_page(world, matcher, wall):
    world.net.answers[URL] = wall
    await ask_for(world, title="Hollande: an act of war", html=SUMMARY, author="Anna Lind")
    await look(world)
    [found] = await story(world)
    assert isinstance(found, ArticleDiscovered)
    assert (found.access, found.content.title, found.content.byline) == (
        "teaser",
        "Hollande: an act of war",
        "Anna Lind",
    )
    assert [block.text for block in found.content.blocks] == [
        "The president spoke of an act of war after the night of attacks, and of a state of emergency."
    ]
    assert world.shelf.kept[found.evidence.raw_sha256].decode() == SUMMARY
    assert await alerts(world, matcher) == [("war", 1, ("appeared",))]
    assert "only its feed can be read" in (await seen(world))[-1].why


async def test_the_headline_alone_is_told_where_the_feed_has_no_more(world, matcher):
    world.net.answers[URL] = 403
    await ask_for(world, title="An act of war")
    await look(world)
    [found] = await story(world)
    assert (found.content.title, found.content.blocks) == ("An act of war", ())
    assert await alerts(world, matcher) == [("war", 1, ("appeared",))]


@pytest.mark.parametrize("wall", WALLS)
async def test_a_page_that_opens_is_no_edit_and_alerts_for_what_is_new_alone(world, matcher, page, text, wall):
    world.net.answers[URL] = wall
    await ask_for(world, title="Hollande: an act of war", html=SUMMARY)
    await look(world)
    await look(world)
    world.net.answers[URL] = page("Strikes on Raqqa")
    await look(world)
    _, opened = await story(world)
    assert isinstance(opened, ArticleRevised)
    assert (opened.opened, opened.access, opened.edits, opened.stealth) == (True, "full", (), False)
    assert opened.summary == "The text can be read now; until then only a part of it was known."
    assert await alerts(world, matcher) == [
        ("war", 1, ("appeared",)),
        ("raqqa", 2, ("appeared",)),
        ("bombs", 2, ("appeared",)),
    ]
    await look(world)
    assert len(await story(world)) == 2
    world.net.answers[URL] = page("Strikes on Raqqa", text[0], text[1].replace("twenty", "thirty"), text[2])
    await look(world)
    edited = (await story(world))[-1]
    assert (edited.revision, edited.opened, edited.last_seen_before) == (3, False, (await seen(world))[-2].at)
    assert edited.edits
    assert [outcome.outcome for outcome in await seen(world)] == [
        "discovered",
        "blocked",
        "opened",
        "unchanged",
        "revised",
    ]


ROBOTS = Permanent("robots", "the host's robots.txt asks not to read this")


async def test_the_feeds_own_words_are_told_where_robots_txt_refuses_the_page(world, matcher, page):
    world.net.answers[URL] = ROBOTS
    await ask_for(world, title="Hollande: an act of war", html=SUMMARY)
    await look(world)
    await look(world)
    [found] = await story(world)
    assert (found.access, found.content.title, len(found.content.blocks)) == ("teaser", "Hollande: an act of war", 1)
    assert await alerts(world, matcher) == [("war", 1, ("appeared",))]
    first, second = await seen(world)
    assert (first.outcome, second.outcome, second.status) == ("discovered", "blocked", None)
    assert "Something stands before the page (robots_txt): only its feed can be read." in first.why
    assert first.filters == ("robots txt: the host's robots.txt asks not to read this",)
    world.net.answers[URL] = page("Strikes on Raqqa")
    await look(world)
    _, opened = await story(world)
    assert (opened.opened, opened.access) == (True, "full")


async def test_where_the_feed_names_no_article_robots_txt_is_obeyed_in_silence(world):
    world.net.answers[URL] = ROBOTS
    await ask_for(world)
    await look(world)
    assert await story(world) == []
    assert (await seen(world))[-1].outcome == "failed"


async def test_robots_txt_that_begins_to_refuse_a_page_is_a_wall_and_nobodys_deletion(world, matcher, page):
    world.net.answers[URL] = page("Strikes on Raqqa")
    await ask_for(world, title="Strikes on Raqqa", html=SUMMARY)
    await look(world)
    told = await alerts(world, matcher)
    world.net.answers[URL] = ROBOTS
    world.rechecks = dataclasses.replace(world.rechecks, gone_checks=3, gone_over=timedelta(hours=24))
    await look(world)
    assert len(await story(world)) == 1
    suspect = (await seen(world))[-1]
    assert (suspect.outcome, suspect.status) == ("blocked", None)
    assert suspect.filters == ("robots txt: the host's robots.txt asks not to read this",)
    assert "(robots_txt): 1 of 3 looks in a row" in suspect.why
    world.rechecks = dataclasses.replace(world.rechecks, gone_over=timedelta(0))
    await look(world)
    await look(world)
    *_, blocked = await story(world)
    assert isinstance(blocked, ArticleBlocked)
    assert [(met.status, met.reason) for met in blocked.blocked] == [(0, "robots_txt")] * 3
    world.net.answers[URL] = page("Strikes on Raqqa")
    await look(world)
    *_, restored = await story(world)
    assert isinstance(restored, ArticleRestored)
    assert (restored.was, restored.gone_since) == ("blocked", blocked.at)
    assert await alerts(world, matcher) == told
    assert [one.outcome for one in await seen(world)] == ["discovered", "blocked", "blocked", "blocked", "restored"]


async def test_a_page_that_was_edited_behind_robots_txt_is_restored_and_revised(world, page, text):
    world.net.answers[URL] = page("Strikes on Raqqa")
    await ask_for(world)
    await look(world)
    world.net.answers[URL] = ROBOTS
    world.rechecks = dataclasses.replace(world.rechecks, gone_checks=1, gone_over=timedelta(0))
    await look(world)
    world.net.answers[URL] = page("Strikes on Raqqa", text[0], text[1].replace("twenty", "thirty"), text[2])
    await look(world)
    assert [type(event) for event in await story(world)] == [
        ArticleDiscovered,
        ArticleBlocked,
        ArticleRestored,
        ArticleRevised,
    ]


async def test_a_headline_that_changes_in_the_feed_is_an_edit_though_the_page_stays_closed(world):
    world.net.answers[URL] = 403
    await ask_for(world, title="Hollande: an act of war", html=SUMMARY)
    await look(world)
    await ask_for(world, title="Hollande: an act of terror", html=SUMMARY)
    await look(world)
    _, revised = await story(world)
    assert (revised.opened, revised.access) == (False, "teaser")
    assert [edit.kind for edit in revised.edits][:1] == ["headline"]


async def test_what_was_never_open_is_not_said_to_be_blocked(world):
    world.net.answers[URL] = 403
    await ask_for(world, title="Hollande: an act of war", html=SUMMARY)
    for _ in range(5):
        await look(world)
    assert not [event for event in await story(world) if isinstance(event, ArticleBlocked)]


async def test_without_a_feed_that_names_it_a_wall_is_tried_again(world):
    world.net.answers[URL] = 403
    await ask_for(world)
    await look(world)
    assert await story(world) == []
    assert (await seen(world))[-1].outcome == "failed"


async def test_the_feeds_own_words_are_kept_no_longer_than_they_are_needed(world, page):
    world.net.answers[URL] = 403
    await ask_for(world, title="Hollande: an act of war", html=SUMMARY)
    await look(world)
    world.net.answers[URL] = page("Strikes on Raqqa")
    await look(world)
    await world.make_due(jobs.FETCH, ARTICLE)
    [claim] = await world.due(jobs.FETCH)
    assert jobs.decode(claim.payload).html == ""
