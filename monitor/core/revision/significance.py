"""What typed edits amount to: how much a revision matters, and whether the publisher said that there is one. A table, and three rules."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from monitor.core.content import Content
from monitor.core.events import Declared, Edit, Significance
from monitor.core.revision.differing import differing
from monitor.core.revision.lexicon.entry import words
from monitor.core.revision.tokens import small

_MAJOR: Final = words(
    """
    headline figure figure_removed quote_removed quote_reworded quote_reattributed hedge correction_added correction_removed
    paragraph_removed entity_removed
    """
)
_COSMETIC: Final = frozenset(["typo", "cosmetic", "link", "stamp_only", "paragraph_moved", "quote_moved"])
_NOTES: Final = frozenset({"correction_added", "update_added"})
_PROSE: Final = frozenset({"paragraph_changed", "lede", "dek"})
_word = re.compile(r"[\w’']+")
_NEGATIONS: Final = words(
    """
    not no never none neither nor cannot can't won't didn't doesn't isn't wasn't aren't weren't don't hasn't haven't denied denies
    ne pas jamais aucun aucune nicht kein keine keinen keiner nie niemals nunca ningún ninguna ninguno не ни нет никогда لا لم لن
    ليس
    """
)
_PARTS_OF_NEGATIONS: Final = frozenset(word.rpartition("'")[2] for word in _NEGATIONS)  # can't is read as can, t
_NEGATIONS_WITHOUT_SPACES: Final = re.compile("不|没|沒|未|无|非|ない|ません|なかった")


def weighed(edits: Sequence[Edit]) -> Significance:
    """How much a revision matters: as much as its weightiest edit. A “not” that comes or goes is never minor."""
    if any(edit.kind in _MAJOR for edit in edits) or any(edit.kind in _PROSE and _negated(edit) for edit in edits):
        return "major"
    return "cosmetic" if all(edit.kind in _COSMETIC for edit in edits) else "minor"


def _negated(edit: Edit) -> bool:
    """Whether a rewritten passage says no where it said yes, or the other way about."""
    if not edit.before or not edit.after:
        return False
    left, right = differing(edit.before, edit.after)
    return _may_deny(f"{left} {right}") and _denials(left) != _denials(right)


def _may_deny(text: str) -> bool:
    """Whether a “not” may stand in a text at all: told at once of nearly every one."""
    if not text.isascii() and _NEGATIONS_WITHOUT_SPACES.search(text):
        return True
    return not _PARTS_OF_NEGATIONS.isdisjoint(small(text))


def _denials(text: str) -> int:
    words = _word.findall(text.lower().replace("’", "'"))
    said = sum(map(_NEGATIONS.__contains__, words))
    return said if text.isascii() else said + len(_NEGATIONS_WITHOUT_SPACES.findall(text))


def declared(edits: Sequence[Edit], seen: Content, new: Content, *, stamped: bool) -> Declared:
    """Whether the publisher says that there is an update: a new note or stamp does, the stamp of before denies it.

    A stamp without a zone, or none, says nothing. `stamped`: a stamp in the text changed. `seen` states the stamps before.
    """
    if stamped or any(edit.kind in _NOTES for edit in edits):
        return "yes"
    before, after = seen.modified, new.modified
    if before is None or after is None or before.tzinfo is None or after.tzinfo is None:
        return "unknown"
    return "yes" if after > before else "no"


def is_bump(edits: Sequence[Edit]) -> bool:
    """Whether only a stamp is new; where links lead does not count."""
    return {edit.kind for edit in edits} - {"link"} == {"stamp_only"}
