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
from monitor.core.revision.marks import MARKS, masked, spans, with_holes
from monitor.core.revision.quote_sources import SENTENCE_END, Passage, aside_in, long_enough, source_of, stands_alone
from monitor.core.revision.speakers import attributions
from monitor.core.revision.subjects import HOLE, leading
from monitor.core.revision.titles import is_name, is_title

_NEAR = 130  # characters between a quotation and its speaker
_MOST_CHARACTERS = 100_000  # of one block in which quotations are looked for
_MOST_UNNAMED = 100  # in a row: whom “he said” means is not told from farther

_start = attrgetter("start")


class Quote(NamedTuple):
    """The words of text[start:end] between marks; `speaker` as the text names him, empty where nobody is named."""

    words: str
    speaker: str
    cue: str
    start: int
    end: int
    context: str = ""  # what stands around it in its sentence: who else the speaker may be called
    slight: bool = False  # so short, and nobody says it, that it may be no quotation at all
    goes_back: bool = False  # whether whoever was named last says it, perhaps in a block before
    since: int | None = None  # where the sentence before it begins that tells whom “he said” means
    bare: str = ""  # its words, without a “he said” that stands within the marks


def quotes(text: str, lexicon: Lexicon) -> list[Quote]:
    """The quotations of a block, in their order; one that goes on after “he said,” is one."""
    text = text[:_MOST_CHARACTERS]
    places = spans(text)
    if not places:
        return []
    plain = with_holes(text, places)
    passage = Passage(text, plain, attributions(plain, lexicon), lexicon)
    found: list[Quote] = []
    edges = [0, *(end for _, end in places)], [*(start for start, _ in places[1:]), len(text)]
    for (start, end), before, after in zip(places, *edges, strict=False):
        last = found[-1] if found else None
        quote = _quote(passage, start, end, source_of(passage, before, start, end, after), last)
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


def _quote(passage: Passage, start: int, end: int, source: Attribution | None, last: Quote | None) -> Quote:
    text, plain, _, lexicon = passage
    words = text[start:end].strip(MARKS)
    aside = aside_in(text[start:end], lexicon)
    bare = text[start : start + aside.start()] + text[start + aside.end() : end] if aside else text[start:end]
    quote = Quote(
        words, source.speaker if source else "", source.cue if source else "", start, end, bare=bare.strip(MARKS)
    )
    if is_name(words, plain, start, lexicon) or (not quote.cue and lexicon.lang == "en" and is_title(words, lexicon)):
        return quote._replace(speaker="", slight=True)
    if not quote.speaker and not (source and source.nobody):
        speaker, since = _meant(passage, source.start if source else start, start, source, last)
        alone = not last and plain.count(HOLE) >= len(plain.rstrip(" ."))
        quote = quote._replace(speaker=speaker, since=since, goes_back=not speaker and (source is not None or alone))
    return quote._replace(
        context=plain[max(source.start - 60, 0) : source.end + 90] if source else "",
        slight=not source and not long_enough(words, lexicon),
    )


def _meant(
    passage: Passage, at: int, start: int, source: Attribution | None, last: Quote | None
) -> tuple[str, int | None]:
    """Whom “he said” means, or a quotation that nobody is named for, and where the sentence begins that tells it."""
    _, plain, said, lexicon = passage
    alone = stands_alone(plain, start)
    if not source and not alone and not _goes_back(plain, start, last, lexicon):
        return "", None
    carried, since = _carried(start, last, said)
    found: Antecedent | None = antecedent(plain, min(at, start), since, lexicon)
    if found and (found.named or (not (alone and not source) and not carried)):
        return found.name, found.start
    if source or _goes_back(plain, start, last, lexicon):
        return carried, None
    return "", None


def named_last(text: str, lexicon: Lexicon) -> str:
    """Whom “he said” means at the beginning of the block that follows a text."""
    found = quotes(text, lexicon)
    plain = f"{masked(text)}\n"
    carried, since = _carried(len(plain), found[-1] if found else None, attributions(plain, lexicon))
    last = antecedent(plain, len(plain), since, lexicon)
    return last.name if last and (last.named or not carried) else carried


def _goes_back(plain: str, start: int, last: Quote | None, lexicon: Lexicon) -> bool:
    """Whether a quotation that nobody is named for is said by whoever spoke before: its sentence says so, or has no words before it."""
    if last and not SENTENCE_END.search(plain, last.end - 2, start):
        return True
    about = leading(plain, start, lexicon)
    return about == "" or (last is not None and about is None)


def _carried(start: int, last: Quote | None, said: list[Attribution]) -> tuple[str, int]:
    """The speaker named last before a place, and where the words end that name him."""
    stop = bisect_left(said, start, key=_start)
    nearest = reversed(said[max(stop - _MOST_UNNAMED, 0) : stop])
    named = next((one for one in nearest if one.speaker), None)
    since = max(last.end if last else 0, named.end if named else 0)
    if last and last.speaker and (named is None or named.start <= last.end + _NEAR):
        return last.speaker, since
    return (named.speaker if named else ""), since
