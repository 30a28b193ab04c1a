"""Who wrote it: the line of a text that says no more than that."""

from __future__ import annotations

import re

_AUTHOR_LINE = re.compile(
    r"^\s*(?:by|von|par|por|di|door|av|af|od|autor(?:in)?:?|от|автор:?)\b.{0,200}$", re.IGNORECASE | re.DOTALL
)
_LONGEST = 12  # words


def is_author_line(text: str) -> bool:
    """Whether a block of the text says no more than who wrote it."""
    if len(text) > 300 or not _AUTHOR_LINE.match(text):
        return False
    return len(text.split()) <= _LONGEST and not text.rstrip().endswith((".", "!", "?", "…"))
