"""The words of a text as a comparison takes them: a figure, date, time, age, sum of money or quoted name is one word.

It covers English, French, German, Spanish, Arabic, Russian, Chinese and Japanese; in scripts without spaces each character is a word,
but figures and katakana stay whole. It knows no meaning: two words are the same where their letters are (`key`).
"""

from __future__ import annotations

import re
from bisect import bisect_left
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple

from monitor.core.codepages import Rewriting
from monitor.core.text import lettering


class Words(NamedTuple):
    """The words of a text and where each begins and ends, in code points."""

    texts: list[str]
    starts: list[int]
    ends: list[int]


_MARKS = "\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0670\u0900-\u0dff"
_LETTER = rf"(?:[^\W\d_]|[{_MARKS}])"
_NUMBER = r"\d+(?:[.,'’٫٬\u00a0\u202f]\d+)*"
_ATTACHED = r"(?:[A-Za-z]{1,3}(?![^\W_]))?"  # 1990s, 24h
_TENS = "十百千万萬億亿兆"
_WIDE_FIGURE = rf"[〇零一二三四五六七八九两兩半]?[{_TENS}][〇零一二三四五六七八九两兩{_TENS}]*"

_ascii = re.compile(r"([A-Za-z][A-Za-z0-9]*(?:['-][A-Za-z0-9]+)*|\d+(?:[.,']\d+)*(?:[A-Za-z]{1,3}(?![A-Za-z0-9]))?|\S)")
_plain = re.compile(
    rf"({_NUMBER}{_ATTACHED}|{_WIDE_FIGURE}|[\u30a1-\u30fa\u30fc]+"
    r"|[\u0e00-\u0eff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]"
    rf"|{_LETTER}(?:[^\W_]|[{_MARKS}])*(?:['’\u2010\u2011-](?:[^\W_]|[{_MARKS}])+)*|\S)"
)

_MONTHS = r"""(?:jan(?:uary|vier|uar)?|feb(?:ruary|ruar)?|févr(?:ier)?|mar(?:ch|s)?|märz|apr(?:il)?|avr(?:il)?|ma[iy]|ju[nl][eiy]?|juin|juil(?:let)?
    |aug(?:ust)?|août|sept?(?:emb(?:er|re))?|o[ck]t(?:ob(?:er|re))?|nov(?:emb(?:er|re))?|de[cz](?:emb(?:er|re))?|déc(?:embre)?
    |enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre
    |январ[ья]|феврал[ья]|марта?|апрел[ья]|ма[йя]|июн[ья]|июл[ья]|августа?|сентябр[ья]|октябр[ья]|ноябр[ья]|декабр[ья]
    |يناير|فبراير|مارس|أبريل|إبريل|مايو|يونيو|يوليو|أغسطس|سبتمبر|أكتوبر|نوفمبر|ديسمبر)"""
