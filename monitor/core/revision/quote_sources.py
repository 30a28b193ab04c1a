"""Who says a quotation, as far as the sentence tells that holds it. What “he said” means, `revision.quotes` finds out.

By a verb of saying beside it, within its marks, or right behind it; else by whom the sentence is about.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from operator import attrgetter
from typing import NamedTuple

from monitor.core.revision.attribution import Attribution
from monitor.core.revision.lexicon import Lexicon
from monitor.core.revision.marks import MARKS
from monitor.core.revision.speakers import attributions, behind
from monitor.core.revision.subjects import CAPITAL, DETERMINERS, HOLE, acts, leading
from monitor.core.revision.wide_speakers import wide_subject

_LEAST_WORDS = 3  # of a quotation that nobody is named for
_LEAST_CHARACTERS = 6  # the same where words are not parted
_NEAR = 130  # characters between a quotation and its speaker
_FAR = 400  # the same where it stands behind all that the sentence says of him
_LEADING = frozenset(":：,，、")  # before a quotation that is told before by whom

SENTENCE_END = re.compile(r"[.!?…。！？]\s+(?=[^\W\da-zа-яё])|[。！？](?=.)|\n")
_word = re.compile(r"\w+")
_start = attrgetter("start")


class Passage(NamedTuple):
    """A block as its quotations are read: with a hole for each of them, and who says something around them."""

    text: str
    plain: str
    said: list[Attribution]
    lexicon: Lexicon


def source_of(passage: Passage, before: int, start: int, end: int, after: int) -> Attribution | None:
    """Who says the quotation at start:end: by a verb of saying beside it, within its marks, or by any verb right behind it."""
    text, plain, _, lexicon = passage
    before_it, behind_it = _named_before(passage, before, start), _named_behind(passage, start, end, after)
    alone = stands_alone(plain, start)
    if behind_it and before_it and not alone and _another_clause.search(plain, end, behind_it.end):
        behind_it = None
    return (
        behind_it
        or (None if alone else before_it)
        or _within(text[start:end], lexicon)
        or behind(plain, end, lexicon, led=text[end - 2] in ",،" or (text[end - 2] in "!?؟" and lexicon.lang != "en"))
        or before_it
        or _announced(plain, start, lexicon)
        or _subject(passage, start, end)
    )


_another_clause = re.compile(  # called it “an act of war”, hours after the minister had said
    r"\b(?:after|before|because|although|though|while|when|until|unless|nachdem|bevor|weil|obwohl|während|après que|avant que"
    r"|parce que|quand|lorsque|alors que|después de que|antes de que|cuando|mientras|porque|aunque|после того,? как|прежде чем"
    r"|когда|хотя|потому что)\b",
    re.IGNORECASE,
)


def _named_behind(passage: Passage, start: int, end: int, after: int) -> Attribution | None:
    """Who is named behind the quotation in the same sentence."""
    text, plain, said, lexicon = passage
    at = bisect_left(said, end, key=_start)
    if that := _that_he_said.match(plain, end):
        return next((one for one in said[at:] if one.start < that.end()), None)
    stop = SENTENCE_END.search(text, max(end - 2, start), after)
    if stop and stop.start() < end and not lexicon.spaced and text[start - 1 : start] not in _LEADING:
        stop = SENTENCE_END.search(text, end, after)  # “孩子们都安全。”校长说
    limit = min(after, stop.start() + 1 if stop and stop.start() >= end - 2 else after, end + _NEAR)
    if stop and stop.start() < end + 1 and text[end - 2 : end - 1] in ".!?…":
        limit = end  # a whole sentence was quoted: what follows is another one
    return said[at] if at < len(said) and said[at].start < limit else None


def _named_before(passage: Passage, before: int, start: int) -> Attribution | None:
    """Who is named before the quotation, in its sentence or as one that goes on."""
    text, _, said, _ = passage
    for one in reversed(said[bisect_left(said, before, key=_start) : bisect_left(said, start, key=_start)]):
        if start - one.end <= _NEAR and not SENTENCE_END.search(text, one.end, start):
            return one
    return None


_that_he_said = re.compile(r"。[^。\x00]{1,60}そう[^。\x00]{1,12}(?:。|$)")  # 「もう限界です」。鈴木さんはそう漏らす。


def _within(quotation: str, lexicon: Lexicon) -> Attribution | None:
    """Who says a quotation that names him within its marks: «Ждём, — сказал Лавров. — Пока нет»."""
    match = aside_in(quotation, lexicon)
    return next(iter(attributions(match[1], lexicon)), None) if match else None


_between_dashes = re.compile(r"[,.!?…]\s?[—–-]\s([^—«»]{3,90}?)(?:[.,]\s?[—–-]|$)")
_inverted = re.compile(
    r",\s((?:(?:a|ont)-t-(?:ils?|elles?|on)\s[^\W\d_]+|[^\W\d_]+-(?:t-)?(?:ils?|elles?|on))\b[^,«»“”]{0,60}),",
    re.IGNORECASE,
)


def aside_in(quotation: str, lexicon: Lexicon) -> re.Match[str] | None:
    """A “he said” within the marks: — сказал Лавров —, or in French “, a-t-elle insisté,”."""
    found = _between_dashes.search(quotation)
    return found or (_inverted.search(quotation) if lexicon.lang == "fr" else None)


def _announced(plain: str, start: int, lexicon: Lexicon) -> Attribution | None:
    """Whom the sentence is about that leads to a quotation by a colon alone (The coach was blunt: “…”), or is no more than his name."""
    mark = _leads.search(plain, max(start - 2, 0), start)
    if not mark:
        return None
    name = leading(plain, mark.start(), lexicon)
    if name is None:
        name = _behind_adverbial(plain, mark.start(), lexicon)
    if name is None:
        return None
    at = mark.start() - len(name)
    if mark[1] == "," and not (name and _sentence_before.search(plain[max(at - 3, 0) : at])):
        return None
    return Attribution(name, "", mark.start(), mark.end())


_leads = re.compile(r"([:,])\s?$")
_sentence_before = re.compile(r"(?:^|[.!?…\n])\s*$")


def _subject(passage: Passage, start: int, end: int) -> Attribution | None:
    """Whom the sentence is about that holds a long quotation: Vale rejected it as “a cheap political stunt”. Not: it became “…”."""
    text, plain, _, lexicon = passage
    words = text[start:end].strip(MARKS)
    if stands_alone(plain, start) or not (long_enough(words, lexicon) or _may_be_said(words, plain, start, lexicon)):
        return None
    if not lexicon.spaced:
        return wide_subject(plain, start, lexicon)
    name = _behind_link(plain, start, lexicon) or leading(plain, start, lexicon)
    if name is None:
        name = _behind_adverbial(plain, start, lexicon)
    at = plain.rfind(name, max(start - _FAR, 0), start) if name else -1
    if not name or at < 0:
        return None
    between = plain[at + len(name) : start]
    if not between.strip() or not acts(name, between, lexicon):
        return None
    clause = _that.split(between, maxsplit=1)[0]
    if HOLE in between or not lexicon.states.isdisjoint(_word.findall(clause.lower())):
        return None
    return Attribution(name, "", at, at + len(name))


_that = re.compile(r"\b(?:that|que|qu['’]|dass|что)\b")
_opening = re.compile(r"(?:^|[.!?…]\s|\n)[^\W\da-zа-яё][^,;:.!?\x00\n]{2,60},\s([^,;:.!?…\x00\n]{3,120})$")


def _behind_adverbial(plain: str, start: int, lexicon: Lexicon) -> str | None:
    """Whom a sentence is about that begins otherwise: Au micro de France Bleu, le patron des pompiers décrit “…”."""
    match = _opening.search(plain, max(start - 200, 0), start)
    if not match:
        return None
    clause = match[1][0].upper() + match[1][1:]
    name = leading(clause, len(clause), lexicon)
    return match[1][: len(name)] if name else None


def _may_be_said(words: str, plain: str, start: int, lexicon: Lexicon) -> bool:
    """Whether two words may be said by whom the sentence is about: thanked them for their “extraordinary dignity”; but not a “dark fleet”."""
    if not lexicon.spaced or lexicon.lang == "ar" or not 1 <= words.count(" ") <= 2 or not words[:1].islower():
        return False
    ahead = next(reversed(plain[max(start - 24, 0) : start].lower().split()), "")
    return ahead not in DETERMINERS and not ahead.endswith(("'", "’"))


_link = re.compile(
    r"\x00[,;]?\s(?:while|whereas|but|and|tandis que|alors que|während|mientras(?: que)?|а|но)\s([^,;:.!?…\x00\n]{3,90})$"
)


def _behind_link(plain: str, start: int, lexicon: Lexicon) -> str | None:
    """Whom a clause is about that follows another with its own quotation: Mr Ruiz called it “…”, while Ms Vance preferred “…”."""
    match = _link.search(plain, max(start - 110, 0), start)
    name = leading(match[1], len(match[1]), lexicon) if match and CAPITAL.match(match[1]) else None
    return name or None


def stands_alone(plain: str, start: int) -> bool:
    """Whether a quotation begins a sentence."""
    return plain[max(start - 4, 0) : start].rstrip(" \u00a0\u202f")[-1:] in ".!?…\n"


def long_enough(words: str, lexicon: Lexicon) -> bool:
    """Whether words between marks are a quotation even where nobody says them."""
    if lexicon.spaced and words.isascii():
        return words.count(" ") >= _LEAST_WORDS - 1
    letters = len(_word.findall(words))
    return letters >= _LEAST_WORDS or (not lexicon.spaced and len(words) >= _LEAST_CHARACTERS)
