"""The words of each language that the rules read by, and which language a text is read in. It finds nothing in a text."""

from __future__ import annotations

import re
from collections import Counter
from typing import Final

from monitor.core.revision.lexicon.ar import AR
from monitor.core.revision.lexicon.de import DE
from monitor.core.revision.lexicon.en import EN
from monitor.core.revision.lexicon.entry import Lexicon
from monitor.core.revision.lexicon.es import ES
from monitor.core.revision.lexicon.fr import FR
from monitor.core.revision.lexicon.ja import JA
from monitor.core.revision.lexicon.ru import RU
from monitor.core.revision.lexicon.zh import ZH

__all__ = ["LEXICONS", "PLAIN", "Lexicon", "lexicon"]

LEXICONS: Final = {entry.lang: entry for entry in (EN, FR, DE, ES, AR, RU, ZH, JA)}
PLAIN: Final = Lexicon(lang="")  # figures and quotation marks, and no word

_SAMPLE = 2_000  # characters that are read to tell a language
_kana = re.compile("[\u3040-\u30ff]")
_han = re.compile("[\u4e00-\u9fff]")
_arabic = re.compile("[\u0621-\u064a]")
_cyrillic = re.compile("[а-яё]", re.IGNORECASE)
_word = re.compile(r"[^\W\d_]+")


def lexicon(lang: str, text: str) -> Lexicon:
    """The words to read a text by: those of the language it claims (`de-AT`), else of the one it seems to be written in."""
    claimed = re.split("[-_]", lang.strip().lower(), maxsplit=1)[0]
    if claimed in LEXICONS:
        return LEXICONS[claimed]
    return PLAIN if claimed else _told(text[:_SAMPLE])


def _told(text: str) -> Lexicon:
    for script, entry in ((_kana, JA), (_han, ZH), (_arabic, AR), (_cyrillic, RU)):
        if len(script.findall(text)) * 10 > len(text):
            return entry
    counts = Counter(_word.findall(text.lower()))
    best = max((EN, FR, DE, ES), key=lambda entry: sum(counts[word] for word in entry.functions))
    return best if any(counts[word] for word in best.functions) else PLAIN
