"""Folding: two spellings that a reader would call the same become the same string, and every place in it leads back to the original.

Folded away: compatibility forms (NFKC), case, diacritics, the shape of quotation marks, apostrophes and dashes, soft hyphens and
zero-width characters, runs of white space, the possessive 's. Kept: the marks that make letters in Indic scripts and Thai, voiced
kana, whole Hangul syllables. All offsets are in code points. It searches nothing and knows no terms.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Callable
from functools import cached_property

# The letters that Unicode does not decompose, although readers and wire services drop their strokes.
_LETTERS = dict(zip("øłđħŧıƶæœĳ", ("o", "l", "d", "h", "t", "i", "z", "ae", "oe", "ij"), strict=True)) | dict(
    zip("یىک", "ييك", strict=True)  # Persian and Arabic keyboards write one name with different code points
)
_QUOTES = frozenset("'\"`´ʹʺʻʼʽ‚„′″‴‵‶〝〞〟「」『』｢｣＂＇❛❜❝❞⹂ꞌ՚׳״‹›«»")
_DASHES = frozenset("−⁃˗⁻")
_FILLERS = frozenset("ـ\u034f\u115f\u1160\u3164\uffa0")  # tatweel, grapheme joiner, Hangul fillers
_MARKS = (  # diacritics that a reader may leave out; other scripts' marks make letters and stay
    (0x0300, 0x036F), (0x0483, 0x0487), (0x0591, 0x05BD), (0x05BF, 0x05BF), (0x05C1, 0x05C2), (0x05C4, 0x05C5), (0x05C7, 0x05C7),
    (0x0610, 0x061A), (0x064B, 0x065F), (0x0670, 0x0670), (0x06D6, 0x06DC), (0x06DF, 0x06E4), (0x06E7, 0x06E8), (0x06EA, 0x06ED),
    (0x08D3, 0x08FF), (0x1AB0, 0x1AFF), (0x1DC0, 0x1DFF), (0x20D0, 0x20FF), (0xFE00, 0xFE0F), (0xFE20, 0xFE2F), (0xE0100, 0xE01EF),
)  # fmt: skip
_SPACELESS = (  # Thai, Lao, Myanmar, Hangul, Khmer, kana, Han: written without spaces, or with particles grown on
    "\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u3005\u3007\u3040-\u30ff\u3130-\u318f\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\U00020000-\U000323af"
)
_COMPOSED = re.compile("[\u1100-\u11ff\u3040-\u30ff\uac00-\ud7a3]")
_JOINED = (  # conjoining Hangul, and kana with a voice mark: several code points that are one letter
    "[\u1100-\u1112][\u1161-\u1175][\u11a8-\u11c2]?|[\uac00-\ud7a3][\u11a8-\u11c2]|[\u3040-\u30ff\uff66-\uff9d][\u3099\u309a\uff9e\uff9f]"
)
_join = re.compile(_JOINED)
_diacritics = "".join(f"{chr(first)}-{chr(last)}" for first, last in _MARKS)
_units = re.compile(f"(?:{_JOINED}|.)[{_diacritics}]*", re.DOTALL)
_squeezed = re.compile(rf" (?P<run> +)|(?P<possessive>'s(?<=\w's)(?![^\W{_SPACELESS}]))")
_is_spaceless = re.compile(f"[{_SPACELESS}]").match


def fold(text: str) -> str:
    """The folded text."""
    return _squeeze(_fold_letters(text))


def exact(text: str) -> str:
    """The text with case and accents as they are; only what no reader sees (dash and quote shapes, spaces, NFC) is folded."""
    return _squeeze(unicodedata.normalize("NFC", text).translate(_shapes))


class Folded:
    """A text and its folding. `span` leads from the folded back to the original; it is worked out when first asked for."""

    def __init__(self, original: str) -> None:
        self.original, self.text = original, fold(original)

    def span(self, start: int, end: int) -> tuple[int, int] | None:
        """The original span behind folded `start:end` (not empty); None where an end cuts through one original letter."""
        starts, ends = self._origins
        cuts_start = start > 0 and starts[start] < ends[start - 1]
        cuts_end = end < len(starts) and starts[end] < ends[end - 1]
        return None if cuts_start or cuts_end else (starts[start], ends[end - 1])

    @cached_property
    def _origins(self) -> tuple[list[int], list[int]]:
        """Where each folded character starts and ends in the original."""
        return _without_gaps(*(_straight(self.original) or _winding(self.original)))


def _without_gaps(raw: str, starts: list[int], ends: list[int]) -> tuple[list[int], list[int]]:
    """The places without those that `_squeeze` takes out; of a run its first space stays, and stands for all of it."""
    kept_starts: list[int] = []
    kept_ends: list[int] = []
    here = 0
    for gap in _squeezed.finditer(raw):
        is_run = gap.lastgroup == "run"
        kept_starts += starts[here : gap.start() + is_run]
        kept_ends += ends[here : gap.start()] + [ends[gap.end() - 1]] * is_run
        here = gap.end()
    return kept_starts + starts[here:], kept_ends + ends[here:]


def _straight(text: str) -> tuple[str, list[int], list[int]] | None:
    """The letters folded one to one, as in most texts; None where some letter folds to several, to none, or with its neighbour."""
    if any(len(_folds[ord(char)]) != 1 for char in set(text)) or (not text.isascii() and _join.search(text)):
        return None
    return text.translate(_folds), list(range(len(text))), list(range(1, len(text) + 1))


def _winding(text: str) -> tuple[str, list[int], list[int]]:
    raw, starts, ends = [], [], []
    for unit in _units.finditer(text):
        piece = _fold_letters(unit[0])
        raw.append(piece)
        starts += [unit.start()] * len(piece)
        ends += [unit.end()] * len(piece)
    return "".join(raw), starts, ends


def joins(left: str, right: str) -> bool:
    """Whether two neighbouring folded characters belong to one word, so that no hit may begin or end between them."""
    here, there = _kinds[ord(left)], _kinds[ord(right)]
    if not (here and there):
        return False
    return there.endswith("mark") or not (here.startswith("spaceless") or there.startswith("spaceless"))


def on_words(text: str, start: int, end: int) -> bool:
    """Whether `text[start:end]` of a folded text begins and ends on word boundaries."""
    return not (start > 0 and joins(text[start - 1], text[start])) and not (
        end < len(text) and joins(text[end - 1], text[end])
    )


def _fold_letters(text: str) -> str:
    if text.isascii():
        return text.translate(_folds)
    return _join.sub(lambda letter: unicodedata.normalize("NFKC", letter[0]), text).translate(_folds)


def _squeeze(raw: str) -> str:
    if "  " not in raw and "'s" not in raw:
        return raw
    return _squeezed.sub(lambda gap: " " if gap["run"] else "", raw)


class _Table(dict[int, str]):
    """What each character becomes, worked out once. Characters are numbers, as `str.translate` wants it."""

    def __init__(self, work_out: Callable[[str], str]) -> None:
        super().__init__()
        self._work_out = work_out

    def __missing__(self, code: int) -> str:
        self[code] = worked_out = self._work_out(chr(code))
        return worked_out


def _shape(char: str) -> str | None:
    """What a character without a sound of its own becomes; None for one that has a sound."""
    if char.isspace():
        return " "
    category = unicodedata.category(char)
    if category in {"Cc", "Cf", "Cs"} or char in _FILLERS:
        return ""
    if category in {"Pi", "Pf"} or char in _QUOTES:
        return "'"
    return "-" if category == "Pd" or char in _DASHES else None


def _letter(char: str) -> str:
    shaped = _shape(char)
    if shaped is not None:
        return shaped
    cased = unicodedata.normalize("NFKC", char).casefold()
    bare = "".join(part for letter in cased for part in _decompose(letter) if not _is_diacritic(part))
    # What comes out is folded again until it stays, so that folding twice changes nothing.
    return bare if bare == char else "".join(map(_letter, bare))


def _decompose(letter: str) -> str:
    if letter in _LETTERS:
        return _LETTERS[letter]
    return letter if _COMPOSED.match(letter) else unicodedata.normalize("NFD", letter)


def _is_diacritic(char: str) -> bool:
    at = bisect_left(_MARKS, (ord(char) + 1,)) - 1
    return at >= 0 and _MARKS[at][0] <= ord(char) <= _MARKS[at][1]


def _shaped(char: str) -> str:
    shaped = _shape(char)
    return char if shaped is None else shaped


def _kind(char: str) -> str:
    """`word` for letters and digits, `mark` for marks that make letters, either of them `spaceless` or not; else nothing."""
    category = unicodedata.category(char)[0]
    if category not in "LNM":
        return ""
    script = "spaceless " if _is_spaceless(char) else ""
    return script + ("mark" if category == "M" else "word")


_folds = _Table(_letter)
_shapes = _Table(_shaped)
_kinds = _Table(_kind)
