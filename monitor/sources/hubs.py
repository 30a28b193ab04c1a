"""The hub that a feed names, and the address by which the hub knows the feed (WebSub, section 4): in the header first, then in the feed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Final

from monitor.ports import ParsedFeed
from monitor.sources import fields

_LONGEST: Final = 16 * 1024
_LINK: Final = re.compile(
    r"""<([^<>]{1,4096})>((?:\s*;\s*[\w!#$&+^`|~.-]+\s*(?:=\s*(?:"[^"]{0,1024}"|[^\s",;]{0,1024}))?)*)"""
)
_PARAMETER: Final = re.compile(r""";\s*([\w!#$&+^`|~.-]+)\s*(?:=\s*(?:"([^"]{0,1024})"|([^\s",;]{0,1024})))?""")

Link = tuple[str, object]  # relation, and what stands in the place of the address


def with_hub(parsed: ParsedFeed, headers: Mapping[str, str], url: str) -> ParsedFeed:
    """A feed with the hub and the topic that its header names, where it names a hub; else those that stand in it."""
    hub, topic = named(links_in(headers.get("link", "")), url)
    return replace(parsed, hub=hub, topic=topic or parsed.topic) if hub else parsed


def named(links: Iterable[Link], url: str) -> tuple[str, str]:
    """The first hub of some links, one by https before others, and the first `self`; empty where there is none."""
    found = [(relation, address) for relation, raw in links if (address := fields.web_url(raw, url))]
    hubs = [address for relation, address in found if relation == "hub"]
    topic = next((address for relation, address in found if relation == "self"), "")
    return next((hub for hub in hubs if hub.startswith("https:")), hubs[0] if hubs else ""), topic


def links_in(header: str) -> Iterator[Link]:
    """The links of a `Link` header (RFC 8288), as far as its first 16 KiB say them plainly."""
    for match in _LINK.finditer(header[:_LONGEST]):
        said = [(one[1].lower(), one[2] or one[3] or "") for one in _PARAMETER.finditer(match[2])]
        rel = next((value for name, value in said if name == "rel"), "")
        for relation in rel.lower().split():
            yield relation, match[1]
