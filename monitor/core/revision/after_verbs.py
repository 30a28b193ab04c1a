"""Whom the words behind a verb of saying name, or those behind “according to”: a dit à la presse Anne Petit. Rules of position."""

from __future__ import annotations

import re

from monitor.core.revision.lexicon import Lexicon
from monitor.core.revision.lexicon.entry import words
from monitor.core.revision.subjects import CAPITAL, MOST_WORDS, NAME_STOP, POSSESSIVES, WINDOW

_particles = words(
    """
    de da di du del della der den van von bin ibn al el la le y e d of the und et for und des
    """
)
_ranks = words(
    """
    premier première primer primera vice prime the a le la der die das el
    """
)  # the name is still to come
_big = r"[A-ZÀ-ÞА-ЯЁ][\w’'-]+"
_apposed_name = re.compile(rf",\s+({_big}(?:\s+(?:(?:de|von|van|del|di|la)\s+)?{_big}){{1,3}})(?=[,.;:]|\s|$)")


def after_verb(text: str, at: int, lexicon: Lexicon) -> tuple[str, int]:
    """The subject that follows a verb, or “according to”, and where it ends: to the last capital, or to the first link."""
    if _inverted.match(text, at):
        return "", at
    stop = NAME_STOP.search(text, at, at + WINDOW)
    end = stop.start() if stop else min(at + WINDOW, len(text))
    given = _without_adverbial(text[at:end].split(), lexicon)
    if given and (given[0].lower() in lexicon.pronouns - lexicon.linkers or given[0] in _places):
        return "", at
    words = _subject(given, lexicon)
    ranked = words and (not CAPITAL.match(words[0]) or (lexicon.lang == "de" and given[0] != words[0]))
    if ranked and (named := _apposed_name.match(text, end)):
        return named[1], named.end()
    if lexicon.lang == "ar" and not (stop and len(words) == len(given)):
        words = words[:4]
    while words and words[-1].lower() in (lexicon.linkers if lexicon.lang == "ar" else _particles | lexicon.linkers):
        words.pop()
    return " ".join(words).strip(" '’\""), end


def begins_loosely(behind: str) -> bool:
    """Whether what follows a verb is first of all when, where or to whom: celebraba ayer el gerente, a lâché à la barre le policier."""
    first = next(iter(behind.lower().split()), "")
    return first in _adverbial or first in _when


def _subject(given: list[str], lexicon: Lexicon) -> list[str]:
    """The words of a subject that begins a clause, or follows what only links."""
    words: list[str] = []
    capitals = 0
    for at, word in enumerate(given[:MOST_WORDS]):
        lower, big = word.lower(), CAPITAL.match(word) is not None
        if not words and not big and (lower in lexicon.linkers or lower in POSSESSIVES or lower in _when):
            continue
        ends = lower in lexicon.functions or (capitals and not _leads_to_name(given[at : at + 3], lexicon))
        if ends and not big and lower not in _particles:
            break
        words.append(word)
        capitals += big and lower not in _ranks
    return words


def _leads_to_name(given: list[str], lexicon: Lexicon) -> bool:
    """Whether a name goes on with one more behind a word or two: Senate leader Tom Pike; but сказал Лавров журналистам ТАСС."""
    if lexicon.lang not in {"en", "ru"}:
        return False
    for word in given:
        if CAPITAL.match(word):
            return True
        if word.lower() in lexicon.functions | lexicon.linkers or word.endswith(("ly", "ам", "ям", "у", "ю")):
            return False
    return False


def _without_adverbial(given: list[str], lexicon: Lexicon) -> list[str]:
    """What follows a verb, without where and to whom it was said, if a subject follows: a dit à la presse Anne Petit; sagte am Freitag der Chef."""
    if lexicon.lang == "en" or not given or given[0].lower() not in _adverbial:
        return given
    rest = given[1:]
    if rest and rest[0].lower() in _articles:
        rest = rest[1:]
    rest = rest[1:]
    return rest if rest and (CAPITAL.match(rest[0]) or rest[0].lower() in _articles) else given


_places = words("على عبر في خلال عن")
_inverted = re.compile(r"-(?:t-)?(?:ils?|elles?|on|je)\b")  # répète-t-il
_adverbial = words("par à au aux dans devant sur en al entre con ante am im beim gegenüber vor в на")
_when = words(
    """
    later yesterday today then hier aujourd'hui ensuite aussitôt lundi mardi mercredi jeudi vendredi samedi dimanche matin soir
    gestern heute später dann anschließend zuvor danach ayer hoy luego después entonces lunes martes miércoles jueves viernes sábado
    domingo вчера сегодня позже потом затем
    """
)
_articles = words("le la les un une el los las der die das dem den ein eine einem einer")
