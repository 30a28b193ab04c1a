"""Front pages without a feed: the articles that a page links to, in its order. Which links those are is `core.listing`'s to say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from selectolax.lexbor import LexborHTMLParser, LexborNode

from monitor.core.listing import is_wanted
from monitor.core.urls import canonical, same_site
from monitor.errors import Permanent
from monitor.ports import Entry, ParsedFeed
from monitor.sources import fields
from monitor.sources.page import tree as trees

_FRAME = "nav,header nav,footer,aside,form,dialog,[role=navigation],[role=contentinfo],[role=menu],[hidden],[aria-hidden=true]"
_MOST_LINKS = 5_000


def read_front_page(body: bytes, url: str, headers: Mapping[str, str], rules: Sequence[str]) -> ParsedFeed:
    """The articles that a page of the site `url` links to; `rules` are the user's patterns, or empty. `headers` have lower-case names.

    Raises Permanent: `too_large`, `too_deep`, `no_links` (nothing that the rules take for an article).
    """
    if len(body) > trees.MOST_BYTES:
        raise Permanent("too_large", f"larger than {trees.MOST_BYTES} bytes")
    tree = trees.parsed(trees.decoded(body, headers))
    if tree is None:
        raise Permanent(
            "too_deep", f"deeper than {trees.DEEPEST} elements, or more than {trees.MOST_ATTRIBUTES} attributes"
        )
    title, lang = tree.css_first("title"), tree.root.attributes.get("lang") if tree.root else ""
    words = _words_of(tree, _base(tree, url))
    entries = [
        Entry(key=address, url=address, title=said)
        for address, said in words.items()
        if same_site(address, canonical(url)) and is_wanted(address, said, rules)
    ]
    if not entries:
        raise Permanent("no_links", f"none of {len(words)} links is an article's by the rules")
    return ParsedFeed(
        title=fields.plain(title.text() if title else "", fields.MAX_TITLE),
        url=url,
        lang=fields.plain(lang, 64),
        entries=tuple(entries[: fields.MAX_ENTRIES]),
        truncated=len(entries) > fields.MAX_ENTRIES,
        kind="front page",
    )


def _base(tree: LexborHTMLParser, url: str) -> str:
    base = tree.css_first("base[href]")
    return (fields.web_url(base.attributes.get("href"), url) if base is not None else "") or url


def _words_of(tree: LexborHTMLParser, base: str) -> dict[str, str]:
    """Each address that is linked outside the page's frame, and the longest of what its links say: pictures say nothing."""
    for frame in tree.css(_FRAME):
        frame.decompose()
    found: dict[str, str] = {}
    for address, said in _links(tree, base):
        found[address] = max(found.get(address, ""), said, key=len)
    return found


def _links(tree: LexborHTMLParser, base: str) -> Iterator[tuple[str, str]]:
    for link in tree.css("a[href]")[:_MOST_LINKS]:
        address = fields.web_url(link.attributes.get("href"), base)
        try:
            yield canonical(address), _said(link)
        except Permanent:  # an address that names no page: mailto:, javascript:, nonsense
            continue


def _said(link: LexborNode) -> str:
    """The headline within a link where there is one, else all of its words."""
    heading = link.css_first("h1,h2,h3,h4,h5,h6")
    return fields.plain((heading or link).text(separator=" "), fields.MAX_TITLE)
