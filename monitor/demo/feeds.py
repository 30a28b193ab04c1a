"""The newsroom's feeds: RSS 2.0 (rssboard.org) and Atom (RFC 4287), in which only declared edits show. Pure; serves nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from html import escape

from monitor.demo.story import Outlet

_EPOCH = datetime(2015, 11, 13, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Item:
    """A story as its feed tells it: the text of its last declared scene, not of its last."""

    slug: str
    url: str
    title: str
    summary: str
    byline: str
    published: datetime
    updated: datetime


def feed(outlet: Outlet, home: str, items: Iterable[Item]) -> str:
    """The outlet's feed, newest entry first."""
    ordered = sorted(items, key=lambda item: (item.published, item.slug), reverse=True)
    return _rss(outlet, home, ordered) if outlet.feed == "rss" else _atom(outlet, home, ordered)


def _rss(outlet: Outlet, home: str, items: list[Item]) -> str:
    entries = "\n".join(
        f"<item><title>{escape(item.title)}</title><link>{escape(item.url)}</link>"
        f'<guid isPermaLink="false">{outlet.id}-{item.slug}</guid>'
        f"<dc:creator>{escape(item.byline)}</dc:creator>"
        f"<pubDate>{format_datetime(item.published)}</pubDate>"
        f"<atom:updated>{_iso(item.updated)}</atom:updated>"
        f"<description>{escape(item.summary)}</description></item>"
        for item in items
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:atom="http://www.w3.org/2005/Atom">\n'
        f"<channel><title>{escape(outlet.name)}</title><link>{escape(home)}</link>"
        f"<description>{escape(outlet.name)}</description><language>{outlet.lang}</language>\n"
        f"{entries}\n</channel></rss>\n"
    )


def _atom(outlet: Outlet, home: str, items: list[Item]) -> str:
    entries = "\n".join(
        f"<entry><id>tag:{outlet.id}.example,2015:{item.slug}</id><title>{escape(item.title)}</title>"
        f'<link rel="alternate" href="{escape(item.url)}"/><author><name>{escape(item.byline)}</name></author>'
        f"<published>{_iso(item.published)}</published><updated>{_iso(item.updated)}</updated>"
        f"<summary>{escape(item.summary)}</summary></entry>"
        for item in items
    )
    newest = max((item.updated for item in items), default=_EPOCH)
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{outlet.lang}">\n'
        f"<id>tag:{outlet.id}.example,2015:feed</id><title>{escape(outlet.name)}</title>"
        f'<link rel="alternate" href="{escape(home)}"/><updated>{_iso(newest)}</updated>\n'
        f"{entries}\n</feed>\n"
    )


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds")
