"""Where the links of a block lead: addresses as an article keeps them, without what only counts and tracks. It follows none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from urllib.parse import urljoin

from monitor.core.content import Link
from monitor.core.urls import canonical
from monitor.errors import Permanent

_MOST = 50  # of one block


def links_of(found: Sequence[tuple[str, str]], url: str) -> Iterator[Link]:
    """The links of a block of the page at `url`: those with words that lead to another page of the web."""
    for text, href in found[:_MOST]:
        target = _target(href.strip(), url)
        if target and text:
            yield Link(text, target)


def _target(href: str, url: str) -> str:
    """The address a link leads to, without its query; empty for a place on the page itself, a mail address and the like."""
    if not href or href.startswith("#"):
        return ""
    try:
        return canonical(urljoin(url, href)).partition("?")[0]
    except (Permanent, ValueError):
        return ""
