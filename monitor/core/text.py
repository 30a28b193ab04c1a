"""What two texts have in common when only the look of them differs, and their words. It does not know what an article is.

The lettering of a text is what a change is measured by: its letters, marks and digits, with the signs that change what a
number says (currency, per cent, the decimal point, a minus). White space, quotes, dashes, capitals and all other marks are looks.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable

from monitor.core.codepages import Rewriting

_GROUPING = re.compile(r"(?<=\d)[,.'’\u00a0\u202f ](?=\d{3}(?!\d))")
_DECIMAL = re.compile(r"(?<=\d)[.,](?=\d)")
_MINUS = re.compile(r"(?<![^\s(])[-−–](?=\d)")
_POINT, _SIGN = "\u2e31", "\u2213"  # stand for a decimal point and a minus: both outlive `_Kept`


class _Kept(dict[int, str | None]):
    """A table for `str.translate` that learns each character once: kept as it is, or dropped."""

    def __missing__(self, code: int) -> str | None:
        self[code] = kept = chr(code) if _says_something(code) else None
        return kept


def _says_something(code: int) -> bool:
    character = chr(code)
    if 0xFE00 <= code <= 0xFE0F:  # variation selectors choose a glyph
        return False
    return unicodedata.category(character)[0] in "LMN" or unicodedata.category(character) == "Sc" or character in _SIGNS


_SIGNS = f"%‰{_POINT}{_SIGN}"
_kept = _Kept()
# Digits of which a sign beside them may be a part. It begins with one set of characters, which is the quickest search there is.
_NUMBERED = re.compile(r"[-−–0-9](?:(?<=[-−–])[0-9]|[,.'’\u00a0\u202f ][0-9])")


def lettering(text: str) -> str:
    """The text reduced to what it says: equal for two texts that differ only in looks."""
    letters = _quick(text)
    if letters is None or not (letters.isalpha() or not _NUMBERED.search(text)):
        return _spelled(text)
    return letters


def _spelled(text: str) -> str:
    """The same, whatever the text."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    text = _GROUPING.sub("", text)
    text = _DECIMAL.sub(_POINT, text)
    return _MINUS.sub(_SIGN, text).translate(_kept).casefold()


_quick = Rewriting(_spelled)


def without_digits(lettered: str) -> str:
    """A lettering without its figures: equal for a counter at two moments."""
    return "".join(c for c in lettered if not (c.isnumeric() or c == _POINT))


def short_hash(text: str) -> str:
    """Twelve hex digits that stand for a text where a collision costs little."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def collapse(text: str) -> str:
    """One line: every run of white space is one space; characters that cannot be shown or stored are gone."""
    return " ".join(text.translate(_UNSTORABLE).split())


_UNSTORABLE: dict[int, str | None] = dict.fromkeys(
    [*range(9), 11, *range(14, 32), 127, 0xAD, 0x200B, 0x2060, 0xFEFF, 0xFFFE, 0xFFFF, *range(0xD800, 0xE000)]
)
_UNSTORABLE[11] = " "

_MONTH = r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
_NUMBER = r"\d+(?:[.,'’\u00a0\u202f]\d+)*"
_ATOMS = re.compile(
    rf"""
      \d{{4}}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d)?(?:Z|[+-]\d\d:?\d\d)?)?       # an ISO date
    | \d{{1,2}}(?:st|nd|rd|th)?\s{_MONTH}\b\.?(?:,?\s\d{{4}}\b)?             # 15 November 2015
    | \b{_MONTH}\b\.?\s\d{{1,2}}(?:st|nd|rd|th)?\b(?:,?\s\d{{4}}\b)?         # November 15, 2015
    | \d{{1,2}}[:.]\d\d(?::\d\d)?(?:\s?[ap]\.?m\b\.?)?(?![\d%])              # a time of day
    | [-−]?[$€£¥₹₽₩]\s?{_NUMBER}(?:\s?(?:million|billion|trillion|thousand|[mbk]n?)\b)?   # money
    | (?<!\w)[-−]?{_NUMBER}(?:\s?[%‰$€£¥₹₽₩]|(?:st|nd|rd|th)\b)?             # a number, with its sign and unit
    | [\u0e00-\u0eff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]    # scripts written without spaces
    | (?:[^\W_]|[\u0300-\u036f\u0900-\u0dff])+(?:['’\u2010\u2011-](?:[^\W_]|[\u0300-\u036f\u0900-\u0dff])+)*   # a word
    | \S
    """,
    re.VERBOSE | re.IGNORECASE,
)


def tokens(text: str) -> list[tuple[str, int, int]]:
    """The words of a text as (token, start, end), offsets into the text. A number, date or sum of money is one token."""
    return [(found.group(), *found.span()) for found in _ATOMS.finditer(text)]


def joined(parts: Iterable[str]) -> str:
    """The lettering of several texts as one, wherever one ends and the next begins."""
    return "".join(map(lettering, parts))
