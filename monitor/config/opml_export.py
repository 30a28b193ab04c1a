"""Feeds as an OPML file (opml.org/spec2.opml), for feed readers and for `opml` to read back: the same addresses with the same tags. It writes no file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from email.utils import format_datetime
from typing import Final, NamedTuple
from xml.etree import ElementTree as ET

from monitor.config.opml import tag_of

_NO_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0, section 2.2


class Listed(NamedTuple):
    """A feed as a file lists it."""

    url: str
    title: str
    tags: Sequence[str]


def written(feeds: Iterable[Listed], at: datetime) -> str:
    """The text of the file, made at a moment (UTC): each feed in the folder of its first tag, and with all of them as categories.

    A tag that a folder's name would not give back is a category alone.
    """
    root = ET.Element("opml", version="2.0")
    head = ET.SubElement(root, "head")
    ET.SubElement(head, "title").text = "Feeds of Monitor"
    ET.SubElement(head, "dateCreated").text = format_datetime(at)
    body = ET.SubElement(root, "body")
    folders: dict[str, ET.Element] = {}
    for feed in feeds:
        around = body
        if feed.tags and tag_of(feed.tags[0]) == feed.tags[0]:
            if feed.tags[0] not in folders:
                folders[feed.tags[0]] = ET.SubElement(body, "outline", {"text": feed.tags[0]})
            around = folders[feed.tags[0]]
        ET.SubElement(around, "outline", _values(feed))
    ET.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _values(feed: Listed) -> dict[str, str]:
    title = _NO_XML.sub("", " ".join(feed.title.split())) or feed.url
    values = {"type": "rss", "text": title, "title": title, "xmlUrl": feed.url}
    return {**values, "category": ",".join(f"/{tag}" for tag in feed.tags)} if feed.tags else values
