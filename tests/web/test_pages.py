"""What each page shows of a recorded history; every text from outside stays text."""

from __future__ import annotations

import re
import shutil
import sqlite3
from contextlib import closing
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import quote

import msgspec
import pytest
from recording import START, STORY, WITHDRAWN, project
from recording import Desk as Scribe

from monitor.core import rhythm as rhythms
from monitor.core.events import FeedFailing, FeedGapped
from monitor.core.feed import FeedLooks
from monitor.core.overlap import Gaps
from monitor.core.urls import article_id
from monitor.ports import Batch
from monitor.stages.poll import entity, looks_note
from monitor.store.views import FILE

ARTICLE = f"/article/{article_id(STORY)}"
EVERY = ["/", "/?watchlist=raqqa", "/articles", "/articles?source=post", ARTICLE, f"{ARTICLE}/diff/1..2", f"{ARTICLE}/diff/1..3", f"{ARTICLE}/diff/3..1?view=side",
         f"{ARTICLE}/diff/2..3?view=side", f"/article/{article_id(WITHDRAWN)}", "/watchlists", "/watchlist/act-of-war", "/figures", "/try", "/feeds", "/deliveries", "/deliveries?state=dead"]  # fmt: skip


class Reading(HTMLParser):
    """A page as a browser takes it: its elements with attributes, and its text."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.said = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.said += data


async def test_now_shows_alerts_newest_first_with_what_was_found(visitor):
    page = await visitor.page("/")
    names = re.findall(r'class="alert (\w+)" id="alert_[0-9a-f]+"', page)
    assert names == ["info", "warning", "critical"]
    assert "Hollande called it “an <mark>act of war</mark>”." in page
    assert "told nobody: no channel" in page
    assert re.findall(r'class="alert (\w+)"', await visitor.page("/?watchlist=act-of-war")) == ["critical"]


async def test_an_article_stands_on_a_line_of_time_with_every_revision(visitor):
    page = await visitor.page(ARTICLE)
    assert re.findall(r'class="tick (\w+)"', page) == ["first", "major", "reverted"]
    assert re.findall(r'<li id="r(\d)" class="(\w+)"', page) == [("3", "reverted"), ("2", "major"), ("1", "first")]
    assert "<b>figure</b>" in page
    assert "20 bombs → 30 bombs" in page
    assert "as before until" in page


async def test_an_article_is_found_by_its_address_and_its_copies(visitor):
    for address in (STORY, f"{STORY}?utm_source=x", f"{STORY}?amp=1"):
        async with visitor.session.get(
            f"{visitor.address}/article?url={quote(address)}", allow_redirects=False
        ) as answer:
            assert (answer.status, answer.headers["location"]) == (302, ARTICLE)
    assert (await visitor.get("/article?url=https://nobody.example/"))[0] == 404


async def test_a_search_finds_what_was_taken_out_and_says_when(visitor):
    page = await visitor.page("/search?q=%22act+of+war%22")
    assert "<mark>act</mark>" in page or "<mark>act of war</mark>" in page
    assert f'href="{ARTICLE}/diff/2..3">taken out' in page
    assert "No revision has that." in await visitor.page("/search?q=volcano")
    assert 'value="&#34;&gt;&lt;script&gt;"' in await visitor.page("/search?q=%22%3E%3Cscript%3E")
    for nothing in ("/search", "/search?q=", "/search?q=%22", "/search?q=(((", "/search?q=%00"):
        assert "<h1>Search" in await visitor.page(nothing)


async def test_an_address_that_is_searched_leads_to_its_article(visitor):
    async with visitor.session.get(f"{visitor.address}/search?q={quote(STORY)}", allow_redirects=False) as answer:
        assert (answer.status, answer.headers["location"]) == (302, ARTICLE)
    assert "No revision has that." in await visitor.page("/search?q=https://nobody.example/")


async def test_what_changed_is_marked_in_place_and_side_by_side(visitor):
    in_place = await visitor.page(f"{ARTICLE}/diff/1..2")
    assert re.search(
        r"<del><span[^>]*>\[removed: </span>20<span[^>]*>\]</span></del> <ins><span[^>]*>\[added: </span>30", in_place
    )
    assert "1 paragraph unchanged" in in_place
    beside = await visitor.page(f"{ARTICLE}/diff/1..2?view=side")
    rows = re.findall(r"<td dir=\"auto\">(.*?)</td>", beside, re.DOTALL)
    assert any("<del>" in row and "<ins>" not in row for row in rows)
    assert any("<ins>" in row and "<del>" not in row for row in rows)
    assert "The two texts are the same." in await visitor.page(f"{ARTICLE}/diff/1..3")


async def test_comparisons_lead_to_their_neighbours(visitor):
    page = await visitor.page(f"{ARTICLE}/diff/2..3")
    assert f'rel="prev" href="{ARTICLE}/diff/1..2"' in page
    assert 'rel="next"' not in page


async def test_an_alert_tells_every_attempt(visitor):
    alert = re.search(r'id="(alert_[0-9a-f]+)"', await visitor.page("/?watchlist=act-of-war"))[1]
    page = await visitor.page(f"/alert/{alert}")
    assert [word for word in ("dead", "failed", "502", "Bad Gateway", "nobody listens") if word not in page] == []


async def test_feeds_say_how_they_are_and_deliveries_what_came_of_them(visitor):
    page = await visitor.page("/feeds")
    assert re.findall(r'class="state (\w+)"', page) == ["working", "waiting"]
    assert re.findall(r'class="state (\w+)"', await visitor.page("/deliveries")) == ["delivered", "dead"]
    assert re.findall(r'class="state (\w+)"', await visitor.page("/deliveries?state=dead")) == ["dead"]


async def test_a_feed_in_trouble_says_what_it_is_and_what_to_do(visiting, growing):
    log, folder = growing
    about = {"at": START, "feed": "post", "url": "https://post.example/rss"}
    scribe = Scribe(log)
    await scribe.record("feed_post", "post", FeedGapped(**about, since=START, entries=20, count=1))
    failing = FeedFailing(**about, reason="http_403", detail="", status=403, failures=2, last_ok=START)
    await scribe.record("feed_post", "post", failing)
    rhythm = rhythms.came(rhythms.begun(START), START + timedelta(hours=5))
    looks = FeedLooks(
        last_ok=START, next_look=START + timedelta(hours=3), gaps=Gaps(entries=20, known=17), rhythm=rhythm
    )
    note = {looks_note("post"): msgspec.json.encode(looks)}
    await log.commit(Batch(log.partition_of(entity("post")), notes=note))
    await project(log, folder)
    async with visiting(folder, None, log) as visitor:
        page = await visitor.page("/feeds")
    assert re.findall(r'class="state (\w+)"', page) == ["blocked", "waiting"]
    assert "17 of 20" in page
    assert "02:00–03:00" in page  # no more is known of when something new came; Paris
    assert re.findall(r'<time datetime="([^"]+)"', page) == [
        "2015-11-16T01:00:00+00:00", "2015-11-15T20:40:00+00:00", "2015-11-15T23:40:00+00:00",
    ]  # fmt: skip
    for words in ("refuses to let it be read (http_403), 2 times in a row", "polling.contact", "Once a look knew none"):
        assert words in page


async def test_watchlists_are_counted_even_those_that_are_no_more(visitor):
    page = await visitor.page("/watchlists")
    assert "“act of war”" in page


@pytest.mark.parametrize(
    "path",
    [
        "/article/article_nothing",
        "/alert/alert_nothing",
        f"{ARTICLE}/diff/1..9",
        "/nowhere",
        f"{ARTICLE}/diff/1..999999999",
        "/static/../pages.py",
        "/static/%2e%2e/pages.py",
    ],
)
async def test_what_is_not_there_says_so(visitor, path):
    status, page = await visitor.get(path)
    assert status == 404
    assert "Not here" in page


async def test_before_anything_was_recorded_pages_are_empty_and_well(visiting, tmp_path):
    async with visiting(tmp_path) as visitor:
        for path in ("/", "/articles", "/watchlists", "/feeds", "/deliveries"):
            assert (await visitor.get(path))[0] == 200
        status, page = await visitor.get(ARTICLE)
        assert (status, "nothing is recorded yet" in page) == (503, True)


@pytest.mark.case(id="P20")
@pytest.mark.parametrize("path", EVERY)
async def test_u05_hostile_text_stays_text_without_styles_and_nothing_unseen_is_shown(visitor, path):
    html = await visitor.page(path)
    page = Reading(html)
    assert not [tag for tag, _ in page.tags if tag in {"red", "iframe", "object", "style", "base"}]
    assert not [name for _, attributes in page.tags for name in attributes if name.startswith("on") or name == "style"]
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", html)
    scripts = [attributes.get("src") for tag, attributes in page.tags if tag == "script"]
    assert scripts == ["/static/monitor.js"]


@pytest.mark.case(id="S19")
@pytest.mark.parametrize("path", EVERY)
async def test_u02_pages_lead_nowhere_but_to_themselves_and_the_articles(visitor, path):
    for tag, attributes in Reading(await visitor.page(path)).tags:
        address = attributes.get("href") or attributes.get("src") or attributes.get("action") or ""
        if address.startswith(("http:", "https:")):
            assert (tag, attributes.get("rel")) == ("a", "noopener noreferrer nofollow"), address
        else:
            assert address == "" or address.startswith(("/", "#")), address


@pytest.mark.case(id="S19")
async def test_u07_a_first_page_is_small_and_fetches_nothing_from_elsewhere(visitor):
    page = await visitor.page("/")
    parts = [page, *[await visitor.page(f"/static/{name}") for name in ("monitor.css", "monitor.js", "icon.svg")]]
    assert sum(len(part.encode()) for part in parts) < 100_000
    assert "url(" not in parts[1]
    assert "@import" not in parts[1]


def test_every_template_is_shown_by_a_test():
    folder = Path(__file__).resolve().parents[2] / "monitor/web/templates"
    shown = {
        "base",
        "parts",
        "now",
        "try",
        "one_alert",
        "alert",
        "articles",
        "article",
        "diff",
        "watchlists",
        "watchlist",
        "figures",
        "charts",
        "feeds",
        "deliveries",
        "trouble",
        "silences",
        "search",
        "login",
    }
    assert {file.stem for file in folder.glob("*.html")} == shown


async def test_what_retention_has_dropped_of_an_article_is_said(recorded, tmp_path, visiting):
    folder = Path(shutil.copytree(recorded, tmp_path / "copy"))
    async with visiting(folder) as visitor:
        assert "dropped by retention" not in await visitor.page(ARTICLE)
    with closing(sqlite3.connect(folder / "data" / FILE)) as views, views:
        views.execute("DELETE FROM revisions WHERE article = ? AND revision < 3", (article_id(STORY),))
    async with visiting(folder) as visitor:
        page = await visitor.page(ARTICLE)
    assert "Revisions 1 to 2 were dropped by retention." in page
    assert "/diff/2..3" not in page, "there is nothing to compare it with"
