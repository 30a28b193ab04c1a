"""The feeds that a page names."""

from monitor.sources.announced import read_announced

URL = "https://post.example/world/"


def read(html: str) -> list[tuple[str, str]]:
    return [(one.url, one.title) for one in read_announced(html.encode(), URL, {})]


def test_announced_feeds_come_first_and_those_of_comments_last():
    assert read(
        '<link rel="alternate" type="application/rss+xml" href="/comments/feed" title="Comments">'
        '<link rel="alternate" type="application/rss+xml; charset=utf-8" href="/odd">'
        '<link rel="ALTERNATE home" type="Application/Atom+XML" href="atom" title="World &amp; more">'
        '<link rel="alternate" hreflang="de" href="/de"><link rel="stylesheet" type="text/css" href="/a.css">'
        '<a href="https://feeds.example/world/rss">RSS</a><a href="/feedback">Say</a><a href="javascript:rss.xml">x</a>'
    ) == [
        ("https://post.example/world/atom", "World & more"),
        ("https://feeds.example/world/rss", "RSS"),
        ("https://post.example/comments/feed", "Comments"),
    ]


def test_a_feed_that_is_named_twice_is_one():
    assert read('<link rel="alternate" type="application/rss+xml" href="/rss"><a href="/rss">Our feed</a>') == [
        ("https://post.example/rss", "")
    ]


def test_no_more_than_a_dozen_are_taken_and_too_deep_a_page_names_none():
    assert len(read("".join(f"<a href='/{n}/rss'>x</a>" for n in range(50)))) == 12
    assert read("<div>" * 600 + "<a href='/rss'>x</a>") == []