_GROUPED = r"\d{1,3}(?:[ \u00a0\u202f]\d{3})+(?!\d)(?:[.,]\d+)?"
_AMOUNT = rf"(?:{_GROUPED}|{_NUMBER})"
_SHORT = r"(?:bn|m|k|tn)\b"
_SCALE = r"(?:\s?(?:million(?:s|en)?|milliard(?:s|en)?|billion(?:s|en)?|trillion(?:s)?|thousand|mille|mil|millones|тысяч|млн|млрд|bn|亿|億|万)\b|\s?(?:Mio|Mrd)\.)"
_CURRENCY = r"(?:US\$|A\$|C\$|[$€£¥₹₽₩])"
_figure = re.compile(
    rf"""
      \d{{4}}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d)?(?:Z|[+-]\d\d:?\d\d)?)?                    # an ISO date
    | (?:\d{{2,4}}年)?\d{{1,2}}月(?:\d{{1,2}}日)? | \d{{2,4}}年                            # 2015年11月15日
    | \d{{1,2}}[時时点](?:\d{{1,2}}分)?                                                   # 14時05分
    | \d{{1,2}}(?:st|nd|rd|th|er|\.|º)?\s(?:de\s)?{_MONTHS}\b\.?(?:,?\s(?:de\s)?\d{{4}}\b)?  # 15 November 2015
    | \d{{1,2}}[:.]\d\d(?::\d\d)?(?:\s?[ap]\.?m\b\.?|\sUhr\b) | \d{{1,2}}:\d\d(?::\d\d)?  # a time of day
    | \d{{1,2}}\s?[ap]\.?m\b\.? | \d{{1,2}}\s?h\s?\d\d\b | \d{{1,2}}\s(?:heures|Uhr)\b
    | \d{{1,3}}[-\u2010\u2011](?:year|month|week|day)s?[-\u2010\u2011]olds?\b             # an age
    | [-−]?{_CURRENCY}\s?{_AMOUNT}(?:{_SCALE}|{_SHORT})?                                 # money
    | [-−+]?{_AMOUNT}(?:{_SCALE}?\s?(?:[%‰٪％$€£¥₹₽₩円元])|st\b|nd\b|rd\b|th\b|{_SCALE})   # a share, a sum, an ordinal
    | [-−+]?{_GROUPED} | [-−+]{_NUMBER}
    """,
    re.VERBOSE | re.IGNORECASE,
)
_month_first = re.compile(
    rf"{_MONTHS}\b\.?\s\d{{1,2}}(?:st|nd|rd|th)?\b(?!:)(?:,?\s\d{{4}}\b)?", re.VERBOSE | re.IGNORECASE
)
_lead = re.compile(rf"(?:(?<![^\s(\[“\"'])[-−+])?(?:{_CURRENCY}\s?)?$")  # what stands before a figure and belongs to it
_word_before = re.compile(r"[^\W\d_]{3,10}\.?\s$")
_digits = re.compile(rf"(?<![^\W_])(?<![.,]){_NUMBER}")
_quoted = re.compile(
    r"[“\"«„‘「『]\s?(?:(?:[^\W\d_a-zа-яё][\w’.-]{0,30})(?:\s(?!\s)(?:[^\W\d_a-zа-яё][\w’.-]{0,30}|of|the|de|du|la|von|der)){0,4}"
    r"|[\u30a1-\u30fa\u30fc\u4e00-\u9fff]{1,8})\s?[”\"»“’」』]"
)
_quote = re.compile('[“"«„‘「『]')


_word = re.compile(r"\w+")
_parted = Rewriting(lambda character: character.lower() if _word.match(character) else " ")


def small(text: str) -> list[str]:
    """The words of a text in small letters, without its marks: enough to look for some, or to see how alike two texts are."""
    parted = _parted(text)
    return parted.split() if parted is not None else _word.findall(text.lower())


def words_of(text: str) -> Words:
    """The words of a text in order; every mark is a word of its own."""
    pieces = (_ascii if text.isascii() else _plain).split(text)  # white space and words in turn
    places = list(accumulate(map(len, pieces)))
    words = Words(pieces[1::2], places[:-1:2], places[1::2])
    joints = _figures(text)
    if _quote.search(text):
        joints = sorted(joints + [found.span() for found in _quoted.finditer(text) if _is_name(found.group())])
    return _joined(text, words, joints) if joints else words


def _figures(text: str) -> list[tuple[int, int]]:
    """Where the figures, dates, times, ages and sums of a text stand."""
    found: list[tuple[int, int]] = []
    done = 0
    for digits in _digits.finditer(text):
        if digits.start() < done:
            continue
        before = text[max(digits.start() - 12, done) : digits.start()]
        month = _word_before.search(before)
        dated = _month_first.match(text, digits.start() - len(month[0])) if month else None
        lead = _lead.search(before)
        whole = dated or _figure.match(text, digits.start() - len(lead[0] if lead else ""))
        if whole:
            found.append(whole.span())
            done = whole.end()
    return found


def _is_name(quoted: str) -> bool:
    """Whether what stands in quotes has the look of a name: no sentence, and no more than marks."""
    inner = quoted[1:-1].strip()
    return not inner.endswith((".", "。")) and any(map(str.isalpha, inner))


def _joined(text: str, words: Words, joints: list[tuple[int, int]]) -> Words:
    """The words, where those that one joint covers are one."""
    starts, ends = [], []
    first = 0
    for start, end in joints:
        begin = bisect_left(words.starts, start, first)
        stop = bisect_left(words.starts, end, begin)
        if stop - begin < 2:
            continue
        starts += words.starts[first : begin + 1]
        ends += [*words.ends[first:begin], words.ends[stop - 1]]
        first = stop
    starts += words.starts[first:]
    ends += words.ends[first:]
    return Words([text[start:end] for start, end in zip(starts, ends, strict=True)], starts, ends)


@lru_cache(maxsize=1 << 16)
def key(word: str) -> str:
    """What two words are compared by: their letters and figures; a mark without any is only itself."""
    if word.isascii() and word.isalpha():
        return word.lower()
    return lettering(word) or word
