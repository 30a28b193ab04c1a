"""Feeds as feedparser understands them, with bounds around it: RSS, Atom, RDF and CDF here, JSON Feed in `jsonfeed`, sitemaps in `sitemap`.

Meant for a worker that can be killed: what no bound catches (a regular expression gone astray, a flood of elements) is
left to the limits of `pool`. Reads no file and no address but the bytes it is given, and the same bytes always say the same.
"""

from __future__ import annotations

import io
import re
import zlib
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from time import struct_time
from typing import Any, Final
from xml.parsers import expat

import feedparser
from feedparser import mixin

from monitor.errors import Permanent
from monitor.ports import Entry, ParsedFeed
from monitor.sources import fields
from monitor.sources.charset import read_text
from monitor.sources.hints import hints_of
from monitor.sources.hubs import named, with_hub
from monitor.sources.jsonfeed import read_json_feed
from monitor.sources.sitemap import ROOTS, read_sitemap

MAX_DEPTH: Final = 256
MAX_ATTRIBUTES: Final = 256
MAX_ELEMENTS_READ: Final = 10_000
"""Entries that are looked at to find the newest: a document is cut behind them."""
MAX_UNZIPPED: Final = 10 * 2**20

_BEFORE = (
    r"(?>\s+|<\?[^>]*>|<!--.*?-->)*+"  # atomic and possessive, so that no row of comments can be read in many ways
)
_FEED_ROOTS = frozenset({"rss", "feed", "rdf", "channel"})
_HTML = re.compile(  # some feeds begin with the doctype of a page
    rf"{_BEFORE}(?:<html[\s>]|<!doctype\s+html\b[^>]*>{_BEFORE}(?!<(?:\w+:)?(?:{'|'.join(sorted(_FEED_ROOTS))})\b))",
    re.IGNORECASE | re.DOTALL,
)
_SURROGATE = re.compile(  # half a character: no text can hold it, and feedparser fails over it
    r"&#(?:[xX]0*[dD][89a-fA-F][0-9a-fA-F]{2}|0*(?:5529[6-9]|55[3-9]\d\d|56\d{3}|57[0-2]\d\d|573[0-3]\d|5734[0-3]));"
)
_ENTRY_TAG = re.compile(r"<(/?)(?:\w+:)?(?:item|entry)\b", re.IGNORECASE)
_SNIFFED = 64 * 1024
_GZIP = b"\x1f\x8b\x08"


def parse_feed(body: bytes, url: str, headers: Mapping[str, str]) -> ParsedFeed:
    """Read a feed or a sitemap that came from `url`; `headers` have lower-case names.

    Raises Permanent: `empty`, `not_a_feed` (HTML, PDF, JSON or XML of another kind), `entities` (a DTD that declares any),
    `too_deep` (beyond 256 levels), `too_many_attributes` (beyond 256 at one element), `malformed` (nothing can be made of it),
    `bomb` (a file that is gzipped and larger than 10 MiB).
    """
    text = read_text(_unzipped(body), headers).strip("\ufeff\0 \t\r\n")
    if not text:
        raise Permanent("empty", f"{len(body)} bytes without a letter")
    if text.startswith(("{", "[")):
        return with_hub(read_json_feed(text, url), headers, url)
    if "<" not in text[:_SNIFFED] or _HTML.match(text[:_SNIFFED]):
        raise Permanent("not_a_feed", f"begins {text[:40]!a}")
    return with_hub(_read_xml(text, url, headers.get("content-language", "")), headers, url)


def _unzipped(body: bytes) -> bytes:
    """The file within a gzipped one, as sitemaps often are, whatever the transport did. What breaks off is taken as far as it goes."""
    if not body.startswith(_GZIP):
        return body
    inflate = zlib.decompressobj(zlib.MAX_WBITS | 16)
    try:
        found = inflate.decompress(body, MAX_UNZIPPED)
    except zlib.error as error:
        raise Permanent("malformed", f"a gzipped file that cannot be read: {error}") from error
    if inflate.unconsumed_tail:
        raise Permanent("bomb", f"a gzipped file of more than {MAX_UNZIPPED >> 20} MiB")
    return found


def _read_xml(text: str, url: str, lang: str) -> ParsedFeed:
    text = _SURROGATE.sub("\ufffd", re.sub(r"^<\?xml[^>]*\?>", "", text))
    document = text.encode("utf-8", "replace")
    shape = _survey(document)
    if shape.root in ROOTS:
        return read_sitemap(document, url)
    parsed = _ask_feedparser(shape.cut(document), url, lang)
    if not (parsed.get("version") or parsed.entries or shape.root.lower() in _FEED_ROOTS):
        raise Permanent("not_a_feed", f"XML, but no kind of feed: begins {text[:80]!a}")
    found = parsed.entries[:-1] if _ends_within_an_entry(text) else parsed.entries
    entries = fields.distinct([entry for raw in found if (entry := _entry(raw, url))])
    hub, topic = named([(link.get("rel", ""), link.get("href", "")) for link in parsed.feed.get("links", ())], url)
    return ParsedFeed(
        title=_plain(parsed.feed, "title", fields.MAX_TITLE),
        url=fields.web_url(parsed.feed.get("link"), url),
        lang=fields.plain(parsed.feed.get("language"), 64),
        entries=fields.newest(entries),
        hints=hints_of(parsed.feed, text),
        truncated=bool(shape.end) or len(entries) > fields.MAX_ENTRIES or len(found) < len(parsed.entries),
        hub=hub,
        topic=topic,
    )


