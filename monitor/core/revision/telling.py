"""One plain line that says what a revision changed, in the order of what matters. It decides nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from monitor.core.events import Edit, Measure
from monitor.core.revision.link_edits import address

_MOST_PARTS = 6
_MOST_OF_A_KIND = 3
_MOST_LETTERS = 60  # of one text told in the line

_FIELDS: Final = {"headline": "headline changed", "dek": "standfirst changed", "byline": "byline changed"}
_PLAIN: Final = {
    "correction_added": "correction added", "correction_removed": "correction removed",
    "update_added": "update note added", "update_removed": "update note removed",
    "lede": "first paragraph rewritten", "caption": "caption changed", "stamp_only": "new stamp, same words",
    "cosmetic": "text laid out anew",
}  # fmt: skip
_PARAGRAPHS: Final = ("changed", "added", "removed", "moved")
_BOUNDS: Final = {"exact": "", "min": "at least ", "max": "at most ", "about": "about "}


def summary(found: Sequence[Edit]) -> str:
    """One line, such as “Headline changed; figure 20 → 30 bombs (ministry); Hollande quote removed.”."""
    if not found:
        return "Nothing changed."
    kinds = Counter(edit.kind for edit in found)
    parts = [words for kind, words in (_FIELDS | _PLAIN).items() if kinds[kind] and kind in _FIELDS | _FIRST]
    for kind, told in _TOLD.items():
        if kinds[kind]:
            parts += _each([edit for edit in found if edit.kind == kind and not _told_by_quote(edit, found)], told)
    parts += [words for kind, words in _PLAIN.items() if kinds[kind] and kind not in _FIRST]
    parts += _paragraphs(kinds)
    more = len(parts) - _MOST_PARTS
    line = "; ".join([*parts[:_MOST_PARTS], *([f"{more} more"] if more > 0 else [])])
    return f"{line[0].upper()}{line[1:]}."


_FIRST: Final = {kind: _PLAIN[kind] for kind in ("correction_added", "correction_removed")}


def _told_by_quote(edit: Edit, found: Sequence[Edit]) -> bool:
    """Whether a name went, or came, with the quote of whom it names."""
    if not edit.kind.startswith("entity_"):
        return False
    last = (edit.after or edit.before).split()[-1]
    return any(last in f"{other.speaker} {other.speaker_before}" for other in found if other.kind.startswith("quote_"))


def _each(edits: Sequence[Edit], told: Callable[[Edit], str]) -> Iterator[str]:
    """What each edit of a kind says, once; of many the first few."""
    lines = list(dict.fromkeys(map(told, edits)))
    yield from lines[:_MOST_OF_A_KIND]
    if len(lines) > _MOST_OF_A_KIND:
        yield f"{len(lines) - _MOST_OF_A_KIND} more like it"


def _paragraphs(kinds: Counter[str]) -> Iterator[str]:
    counts = [(kinds[f"paragraph_{verb}"], verb) for verb in _PARAGRAPHS if kinds[f"paragraph_{verb}"]]
    if counts:
        (first, verb), *others = counts
        noun = "paragraph" if first == 1 else "paragraphs"
        yield ", ".join([f"{first} {noun} {verb}", *(f"{n} {v}" for n, v in others)])


def _figure(edit: Edit) -> str:
    counted = _counted(edit)
    if edit.figure_before and edit.figure_after:
        words = f"figure {_amount(edit.figure_before, edit.unit)} → {_amount(edit.figure_after, edit.unit)}{counted}"
    else:
        verb = "added" if edit.figure_after else "removed"
        measure = edit.figure_after or edit.figure_before
        words = f"figure {_amount(measure, edit.unit) if measure else ''}{counted} {verb}"
    return f"{words} ({_clip(edit.speaker)})" if edit.speaker else words


def _counted(edit: Edit) -> str:
    if edit.unit:
        return " years of age" if edit.unit == "age" else ""
    return f" {_clip(edit.noun)}" if edit.noun else ""


def _amount(measure: Measure, unit: str) -> str:
    value = _number(measure.value)
    if measure.upper is not None:
        value = f"{value}–{_number(measure.upper)}"
    sign_first = unit in {"$", "€", "£", "¥", "₹", "₽", "₩", "₴"}
    signed = (
        f"{unit}{value}"
        if sign_first
        else value
        if unit in {"", "age"}
        else f"{value}{'' if unit == '%' else ' '}{unit}"
    )
    return f"{_BOUNDS[measure.bound]}{signed}"


def _number(value: float) -> str:
    """1,200,000 or 5.2."""
    return f"{value:,}" if isinstance(value, int) or value != int(value) else f"{int(value):,}"


def _quote(verb: str) -> Callable[[Edit], str]:
    def told(edit: Edit) -> str:
        who = f"{_clip(edit.speaker)} quote" if edit.speaker else "quote"
        return f"{who} {verb}"

    return told


def _reattributed(edit: Edit) -> str:
    return f"quote reattributed, {_clip(edit.speaker_before) or 'nobody'} → {_clip(edit.speaker) or 'nobody'}"


def _hedge(edit: Edit) -> str:
    if edit.before and edit.after:
        return f"hedging changed, “{_clip(edit.before)}” → “{_clip(edit.after)}”"
    return f"hedging added, “{_clip(edit.after)}”" if edit.after else f"hedging removed, “{_clip(edit.before)}”"


def _typo(edit: Edit) -> str:
    return f"typo, “{_clip(edit.before)}” → “{_clip(edit.after)}”"


def _link(edit: Edit) -> str:
    before, after = _clip(address(edit.before)), _clip(address(edit.after))
    if before and after:
        return f"link {before} → {after}"
    return f"link to {after} added" if after else f"link to {before} removed"


def _named(verb: str) -> Callable[[Edit], str]:
    return lambda edit: f"{_clip(edit.after or edit.before)} {verb}"


def _clip(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= _MOST_LETTERS else f"{flat[: _MOST_LETTERS - 1].rstrip()}…"


_TOLD: Final[dict[str, Callable[[Edit], str]]] = {
    "figure": _figure,
    "quote_removed": _quote("removed"),
    "quote_reattributed": _reattributed,
    "quote_reworded": _quote("reworded"),
    "quote_added": _quote("added"),
    "hedge": _hedge,
    "figure_removed": _figure,
    "figure_added": _figure,
    "quote_moved": _quote("moved"),
    "entity_removed": _named("no longer named"),
    "entity_added": _named("now named"),
    "typo": _typo,
    "link": _link,
}
