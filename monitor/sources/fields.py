"""The fields of a feed, whatever its format: bounded, cleaned, made comparable.

Reads single values; what a feed's elements mean is `feed`'s and `jsonfeed`'s to say.
"""

from __future__ import annotations

import hashlib
import html
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import urljoin, urlsplit

from monitor.ports import Entry

MAX_ENTRIES = 2_000
MAX_TITLE = 4 * 1024
MAX_AUTHOR = 1024
MAX_TEXT = 2**20
MAX_URL = 8_000
_MAX_KEY = 1_024
_MAX_TAGS, _MAX_TAG = 64, 256

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_TAG = re.compile(r"<(?:[a-zA-Z/!?][^<>]*)>")
_DARK = re.compile(  # what no browser shows, up to its end or the very end
    r"<(script|style)\b[^<]*(?:<(?!/\1)[^<]*)*|<!--(?>-?>|.*?(?:--!?>|\Z))", re.IGNORECASE | re.DOTALL
)
_BLOCK = re.compile(
    r"</?(?:p|div|br|li|ul|ol|h[1-6]|tr|td|th|table|blockquote|pre|hr|section|article)\b[^<>]*>", re.IGNORECASE
)


def plain(value: object, limit: int, *, markup: bool = False) -> str:
    """One line of text without control characters, at most `limit` characters; with `markup`, HTML's visible text."""
    if not isinstance(value, str):
        return ""
    text = value[:MAX_TEXT]
    if markup:
        text = html.unescape(_TAG.sub("", _BLOCK.sub(" ", _DARK.sub(lambda dark: " " if dark[1] else "", text))))
    return " ".join(_CONTROL.sub("", text).split())[:limit].rstrip()


def marked_up(value: object, *, markup: bool) -> str:
    """HTML of at most 1 Mi characters; plain text becomes paragraphs."""
    if not isinstance(value, str) or not value.strip():
        return ""
    text = _CONTROL.sub("", value[:MAX_TEXT]).strip()
    if markup:
        return text
    return "".join(f"<p>{html.escape(part.strip())}</p>" for part in re.split(r"\n\s*\n", text))[:MAX_TEXT]


def web_url(value: object, base: str) -> str:
    """An absolute http or https URL, its white space mended as browsers do; empty for anything else."""
    if not isinstance(value, str) or not value.strip():
        return ""
    try:
        url = urljoin(base, re.sub(r"[\t\r\n]", "", value[: 2 * MAX_URL].strip()).replace(" ", "%20"))
        parts = urlsplit(url)
        fit = parts.scheme in {"http", "https"} and parts.hostname
    except ValueError:
        return ""
    return url if fit and len(url) <= MAX_URL and not _CONTROL.search(url) else ""


def instant(year: int, month: int, day: int, hour: int, minute: int, second: int) -> datetime | None:
    """A moment in UTC; None for one that no calendar has."""
    try:
        return datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def iso_instant(value: object) -> datetime | None:
    """A moment from RFC 3339, in UTC; None for anything else."""
    if not isinstance(value, str) or len(value) > 64:
        return None
    try:
        moment = datetime.fromisoformat(value.strip())
        return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def labels(values: Sequence[object]) -> tuple[str, ...]:
    """Tags without repetitions, in order."""
    cleaned = (plain(value, _MAX_TAG) for value in values)
    return tuple(dict.fromkeys(label for label in cleaned if label))[:_MAX_TAGS]


def keyed(guid: object, entry: Entry) -> Entry | None:
    """The entry with what makes it the same next time: its guid, else its link, else a hash of title and date, or of its text.

    None for an entry that says nothing at all.
    """
    said = (entry.title, str(entry.published or entry.updated or "")) if entry.title else (entry.content_html,)
    key = plain(str(guid or ""), MAX_TEXT) or entry.url or (_hashed("\0".join(said)) if any(said) else "")
    if not key:
        return None
    return replace(entry, key=key if len(key) <= _MAX_KEY else _hashed(key))


def _hashed(text: str) -> str:
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def distinct(entries: Sequence[Entry]) -> list[Entry]:
    """One entry a key, the first. A guid that stands on several links identifies none: there, the link is the key."""
    links: defaultdict[str, set[str]] = defaultdict(set)
    for entry in entries:
        links[entry.key].add(entry.url)
    chosen: dict[str, Entry] = {}
    for entry in entries:
        key = entry.url if entry.url and len(links[entry.key]) > 1 else entry.key
        chosen.setdefault(key, replace(entry, key=key))
    return list(chosen.values())


def newest(entries: Sequence[Entry]) -> tuple[Entry, ...]:
    """The newest 2,000, in the feed's own order; what has no date counts as old."""
    if len(entries) <= MAX_ENTRIES:
        return tuple(entries)
    eldest = datetime.min.replace(tzinfo=UTC)
    moments = [entry.updated or entry.published or eldest for entry in entries]
    kept = set(sorted(range(len(entries)), key=moments.__getitem__, reverse=True)[:MAX_ENTRIES])
    return tuple(entry for place, entry in enumerate(entries) if place in kept)
