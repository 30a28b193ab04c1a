"""Finding many strings at once in one folded text. It knows nothing of watchlists, entities or zones.

The engine stands behind `Engine`, so that another can take its place. It sees texts and terms with a capital at the start of each
word (`fold.marked`), so that it never stops inside a word to find what begins there: three times fewer finds to look at. It takes
the patterns as they come and keeps none, so that a million of them need never be there all together.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Protocol

from ahocorasick_rs import AhoCorasick

from monitor.core.watch.fold import joints, marked


class Engine(Protocol):
    """An automaton over a fixed list of distinct patterns."""

    def find_matches_as_indexes(self, haystack: str, overlapping: bool) -> Sequence[tuple[int, int, int]]:
        """Every occurrence of every pattern as (place of the pattern in the list, start, end) in code points, by their ends."""
        ...


CLOSED, PLURAL, OPEN = 0, 1, 2
"""How a find may end: at the end of a word; there, or behind a plural's -s or -es; anywhere, since it only begins a term."""
_plural = re.compile("e?s")
_SHORTEST = 3  # letters of a word that may have a plural: not the IS of ISs

Found = tuple[int, int, int]  # start, end, number of the pattern


class Automaton:
    """Finds folded patterns on word boundaries. They come many at a time; one's number is its place among all of them.

    `ends` says of each pattern how it may end; it may grow while they are taken. Equal patterns are found each.
    """

    def __init__(self, patterns: Iterable[Sequence[str]], ends: Sequence[int]) -> None:
        parted = _Parted(patterns)
        self._ascii = _Part(parted.ascii(), parted.ascii_numbers, ends)
        self._others = _Part(parted.others(), parted.other_numbers, ends)

    def find(self, folded: str) -> list[Found]:
        """Every occurrence on word boundaries, overlapping ones too, in the order of their ends."""
        text = marked(folded)
        found = self._ascii.find(folded, text)
        if not text.isascii() and (more := self._others.find(folded, text)):
            found = sorted(found + more, key=lambda span: span[1])
        return found


class _Parted:
    """Marked patterns: those of ASCII first, then those that no text of ASCII has in it, which are put aside meanwhile.

    Two small automata take less memory than one, above all while they are built.
    """

    def __init__(self, patterns: Iterable[Sequence[str]]) -> None:
        self._patterns, self._aside = patterns, bytearray()
        self.ascii_numbers, self.other_numbers = array("I"), array("I")

    def ascii(self) -> Iterator[str]:
        number = 0
        for some in filter(None, self._patterns):
            for pattern in marked("\n".join(some)).split("\n"):  # of which no pattern has one in it
                if pattern.isascii():
                    self.ascii_numbers.append(number)
                    yield pattern
                else:
                    self.other_numbers.append(number)
                    self._aside += f"{pattern}\n".encode("utf-8", "surrogatepass")
                number += 1

    def others(self) -> Iterator[str]:
        start = 0
        for _ in self.other_numbers:
            end = self._aside.index(b"\n", start)
            yield self._aside[start:end].decode("utf-8", "surrogatepass")
            start = end + 1


class _Part:
    """Some of the patterns, with their numbers among all of them, and an engine for them."""

    def __init__(self, patterns: Iterator[str], numbers: Sequence[int], ends: Sequence[int]) -> None:
        engine = AhoCorasick(patterns, store_patterns=False)
        self._engine: Engine | None = engine if numbers else None
        self._numbers, self._ends = numbers, ends

    def find(self, folded: str, text: str) -> list[Found]:
        """Every occurrence in a folded text, which is given with its words marked too."""
        spans = self._engine.find_matches_as_indexes(text, overlapping=True) if self._engine else ()
        if not spans:
            return []
        is_joint, numbers, ends = joints(folded), self._numbers, self._ends
        found = []
        for at, start, end in spans:
            number = numbers[at]
            if is_joint(end) and ends[number] != OPEN:
                plural = _end_of_plural(folded, start, end, is_joint) if ends[number] == PLURAL else None
                if plural is None:
                    continue
                end = plural  # noqa: PLW2901  # the find goes on to there
            if not is_joint(start):
                found.append((start, end, number))
        return found


def _end_of_plural(text: str, start: int, end: int, is_joint: Callable[[int], object]) -> int | None:
    """Where the plural of `text[start:end]` ends, if it stands there."""
    suffix = _plural.match(text, end) if text[end] in "es" else None  # which it is not for nearly all
    if not suffix or is_joint(suffix.end()):
        return None
    return suffix.end() if end - start >= _SHORTEST and text[end - _SHORTEST : end].isalpha() else None
