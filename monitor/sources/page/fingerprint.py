"""Whether a page says what it said at the last look, found out without reading it: a hash over all that reading depends on.

What is hashed is markup, not text: the article's region with the elements above it, and the elements in which a page tells
of itself. So an equal fingerprint means an equal reading, and a different one means only that the page must be read. Left out
is what no reading looks at (scripts, pictures, tokens) and what every reading sets aside for its own words (counters, “read more”).
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterator, Mapping

from selectolax.lexbor import LexborHTMLParser, LexborNode

from monitor.core.content import Content
from monitor.ports import ParsedPage
from monitor.sources.page import EXTRACTOR, read_page
from monitor.sources.page import tree as trees
from monitor.sources.page.blocks import host_of, is_aside
from monitor.sources.page.metadata import METAS, TOLD, meta_of
from monitor.sources.page.region import parts
from monitor.sources.page.walls import HEADERS

_MOST_TAGS = 8_000  # a page with more may be deep, and slow to parse, or longer than what is read of it
_MOST_BYTES = 2**20
_FEWEST = 320  # characters: of a shorter text the whole page is weighed, for it may be a wall
_UNREAD = (
    "script",
    "style",
    "noscript",
    "template",
    "svg",
    "iframe",
    "nav",
    "aside",
    "button",
    "video",
    "img",
    "source",
)
_RESTLESS = ",".join(f'[class*="{word}"]' for word in ("shar", "more", "count", "view"))
_LONGEST_ASIDE = 200  # characters
_ASIDE = "\ue000 something that is set aside \ue001"


def read_again(body: bytes, url: str, headers: Mapping[str, str], container: str, known: str) -> ParsedPage:
    """Read a page as `read_page` does, unless its fingerprint is the known one: then its verdict is `unchanged`, and there is nothing else."""
    seen = fingerprint(body, url, headers, container) if known else ""
    if known and seen == known:
        return ParsedPage("unchanged", Content(title=""), container=container, extractor=EXTRACTOR, fingerprint=known)
    page = read_page(body, url, headers, container)
    if page.verdict != "article" or sum(len(block.text) for block in page.content.blocks) < _FEWEST:
        return page
    if page.container != container or not seen:
        seen = fingerprint(body, url, headers, page.container)
    return dataclasses.replace(page, fingerprint=seen)


def fingerprint(body: bytes, url: str, headers: Mapping[str, str], container: str) -> str:
    """The hash of what `read_page` would read; empty where the page has no such container, breaks off, or is too large to be parsed unseen."""
    if not container or len(body) > _MOST_BYTES or body.count(b"<") > _MOST_TAGS or not _ends(body):
        return ""
    shown = _shown(LexborHTMLParser(body), url, container)
    if not shown.isascii() and not _is_utf8(body):
        shown = _shown(LexborHTMLParser(trees.decoded(body, headers)), url, container)
    answered = (headers.get(name, "") for name in ("content-type", *HEADERS))
    said = "\0".join((EXTRACTOR, url, container, *answered, shown))
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest() if shown else ""


def _ends(body: bytes) -> bool:
    return body[-200:].rstrip().endswith((b">", b"}", b";"))


def _is_utf8(body: bytes) -> bool:
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True


def _shown(tree: LexborHTMLParser, url: str, container: str) -> str:
    """All that a page tells of itself, and its region; empty where it has no such region."""
    told = list(_told(tree))
    region = list(_region(tree, url, container))
    return "\0".join([*told, *region]) if region else ""


def _told(tree: LexborHTMLParser) -> Iterator[str]:
    """The elements in which a page tells of itself."""
    root = tree.root
    yield str(root.attributes.get("lang")) if root is not None else ""
    for node in tree.css(TOLD):
        if node.tag != "meta" or meta_of(node)[0] in METAS or node.attributes.get("itemprop"):
            yield node.html or ""
        if node.tag == "h1":  # one within an article says something else than one above it
            yield "article" if any(above.tag == "article" for above in _above(node)) else ""


def _region(tree: LexborHTMLParser, url: str, container: str) -> Iterator[str]:
    """The region's markup without what is left out of it, after the tags of all elements above it."""
    within, others = parts(tree, container)
    host = host_of(url)
    for node in within:
        yield from (f"{above.tag}{sorted(_plain(above).items())}" for above in _above(node))
        _strip(node, ",".join((*_UNREAD, *others)))
        _set_aside(node, host)
        yield node.html or ""


def _strip(region: LexborNode, unread: str) -> None:
    """Take out of a region what is not read. An element is gone once what holds it is, so the outermost ones are found first."""
    found = [node for node in region.css(unread) if node.mem_id != region.mem_id]
    known = {node.mem_id for node in found}
    for node in [node for node in found if known.isdisjoint(_ids_above(node, region))]:
        node.decompose()


def _set_aside(region: LexborNode, host: str) -> None:
    """Put a mark in the place of what every reading sets aside, such as a counter of shares; one that says when a post is from stays."""
    for node in region.css(_RESTLESS):
        if node.mem_id == region.mem_id or len(node.text()) > _LONGEST_ASIDE or node.css_first("time") is not None:
            continue
        if not any(above.tag in {"a", "time"} for above in _above(node)) and is_aside(node, host):
            node.replace_with(_ASIDE)


def _ids_above(node: LexborNode, region: LexborNode) -> Iterator[int]:
    for above in _above(node):
        if above.mem_id == region.mem_id:
            return
        yield above.mem_id


def _plain(node: LexborNode) -> dict[str, str]:
    return {name: value or "" for name, value in node.attributes.items()}


def _above(node: LexborNode) -> Iterator[LexborNode]:
    parent = node.parent
    while parent is not None and parent.is_element_node:
        yield parent
        parent = parent.parent
