"""Folding: two spellings that a reader would call the same become the same string, and every place in it leads back to the original.

Folded away: compatibility forms (NFKC), case, diacritics, the shape of quotation marks, apostrophes and dashes, soft hyphens and
zero-width characters, runs of white space, the possessive 's. Kept: the marks that make letters in Indic scripts and Thai, voiced
kana, whole Hangul syllables. All offsets are in code points. It searches nothing and knows no terms.
"""

from __future__ import annotations

import re
import unicodedata
from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property

# The letters that Unicode does not decompose, although readers and wire services drop their strokes.
_LETTERS = dict(zip("øłđħŧıƶæœĳ", ("o", "l", "d", "h", "t", "i", "z", "ae", "oe", "ij"), strict=True)) | dict(
    zip("یىک", "ييك", strict=True)  # Persian and Arabic keyboards write one name with different code points
)
_LETTERS |= {chr(first + at): chr(ord("a") + at) for first in (0x1F150, 0x1F170) for at in range(26)}  # white on black
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
_oddities = re.compile(
    "[^ -~]+"
)  # what may not fold one to one, with the letter before it; one set is quick to search for
_odd = re.compile(f"(?:{_JOINED}|[^ -~])[{_diacritics}]*|[ -~][{_diacritics}]+")
_word = re.compile("(?<![wm])w|s|(?<![wmsn])[mn]")  # over the classes of letters, see `_class`
_ascii_word = re.compile("[0-9a-z]+")
_run = re.compile("   *")  # two literal spaces first: that is what a search is quick at
_possessive = re.compile(rf"'s(?<=\w's)(?![^\W_{_SPACELESS}])")
_squeezed = re.compile(rf"(?P<run> {{2,}})|{_possessive.pattern}")
_ASCII = bytes(range(128))
_FEW = 16  # different letters that are replaced one after the other more quickly than all letters are looked up
_places = array("I", range(4096))  # where a letter stands that stands for itself
_is_spaceless = re.compile(f"[{_SPACELESS}]").match


def fold(text: str) -> str:
    """The folded text."""
    return _squeeze(_fold_letters(text, _letters))


def fold_lines(texts: Sequence[str]) -> list[str]:
    """The folded texts, folded together: a call costs more than the letters of a short text."""
    if not texts:
        return []
    joined = "\n".join(text.replace("\n", " ") if "\n" in text else text for text in texts)
    return _squeeze(_fold_letters(joined, _lines)).split("\n")


def says_something(text: str) -> bool:
    """Whether a letter or digit is left when a text is folded."""
    first = text[:1]
    return (first.isascii() and first.isalnum()) or any(map(str.isalnum, fold(text)))


def exact(text: str) -> str:
    """The text with case and accents as they are; only what no reader sees (dash and quote shapes, spaces, NFC) is folded."""
    return _squeeze(unicodedata.normalize("NFC", text).translate(_shapes))


class Folded:
    """A text and its folding. `span` leads from the folded back to the original; it is worked out when first asked for."""

    def __init__(self, original: str, folded: str | None = None) -> None:
        self.original = original
        self.text = fold(original) if folded is None else folded
        # ASCII only ever loses letters in folding, so that as many as before are the same ones.
        self._is_straight = len(self.text) == len(original) and original.isascii()

    def span(self, start: int, end: int) -> tuple[int, int] | None:
        """The original span behind folded `start:end` (not empty); None where an end cuts through one original letter."""
        if self._is_straight:
            return start, end
        starts, ends = self._origins
        cuts_start = start > 0 and starts[start] < ends[start - 1]
        cuts_end = end < len(starts) and starts[end] < ends[end - 1]
        return None if cuts_start or cuts_end else (starts[start], ends[end - 1])

    def place(self, at: int) -> int:
        """Where the original place `at` lies in the folded text: before its first letter that stands at or after it."""
        return at if self._is_straight else bisect_left(self._origins[0], at)

    @cached_property
    def _origins(self) -> tuple[Sequence[int], Sequence[int]]:
        """Where each folded character starts and ends in the original."""
        raw = _fold_letters(self.original, _letters)
        starts, ends = _unfolded(self.original)
        return (starts, ends) if len(raw) == len(self.text) else _without_gaps(raw, starts, ends)


def _unfolded(text: str) -> tuple[array[int], array[int]]:
    """Where each folded letter of a text starts and ends in it, before any is squeezed out. Between odd units each stands for itself."""
    places = _places if len(text) < len(_places) else array("I", range(len(text) + 1))
    starts, ends = array("I"), array("I")
    here = 0
    for first, last, size in _odd_units(text):
        starts += places[here:first]
        ends += places[here + 1 : first + 1]
        starts += array("I", [first]) * size
        ends += array("I", [last]) * size
        here = last
    return starts + places[here : len(text)], ends + places[here + 1 : len(text) + 1]


def _odd_units(text: str) -> Iterator[tuple[int, int, int]]:
    """What does not fold one to one, as (start, end, folded letters)."""
    for run in _oddities.finditer(text):
        for unit in _odd.finditer(text, max(run.start() - 1, 0), run.end()):
            first, last = unit.span()
            size = len(_letters[ord(unit[0])] if last - first == 1 else _fold_letters(unit[0], _letters))
            if last - first > 1 or size != 1:
                yield first, last, size


