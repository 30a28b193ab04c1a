"""The feeds that a page announces: `<link rel="alternate">` (HTML Standard, 4.6.7), then links that look like feeds. Fetches none."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from selectolax.lexbor import LexborHTMLParser

from monitor.ports import Announced
from monitor.sources import fields
from monitor.sources.page import tree as trees

_MOST = 12
_TYPES = re.compile(r"application/(?:rss|atom|rdf|feed)\+(?:xml|json)|application/json|text/xml|application/xml")
_LOOKS = re.compile(
    r"/(?:rss|feed|feeds|atom)(?:/|\.xml|\.rss|\.php|$)|\.(?:rss|atom)$|/(?:rss|feed|atom|index)\.xml$", re.IGNORECASE
)
_COMMENTS = re.compile(r"comment|kommentar|comentario", re.IGNORECASE)


def read_announced(body: bytes, url: str, headers: Mapping[str, str]) -> tuple[Announced, ...]:
    """The addresses of feeds that a page names, at most 12: those announced first; feeds of comments last. `headers` have lower-case names."""
    tree = trees.parsed(trees.decoded(body[: trees.MOST_BYTES], headers))
    if tree is None:
        return ()
    found: dict[str, Announced] = {}
    for one in (*_announced(tree, url), *_linked(tree, url)):
        found.setdefault(one.url, one)
    return tuple(sorted(found.values(), key=lambda one: bool(_COMMENTS.search(one.title + one.url))))[:_MOST]


def _announced(tree: LexborHTMLParser, url: str) -> Iterator[Announced]:
    for link in tree.css("link[rel~=alternate][href][type]"):
        address = fields.web_url(link.attributes.get("href"), url)
        if address and _TYPES.fullmatch((link.attributes.get("type") or "").strip().lower()):
            yield Announced(address, fields.plain(link.attributes.get("title"), fields.MAX_TITLE))


def _linked(tree: LexborHTMLParser, url: str) -> Iterator[Announced]:
    for link in tree.css("a[href]"):
        address = fields.web_url(link.attributes.get("href"), url)
        if address and _LOOKS.search(address.partition("?")[0]):
            yield Announced(address, fields.plain(link.text(separator=" "), fields.MAX_TITLE))
