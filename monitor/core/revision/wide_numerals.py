"""Numbers in scripts without spaces: 一百二十三, 2.5万, 4億5000万, １５００. A number in characters counts only before a counter."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

import msgspec

from monitor.core.revision.lexicon import Lexicon

HAN = "零〇一二两兩三四五六七八九十百千万萬亿億兆壹贰叁壱"
_SCALES_OF_HAN = "十百千万萬亿億兆"
MOST_DIGITS = 18


class Numeral(msgspec.Struct, frozen=True, gc=False):
    """A number as it stands in text[start:end]."""

    value: int | float
    start: int
    end: int


_unspaced_number = re.compile(
    rf"(?<![A-Za-z\d:：/-])(?:\d{{1,3}}(?:[,，]\d{{3}})+|\d+)(?:[.．]\d+)?(?:[{_SCALES_OF_HAN}](?:\d+(?:[.．]\d+)?)?)*|[{HAN}]+"
)
_part = re.compile(rf"([\d,，.．]*)([{_SCALES_OF_HAN}]*)")


def unspaced(text: str, lexicon: Lexicon) -> Iterator[Numeral]:
    """The numbers of a text in their order."""
    rules = _unspaced_rules(lexicon)
    for match in _unspaced_number.finditer(text):
        start, end = match.span()
        if end - start > MOST_DIGITS or rules.label.search(text[max(start - 6, 0) : start]):
            continue
        counter = rules.counter.match(text, end)
        if not counter and (rules.times.match(text, end) or rules.clock.match(text, end)):
            continue
        written = match[0]
        value = _of_digits(written) if written[0].isdecimal() else _of_han(written, lexicon)
        if written[0].isdecimal() or (counter and value > 1):
            yield Numeral(value, start, end)


def _of_digits(written: str) -> int | float:
    """4億5000万, 2.5万, 1,500."""
    total: float = 0
    for digits, scales in _part.findall(written):
        if digits:
            value: float = float(digits.replace(",", "").replace("，", "").replace("．", "."))
            for scale in scales:
                value *= _OF_HAN[scale]
            total += value
    return int(total) if total == int(total) else round(total, 6)


_OF_HAN = {"十": 10, "百": 100, "千": 1000, "万": 10**4, "萬": 10**4, "亿": 10**8, "億": 10**8, "兆": 10**12}


def _of_han(written: str, lexicon: Lexicon) -> int:
    """一百二十三, 三万五千, 二〇一五."""
    total = section = digit = 0
    for character in written:
        scale = _OF_HAN.get(character)
        if scale is None:
            digit = digit * 10 + lexicon.numbers.get(character, 0)
        elif scale < 10**4:
            section += max(digit, 1) * scale
            digit = 0
        else:
            total += max(section + digit, 1) * scale
            section = digit = 0
    return total + section + digit


class _Unspaced(NamedTuple):
    label: re.Pattern[str]
    times: re.Pattern[str]
    clock: re.Pattern[str]
    counter: re.Pattern[str]


@cache
def _unspaced_rules(lexicon: Lexicon) -> _Unspaced:
    counters = [*lexicon.functions, *lexicon.percent, *lexicon.age_after, *lexicon.money, "%", "％", "‰"]
    return _Unspaced(
        label=re.compile(rf"{lexicon.any_of(lexicon.labels)}\s?$"),
        times=re.compile(rf"\s?{lexicon.any_of(lexicon.times)}"),
        clock=re.compile(r"[:：/-]\d"),
        counter=re.compile(rf"(?:多|余|餘|几|数|以上|余り)?{lexicon.any_of(counters)}"),
    )
