"""Bytes to text by what they declare, as far as the declaration is a text encoding and true.

Guesses nothing from the statistics of letters.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator, Mapping

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16's, which is its beginning
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_UNMARKED = ((b"<\0\0\0", "utf-32-le"), (b"\0\0\0<", "utf-32-be"), (b"<\0", "utf-16-le"), (b"\0<", "utf-16-be"))
_SUPERSETS = {"gb2312": "gb18030", "gbk": "gb18030", "shift_jis": "cp932", "euc_kr": "cp949"}
_FIT = re.compile(
    r"ascii|utf-8|utf-8-sig|utf-16(-le|-be)?|utf-32(-le|-be)?|iso8859-\d+|cp(1\d\d\d|4\d\d|7\d\d|8\d\d|932|949|950)"
    r"|koi8-[rut]|gb2312|gbk|gb18030|big5|big5hkscs|euc_jp|euc_jis_2004|shift_jis|iso2022_jp|euc_kr|mac-\w+|tis-620|ptcp154"
)
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([^\s\"';,]+)", re.IGNORECASE)
_DECLARED = re.compile(rb"\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9._-]{1,40})[\"']")


def read_text(body: bytes, headers: Mapping[str, str]) -> str:
    """The text of an XML or JSON document: by its mark, the header, its own declaration, else UTF-8, else Windows-1252.

    A declared encoding that is none for text (`utf-7`, `zlib`, `idna` …) or that the bytes contradict is passed over.
    `headers` have lower-case names.
    """
    for mark, encoding in _BOMS:
        if body.startswith(mark):
            return body[len(mark) :].decode(encoding, "replace")
    for encoding in _claims(body, headers):
        try:
            return body.decode(encoding)
        except UnicodeError:
            continue
    return body.decode("cp1252", "replace")


def _claims(body: bytes, headers: Mapping[str, str]) -> Iterator[str]:
    for start, encoding in _UNMARKED:
        if body.startswith(start):
            yield encoding
    in_header = _CHARSET.search(headers.get("content-type", ""))
    in_body = _DECLARED.match(body)
    for name in (in_header and in_header[1], in_body and in_body[1].decode("ascii")):
        if name and (fit := _fit(name)):
            yield fit
    yield "utf-8"


def _fit(name: str) -> str:
    """Python's name of a text encoding; empty for anything else."""
    try:
        canonical = codecs.lookup(name).name
    except (LookupError, ValueError):
        return ""
    return _SUPERSETS.get(canonical, canonical) if _FIT.fullmatch(canonical) else ""
