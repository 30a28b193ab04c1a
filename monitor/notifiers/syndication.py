"""Atom documents (RFC 4287) as XML: whatever text an entry holds, it is well-formed. It reads no file and knows no alert."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple
from xml.etree import ElementTree as ET

ATOM = "http://www.w3.org/2005/Atom"
_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0, 2.2

ET.register_namespace("", ATOM)


class Entry(NamedTuple):
    """One entry: `name` is unique for ever, `link` is left out where it leads to no page of the web."""

    name: str
    title: str
    updated: datetime
    link: str
    category: str
    lines: Sequence[str]


def feed(name: str, title: str, entries: Iterable[ET.Element], updated: datetime, *, here: str = "") -> ET.Element:
    """A feed; `here` is its own address, where it has one."""
    made = ET.Element(tag("feed"))
    _put(made, "id", f"urn:monitor:feed:{name}")
    _put(made, "title", title)
    _put(made, "updated", _stamp(updated))
    if here:
        ET.SubElement(made, tag("link"), {"rel": "self", "href": _clean(here)})
    _put(ET.SubElement(made, tag("author")), "name", "Monitor")
    made.extend(entries)
    return made


def entry(said: Entry) -> ET.Element:
    """An entry of a feed."""
    made = ET.Element(tag("entry"))
    _put(made, "id", f"urn:monitor:{said.name}")
    _put(made, "title", said.title)
    _put(made, "updated", _stamp(said.updated))
    if said.link.startswith(("http://", "https://")):
        ET.SubElement(made, tag("link"), {"rel": "alternate", "href": _clean(said.link)})
    ET.SubElement(made, tag("category"), {"term": _clean(said.category)})
    content = _put(made, "content", "\n".join(said.lines))
    content.set("type", "text")
    return made


def document(made: ET.Element) -> bytes:
    """The bytes of a feed."""
    said: bytes = ET.tostring(made, encoding="utf-8", xml_declaration=True)
    return said


def tag(name: str) -> str:
    """The name of one of Atom's elements, as the library has it."""
    return f"{{{ATOM}}}{name}"


def _put(parent: ET.Element, name: str, text: str) -> ET.Element:
    element = ET.SubElement(parent, tag(name))
    element.text = _clean(text)
    return element


def _clean(text: Any) -> str:
    return _ILLEGAL.sub("\ufffd", str(text))


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
