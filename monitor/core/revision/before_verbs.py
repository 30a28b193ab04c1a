"""Whom the words before a verb of saying name: “Maria Lopez, a witness, said”, “Ms Reed — who had left — said”. Rules of position."""

from __future__ import annotations

import re
from itertools import pairwise
from operator import itemgetter

from monitor.core.revision.lexicon import Lexicon
from monitor.core.revision.lexicon.entry import words
from monitor.core.revision.subjects import (
    CAPITAL,
    DETERMINERS,
    HOLE,
    MOST_WORDS,
    NAME_STOP,
    POSSESSIVES,
    WINDOW,
    is_participle,
    leading,
)

MOST_OF_A_SUBJECT = 4  # words of one that is no name

_subjects = words("who which qui quien quienes который которая которые")
RELATIVES = words(
    "that who which whom whose where when que qui dont où quien quienes cuyo который которая которые что где"
)
_conjunctions = words(
    "after before because although though while until unless nachdem bevor weil obwohl während когда хотя cuando mientras porque aunque quand lorsque"
)
_what_he = re.compile(
    r"\bwhat (?:s?he|it|they)$|\bce qu['’](?:ils?|elles?)$|\bwas (?:er|sie|es)$|\blo que$", re.IGNORECASE
)
_auxiliaries = words(
    """
    has have had was is also later then once earlier previously repeatedly recently never still now often simply even quickly publicly
    immediately initially since again just only finally a ont avait hat haben hatte hatten ha han había le lo les se ne n'a n'ont
    también ya luego después siempre также ранее позже потом затем уже ещё
    """
)


def before_verb(text: str, at: int, lexicon: Lexicon, *, goes_on: bool = False) -> tuple[str, int] | None:
    """The subject before a verb, and where it begins; None where none stands there. Verbs come first in Arabic."""
    if lexicon.lang == "ar":
        return None
    start = max(at - WINDOW, 0)
    edges = [0, *[edge.end() for edge in NAME_STOP.finditer(text, start, at)]]
    first = max(edges[-1], start)
    words = text[first:at]
    if not words.strip():
        return _before_apposition(text, edges, at, lexicon)
    said = _last_words(words)
    if said[0].lower() in _subjects and text[:first].rstrip().endswith(","):  # Hollande, who on Saturday called …
        return _named(_segments(text, edges), lexicon, aside=True)
    if said[-2:] and _what_he.search(" ".join(said[-2:])):  # the regulator fined the bank for what it called …
        return "" if goes_on else leading(text, at, lexicon) or "", first
    clause = _after_relative(said)
    name = _before_relative(words.split(), lexicon) or name_of(clause, lexicon)
    if len(clause) < len(said) and said[-len(clause) - 1].lower() in _conjunctions:
        first = text.rindex(clause[0], first, at)  # not where the main clause begins
    if name is None:
        return _before_apposition(text, edges, first, lexicon)
    if name and not CAPITAL.search(name) and _goes_on.search(text, first, at):  # Volkov, his aide, left without saying
        return _before_apposition(text, edges, first, lexicon) or (name, first)
    return name, first


_goes_on = re.compile(r"\b(?:and|but|beyond|without|before|after|by|et|mais|sans|und|aber|y|pero|и|но)\s$")


def _before_apposition(text: str, edges: list[int], at: int, lexicon: Lexicon) -> tuple[str, int] | None:
    """“Maria Lopez, a witness, said”, “Ms Reed — who had left — said”: the name, or whom it is told beside."""
    if text[:at].rstrip()[-1:] not in {",", "—", "–", ")"}:
        return None
    return _named(_segments(text, edges), lexicon, aside=False)


_PARENTHESIS = "("  # stands for all that it holds
_Segments = list[tuple[str, int]]


def _segments(text: str, edges: list[int]) -> _Segments:
    """What stands between marks in the last sentence, and where it begins; of a parenthesis nothing."""
    last = max((at for at, end in enumerate(edges) if end and text[end - 1] in ".!?…:;"), default=0)
    return [
        (_PARENTHESIS if text[end - 1] == ")" else text[max(start, end - 2 * WINDOW) : end - 1], start)
        for start, end in pairwise(edges[last:])
    ]


