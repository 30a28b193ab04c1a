"""What a sitemap or a front page lists: which of its links are articles, which parts of an index and which entries to read now.

Sees addresses, words and dates only. Its rules for links stand in docs/sources.md, word for word as `why_article` names them.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from typing import Final, Literal
from urllib.parse import urlsplit

ListingKind = Literal["feed", "sitemap", "front page"]

_DATE = re.compile(r"/(?:19|20)\d\d[/-]?(?:0?[1-9]|1[0-2])(?:[/-]?(?:0?[1-9]|[12]\d|3[01]))?(?=[/-]|$)")
_NUMBER = re.compile(r"(?<!\d)\d{5,}(?!\d)")
_WORD = re.compile(r"[^\W\d_]{2,}")
_SLUG_WORDS: Final = 4
_HEADLINE_WORDS: Final = 5
_HEADLINE_LETTERS: Final = 12  # where words are not parted by spaces
_FILE = re.compile(
    r"\.(?:jpe?g|png|gif|webp|svg|pdf|mp[34]|m3u8?|webm|zip|css|js|json|xml|rss|atom|ics|apk)$", re.IGNORECASE
)
_NO_ARTICLES = frozenset(
    """
    tag tags topic topics author authors category categories search login signin register account subscribe newsletter
    newsletters about contact contacts privacy terms cookies imprint impressum jobs careers help faq advertise shop store
    rss feed feeds archive
    """.split()  # noqa: SIM905 - a word list reads best as words
)


def why_article(url: str, words: str) -> str:
    """By which rule a link is an article's (`date`, `number`, `slug` or `headline`); empty where it is none's.

    `words` are what the link says.
    """
    path = urlsplit(url).path.rstrip("/")
    segments = [segment for segment in path.split("/") if segment]
    if not segments or _FILE.search(path) or segments[0].lower() in _NO_ARTICLES:
        return ""
    if _DATE.search(path):
        return "date"
    if _NUMBER.search(path):
        return "number"
    if len(_WORD.findall(segments[-1])) >= _SLUG_WORDS:
        return "slug"
    return "headline" if len(segments) > 1 and _is_headline(words) else ""


def _is_headline(words: str) -> bool:
    return len(words.split()) >= _HEADLINE_WORDS or (not words.isascii() and len(words) >= _HEADLINE_LETTERS)


def is_wanted(url: str, words: str, patterns: Sequence[str]) -> bool:
    """Whether a link is one of an article that the user wants: by his patterns where he named any, else by `why_article`.

    A pattern is matched against path and query, with `*` for any characters; one that begins with `!` takes links out.
    """
    parts = urlsplit(url)
    path = f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}"
    if any(fnmatchcase(path, pattern[1:]) for pattern in patterns if pattern.startswith("!")):
        return False
    wanted = [pattern for pattern in patterns if not pattern.startswith("!")]
    return any(fnmatchcase(path, pattern) for pattern in wanted) if wanted else bool(why_article(url, words))


def due_parts(
    parts: Mapping[str, datetime | None], seen: Mapping[str, str], *, since: datetime, most: int
) -> list[str]:
    """The parts of an index of sitemaps to read now, `most` of them: those modified after `since` that say that they changed, newest first.

    `parts` maps addresses to when they say that they were modified, `seen` to what they said last (`stamp`). Of parts that say
    nothing both ends are read each time, for new articles are put at the one or the other.
    """
    dated = {url: modified for url, modified in parts.items() if modified is not None}
    changed = [url for url, modified in dated.items() if modified > since and seen.get(url) != stamp(modified)]
    changed.sort(key=dated.__getitem__, reverse=True)
    silent = [url for url in parts if url not in dated]
    half = most // 2
    ends = silent if len(silent) <= most else [*silent[:half], *silent[-half:]]
    return [*changed, *ends][:most]


def stamp(modified: datetime | None) -> str:
    """What is remembered of a part that was read."""
    return modified.isoformat() if modified else ""


def is_present(kind: ListingKind, claimed: datetime | None, at: datetime, *, max_age: timedelta) -> bool:
    """Whether an entry belongs to what is going on: a sitemap lists a site's whole past too, by its dates; others do not."""
    return kind != "sitemap" or claimed is None or at - claimed <= max_age


def to_read(kind: ListingKind, news: Iterable[str], dated: Collection[str], *, first_look: bool) -> set[str]:
    """Of the entries that are new to us those to read as articles: all, but for what a sitemap lists without a date at the first look.

    That may be years old; from then on, what is added is new.
    """
    return set(news) & set(dated) if kind == "sitemap" and first_look else set(news)