@dataclass(slots=True)
class _Shape:
    """What one pass of expat saw: the root's name, the open elements, the entries so far, and where to cut."""

    root: str = ""
    open: list[str] = field(default_factory=list)
    entries: int = 0
    end: int = 0
    closing: bytes = b""

    def cut(self, document: bytes) -> bytes:
        return document[: self.end] + self.closing if self.end else document


def _survey(document: bytes) -> _Shape:
    """Look at the document's build before anything is made of it.

    Raises Permanent(`entities`, `too_deep`, `too_many_attributes`). An ill-formed document is surveyed up to its first fault.
    """
    shape = _Shape()
    parser = expat.ParserCreate("utf-8")
    parser.ordered_attributes = True
    parser.EntityDeclHandler = _refuse_entities
    parser.StartElementHandler = lambda name, attributes: _open(shape, parser, name, len(attributes) // 2)
    parser.EndElementHandler = lambda _name: shape.open.pop()
    with suppress(expat.ExpatError):  # feedparser has a looser parser for these
        parser.Parse(document, True)
    return shape


def _open(shape: _Shape, parser: expat.XMLParserType, name: str, attributes: int) -> None:
    if attributes > MAX_ATTRIBUTES:
        raise Permanent("too_many_attributes", f"{attributes} at <{name[:40]}>")
    if name.rpartition(":")[2] in {"item", "entry"}:
        shape.entries += 1
        if shape.entries == MAX_ELEMENTS_READ + 1:
            shape.end = parser.CurrentByteIndex
            shape.closing = "".join(f"</{opened}>" for opened in reversed(shape.open)).encode()
    shape.root = shape.root or name.rpartition(":")[2]
    shape.open.append(name)
    if len(shape.open) > MAX_DEPTH:
        raise Permanent("too_deep", f"more than {MAX_DEPTH} levels")


def _refuse_entities(name: str, *_rest: object) -> None:
    raise Permanent("entities", f"the document declares the entity {name[:40]!r}")


def _ask_feedparser(document: bytes, url: str, lang: str) -> Any:
    # A stream, for a string might be taken for an address or a file's name.
    headers = {"content-type": "application/xml; charset=utf-8", "content-location": url, "content-language": lang}
    try:
        return feedparser.parse(io.BytesIO(document), response_headers=headers)
    except MemoryError:
        raise
    except Exception as error:
        raise Permanent("malformed", f"{type(error).__name__}: {str(error)[:300]}") from error


def _ends_within_an_entry(text: str) -> bool:
    """Whether the document broke off inside an entry, of which half must not be taken for the whole."""
    tags = deque(_ENTRY_TAG.finditer(text, max(0, len(text) - fields.MAX_TEXT)), maxlen=1)
    return bool(tags) and not tags[0][1] and "/>" not in text[tags[0].start() :]


def _entry(raw: Any, base: str) -> Entry | None:
    html, is_marked = _richest(raw)
    entry = Entry(
        key="",
        url=fields.web_url(raw.get("link"), base),
        title=_plain(raw, "title", fields.MAX_TITLE),
        author=fields.plain(raw.get("author"), fields.MAX_AUTHOR),
        summary=_plain(raw, "summary", fields.MAX_TEXT),
        content_html=fields.marked_up(html, markup=is_marked),
        published=_moment(raw, "published_parsed"),
        updated=_moment(raw, "updated_parsed"),
        tags=fields.labels([tag.get("term") for tag in raw.get("tags", ())]),
    )
    return fields.keyed(raw.get("id"), entry)


def _richest(raw: Any) -> tuple[str, bool]:
    """The longest of the entry's contents and its summary, and whether it is HTML."""
    bodies = [*raw.get("content", ()), raw.get("summary_detail") or {}]
    texts = [(body.get("value") or "", body.get("type") != "text/plain") for body in bodies]
    return max(texts, key=lambda text: len(text[0]))


def _plain(owner: Any, name: str, limit: int) -> str:
    kind = (owner.get(f"{name}_detail") or {}).get("type") or "text/html"
    return fields.plain(owner.get(name), limit, markup=kind != "text/plain")


def _moment(raw: Any, name: str) -> Any:
    stamp = raw[name] if name in raw else None  # noqa: SIM401 -- get() would put `published` in the place of `updated`
    return fields.instant(*stamp[:6]) if isinstance(stamp, struct_time) else None


def _with_short_authors(look: Callable[..., None]) -> Callable[..., None]:
    """Feedparser's search for an address in an author's name takes quadratic time (its issue 562): show it a short one."""

    def look_at_a_short_one(parser: Any, key: str = "author") -> None:
        context = parser._get_context()  # noqa: SLF001 -- the one place where the name can be cut in time
        if isinstance(context.get(key), str):
            context[key] = context[key][: fields.MAX_AUTHOR]
        look(parser, key)

    return look_at_a_short_one


def _without_other_names(find: Callable[..., Any]) -> Callable[..., Any]:
    """Feedparser takes a link's `uri` for its address, and then drops the text that is one: `<link uri="at://…">https://…</link>`."""

    def find_on_the_web(attributes: dict[str, str]) -> Any:
        if not attributes.get("uri", "http:").lower().startswith(("http:", "https:", "/")):
            del attributes["uri"]
        return find(attributes)

    return find_on_the_web


_Mixin = mixin._FeedParserMixin  # noqa: SLF001
_Mixin._sync_author_detail = _with_short_authors(_Mixin._sync_author_detail)  # noqa: SLF001
_Mixin._enforce_href = staticmethod(_without_other_names(_Mixin._enforce_href))  # noqa: SLF001
