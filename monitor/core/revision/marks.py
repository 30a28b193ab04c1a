"""Quotation marks: what stands between them, in any language. It does not know whether anybody says it.

Straight and curly marks, guillemets either way, „…“, ‹…› and 「」『』.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from monitor.core.revision.subjects import HOLE

_MOST = 3000  # characters of one quotation

_marks = re.compile(
    rf"""
      „([^„“”]{{1,{_MOST}}})(?:[“”]|$) | “([^“”]{{1,{_MOST}}})(?:”|$) | «([^«»]{{1,{_MOST}}})(?:»|$)
    | »([^«»]{{1,{_MOST}}})« | 「([^「」]{{1,{_MOST}}})」 | 『([^『』]{{1,{_MOST}}})』 | (?<![0-9A-Za-z])"([^"]{{1,{_MOST}}})(?:"|$)
    | (?<![\w‘])‘((?:[^‘’]|(?<=\w)’(?=\w)){{1,{_MOST}}})’(?!\w)
    | (?<![\w'])'(?=[\w¿¡])((?:[^'"]|(?<=\w)'(?=\w)){{1,{_MOST}}})(?<!\s)'(?!\w)
    | ‹([^‹›]{{1,{_MOST}}})›
    """,
    re.VERBOSE,
)
MARKS = "\"“”„«»‹›「」『』‘’' \u00a0\u202f"
_opening = re.compile("[\"“„«»‹「『‘']")  # what each of the patterns begins with
_word = re.compile(r"\w+")


@lru_cache(maxsize=64)  # of one text asked by all that looks for quotations
def spans(text: str) -> tuple[tuple[int, int], ...]:
    """Where the quotations of a text begin and end, with their marks."""
    found: list[tuple[int, int]] = []
    done = 0
    for mark in _opening.finditer(text):
        if mark.start() >= done and (match := _marks.match(text, mark.start())):
            done = match.end()
            if match.lastindex and _word.search(match[match.lastindex]):
                found.append(match.span())
    return tuple(found)


def may_quote(text: str) -> bool:
    """Whether a quotation may stand in a text."""
    if text.isascii():
        return '"' in text or "'" in text
    return _opening.search(text) is not None


def quoted_words(text: str) -> list[str]:
    """What stands between quotation marks, whoever says it."""
    return [text[start:end].strip(MARKS) for start, end in spans(text)]


def touches(span: tuple[int, int], parts: Sequence[tuple[int, int]]) -> bool:
    """Whether a span has a place in common with one of the parts."""
    return any(start < span[1] and span[0] < end for start, end in parts)


def masked(text: str) -> str:
    """The text with a hole for each character of its quotations: what the publisher says himself."""
    found = spans(text)
    return with_holes(text, found) if found else text


def with_holes(text: str, found: Sequence[tuple[int, int]]) -> str:
    """The text with a hole for each character of these spans; a stop before the last mark takes its place, as it ends a sentence."""
    parts, cursor = [], 0
    for start, end in found:
        stop = text[end - 2 : end - 1]
        parts += [text[cursor:start], HOLE * (end - start - 1), stop if stop in _STOPS else HOLE]
        cursor = end
    return "".join([*parts, text[cursor:]])


_STOPS = frozenset(".!?…")
