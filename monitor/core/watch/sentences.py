"""Sentences: where in a text a reader would say that one ends. A small set of rules for many scripts; it understands no grammar."""

from __future__ import annotations

import re
from bisect import bisect_right

LIMIT = 600  # code points of one sentence; of a longer one the part around the hit is shown
# Bounded, like the runs of stops below: hostile text must stay linear.
_CLOSERS = "(?:[\"'’”»›)\\]」』）】]|\\s[»›]){0,4}"
_end = re.compile(rf"[.!?…‽؟۔।॥]{{1,4}}{_CLOSERS}(?=\s)|[。！？｡]{{1,4}}{_CLOSERS}|\n")
_after = re.compile(r"[\s\"'“‘«‹„(\[]{0,8}(.?)", re.DOTALL)
_short = re.compile(
    r"(?:\b(?:mr|mrs|ms|mx|dr|st|prof|rev|hon|gen|lt|col|maj|capt|cmdr|adm|sgt|sen|rep|gov|pres|vs|jr|sr|cf|al|etc|mme|mlle|mgr|dña|sra|hr|fr)"
    r"|\b[^\W\d_](?:\.[^\W\d_])*)\.$",
    re.IGNORECASE,
)  # titles; initials and dotted acronyms
_numbered = re.compile(r"\b(?:nos?|nr|art|fig|pp?|vol|ch)\.$", re.IGNORECASE)


def sentences(text: str) -> list[tuple[int, int]]:
    """The spans of the sentences in code points, in order, without the white space between them."""
    ends = [end.end() for end in _end.finditer(text) if _is_end(text, end)]
    spans = []
    for start, end in zip([0, *ends], [*ends, len(text)], strict=True):
        words = text[start:end]
        if stripped := words.strip():
            first = start + len(words) - len(words.lstrip())
            spans.append((first, first + len(stripped)))
    return spans


def around(text: str, spans: list[tuple[int, int]], start: int, end: int) -> tuple[int, int]:
    """The span of the sentence (or sentences) that holds `start:end`, no longer than LIMIT unless the hit itself is longer."""
    first = max(bisect_right(spans, (start, len(text))) - 1, 0)
    last = max(bisect_right(spans, (end - 1, len(text))) - 1, first)
    return _window(text, min(spans[first][0], start), max(spans[last][1], end), start, end)


def _is_end(text: str, end: re.Match[str]) -> bool:
    if end[0] == "\n":
        return True
    following = _after.match(text, end.end())
    next_char = following[1] if following else ""
    if next_char.islower():
        return False
    # 16 code points hold every abbreviation; so each look back is bounded.
    before = text[max(end.start() - 16, 0) : end.start() + 1]
    if _numbered.search(before):
        return not next_char.isdigit()
    return not _short.search(before)


def _window(text: str, first: int, last: int, start: int, end: int) -> tuple[int, int]:
    if last - first <= LIMIT:
        return first, last
    spare = max(LIMIT - (end - start), 0) // 2
    left, right = max(first, start - spare), min(last, end + spare)
    if left > first:
        left = next((at + 1 for at in range(left, start) if text[at].isspace()), left)
    if right < last:
        right = next((at for at in range(right, end, -1) if text[at].isspace()), right)
    return left, right
