"""Front pages: which links are taken, what they are called, and named errors for the rest."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import OutsideError, Permanent
from monitor.sources.frontpage import read_front_page

URL = "https://www.post.example/"
FRONT = """<!doctype html><html lang="en"><head><title>The Post</title></head><body>
<header><nav><a href="/2015/11/15/menu-of-the-day">Menu</a></nav><h2><a href="/2015/11/15/lead">In the header, a lead</a></h2></header>
<main>
 <article><a href="/world/french-jets-strike-raqqa?utm_source=front"><img src="a.jpg"></a>
  <a href="/world/french-jets-strike-raqqa"><h3>French jets strike <em>Raqqa</em></h3><p>Twenty bombs fell.</p></a></article>
 <a href="https://post.example/world/paris-mourns-34827497#comments">Paris mourns</a>
 <a href="https://elsewhere.example/2015/11/15/other">Another site's</a>
 <a href="/world">World</a> <a href="mailto:desk@post.example">Write</a> <a href="javascript:alert(1)">Click</a> <a>no address</a>
</main>
<aside><a href="/2015/11/14/most-read-of-all">Most read</a></aside>
<div role="contentinfo"><a href="/2015/11/14/imprint-and-more">Imprint</a></div><footer><a href="/2015/1/1/about">About</a></footer>
</body></html>"""


def read(html: str, *rules: str):
    return read_front_page(html.encode(), URL, {"content-type": "text/html; charset=utf-8"}, rules)


def test_the_articles_of_a_front_page_in_its_order():
    page = read(FRONT)
    assert (page.kind, page.title, page.lang) == ("front page", "The Post", "en")
    assert [(entry.url, entry.title) for entry in page.entries] == [
        ("https://www.post.example/2015/11/15/lead", "In the header, a lead"),
        ("https://www.post.example/world/french-jets-strike-raqqa", "French jets strike Raqqa"),
        ("https://post.example/world/paris-mourns-34827497", "Paris mourns"),
    ]
    assert all(entry.key == entry.url for entry in page.entries)


def test_the_users_patterns_choose_in_the_place_of_the_rules():
    assert [entry.title for entry in read(FRONT, "/world*", "!*raqqa").entries] == ["Paris mourns", "World"]


def test_a_base_address_counts():
    html = '<base href="https://post.example/de/"><a href="2015/11/15/raqqa">Raqqa</a>'
    assert [entry.url for entry in read(html).entries] == ["https://post.example/de/2015/11/15/raqqa"]


@pytest.mark.parametrize(
    ("html", "reason"),
    [
        ("<a href='/about'>About</a>", "no_links"),
        ("", "no_links"),
        ("<div>" * 600 + "<a href='/2015/11/15/a'>A</a>", "too_deep"),
        ("<a href='/2015/11/15/a'>A</a>" + " " * (10 * 2**20), "too_large"),
    ],
)
def test_a_page_that_says_nothing_is_an_error_by_name(html, reason):
    with pytest.raises(Permanent) as caught:
        read(html)
    assert caught.value.reason == reason


def test_of_too_many_links_the_first_are_taken():
    page = read("".join(f"<a href='/a/{n:06}'>story</a>" for n in range(2_500)))
    assert (len(page.entries), page.truncated, page.entries[0].url) == (2_000, True, f"{URL}a/000000")


@given(st.text(max_size=300))
def test_any_text_is_read_or_refused_by_name(html):
    with suppress(OutsideError):
        assert read(f"<a href='{html}'>x</a>{html}").kind
