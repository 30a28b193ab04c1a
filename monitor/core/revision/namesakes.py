"""Whether two names may be one speaker's: “a spokeswoman” who is now called Karen Doyle, « le ministre » and « Paul Roche ». It finds no name."""

from __future__ import annotations

import re

from monitor.core.revision.lexicon.entry import words
from monitor.core.revision.subjects import DETERMINERS

_big_word = re.compile(r"\b[A-ZÀ-ÖØ-ÞŁŚŠŽČА-ЯЁ][\w’'-]+")


def same_speaker(one: str, other: str, near_one: str = "", near_other: str = "") -> bool:
    """Whether two names may be of one speaker: one is unknown, or they share a telling word, or one stands near the other.

    `near_one` and `near_other` are what stands around the names: “Karen Doyle, a spokeswoman for the airline”.
    """
    if not one or not other or one == other:
        return True
    left, right = one.casefold(), other.casefold()
    if left in right or right in left:
        return not _is_kin(*sorted((left, right), key=len))
    key_left, key_right = _surname(one), _surname(other)
    if key_left and key_right:
        return (
            key_left == key_right
            or key_left in _stems(near_other.casefold()) | _stems(right)
            or (key_right in _stems(near_one.casefold()) | _stems(left))
        )
    known_left, known_right = _telling(left), _telling(right)
    if not known_left or not known_right:
        return bool(_stems(left) & _stems(right))
    return bool(known_left & (known_right | _telling(near_other.casefold()))) or bool(
        known_right & _telling(near_one.casefold())
    )


def _is_kin(name: str, longer: str) -> bool:
    """Whether the longer name is of somebody beside the other: Hara's father, l'avocate de Marie Petit, 原選手の父親."""
    at = longer.find(name)
    behind, before = longer[at + len(name) :], longer[:at].split()
    if _possessive.match(behind):
        return True
    return len(before) > 1 and before[-1] in _of and not _kin.isdisjoint(word[:6] for word in before)


_possessive = re.compile(r"['’]s?\s(?!spokes)|の|的")
_of = words("of for to de du des d' von der del della")
_kin = words(
    """
    lawyer attorn solici barris father mother brothe sister wife widow husban son daught family friend neighb partne
    avocat père mère frère sœur épouse veuve mari fils fille famill ami amie proche
    abogad padre madre herman espos viuda marido hijo hija famili amigo amiga
    anwalt anwält vater mutter bruder schwes frau witwe ehefra ehemann mann sohn tochte famili freund
    """
)
_plain = words(
    """
    the a an le la les un une der die das el los president minister prime chief spokesman spokeswoman spokesperson mr mrs ms dr of
    for to président ministre premier première präsident präsidentin minister ministerin presidente ministro ministra primer
    президент министр глава الرئيس رئيس وزير الوزير secretary general state foreign interior defense defence official officials
    said
    """
)


def _telling(name: str) -> set[str]:
    """The words of a name by which it is known: its stems, without titles."""
    return {word[:5] for word in re.findall(r"\w+", name) if word not in _plain and len(word) > 2}


def _surname(name: str) -> str:
    """The stem of the last word with a capital, if it is not only the first of several (Two employees); else empty."""
    found = [word for word in _big_word.findall(name) if word.lower() not in DETERMINERS]
    if len(found) == 1 and name.startswith(f"{found[0]} "):
        return ""
    return found[-1].casefold()[:5] if found else ""


def _stems(name: str) -> set[str]:
    return {word[:5] for word in re.findall(r"\w+", name) if len(word) > 2}
