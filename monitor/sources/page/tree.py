"""A page's bytes as a bounded tree. It decides the encoding and refuses what is too deep; it reads no meaning.

Encoding: byte-order mark, then UTF-8 where the bytes are UTF-8, then what the header or the page declares (HTML Standard,
"determining the character encoding", with its order changed: pages in UTF-8 that declare Latin-1 are common, the reverse
is next to impossible).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping

from selectolax.lexbor import LexborHTMLParser, LexborNode

from monitor.sources.charset import read_text

MOST_BYTES = 10 * 2**20
DEEPEST = 512
MOST_ATTRIBUTES = 1_000
TOO_MUCH = f"nested deeper than {DEEPEST} elements, or more than {MOST_ATTRIBUTES} attributes at one"

_HEADER = re.compile(r"charset\s*=\s*[\"']?([^\s\"';,]+)", re.IGNORECASE)
_META = re.compile(rb"<meta[^>]{0,300}?charset\s*=\s*[\"']?\s*([A-Za-z0-9._:-]{1,40})", re.IGNORECASE)
_STATEFUL = ("iso-2022", "utf-16", "utf-32", "hz-")
_LATIN = frozenset({"iso-8859-1", "latin1", "latin-1", "us-ascii", "ascii", "iso8859-1"})
_TITLE_BEGINS = re.compile(r"<title\b[^<>]{0,300}>", re.IGNORECASE)
_TITLE_ENDS = re.compile(r"</title\b", re.IGNORECASE)
_NESTING = re.compile(
    r"<(/?)(?!(?:p|li|dt|dd|td|th|tr|br|hr|img|input|meta|link|area|base|col|embed|source|track|wbr|option|optgroup|thead|tbody|tfoot|colgroup|param|path|rect|circle|use|line|polygon|html|head|body)\b)([a-z][^\s/>]{0,31})",
    re.IGNORECASE,
)
_LONG_TAG = re.compile(r"<[a-z][^<>]{3000,}", re.IGNORECASE)
_QUOTED = re.compile(r"""=\s*(?:"[^"]*"|'[^']*')""")


def decoded(body: bytes, headers: Mapping[str, str]) -> str:
    """The text of an HTML page. Never fails: what cannot be read becomes U+FFFD."""
    named = _HEADER.search(headers.get("content-type", ""))
    meta = _META.search(body[:4096])
    claim = (named[1] if named else meta[1].decode("ascii") if meta else "").lower()
    if not claim.startswith(_STATEFUL) and not body.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = body.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace")
        if _is_utf8(text, claim):
            return text
    return read_text(
        body, {"content-type": f"text/html; charset={'windows-1252' if claim in _LATIN else claim or 'utf-8'}"}
    )


def _is_utf8(text: str, claim: str) -> bool:
    """Whether bytes decoded as UTF-8 were UTF-8; a page that says so may hold a few broken characters."""
    broken = text.count("\ufffd")
    if not broken:
        return True
    foreign = sum(not c.isascii() for c in text)
    return claim in {"utf-8", "utf8"} and broken * 4 <= foreign + 12


def parsed(html: str) -> LexborHTMLParser | None:
    """The tree, or None where it would be deeper than `DEEPEST`, or an element of it have more than `MOST_ATTRIBUTES`.

    The parser's time grows with the square of both.
    """
    return None if _depth(html) > DEEPEST or _has_too_many(html) else LexborHTMLParser(_closed(html))


def _has_too_many(html: str) -> bool:
    """Whether a tag has too many attributes; one with `<` or `>` in a value is counted up to there, and left to the limits of the pool."""
    return any(len(_QUOTED.sub("= ", tag[0]).split()) > MOST_ATTRIBUTES for tag in _LONG_TAG.finditer(html))


def _closed(html: str) -> str:
    """The page without a `<title>` that is never closed: it would swallow all the rest."""
    end = max((found.start() for found in _TITLE_ENDS.finditer(html)), default=0)
    return html[:end] + _TITLE_BEGINS.sub("", html[end:]) if _TITLE_BEGINS.search(html, end) else html


def _depth(html: str) -> int:
    """How deep elements that must be closed are nested, at most. An end tag closes what stands in the element it names, and nothing where none is open."""
    opened: list[str] = []
    names: Counter[str] = Counter()
    deepest = 0
    for found in _NESTING.finditer(html):
        name = found[2].lower()
        if not found[1]:
            opened.append(name)
            names[name] += 1
            deepest = max(deepest, len(opened))
        while found[1] and names[name]:
            closed = opened.pop()
            names[closed] -= 1
            if closed == name:
                break
    return deepest


def breaks_off(html: str) -> bool:
    """Whether the document ends in the middle of a word or tag, with elements open: the rest was lost on its way.

    A page that merely leaves out the end tags of its body, as the HTML Standard allows, ends with some tag.
    """
    end = html[-2_000:].rstrip().lower()
    if end.endswith((">", "}", ";")) or "</body" in end or "</html" in end:
        return False
    return sum(-1 if found[1] else 1 for found in _NESTING.finditer(html)) > 0


def children(node: LexborNode) -> Iterator[LexborNode]:
    """The child nodes, texts included."""
    child = node.child
    while child is not None:
        yield child
        child = child.next
