"""What stands between quotation marks and is said by nobody, because something is called so: the film “The Long Way Home Again”."""

from __future__ import annotations

import re
from functools import cache

from monitor.core.revision.lexicon import Lexicon
from monitor.core.revision.subjects import CAPITAL

_NEAR = 24  # characters before it in which stands what it is


@cache
def _works(lexicon: Lexicon) -> re.Pattern[str]:
    return re.compile(rf"{lexicon.any_of(lexicon.works)}\s*$", re.IGNORECASE)


def is_name(words: str, plain: str, start: int, lexicon: Lexicon) -> bool:
    """Whether what stands between the marks is what something is called: the film “The Long Way Home Again”."""
    if not lexicon.works or (words[:1].islower() and words[:1].isalpha()):
        return False
    return _works(lexicon).search(plain, max(start - _NEAR, 0), start) is not None


def is_title(words: str, lexicon: Lexicon) -> bool:
    """Whether all that is no small word has a capital, and nothing ends a sentence: “The Light We Carry at Night”."""
    said = words.split()
    big = [word for word in said if CAPITAL.match(word) or word[:1].isdigit()]
    return len(big) > 1 and words[-1:].isalnum() and all(word in big or word in lexicon.functions for word in said[1:])
