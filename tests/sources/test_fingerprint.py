"""The fingerprint of a page: equal only where a full reading is equal, on recorded polls, real pages and mutations of them."""

from __future__ import annotations

import dataclasses
import gzip
import json
import random
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser

from monitor.ports import ParsedPage
from monitor.sources.page import read_page
from monitor.sources.page.fingerprint import fingerprint, read_again

CORPORA = Path(__file__).resolve().parents[2].parent / "shared/corpora"
URL = "https://post.example/world/a-story"
HTML = {"content-type": "text/html; charset=utf-8"}
PAGE = """<!doctype html><html lang="en"><head><title>Strikes | Post</title><meta name="csrf-token" content="1">
<meta property="og:title" content="Strikes"><script>var nonce=1</script></head><body class="day"><nav><a href="/">Home</a></nav>
<main><article><h1>Strikes</h1><p class="byline">By Anna Lind</p><p>French jets struck the city on Sunday evening, the ministry said.</p>
<p>Ten fighters took part in the raid, flying from bases in the Gulf and in the Levant, and dropped twenty bombs.</p>
<p>The first site was used as a command post and a recruitment centre, according to the ministry, which gave no detail.</p>
<p>Witnesses in the city counted more than twenty explosions; water and electricity were cut in most of its quarters, they said.</p>
<script>track(1)</script></article></main><footer>12:01 <span>4 readers</span></footer></body></html>"""


def said(page: ParsedPage) -> object:
    """What a reading comes to for an article: all but the hashes of what stands beside it, how sure it is, and the fingerprint itself."""
    return dataclasses.replace(page, rest=(), confidence=0.0, fingerprint="")


def corpus(name: str) -> Path:
    path = CORPORA / name
    if not path.exists():
        pytest.skip(f"NOT RUN: there is no {path}")
    return path


def polls(path: Path, documents: int) -> Iterator[list[bytes]]:
    """The polls of the first documents, in order."""
    found: dict[str, list[bytes]] = {}
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            poll = json.loads(line)
            if poll["doc"] in found or len(found) < documents:
                found.setdefault(poll["doc"], []).append(poll["html"].encode())
    yield from found.values()


@pytest.mark.parametrize("name", ["pages-18f", "pages-digitalgov"])
def test_no_recorded_poll_is_missed_that_a_full_reading_sees(name: str) -> None:
    looks = spared = 0
    for document in polls(corpus(f"revisions/{name}.jsonl.gz"), 40):
        last = read_again(document[0], URL, HTML, "", "")
        for body in document[1:]:
            again = read_again(body, URL, HTML, last.container, last.fingerprint)
            full = read_page(body, URL, HTML, last.container)
            looks += 1
            if again.verdict == "unchanged":
                spared += 1
                assert said(full) == said(dataclasses.replace(last, container=full.container))
            else:
                assert said(again) == said(full)
                last = again
    assert 0 < spared < looks


def mutations(html: str, chance: random.Random) -> Iterator[str]:
    """The page with one thing changed: a word, an attribute, an element, a place."""
    words = [found.span() for found in re.finditer(r"[A-Za-z]{4,}", html)]
    tags = [found.span() for found in re.finditer(r"<(?:p|div|h1|h2|li|span|meta|article)\b[^>]*>", html)]
    for _ in range(6):
        start, end = chance.choice(words)
        yield f"{html[:start]}Zanzibar{html[end:]}"
    for change in (' hidden=""', ' style="display:none"', ' class="sidebar related"', ' itemprop="author"'):
        start, end = chance.choice(tags)
        yield f"{html[: end - 1]}{change}{html[end - 1 :]}"
    for piece in (
        "<p>Another paragraph of the story, long enough to be one.</p>",
        '<p class="byline">By Bob Jones</p>',
        "<h1>Another headline</h1>",
    ):
        _, end = chance.choice(tags)
        yield f"{html[:end]}{piece}{html[end:]}"


def test_no_mutation_of_a_real_page_is_missed_that_a_full_reading_sees() -> None:
    chance = random.Random(20151115)
    files = sorted(corpus("articles/html").glob("*.html.gz"))[::12]
    seen = spared = 0
    for file in files:
        body = gzip.decompress(file.read_bytes())
        first = read_again(body, URL, HTML, "", "")
        if not first.fingerprint:
            continue
        for changed in mutations(body.decode("utf-8", "replace"), chance):
            again = fingerprint(changed.encode(), URL, HTML, first.container)
            differs = said(read_page(changed.encode(), URL, HTML, first.container)) != said(first)
            seen += differs
            spared += again == first.fingerprint
            assert not (differs and again == first.fingerprint), (file.name, changed[:0])
    assert seen
    assert spared


_TEXT = re.compile(r">([^<>]*[^<>\s][^<>]*)<")
_ATTRIBUTE = re.compile(r' ([a-z][\w-]*)="([^"]*)"')
_TAG = re.compile(r"<(/?)([a-z][a-z0-9]*)[^>]*>")


