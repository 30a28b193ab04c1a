"""The edits of links: words that stand in both texts and lead elsewhere, or nowhere, or now lead somewhere. It compares no words.

A link that came or went with its words is told by them. Links alone make no revision: they are told within one that words made.
"""

from __future__ import annotations

from collections.abc import Iterator

from monitor.core.content import Block, Link
from monitor.core.events import Edit
from monitor.core.revision.reading import Reading
from monitor.core.sentences import around, sentences

_MOST = 20  # of one text


def link_edits(reading: Reading) -> Iterator[Edit]:
    """The edits of links in paragraphs that are one in both texts, in the order of the newer.

    None where one of the texts holds no link: it was read before links were kept.
    """
    old, new = reading.blocks(new=False), reading.blocks(new=True)
    if not any(block.links for block in old) or not any(block.links for block in new):
        return
    told = 0
    for pair in reading.alignment.blocks:
        before, after = pair.before, pair.after
        if len(before) != 1 or len(after) != 1 or old[before[0]].links == new[after[0]].links:
            continue
        for edit in _of_block(reading, old[before[0]], new[after[0]], after[0]):
            if told < _MOST:
                yield edit
            told += 1


def _of_block(reading: Reading, old: Block, new: Block, place: int) -> Iterator[Edit]:
    gone, come = _targets(old.links), _targets(new.links)
    for words in dict.fromkeys([*come, *gone]):
        before, after = gone.get(words, ""), come.get(words, "")
        if address(before) != address(after) and words in old.text and words in new.text:
            yield Edit(
                kind="link",
                zone=reading.zone(place, new=True),
                before=before,
                after=after,
                block=place,
                sentence_before=_sentence(old.text, words),
                sentence_after=_sentence(new.text, words),
            )


def _targets(links: tuple[Link, ...]) -> dict[str, str]:
    """Where the words of links lead; words that lead to several places, such as “here”, tell of none."""
    targets: dict[str, str] = {}
    for link in links:
        targets[link.text] = link.target if targets.get(link.text, link.target) == link.target else ""
    return {words: target for words, target in targets.items() if target}


def address(target: str) -> str:
    """An address as two are compared and as a reader is told it: how it is fetched does not matter."""
    return target.split("://", 1)[-1].removeprefix("www.").rstrip("/")


def _sentence(text: str, words: str) -> str:
    start = text.find(words)
    first, last = around(text, sentences(text), start, start + len(words))
    return text[first:last]
