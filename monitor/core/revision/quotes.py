"""Quotations: what stands between quotation marks, who says it, and by which words we know. It compares none.

A quotation of a word or two is only one where somebody says it.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from operator import attrgetter
from typing import NamedTuple

from monitor.core.revision.antecedents import Antecedent, antecedent
from monitor.core.revision.attribution import Attribution
from monitor.core.revision.lexicon import Lexicon
from monitor.core.revision.marks import MARKS, spans, with_holes
from monitor.core.revision.speakers import attributions, behind
from monitor.core.revision.subjects import HOLE, leading

_LEAST_WORDS = 3  # of a quotation that nobody is named for
_LEAST_CHARACTERS = 6  # the same where words are not parted
_NEAR = 130  # characters between a quotation and its speaker
_FAR = 400  # the same where it stands behind all that the sentence says of him

_word = re.compile(r"\w+")
_sentence_end = re.compile(r"[.!?…。！？]\s+(?=[^\W\da-zа-яё])|[。！？](?=.)|\n")
_start = attrgetter("start")
_LEADING = frozenset(":：,，、")  # before a quotation that is told before by whom


class Quote(NamedTuple):
    """The words of text[start:end] between marks; `speaker` as the text names him, empty where nobody is named."""

    words: str
    speaker: str
    cue: str
    start: int
    end: int
    context: str = ""  # what stands around it in its sentence: who else the speaker may be called
    slight: bool = False  # so short, and nobody says it, that it may be no quotation at all
    since: int | None = None  # where the sentence before it begins that tells whom “he said” means
    bare: str = ""  # its words, without a “he said” that stands within the marks


class _Passage(NamedTuple):
    """A block as its quotations are read: with a hole for each of them, and who says something around them."""

    text: str
    plain: str
    said: list[Attribution]
    lexicon: Lexicon


def quotes(text: str, lexicon: Lexicon) -> list[Quote]:
    """The quotations of a block, in their order; one that goes on after “he said,” is one."""
    places = spans(text)
    if not places:
        return []
    plain = with_holes(text, places)
    passage = _Passage(text, plain, attributions(plain, lexicon), lexicon)
    found: list[Quote] = []
    edges = [0, *(end for _, end in places)], [*(start for start, _ in places[1:]), len(text)]
    for (start, end), before, after in zip(places, *edges, strict=False):
        last = found[-1] if found else None
        quote = _quote(passage, start, end, _source(passage, before, start, end, after), last)
        if last and last.cue and _goes_on(text, last, start):
            found[-1] = _joined(last, quote)
        else:
            found.append(quote)
    return found


_interrupted = re.compile(r"[^.!?…。！？:：\x00]{2,90}[,،，]\s*")


def _goes_on(text: str, last: Quote, start: int) -> bool:
    """Whether a quotation goes on after “he said,”."""
    return text[last.end - 2 : last.end - 1] in ",،，" and _interrupted.fullmatch(text, last.end, start) is not None


def _joined(last: Quote, quote: Quote) -> Quote:
    return last._replace(
        words=f"{last.words} {quote.words}", bare=f"{last.bare} {quote.bare}", end=quote.end, slight=False
    )


# --- who says it, where his sentence tells -----------------------------------------------------------------------------


def _source(passage: _Passage, before: int, start: int, end: int, after: int) -> Attribution | None:
    """Who says the quotation at start:end: by a verb of saying beside it, within its marks, or by any verb right behind it."""
    text, plain, _, lexicon = passage
    return (
        _beside(passage, before, start, end, after)
        or _within(text[start:end], lexicon)
        or behind(plain, end, lexicon, led=text[end - 2] in ",،")
        or _announced(plain, start, lexicon)
        or _subject(passage, start, end)
    )


def _beside(passage: _Passage, before: int, start: int, end: int, after: int) -> Attribution | None:
    """Who is named behind the quotation in the same sentence, else before it."""
    text, _, said, lexicon = passage
    stop = _sentence_end.search(text, max(end - 2, start), after)
    if stop and stop.start() < end and not lexicon.spaced and text[start - 1 : start] not in _LEADING:
        stop = _sentence_end.search(text, end, after)  # “孩子们都安全。”校长说
    limit = min(after, stop.start() + 1 if stop and stop.start() >= end - 2 else after, end + _NEAR)
    if stop and stop.start() < end + 1 and text[end - 2 : end - 1] in ".!?…":
        limit = end  # a whole sentence was quoted: what follows is another one
    at = bisect_left(said, end, key=_start)
    if at < len(said) and said[at].start < limit:
        return said[at]
    for one in reversed(said[bisect_left(said, before, key=_start) : bisect_left(said, start, key=_start)]):
        if start - one.end <= _NEAR and not _sentence_end.search(text, one.end, start):
            return one
    return None


def _within(quotation: str, lexicon: Lexicon) -> Attribution | None:
    """Who says a quotation that names him within its marks: «Ждём, — сказал Лавров. — Пока нет»."""
    match = _aside(quotation, lexicon)
    return next(iter(attributions(match[1], lexicon)), None) if match else None


_between_dashes = re.compile(r"[,.!?…]\s?[—–-]\s([^—«»]{3,90}?)(?:[.,]\s?[—–-]|$)")
_inverted = re.compile(
    r",\s((?:(?:a|ont)-t-(?:ils?|elles?|on)\s[^\W\d_]+|[^\W\d_]+-(?:t-)?(?:ils?|elles?|on))\b[^,«»“”]{0,60}),",
    re.IGNORECASE,
)


def _aside(quotation: str, lexicon: Lexicon) -> re.Match[str] | None:
    """A “he said” within the marks: — сказал Лавров —, or in French “, a-t-elle insisté,”."""
    found = _between_dashes.search(quotation)
    return found or (_inverted.search(quotation) if lexicon.lang == "fr" else None)


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


def _subject(passage: _Passage, start: int, end: int) -> Attribution | None:
    """Whom the sentence is about that holds a long quotation: Vale rejected it as “a cheap political stunt”. Not: it became “…”."""
    text, plain, _, lexicon = passage
    if not _long_enough(text[start:end].strip(MARKS), lexicon) or _stands_alone(plain, start):
        return None
    name = leading(plain, start, lexicon)
    at = plain.rfind(name, max(start - _FAR, 0), start) if name else -1
    if not name or at < 0:
        return None
    between = plain[at + len(name) : start]
    if HOLE in between or not lexicon.states.isdisjoint(_word.findall(between.lower())):
        return None
    return Attribution(name, "", at, at + len(name))


def _stands_alone(plain: str, start: int) -> bool:
    """Whether a quotation begins a sentence."""
    return plain[max(start - 4, 0) : start].rstrip(" \u00a0\u202f")[-1:] in ".!?…\n"


# --- who says it, where another sentence tells ---------------------------------------------------------------------------


def _quote(passage: _Passage, start: int, end: int, source: Attribution | None, last: Quote | None) -> Quote:
    text, plain, _, lexicon = passage
    words = text[start:end].strip(MARKS)
    aside = _aside(text[start:end], lexicon)
    bare = text[start : start + aside.start()] + text[start + aside.end() : end] if aside else text[start:end]
    speaker, since = source.speaker if source else "", None
    if not speaker and not (source and source.nobody):
        speaker, since = _meant(passage, source.start if source else start, start, source, last)
    context = plain[max(source.start - 60, 0) : source.end + 90] if source else ""
    slight = not source and not _long_enough(words, lexicon)
    return Quote(words, speaker, source.cue if source else "", start, end, context, slight, since, bare.strip(MARKS))


def _meant(
    passage: _Passage, at: int, start: int, source: Attribution | None, last: Quote | None
) -> tuple[str, int | None]:
    """Whom “he said” means, or a quotation that nobody is named for, and where the sentence begins that tells it."""
    _, plain, said, lexicon = passage
    alone = _stands_alone(plain, start)
    if not source and not alone and not _goes_back(plain, start, last, lexicon):
        return "", None
    carried, since = _carried(start, last, said)
    found: Antecedent | None = antecedent(plain, min(at, start), since, lexicon)
    if found and (found.named or (not (alone and not source) and not carried)):
        return found.name, found.start
    if source or _goes_back(plain, start, last, lexicon):
        return carried, None
    return "", None


def _goes_back(plain: str, start: int, last: Quote | None, lexicon: Lexicon) -> bool:
    """Whether a quotation that nobody is named for is said by whoever spoke before: its sentence says so, or has no words before it."""
    if last and not _sentence_end.search(plain, last.end - 2, start):
        return True
    about = leading(plain, start, lexicon)
    return about == "" or (last is not None and about is None)


def _carried(start: int, last: Quote | None, said: list[Attribution]) -> tuple[str, int]:
    """The speaker named last before a place, and where the words end that name him."""
    at = bisect_left(said, start, key=_start) - 1
    while at >= 0 and not said[at].speaker:
        at -= 1
    named = said[at] if at >= 0 else None
    since = max(last.end if last else 0, named.end if named else 0)
    if last and last.speaker and (named is None or named.start <= last.end + _NEAR):
        return last.speaker, since
    return (named.speaker if named else ""), since


def _long_enough(words: str, lexicon: Lexicon) -> bool:
    if lexicon.spaced and words.isascii():
        return words.count(" ") >= _LEAST_WORDS - 1
    letters = len(_word.findall(words))
    return letters >= _LEAST_WORDS or (not lexicon.spaced and len(words) >= _LEAST_CHARACTERS)
