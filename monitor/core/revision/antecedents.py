"""Whom “he said” means: the person whom a sentence before it is about, as in: His deputy, Greta Lund, was cautious. “No,” she said.

It knows no grammar, and neither gender nor number: the nearest sentence that begins with a name, and says no more than what became of whom.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import NamedTuple

from monitor.core.revision.lexicon import Lexicon
from monitor.core.revision.subjects import CAPITAL, DETERMINERS, HOLE, acts, leading

_LOOK = 700  # characters before a quotation in which its speaker is looked for
_MOST_SENTENCES = 3
_HEAD = 9  # words of a sentence that may tell whom it is about

_begins = re.compile(r"(?<=[.!?…\x00])\s+(?=[^\W\da-zа-яё])|(?<=[.!?…])\s+(?=\x00)|\n")
_no_longer_speaks = re.compile(r"\b(?:was|were|been)\s+(?:\w+ly\s+)?\w+(?:ed|wn|en|ot)\b|\bdied\b")


class Antecedent(NamedTuple):
    """Whom a sentence is about, and where the sentence begins; `named` where it is by a name."""

    name: str
    start: int
    named: bool


def antecedent(plain: str, at: int, since: int, lexicon: Lexicon) -> Antecedent | None:
    """Whom the nearest sentence before the one that holds `at` is about, of those that begin from `since` on; names first.

    `plain` is a text whose quotations are holes. One who is no more than “the pilot” must stand in the sentence right before, or before others about “him”.
    """
    if not lexicon.spaced or lexicon.lang == "ar":
        return None
    nearest: Antecedent | None = None
    goes_on = True  # while each sentence between says “he” as well
    for start, end in _sentences_before(plain, at, since):
        one = _about(plain, start, end, lexicon)
        if one and one.named:
            return one
        if goes_on and one and one.name:
            nearest = one
        goes_on = goes_on and one is not None and not one.name
    return nearest


def _sentences_before(plain: str, at: int, since: int) -> list[tuple[int, int]]:
    """The whole sentences before the one that holds `at` that begin from `since` on, the nearest first."""
    while at < len(plain) and plain[at].isspace():
        at += 1
    first = max(at - _LOOK, since, 0)
    starts = [edge.end() for edge in _begins.finditer(plain, first, at + 1)]
    if not first:
        starts = [0, *starts]
    return list(pairwise(starts))[: -_MOST_SENTENCES - 1 : -1]


def _about(plain: str, start: int, end: int, lexicon: Lexicon) -> Antecedent | None:
    """Whom a sentence is about, by what it begins with; an empty name for a pronoun."""
    sentence = plain[start:end].lstrip()
    if not sentence or sentence[0] == HOLE or _no_longer_speaks.search(sentence):
        return None
    head = " ".join(sentence.split()[:_HEAD])
    name = leading(head, len(head), lexicon)
    if name and (_is_name(name) or (not head.startswith(name) and CAPITAL.match(name))):
        return Antecedent(name, start, named=True)  # … or by a title before it, or beside it
    if name is None or (name and not acts(name, head[head.index(name) + len(name) :], lexicon)):
        return None
    return Antecedent(name, start, named=False)


def _is_name(name: str) -> bool:
    """Whether it is a name of at least two words, with a title perhaps, and no article: Mr Bell, Minister Paul Roche."""
    words = name.split()
    return len(words) > 1 and all(CAPITAL.match(word) for word in words) and words[0].lower() not in DETERMINERS
