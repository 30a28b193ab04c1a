"""Texts that a code page can spell (English, Western, Cyrillic), rewritten byte by byte: several times as quick as character by character.

What becomes of a character is the caller's to say. It is only a quicker way: whoever asks has a way of his own for any other text.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

_elsewhere = re.compile("\\W{0,4}[\u0590-\u1fff\u2e80-\uffef]")  # how a text begins for which no page need be tried


class _Page(NamedTuple):
    """A byte becomes its letter, or 0 where a character becomes several or one of another page; `dropped` become nothing."""

    name: str
    letters: bytes
    dropped: bytes

    def rewrite(self, text: str) -> str | None:
        letters = text.encode(self.name).translate(self.letters, self.dropped)
        return None if 0 in letters else letters.decode(self.name)


class Rewriting:
    """What a function makes of each character by itself, for whole texts of one page."""

    def __init__(self, becomes: Callable[[str], str]) -> None:
        self._english, self._western, self._cyrillic = (_page(name, becomes) for name in ("ascii", "cp1252", "cp1251"))

    def __call__(self, text: str) -> str | None:
        """The text rewritten; None for one that no page can spell, or that holds a character that becomes no single other."""
        if text.isascii():  # without another call: by far the most texts are short
            letters = text.encode().translate(self._english.letters, self._english.dropped)
            return None if 0 in letters else letters.decode()
        if _elsewhere.match(text):
            return None
        for page in (self._western, self._cyrillic):
            try:
                return page.rewrite(text)
            except UnicodeEncodeError:
                continue
        return None


def _page(name: str, becomes: Callable[[str], str]) -> _Page:
    letters, dropped = bytearray(256), bytearray()
    for code in range(256):
        character = bytes([code]).decode(name, "ignore")
        new = becomes(character) if character else "\0"
        if not new:
            dropped.append(code)
        elif len(new) == 1 and (raw := new.encode(name, "ignore")):
            letters[code] = raw[0]
    return _Page(name, bytes(letters), bytes(dropped))
