"""JSON Feed 1.0 and 1.1 (jsonfeed.org): a small strict reader. `feed` calls it for a body that begins like an object."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from typing import Any

from monitor.errors import Permanent
from monitor.ports import Entry, ParsedFeed
from monitor.sources import fields
from monitor.sources.hubs import named

_VERSION = re.compile(r"https?://jsonfeed\.org/version/1(\.1)?/?|1(\.[01])?")  # some say the number alone


def read_json_feed(text: str, url: str) -> ParsedFeed:
    """Read a JSON Feed.

    Raises Permanent(`malformed`) for what is no JSON, nests too deep, repeats a key or has numbers beyond all measure,
    Permanent(`not_a_feed`) for any other JSON.
    """
    feed = _load(text)
    if not isinstance(feed, dict) or not _VERSION.fullmatch(str(feed.get("version", ""))):
        raise Permanent("not_a_feed", "JSON, but not a JSON Feed")
    items = [item for item in _list(feed, "items") if isinstance(item, dict)]
    entries = fields.distinct([entry for item in items if (entry := _entry(item, url, feed))])
    hubs = [
        ("hub", one.get("url")) for one in _list(feed, "hubs") if isinstance(one, dict) and one.get("type") == "WebSub"
    ]
    hub, topic = named([*hubs, ("self", feed.get("feed_url"))], url)
    return ParsedFeed(
        title=fields.plain(feed.get("title"), fields.MAX_TITLE),
        url=fields.web_url(feed.get("home_page_url"), url),
        lang=fields.plain(feed.get("language"), 64),
        entries=fields.newest(entries),
        truncated=len(entries) > fields.MAX_ENTRIES,
        hub=hub,
        topic=topic,
    )


def _load(text: str) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_unique, parse_float=_finite, parse_constant=_refuse_constant)
    except RecursionError as error:
        raise Permanent("malformed", "JSON nests too deep") from error
    except ValueError as error:
        raise Permanent("malformed", str(error)[:500]) from error


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise ValueError("a key is repeated in an object")
    return members


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError(f"the number {digits[:40]} is beyond all measure")
    return number


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is not JSON")


def _entry(item: Mapping[str, Any], base: str, feed: Mapping[str, Any]) -> Entry | None:
    marked = bool(fields.marked_up(item.get("content_html"), markup=True))
    content = item.get("content_html") if marked else item.get("content_text")
    entry = Entry(
        key="",
        url=fields.web_url(item.get("url"), base) or fields.web_url(item.get("external_url"), base),
        title=fields.plain(item.get("title"), fields.MAX_TITLE),
        author=fields.plain(_author(item) or _author(feed), fields.MAX_AUTHOR),
        summary=fields.plain(item.get("summary"), fields.MAX_TEXT)
        or fields.plain(content, fields.MAX_TEXT, markup=marked),
        content_html=fields.marked_up(content, markup=marked),
        published=fields.iso_instant(item.get("date_published")),
        updated=fields.iso_instant(item.get("date_modified")),
        tags=fields.labels(_list(item, "tags")),
    )
    return fields.keyed(item.get("id"), entry)


def _author(owner: Mapping[str, Any]) -> str:
    """`authors` since 1.1, `author` in 1.0."""
    people = [*_list(owner, "authors"), owner.get("author")]
    names = (person.get("name") for person in people if isinstance(person, dict))
    return ", ".join(dict.fromkeys(name for name in names if isinstance(name, str) and name.strip()))


def _list(owner: Mapping[str, Any], name: str) -> list[Any]:
    value = owner.get(name)
    return value if isinstance(value, list) else []
