"""The collections of feeds whose makers say what they mean: feedparser's suite, and gofeed's pairs. What each says, field by field, beside what Monitor makes of it.

The other side is read by means of its own: an HTML parser for visible text, no function of `monitor.sources`.
"""

from __future__ import annotations

import ast
import io
import json
import re
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import feedparser
from selectolax.lexbor import LexborHTMLParser

from monitor.errors import OutsideError
from monitor.ports import Entry, ParsedFeed
from monitor.sources.feed import parse_feed

CORPORA = Path(__file__).resolve().parents[2] / "shared/corpora/feeds"
DIFFERENCES = Path(__file__).parent / "sources" / "differences.toml"
SERVED_AT = "http://127.0.0.1:8097/"  # where feedparser's own runner serves its files

_SAID = re.compile(r"Expect:\s*(.*?)\s*-->")
_HEADER = re.compile(r"^\s*Header:\s*([\w-]+)\s*:(.*)$", re.MULTILINE)
_ALLOWED = (
    *(ast.Expression, ast.BoolOp, ast.UnaryOp, ast.Compare, ast.BinOp, ast.Subscript, ast.Attribute, ast.Name),
    *(ast.Constant, ast.Tuple, ast.List, ast.Dict, ast.Call, ast.boolop, ast.unaryop, ast.cmpop, ast.operator, ast.expr_context),
)  # fmt: skip
_CALLS = {"len": len, "ord": ord}


@dataclass(frozen=True, slots=True)
class Sample:
    """One file of feedparser's suite: its bytes, the headers it wants to be served with, and what it expects."""

    name: str
    body: bytes
    headers: dict[str, str]
    expects: str


def samples() -> Iterator[Sample]:
    """Feedparser's suite, but for its one file that is JSON."""
    root = CORPORA / "feedparser/tests"
    for path in sorted(root.rglob("*.xml")):
        body = path.read_bytes()
        text = body.decode(_written_in(body), "replace")
        if said := _SAID.search(text):
            name = str(path.relative_to(root))
            headers = {name.lower(): value.strip() for name, value in _HEADER.findall(text)}
            headers = {"content-type": "application/xml", "content-location": f"{SERVED_AT}tests/{name}", **headers}
            yield Sample(name, body, headers, said[1])


