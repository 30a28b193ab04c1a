"""Where a site may have a feed or a sitemap, and what a source that was found is called in a configuration. Asks nobody."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Collection, Sequence
from typing import Final
from urllib.parse import urljoin, urlsplit

USUAL_FEEDS: Final = (
    "/feed",
    "/rss",
    "/rss.xml",
    "/feed.xml",
    "/atom.xml",
    "/index.xml",
    "/feed.json",
    "/feeds/posts/default",
)
USUAL_SITEMAPS: Final = (
    "/news-sitemap.xml",
    "/sitemap-news.xml",
    "/sitemap_news.xml",
    "/sitemap_index.xml",
    "/sitemap.xml",
)
MOST_SITEMAPS: Final = 8  # of a robots.txt

_SITEMAP = re.compile(r"^[ \t]*sitemap[ \t]*:[ \t]*(\S{1,4000})", re.IGNORECASE | re.MULTILINE)
_LONGEST_ID: Final = 32


def usual(addresses: Collection[str], url: str) -> list[str]:
    """These paths on the host of a URL."""
    return [urljoin(url, path) for path in addresses]


def sitemaps_of(robots: str, url: str) -> list[str]:
    """The sitemaps that a robots.txt names (sitemaps.org, “Specifying the Sitemap location”), news first, at most 8."""
    named = dict.fromkeys(urljoin(url, found[1]) for found in _SITEMAP.finditer(robots))
    return sorted(named, key=lambda address: "news" not in address.lower())[:MOST_SITEMAPS]


def id_of(title: str, url: str, taken: Collection[str]) -> str:
    """An id for a source: of its title where that has Latin letters, else of its host; with a number where it is taken."""
    host = (urlsplit(url).hostname or "").removeprefix("www.").rpartition(".")[0]
    plain = _slug(title) or _slug(host) or "feed"
    numbered = (f"{plain}-{number}" for number in range(2, len(taken) + 3))
    return plain if plain not in taken else next(one for one in numbered if one not in taken)


def _slug(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    words = re.sub(r"[^a-z0-9]+", "-", letters.replace("'", "")).strip("-").split("-")
    slug = words[0]
    for word in words[1:]:
        if len(slug) + 1 + len(word) > _LONGEST_ID:
            break
        slug += f"-{word}"
    return slug[:_LONGEST_ID]


def table(name: str, url: str, *, links: Sequence[str] | None = None, every: str = "", tags: Sequence[str] = ()) -> str:
    """The lines of a configuration that name a source; `links` as `core.listing.is_wanted` takes them, None for no front page."""
    key = name if re.fullmatch(r"[\w-]+", name, re.ASCII) else json.dumps(name)
    lines = [f"[feeds.{key}]", f"url = {json.dumps(url)}"]
    if tags:
        lines.append(f"tags = {json.dumps(list(tags))}")
    if links is not None:
        lines.append(f"links = {json.dumps(list(links)) if links else 'true'}")
    if every:
        lines.append(f"every = {json.dumps(every)}")
    return "\n".join(lines) + "\n"
