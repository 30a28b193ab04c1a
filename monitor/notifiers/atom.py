"""Atom feeds out (RFC 4287), as files: `all.atom` with every message, and `watchlist-ID.atom` for each watchlist. It serves nothing.

A feed is written anew for each message and renamed into place, so that a reader sees the old one or the new one, whole.
The files are all there is: what they hold is read back from them.
"""

from __future__ import annotations

import asyncio
import os
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import msgspec

from monitor.config.channels import Atom as Table
from monitor.notifiers.plain import Telling, telling
from monitor.ports import Net, Outcome

_ATOM = "http://www.w3.org/2005/Atom"
_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0, 2.2
_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")

ET.register_namespace("", _ATOM)


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
                for name in ("all", *_watchlists(body)):
                    await asyncio.to_thread(self._add, name, notification, told, at)
        except OSError as error:
            return Outcome("retry", "file", error.strerror or type(error).__name__)
        return Outcome("delivered")

    def _add(self, name: str, notification: str, told: Telling, at: datetime) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        file = self._folder / f"{name}.atom"
        entry = _entry(notification, told, at)
        kept = [old for old in _entries_of(file) if old.findtext(_tag("id")) != entry.findtext(_tag("id"))]
        _write(file, _feed(name, [entry, *kept][: self._entries], at))


def _watchlists(body: str) -> list[str]:
    """The watchlists that a message is about: an alert's own, or those of all its members."""
    data = msgspec.json.decode(body)["data"]
    named = [data.get("watchlist"), *(member.get("watchlist") for member in data.get("alerts") or ())]
    return [f"watchlist-{name}" for name in dict.fromkeys(named) if isinstance(name, str) and _ID.fullmatch(name)]


def _feed(name: str, entries: list[ET.Element], at: datetime) -> ET.Element:
    feed = ET.Element(_tag("feed"))
    _put(feed, "id", f"urn:monitor:feed:{name}")
    _put(feed, "title", "Monitor" if name == "all" else f"Monitor: {name.removeprefix('watchlist-')}")
    _put(feed, "updated", _stamp(at))
    _put(ET.SubElement(feed, _tag("author")), "name", "Monitor")
    feed.extend(entries)
    return feed


def _entry(notification: str, told: Telling, at: datetime) -> ET.Element:
    entry = ET.Element(_tag("entry"))
    _put(entry, "id", f"urn:monitor:{notification}")
    _put(entry, "title", told.title)
    _put(entry, "updated", _stamp(at))
    if told.link.startswith(("http://", "https://")):
        ET.SubElement(entry, _tag("link"), {"rel": "alternate", "href": _clean(told.link)})
    ET.SubElement(entry, _tag("category"), {"term": _clean(told.kind)})
    content = _put(entry, "content", "\n".join(told.lines))
    content.set("type", "text")
    return entry


def _entries_of(file: Path) -> list[ET.Element]:
    """The entries of a feed that was written before; none where there is none, or it is none."""
    try:
        return ET.parse(file).getroot().findall(_tag("entry"))  # noqa: S314 - a file of our own making
    except (FileNotFoundError, ET.ParseError):
        return []


def _write(file: Path, feed: ET.Element) -> None:
    new = file.with_name(f".{file.name}.new")
    with new.open("wb") as opened:
        ET.ElementTree(feed).write(opened, encoding="utf-8", xml_declaration=True)
        opened.flush()
        os.fsync(opened.fileno())
    new.replace(file)


def _put(parent: ET.Element, name: str, text: str) -> ET.Element:
    element = ET.SubElement(parent, _tag(name))
    element.text = _clean(text)
    return element


def _clean(text: Any) -> str:
    return _ILLEGAL.sub("\ufffd", str(text))


def _tag(name: str) -> str:
    return f"{{{_ATOM}}}{name}"


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
