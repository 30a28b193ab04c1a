"""Feeds listed in an OPML file (opml.org/spec2.opml), as feed readers export them: addresses, and the folders around them and their categories as tags.

A feed's id is made of its address alone, so that neither another title nor another order makes it another feed. Nothing is
expanded or fetched: a file that declares an entity is refused. Readers often write `&` bare; here it stands for itself.
"""

from __future__ import annotations

import codecs
import hashlib
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from xml.parsers import expat

from monitor.config.findings import quoted
from monitor.config.values import ID, url_problem
from monitor.core.urls import canonical
from monitor.errors import Fault, Permanent

LARGEST = 32 * 1024 * 1024  # bytes
DEPTH = 64  # elements in each other
MOST = 100_000  # feeds
TOLD = 100  # faults of one file

_LONGEST_TAG = 64
_LONGEST_WORDS = 50  # of an id, before the digits that make it unique
_DECLARED = re.compile(rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
_BARE = re.compile(r"&(?!(?:amp|lt|gt|quot|apos|#\d{1,7}|#x[0-9A-Fa-f]{1,6});)")
_STANDS_IN = "\ue000"  # for a bare `&` while expat reads: one character for one, so that columns stay
_EVERYDAY = {"www", "feed", "feeds", "rss", "rss2", "atom", "xml", "index", "default", "html", "php", "aspx"}
_COMMENTED = "\0"  # on the stack of folders: everything within is a comment
_EXPECTED = 'expected XML, where a value has &quot; for " and &lt; for <'
_PLACE = re.compile(r": line \d+, column \d+$")


@dataclass(frozen=True, slots=True)
class Outline:
    """One feed of a file. `tags` are the folders around it, the outermost first, then its categories."""

    url: str
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Trouble:
    """What is wrong with a file, and where; line 0 for all of it."""

    line: int
    column: int
    problem: str


class _Stop(Exception):
    """No more of the file can be read."""


def bring_in(raw: dict[str, Any], folder: Path) -> list[Fault]:
    """Add the feeds of the file that a raw configuration names to its `feeds`, where no table has their address; what is wrong with it."""
    name = raw.get("feeds_file")
    tables = raw.setdefault("feeds", {}) if isinstance(name, str) else None
    if not isinstance(name, str) or not name or "\0" in name or not isinstance(tables, dict):
        return []  # the models say so
    listed, faults = listed_in(Path(folder, Path(name).expanduser()).resolve())
    known = [table.get("url") for table in tables.values() if isinstance(table, dict)]
    tables.update((id_of(url), {"url": url, "tags": list(tags)}) for url, tags in unknown(listed, known).items())
    return faults


def listed_in(path: Path) -> tuple[Mapping[str, tuple[str, ...]], list[Fault]]:
    """The addresses in a file, each with its tags, and what is wrong with the file."""
    outlines, troubles = _read_file(path)
    return merged(outlines), [Fault(str(path), one.line, one.column, "", one.problem) for one in troubles]


def unknown(listed: Mapping[str, tuple[str, ...]], known: Iterable[object]) -> dict[str, tuple[str, ...]]:
    """Those of the listed addresses that mean none of the known ones."""
    same = {_same(url) for url in known}
    return {url: tags for url, tags in listed.items() if _same(url) not in same}


def _read_file(path: Path) -> tuple[list[Outline], list[Trouble]]:
    try:
        with path.open("rb") as opened:
            content = opened.read(LARGEST + 1)
    except OSError as error:
        return [], [Trouble(0, 0, f"expected a file that can be read, got: {error.strerror}")]
    if len(content) > LARGEST:
        return [], [Trouble(0, 0, f"expected a file of at most {LARGEST // 1024**2} MiB, got a larger one")]
    return read(content)


def read(content: bytes) -> tuple[list[Outline], list[Trouble]]:
    """All feeds of a file in its order, and all that is wrong with it."""
    reader = _Reader()
    try:
        reader.feed(_BARE.sub(_STANDS_IN, _text(content)))
    except _Stop:
        pass
    except expat.ExpatError as error:
        reader.troubles.append(
            Trouble(error.lineno, error.offset + 1, f"{_EXPECTED}, got {_PLACE.sub('', str(error))}")
        )
    except UnicodeError as error:
        reader.troubles.append(Trouble(0, 0, f"expected text in the encoding that the file names, or UTF-8: {error}"))
    return reader.outlines, reader.troubles


def merged(outlines: Iterable[Outline]) -> Mapping[str, tuple[str, ...]]:
    """The tags of each address: a feed that stands in several folders has them all."""
    tags: dict[str, dict[str, None]] = {}
    first: dict[str, str] = {}
    for outline in outlines:
        url = first.setdefault(_same(outline.url), outline.url)
        tags.setdefault(url, {}).update(dict.fromkeys(outline.tags))
    return {url: tuple(named) for url, named in tags.items()}


def id_of(url: str) -> str:
    """The id of a feed: what its address says, and 8 hex digits that no other address has."""
    parts = urlsplit(url)
    words = re.findall("[a-z0-9]+", f"{parts.hostname} {parts.path}".lower())
    said = "-".join(word for word in words if word not in _EVERYDAY)[:_LONGEST_WORDS].strip("-")
    digits = hashlib.sha256(_same(url).encode()).hexdigest()[:8]
    return f"{said or 'feed'}-{digits}"


def tag_of(folder: str) -> str:
    """A folder's name as a tag: `World News` is `world-news`; one without a letter a–z or digit is `folder-` and 8 hex digits."""
    plain = unicodedata.normalize("NFKD", folder.casefold()).encode("ascii", "ignore").decode()
    tag = "-".join(re.findall("[a-z0-9]+", plain))[:_LONGEST_TAG].strip("-")
    return tag or f"folder-{hashlib.sha256(folder.encode()).hexdigest()[:8]}"


def tags_of(category: str) -> tuple[str, ...]:
    """The tags in a `category`: slashes part what stands above from what stands below, commas one from the next."""
    names = (name.strip() for path in category.split(",") for name in path.split("/"))
    return tuple(name if re.fullmatch(ID, name) else tag_of(name) for name in names if name)


def _same(url: object) -> str:
    """What addresses that mean the same have in common."""
    try:
        return canonical(url) if isinstance(url, str) else ""
    except Permanent:
        return str(url)


def _text(content: bytes) -> str:
    """The file's text by its byte order mark, the encoding it declares, or UTF-8. Raises UnicodeError."""
    for mark, name in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if content.startswith(mark):
            return content.decode(name)
    declared = _DECLARED.match(content)
    try:
        return content.decode(declared[1].decode() if declared else "utf-8")
    except LookupError as error:
        raise UnicodeError(str(error)) from error


@dataclass(slots=True)
class _Reader:
    """Takes what expat finds. `_around` holds a tag for each folder that is open, and nothing for other elements."""

    outlines: list[Outline] = field(default_factory=list)
    troubles: list[Trouble] = field(default_factory=list)
    _around: list[str] = field(default_factory=list)
    _parser: expat.XMLParserType = field(default_factory=expat.ParserCreate)

    def feed(self, text: str) -> None:
        """Read a whole text. Raises ExpatError, or _Stop after a trouble that ends the reading."""
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.EntityDeclHandler = self._refuse_entity
        self._parser.Parse(text, True)

    def _start(self, name: str, written: dict[str, str]) -> None:
        if not self._around and name != "opml":
            self._stop("an OPML file, with <opml> around all", f"<{name[:40]}>")
        if len(self._around) == DEPTH:
            self._stop(f"outlines at most {DEPTH} deep in each other", "more")
        values = {key.lower(): value.replace(_STANDS_IN, "&").strip() for key, value in written.items()}
        self._around.append(self._outline(values) if name == "outline" else "")

    def _end(self, _name: str) -> None:
        self._around.pop()

    def _outline(self, values: dict[str, str]) -> str:
        """Note the feed that an outline is; a tag for the folder that it is instead."""
        if _COMMENTED in self._around or values.get("iscomment", "").lower() == "true":
            return _COMMENTED
        url = values.get("xmlurl", "")
        if url:
            self._note(url, values.get("category", ""))
        elif values.get("type", "").lower() in {"rss", "atom"}:
            self._trouble("an xmlUrl: the address of the feed", "none")
        else:
            folder = values.get("text") or values.get("title") or ""
            return tag_of(folder) if folder else ""
        return ""

    def _note(self, written: str, category: str) -> None:
        scheme, _, rest = written.partition("://")
        url = f"{scheme.lower()}://{rest}" if rest else written
        if problem := url_problem(url):
            expected, got = problem
            self._trouble(f"as xmlUrl {expected}", got if "user name" in expected else quoted(url))
        elif len(self.outlines) == MOST:
            self._stop(f"at most {MOST:,} feeds in one file", "more")
        else:
            tags = dict.fromkeys(filter(None, (*self._around, *tags_of(category))))
            self.outlines.append(Outline(url, tuple(tags)))

    def _refuse_entity(self, name: str, *_: object) -> None:
        self._stop("an OPML file without entities of its own", f"a declaration of {quoted(name)}")

    def _trouble(self, expected: str, got: str) -> None:
        line, column = self._parser.CurrentLineNumber, self._parser.CurrentColumnNumber + 1
        self.troubles.append(Trouble(line, column, f"expected {expected}, got {got}"))
        if len(self.troubles) == TOLD:
            raise _Stop

    def _stop(self, expected: str, got: str) -> None:
        self._trouble(expected, got)
        raise _Stop
