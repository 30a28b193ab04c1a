"""The edits of a text's body: what became of each paragraph that is not as it was, sentence by sentence.

What no edit of its own tells is one edit of the paragraph, so that no change of words goes unsaid.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Final

import msgspec

from monitor.core.content import Block
from monitor.core.events import Edit, Measure
from monitor.core.revision.alignment import BlockPair
from monitor.core.revision.authors import is_author_line
from monitor.core.revision.differing import Versions
from monitor.core.revision.name_edits import name_edits
from monitor.core.revision.quote_edits import quote_edits
from monitor.core.revision.reading import Reading, Zone
from monitor.core.revision.recount import alike
from monitor.core.revision.sentence_edits import edits_within
from monitor.core.revision.sentences import SentencePair
from monitor.core.text import lettering

_MOST_TWINS = 8  # figures of one amount and unit that are looked through
_NOTES: Final = {"correction", "update"}


def body_edits(reading: Reading) -> Iterator[Edit]:
    """The edits of the body, in the order of the newer text."""
    changed = reading.changed()
    if not changed:
        return
    said = quote_edits(reading)
    for home, pair in changed:
        yield from _block_edits(reading, pair)
        yield from said.get(home, ())
    yield from name_edits(reading)


def _block_edits(reading: Reading, pair: BlockPair) -> Iterator[Edit]:
    old, new = reading.alignment.old.blocks, reading.alignment.new.blocks
    match pair.kind:
        case "added":
            yield from _come(reading, pair)
        case "removed":
            yield from _gone(reading, pair)
        case "moved":
            place = pair.after[0]
            before = old[pair.before[0]].text
            yield _moved(reading, before, new[place].text, place)
            if lettering(before) != lettering(new[place].text):
                yield from _rewritten(reading, pair)
        case _:
            yield from _rewritten(reading, pair)


def _come(reading: Reading, pair: BlockPair) -> Iterator[Edit]:
    """A new paragraph; one whose sentences stood elsewhere, or within another paragraph, has moved."""
    place = pair.after[0]
    block = reading.blocks(new=True)[place]
    if pair.sentences and all(both.kind == "moved" for both in pair.sentences):
        yield _moved(reading, " ".join(both.before[0].text for both in pair.sentences), block.text, place)
    elif reading.stands(block.text, new=False) is not None:
        yield _moved(reading, block.text, block.text, place)
    else:
        yield from _whole(reading, block, place, new=True)


def _gone(reading: Reading, pair: BlockPair) -> Iterator[Edit]:
    """A paragraph that went; one whose sentences stand elsewhere now, or within another paragraph, has moved."""
    place = pair.before[0]
    block = reading.blocks(new=False)[place]
    home = reading.stands(block.text, new=True) if pair.sentences else reading.resettled().homes.get(place)
    if home is None:
        yield from _whole(reading, block, place, new=False)
    else:
        yield _moved(reading, block.text, block.text, home)


def _moved(reading: Reading, before: str, after: str, place: int) -> Edit:
    return Edit(kind="paragraph_moved", zone=reading.zone(place, new=True), before=before, after=after, block=place)


def _whole(reading: Reading, block: Block, place: int, *, new: bool) -> Iterator[Edit]:
    """A block that came or went."""
    text = block.text
    if not lettering(text):
        return
    kind, zone = _kind_of(reading, block, "added" if new else "removed"), reading.zone(place, new=new)
    edit = Edit(
        kind=kind,
        zone="byline" if kind == "byline" else "stamp" if kind == "stamp_only" else zone,
        before="" if new else text,
        after=text if new else "",
        block=place,
    )
    if kind == "stamp_only":
        reading.stamps.append(edit)
    else:
        yield edit


def _kind_of(reading: Reading, block: Block, verb: str) -> str:
    """What a block is called that came or went."""
    if block.kind == "caption":
        return "caption"
    if is_author_line(block.text):
        return "byline"
    found = reading.note(block.text)
    if found == "stamp":
        return "stamp_only"
    return f"{found or 'paragraph'}_{verb}"


def _rewritten(reading: Reading, pair: BlockPair) -> Iterator[Edit]:
    """A block that became another, sentence by sentence; what no other edit tells is one edit of the paragraph."""
    old, new = reading.alignment.old.blocks, reading.alignment.new.blocks
    before, after = _text(old, pair.before), _text(new, pair.after)
    place = pair.after[0]
    if is_author_line(before) and is_author_line(after):
        yield Edit(kind="byline", zone="byline", before=before, after=after, block=place)
        return
    if new[place].kind == "caption":
        yield Edit(kind="caption", zone="body", before=before, after=after, block=place)
        return
    if reading.is_stamp(after) and reading.is_stamp(before):
        reading.stamps.append(Edit(kind="stamp_only", zone="stamp", before=before, after=after, block=place))
        return
    zone = reading.zone(place, new=True)
    untold = False
    found: list[Edit] = []
    in_note = {"added": False, "removed": False}
    for both, versions in reading.compared(pair):
        told = _sentence_edits(reading, both, versions, zone, in_note)
        untold |= told is None
        found += told or ()
    stay = _without_standing(found)
    yield from stay
    if untold or len(stay) < len(found):
        kind = "lede" if zone == "lede" else "paragraph_changed"
        yield Edit(kind=kind, zone=zone, before=before, after=after, block=place)


def _without_standing(found: list[Edit]) -> list[Edit]:
    """The edits without figures that left one sentence of a paragraph and stand in another."""
    come: dict[tuple[Measure | None, str], list[Edit]] = defaultdict(list)
    for edit in found:
        if edit.kind == "figure_added":
            come[edit.figure_after, edit.unit].append(edit)
    standing: set[int] = set()
    for edit in found if come else ():
        if edit.kind == "figure_removed":
            there = come.get((edit.figure_before, edit.unit), [])
            twin = next((other for other in there[:_MOST_TWINS] if alike(edit.noun, other.noun)), None)
            if twin:
                there.remove(twin)
                standing |= {id(edit), id(twin)}
    return [edit for edit in found if id(edit) not in standing] if standing else found


def _text(blocks: tuple[Block, ...], numbers: tuple[int, ...]) -> str:
    if len(numbers) == 1:
        return blocks[numbers[0]].text
    return "\n\n".join(blocks[number].text for number in numbers)


def _sentence_edits(
    reading: Reading, pair: SentencePair, versions: Versions, zone: Zone, in_note: dict[str, bool]
) -> list[Edit] | None:
    """The edits of a sentence; None where it changed and no edit of its own says how."""
    if pair.kind != "moved" and _looks_alike(pair, versions):
        return []
    if pair.kind in in_note and (noted := _note_edit(reading, pair, in_note)) is not None:
        return noted
    block = pair.after[0].block if pair.after else pair.before[0].block
    found = edits_within(versions, reading.words, zone=zone, block=block)
    if found:
        found = _placed(reading, pair, found)
    told = found or reading.touches(pair) or (pair.kind == "moved" and reading.is_told_as_moved(pair))
    return found if told else None


def _placed(reading: Reading, pair: SentencePair, found: list[Edit]) -> list[Edit]:
    """The edits of a sentence, each where it stands, without those that a quotation tells."""
    reading.slips.update(word for edit in found if edit.kind == "typo" for word in (edit.before, edit.after))
    return [_where_it_stood(reading, pair, edit) for edit in found if not _told_by_quote(reading, pair, edit)]


def _looks_alike(pair: SentencePair, versions: Versions) -> bool:
    """Whether the sentences of a pair say the same, in whatever digits and however they are parted."""
    before, after = versions.before, versions.after
    if not before or not after:
        text = before or after
        return not (text[:1].isalnum() or lettering(text))
    eastern = _eastern.search(before) or _eastern.search(after)
    if pair.kind == "changed" and not eastern:
        return False  # it would have been kept
    return lettering(before.translate(_WESTERN)) == lettering(after.translate(_WESTERN))


_EASTERN: Final = ("٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹")
_WESTERN: Final = {ord(digit): str(value) for digits in _EASTERN for value, digit in enumerate(digits)}
_eastern = re.compile(f"[{''.join(_EASTERN)}]")


def _where_it_stood(reading: Reading, pair: SentencePair, edit: Edit) -> Edit:
    """What was taken out of a sentence has its place in the old text."""
    if edit.after or not pair.before:
        return edit
    block = pair.before[0].block
    return msgspec.structs.replace(edit, block=block, zone=reading.zone(block, new=False))


def _note_edit(reading: Reading, pair: SentencePair, in_note: dict[str, bool]) -> list[Edit] | None:
    """The edit of a sentence that came or went and is a note, or goes on with one; None for any other."""
    sentence = (pair.after or pair.before)[0]
    new = pair.kind == "added"
    found = reading.note(sentence.text)
    if found in _NOTES:
        goes_on, in_note[pair.kind] = in_note[pair.kind], True
        text = sentence.text
        edit = Edit(
            kind=f"{found}_{pair.kind}",
            zone="body",
            before="" if new else text,
            after=text if new else "",
            block=sentence.block,
        )
        return [] if goes_on else [edit]
    if found == "stamp":
        reading.stamps.append(Edit(kind="stamp_only", zone="stamp", after=sentence.text, block=sentence.block))
        return []
    return [] if in_note[pair.kind] else None


def _told_by_quote(reading: Reading, pair: SentencePair, edit: Edit) -> bool:
    """Whether a figure that came or went did so within a quotation that did."""
    if edit.kind not in {"figure_added", "figure_removed"}:
        return False
    new = edit.kind == "figure_added"
    sides = pair.after if new else pair.before
    words = edit.after if new else edit.before
    return any(
        a <= sentence.start + at and sentence.start + at + len(words) <= b
        for sentence in sides
        if (at := sentence.text.find(words)) >= 0
        for a, b in reading.quoted.get((new, sentence.block), ())
    )
