"""A slip of the pen put right: goverment → government, “in in” → “in”. A rule of letters; it has no dictionary.

A letter that goes, comes or changes places within a long word is a slip; another letter in its stead (killed → filled), or another
ending (bomb → bombs), is another word. A figure is never a slip, nor a letter where words are not parted by spaces: there it is a word
(安全 → 不安全).
"""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

from rapidfuzz.distance import OSA, Prefix

from monitor.core.revision.tokens import small

_SHORTEST = 5  # letters of a word in which a slip can be told from another word
_ENDING = 1  # letters at the end that change a word's form
_MOST_WORDS = 3  # of the place where two sentences differ
_wide = re.compile("[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff]")
_token = re.compile(r"\w+")


class Typo(NamedTuple):
    """The words before and after."""

    before: str
    after: str


def typo(before: str, after: str, changed: list[str] | None) -> Typo | None:
    """The slip that is all by which two passages differ; None where they differ by more, or by another word.

    `changed` are the words that gave way to another (`differing.Versions`).
    """
    if changed and (len(changed) > 2 * _MOST_WORDS or _begin_otherwise(changed[0], changed[1])):
        return None
    old, new = small(before), small(after)
    head, most = 0, min(len(old), len(new))
    while head < most and old[head] == new[head]:
        head += 1
    tail = 0
    while tail < most - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    if not 0 < max(len(old), len(new)) - head - tail <= _MOST_WORDS:
        return None
    return _slipped(_token.findall(before), _token.findall(after), head, tail)


def _begin_otherwise(one: str, other: str) -> bool:
    """Whether two words plainly begin with other letters: no slip, and by far the most edits."""
    one, other = one[:1], other[:1]
    return one.isascii() and other.isascii() and one.isalpha() and other.isalpha() and one.lower() != other.lower()


def _slipped(old: list[str], new: list[str], head: int, tail: int) -> Typo | None:
    """The slip between two lists of words that are the same at their head and their tail."""
    left, right = old[head : len(old) - tail], new[head : len(new) - tail]
    if len(left) == len(right):
        fits = all(_slip(a, b) for a, b in zip(left, right, strict=True) if a != b)
    else:
        fits = _doubled(old, head, left, right) or _doubled(new, head, right, left)
    return Typo(" ".join(left), " ".join(right)) if fits else None


def _doubled(words: list[str], head: int, more: list[str], less: list[str]) -> bool:
    """Whether one word too many only repeats its neighbour."""
    return not less and len(more) == 1 and head > 0 and words[head - 1].lower() == more[0].lower() and more[0].isalpha()


def _slip(one: str, other: str) -> bool:
    if not (one.isalpha() and other.isalpha()):
        return _has_digit(one) != _has_digit(other) and _letters(one) == _letters(other)  # 6the → the
    if min(len(one), len(other)) < _SHORTEST or abs(len(one) - len(other)) > 1:
        return False
    if _wide.search(one) or _wide.search(other):
        return False
    one, other = one.casefold(), other.casefold()
    if _plain(one) == _plain(other):
        return True
    if one[0] != other[0] or one[-_ENDING:] != other[-_ENDING:]:
        return False
    shuffled = len(one) == len(other) and sorted(one) == sorted(other)
    if len(one) == len(other) and not shuffled:
        return False
    return OSA.distance(one, other) <= (2 if shuffled else 1) and not _inflected(one, other)


def _has_digit(word: str) -> bool:
    return any(map(str.isdigit, word))


def _letters(word: str) -> str:
    return "".join(c for c in word if not c.isdigit())


def _plain(word: str) -> str:
    if word.isascii():
        return word
    return "".join(c for c in unicodedata.normalize("NFD", word) if not unicodedata.combining(c))


def _inflected(one: str, other: str) -> bool:
    """Whether only the endings differ, as in planned and planed? no; as in bombes and bombs, yes."""
    shared = Prefix.similarity(one, other)
    return len(one) != len(other) and shared >= min(len(one), len(other)) - 1
