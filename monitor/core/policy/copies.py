"""Copies: whether two texts are one text told by two publishers. It compares sketches; where the texts come from is not its business.

A sketch is the bottom-k MinHash of a text's word shingles (Broder 1997; Cohen & Kaplan 2007): the k smallest hashes of all runs of
SHINGLE words. Two sketches estimate how much of both texts is the same, in constant time and space, however long they are.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from itertools import islice

import msgspec

from monitor.core.content import Content
from monitor.core.watch.fold import fold

SHINGLE = 4  # words
SIZE = 48  # hashes of a sketch
WORDS = 4_000  # of a text, from its beginning
ALIKE = (
    0.5  # of the shingles of both texts: an agency's report with another headline, lede and byline is still that report
)
SHORTEST = 12  # words: of less than that nobody can say who wrote it first

TEXTS = 64  # different texts remembered of one watchlist
TELLERS = 200  # articles remembered of one text

_WORD = re.compile(r"\w+")

Sketch = tuple[int, ...]


def sketch(text: str) -> Sketch:
    """The sketch of a text; empty for one that is too short to be compared."""
    words = [found.group() for found in islice(_WORD.finditer(fold(text)), WORDS)]
    if len(words) < SHORTEST:
        return ()
    runs = {" ".join(words[at : at + SHINGLE]) for at in range(len(words) - SHINGLE + 1)}
    return tuple(sorted(map(_hash, runs))[:SIZE])


def sketch_of(content: Content) -> Sketch:
    """The sketch of an article's paragraphs; its headline, which every desk writes anew, is left out."""
    return sketch("\n".join(block.text for block in content.blocks))


def resemblance(one: Sketch, other: Sketch) -> float:
    """The estimated share of the shingles of both texts that they have in common, 0 to 1; 0 where either is empty."""
    if not one or not other:
        return 0.0
    smallest = set(sorted({*one, *other})[:SIZE])
    return len(smallest & set(one) & set(other)) / len(smallest)


def alike(one: Sketch, other: Sketch) -> bool:
    """Whether the two are copies of one text."""
    return resemblance(one, other) >= ALIKE


class Voice(msgspec.Struct, frozen=True, array_like=True):
    """One publisher's text in a story."""

    site: str
    sketch: Sketch


def independent(voices: Iterable[Voice]) -> int:
    """How many of them speak for themselves: different publishers, copies of one text counted once."""
    counted: list[Voice] = []
    for voice in voices:
        if not any(voice.site == other.site or alike(voice.sketch, other.sketch) for other in counted):
            counted.append(voice)
    return len(counted)


class Text(msgspec.Struct, frozen=True, array_like=True):
    """A text that was alerted, and the short hashes of the articles that have it, at most TELLERS, the newest last."""

    sketch: Sketch
    tellers: tuple[str, ...]


class Texts(msgspec.Struct, frozen=True, array_like=True):
    """The different texts that one watchlist's alerts were about, the newest last."""

    texts: tuple[Text, ...] = ()

    def told(self, article: str, drawn: Sketch) -> tuple[Texts, int]:
        """These with one article more, and how many other articles are known to have its text. A second time changes nothing."""
        if not drawn:
            return self, 0
        place = next((at for at, text in enumerate(self.texts) if alike(text.sketch, drawn)), None)
        known = Text(drawn, ()) if place is None else self.texts[place]
        others = tuple(teller for teller in known.tellers if teller != article)
        newest = Text(known.sketch, (*others, article)[-TELLERS:])
        rest = [text for at, text in enumerate(self.texts) if at != place]
        return Texts((*rest, newest)[-TEXTS:]), len(others)


def distinct(sketches: Sequence[Sketch]) -> int:
    """How many different texts there are among these; those too short to be compared count each."""
    kept: list[Sketch] = []
    for drawn in sketches:
        if not any(alike(drawn, other) for other in kept):
            kept.append(drawn)
    return len(kept)


def _hash(shingle: str) -> int:
    return int.from_bytes(hashlib.blake2b(shingle.encode("utf-8", "surrogatepass"), digest_size=4).digest(), "big")
