"""What a publisher says about the text itself: a correction, an update, a stamp. It reads one paragraph or sentence at a time."""

from __future__ import annotations

import re
from functools import cache
from typing import Literal, NamedTuple

from monitor.core.revision.lexicon import LEXICONS, Lexicon

Note = Literal["correction", "update", "stamp", ""]

LONGEST_STAMP = 120
_LONGEST_HEAD = 200  # characters in which a note must say that it is one of an update
_MOST = 1000  # characters of a paragraph that are read
_FEWEST_DIGITS = 3  # of a stamp
_LETTERS_BESIDE_STAMP = 5  # such as “um”, “at”, “МСК”
_digit = re.compile(r"\d")
_letter = re.compile(r"[^\W\d_]")
_ZONES = (
    r"(?:gmt|utc|bst|cest|cet|est|edt|et|pst|pdt|pt|msk|мск|jst|ist|[ap]\.?\s?m\b\.?|uhr|h|heures?|horas?|hrs|at|on|um|am|le|à|el|a las|the|в|г|года?|"
    r"mon|tue|wed|thu|fri|sat|sun|(?:mon|tues|wednes|thurs|fri|satur|sun)day|montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag|"
    r"lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|lunes|martes|miércoles|jueves|viernes|sábado|domingo|de|first|last|st|nd|rd|th|et)"
)


class _Rules(NamedTuple):
    corrected: re.Pattern[str]
    corrects: re.Pattern[str]
    faults: re.Pattern[str]
    updated: re.Pattern[str]
    updates: re.Pattern[str]
    stamped: re.Pattern[str]
    stamp: re.Pattern[str]
    remarks: tuple[str, ...]


@cache
def _rules(lexicon: Lexicon) -> _Rules:
    def head(options: tuple[str, ...]) -> re.Pattern[str]:
        follows = r"(?=\s*(?:[:.,;：，。、】—–(（\[-]|\d|$)|\s+(?:to|of|on|am|du|del|от)\s)"
        return re.compile(rf"[\W_]*{lexicon.any_of(options)}{follows}", re.IGNORECASE)

    dated = [*lexicon.months, *lexicon.times, *lexicon.stamped, *lexicon.updated]
    return _Rules(
        corrected=head(lexicon.corrected),
        corrects=re.compile(lexicon.any_of(lexicon.corrects)),
        faults=lexicon.pattern(lexicon.faults),
        updated=head(lexicon.updated),
        updates=re.compile(lexicon.any_of(lexicon.updates)),
        stamped=re.compile(rf"[\W_]*{lexicon.any_of(lexicon.stamped)}", re.IGNORECASE),
        stamp=re.compile(rf"{lexicon.any_of(dated)}|(?<!\w){_ZONES}(?!\w)|\d+(?:st|nd|rd|th|h|e|er)?", re.IGNORECASE),
        remarks=lexicon.remarks,
    )


def note(text: str, lexicon: Lexicon) -> Note:
    """What a text says about the article: a stamp, a correction, an update; empty where it is the article."""
    rules = _rules(lexicon if lexicon.lang else LEXICONS["en"])
    if _is_stamp(text, rules):
        return "stamp"
    if rules.corrected.match(text):
        return "correction"
    remarks = _remarks(text[:_MOST], rules)
    if remarks and rules.corrects.search(remarks):
        return "correction"
    if rules.updated.match(text):
        return "correction" if rules.faults.search(text[:_MOST]) else "update"
    return "update" if remarks and rules.updates.search(remarks[:_LONGEST_HEAD]) else ""


def _remarks(text: str, rules: _Rules) -> str:
    """The text in small letters, if it holds a word without which there is no note; else nothing."""
    small = text.lower()
    for word in rules.remarks:  # a loop: this is asked of every paragraph that changed
        if word in small:
            return small
    return ""


def _is_stamp(text: str, rules: _Rules) -> bool:
    """Whether a line holds a date or a time and nothing else: “Updated 3:15 p.m. ET, Nov. 14, 2015”."""
    if len(text) > LONGEST_STAMP or not _digit.search(text):
        return False
    if len(_digit.findall(text)) < _FEWEST_DIGITS:
        return False
    letters = len(_letter.findall(rules.stamp.sub("", text)))
    return not letters or (letters <= _LETTERS_BESIDE_STAMP and rules.stamped.match(text) is not None)
