"""Numbers in a text, in digits or in words, with what they amount to: 1,500 = 1 500 = fifteen hundred = 十五百. It knows no unit.

Dates, times, ordinals, names such as “Article 5” or “A380”, and the years are not numbers that count something, and are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from operator import attrgetter
from typing import NamedTuple

from monitor.core.revision.lexicon import Lexicon
from monitor.core.revision.lexicon.entry import words
from monitor.core.revision.lexicon.keys import Gate, gate
from monitor.core.revision.wide_numerals import HAN, MOST_DIGITS, Numeral, unspaced

_SPACES = "\u00a0\u202f\u2009 "
_BESIDE = 24  # characters beside a number that may make it a date
_OF_ADDRESSES = frozenset("/=&?")  # before a number that is a part of an address: /2013/05, v=12
_MOST_NUMBERS = 40  # of a sentence
_MOST_DATES = 200  # of a sentence
FRACTIONS = "thirds?|quarters?|fifths?|tenths?|drittel|viertel|tiers|quarts?|tercios?|cuartos?|трет|четверт"
PARTS_BEFORE = "por|pour|per"  # por ciento
_ALONE = words(
    """
    dozen dizaine douzaine centaine dutzend docena decena centenar десяток дюжина сотня hundred thousand cent mille millier cien
    ciento mil hundert tausend сто ста тысяча тысячу مئة مائة ألف الف
    """
)  # scales that are numbers without another before them
_digit = re.compile(r"\d")
_common_digit = re.compile("[0-9٠-٩۰-۹]")  # a set, which is quicker to search for than a class or one range
_common_run = re.compile("[0-9٠-٩۰-۹]+")
_run_of_digits = re.compile(r"\d+")
_letters = re.compile(r"[^\W\d_]+")
_jointed = re.compile(r"\d[\s\u00a0]?[-–/:.hH]")  # of a date or a time in digits
_glue = re.compile(r"[^\s,)]")
_han = re.compile(f"[{HAN}]")


def numerals(text: str, said: Sequence[str], lexicon: Lexicon) -> list[Numeral]:
    """The numbers of a text in their order, without those that only name or date something; `said` are its words (`tokens.small`)."""
    if lexicon.spaced:
        found = _spelled(text, lexicon) if spells(said, lexicon) else []
        if has_digit(text):
            figured = [*_figured(text, said, lexicon)]
            found = sorted([*found, *figured], key=_place) if found else figured
        return found
    if not (has_digit(text) or _han.search(text)):
        return []
    return list(unspaced(text, lexicon))


def counts(passage: str, lexicon: Lexicon) -> bool:
    """Whether a passage may hold a number at all: a digit, or a number word."""
    if has_digit(passage):
        return True
    return spells(_letters.findall(passage.lower()), lexicon) if lexicon.spaced else _han.search(passage) is not None


def has_digit(passage: str) -> bool:
    """Whether a digit stands in a passage."""
    return (_common_digit if passage.isascii() else _digit).search(passage) is not None


def is_table(text: str) -> bool:
    """Whether a text has so many numbers in digits that it is none to be read as a sentence."""
    return len(text) > 2 * _MOST_NUMBERS and len(_run_of_digits.findall(text)) > _MOST_NUMBERS


def spells(words: Sequence[str], lexicon: Lexicon) -> bool:
    """Whether a number word is among the words."""
    if lexicon.joined_prefix:
        words = [*words, *(word.removeprefix(lexicon.joined_prefix) for word in words)]
    return not _number_words(lexicon).isdisjoint(words)


@cache
def _number_words(lexicon: Lexicon) -> frozenset[str]:
    return frozenset([*lexicon.numbers, *lexicon.scales])


_place = attrgetter("start")


# --- digits ----------------------------------------------------------------------------------------------------------


@cache
def _digits(lexicon_point: bool) -> re.Pattern[str]:
    """A number in digits, to be matched where digits begin. Where the point parts decimals (`lexicon_point`), a comma only groups."""
    decimal = r"[.\u066b]" if lexicon_point else r"[.,\u066b]"
    grouped = rf"\d{{1,3}}([.,'’\u066c{_SPACES}])\d{{3}}(?:\1\d{{3}})*(?:{decimal}\d+)?(?!\d)"
    return re.compile(rf"(?<![^\W_])(?<![^\W\d_]-)(?<!\d[.,])(?:{grouped}|\d+(?:{decimal}\d+)?)")


def _figured(text: str, said: Sequence[str], lexicon: Lexicon) -> Iterator[Numeral]:
    """The numbers in digits, in a text of these words (in small letters)."""
    rules = _rules(lexicon)
    written = _written(text, _digits(lexicon.point))
    if not written:
        return
    dated, labelled = rules.dating.lets(said, text), rules.labelling.lets(said, text)
    aside = _asides(text, max(written[0].start() - _BESIDE, 0), written[-1].end() + _BESIDE, rules, dated=dated)
    for match in written:
        start, end = match.span()
        if end - start > MOST_DIGITS or any(a < end and start < b for a, b in aside):
            continue
        value = amount(match[0], match[1], point=lexicon.point)
        if scale := rules.scale.match(text, end):
            yield Numeral(_scaled(value, lexicon.scales.get(scale[1].lower(), 1)), start, scale.end())
        elif not (_names_something(text, start, end, rules, labelled=labelled) or _is_year(match[0], value, text, end)):
            yield Numeral(value, start, end)


def _written(text: str, number: re.Pattern[str]) -> list[re.Match[str]]:
    """The numbers in digits: each begins where digits do."""
    found: list[re.Match[str]] = []
    done = 0
    for run in (_common_run if text.isascii() else _run_of_digits).finditer(text):
        if run.start() >= done and (match := number.match(text, run.start())):
            found.append(match)
            done = match.end()
    return found


def _asides(text: str, start: int, end: int, rules: _Rules, *, dated: bool) -> list[tuple[int, int]]:
    """Where dates and times stand. Most passages with a number hold none, and no word (`dated`) or sign of one."""
    if not dated and not _jointed.search(text, start, end):
        return []
    return [match.span() for match in rules.aside.finditer(text, start, end)][:_MOST_DATES]


def _names_something(text: str, start: int, end: int, rules: _Rules, *, labelled: bool) -> bool:
    """Whether a number is part of a name: 18F, 5G, or, where the text is `labelled` at all, Article 5."""
    if text[start - 1 : start] in _OF_ADDRESSES or (_glue.match(text, end) and rules.glued.match(text, end)):
        return True
    return labelled and rules.label.search(text[max(start - 24, 0) : start]) is not None


def amount(digits: str, group: str | None, *, point: bool) -> int | float:
    """What a number in digits amounts to; `group` is the sign that parts its thousands, where one does."""
    if group == "." and point and digits.count(".") == 1:
        group = None  # 7.125 where the point parts decimals
    plain = digits.replace(group, "") if group else digits
    plain = plain.replace(",", ".").replace("\u066b", ".")
    return float(plain) if "." in plain else int(plain)


def _scaled(value: float, scale: int) -> int | float:
    product = round(value * scale, 6)
    return int(product) if product == int(product) else product


def _is_year(digits: str, value: float, text: str, end: int) -> bool:
    """Whether a bare 1900 to 2099 is a year: unless it is round and something countable follows."""
    if len(digits) != 4 or not 1900 <= value < 2100:
        return False
    return bool(value % 50) or not _letters.match(text, end + 1)


class _Rules(NamedTuple):
    """What stands around a number and makes it another, or none."""

    aside: re.Pattern[str]
    dating: Gate
    scale: re.Pattern[str]
    glued: re.Pattern[str]
    label: re.Pattern[str]
    labelling: Gate


@cache
def _rules(lexicon: Lexicon) -> _Rules:
    month, times = lexicon.any_of(lexicon.months), lexicon.any_of(lexicon.times)
    hour = rf"{lexicon.any_of(lexicon.clock)}\s\d{{1,2}}\s{lexicon.any_of(lexicon.hours)}"
    ordinal = "|".join(lexicon.ordinals) or "(?!)"
    day = rf"\d{{1,2}}(?:{ordinal})?\.?"
    dates = rf"""
        \d{{4}}-\d\d-\d\d(?:[T\s]\d\d:\d\d(?::\d\d)?)? | \d{{1,2}}([./-])\d{{1,2}}\1\d{{2,4}}
        | (?:{day}\s?[-–/]\s?)?{day}\s(?:de\s|of\s)?{month}(?:,?\s(?:de[l]?\s)?\d{{4}})?
        | {month}\s{day}(?!\d)(?:\s?[-–]\s?\d{{1,2}})?(?:,?\s\d{{4}})? | {month}\s(?:de\s)?\d{{4}}
        | \d{{1,2}}(?:[:.]|\s?h\s?)\d\d(?::\d\d)?\s?(?:{times}) | \d{{1,2}}:\d\d(?::\d\d)? | \d{{1,2}}\s?[hH]\s?(?:\d\d)?(?!\w)
        | {hour} | (?:\d{{1,2}}|\d{{4}})\s?{times} | \d+-\d+-\d[\d-]* | \d+(?:\.\d+){{2,}}
    """
    scales = "|".join(sorted((re.escape(word) for word in lexicon.scales if word), key=len, reverse=True)) or "(?!)"
    return _Rules(
        aside=re.compile(rf"(?<!\w)(?:{''.join(dates.split())})", re.IGNORECASE),
        dating=gate((*lexicon.months, *lexicon.times, *lexicon.hours)),
        scale=re.compile(rf"[-{_SPACES}]?({scales})(?!\w)", re.IGNORECASE),
        glued=re.compile(
            rf"(?:{ordinal})(?!\w)|(?!(?:km|kg|mph|cm|mm|mg|kwh|mw|gw|kb|mb|gb|m|g|ha|l|w)\b)[^\W\d_]|/\d|\.[^\W\d_]",
            re.IGNORECASE,
        ),
        label=re.compile(rf"{lexicon.any_of(lexicon.labels)}\s?$|#$", re.IGNORECASE),
        labelling=gate((*lexicon.labels, "#")),
    )


# --- words -----------------------------------------------------------------------------------------------------------


def _spelled(text: str, lexicon: Lexicon) -> list[Numeral]:
    """The numbers in words: runs of number words that make one number together."""
    tokens = list(_letters.finditer(text.lower())) if len(text) < 100_000 else []
    worth = _worth(lexicon)
    values = [worth.get(token[0]) for token in tokens]
    found: list[Numeral] = []
    index = 0
    while index < len(tokens):
        if values[index] is None:
            index += 1
            continue
        last, value = _run(text, tokens, values, index, lexicon)
        if _counts(text, tokens[index], tokens[last], value, lexicon):
            found.append(Numeral(value, tokens[index].start(), tokens[last].end()))
        index = last + 1
    return found


@cache
def _worth(lexicon: Lexicon) -> Mapping[str, int]:
    """What the number words are worth; the m of £2m is none."""
    joined = {f"{lexicon.joined_prefix}{word}": value for word, value in {**lexicon.scales, **lexicon.numbers}.items()}
    scales = {word: value for word, value in lexicon.scales.items() if len(word) > 2}
    return {**(joined if lexicon.joined_prefix else {}), **scales, **lexicon.numbers}


def _run(
    text: str, tokens: list[re.Match[str]], values: list[int | None], first: int, lexicon: Lexicon
) -> tuple[int, int]:
    """The last word of the number that begins at `first`, and what it amounts to."""
    total, current, last = 0, 0, first - 1
    index = first
    while index < len(tokens):
        value = values[index]
        if index > first and not _close(text, tokens[index - 1], tokens[index]):
            break
        if value is None:
            joins = tokens[index][0] in lexicon.joins and index + 1 < len(tokens) and values[index + 1] is not None
            if not (joins and index == last + 1 and _may_join(current, values[index + 1] or 0, lexicon)):
                break
            index += 1
            continue
        grown = _grown(total, current, value, tokens[index][0], lexicon, start=index == first)
        if grown is None:
            break
        total, current = grown
        last = index
        index += 1
    return last, total + current


def _close(text: str, left: re.Match[str], right: re.Match[str]) -> bool:
    """Whether nothing but a space or a hyphen stands between two words."""
    return text[left.end() : right.start()] in {" ", "-", "\u00a0", "\u202f", "‑"}


def _may_join(current: int, value: int, lexicon: Lexicon) -> bool:
    """Whether “and” may stand here: one hundred and five; veintiuno, but treinta y uno; vingt et un."""
    if lexicon.lang == "en":
        return current >= 100 and value < 100
    return current % 10 == 0 and current % 100 >= 20 and value < 20


def _grown(total: int, current: int, value: int, word: str, lexicon: Lexicon, *, start: bool) -> tuple[int, int] | None:
    """The number with one word more; None where that word begins another number."""
    if value >= 1000 and value in lexicon.scales.values():
        return (total + max(current, 1) * value, 0) if current < 1000 else None
    if start:
        return 0, value
    if 0 < current < 100 and value < 1000 and (word in lexicon.scales or (lexicon.lang == "ar" and value == 100)):
        return total, current * value  # fifteen hundred; three dozen
    if lexicon.lang == "fr" and value == 20 and current % 100 == 4:
        return total, current + 76
    if lexicon.lang == "ar" and ((value == 10 and 0 < current % 100 < 10) or (value >= 20 and 0 < current % 100 < 10)):
        return total, current + value
    tens = current % 100
    fits = tens == 0 or (tens % 10 == 0 and tens >= 20 and value < 10)
    fits |= lexicon.lang == "fr" and tens in {60, 80} and value < 20
    fits &= not (current >= 100 and value >= 100) and (current > 0 or total > 0)
    return (total, current + value) if fits else None


def _counts(text: str, first: re.Match[str], last: re.Match[str], value: int, lexicon: Lexicon) -> bool:
    """Whether a number word is a number here, and no article, plural or fraction."""
    if value < 2 or _fraction.match(text, last.end()):
        return False
    before = text[max(first.start() - 24, 0) : first.start()]
    if _part_of_another.search(before):
        return False
    if first is last and first[0] in lexicon.scales:
        return first[0] in _ALONE
    return not _rules(lexicon).label.search(before) and not _rules(lexicon).aside.match(text, first.start())


_part_of_another = re.compile(rf"(?:\d|\b(?:{PARTS_BEFORE}))[\s-]$", re.IGNORECASE)  # 25 thousand; por ciento
_fraction = re.compile(rf"[- ](?:{FRACTIONS})", re.IGNORECASE)
