"""The edits of quotations over a whole text: in the sentences that are not as they were, held against all that is quoted elsewhere."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import cache, lru_cache
from itertools import chain, islice

from monitor.core.content import Block
from monitor.core.events import Edit
from monitor.core.revision.marks import may_quote, quoted_words, spans, touches
from monitor.core.revision.quotes import Quote, named_last, quotes
from monitor.core.revision.reading import Passage, Reading
from monitor.core.revision.requoted import Placed, Requoted, requoted
from monitor.core.sentences import around, sentences
from monitor.core.text import lettering

_MOST = 300  # quotations of one text that are compared
_NEAR = 300  # characters before a quotation in which its speaker may be named


def quote_edits(reading: Reading) -> dict[int, list[Edit]]:
    """The edits of quotations, by the pair of blocks (its number) in which they are told; `reading` learns where they stand."""
    found: dict[int, list[Edit]] = defaultdict(list)
    if not _may_quote(reading, new=False) and not _may_quote(reading, new=True):
        return found
    homes = {
        passage.home
        for side in (False, True)
        for passage in reading.passages(new=side)
        if _touched(reading, passage, new=side)
    }
    old, new = (list(islice(_quotations(reading, homes, new=side), _MOST)) for side in (False, True))
    if not old and not new:
        return found
    still, before = _quoted_in(reading.blocks(new=True)), _quoted_in(reading.blocks(new=False))
    for one in requoted(old, new, still=still, before=before, strayed=_strayed(reading)):
        if one.change != "moved" and not ((one.old and one.old.touched) or (one.new and one.new.touched)):
            continue
        for placed, is_new in ((one.old, False), (one.new, True)):
            if placed:
                reading.quoted[is_new, placed.block].append((placed.quote.start, placed.quote.end))
        if one.change != "moved" or not _moved_along(reading, one):
            found[(one.new or one.old).home].append(_edit(reading, one))  # type: ignore[union-attr]  # one of the two is there
    return found


def _may_quote(reading: Reading, *, new: bool) -> bool:
    """Whether a quotation may stand in the blocks of one text that are not as they were."""
    blocks = reading.blocks(new=new)
    changed = [blocks[number] for _, pair in reading.changed() for number in (pair.after if new else pair.before)]
    return may_quote("\n".join([block.text for block in changed])) or any(block.kind == "quote" for block in changed)


def _touched(reading: Reading, passage: Passage, *, new: bool) -> bool:
    """Whether a quotation of a passage may reach into what is not as it was, or be said by whom that is about."""
    if reading.blocks(new=new)[passage.block].kind == "quote":
        return True
    return any(touches((max(start - _NEAR, 0), end), passage.parts) for start, end in spans(passage.text))


def _quotations(reading: Reading, homes: set[int], *, new: bool) -> Iterator[Placed]:
    """All quotations of the passages in which one is touched: one that is as it was may be what became of another."""
    return chain.from_iterable(
        _placed(reading, passage, new=new)
        for passage in reading.passages(new=new)
        if passage.home in homes and reading.is_prose(passage.text)
    )


def _placed(reading: Reading, passage: Passage, *, new: bool) -> Iterator[Placed]:
    if reading.blocks(new=new)[passage.block].kind == "quote":
        found = [Quote(passage.text, "", "", 0, len(passage.text), goes_back=True)]
    else:
        found = quotes(passage.text, reading.words)
    for quote in found:
        touched = touches((quote.start if quote.since is None else quote.since, quote.end), passage.parts)
        yield Placed.at(quote, passage.block, passage.home, reading.words, touched=touched)


def _quoted_in(blocks: tuple[Block, ...]) -> Callable[[str], bool]:
    """Whether letters stand between quotation marks anywhere in a text."""

    @cache
    def letters() -> str:
        return "\0".join(lettering(words) for block in blocks for words in quoted_words(block.text))

    return lambda wanted: wanted in letters()


def _strayed(reading: Reading) -> Callable[[Placed, Placed], bool]:
    """Whether a quotation went to another paragraph, in blocks that are told as one because it did."""

    @cache
    def found() -> tuple[_Came, _Came]:
        there: _Came = defaultdict(list)
        back: _Came = defaultdict(list)
        for pair in reading.alignment.sentences:
            if pair.before and pair.after:
                old, new = pair.before[0], pair.after[0]
                there[new.block].append((old.block, new.start))
                back[old.block].append((new.block, old.start))
        return there, back

    def strayed(old: Placed, new: Placed) -> bool:
        there, back = found()
        return _is_led(there, old, new) or _is_led(back, new, old)

    return strayed


_Came = dict[int, list[tuple[int, int]]]  # by block, where its sentences stood, and their places now


def _is_led(came: _Came, old: Placed, new: Placed) -> bool:
    """Whether what stands before a quotation now comes from elsewhere, all of it from behind where the quotation stood."""
    ahead = [was for was, start in came.get(new.block, ()) if start < new.quote.start and was != old.block]
    return bool(ahead) and min(ahead) > old.block


def _moved_along(reading: Reading, one: Requoted) -> bool:
    """Whether a quotation only moved because its paragraph did."""
    if not one.new or not one.old:
        return False
    home = reading.alignment.blocks[one.new.home]
    return home.kind == "moved" and one.old.block in home.before


def _edit(reading: Reading, one: Requoted) -> Edit:
    told = one.new or one.old
    old, new = (placed.quote if placed else None for placed in (one.old, one.new))
    quote = new or old
    return Edit(
        kind=f"quote_{one.change}",
        zone=reading.zone(told.block if told else None, new=one.new is not None),
        before=old.words if old else "",
        after=new.words if new else "",
        block=told.block if told else None,
        sentence_before=_sentence(reading, one.old, new=False),
        sentence_after=_sentence(reading, one.new, new=True),
        speaker=(new and new.speaker) or (old and old.speaker) or _named_before(reading, one) or "",
        speaker_before=old.speaker if old and one.change == "reattributed" else "",
        cue=quote.cue if quote else "",
    )


def _named_before(reading: Reading, one: Requoted) -> str:
    """Who says a quotation by “he said”, or as a block of its own, where a block before it names him."""
    for placed, new in ((one.new, True), (one.old, False)):
        if placed and placed.quote.goes_back:
            blocks = reading.blocks(new=new)[max(placed.block - _BLOCKS_BACK, 0) : placed.block]
            return next((name for block in reversed(blocks) if (name := named_last(block.text, reading.words))), "")
    return ""


_BLOCKS_BACK = 2
_sentences = lru_cache(maxsize=4)(sentences)  # of one block, in which many quotations may be edits


def _sentence(reading: Reading, placed: Placed | None, *, new: bool) -> str:
    """The sentence, or sentences, that hold a quotation."""
    if placed is None:
        return ""
    text = reading.blocks(new=new)[placed.block].text
    first, last = around(text, _sentences(text), placed.quote.start, placed.quote.end)
    return text[first:last]
