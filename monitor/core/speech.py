"""Direct speech: which words of a text stand in quotation marks, and whom the text names as their speaker.

Rules for English, French, German, Spanish, Arabic, Russian, Chinese and Japanese at once; no language has to be known. A speaker is
the words that name him beside a verb of saying: “he” is nobody, for pronouns are not resolved. It knows no entities.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from monitor.core.sentences import sentences

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Quotation:
    """Words in quotation marks at `start:end`, without the marks, and the places of the words that name the speaker."""

    start: int
    end: int
    speakers: tuple[Span, ...] = ()


# No pattern runs past the next opening of its own kind, so that a hostile text costs no more than its length.
_quotation = re.compile(
    '“(?P<a>[^“”]{1,4000})[”"]|„(?P<b>[^„“”]{1,4000})[“”"]|«(?P<c>[^«»]{1,4000})»|»(?P<d>[^«»]{1,4000})«'
    '|「(?P<e>[^「」]{1,4000})」|『(?P<f>[^『』]{1,4000})』|"(?P<g>[^"\n]{1,4000})"'
    r"|(?<!\w)‘(?P<h>[^‘\n]{1,4000}?)’(?!\w)|(?<!\w)'(?=\S)(?P<i>(?:[^'\n]|(?<=\w)'(?=\w)){1,4000}(?<=\S))'(?!\w)"
)
_mark = re.compile("[“„«»「『\"‘']")
_VERBS = (
    # en
    "said|says|saying|tells|told|adds|added|asks|asked|announced|announces|argues|argued|calls|called|calling|claims|claimed|comments"
    "|commented|concludes|concluded|confirmed|continued|declares|declared|denied|describes|described|explains|explained|insists"
    "|insisted|notes|noted|observed|recalled|remarked|replies|replied|reported|responded|states|stated|stresses|stressed|tweeted"
    "|vowed|warns|warned|went on|writes|wrote"
    # fr
    "|(?:a |ont |avait )?(?:dit|déclaré|affirmé|ajouté|expliqué|indiqué|estimé|lancé|souligné|assuré|précisé|annoncé|répondu|raconté"
    "|martelé|qualifié|écrit)|déclare|affirme|ajoute|explique|indique|estime|lance|souligne|assure|précise|annonce|répond|raconte|poursuit"
    # de
    "|sagte|sagt|erklärte|erklärt|betonte|betont|meinte|meint|schrieb|schreibt|kündigte|warnte|warnt|nannte|nennt|forderte|fügte"
    # es
    "|dijo|dice|afirmó|afirma|declaró|declara|aseguró|asegura|señaló|señala|explicó|explica|añadió|añade|indicó|manifestó|agregó"
    "|anunció|sostuvo|respondió|escribió|calificó|advirtió"
    # ru
    "|сказала?|заявила?|заявили|сообщила?|отметила?|подчеркнула?|добавила?|пояснила?|объявила?|написала?|назвала?|считает|говорит"
)
_ARABIC = "[وف]?(?:قالت?|يقول|تقول|صرّ?حت?|أعلنت?|أكدت?|أضافت?|أوضحت?|ذكرت?|وصفت?|اعتبرت?)"
_HAN = "(?:说道|告诉|表示|指出|宣布|强调|認為|认为|回应|写道|补充|问道|说|說|称|稱)"
_KANA = "(?:述べ|語っ|語り|話し|言っ|言い|発表し|指摘し|強調し|明らかにし|説明し|訴え|コメントし|呼ん)"
_SOURCES = "according to|selon|d['’]après|laut|según|по словам|بحسب|حسب|وفقا ل"  # the speaker follows
_AFTERWARDS = "によると|によれば|在.{0,10}中"  # the speaker stands before
_cue = re.compile(
    rf"(?<!\w)(?P<source>{_SOURCES})(?!\w)|(?<!\w)(?P<arabic>{_ARABIC})(?!\w)|(?<!\w)(?P<verb>{_VERBS})(?!\w)"
    rf"|(?P<han>{_HAN})|(?P<kana>と?{_KANA}|{_AFTERWARDS})",
    re.IGNORECASE,
)
_OFFICES = (
    r"(?:State|Defen[cs]e|Foreign|the Interior|the United States|la République|la Défense|l['’]Intérieur|France|Estado)"
)
# Where the words that name somebody end: a spokesman for Hollande is not Hollande.
_stop = re.compile(
    r"[,،、;:：(（—–\n]|(?<!\w)(?:"
    rf"(?:of|de|del|des|du) (?!{_OFFICES})|(?:for|from|in|on|at|to|with|about|after|before|when|while|who|which|that|whose|as|during|if|speaking"
    "|asked|pressed|questioned|he|she|it|they|them|him|her"
    "|dans|lors|après|avant|qui|que|à|au|aux|en|sur|pour|devant|chez|interrogé|interrogée|il|elle|ils|on|l['’]"
    "|von|vom|über|mit|am|im|auf|vor|nach|bei|für|gegenüber|als|wie|er|sie|es"
    "|para|por|tras|ante|durante|sobre|con|él|ella|lo"
    "|в|на|о|об|после|для|от|он|она|они|это|إن|أن|في|على|عن|بعد|من|خلال|هو|هي|إنه"
    r")(?!\w))|[对對在向]|[はがも]",
    re.IGNORECASE,
)
_by = re.compile(r"\s+(?:as )?(?:by|par|por)\s+", re.IGNORECASE)
_padding = re.compile(
    r"[\s,،，、.。;:：!?！？—–\-”\"'’»」]*(?:(?:and|but|et|mais|und|aber|y|pero|и|но|а)\s+)?", re.IGNORECASE
)
_REACH = 300  # code points in which a verb of saying is looked for on each side


def spoken(text: str) -> list[Span]:
    """Where direct speech stands, in order, without its marks. Who speaks costs more to say (`quotations`)."""
    return [mark.span(mark.lastgroup or 0) for mark in _marked(text)]


def _marked(text: str) -> list[re.Match[str]]:
    found = []
    at = 0
    while opening := _mark.search(text, at):  # one set of characters is quicker to search for than all those patterns
        mark = _quotation.match(text, opening.start())
        at = mark.end() if mark else opening.end()
        if mark and any(map(str.isalnum, mark[0])):
            found.append(mark)
    return found


def quotations(text: str) -> list[Quotation]:
    """All direct speech of a text, in order, each with the places of the words that name its speaker."""
    found = _marked(text)
    if not found:
        return []
    made: list[Quotation] = []
    spans = sentences(text)
    starts = [start for start, _ in spans]
    for number, mark in enumerate(found):
        before = found[number - 1].end() if number else 0
        after = found[number + 1].start() if number + 1 < len(found) else len(text)
        speakers = tuple(_speakers(text, mark, (before, after), spans, starts))
        if not speakers and made and _goes_on(text, before, mark.start(), made[-1]):
            speakers = made[-1].speakers
        made.append(Quotation(*mark.span(mark.lastgroup or 0), speakers))
    return made


def _goes_on(text: str, before: int, start: int, last: Quotation) -> bool:
    """Whether the text between two quotations only names the speaker of the first, who then speaks on, as in “A,” said B. “C.” ."""
    between = text[before:start].rstrip()
    if not between.strip(" .,—–-"):
        return True
    named = [span for span in last.speakers if before <= span[0] and span[1] <= start]
    return bool(named) and len(between) < 120 and between.endswith((".", "。", ":")) and between.count(". ") == 0


def _speakers(text: str, mark: re.Match[str], room: Span, spans: list[Span], starts: list[int]) -> Iterator[Span]:
    """The words beside a quotation that name its speaker: behind it first, where news writing has them, then before it."""
    first, last = _segments(text, mark, room, spans, starts)
    behind = _cue.search(text, mark.end(), last)
    ahead = list(_cue.finditer(text, first, mark.start()))
    if behind and behind["kana"]:
        yield from _named(text, first, mark.start())
    elif behind and not (ahead and _is_led_in(text, ahead[-1], mark.start())):
        yield from _beside(text, behind, mark.end(), last)
    elif ahead:
        yield from _beside(text, ahead[-1], first, mark.start())


def _is_led_in(text: str, cue: re.Match[str], start: int) -> bool:
    """Whether the words before a quotation lead straight into it: “Hollande said: …”."""
    return text[cue.end() : start].strip().endswith((":", "：", ",", "،", "，")) or not text[cue.end() : start].strip()


def _segments(text: str, mark: re.Match[str], room: Span, spans: list[Span], starts: list[int]) -> Span:
    """From where to where the sentence around a quotation may name its speaker, without other quotations."""
    here = max(bisect_right(starts, mark.start()) - 1, 0)
    there = max(bisect_right(starts, mark.end() - 1) - 1, 0)
    first = max(room[0], spans[here][0], mark.start() - _REACH)
    last = spans[there][1]
    if last <= mark.end() and there + 1 < len(spans) and "\n" not in text[mark.end() : spans[there + 1][0]]:
        beyond = spans[there + 1]
        cue = _cue.search(text, *beyond)
        if cue and beyond[1] - beyond[0] < 80 and (_ends_with(text, cue, beyond[1]) or cue.start() == beyond[0]):
            last = beyond[1]
    return first, min(room[1], max(last, mark.end()), mark.end() + _REACH)


def _ends_with(text: str, cue: re.Match[str], end: int) -> bool:
    return not any(map(str.isalnum, text[cue.end() : end]))


def _beside(text: str, cue: re.Match[str], first: int, last: int) -> Iterator[Span]:
    """Who the words around a verb of saying name as its subject."""
    passive = _by.match(text, cue.end(), last)
    if passive or cue["source"]:
        yield from _named(text, passive.end() if passive else cue.end(), last, parts=1)
        return
    before = list(_named(text, first, cue.start()))
    if cue["arabic"] or not _has_words(text, first, cue.start()):
        after = list(_named(text, cue.end(), last, parts=2))
        yield from after or before
    else:
        yield from before


def _has_words(text: str, first: int, last: int) -> bool:
    skipped = _padding.match(text, first, last)
    return any(map(str.isalnum, text[skipped.end() if skipped else first : last]))


def _named(text: str, first: int, last: int, parts: int = 4) -> Iterator[Span]:
    """The names in a stretch of a sentence: of each part between commas what stands before the first preposition."""
    for _ in range(parts):
        skipped = _padding.match(text, first, last)
        first = skipped.end() if skipped else first
        if first >= last:
            return
        stop = _stop.search(text, first, last)
        end = stop.start() if stop else last
        if any(map(str.isalnum, text[first:end])):
            yield first, first + len(text[first:end].rstrip(" .。!?»”"))
        if not stop:
            return
        comma = re.compile("[,،，、—–]").search(text, stop.start(), last)
        if not comma:
            return
        first = comma.end()
