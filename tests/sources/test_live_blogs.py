"""Live blogs in the shapes that large papers give them: posts have ids and stamps, a removed one is told, the tail rolls off unseen."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import pytest

from monitor.core.article import Article, Looks, Seed, observe
from monitor.core.events import ArticleRevised, Evidence
from monitor.sources.page import read_page
from monitor.stages.look import sighting

URL = "https://www.post.example/world/live/2015/nov/15/raqqa"
START = datetime(2015, 11, 15, 20, 0, tzinfo=UTC)
TEXTS = (
    "Jets are seen over the city, residents say, and the power is out in most of its quarters this evening.",
    "The ministry confirms the strikes; it speaks of twenty bombs dropped on two targets in the north of the city.",
    "President Hollande speaks of an act of war and calls both chambers of parliament to Versailles on Monday.",
    "The border is closed; trains and flights go on as usual, the railways and the airports say in statements.",
    "Seven people are held in Brussels after searches in the quarter of Molenbeek, the prosecutors there say.",
    "Thousands gather at the Place de la République though the police had asked them to stay at home tonight.",
    "Interior ministers of the Union will meet on Friday, the presidency of the Council says this evening.",
    "The match at Wembley will be played on Tuesday, the two football associations say after a long debate.",
)


def at(n: int) -> datetime:
    return START + timedelta(minutes=7 * n)


def stamp(n: int) -> str:
    return at(n).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def ld(numbers: Sequence[int], address: str) -> str:
    updates = [
        {"@type": "BlogPosting", "headline": f"Post {n}", "url": URL + address.format(n=n), "datePublished": stamp(n), "articleBody": TEXTS[n]}
        for n in numbers
    ]  # fmt: skip
    thing = {
        "@context": "https://schema.org",
        "@type": "LiveBlogPosting",
        "headline": "Raqqa: the night as it happened",
        "liveBlogUpdate": updates,
    }
    return f'<script type="application/ld+json">{json.dumps(thing)}</script>'


def page(posts: str, head: str = "", wrapper: str = '<div class="live-body">{}</div>') -> str:
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Raqqa: the night as it happened | The Post</title>'
        f'<meta property="og:title" content="Raqqa: the night as it happened">{head}</head><body><header><nav><a href="/">Home</a></nav></header>'
        f"<main><h1>Raqqa: the night as it happened</h1>{wrapper.format(posts)}</main><footer>The Post</footer></body></html>"
    )


def microdata(numbers: Sequence[int]) -> str:
    """Blocks in microdata, each with a permalink around its time."""
    return page("".join(
        f'<div id="block-{n}" class="block block--content" itemprop="liveBlogUpdate" itemscope itemtype="http://schema.org/BlogPosting">'
        f'<p class="block-time published-time"><a href="#block-{n}"><time datetime="{stamp(n)}" itemprop="datePublished">{at(n):%H.%M}</time></a></p>'
        f'<h2 class="block-title" itemprop="headline">Post {n}</h2><div class="block-elements" itemprop="articleBody"><p>{TEXTS[n]}</p></div></div>'
        for n in numbers
    ))  # fmt: skip


def islands(numbers: Sequence[int]) -> str:
    """Articles with generated classes: an id, a header with the time, and JSON-LD whose addresses are other ones."""
    posts = "".join(
        f'<article id="block-{n}" data-component="block" class="dcr-1x{n}"><header class="dcr-4a"><a href="?page=with:block-{n}"><time datetime="{stamp(n)}" data-relativeformat="med">{n}m ago</time></a></header>'
        f'<h2 class="dcr-h">Post {n}</h2><p class="dcr-p">{TEXTS[n]}</p><footer class="dcr-f"><button>Share</button></footer></article>'
        for n in numbers
    )
    return page(posts, ld(numbers, "?page=with:block-{n}#block-{n}"), '<div id="maincontent"><section class="dcr-body">{}</section></div>')  # fmt: skip


def stream(numbers: Sequence[int]) -> str:
    """List items whose times have no date: ids and stamps stand in JSON-LD alone."""
    posts = "".join(
        f'<li class="lx-stream__post-container"><article class="lx-stream-post" id="post_{n}"><header><h3 class="lx-stream-post__header-text">Post {n}</h3>'
        f'<time class="lx-stream-post__meta-time"><span class="visually-hidden">Posted at </span><span>{at(n):%H:%M}</span></time></header><div class="lx-stream-post-body"><p>{TEXTS[n]}</p></div></article></li>'
        for n in numbers
    )
    return page(posts, ld(numbers, "#post_{n}"), '<ol class="lx-stream__feed">{}</ol>')


def sections(numbers: Sequence[int]) -> str:
    """Sections with an id of their own kind and a time beside the text."""
    posts = "".join(
        f'<section class="post post__live-container" data-post-id="{9000 + n}"><div class="post__live-container--time"><time datetime="{stamp(n)}">{at(n):%H:%M}</time></div>'
        f'<div class="post__live-container--answer"><p class="post__live-container--answer-text">{TEXTS[n]}</p></div></section>'
        for n in numbers
    )
    return page(posts, wrapper='<section class="live__content" id="post-container">{}</section>')


def ticker(numbers: Sequence[int]) -> str:
    """Plain blocks that only JSON-LD knows as posts."""
    posts = "".join(f'<div class="ticker-item"><h3>{at(n):%H:%M} Uhr</h3><p>{TEXTS[n]}</p></div>' for n in numbers)
    return page(posts, ld(numbers, "#sara-{n}"), '<article><div class="ticker">{}</div></article>')


SHAPES: dict[str, tuple[Callable[[Sequence[int]], str], str]] = {
    "microdata": (microdata, "block-{n}"),
    "islands": (islands, "block-{n}"),
    "stream": (stream, "post_{n}"),
    "sections": (sections, "900{n}"),
    "ticker": (ticker, "sara-{n}"),
}


class Reader:
    """Looks at one page again and again."""

    def __init__(self) -> None:
        self.article: Article | None = None
        self.looks = Looks()
        self.moment = START

    def look(self, html: str) -> list[ArticleRevised]:
        self.moment += timedelta(minutes=5)
        parsed = read_page(html.encode(), URL, {"content-type": "text/html; charset=utf-8"}, self.looks.container)
        evidence = Evidence(self.moment, URL, 200, "raw", parsed.extractor)
        seen = sighting(parsed, evidence)
        decision = observe(self.article, self.looks, seen, seed=Seed("article_1", URL, "post"))
        self.article, self.looks = decision.article, decision.looks
        return [event for event in decision.events if isinstance(event, ArticleRevised)]


@pytest.mark.parametrize("shape", SHAPES)
def test_posts_have_stamp_and_id(shape: str) -> None:
    build, name = SHAPES[shape]
    parsed = read_page(build([5, 4, 3, 2]).encode(), URL, {}, "")
    posts = [(block.id, block.at, block.text) for block in parsed.content.blocks if block.kind == "post"]
    assert posts == [(name.format(n=n), at(n), TEXTS[n]) for n in (5, 4, 3, 2)]
    assert not any(f"{at(n):%H:%M}" == block.text for n in range(8) for block in parsed.content.blocks)


@pytest.mark.parametrize("shape", SHAPES)
def test_a_removed_post_is_told_and_the_rolled_off_tail_is_not(shape: str) -> None:
    build, _ = SHAPES[shape]
    reader = Reader()
    reader.look(build([4, 3, 2, 1, 0]))
    [added] = reader.look(build([6, 5, 4, 3, 2]))  # two came, two rolled off
    assert {edit.kind for edit in added.edits if "removed" in edit.kind} == set(), added.summary
    [removed] = reader.look(build([6, 5, 3, 2]))  # one is gone from amid the others
    gone = {edit.before for edit in removed.edits if edit.kind == "paragraph_removed"} - {"Post 4"}
    assert gone == {TEXTS[4]}
    [edited] = reader.look(build([6, 5, 3, 2]).replace("meet on Friday", "meet on Thursday"))
    assert not [edit for edit in edited.edits if edit.kind.startswith("paragraph_")], edited.summary
    assert reader.look(build([6, 5, 3]).replace("meet on Friday", "meet on Thursday")) == []


def test_a_blog_of_one_posting_is_an_article_and_no_live_blog() -> None:
    body = "".join(f"<p>{text}</p>" for text in TEXTS)
    post = f'<article itemscope itemtype="https://schema.org/BlogPosting" id="post-7"><time datetime="{stamp(0)}">today</time><div class="entry-content">{body}</div></article>'
    assert {block.kind for block in read_page(page(post).encode(), URL, {}, "").content.blocks} == {"paragraph"}