def _written_in(body: bytes) -> str:
    if body.startswith(b"\x4c\x6f\xa7\x94"):
        return "cp037"
    marks = {b"\xff\xfe\0\0": "utf-32", b"\0\0\xfe\xff": "utf-32", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
    starts = {b"<\0\0\0": "utf-32-le", b"\0\0\0<": "utf-32-be", b"<\0": "utf-16-le", b"\0<": "utf-16-be"}
    return next((name for start, name in (marks | starts).items() if body.startswith(start)), "utf-8")


def answer_of(sample: Sample) -> Any:
    """What feedparser says of a file."""
    return feedparser.parse(io.BytesIO(sample.body), response_headers=sample.headers)


def is_right(sample: Sample, answer: Any) -> bool:
    """Whether feedparser's answer is what its suite expects of it."""
    tree = ast.parse(sample.expects, mode="eval")
    for node in ast.walk(tree):
        if not isinstance(node, _ALLOWED) or (isinstance(node, ast.Attribute) and node.attr.startswith("_")):
            return False
    said = {name: answer.get(name) for name in ("bozo", "feed", "entries", "version", "encoding", "headers")}
    try:
        return bool(eval(compile(tree, sample.name, "eval"), {"__builtins__": {}}, {**_CALLS, **said}))
    except (NameError, KeyError, AttributeError, IndexError, TypeError):
        return False


def monitors(body: bytes, headers: Mapping[str, str]) -> ParsedFeed | str:
    """What Monitor says, as its workers do: a feed, or the name of an error."""
    url = urljoin(SERVED_AT, headers.get("content-location", ""))
    try:
        return parse_feed(body, url, headers)
    except OutsideError as error:
        return error.reason


def letters(value: Any, kind: str = "text/html") -> str:
    """The visible text without its white space; any type but `text/plain` holds markup."""
    text = value if isinstance(value, str) else ""
    if kind != "text/plain":
        body = LexborHTMLParser(f"<body>{text}").body
        text = body.text(deep=True) if body else ""
    return "".join(re.sub(r"[\x00-\x08\x0b-\x1f\x7f\ufffe\uffff]", "", text).split())


def _text(owner: Any, name: str) -> str:
    return letters(owner.get(name), (owner.get(f"{name}_detail") or {}).get("type") or "text/html")


def _link(value: Any) -> str:
    text = (value or "").strip().replace(" ", "%20")
    return text if re.match(r"https?://[^/]", text, re.IGNORECASE) else ""


def _moment(owner: Any, name: str) -> datetime | None:
    stamp = owner[name] if name in owner else None  # noqa: SIM401 -- feedparser's get() answers for `updated` with `published`
    return datetime(*stamp[:6], tzinfo=UTC) if stamp else None


def _bodies(raw: Any) -> list[Any]:
    bodies = [*raw.get("content", ()), raw.get("summary_detail") or {}]
    return [body for body in bodies if (body.get("value") or "").strip()]


def _longest(raw: Any) -> str:
    best = max(_bodies(raw), key=lambda body: len(body["value"]), default={})
    return letters(best.get("value"), best.get("type") or "text/html")


def _key(ours: Entry) -> str:
    return "" if ours.key.startswith("sha256:") else ours.key


def _terms(raw: Any) -> tuple[str, ...]:
    terms = (" ".join((tag.get("term") or "").split()) for tag in raw.get("tags", ()))
    return tuple(dict.fromkeys(filter(None, terms)))


FEED: Mapping[str, tuple[Callable[[ParsedFeed], object], Callable[[Any], object]]] = {
    "title": (lambda ours: letters(ours.title, "text/plain"), lambda raw: _text(raw, "title")),
    "link": (lambda ours: ours.url, lambda raw: _link(raw.get("link"))),
    "language": (lambda ours: ours.lang, lambda raw: raw.get("language") or ""),
    "ttl": (lambda ours: ours.hints.ttl, lambda raw: float(raw["ttl"]) * 60 if raw.get("ttl") else None),
}
ENTRY: Mapping[str, tuple[Callable[[Entry], object], Callable[[Any], object]]] = {
    "id": (_key, lambda raw: " ".join((raw.get("id") or "").split()) or _link(raw.get("link"))),
    "title": (lambda ours: letters(ours.title, "text/plain"), lambda raw: _text(raw, "title")),
    "link": (lambda ours: ours.url, lambda raw: _link(raw.get("link"))),
    "author": (lambda ours: letters(ours.author, "text/plain"), lambda raw: letters(raw.get("author"), "text/plain")),
    "published": (lambda ours: ours.published, lambda raw: _moment(raw, "published_parsed")),
    "updated": (lambda ours: ours.updated, lambda raw: _moment(raw, "updated_parsed")),
    "summary": (lambda ours: letters(ours.summary, "text/plain"), lambda raw: _text(raw, "summary")),
    "content": (lambda ours: letters(ours.content_html), _longest),
    "tags": (lambda ours: ours.tags, _terms),
}


@dataclass(slots=True)
class Comparison:
    """How many values of each field agree, and which do not: (document, field) with ours and theirs."""

    documents: int = 0
    agree: Counter[str] = field(default_factory=Counter)
    differ: dict[tuple[str, str], tuple[object, object]] = field(default_factory=dict)

    def hold(self, document: str, name: str, ours: object, theirs: object) -> None:
        """Take note of one value of both sides."""
        if ours == theirs:
            self.agree[name] += 1
        else:
            self.differ[document, name] = (ours, theirs)

    def differing(self, name: str) -> int:
        """How many documents differ in a field."""
        return sum(field == name for _, field in self.differ)


def against_feedparser() -> Comparison:
    """Each file of the suite where feedparser's own answer is what its suite expects."""
    said = Comparison()
    for sample in samples():
        answer = answer_of(sample)
        if not is_right(sample, answer):
            continue
        said.documents += 1
        ours = monitors(sample.body, sample.headers)
        said.hold(sample.name, "is a feed", ours if isinstance(ours, str) else "", "")
        if isinstance(ours, str):
            continue
        for name, (our, their) in FEED.items():
            said.hold(sample.name, f"feed {name}", our(ours), their(answer.feed))
        _hold_entries(said, sample.name, ours, answer.entries)
    return said


def _hold_entries(said: Comparison, document: str, ours: ParsedFeed, theirs: Sequence[Any]) -> None:
    """Entries that say nothing that could be read, by feedparser's own word, are none."""
    theirs = [raw for raw in theirs if any(ENTRY[name][1](raw) for name in ("id", "link", "title")) or _bodies(raw)]
    said.hold(document, "entries", len(ours.entries), len(theirs))
    for entry, raw in zip(ours.entries, theirs, strict=False):
        for name, (our, their) in ENTRY.items():
            said.hold(document, f"entry {name}", our(entry), their(raw))


def pairs() -> Iterator[tuple[str, bytes, dict[str, Any]]]:
    """Gofeed's pairs: a document, and what gofeed says of it."""
    root = CORPORA / "gofeed/testdata"
    for path in sorted(root.rglob("*")):
        told = path.with_name(f"{path.stem}_expected.json" if path.suffix == ".json" else f"{path.stem}.json")
        if path.suffix in {".xml", ".json"} and path != told and told.is_file():
            yield str(path.relative_to(root)), path.read_bytes(), json.loads(told.read_bytes())


def against_gofeed() -> Comparison:
    """Title, link, id and dates of all pairs."""
    said = Comparison()
    for document, body, told in pairs():
        said.documents += 1
        ours = monitors(body, {"content-location": "feed"})
        said.hold(document, "is a feed", ours if isinstance(ours, str) else "", "")
        if isinstance(ours, str):
            continue
        theirs = _told(told)
        said.hold(document, "feed title", letters(ours.title, "text/plain"), theirs["title"])
        said.hold(document, "feed link", ours.url, theirs["link"])
        items = [_told(item) for item in told.get("entries") or told.get("items") or []]
        _hold_items(said, document, ours, items)
    return said


def _hold_items(said: Comparison, document: str, ours: ParsedFeed, items: Sequence[Mapping[str, object]]) -> None:
    theirs = [item for item in items if any(item[name] for name in ("title", "link", "id", "text"))]
    theirs = theirs if len(ours.entries) < len(items) else items
    said.hold(document, "entries", len(ours.entries), len(theirs))
    for entry, item in zip(ours.entries, theirs, strict=False):
        mine = {"title": letters(entry.title, "text/plain"), "link": entry.url, "id": entry.key}
        mine |= {"published": entry.published, "updated": entry.updated}
        for name, value in mine.items():
            own_id = name == "id" and not item["id"]  # gofeed makes none up
            said.hold(document, f"entry {name}", value, value if own_id else item[name])


def _told(said: Mapping[str, Any]) -> Mapping[str, object]:
    """What gofeed calls by other names in RSS, Atom, JSON Feed and in its own common form."""
    link = said.get("link") or said.get("url") or said.get("home_page_url") or _first_link(said)
    guid = said.get("id") or said.get("guid") or ""
    return {
        "title": letters(said.get("title")),
        "link": urljoin(SERVED_AT, _link(link)) if link else "",
        "id": guid["value"] if isinstance(guid, dict) else guid,
        "published": _iso(said.get("publishedParsed") or said.get("pubDateParsed") or said.get("date_published")),
        "updated": _iso(said.get("updatedParsed") or said.get("date_modified")),
        "text": said.get("description") or said.get("content") or said.get("summary") or "",
    }


def _first_link(said: Mapping[str, Any]) -> str:
    for link in said.get("links", ()):
        if isinstance(link, dict) and link.get("rel", "alternate") in {"alternate", ""}:
            return str(link.get("href", ""))
    return ""


def _iso(said: str | None) -> datetime | None:
    return datetime.fromisoformat(said) if said else None


def deliberate(suite: str) -> dict[tuple[str, str], str]:
    """The differences that are known, each with its reason."""
    told = tomllib.loads(DIFFERENCES.read_text("utf-8"))[suite]
    return {(document, row["field"]): row["why"] for row in told for document in row["documents"]}