def _without_gaps(raw: str, starts: array[int], ends: array[int]) -> tuple[array[int], array[int]]:
    """The places without those that `_squeeze` takes out; of a run its first space stays, and stands for all of it."""
    kept_starts, kept_ends = array("I"), array("I")
    here = 0
    for gap in _squeezed.finditer(raw):
        is_run = gap.lastgroup == "run"
        kept_starts += starts[here : gap.start() + is_run]
        kept_ends += ends[here : gap.start()]
        if is_run:
            kept_ends.append(ends[gap.end() - 1])
        here = gap.end()
    return kept_starts + starts[here:], kept_ends + ends[here:]


def joins(left: str, right: str) -> bool:
    """Whether two neighbouring folded characters belong to one word, so that no hit may begin or end between them."""
    return _classes[ord(left)] + _classes[ord(right)] in _JOINING


def joints(folded: str) -> Callable[[int], object]:
    """Tells of each place in a folded text whether the characters on both sides of it belong to one word."""
    if not folded.isascii():
        return lambda at: 0 < at < len(folded) and joins(folded[at - 1], folded[at])
    letters = folded.encode().translate(_ASCII_CLASSES) + b"\0"  # which stands before the first letter too, at -1
    return lambda at: letters[at - 1] & letters[at]


def on_words(text: str, start: int, end: int) -> bool:
    """Whether `text[start:end]` of a folded text begins and ends on word boundaries."""
    return not (start > 0 and joins(text[start - 1], text[start])) and not (
        end < len(text) and joins(text[end - 1], text[end])
    )


def words(folded: str) -> list[int]:
    """Where each word of a folded text starts. In scripts without spaces each letter is a word."""
    if folded.isascii():
        return [word.start() for word in _ascii_word.finditer(folded)]
    return [word.start() for word in _word.finditer(folded.translate(_classes))]


def count_words(folded: str) -> int:
    """How many words a folded text has."""
    if folded.isascii():
        return (b"\0" + folded.encode().translate(_ASCII_CLASSES)).count(b"\0\1")
    return len(words(folded))


def marked(folded: str) -> str:
    """The folded text with a capital at the start of each word: a finder of marked terms passes over the insides of words."""
    titled = folded.title()
    return titled if len(titled) == len(folded) else "".join(map(_titled, zip(" " + folded, folded, strict=False)))


def _titled(letters: tuple[str, str]) -> str:
    before, letter = letters
    titled = (before + letter).title()[len(before.title()) :]
    return titled if len(titled) == 1 else letter


def _fold_letters(text: str, letters: _Letters) -> str:
    if text.isascii():
        return text.translate(letters)
    written = text.encode("utf-8", "surrogatepass")
    foreign = written.translate(None, _ASCII).decode("utf-8", "surrogatepass")
    if _join.search(foreign):
        return _join.sub(lambda letter: unicodedata.normalize("NFKC", letter[0]), text).translate(letters)
    changed = {char: folded for char in set(foreign) if (folded := letters[ord(char)]) != char}
    if len(changed) > _FEW:
        return text.translate(letters)
    text = written.translate(letters.ascii, letters.gone).decode("utf-8", "surrogatepass")
    for char, folded in changed.items():
        text = text.replace(char, folded)
    return text


def _squeeze(raw: str) -> str:
    if "  " in raw:
        raw = _run.sub(" ", raw)
    return _possessive.sub("", raw) if "'s" in raw else raw


class _Table(dict[int, str]):
    """What each character becomes, worked out once. Characters are numbers, as `str.translate` wants it."""

    def __init__(self, work_out: Callable[[str], str]) -> None:
        super().__init__()
        self._work_out = work_out

    def __missing__(self, code: int) -> str:
        self[code] = worked_out = self._work_out(chr(code))
        return worked_out


class _Letters(_Table):
    """What each letter folds to; of ASCII also as `bytes.translate` wants it, which is the quickest way there is."""

    def __init__(self, keeps: str = "") -> None:
        super().__init__(lambda char: char if char in keeps else _letter(char))
        self.ascii = "".join(self[code] or chr(code) for code in _ASCII).encode() + bytes(range(128, 256))
        self.gone = bytes(code for code in _ASCII if not self[code])


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


def _class(char: str) -> str:
    """A word's letter or digit, its mark, a letter that is a word, a mark of such: one character for each, as `_word` reads them."""
    category = unicodedata.category(char)[0]
    if category not in "LNM":
        return " "
    return ("s" if category != "M" else "n") if _is_spaceless(char) else ("w" if category != "M" else "m")


_letters = _Letters()
_lines = _Letters(keeps="\n")
_shapes = _Table(_shaped)
_classes = _Table(_class)
_JOINING = frozenset({"ww", "mw"} | {left + mark for left in "wmsn" for mark in "mn"})
_ASCII_CLASSES = bytes(_classes[code] == "w" for code in _ASCII) + bytes(128)
