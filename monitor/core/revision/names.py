"""Names in a text, by their capitals: a weak sign, so only what stands nowhere in the other text counts. It knows no person.

In German, where every noun has a capital, a name has two; Chinese, Japanese and Arabic have none, and only names in other
letters, or joined by a dot, are seen there.
"""

from __future__ import annotations

import re
from functools import cached_property

from monitor.core.revision.lexicon import Lexicon
from monitor.core.revision.lexicon.entry import words

_MOST_LOOKED_UP = 500  # of one text
_BIG = "[A-ZÀ-ÖØ-ÞĀĂĄĆĈĊČĎĐĒĘĚĜĞĠĢĪĮİŁŃŇŌŐŒŔŘŚŞŠŢŤŪŮŰŲŹŻŽА-ЯЁ]"
_PART = rf"(?:(?:{_BIG}\.){{1,3}}|{_BIG}[\w'’-]+)"
_FIRST = rf"{_BIG}(?<![\w.].)(?:\.(?:{_BIG}\.){{0,2}}|[\w'’-]+)"  # a capital first: the quickest search
_name = re.compile(
    rf"{_FIRST}(?:[ \u00a0](?:(?:de|da|du|van|von|der|den|bin|al|el|la|of|the|di)\s){{0,2}}{_PART}){{0,4}}"
)
_dotted = re.compile("[\u4e00-\u9fff\u30a0-\u30ff]{1,6}(?:[·・][\u4e00-\u9fff\u30a0-\u30ff]{1,6})+|[A-Z][A-Za-z]{2,}")
_begins = re.compile("(?:^|[.!?…:]\\s|[“\"«„‘'‹—–-]\\s?|[(\\[>]|\x00\\s?)$")
_possessive = re.compile("['’](?:s|ve|m|ll|d|re)$")
_common = words(
    """
    monday tuesday wednesday thursday friday saturday sunday january february march april may june july august september october
    november december the a an in on at he she it they we i you but and or if when while after before this that these those mr mrs
    ms dr sir president premier première
    """
)
_of_a_people = words(
    """
    i american british french german russian ukrainian syrian chinese japanese israeli palestinian iranian iraqi turkish greek
    italian spanish portuguese dutch belgian swiss austrian polish hungarian czech swedish norwegian danish finnish irish
    scottish welsh english european african asian indian pakistani afghan egyptian saudi arab arabic jewish muslim islamic
    christian catholic mexican canadian australian brazilian korean lebanese libyan yemeni kurdish cuban venezuelan
    americans russians ukrainians syrians germans israelis palestinians iranians iraqis italians europeans africans muslims
    christians jews arabs kurds français allemands américains russes britanniques franceses rusos
    """
)  # a people is no name: that French is said no more tells nobody anything


class Known:
    """Another text, in which names are looked up by their last word: each once, and no more than some hundred."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._found: dict[str, bool] = {}

    def holds(self, name: str) -> bool:
        """Whether the text knows a name."""
        found = self._found.get(name)
        if found is None:
            if len(self._found) >= _MOST_LOOKED_UP:
                return True
            word = _possessive.sub("", name.rsplit(maxsplit=1)[-1])
            found = self._found[name] = word in self._text or word.casefold() in self._folded
        return found

    @cached_property
    def _folded(self) -> str:
        return self._text.casefold()


def capitals(text: str, lexicon: Lexicon) -> list[re.Match[str]]:
    """All in a text that may be a name."""
    return list((_name if lexicon.spaced else _dotted).finditer(text))


def named(text: str, match: re.Match[str], lexicon: Lexicon) -> str:
    """The name without a word that only has its capital from the beginning of the sentence; empty where none is left."""
    if not lexicon.spaced:
        return match[0]
    words = match[0].split()
    words[-1] = _possessive.sub("", words[-1])
    begins = _begins.search(text[max(match.start() - 3, 0) : match.start()]) is not None
    while words and (words[0].lower() in _common or words[0].lower() in lexicon.functions):
        words, begins = words[1:], False
    if not words or words[0].lower() in lexicon.months:
        return ""
    if len(words) == 1 and (begins or lexicon.lang == "de" or words[0].lower() in _of_a_people):
        return ""
    return " ".join(words)
