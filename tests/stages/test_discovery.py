"""What is found on a site: the best that it offers, and what would be read of it."""

from datetime import UTC, datetime, timedelta

import pytest

from monitor.errors import OutsideError, Permanent, Transient
from monitor.stages.discovery import Explorer

SITE = "https://post.example"
NOW = datetime(2015, 11, 15, 12, tzinfo=UTC)
RSS = "<rss version='2.0'><channel><title>The Post</title><item><title>Raqqa</title><link>/raqqa</link></item></channel></rss>"
EMPTY = "<rss version='2.0'><channel><title>Comments</title></channel></rss>"
ANNOUNCING = '<link rel="alternate" type="application/rss+xml" href="{}">'
FRONT = '<a href="/2015/11/15/raqqa">Strikes on Raqqa</a>'
SITEMAP = f"<urlset><url><loc>/raqqa</loc><lastmod>{(NOW - timedelta(hours=1)).isoformat()}</lastmod></url></urlset>"


@pytest.fixture
def explorer(world):
    return Explorer(world.net, world.parser)


async def explored(explorer, url=f"{SITE}/", **asked):
    return [(one.url.removeprefix(SITE), one.kind, one.how) for one in await explorer.explore(url, NOW, **asked)]


async def test_an_address_that_is_a_feed_is_what_was_meant(world, explorer):
    world.net.answers = {f"{SITE}/rss.xml": RSS}
    [found] = await explorer.explore(f"{SITE}/rss.xml", NOW)
    assert (found.kind, found.how, found.title, len(found.entries)) == ("feed", "itself", "The Post", 1)
    assert len(world.net.asked) == 1


async def test_a_page_that_announces_feeds_is_taken_at_its_word(world, explorer):
    pages = ANNOUNCING.format("/a.xml") + ANNOUNCING.format("/b.xml") + ANNOUNCING.format("/c.xml") + FRONT
    other = RSS.replace("/raqqa", "/paris")
    world.net.answers = {f"{SITE}/": pages, f"{SITE}/a.xml": RSS, f"{SITE}/b.xml": other, f"{SITE}/c.xml": EMPTY}
    assert await explored(explorer) == [("/a.xml", "feed", "announced"), ("/b.xml", "feed", "announced")]


async def test_two_addresses_with_the_same_entries_are_one_source(world, explorer):
    pages = ANNOUNCING.format("/a.xml") + ANNOUNCING.format("/b.xml")
    world.net.answers = {f"{SITE}/": pages, f"{SITE}/a.xml": RSS, f"{SITE}/b.xml": RSS}
    assert await explored(explorer) == [("/a.xml", "feed", "announced")]


async def test_then_the_usual_addresses_are_tried(world, explorer):
    world.net.answers = {f"{SITE}/": FRONT, f"{SITE}/rss.xml": RSS, f"{SITE}/sitemap.xml": SITEMAP}
    assert await explored(explorer) == [("/rss.xml", "feed", "usual address")]


async def test_then_the_sitemaps_of_the_robots_txt(world, explorer):
    world.net.answers = {f"{SITE}/": FRONT, f"{SITE}/robots.txt": "Sitemap: /s.xml", f"{SITE}/s.xml": SITEMAP}
    assert await explored(explorer) == [("/s.xml", "sitemap", "robots.txt")]


async def test_then_the_usual_sitemaps(world, explorer):
    world.net.answers = {f"{SITE}/": FRONT, f"{SITE}/robots.txt": Transient("timeout"), f"{SITE}/sitemap.xml": SITEMAP}
    assert await explored(explorer) == [("/sitemap.xml", "sitemap", "usual address")]


async def test_at_last_the_links_of_the_page_itself(world, explorer):
    world.net.answers = {f"{SITE}/": FRONT}
    assert await explored(explorer) == [("/", "front page", "its links")]


async def test_links_may_be_asked_for_though_there_is_a_feed(world, explorer):
    world.net.answers = {f"{SITE}/": ANNOUNCING.format("/a.xml") + FRONT, f"{SITE}/a.xml": RSS}
    assert await explored(explorer, links=("/2015/*",)) == [("/", "front page", "its links")]


@pytest.mark.parametrize(
    ("answer", "reason"), [("<p>Nothing here</p>", "nothing_found"), (404, "http_404"), (Permanent("tls"), "tls")]
)
async def test_a_site_that_offers_nothing_says_why(world, explorer, answer, reason):
    world.net.answers = {f"{SITE}/": answer}
    with pytest.raises(OutsideError) as caught:
        await explorer.explore(f"{SITE}/", NOW)
    assert caught.value.reason == reason


async def test_a_sample_shows_an_article_as_it_would_be_read(world, explorer, page):
    world.net.answers = {f"{SITE}/": FRONT, f"{SITE}/2015/11/15/raqqa": page("Strikes on Raqqa")}
    [found] = await explorer.explore(f"{SITE}/", NOW)
    sample = await explorer.sample(found.entries[0])
    assert sample.page is not None
    assert (sample.page.content.title, sample.trouble) == ("Strikes on Raqqa", "")


@pytest.mark.parametrize(
    ("answer", "trouble"),
    [
        (403, "http_403"),
        ("<title>Just a moment...</title><p>Enable JavaScript and cookies to continue</p>", "block_page"),
    ],
)
async def test_a_sample_that_cannot_be_read_says_why(world, explorer, answer, trouble):
    world.net.answers = {f"{SITE}/": FRONT, f"{SITE}/2015/11/15/raqqa": answer}
    [found] = await explorer.explore(f"{SITE}/", NOW)
    assert trouble in (await explorer.sample(found.entries[0])).trouble
