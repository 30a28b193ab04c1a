"""Quotations: what stands between quotation marks, who says it, and by which words we know. It compares none.

Straight and curly marks, guillemets either way, „…“ and 「」『』. A quotation of a word or two is only one where somebody says it.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from operator import attrgetter
from typing import NamedTuple

from monitor.core.revision.attribution import Attribution
from monitor.core.revision.lexicon import Lexicon
from monitor.core.revision.speakers import attributions, behind
from monitor.core.revision.subjects import HOLE, leading

_LEAST_WORDS = 3  # of a quotation that nobody is named for
_LEAST_CHARACTERS = 6  # the same where words are not parted
_MOST = 3000
_NEAR = 130  # characters between a quotation and its speaker

_marks = re.compile(
    rf"""
      „([^„“”]{{1,{_MOST}}})(?:[“”]|$) | “([^“”]{{1,{_MOST}}})(?:”|$) | «([^«»]{{1,{_MOST}}})(?:»|$)
    | »([^«»]{{1,{_MOST}}})« | 「([^「」]{{1,{_MOST}}})」 | 『([^『』]{{1,{_MOST}}})』 | "([^"]{{1,{_MOST}}})(?:"|$)
    | (?<![\w‘])‘((?:[^‘’]|(?<=\w)’(?=\w)){{1,{_MOST}}})’(?!\w)
    | (?<![\w'])'(?=[\w¿¡])((?:[^'"]|(?<=\w)'(?=\w)){{1,{_MOST}}})(?<!\s)'(?!\w)
    | ‹([^‹›]{{1,{_MOST}}})›
    """,
    re.VERBOSE,
)
_MARKS = "\"“”„«»‹›「」『』‘’' \u00a0\u202f"
_any_mark = re.compile("[\"“”„«»‹「『‘']")
_word = re.compile(r"\w+")
_cue_follows = re.compile(r"[\s,–—.!?…،-]*")
_sentence_end = re.compile(r"[.!?…。！？]\s+(?=[^\W\da-zа-яё])|[。！？](?=.)|\n")


class Quote(NamedTuple):
    """The words of text[start:end] between marks; `speaker` as the text names him, empty where nobody is named."""

    words: str
    speaker: str
    cue: str
    start: int
    end: int
    context: str = ""  # what stands around it in its sentence: who else the speaker may be called
    slight: bool = False  # so short, and nobody says it, that it may be no quotation at all


def quotes(text: str, lexicon: Lexicon) -> list[Quote]:
    """The quotations of a block, in their order."""
    spans = _spans(text)
    return _attributed(text, spans, lexicon) if spans else []


def quotes_touch(text: str, parts: Sequence[tuple[int, int]]) -> bool:
    """Whether a quotation of a block reaches into one of its parts."""
    return any(touches(span, parts) for span in _spans(text))


def quoted_words(text: str) -> list[str]:
    """What stands between quotation marks, whoever says it."""
    return [text[start:end].strip(_MARKS) for start, end in _spans(text)]


def may_quote(text: str) -> bool:
    """Whether a quotation may stand in a text."""
    if text.isascii():
        return '"' in text or "'" in text
    return _any_mark.search(text) is not None


def _spans(text: str) -> list[tuple[int, int]]:
    if not may_quote(text):
        return []
    return [match.span() for match in _marks.finditer(text) if _says_words(match)]


def touches(span: tuple[int, int], parts: Sequence[tuple[int, int]]) -> bool:
    """Whether a span has a place in common with one of the parts."""
    return any(start < span[1] and span[0] < end for start, end in parts)


def _attributed(text: str, spans: list[tuple[int, int]], lexicon: Lexicon) -> list[Quote]:
    """The quotations with their speakers; one that goes on after “he said,” is one."""
    plain = _with_holes(text, spans)
    said = attributions(plain, lexicon)
    found: list[Quote] = []
    for index, (start, end) in enumerate(spans):
        after = spans[index + 1][0] if index + 1 < len(spans) else len(text)
        before = spans[index - 1][1] if index else 0
        source = _source(text, said, before, start, end, after) or _within(text[start:end], lexicon)
        source = source or behind(plain, end, lexicon, led=text[end - 2] in ",،") or _announced(plain, start, lexicon)
        quote = _quote(text, plain, start, end, source, found[-1] if found else None, said, lexicon)
        quote = quote._replace(slight=not source and not _long_enough(quote.words, lexicon))
        if found and found[-1].cue and _goes_on(text, found[-1], start):
            found[-1] = found[-1]._replace(words=f"{found[-1].words} {quote.words}", end=end)
        else:
            found.append(quote)
    return found


_interrupted = re.compile(r"[^.!?…。！？:：\x00]{2,90}[,،，]\s*")


def _goes_on(text: str, last: Quote, start: int) -> bool:
    """Whether a quotation goes on after “he said,”."""
    return text[last.end - 2 : last.end - 1] in ",،，" and _interrupted.fullmatch(text, last.end, start) is not None


_incise = re.compile(r"[,.!?…]\s?[—–-]\s([^—«»]{3,90}?)(?:[.,]\s?[—–-]|$)")


def _within(quotation: str, lexicon: Lexicon) -> Attribution | None:
    """Who says a quotation that names him between dashes: «Ждём, — сказал Лавров. — Пока нет»."""
    match = _incise.search(quotation)
    return next(iter(attributions(match[1], lexicon)), None) if match else None


def _announced(plain: str, start: int, lexicon: Lexicon) -> Attribution | None:
    """Whom the sentence is about that leads to a quotation by a colon alone (The coach was blunt: “…”), or is no more than his name."""
    mark = _leads.search(plain, max(start - 2, 0), start)
    name = leading(plain, mark.start(), lexicon) if mark else None
    if not mark or name is None:
        return None
    at = mark.start() - len(name)
    if mark[1] == "," and not (name and _sentence_before.search(plain[max(at - 3, 0) : at])):
        return None
    return Attribution(name, "", mark.start(), mark.end())


_leads = re.compile(r"([:,])\s?$")
_sentence_before = re.compile(r"(?:^|[.!?…\n])\s*$")


def masked(text: str) -> str:
    """The text with a hole for each character of its quotations: what the publisher says himself."""
    spans = _spans(text)
    return _with_holes(text, spans) if spans else text


def _says_words(match: re.Match[str]) -> bool:
    return any(group and _word.search(group) for group in match.groups())


def _with_holes(text: str, spans: list[tuple[int, int]]) -> str:
    parts, cursor = [], 0
    for start, end in spans:
        parts += [text[cursor:start], HOLE * (end - start)]
        cursor = end
    return "".join([*parts, text[cursor:]])


_start = attrgetter("start")


def _source(text: str, said: list[Attribution], before: int, start: int, end: int, after: int) -> Attribution | None:
    """Who says the quotation at start:end: named behind it in the same sentence, else before it."""
    stop = _sentence_end.search(text, max(end - 2, start), after)
    limit = min(after, stop.start() + 1 if stop and stop.start() >= end - 2 else after, end + _NEAR)
    if stop and stop.start() < end + 1 and text[end - 2 : end - 1] in ".!?…":
        limit = end  # a whole sentence was quoted: what follows is another one
    behind = bisect_left(said, end, key=_start)
    if behind < len(said) and said[behind].start < limit:
        return said[behind]
    for one in reversed(said[bisect_left(said, before, key=_start) : bisect_left(said, start, key=_start)]):
        if start - one.end <= _NEAR and not _sentence_end.search(text, one.end, start):
            return one
    return None


def _quote(
    text: str,
    plain: str,
    start: int,
    end: int,
    source: Attribution | None,
    last: Quote | None,
    said: list[Attribution],
    lexicon: Lexicon,
) -> Quote:
    speaker = source.speaker if source else ""
    if not speaker and (source or _goes_back(plain, start, last, lexicon)):
        speaker = _carried(start, last, said)
    words = text[start:end].strip(_MARKS)
    context = plain[max(source.start - 60, 0) : source.end + 90] if source else ""
    return Quote(words, speaker, source.cue if source else "", start, end, context)


def _goes_back(plain: str, start: int, last: Quote | None, lexicon: Lexicon) -> bool:
    """Whether a quotation that nobody is named for is said by whoever spoke before: its sentence says so, or has no words before it."""
    if last and not _sentence_end.search(plain, last.end - 2, start):
        return True
    about = leading(plain, start, lexicon)
    return about == "" or (last is not None and about is None)


def _carried(start: int, last: Quote | None, said: list[Attribution]) -> str:
    """Whom “he said”, or a quotation that goes on, means: the one named last."""
    at = bisect_left(said, start, key=_start) - 1
    while at >= 0 and not said[at].speaker:
        at -= 1
    if last and last.speaker and (at < 0 or said[at].start <= last.end + _NEAR):
        return last.speaker
    return said[at].speaker if at >= 0 else ""


def _long_enough(words: str, lexicon: Lexicon) -> bool:
    if lexicon.spaced and words.isascii():
        return words.count(" ") >= _LEAST_WORDS - 1
    letters = len(_word.findall(words))
    return letters >= _LEAST_WORDS or (not lexicon.spaced and len(words) >= _LEAST_CHARACTERS)