def _named(segments: _Segments, lexicon: Lexicon, *, aside: bool) -> tuple[str, int] | None:
    """The speaker in the last of these segments that is no aside, or in the one before it, if that is more of a name."""
    while segments and _is_aside(segments[-1][0], lexicon):
        segments, aside = segments[:-1], True
    if not segments or HOLE in segments[-1][0] or (len(segments) < 2 and not aside):
        return None
    told = [
        (_nameliness(name), name, start)
        for words, start in (segments[-1], *segments[-2:-1])
        if HOLE not in words and (name := name_of(_after_relative(_last_words(words)), lexicon))
    ]
    most, name, start = max(told, key=itemgetter(0), default=(0, "", 0))
    if most:
        return name, start
    inner = _last_noun(_after_relative(segments[-1][0].split()), lexicon)
    return (" ".join(inner), segments[-1][1]) if aside and 0 < len(inner) <= MOST_OF_A_SUBJECT else None


def _last_noun(said: list[str], lexicon: Lexicon) -> list[str]:
    """What many words end with: of “he leaves a wife and four children” the children."""
    at = len(said)
    while len(said) > MOST_OF_A_SUBJECT and at and said[at - 1].lower() not in lexicon.functions:
        at -= 1
    return said[at:] if len(said) > MOST_OF_A_SUBJECT else said


def _is_aside(segment: str, lexicon: Lexicon) -> bool:
    """Whether what stands between marks only tells more of somebody: 61; who had left; in a filing; asked about it."""
    first = next(iter(segment.lower().split()), "")
    if segment == _PARENTHESIS:
        return True
    if not first or first in DETERMINERS | POSSESSIVES:
        return False
    if first in RELATIVES or _age.fullmatch(segment) or (first in lexicon.numbers and len(segment.split()) == 1):
        return True
    small = not CAPITAL.match(segment.lstrip())
    return small and (first in lexicon.functions or is_participle(first))


_age = re.compile(r"\s*\d{1,3}(?:\s(?:ans|años|Jahre alt|Jahre|years old|лет|года?))?\s*")


def _nameliness(name: str) -> int:
    """How much a speaker is a name: all of capitals, begun with one, with one in it."""
    words = name.split()
    if all(CAPITAL.match(word) for word in words) and words[0].lower() not in DETERMINERS:
        return 3
    return 2 if CAPITAL.match(name) and words[0].lower() not in DETERMINERS else 1 if CAPITAL.search(name[1:]) else 0


def _before_relative(words: list[str], lexicon: Lexicon) -> str | None:
    """Who has a clause of his own before the verb: a paramedic who asked not to be named told; None where there is none."""
    at = next((at for at in range(len(words) - 2, 0, -1) if words[at].lower() in _subjects), None)
    return None if at is None else name_of(words[:at][-MOST_WORDS:], lexicon)


def _after_relative(words: list[str]) -> list[str]:
    """The words of the clause that stands next to the verb: of “the attacks that Hollande”, of “hours after he” only the last."""
    for at in range(len(words) - 1, 0, -1):
        if words[at - 1].lower() in RELATIVES or words[at - 1].lower() in _conjunctions:
            return words[at:]
    return words


def _last_words(words: str) -> list[str]:
    return words.split()[-MOST_WORDS:]


def name_of(words: list[str], lexicon: Lexicon) -> str | None:
    """The words of a speaker without what only links; empty for a pronoun, None where no word is left."""
    while words and words[0].lower() in lexicon.linkers:
        words = words[1:]
    while words and words[-1].lower() in lexicon.linkers | _auxiliaries:
        words = words[:-1]
    if not words:
        return None
    if words[-1].lower() in lexicon.pronouns and len(words) <= 3:
        return ""
    return " ".join(words).strip(" '’\"")
