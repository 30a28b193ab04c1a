"""An attribution, as a value, and the phrases by which attributions are found in any language. It finds none."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import msgspec

from monitor.core.revision.lexicon import Lexicon
from monitor.core.revision.lexicon.keys import Finder


class Attribution(msgspec.Struct, frozen=True, gc=False):
    """`speaker` (empty for a pronoun) says what stands around text[start:end], which holds the `cue`; `nobody` where it is not told who."""

    speaker: str
    cue: str
    start: int
    end: int
    nobody: bool = False


class Phrases(NamedTuple):
    """Finds verbs of saying, and phrases such as “according to”."""

    says: Finder
    by: Finder


@cache
def phrases(lexicon: Lexicon) -> Phrases:
    """Those of a language, made once."""
    return Phrases(lexicon.finder(lexicon.says), lexicon.finder(lexicon.by))
