"""Feeds written as OPML: what is read back is what was written, whatever stands in it."""

from __future__ import annotations

from datetime import UTC, datetime
from xml.etree import ElementTree as ET

from hypothesis import assume, given
from hypothesis import strategies as st

from monitor.config import opml
from monitor.config.opml_export import Listed, written
from monitor.config.values import ID, url_problem

NOON = datetime(2015, 11, 15, 12, tzinfo=UTC)
tags = st.lists(st.from_regex(ID.replace("$", r"\Z")), max_size=4, unique=True)
urls = st.builds("https://{}.example/{}".format, st.from_regex(r"[a-z0-9]{1,9}", fullmatch=True), st.text(max_size=30))
feeds = st.lists(st.builds(Listed, urls, st.text(max_size=40), tags), max_size=8)


@given(feeds)
def test_what_is_exported_is_imported_with_the_same_addresses_and_tags(feeds: list[Listed]) -> None:
    feeds = [feed for feed in feeds if url_problem(feed.url) is None]
    assume(len({opml.id_of(feed.url) for feed in feeds}) == len(feeds))
    outlines, troubles = opml.read(written(feeds, NOON).encode())
    assert troubles == []
    found = {url: set(named) for url, named in opml.merged(outlines).items()}
    assert found == {feed.url: set(feed.tags) for feed in feeds}
    assert all(outline.tags[:1] == tuple(feed.tags[:1]) for outline, feed in _paired(outlines, feeds))


def _paired(outlines: list[opml.Outline], feeds: list[Listed]) -> list[tuple[opml.Outline, Listed]]:
    by_url = {feed.url: feed for feed in feeds}
    return [(outline, by_url[outline.url]) for outline in outlines]


def test_readers_find_folders_titles_and_categories() -> None:
    listed = [
        Listed("https://post.example/rss?a=1&b=2", 'The "Post" & <Times>\x0b', ("world", "tier_1")),
        Listed("https://wire.example/rss", "", ("tier_1",)),
        Listed("https://b.example/rss", "B", ()),
    ]
    text = written(listed, NOON)
    root = ET.fromstring(text.encode())
    assert (root.tag, root.get("version")) == ("opml", "2.0")
    assert root.findtext("head/dateCreated") == "Sun, 15 Nov 2015 12:00:00 +0000"
    folder, wire, b = root.findall("body/outline")
    [post] = folder
    assert folder.attrib == {"text": "world"}
    assert post.attrib == {
        "type": "rss",
        "text": 'The "Post" & <Times>',
        "title": 'The "Post" & <Times>',
        "xmlUrl": "https://post.example/rss?a=1&b=2",
        "category": "/world,/tier_1",
    }
    assert (wire.get("text"), wire.get("category")) == ("https://wire.example/rss", "/tier_1")
    assert b.get("category") is None


def test_categories_are_tags() -> None:
    assert opml.tags_of("/World News/Middle East, tier_1,,/") == ("world-news", "middle-east", "tier_1")
