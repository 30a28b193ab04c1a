"""How sure a sentence is of what it says: reportedly, aurait, angeblich, якобы, 据称. It weighs no claim.

What is hedged within a quotation is the speaker's business, and not looked at.
"""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from rapidfuzz.distance import LCSseq

from monitor.core.revision.lexicon import Lexicon
from monitor.core.revision.lexicon.keys import Finder
from monitor.core.revision.marks import masked
from monitor.core.revision.tokens import small

_KEPT = 0.5  # of the shorter sentence's words stand in the other: else another thing is said, not the same less surely
_MOST_MORE = 12  # words that a sentence may have more than the other
_word = re.compile(r"\w+")
_wide = re.compile("[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff]")


class Hedged(NamedTuple):
    """The words that say how sure it is, before and after; one of them is empty, or says less."""

    before: str
    after: str


@cache
def _cues(lexicon: Lexicon) -> Finder:
    return lexicon.finder(lexicon.hedges)


def may_hedge(left: str, right: str, lexicon: Lexicon) -> bool:
    """Whether one of two passages holds such a word at all."""
    if not lexicon.hedges:
        return False
    cues = _cues(lexicon)
    return cues.may_find(small(f"{left} {right}")) and bool(cues.search(left) or cues.search(right))


def hedged(before: str, after: str, lexicon: Lexicon) -> Hedged | None:
    """Whether a sentence became more or less sure; None where it did not."""
    cues = _cues(lexicon)
    old, new = ([match[0] for match in cues.finditer(masked(text))] for text in (before, after))
    if len(old) == len(new) or not _says_the_same(before, after):
        return None
    return Hedged(", ".join(old), ", ".join(new))


def _says_the_same(before: str, after: str) -> bool:
    left, right = (_words(text) for text in (before, after))
    least, most = sorted((len(left), len(right)))
    return most - least <= _MOST_MORE and LCSseq.similarity(left, right) >= _KEPT * least


def _words(text: str) -> list[str]:
    return _wide.findall(text) if _wide.search(text) else _word.findall(text.lower())
