"""Which hub tells of a feed, and by what name: from the header, from the feed, and from neither."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.sources.feed import parse_feed
from monitor.sources.hubs import links_in, named

URL = "https://post.example/rss"
RSS = """<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel><title>The Post</title>
<atom:link rel="hub" href="https://hub.example/"/><atom:link rel="self" href="https://post.example/feed"/>
<item><guid>1</guid><link>/one</link></item></channel></rss>"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><title>The Post</title><link rel="self" href="/feed"/>
<link rel="hub" href="http://plain.example/"/><link rel="hub" href="https://hub.example/"/><entry><id>1</id></entry></feed>"""
JSON = """{"version": "https://jsonfeed.org/version/1.1", "title": "The Post", "feed_url": "https://post.example/feed",
"hubs": [{"type": "rssCloud", "url": "https://cloud.example/"}, {"type": "WebSub", "url": "https://hub.example/"}], "items": []}"""


@pytest.mark.parametrize("body", [RSS, ATOM, JSON], ids=["rss", "atom", "json"])
def test_a_feed_names_its_hub(body):
    parsed = parse_feed(body.encode(), URL, {})
    assert (parsed.hub, parsed.topic) == ("https://hub.example/", "https://post.example/feed")


def test_the_header_counts_before_the_feed_and_a_feed_may_name_none():
    header = {"link": '<https://other.example/hub>; rel="hub", <https://post.example/topic>; rel=self'}
    parsed = parse_feed(RSS.encode(), URL, header)
    assert (parsed.hub, parsed.topic) == ("https://other.example/hub", "https://post.example/topic")
    half = parse_feed(RSS.encode(), URL, {"link": '</next>; rel="next"'})
    assert half.hub == "https://hub.example/"
    none = parse_feed(RSS.replace("hub", "alternate").encode(), URL, {})
    assert none.hub == ""


@pytest.mark.parametrize(
    ("header", "links"),
    [
        ("<a>; rel=hub", [("hub", "a")]),
        ('<a>; title="x, <b>; rel=hub"; rel="self hub"', [("self", "a"), ("hub", "a")]),
        ("<a>;REL=HUB , <b> ; rel=self", [("hub", "a"), ("self", "b")]),
        ("<a>", []),
        ("a; rel=hub", []),
        ("", []),
    ],
)
def test_links_of_a_header(header, links):
    assert list(links_in(header)) == links


@given(st.text(max_size=300))
def test_any_header_is_read_and_only_addresses_of_the_web_are_taken(header):
    hub, topic = named(links_in(header), URL)
    assert all(not found or found.startswith(("http://", "https://")) for found in (hub, topic))


def test_no_header_takes_long():
    assert list(links_in("<a>;" * 100_000 + "<b" * 100_000)) == []
