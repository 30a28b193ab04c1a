"""Sitemaps, news sitemaps and indexes of them: what they say, what of a broken or hostile one is read."""

import gzip
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import OutsideError, Permanent
from monitor.ports import ParsedFeed, Part
from monitor.sources.feed import MAX_UNZIPPED, parse_feed

URL = "https://post.example/sitemap.xml"
NEWS = """<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"
  xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">
<url><loc>https://post.example/world/raqqa?a=1&amp;b=2</loc><lastmod>2015-11-15T22:30:00+01:00</lastmod>
 <news:news><news:publication><news:name>The Post</news:name><news:language>en</news:language></news:publication>
 <news:publication_date>2015-11-15T21:00:00Z</news:publication_date><news:title>Strikes &amp; bombs on Raqqa</news:title>
 <news:keywords>Syria, war, Syria</news:keywords></news:news>
 <image:image><image:loc>https://post.example/raqqa.jpg</image:loc><image:title>A picture</image:title></image:image></url>
<url><loc>/world/paris</loc><lastmod>2015-11-14</lastmod></url>
<url><lastmod>2015-11-14</lastmod></url><url><loc>javascript:alert(1)</loc></url>
</urlset>"""


def parse(body: bytes | str) -> ParsedFeed:
    return parse_feed(body.encode() if isinstance(body, str) else body, URL, {"content-type": "application/xml"})


def sitemap(*locations: str, modified: str = "") -> str:
    stamp = f"<lastmod>{modified}</lastmod>" if modified else ""
    return f"<urlset>{''.join(f'<url><loc>{one}</loc>{stamp}</url>' for one in locations)}</urlset>"


def test_a_news_sitemap_names_articles_their_titles_and_dates():
    feed = parse(NEWS)
    assert (feed.kind, feed.title, feed.lang, feed.truncated, feed.parts) == ("sitemap", "The Post", "en", False, ())
    raqqa, paris = feed.entries
    assert (raqqa.key, raqqa.url, raqqa.title) == (
        "https://post.example/world/raqqa?a=1&b=2",
        "https://post.example/world/raqqa?a=1&b=2",
        "Strikes & bombs on Raqqa",
    )
    assert raqqa.published == datetime(2015, 11, 15, 21, tzinfo=UTC)
    assert raqqa.updated == datetime(2015, 11, 15, 21, 30, tzinfo=UTC)
    assert raqqa.tags == ("Syria", "war")
    assert (paris.url, paris.title) == ("https://post.example/world/paris", "")


def test_a_day_without_a_time_is_taken_at_its_end():
    assert parse(NEWS).entries[1].updated == datetime(2015, 11, 14, 23, 59, 59, tzinfo=UTC)


def test_prefixes_that_nobody_declared_are_understood():
    undeclared = '<urlset><url><loc>/a</loc><n:news xmlns:m="x"><n:title>One</n:title></n:news></url></urlset>'
    assert [(entry.url, entry.title) for entry in parse(undeclared).entries] == [("https://post.example/a", "One")]


def test_an_index_lists_parts_and_no_entries():
    feed = parse(
        "<sitemapindex><sitemap><loc>/news.xml</loc><lastmod>2015-11-15T12:00:00Z</lastmod></sitemap>"
        "<sitemap><loc>https://post.example/old.xml.gz</loc></sitemap></sitemapindex>"
    )
    assert feed.entries == ()
    assert feed.parts == (
        Part("https://post.example/news.xml", datetime(2015, 11, 15, 12, tzinfo=UTC)),
        Part("https://post.example/old.xml.gz"),
    )


def test_a_gzipped_file_is_read_though_the_transport_did_not_say_so():
    assert parse(gzip.compress(NEWS.encode())).entries == parse(NEWS).entries


def test_a_gzipped_file_that_breaks_off_is_read_as_far_as_it_goes():
    whole = sitemap(*(f"/story-number-{n}-of-many" for n in range(900)))
    feed = parse(gzip.compress(whole.encode(), 1)[:-700])
    assert 0 < len(feed.entries) < 900
    assert feed.truncated


@pytest.mark.parametrize(("size", "reason"), [(MAX_UNZIPPED - 40, ""), (MAX_UNZIPPED + 1, "bomb")])
def test_a_gzipped_bomb_is_refused(size, reason):
    body = gzip.compress(sitemap("/a").encode() + b" " * (size - len(sitemap("/a"))))
    if not reason:
        assert len(parse(body).entries) == 1
        return
    with pytest.raises(Permanent) as caught:
        parse(body)
    assert caught.value.reason == reason


def test_what_stands_behind_the_first_fault_is_not_read():
    feed = parse("<urlset><url><loc>/a</loc></url><url><loc>/b</loc></urlset>")
    assert [entry.url for entry in feed.entries] == ["https://post.example/a"]
    assert feed.truncated


def test_of_a_long_list_the_newest_are_kept_and_without_dates_both_ends():
    dated = "".join(
        f"<url><loc>/{n}</loc><lastmod>2015-11-{1 + n % 28:02}T00:00:00Z</lastmod></url>" for n in range(3000)
    )
    kept = parse(f"<urlset>{dated}</urlset>")
    assert (len(kept.entries), kept.truncated) == (2000, True)
    assert min(entry.updated.day for entry in kept.entries) > 8
    silent = parse(sitemap(*(f"/{n}" for n in range(3000)))).entries
    assert {silent[0].url, silent[-1].url} == {"https://post.example/0", "https://post.example/2999"}
    assert len(silent) == 2000


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ('<!DOCTYPE u [<!ENTITY a "b">]><urlset><url><loc>&a;</loc></url></urlset>', "entities"),
        ("<urlset>" + "<x>" * 300, "too_deep"),
        ("<urlset " + " ".join(f'a{n}="1"' for n in range(300)) + "/>", "too_many_attributes"),
    ],
)
def test_hostile_sitemaps_are_refused_as_feeds_are(body, reason):
    with pytest.raises(Permanent) as caught:
        parse(body)
    assert caught.value.reason == reason


def test_a_value_without_end_is_cut():
    assert parse(sitemap("/" + "a" * 200_000)).entries == ()


@given(
    st.binary(max_size=300),
    st.sampled_from([b"<urlset>", b"<sitemapindex><sitemap><loc>", b"\x1f\x8b\x08", b"<urlset><url><lastmod>"]),
)
def test_any_bytes_are_read_or_refused_by_name(noise, start):
    with suppress(OutsideError):
        assert parse(start + noise).kind
