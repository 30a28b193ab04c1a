from datetime import UTC, datetime

import pytest

from monitor.core.content import Block, Content
from monitor.core.revision.noise import settle, wording
from monitor.sources.page import read_page

URL = "https://news.example.org/live/raqqa"
TEXTS = [
    "Jets are seen over the city, residents say, and the power is out in most of its quarters.",
    "The ministry confirms the strikes; it speaks of twenty bombs dropped on two targets.",
    "President Hollande speaks of an act of war and calls both chambers of parliament to Versailles.",
    "The border is closed; trains and flights go on as usual, the railways and airports say.",
]


def live(marks: str, texts: list[str] = TEXTS, head: str = "") -> str:
    posts = "".join(
        f'<div class="post" {marks.format(n=n)}><time datetime="2015-11-15T{20 - n}:00:00Z">{20 - n}:00</time><p>{text}</p></div>'
        for n, text in enumerate(texts)
    )
    return f"<html><head><title>Raqqa live</title>{head}</head><body><main><h1>Raqqa live</h1><div class='story-body'>{posts}</div></main></body></html>"


def read(html: str) -> tuple[Block, ...]:
    return read_page(html.encode(), URL, {"content-type": "text/html; charset=utf-8"}, "").content.blocks


@pytest.mark.parametrize(
    "marks",
    ['id="post-{n}" itemscope itemtype="https://schema.org/BlogPosting"', 'id="post-{n}"', 'data-post-id="post-{n}"'],
)
def test_posts_have_their_ids_and_stamps(marks: str) -> None:
    blocks = [block for block in read(live(marks)) if block.kind == "post"]
    assert [block.text for block in blocks] == TEXTS
    assert [block.id for block in blocks] == ["post-0", "post-1", "post-2", "post-3"]
    assert blocks[0].at == datetime(2015, 11, 15, 20, tzinfo=UTC)


def test_posts_that_only_json_ld_tells_of() -> None:
    updates = ",".join(
        f'{{"@type":"BlogPosting","url":"{URL}#u{n}","datePublished":"2015-11-15T1{n}:00:00+01:00","articleBody":"{text}"}}'
        for n, text in enumerate(TEXTS)
    )
    head = f'<script type="application/ld+json">{{"@type":"LiveBlogPosting","liveBlogUpdate":[{updates}]}}</script>'
    blocks = read(live("", head=head))
    assert [(b.kind, b.id) for b in blocks] == [("post", f"u{n}") for n in range(4)]
    assert blocks[1].at == datetime(2015, 11, 15, 10, tzinfo=UTC)


def test_two_dated_elements_are_no_live_blog() -> None:
    assert {block.kind for block in read(live('id="post-{n}"', TEXTS[:2]))} == {"paragraph"}


def _posts(*numbers: int) -> Content:
    return Content(
        "Live",
        blocks=tuple(Block("post", TEXTS[n], f"p{n}", datetime(2015, 11, 15, 20 - n, tzinfo=UTC)) for n in numbers),
    )


@pytest.mark.parametrize(
    ("shown", "told"),
    [((0, 1, 2), False), ((0, 1), False), ((0, 2, 3), True), ((1, 2, 3), True), ((0, 1, 3), True)],
)
def test_a_post_is_removed_only_where_an_older_one_is_shown(shown: tuple[int, ...], told: bool) -> None:
    old, new = _posts(0, 1, 2, 3), _posts(*shown)
    settled = settle(old, new, look=2, places=(), before=(), now=(), past=())
    assert (wording(settled.content) != wording(old)) is told


@pytest.mark.parametrize(
    ("title", "h1", "text", "verdict"),
    [
        ("Just a moment...", "news.example.org", "Checking your browser before you go on. Ray ID: 77", "block_page"),
        ("Example News", "Example News", "Sorry, the page you are looking for has moved or never was.", "not_found"),
        ("404 | Example News", "Oops", "Nothing here.", "not_found"),
        ("Raqqa", "Raqqa", "The page you requested from the archive was shown in court on Monday. " + " ".join(TEXTS * 3), "article"),
    ],
)  # fmt: skip
def test_pages_that_stand_for_an_article(title: str, h1: str, text: str, verdict: str) -> None:
    html = f"<html><head><title>{title}</title></head><body><h1>{h1}</h1><p>{text}</p></body></html>"
    assert read_page(html.encode(), URL, {}, "").verdict == verdict


def test_a_title_that_is_never_closed_swallows_nothing() -> None:
    html = f"<html><head><title>Raqqa</title></head><body><p>{TEXTS[0]} <title>Icon {TEXTS[1]}</p><p>{TEXTS[2]}</p></body></html>"
    assert TEXTS[2] in [block.text for block in read(html)]


def test_a_document_that_breaks_off_is_not_read_again() -> None:
    html = live("")
    for end in (len(html) - 60, len(html) // 2):
        cut = html[:end].rstrip(">")
        assert read_page(cut.encode(), URL, {}, "div.story-body").verdict == "empty"
        assert read_page(cut.encode(), URL, {}, "").verdict == "article"
    loose = html.replace("</div></main></body></html>", "")
    assert read_page(loose.encode(), URL, {}, "div.story-body").verdict == "article"
