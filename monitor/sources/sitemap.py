"""Sitemaps (sitemaps.org, protocol 0.9), with Google's news extension, and indexes of them. `feed` calls it for such a root element.

A sitemap names articles and hardly says anything of them: an address, when it was modified, and in a news sitemap a title and when it
was published. Prefixes are not looked up, for many sitemaps forget to declare them: what stands where decides. Fetches no part of an index.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from xml.parsers import expat

from monitor.ports import Entry, ParsedFeed, Part
from monitor.sources import fields

ROOTS: Final = frozenset({"urlset", "sitemapindex"})
MAX_PARTS: Final = 1_000
_MAX_LISTED = 50_000  # entries of one file, by the protocol
_LISTED = frozenset({"url", "sitemap"})
_WANTED = {  # an element's name, and the name of what it stands in
    ("loc", "url"): "loc",
    ("loc", "sitemap"): "loc",
    ("lastmod", "url"): "modified",
    ("lastmod", "sitemap"): "modified",
    ("publication_date", "news"): "published",
    ("title", "news"): "title",
    ("keywords", "news"): "keywords",
    ("name", "publication"): "publication",
    ("language", "publication"): "language",
}
_LONGEST = 8_192  # characters of one value
_DAY = len("2015-11-15")


def read_sitemap(document: bytes, url: str) -> ParsedFeed:
    """Read a sitemap, or an index of sitemaps as its `parts`. `document` is UTF-8, surveyed for entities and depth before.

    What stands behind the first fault of an ill-formed one is not read, and `truncated` says so.
    """
    seen = _Reading()
    parser = expat.ParserCreate("utf-8")
    parser.StartElementHandler = seen.open
    parser.EndElementHandler = seen.close
    parser.CharacterDataHandler = seen.say
    with suppress(expat.ExpatError):
        parser.Parse(document, True)
        seen.whole = True
    entries = fields.distinct([entry for one in seen.urls if (entry := _entry(one, url))])
    parts = [part for one in seen.sitemaps if (part := _part(one, url))]
    first = next((one for one in seen.urls if "publication" in one), {})
    return ParsedFeed(
        title=fields.plain(first.get("publication"), fields.MAX_TITLE),
        url="",
        lang=fields.plain(first.get("language"), 64),
        entries=_kept(entries),
        truncated=not seen.whole or len(entries) > fields.MAX_ENTRIES or len(parts) > MAX_PARTS,
        kind="sitemap",
        parts=tuple(parts[:MAX_PARTS]),
    )


@dataclass(slots=True)
class _Reading:
    """One pass: what each `url` or `sitemap` says, by the names of `_WANTED`."""

    urls: list[dict[str, str]] = field(default_factory=list)
    sitemaps: list[dict[str, str]] = field(default_factory=list)
    whole: bool = False
    _open: list[str] = field(default_factory=list)
    _said: dict[str, str] = field(default_factory=dict)
    _name: str = ""

    def open(self, name: str, _attributes: dict[str, str]) -> None:
        local = name.rpartition(":")[2]
        above = self._open[-1] if self._open else ""
        self._open.append(local)
        if local in _LISTED:
            self._said = {}
        self._name = _WANTED.get((local, above), "")

    def say(self, text: str) -> None:
        if self._name:
            self._said[self._name] = (self._said.get(self._name, "") + text)[:_LONGEST]

    def close(self, _name: str) -> None:
        local, self._name = self._open.pop(), ""
        listed = self.urls if local == "url" else self.sitemaps
        if local in _LISTED and len(listed) < _MAX_LISTED:
            listed.append(self._said)


def _entry(said: dict[str, str], base: str) -> Entry | None:
    address = fields.web_url(said.get("loc"), base)
    if not address:
        return None
    return Entry(
        key=address,
        url=address,
        title=fields.plain(said.get("title"), fields.MAX_TITLE),
        published=_moment(said.get("published")),
        updated=_moment(said.get("modified")),
        tags=fields.labels(said.get("keywords", "").split(",")),
    )


def _part(said: dict[str, str], base: str) -> Part | None:
    address = fields.web_url(said.get("loc"), base)
    return Part(address, _moment(said.get("modified"))) if address else None


def _moment(said: str | None) -> datetime | None:
    """A W3C date and time; a day alone is taken at its end, for it may have been then."""
    text = (said or "").strip()
    moment = fields.iso_instant(text)
    return moment + timedelta(days=1, seconds=-1) if moment and len(text) == _DAY else moment


def _kept(entries: Sequence[Entry]) -> tuple[Entry, ...]:
    """The newest 2,000; of a long list without dates both ends, for new articles are put at the one or the other."""
    if len(entries) <= fields.MAX_ENTRIES or any(entry.updated or entry.published for entry in entries):
        return fields.newest(entries)
    half = fields.MAX_ENTRIES // 2
    return (*entries[:half], *entries[-half:])
