"""What is looked for, and in which words: texts and questions prepared for SQLite's FTS5, and its answers read. It opens no file.

FTS5's tokenizer takes a run of Chinese or Japanese for one word. So that any part of it is found, every character of a script that
puts no spaces between words is indexed as a word by itself, and what is looked for in it is a phrase of such words.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

import msgspec

from monitor.core.content import Content
from monitor.store.views.contents import unpack

TOKENIZER: Final = "unicode61 remove_diacritics 2"

_APART: Final = "\u200b"  # zero width space: no letter to the tokenizer, nothing to the eye
_BEGIN, _END = "\u0002", "\u0003"  # around what was found
# Thai to Burmese, Khmer, Hangul, kana, Han and its extensions
_UNSPACED: Final = re.compile(
    "([\u0e00-\u109f\u1100-\u11ff\u1780-\u17ff\u3040-\u30ff\u3130-\u318f\u3400-\u9fff\uac00-\ud7a3\U00020000-\U0003ffff])"
)
_WORD: Final = re.compile(
    r'(?P<column>\b(?:title|text):)?(?:"(?P<phrase>[^"]*)"?|(?P<bracket>[()])|(?P<word>[^\s"()]+))(?P<prefix>(?<=")\*)?'
)
_OPERATORS: Final = frozenset({"AND", "OR", "NOT"})
_WORDS_SHOWN: Final = 24


class Passage(msgspec.Struct, frozen=True):
    """A part of a text in which something was found; `marks` are the places of what was: where each begins and ends, in characters."""

    text: str
    marks: tuple[tuple[int, int], ...]


class Stood(msgspec.Struct, frozen=True):
    """A run of revisions that have it. `taken_out` is when the first one without it was seen; None while it stands."""

    first: int
    last: int
    since: datetime
    taken_out: datetime | None


class Hit(msgspec.Struct, frozen=True):
    """An article of which at least one revision has what was looked for; `passage` is from the newest such revision."""

    article: str
    url: str
    source: str
    title: str
    state: str
    stood: tuple[Stood, ...]
    passage: Passage


def text_of(packed: bytes) -> str:
    """The text of a revision as it is indexed."""
    return indexed(unpack(packed))


def indexed(content: Content) -> str:
    """What of a revision is indexed beside its title."""
    return segmented("\n".join((content.dek, content.byline, *(block.text for block in content.blocks))))


def segmented(text: str) -> str:
    """A text in which every character of an unspaced script stands by itself."""
    if text.isascii():
        return text
    return _UNSPACED.sub(_APART + r"\1" + _APART, text.replace(_BEGIN, " ").replace(_END, " "))


def host_of(url: str) -> str:
    """The host of an address; empty where it names none."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def on(database: sqlite3.Connection) -> None:
    """Teach a connection what the tables and questions of the search are made with."""
    database.create_function("text_of", 1, text_of, deterministic=True)
    database.create_function("segmented", 1, segmented, deterministic=True)
    database.create_function("host_of", 1, host_of, deterministic=True)


def questions(typed: str) -> Iterator[str]:
    """What was typed as FTS5 understands it; then, should its operators make no sense, as plain words that must all be there.

    Every word is quoted, so that none is an operator by accident. Nothing where there is no word in it.
    """
    words = list(_words(typed))
    plain = [word for word in words if word.startswith(('"', "title:", "text:"))]
    if plain:
        yield " ".join(words)
        yield " ".join(plain)


def _words(typed: str) -> Iterator[str]:
    for found in _WORD.finditer(typed):
        column, phrase, bracket, word = found["column"] or "", found["phrase"], found["bracket"], found["word"]
        if bracket or word in _OPERATORS:
            yield bracket or word
            continue
        text = word or phrase or ""
        prefix = found["prefix"] or (word and word.endswith("*"))
        if any(character.isalnum() for character in text):
            quoted = segmented(text.rstrip("*") if word else text).replace('"', '""')
            yield f'{column}"{quoted}"{"*" if prefix else ""}'


def passage(snippet: str) -> Passage:
    """A snippet of FTS5's with its marks."""
    text, marks, begins = "", [], 0
    for part in re.split(f"([{_BEGIN}{_END}])", snippet.replace(_APART, "").replace("\n", " ")):
        if part == _BEGIN:
            begins = len(text)
        elif part == _END:
            marks.append((begins, len(text)))
        else:
            text += part
    return Passage(text, tuple(_joined(marks)))


def _joined(marks: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Marks that touch, as one: the characters of one word of an unspaced script."""
    begin, end = -1, -1
    for first, last in marks:
        if first == end:
            end = last
            continue
        if end >= 0:
            yield begin, end
        begin, end = first, last
    if end >= 0:
        yield begin, end


SNIPPET: Final = f"snippet(search, -1, '{_BEGIN}', '{_END}', '…', {_WORDS_SHOWN})"


def runs(having: Sequence[int], times: Sequence[tuple[int, datetime]]) -> tuple[Stood, ...]:
    """The runs of revisions that have it, among all revisions of an article and when each was seen, oldest first."""
    has, found, begun = set(having), list[Stood](), None
    last: tuple[int, datetime] | None = None
    for number, at in times:
        if number in has and begun is None:
            begun = (number, at)
        elif number not in has and begun and last:
            found.append(Stood(begun[0], last[0], begun[1], at))
            begun = None
        last = (number, at)
    if begun and last:
        found.append(Stood(begun[0], last[0], begun[1], None))
    return tuple(found)
