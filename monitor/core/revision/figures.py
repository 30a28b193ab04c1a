"""Figures: a number with what it counts, and whether it is a bound. It compares none; `revision.recount` does.

“At least 30 bombs” is 30, a minimum, of bombs; “$1.2 million” is 1,200,000 of “$”; “aged 34” is 34 of “age”. What a number counts is
told by the words beside it, by rules of position and ending; no dictionary of nouns is needed.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Literal, NamedTuple

import msgspec

from monitor.core.revision.lexicon import Lexicon
from monitor.core.revision.lexicon.keys import Ending, Gate, gate
from monitor.core.revision.numerals import numerals
from monitor.core.revision.tokens import small
from monitor.core.revision.wide_numerals import Numeral

Bound = Literal["exact", "min", "max", "about"]

AGE = "age"
_BEFORE = 40  # characters before a number that may say that it is a bound
_BEHIND = 120  # characters behind it that may hold its unit, or say that it is one
_SIGNS = {"$": "$", "€": "€", "£": "£", "¥": "¥", "￥": "¥", "₹": "₹", "₽": "₽", "₩": "₩", "₴": "₴", "元": "元"}
_sign_before = re.compile(r"(?:(?:US|A|C|NZ|HK)\s?)?([$€£¥￥₹₽₩₴])\s?$")
_sign_after = re.compile(r"\s?([$€£¥₹₽₩₴])")
_percent_sign = re.compile(r"\s?[%％٪]")
_minus = re.compile(r"(?<![\w\d])[-−–]$")
_word = re.compile(r"\s*[-‑]?\s*([^\W\d_](?:[^\W_]|['’-](?=\w)|[\u0300-\u036f])*)")
_of = re.compile(r"\s*(?:(?:de|of|di)\s+|d['’])(?=\w)", re.IGNORECASE)
_verb = re.compile("(?:л|ла|ли|ло|лся|лась|лись)$|(?<=.{3})(?:ed|ing)$")
_apposed = re.compile(r"[^\W\d_][\w’'.-]*,\s?$")  # the driver, 29,
_closed = re.compile(r"\s?[,.;)]|\s?$")
_noun_without_spaces = re.compile("[\u3400-\u9fff\u30a0-\u30ff]{1,2}")


class Figure(msgspec.Struct, frozen=True, gc=False):
    """A number of something in text[start:end]. `unit` is %, a currency, `age`, or empty where `noun` says what is counted.

    `upper` is the other end of a range such as 20 to 30.
    """

    value: int | float
    unit: str
    noun: str
    bound: Bound
    start: int
    end: int
    upper: int | float | None = None

    @property
    def amount(self) -> tuple[int | float, int | float | None, Bound]:
        """What two figures of the same thing are compared by."""
        return self.value, self.upper, self.bound

    @property
    def counts(self) -> str:
        """What is counted, for a reader."""
        return self.unit or self.noun


def figures(text: str, lexicon: Lexicon) -> list[Figure]:
    """The figures of a sentence, in their order."""
    said = small(text)
    found = numerals(text, said, lexicon)
    if not found:
        return []
    rules = _rules(lexicon)
    told = not lexicon.spaced or rules.behind.lets(said, text)
    result: list[Figure] = []
    index = 0
    while index < len(found):
        number, upper = found[index], None
        if index + 1 < len(found) and _is_range(text, number, found[index + 1], rules):
            index += 1
            upper = found[index]
        index += 1
        if upper is None or upper.value > number.value:
            result.append(_figure(text, number, upper, lexicon, rules, told=told))
    return result


_ARTICLES = ("the", "a", "an", "les", "un", "une", "los", "las", "una", "die", "der", "den", "ein", "eine")
_ARTICLE = rf"\s*(?:{'|'.join(_ARTICLES)})?\s*$"


class _Rules(NamedTuple):
    bound: re.Pattern[str]
    least_after: re.Pattern[str]
    most_after: re.Pattern[str]
    about_after: re.Pattern[str]
    percent: re.Pattern[str]
    money: re.Pattern[str]
    signs: tuple[str, ...]
    age_before: re.Pattern[str]
    age_after: re.Pattern[str]
    to: re.Pattern[str]
    both: re.Pattern[str]
    counter: re.Pattern[str]
    ahead: Ending
    behind: Gate


@cache
def _rules(lexicon: Lexicon) -> _Rules:
    def before(options: tuple[str, ...]) -> re.Pattern[str]:
        return re.compile(rf"{lexicon.any_of(options)}{_ARTICLE}", re.IGNORECASE)

    def after(options: tuple[str, ...]) -> re.Pattern[str]:
        return re.compile(rf"\s*{lexicon.any_of(options)}", re.IGNORECASE)

    to, *both = lexicon.between or ("(?!)",)
    gap = r"\s+" if lexicon.spaced else r"\s*"
    return _Rules(
        bound=re.compile(
            rf"(?:(?P<min>{lexicon.any_of(lexicon.at_least)})|(?P<max>{lexicon.any_of(lexicon.at_most)})|"
            rf"(?P<about>{lexicon.any_of(lexicon.about)})){_ARTICLE}",
            re.IGNORECASE,
        ),
        least_after=after(lexicon.at_least_after),
        most_after=after(lexicon.at_most_after),
        about_after=after(lexicon.about_after),
        percent=after(lexicon.percent),
        money=re.compile(
            rf"\s*(?:{'|'.join(f'({lexicon.any_of((words,))})' for words in lexicon.money) or '(?!)'})", re.IGNORECASE
        ),
        signs=tuple(lexicon.money.values()),
        age_before=before(lexicon.age_before),
        age_after=re.compile(r"[-\s‑]*" + lexicon.any_of(lexicon.age_after).removeprefix(r"(?<!\w)"), re.IGNORECASE),
        to=re.compile(
            rf"\s?[-–—~～〜]\s?[$€£¥]?|{gap}(?:{to if lexicon.spaced else '|'.join(lexicon.between) or '(?!)'}){gap}[$€£¥]?",
            re.IGNORECASE,
        ),
        both=re.compile(rf"{gap}(?:{'|'.join(both) or '(?!)'}){gap}[$€£¥]?", re.IGNORECASE),
        counter=re.compile(
            "|".join(sorted(lexicon.functions, key=len, reverse=True)) if not lexicon.spaced else "(?!)"
        ),
        ahead=Ending((*lexicon.at_least, *lexicon.at_most, *lexicon.about, *lexicon.age_before), _ARTICLES),
        behind=gate(
            [
                *lexicon.percent,
                *lexicon.money,
                *lexicon.age_after,
                *lexicon.at_least_after,
                *lexicon.at_most_after,
                *lexicon.about_after,
                *_SIGNS,
                *"%％٪",
            ]
        ),
    )


_between = re.compile(r"(?:between|entre|zwischen|между|بين)\s+\S{0,4}$", re.IGNORECASE)
_from = re.compile(
    r"(?:from|von|de|desde|by|up|down|rose|rises|fell|falls|gain(?:s|ed)|lost|climb(?:s|ed)|jump(?:s|ed)|drop(?:s|ped)|surg(?:es|ed)|slid|slip(?:s|ped)"
    r"|add(?:s|ed)|(?:in|de)creased?)\s+\S{0,3}$",
    re.IGNORECASE,
)  # what changes by one number to another


def _is_range(text: str, left: Numeral, right: Numeral, rules: _Rules) -> bool:
    """Whether two numbers are the ends of one range: 20-30, 20 to 30 (but not “from 20 to 30”, “up $3 to $84”), between 20 and 30."""
    joint = text[left.end : right.start]
    if len(joint) > 12:
        return False
    before = text[max(left.start - 16, 0) : left.start]
    if rules.to.fullmatch(joint):
        return not _from.search(before)
    return rules.both.fullmatch(joint) is not None and _between.search(before) is not None


def _figure(
    text: str, number: Numeral, upper: Numeral | None, lexicon: Lexicon, rules: _Rules, *, told: bool
) -> Figure:
    """`told` is whether anything in the text may say of a number before it what it is."""
    start, end = number.start, (upper or number).end
    before = not lexicon.spaced or rules.ahead.may_end(text[max(start - _BEFORE, 0) : start])
    after = told and _told_after(text, end, lexicon, rules)
    unit, start, end = _unit(text, start, end, lexicon, rules, before=before, after=after)
    noun, last = ("", end) if unit else _noun(text, end, lexicon, rules)
    bound, start, last = _bound(text, start, end, last, rules, before=before, after=after)
    value = -number.value if unit and _minus.search(text[:start][-2:]) else number.value
    return Figure(value, unit, noun, bound, start, last, upper.value if upper else None)


def _told_after(text: str, end: int, lexicon: Lexicon, rules: _Rules) -> bool:
    """Whether what stands behind a number may say that it is a bound or an age, or name its unit."""
    after = text[end : end + _BEHIND]
    return not lexicon.spaced or rules.behind.lets(small(after), after)


def _unit(
    text: str, start: int, end: int, lexicon: Lexicon, rules: _Rules, *, before: bool, after: bool
) -> tuple[str, int, int]:
    """The unit, if it has one, and where the number with its unit begins and ends."""
    if after and (match := _percent_sign.match(text, end) or rules.percent.match(text, end)):
        return "%", start, match.end()
    ahead = text[max(start - _BEFORE, 0) : start]
    if match := _sign_before.search(ahead[-6:]):
        return _SIGNS[match[1]], start - len(match[0]), end
    if after:
        if match := _sign_after.match(text, end):
            return _SIGNS[match[1]], start, match.end()
        if (match := rules.money.match(text, end)) and match.lastindex:
            return rules.signs[match.lastindex - 1], start, match.end()
        if match := rules.age_after.match(text, end):
            return AGE, start, match.end()
    aged = before and rules.age_before.search(ahead)
    apposed = lexicon.lang == "en" and "," in ahead[-2:] and _apposed.search(ahead)
    if aged or (apposed and _closed.match(text, end)):
        return AGE, start, end
    return "", start, end


def _noun(text: str, end: int, lexicon: Lexicon, rules: _Rules) -> tuple[str, int]:
    """The word that says what is counted, and where it ends; empty where none follows."""
    after = rules.least_after.match(text, end) or rules.about_after.match(text, end)
    place = after.end() if after else end
    if not lexicon.spaced:
        match = rules.counter.match(text, place)
        match = match or _noun_without_spaces.match(text, place)
        return (match[0], match.end()) if match else ("", end)
    return _spaced_noun(text, place, lexicon)


def _spaced_noun(text: str, end: int, lexicon: Lexicon) -> tuple[str, int]:
    """The first of up to three words that looks like a noun: no adjective by its ending, a plural in English, a capital in German."""
    if of := _of.match(text, end):
        if lexicon.lang == "en" or of.end() == end:
            return "", end
        end = of.end()
    first: tuple[str, int] | None = None
    place = end
    for _ in range(3):
        match = _word.match(text, place)
        if not match or match[1].lower() in lexicon.functions:
            break
        word = match[1]
        if first and _verb.search(word):
            break
        place = match.end()
        first = first or (word, place)
        if _is_noun(word, lexicon):
            return word, place
    return first or ("", end)


def _is_noun(word: str, lexicon: Lexicon) -> bool:
    if lexicon.lang == "en":
        return word.endswith(("s", "people", "men", "children", "percent")) and not word.endswith(
            ("ous", "less", "'s", "’s")
        )
    if lexicon.lang == "de":
        return word[:1].isupper()
    return not word.lower().endswith(lexicon.adjectives) if lexicon.adjectives else True


def _bound(
    text: str, start: int, end: int, last: int, rules: _Rules, *, before: bool, after: bool
) -> tuple[Bound, int, int]:
    """Whether the number is exact, and where the figure with the words that say so begins and ends."""
    ahead = text[max(start - _BEFORE, 0) : start]
    if before and (match := rules.bound.search(ahead)):
        said: Bound = "min" if match["min"] else "max" if match["max"] else "about"
        return said, start - len(ahead) + match.start(), last
    if after:
        kinds: tuple[tuple[re.Pattern[str], Bound], ...] = (
            (rules.least_after, "min"),
            (rules.most_after, "max"),
            (rules.about_after, "about"),
        )
        for place in {end, last}:
            for pattern, bound in kinds:
                if match := pattern.match(text, place):
                    return bound, start, max(match.end(), last)
    return "exact", start, last
