"""Whether a phrase of a lexicon may stand in a passage at all, told by its words: much quicker than a search for the phrase.

Each phrase is written out in all that it matches. A passage without all the words of one of these spellings holds no such phrase;
another must be searched. It knows the little of regular expressions that lexicons use.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from monitor.core.revision.tokens import small

_MOST = 4_000  # spellings of one phrase
_ANYTHING = "\0"  # stands for what may be any letter: a word that it touches is no key
_word = re.compile(r"[\w\0]+")


class Gate(NamedTuple):
    """What shows that a phrase may stand in a passage: its longest word and then all others, or a sign of a phrase that has no word.

    `words` holds the longest words, `others` what must stand beside one that is no phrase by itself. The gate is `open` where a
    phrase could not be written out: then every passage must be searched.
    """

    words: frozenset[str]
    signs: frozenset[str]
    open: bool
    others: Mapping[str, tuple[frozenset[str], ...]]

    def lets(self, words: Collection[str], passage: str) -> bool:
        """Whether a phrase may stand in a passage, given its words in small letters."""
        if self.open or (self.signs and not self.signs.isdisjoint(passage)):
            return True
        return not self.words.isdisjoint(words) and self._has_all(frozenset(words))

    def _has_all(self, words: frozenset[str]) -> bool:
        """Whether all words of a phrase are there."""
        for word in self.words & words:
            if word not in self.others or any(map(words.issuperset, self.others[word])):
                return True
        return False


def gate(phrases: Iterable[str]) -> Gate:
    """The gate of some phrases."""
    words: dict[str, set[frozenset[str]]] = {}
    signs: set[str] = set()
    is_open = False
    for spelling in (spelling for phrase in phrases for spelling in spellings(phrase)):
        known = [word for word in _word.findall(spelling.lower()) if _ANYTHING not in word]
        marks = [character for character in spelling if not character.isspace() and character != _ANYTHING]
        if known:
            longest = max(reversed(known), key=len)
            words.setdefault(longest, set()).add(frozenset(known) - {longest})
        elif marks and not _word.search(spelling):
            signs.add(marks[0])
        else:
            is_open = True
    others = {word: tuple(needed) for word, needed in words.items() if frozenset() not in needed}
    return Gate(frozenset(words), frozenset(signs), is_open, others)


def telling_words(phrases: Iterable[str], functions: Collection[str]) -> frozenset[str]:
    """The words of each phrase that tell it from other phrases: those that are no mere function words, or else all."""
    found: set[str] = set()
    for spelling in (spelling for phrase in phrases for spelling in spellings(phrase)):
        known = _word.findall(spelling.lower())
        found.update([word for word in known if word not in functions] or known)
    return frozenset(found)


class Finder:
    """Finds the phrases of a pattern; a text that holds none of their words is not searched, and others only where one may begin."""

    def __init__(self, pattern: re.Pattern[str], phrases: Sequence[str], *, spaced: bool) -> None:
        self._pattern = pattern
        found = gate(phrases)
        self._gate = found if spaced and not found.signs else None
        self._first = _first_words(phrases) if spaced else None

    def may_find(self, words: Collection[str]) -> bool:
        """Whether a text with these words, in small letters, may hold a phrase."""
        return self._gate is None or self._gate.lets(words, "")

    def search(self, text: str) -> re.Match[str] | None:
        """The first phrase in the text."""
        return self._pattern.search(text)

    def finditer(self, text: str) -> Iterator[re.Match[str]]:
        """The phrases in the text, in their order."""
        words = small(text)
        if not self.may_find(words):
            return iter(())
        lower = text.lower()
        if self._first is None or len(lower) != len(text):
            return self._pattern.finditer(text)
        return self._where_one_begins(text, lower, self._first.intersection(words))

    def _where_one_begins(self, text: str, lower: str, first: frozenset[str]) -> Iterator[re.Match[str]]:
        """The phrases that begin with one of these words, in a text whose small letters stand where they do in `lower`."""
        done = 0
        for start in sorted(start for word in first for start in _occurrences(word, lower)):
            if start >= done and (match := self._pattern.match(text, start)):
                done = match.end()
                yield match


def _occurrences(word: str, text: str) -> Iterator[int]:
    at = text.find(word)
    while at >= 0:
        yield at
        at = text.find(word, at + len(word))


def _first_words(phrases: Iterable[str]) -> frozenset[str] | None:
    """The words with which phrases begin, in small letters; None where one may begin with any word, or with a sign."""
    found = {_word.match(spelling.lower()) for phrase in phrases for spelling in spellings(phrase)}
    words = {match[0] for match in found if match}
    return None if None in found or any(_ANYTHING in word for word in words) else frozenset(words)


class Ending:
    """Whether a passage may end with one of some phrases, told by its last word."""

    def __init__(self, phrases: Iterable[str], behind: Iterable[str]) -> None:
        """`behind` are the words that may follow a phrase."""
        endings = [_word.findall(spelling.lower())[-1:] for phrase in phrases for spelling in spellings(phrase)]
        words = {word for ending in endings for word in ending}
        self._words = None if [] in endings or any(_ANYTHING in word for word in words) else words
        self._behind = frozenset(behind)

    def may_end(self, passage: str) -> bool:
        """Whether a passage may end with a phrase."""
        if self._words is None:
            return True
        words = small(passage)
        if words and words[-1] in self._words:
            return True
        return len(words) > 1 and words[-1] in self._behind and words[-2] in self._words


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
