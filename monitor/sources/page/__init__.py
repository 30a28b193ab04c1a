"""Reads pages: the visible text of the article's container, block by block, and what the page says of itself.

Runs in a killable subprocess, so it is plain and synchronous. Two pictures of one page are to be compared later, so every
look reads alike: an extractor only finds the container at the first look. Same bytes, same result. It remembers nothing
and compares nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

import selectolax
import trafilatura
from selectolax.lexbor import LexborHTMLParser

from monitor.core.content import Block, Content
from monitor.core.revision.noise import is_prose
from monitor.core.text import joined, lettering, short_hash
from monitor.ports import ParsedPage
from monitor.sources.page import tree as trees
from monitor.sources.page.apart import apart
from monitor.sources.page.blocks import Picture, Shown, picture
from monitor.sources.page.links import links_of
from monitor.sources.page.locate import Located, locate
from monitor.sources.page.metadata import Described, described
from monitor.sources.page.posts import Post, posts_of
from monitor.sources.page.region import find
from monitor.sources.page.verdict import Page, stands_in

VERSION = 2
EXTRACTOR = f"container/{VERSION} selectolax/{selectolax.__version__} trafilatura/{trafilatura.__version__}"

_OTHER_KINDS = (
    "image/",
    "audio/",
    "video/",
    "font/",
    "application/pdf",
    "application/json",
    "application/zip",
    "application/octet-stream",
    "text/css",
    "text/csv",
    "application/javascript",
    "text/javascript",
)
_OTHER_STARTS = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"PK\x03\x04", b"\x1f\x8b", b"RIFF", b"{")
_MOST_REST = 300  # hashes of text outside the article that are handed on
_MOST_APART = 300  # hashes of text in it that stands apart
_REST_LETTERS = 24  # a shorter text outside says nothing about one inside
_FULL_LENGTH = 800  # letters from which on length does not add to confidence


def read_page(body: bytes, url: str, headers: Mapping[str, str], container: str) -> ParsedPage:
    """Read a page. `headers` have lower-case names; `container` is what the last ParsedPage of the article said, or empty.

    Never raises for what stands in the bytes: what is no article says so in its verdict.
    """
    if _is_other(body, headers):
        return _nothing("not_html", "the bytes are no HTML")
    if len(body) > trees.MOST_BYTES:
        return _nothing("empty", f"larger than {trees.MOST_BYTES} bytes")
    html = trees.decoded(body, headers)
    tree = trees.parsed(html)
    if tree is None:
        return _nothing("empty", trees.TOO_MUCH)
    if container and trees.breaks_off(html):
        return _nothing("empty", "the document breaks off: the rest was lost on its way")
    return _read(tree, html, url, headers, container)


def read_fragment(html: str, url: str, title: str) -> ParsedPage:
    """Read an article's text from a feed entry's own HTML: all of it, furniture left out. The title is the entry's."""
    html = html.encode("utf-8", "replace").decode("utf-8")[: trees.MOST_BYTES]
    tree = trees.parsed(html)
    if tree is None or tree.body is None:
        return _nothing("empty", trees.TOO_MUCH)
    shown = list(picture(tree, url).inside([tree.body.mem_id]))
    content = Content(title=title, blocks=tuple(_block(block, url) for block in shown))
    verdict = "article" if shown else "empty"
    return ParsedPage(verdict, content, extractor=EXTRACTOR, confidence=_confidence(shown, 1.0))


def _is_other(body: bytes, headers: Mapping[str, str]) -> bool:
    """Whether the bytes are something else than a page, whatever the header calls them."""
    kind = headers.get("content-type", "").lower().strip()
    start = body[:512].lstrip()
    return (kind.startswith(_OTHER_KINDS) and b"<html" not in body[:2048].lower()) or start.startswith(_OTHER_STARTS)


def _nothing(verdict: str, detail: str) -> ParsedPage:
    return ParsedPage(verdict, Content(title=""), extractor=EXTRACTOR, confidence=0.0, detail=detail)