def one_by_one(html: str, chance: random.Random, most: int) -> Iterator[str]:
    """The page with one text, one attribute or one tag changed, drawn by lot from all of them."""
    for found in chance.sample(known := list(_TEXT.finditer(html)), min(most, len(known))):
        start, end = found.span(1)
        yield html[:start] + chance.choice(["Zanzibar", "7 shares", "", found[1] + " 8", "Read more"]) + html[end:]
    for found in chance.sample(known := list(_ATTRIBUTE.finditer(html)), min(most, len(known))):
        start, end = found.span(2)
        yield html[:start] + chance.choice(["", "share related", "none", found[2] + "x"]) + html[end:]
    for found in chance.sample(known := list(_TAG.finditer(html)), min(most // 2, len(known))):
        yield html[: found.start()] + chance.choice(["", f"<{found[1]}section>"]) + html[found.end() :]


def test_no_text_attribute_or_tag_of_a_real_page_changes_unseen() -> None:
    chance = random.Random(13)
    spared = differed = 0
    for file in sorted(corpus("articles/html").glob("*.html.gz"))[5::40]:
        html = LexborHTMLParser(gzip.decompress(file.read_bytes())).html or ""
        first = read_again(html.encode(), URL, HTML, "", "")
        for changed in one_by_one(html, chance, 30):
            again = fingerprint(changed.encode(), URL, HTML, first.container) if first.fingerprint else ""
            if again and again == first.fingerprint:
                spared += 1
                assert said(read_page(changed.encode(), URL, HTML, first.container)) == said(first), file.name
            else:
                differed += 1
    assert spared > differed > 0


@pytest.mark.parametrize(
    "counter",
    ["4838", "<b>4838</b>", '<a href="/s">4838</a>', "1,204", "17k"],
)
def test_what_is_set_aside_by_its_own_words_may_count_on(counter: str) -> None:
    piece = '<div class="share-bar"><p class="shares">Share · {}</p></div>'
    first, again = (PAGE.replace("</article>", f"{piece.format(count)}</article>").encode() for count in (counter, "9"))
    last = read_again(first, URL, HTML, "", "")
    assert read_again(again, URL, HTML, last.container, last.fingerprint).verdict == "unchanged"
    assert said(read_page(again, URL, HTML, last.container)) == said(last)


def test_the_stamp_of_a_post_is_not_set_aside() -> None:
    posts = "".join(
        f'<div id="p{n}"><p class="share-time"><time datetime="2015-11-15T2{n}:00:00Z">2{n}:00</time></p><p>{n} jets struck the city, the ministry said on Sunday evening.</p></div>'
        for n in range(4)
    )
    first = PAGE.replace("</article>", f"{posts}</article>")
    last = read_again(first.encode(), URL, HTML, "", "")
    assert [block.id for block in last.content.blocks if block.kind == "post"] == ["p0", "p1", "p2", "p3"]
    later = first.replace("T23:00", "T23:05").encode()
    assert read_again(later, URL, HTML, last.container, last.fingerprint).verdict == "article"


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        ("12:01", "12:02", True),
        ("4 readers", "5 readers", True),
        ('content="1"', 'content="2"', True),
        ("nonce=1", "nonce=2", True),
        ("track(1)", "track(2)", True),
        ("twenty", "thirty", False),
        ("Anna Lind", "Bob Jones", False),
        ("Strikes | Post", "Jets | Post", False),
        ('class="day"', 'class="day" hidden', False),
        ('lang="en"', 'lang="fr"', False),
        ("<article>", "<article><aside>Elsewhere</aside>", True),
        ("<article>", "<article><p class='shares'>Share · 311</p>", False),
        ("<article>", "<article><section>", False),
        ("</article>", "<p>More.</p></article>", False),
    ],
)
def test_what_lies_outside_is_passed_over_and_what_is_read_is_not(old: str, new: str, same: bool) -> None:
    first = read_again(PAGE.encode(), URL, HTML, "", "")
    again = read_again(PAGE.replace(old, new).encode(), URL, HTML, first.container, first.fingerprint)
    assert (again.verdict == "unchanged") is same


def test_another_address_encoding_or_place_is_another_fingerprint() -> None:
    first = read_again(PAGE.encode(), URL, HTML, "", "")
    known = fingerprint(PAGE.encode(), URL, HTML, first.container)
    assert known == first.fingerprint
    assert fingerprint(PAGE.encode(), "https://other.example/", HTML, first.container) != known
    assert fingerprint(PAGE.encode(), URL, {"content-type": "text/html; charset=koi8-r"}, first.container) != known
    assert fingerprint(PAGE.encode(), URL, HTML, "") == fingerprint(PAGE.encode(), URL, HTML, "div.nowhere") == ""


def test_two_pages_in_another_encoding_are_two() -> None:
    russian = PAGE.replace("twenty", "двадцать"), PAGE.replace("twenty", "тридцать")
    koi8 = {"content-type": "text/html; charset=koi8-r"}
    one, other = (fingerprint(text.encode("koi8-r"), URL, koi8, "article") for text in russian)
    assert one
    assert one != other


def test_what_may_be_slow_to_parse_has_none() -> None:
    assert fingerprint(b"<div>" * 9_000, URL, HTML, "body") == ""
    assert fingerprint(b"x" * (2**20 + 1), URL, HTML, "body") == ""
