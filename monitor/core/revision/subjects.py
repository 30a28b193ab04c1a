"""Whom a sentence is about, told by what it begins with: “The coach was blunt”, « L'avocat de la famille … ». It knows no grammar.

Where a sentence begins otherwise (On Tuesday …; Asked about it, …) nothing is told.
"""

from __future__ import annotations

import re

from monitor.core.revision.lexicon import Lexicon
from monitor.core.revision.lexicon.entry import words

HOLE = "\x00"  # stands for each character of a quotation, which is no place to look for its speaker
WINDOW = 90  # characters on each side of a verb that are looked at
MOST_WORDS = 7  # of one speaker
_ENDS_NAMES = r";:!?—–()\[\]\x00،؛。！？；：，、「」『』“”\"\n"
NAME_STOP = (
    re.compile(  # where a name ends; it begins with one set of characters, which is the quickest search there is
        rf"[,.\s{_ENDS_NAMES}](?:(?<=[{_ENDS_NAMES}])|(?<=,)(?!\d)"
        r"|(?<=\.)(?<!\b\w\.)(?<!\b(?:Mr|Dr|Ms|St)\.)(?<!\bMrs\.)(?!\d)|(?<=\s)-\s)"
    )
)
POSSESSIVES = words(
    "his her their its my our son sa ses leur leurs su sus sein seine seiner ihr ihre ihrer его её их"
)  # prévient son frère, Luc Ferrand
CAPITAL = re.compile(r"[^\W\d_a-zß-öø-ÿа-яё]", re.UNICODE)

_MOST_OF_A_CLAUSE, _LONGEST_CLAUSE = 14, 300  # words, characters of one that is about whom it begins with
_no_subject = re.compile(r"(?:ed|ing|ant|ée?s?|ndo|[ai]d[oa]s?|вши|ив|ав|ув)$")  # Asked about it
_no_third = words("i we you je nous vous ich wir yo nosotros usted я мы вы who qui quien que кто который")
DETERMINERS = words("the a an le la les un une der die das ein eine el los las unos unas")
_forerunners = words(
    """
    own propre eigener eigene propio propia собственный собственная prime vice former chief senior deputy acting interim new local young ancien ancienne nouveau nouvelle premier première jeune
    ehemalige ehemaliger frühere früherer neue neuer junge junger antiguo antigua nuevo nueva primer primera joven
    бывший бывшая новый новая первый молодой
    """
)  # before the noun that says who
_elided = re.compile("^[ld]['’]", re.IGNORECASE)
_begins_sentence = re.compile(r"(?<=[.!?…])\s+(?=[^\W\da-zа-яё\x00])|\n")


def leading(text: str, at: int, lexicon: Lexicon) -> str | None:
    """Whom the sentence begins with that goes on at `at`; empty for a pronoun, None where it begins otherwise or cannot be told."""
    if not lexicon.spaced or lexicon.lang == "ar":
        return None
    first = max(at - _LONGEST_CLAUSE, 0)
    starts = [edge.end() for edge in _begins_sentence.finditer(text, first, at)]
    if first and not starts:
        return None
    sentence = text[starts[-1] if starts else 0 : at]
    said = sentence.split()
    if len(said) > _MOST_OF_A_CLAUSE:
        return None
    while said and said[0].lower() in lexicon.linkers - DETERMINERS - POSSESSIVES:
        said = said[1:]
    if not said or HOLE in said[0] or (said[0].lower() == "a" and lexicon.lang != "en"):
        return None
    if said[0].lower() in lexicon.pronouns - DETERMINERS - POSSESSIVES:
        return None if said[0].lower() in _no_third else ""
    if not _may_be_subject(said, lexicon):
        return None
    count = _words_of_subject(said)
    if count > len(said):
        return None
    return _beside(sentence) or " ".join(said[:count]).strip(" ,:'’\"")


def _words_of_subject(said: list[str]) -> int:
    """How many words of a sentence say whom it is about: an article and what goes before the noun, the noun, and capitals behind it."""
    head = _elided.sub("", said[0].lower(), count=1)
    least = 2 if head in DETERMINERS | POSSESSIVES | _forerunners else 1
    while least < len(said) and said[least - 1].lower() in _forerunners and not said[least].endswith("ed"):
        least += 1
    count = least
    while count < len(said) and CAPITAL.match(said[count]) and said[count - 1][-1] not in ",;:":
        count += 1
    return count


def acts(name: str, behind: str, lexicon: Lexicon) -> bool:
    """Whether whom a sentence begins with is told to do something: not where it begins with a lone word (Then we …; Check the …).

    `behind` is what follows the name.
    """
    if " " in name or _elided.match(name):
        return True
    follows = next(iter(behind.split()), "").strip(",;:.").lower()
    if lexicon.lang == "en":
        return not (name.endswith("ly") or name.lower() in _no_heads or follows in _no_verbs)
    return follows in _of or (follows not in lexicon.functions and follows not in lexicon.pronouns)


_of = words("de del du des der von et und y и")
_no_heads = words(
    "how what why who then just therefore thus hence still now soon maybe perhaps please let's don't let do"
)
_no_verbs = words(
    """
    the a an to of this that these those your our my his her its their it you we they he she i if when where how what about sure for in
    on at with out up off more as so no not all any some there here by from into than until
    """
)
_big = "[A-ZÀ-ÖØ-ÞА-ЯЁ][\\w’'.-]*"
_apposed = re.compile(rf"\s*[^,.;:\x00]{{3,60}},\s({_big}(?:\s{_big}){{0,3}})(?=,\s|\s[—–]\s)")


def _beside(sentence: str) -> str:
    """The name that stands beside whom a sentence begins with: His deputy, Greta Lund, was cautious; empty where none does."""
    match = _apposed.match(sentence)
    return match[1] if match else ""


def is_participle(word: str) -> bool:
    """Whether a word tells what somebody does or has done beside the rest: asked, speaking, interrogé."""
    return _no_subject.search(word) is not None


def _may_be_subject(said: list[str], lexicon: Lexicon) -> bool:
    """Whether a sentence that begins with these words may be about what the first says, or is an article of."""
    word, follows = said[0], said[1] if len(said) > 1 else ""
    if not CAPITAL.match(word):
        return False
    if word.lower() in DETERMINERS | POSSESSIVES or _elided.match(word):
        return True
    if word.lower() in lexicon.functions:
        return False
    return not is_participle(word) or (CAPITAL.match(follows) is not None) or follows.endswith("ed")  # Downing Street
