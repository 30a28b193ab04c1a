"""U10: Atom feeds of alerts and revisions are valid whatever was told, and open to who may come in or has the feeds' own key."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from recording import STORY, WITHDRAWN

from monitor.core.urls import article_id
from monitor.notifiers import syndication
from monitor.notifiers.syndication import ATOM, Entry
from monitor.web import Keys, Token

TOKEN = "a-token-of-many-letters-0123456789"
KEY = Token.of(TOKEN).feeds
NAME = {"a": ATOM}
FEEDS = ["/atom/all.atom", "/atom/watchlist/raqqa.atom", f"/atom/article/{article_id(STORY)}.atom", f"/atom/article/{article_id(WITHDRAWN)}.atom"]  # fmt: skip


async def read(visitor, path, **headers):
    async with visitor.session.get(visitor.address + path, headers=headers) as answer:
        assert (answer.status, answer.content_type) == (200, "application/atom+xml")
        return ET.fromstring(await answer.read()), answer.headers


@pytest.mark.parametrize("path", FEEDS)
async def test_u10_feeds_are_valid_and_hold_no_controls(visitor, path):
    feed, _ = await read(visitor, path)
    text = "".join(feed.itertext())
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufffd]", text)
    assert feed.findtext("a:title", "", NAME).startswith("Monitor")
    for one in feed.iterfind("a:entry", NAME):
        assert one.findtext("a:id", "", NAME).startswith("urn:monitor:")
        assert one.find("a:link", NAME).get("href").startswith(visitor.address)
        assert one.find("a:content", NAME).get("type") == "text"


async def test_alerts_and_revisions_stand_newest_first(visitor):
    feed, _ = await read(visitor, FEEDS[0])
    assert len(feed.findall("a:entry", NAME)) == 3
    stamps = [one.findtext("a:updated", "", NAME) for one in feed.iterfind("a:entry", NAME)]
    assert (stamps, feed.findtext("a:updated", "", NAME)) == (sorted(stamps, reverse=True), stamps[0])
    story, _ = await read(visitor, FEEDS[2])
    links = [
        one.find("a:link", NAME).get("href").removeprefix(visitor.address) for one in story.iterfind("a:entry", NAME)
    ]
    article = f"/article/{article_id(STORY)}"
    assert links == [f"{article}/diff/2..3", f"{article}/diff/1..2", article]
    assert len((await read(visitor, FEEDS[1]))[0].findall("a:entry", NAME)) == 1
    assert len((await read(visitor, "/atom/watchlist/nothing.atom"))[0].findall("a:entry", NAME)) == 0
    assert (await visitor.get("/atom/article/article_0000.atom"))[0] == 404


async def test_what_has_not_changed_is_not_sent_again(visitor):
    _, headers = await read(visitor, FEEDS[0])
    assert (await visitor.get(FEEDS[0], if_none_match=headers["etag"]))[0] == 304


async def test_pages_name_their_feeds(visitor):
    assert (
        '<link rel="alternate" type="application/atom+xml" title="Alerts" href="/atom/all.atom">'
        in await visitor.page("/")
    )
    assert f'href="{FEEDS[2]}"' in await visitor.page(f"/article/{article_id(STORY)}")


async def test_behind_a_token_the_feeds_have_a_key_that_opens_nothing_else(visiting, recorded):
    async with visiting(recorded, TOKEN) as visitor:
        for path in FEEDS:
            assert (await visitor.get(path))[0] == 401
            assert (await visitor.get(f"{path}?key="))[0] == 401
            assert (await visitor.get(f"{path}?key={Token.of('another-token').feeds}"))[0] == 401
            assert (await visitor.get(f"{path}?key={TOKEN}"))[0] == 401
            assert (await visitor.get(f"{path}?key={KEY}"))[0] == 200
        for path in (
            "/",
            "/api/v1/alerts",
            "/metrics",
            "/live",
            "/atom/../",
            "/atom/..%2f",
            "/Atom/all.atom",
            "//atom/all.atom",
        ):
            assert (await visitor.get(f"{path}?key={KEY}"))[0] != 200, path
        async with visitor.session.post(
            f"{visitor.address}/silences?key={KEY}", headers={"origin": visitor.address}
        ) as answer:
            assert answer.status == 401
        for scheme in (f"Bearer {KEY}", f"bearer {KEY}"):
            assert (await visitor.get("/", authorization=scheme))[0] == 401
        assert (await visitor.get("/", cookie=f"monitor={KEY}"))[0] == 401
        page = (await visitor.get("/", authorization=f"Bearer {TOKEN}"))[1]
        assert f"/atom/all.atom?key={KEY}" in page
        assert KEY not in (await visitor.get("/login"))[1]


def test_the_key_tells_neither_the_token_nor_the_pass_and_is_long_enough():
    token = Token.of(TOKEN)
    assert (len(KEY), KEY in token.cookie, token.cookie[:32] in KEY, TOKEN in KEY) == (32, False, False, False)
    assert not [kept for kept in (token.digest, token.cookie, token.feeds, repr(token)) if TOKEN in str(kept)]
    assert not [kept for kept in (token.cookie, token.feeds) if kept in repr(token)]
    assert Keys(None).of_feeds == ""


TEXT = st.text(max_size=60)


@given(TEXT, TEXT, TEXT, st.lists(TEXT, max_size=3))
def test_u10_whatever_an_entry_holds_it_is_well_formed(name, title, category, lines):
    from datetime import UTC, datetime

    at = datetime(2015, 11, 15, tzinfo=UTC)
    made = syndication.feed(
        name, title, [syndication.entry(Entry(name, title, at, f"https://a/{title}", category, lines))], at
    )
    read = ET.fromstring(syndication.document(made))
    assert [len(one) for one in read.iterfind("a:entry", NAME)] == [6]
