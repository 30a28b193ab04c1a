"""Whether a phrase of a lexicon may stand in a passage at all, told by its words: much quicker than a search for the phrase.

Each phrase is written out in all that it matches, and of each of these the longest word is kept. A passage with none of these words
holds no such phrase; one that has some must be searched. It knows the little of regular expressions that lexicons use.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from monitor.core.revision.tokens import small

_MOST = 4_000  # spellings of one phrase
_ANYTHING = "\0"  # stands for what may be any letter: a word that it touches is no key
_word = re.compile(r"[\w\0]+")


class Gate(NamedTuple):
    """What shows that a phrase may stand in a passage: a word of it, or a sign of a phrase that has no word.

    It is `open` where a phrase could not be written out: then every passage must be searched.
    """

    words: frozenset[str]
    signs: frozenset[str]
    open: bool

    def lets(self, words: Iterable[str], passage: str) -> bool:
        """Whether a phrase may stand in a passage, given its words in small letters."""
        return self.open or not (self.words.isdisjoint(words) and (not self.signs or self.signs.isdisjoint(passage)))


def gate(phrases: Iterable[str]) -> Gate:
    """The gate of some phrases."""
    words: set[str] = set()
    signs: set[str] = set()
    is_open = False
    for spelling in (spelling for phrase in phrases for spelling in spellings(phrase)):
        known = [word for word in _word.findall(spelling.lower()) if _ANYTHING not in word]
        marks = [character for character in spelling if not character.isspace() and character != _ANYTHING]
        if known:
            words.add(max(reversed(known), key=len))
        elif marks and not _word.search(spelling):
            signs.add(marks[0])
        else:
            is_open = True
    return Gate(frozenset(words), frozenset(signs), is_open)


class Finder:
    """Finds the phrases of a pattern; a text that holds none of their words is not searched."""

    def __init__(self, pattern: re.Pattern[str], phrases: Iterable[str], *, spaced: bool) -> None:
        self._pattern = pattern
        found = gate(phrases)
        self._gate = found if spaced and not found.signs else None

    def may_find(self, words: Iterable[str]) -> bool:
        """Whether a text with these words, in small letters, may hold a phrase."""
        return self._gate is None or self._gate.lets(words, "")

    def search(self, text: str) -> re.Match[str] | None:
        """The first phrase in the text."""
        return self._pattern.search(text)

    def finditer(self, text: str) -> Iterator[re.Match[str]]:
        """The phrases in the text, in their order."""
        return self._pattern.finditer(text) if self.may_find(small(text)) else iter(())


def spellings(phrase: str) -> list[str]:
    """All that a phrase matches."""
    return _alternatives(iter(phrase.replace(" ?", r"\s?")), [])


def _alternatives(rest: Iterator[str], ahead: list[str]) -> list[str]:
    """The spellings of all branches up to the bracket that closes them; `ahead` holds what was read too far."""
    found: list[str] = []
    branch = [""]
    while (character := _next(rest, ahead)) not in ("", ")"):
        if character == "|":
            found, branch = [*found, *branch], [""]
            continue
        options = _repeated(_atom(character, rest, ahead), rest, ahead)
        branch = [left + right for left in branch for right in options]
        if len(branch) > _MOST:
            branch = [_ANYTHING]
    return [*found, *branch]


def _next(rest: Iterator[str], ahead: list[str]) -> str:
    return ahead.pop() if ahead else next(rest, "")


def _atom(character: str, rest: Iterator[str], ahead: list[str]) -> list[str]:
    """The spellings of one character, class or group."""
    if character == "(":
        kind = _next(rest, ahead) + _next(rest, ahead)
        if kind == "?:":
            return _alternatives(rest, ahead)
        _alternatives(rest, ahead)  # a look around: it matches no letter itself
        return [""]
    if character == "[":
        letters = ""
        while (letter := _next(rest, ahead)) not in ("", "]"):
            letters += letter
        return [_ANYTHING] if set(letters[1:-1]) & set("-\\") or letters[:1] == "^" else list(letters)
    if character == "\\":
        escaped = _next(rest, ahead)
        return {"w": [_ANYTHING], "d": [_ANYTHING], "s": [" "], "b": [""]}.get(escaped, [escaped])
    return [_ANYTHING] if character == "." else [character]


def _repeated(options: list[str], rest: Iterator[str], ahead: list[str]) -> list[str]:
    """The spellings of an atom with the sign behind it that says how often it may stand."""
    sign = _next(rest, ahead)
    if sign == "?":
        return [*options, ""]
    if sign == "+":
        return [*options, _ANYTHING]
    if sign == "{":
        while _next(rest, ahead) not in ("", "}"):
            pass
    if sign in {"*", "{"}:
        return ["", *options, _ANYTHING]
    if sign:
        ahead.append(sign)
    return options
