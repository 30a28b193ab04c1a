"""The edits of names: those in a changed sentence of one text that stand nowhere in the other."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate, islice
from typing import NamedTuple

from monitor.core.content import Content
from monitor.core.events import Edit
from monitor.core.revision.lexicon import Lexicon
from monitor.core.revision.names import Known, capitals, named
from monitor.core.revision.reading import Reading

_MOST = 20  # of one text
_BETWEEN = "\0 "  # what no name spans, and one may begin behind


def name_edits(reading: Reading) -> Iterator[Edit]:
    """The names that went, then those that came."""
    gone, come = (_News.of(passages, reading.words) for passages in _passages(reading))
    yield from _only_there(reading, gone, come, new=False)
    yield from _only_there(reading, come, gone, new=True)


_Passage = tuple[int, str]


class _News(NamedTuple):
    """What one text says that the other does not, as one text, and all in it that may be a name."""

    text: str
    starts: list[int]
    blocks: list[int]
    capitals: list[re.Match[str]]

    @classmethod
    def of(cls, passages: Sequence[_Passage], words: Lexicon) -> _News:
        text = _BETWEEN.join([text for _, text in passages])
        starts = list(accumulate([len(text) + len(_BETWEEN) for _, text in passages], initial=0))
        return cls(text, starts, [block for block, _ in passages], capitals(text, words))

    def block(self, match: re.Match[str]) -> int:
        """The block that a name stands in."""
        return self.blocks[bisect_right(self.starts, match.start()) - 1]


def _only_there(reading: Reading, here: _News, there: _News, *, new: bool) -> Iterator[Edit]:
    """The names of one text of which the other knows nothing, by their last word."""
    beside = {match[0] for match in there.capitals}
    strangers = [match for match in here.capitals if match[0] not in beside]
    if not strangers:
        return
    known = Known(_text(reading.alignment.old if new else reading.alignment.new))
    blocks = reading.blocks(new=new)
    found: dict[str, int] = {}
    for match in strangers:
        if known.holds(match[0]) or not (name := named(here.text, match, reading.words)):
            continue
        block = here.block(match)
        if not reading.is_slip(name) and reading.is_prose(blocks[block].text):
            found.setdefault(name, block)
    for name, block in islice(found.items(), _MOST):
        yield Edit(
            kind="entity_added" if new else "entity_removed",
            zone=reading.zone(block, new=new),
            before="" if new else name,
            after=name if new else "",
            block=block,
        )


def _text(content: Content) -> str:
    return "\n".join([content.title, content.dek, content.byline, *[block.text for block in content.blocks]])


def _passages(reading: Reading) -> tuple[list[_Passage], list[_Passage]]:
    """What each text says that the other does not, with its block: paragraphs, sentences, and what differs in those that are one."""
    gone: list[_Passage] = []
    come: list[_Passage] = []
    old, new = reading.blocks(new=False), reading.blocks(new=True)
    for _, pair in reading.changed():
        if pair.kind in {"added", "removed"}:
            gone += ((number, old[number].text) for number in pair.before)
            come += ((number, new[number].text) for number in pair.after)
            continue
        for both, said in reading.compared(pair):
            if said.changed is not None and reading.words.spaced and "".join(said.changed).islower():
                continue  # words gave way to others, none of which is a name
            if both.before and both.before[0].block in pair.before:
                gone.append((both.before[0].block, said.left))
            if both.after and both.after[0].block in pair.after:
                come.append((both.after[0].block, said.right))
    return gone, come
