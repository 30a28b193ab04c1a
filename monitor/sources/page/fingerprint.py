"""Whether a page says what it said at the last look, found out without reading it: a hash over all that reading depends on.

What is hashed is markup, not text: the article's region with the elements above it, and the elements in which a page tells
of itself. So an equal fingerprint means an equal reading, and a different one means only that the page must be read.
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
from monitor.sources.page.metadata import TOLD
from monitor.sources.page.region import elements
from monitor.sources.page.walls import HEADERS

_MOST_TAGS = 8_000  # a page with more may be deep, and slow to parse, or longer than what is read of it
_MOST_BYTES = 2**20
_VOLATILE = ("csrf", "nonce", "token", "request-id", "requestid")  # in the names of meta tags that no reading looks at
_UNREAD = "script,style"  # of what `furniture.SILENT` names, that which is large and changes often


def read_again(body: bytes, url: str, headers: Mapping[str, str], container: str, known: str) -> ParsedPage:
    """Read a page as `read_page` does, unless its fingerprint is the known one: then its verdict is `unchanged`, and there is nothing else."""
    seen = fingerprint(body, url, headers, container) if known else ""
    if known and seen == known:
        return ParsedPage("unchanged", Content(title=""), container=container, extractor=EXTRACTOR, fingerprint=known)
    page = read_page(body, url, headers, container)
    if page.container != container or not seen:
        seen = fingerprint(body, url, headers, page.container)
    return dataclasses.replace(page, fingerprint=seen if page.verdict == "article" else "")


def fingerprint(body: bytes, url: str, headers: Mapping[str, str], container: str) -> str:
    """The hash of what `read_page` would read; empty where the page has no such container, or is too large to be parsed unseen."""
    if not container or len(body) > _MOST_BYTES or body.count(b"<") > _MOST_TAGS:
        return ""
    tree = LexborHTMLParser(_utf8(body, headers))
    answered = (headers.get(name, "") for name in ("content-type", *HEADERS))
    digest = hashlib.sha256("\0".join((EXTRACTOR, url, container, *answered)).encode())
    for piece in _told(tree):
        digest.update(piece.encode("utf-8", "surrogatepass") + b"\0")
    region = list(_shown(tree, container))
    for piece in region:
        digest.update(piece.encode("utf-8", "surrogatepass") + b"\0")
    return digest.hexdigest() if region else ""


def _utf8(body: bytes, headers: Mapping[str, str]) -> bytes | str:
    """The bytes where they are UTF-8 as they stand, else the text that reading makes of them: no two pages become one."""
    try:
        body.decode()
    except UnicodeDecodeError:
        return trees.decoded(body, headers)
    return body


def _told(tree: LexborHTMLParser) -> Iterator[str]:
    """The elements in which a page tells of itself."""
    root = tree.root
    yield str(root.attributes.get("lang")) if root is not None else ""
    for node in tree.css(f"meta[charset],{TOLD}"):
        if node.tag != "meta" or not _is_volatile(node.attributes):
            yield node.html or ""
    yield str(len(tree.css("article h1")))


def _is_volatile(attributes: dict[str, str | None]) -> bool:
    name = (attributes.get("name") or "").lower()
    return any(word in name for word in _VOLATILE)


def _shown(tree: LexborHTMLParser, container: str) -> Iterator[str]:
    """The region's markup without what is left out of it, after the tags of all elements above it."""
    within, without = elements(tree, container)
    unread = [*without, *(found for node in within for found in node.css(_UNREAD))]
    for node in _outermost(unread):
        node.decompose()
    for node in within:
        yield from (f"{above.tag}{sorted(_plain(above).items())}" for above in _above(node))
        yield node.html or ""


def _outermost(found: list[LexborNode]) -> list[LexborNode]:
    """Those that stand in no other of them: an element is gone once what holds it is."""
    known: dict[int, LexborNode] = {node.mem_id: node for node in found}
    return [node for node in known.values() if known.keys().isdisjoint(above.mem_id for above in _above(node))]


def _plain(node: LexborNode) -> dict[str, str]:
    return {name: value or "" for name, value in node.attributes.items()}


def _above(node: LexborNode) -> Iterator[LexborNode]:
    parent = node.parent
    while parent is not None and parent.is_element_node:
        yield parent
        parent = parent.parent