def _read(tree: LexborHTMLParser, html: str, url: str, headers: Mapping[str, str], container: str) -> ParsedPage:
    about, seen = described(tree, url), picture(tree, url)
    known = _inside(tree, seen, container)
    located = (
        Located(container, 1.0)
        if known
        else locate(tree, seen, html, url, {lettering(title) for title in about.titles})
    )
    shown = known or _inside(tree, seen, located.name)
    blocks = _blocks(shown, about, url)
    host = urlsplit(url).hostname or ""
    verdict, detail = _verdict(
        Page(tree, host, html, headers, about.titles, seen.shown, shown, about.is_article), about
    )
    return ParsedPage(
        verdict=verdict,
        content=_content(about, blocks),
        container=located.name if verdict == "article" else container,
        canonical=about.canonical,
        access="teaser" if about.free is False else "full",
        confidence=_confidence(shown, located.agreement) if verdict == "article" else 0.0,
        extractor=EXTRACTOR,
        detail=detail,
        titles=tuple(dict.fromkeys(short_hash(lettering(title)) for title in about.titles)),
        rest=_rest(seen, blocks, about),
        agreeing=about.agreeing,
        apart=tuple(dict.fromkeys(short_hash(letters) for letters in apart(shown, seen.nodes)))[:_MOST_APART],
        labels=about.labels,
    )


def _inside(tree: LexborHTMLParser, seen: Picture, name: str) -> list[Shown]:
    """What the page shows in the region of that name; nothing where it is not there."""
    region = find(tree, name)
    return list(seen.inside(region.within, region.without)) if region is not None else []


def _blocks(shown: list[Shown], about: Described, url: str) -> tuple[Block, ...]:
    """The blocks without the title's own, but with a main heading that says something else than the title."""
    titles = {lettering(title) for title in about.titles}
    kept = [block for block in shown if block.kind != "heading" or block.letters not in titles]
    posts = posts_of(((block.letters, block.path, block.post) for block in kept), about.posts)
    blocks = tuple(_block(block, url, post) for block, post in zip(kept, posts, strict=True))
    heading = lettering(about.h1)
    if heading and heading not in titles and all(block.letters != heading for block in kept):
        return (Block("heading", about.h1), *blocks)
    return blocks


def _block(shown: Shown, url: str, post: Post | None = None) -> Block:
    links = tuple(links_of(shown.links, url))
    if post is None:
        return Block(shown.kind, shown.text, links=links)
    kind = "post" if shown.kind == "paragraph" else shown.kind
    return Block(kind, shown.text, id=post.id or None, at=post.at, links=links)


def _content(about: Described, blocks: tuple[Block, ...]) -> Content:
    return Content(
        title=about.title,
        dek=about.dek or _own_description(about.description, blocks),
        byline=about.byline,
        section=about.section,
        lang=about.lang,
        published=about.published,
        modified=about.modified,
        blocks=blocks,
    )


def _own_description(description: str, blocks: tuple[Block, ...]) -> str:
    """A description that is not merely the beginning of the text."""
    start = lettering(description)[:60]
    return "" if start in joined(block.text for block in blocks) else description


def _verdict(page: Page, about: Described) -> tuple[str, str]:
    verdict, detail = stands_in(page)
    if verdict:
        return verdict, detail
    return ("article", "") if page.inside or about.title else ("empty", "the page shows no text")


def _rest(seen: Picture, blocks: tuple[Block, ...], about: Described) -> tuple[str, ...]:
    """Hashes of the texts that the page shows beside the article and its titles."""
    own = {lettering(text) for text in (*about.titles, *(block.text for block in blocks))}
    beside = (b.letters for b in seen.shown if len(b.letters) >= _REST_LETTERS and b.letters not in own)
    return tuple(sorted({short_hash(letters) for letters in list(dict.fromkeys(beside))[:_MOST_REST]}))


def _confidence(shown: list[Shown], agreement: float) -> float:
    """How sure it is that the blocks are an article, 0..1: how much of it is prose, how long it is, what the extractor said.

    Of 181 pages of the article extraction benchmark 7 are misread (F1 < .8); 6 of them stand in the lowest tenth by this.
    """
    text = [block for block in shown if block.kind != "caption"]
    total = sum(len(block.letters) for block in text)
    prose = sum(len(block.letters) for block in text if block.is_prose())
    sentences = sum(len(block.letters) for block in text if is_prose(block.text))
    written = (0.7 * prose + 0.3 * sentences) / max(total, 1)
    return round(agreement**2 * min(1.0, total / _FULL_LENGTH) * written, 3)
