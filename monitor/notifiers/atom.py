"""Atom feeds out (RFC 4287), as files: `all.atom`, `watchlist-ID.atom` for each watchlist, `article-ID.atom` for each article. It serves nothing.

A feed is written anew for each message and renamed into place, so that a reader sees the old one or the new one, whole.
The files are all there is: what they hold is read back from them. Those of articles are bounded: the feed of an article that nothing
was said of for a month is removed, and so are the oldest of more than a thousand. If something is said later, its feed begins anew.
"""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import msgspec

from monitor.config.channels import Atom as Table
from monitor.core.policy.summary import one_line
from monitor.notifiers import syndication
from monitor.notifiers.plain import Telling, telling
from monitor.notifiers.syndication import Entry, tag
from monitor.ports import Net, Outcome

_WATCHLIST = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_ARTICLE = re.compile(r"article_([0-9a-f]{20})")
MOST_ARTICLES = 1_000
ARTICLES_LAST = timedelta(days=30)  # since the last entry


def from_table(table: Table, _net: Net) -> Atom:
    """Open a configured channel; its folder is made with the first message."""
    return Atom(table.folder, table.entries)


class Atom:
    """Writes feeds into a folder."""

    def __init__(self, folder: Path, entries: int = 100) -> None:
        self._folder, self._entries = folder, entries
        self._writing = asyncio.Lock()

    async def send(
        self,
        notification: str,
        body: str,
        *,
        at: datetime,
        thread: str = "",  # noqa: ARG002 - feeds have no threads
    ) -> Outcome:
        """Put one entry at the head of its feeds. A folder that cannot be written is tried again; a body that is no message is dead."""
        try:
            told = telling(body)
        except ValueError as error:
            return Outcome("dead", "bad_body", f"{notification}: {error}")
        try:
            async with self._writing:
                await asyncio.to_thread(self._add, _feeds_of(body), notification, told, at)
        except OSError as error:
            return Outcome("retry", "file", error.strerror or type(error).__name__)
        return Outcome("delivered")

    def _add(self, feeds: Mapping[str, str], notification: str, told: Telling, at: datetime) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        for name, title in feeds.items():
            file = self._folder / f"{name}.atom"
            entry = _entry(notification, told, at)
            kept = [old for old in _entries_of(file) if old.findtext(tag("id")) != entry.findtext(tag("id"))]
            _write(file, syndication.feed(name, title, [entry, *kept][: self._entries], at), at)
        _let_go(self._folder.glob("article-*.atom"), at)
        _sync(self._folder)


def _feeds_of(body: str) -> dict[str, str]:
    """The names of the feeds that a message belongs to, with their titles: an alert's own, or those of all its members."""
    data = msgspec.json.decode(body)["data"]
    members = [data, *(data.get("alerts") or ())]
    return {"all": "Monitor", **dict(_watchlists(members)), **dict(_articles(members))}


def _watchlists(members: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    for member in members:
        name = member.get("watchlist")
        if isinstance(name, str) and _WATCHLIST.fullmatch(name):
            yield f"watchlist-{name}", f"Monitor: {name}"


def _articles(members: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    for member in members:
        article = member.get("article")
        if isinstance(article, Mapping) and (found := _ARTICLE.fullmatch(str(article.get("id")))):
            yield f"article-{found[1]}", f"Monitor: {one_line(str(article.get('headline') or article.get('url')))}"


def _entry(notification: str, told: Telling, at: datetime) -> ET.Element:
    return syndication.entry(Entry(notification, told.title, at, told.link, told.kind, told.lines))


def _entries_of(file: Path) -> list[ET.Element]:
    """The entries of a feed that was written before; none where there is none, or it is none."""
    try:
        return ET.parse(file).getroot().findall(tag("entry"))  # noqa: S314 - a file of our own making
    except (FileNotFoundError, ET.ParseError):
        return []


def _let_go(files: Iterable[Path], at: datetime) -> None:
    """Remove the feeds that nothing was put into for long, and the oldest of too many."""
    ages = sorted(((at.timestamp() - file.stat().st_mtime, file) for file in files), reverse=True)
    too_many = len(ages) - MOST_ARTICLES
    for place, (age, file) in enumerate(ages):
        if place < too_many or age > ARTICLES_LAST.total_seconds():
            file.unlink(missing_ok=True)


def _write(file: Path, feed: ET.Element, at: datetime) -> None:
    """Write a feed whole, as of that time."""
    new = file.with_name(f".{file.name}.new")
    with new.open("wb") as opened:
        ET.ElementTree(feed).write(opened, encoding="utf-8", xml_declaration=True)
        opened.flush()
        os.fsync(opened.fileno())
    os.utime(new, (at.timestamp(), at.timestamp()))
    new.replace(file)


def _sync(folder: Path) -> None:
    """Make the names in a folder outlive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
