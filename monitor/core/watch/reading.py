"""Reading: where the leaves of all queries stand in the texts of one event. It does not know what a query makes of them.

All strings of an event are folded and scanned at once, each only once. What costs more than a look — the way back to the
original, words, sentences, direct speech — is worked out for a string when somebody asks, and kept.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import NamedTuple

from monitor.core.content import BlockKind, Content
from monitor.core.sentences import sentences
from monitor.core.speech import Quotation, quotations
from monitor.core.watch.checks import compiled
from monitor.core.watch.fold import Folded, exact, fold_lines, joins, words
from monitor.core.watch.lexicon import Lexicon, Span, Spelt
from monitor.core.watch.rules import Zone

REJECTED_WITHIN = 10  # words between a name and one of its `reject_near`
_LONGEST_WORD = 100  # code points that a star may stand for


class Find(NamedTuple):
    """A leaf, or the parts of a group together, at one place: the number of the field, code points of it, and how it is spelt."""

    field: int
    start: int
    end: int
    label: str
    parts: tuple[Find, ...] = ()

    @property
    def simple(self) -> tuple[Find, ...]:
        """The finds of leaves of which it is made."""
        return self.parts or (self,)


class Field(NamedTuple):
    """A string of an article at its place."""

    zone: Zone
    block: int | None
    kind: BlockKind | None
    line: Line
    is_lede: bool


class Line:
    """One string of an article, and what was found in it: for each leaf (start, end, pattern) in folded code points."""

    def __init__(self, text: str, folded: str, lexicon: Lexicon) -> None:
        self.text, self._folded, self._lexicon = text, folded, lexicon
        self.hits: dict[int, list[tuple[int, int, int]]] = {}
        self._finds: dict[int, list[tuple[int, int, str]]] = {}

    def finds(self, leaf: int) -> list[tuple[int, int, str]]:
        """Where a leaf stands in the original, as (start, end, spelling); of overlapping spellings the longest."""
        if leaf not in self._finds:
            found = _longest(self._spans(leaf)) if leaf in self.hits else []
            is_rejected = leaf in self._lexicon.rejected
            self._finds[leaf] = [find for find in found if not self._is_rejected(leaf, find)] if is_rejected else found
        return self._finds[leaf]

    @cached_property
    def sentences(self) -> list[Span]:
        """The spans of the sentences."""
        return sentences(self.text)

    @cached_property
    def quotations(self) -> list[Quotation]:
        """The direct speech in it."""
        return quotations(self.text)

    @cached_property
    def words(self) -> Sequence[int]:
        """Where each word starts, in folded code points."""
        return array("I", words(self._folded))

    def word(self, at: int) -> int:
        """The number of the word in which the original place `at` lies."""
        return bisect_right(self.words, self._way_back.place(at)) - 1

    @cached_property
    def _way_back(self) -> Folded:
        return Folded(self.text, self._folded)

    def _spans(self, leaf: int) -> Iterator[tuple[int, int, str]]:
        for start, end, pattern in self.hits[leaf]:
            if pattern < 0:  # of a regular expression, which reads the original
                yield start, end, self.text[start:end][:100]
                continue
            for spelt in self._lexicon.spelt(pattern, leaf):
                yield from self._span(start, end, pattern, spelt)

    def _span(self, start: int, end: int, pattern: int, spelt: Spelt) -> Iterator[tuple[int, int, str]]:
        if spelt.rest:
            end = _end_of_wildcard(self._folded, end, spelt.rest)
        elif end - start > self._lexicon.length(pattern) and not spelt.end:
            return  # a plural, which this spelling has none of
        if end <= start or (not spelt.rest and not _ends_a_word(self._folded, end)):
            return
        span = self._way_back.span(start, end)
        if span and (spelt.exact is None or _says(self.text, span, spelt.exact)):
            yield *span, spelt.label

    def _is_rejected(self, leaf: int, find: tuple[int, int, str]) -> bool:
        """Whether words stand near that make a name somebody else's."""
        others = [other for rejected in self._lexicon.rejected[leaf] for other in self.finds(rejected)]
        first, last = self.word(find[0]), self.word(find[1] - 1)
        reach = range(first - REJECTED_WITHIN - 1, last + REJECTED_WITHIN + 2)
        return any(self.word(start) in reach or self.word(end - 1) in reach for start, end, _ in others)


class Page:
    """One text of an article, ready to be asked where leaves stand in it."""

    def __init__(self, content: Content | None, lines: dict[str, Line]) -> None:
        self.content = content
        self.fields: list[Field] = list(_fields(content, lines))
        self.present: set[int] = set()
        self._where: dict[int, list[int]] = {}
        for number, field in enumerate(self.fields):
            for leaf in field.line.hits:
                self._where.setdefault(leaf, []).append(number)
        self.present.update(self._where)

    def finds(self, leaf: int) -> Iterator[Find]:
        """Where a leaf stands, in reading order."""
        for number in self._where.get(leaf, ()):
            for start, end, label in self.fields[number].line.finds(leaf):
                yield Find(number, start, end, label)

    def words(self, find: Find) -> tuple[Zone, int, int]:
        """Which words a find takes up: the first and the last, counted in its stream. All blocks are one stream."""
        first, last = find.simple[0], max(find.simple, key=lambda part: (part.field, part.end))
        return (
            self.fields[first.field].zone,
            self._first_words[first.field] + self.fields[first.field].line.word(first.start),
            self._first_words[last.field] + self.fields[last.field].line.word(last.end - 1),
        )

    def sentence(self, find: Find) -> tuple[int, int] | None:
        """The field and number of the sentence that holds a find; None where several do."""
        first, last = find.simple[0], max(find.simple, key=lambda part: (part.field, part.end))
        spans = self.fields[first.field].line.sentences
        here = bisect_right(spans, (first.start, len(self.fields[first.field].line.text))) - 1
        there = bisect_right(spans, (last.end - 1, len(self.fields[first.field].line.text))) - 1
        return (first.field, here) if first.field == last.field and here == there else None

    @cached_property
    def _first_words(self) -> list[int]:
        """The number of the first word of each field in its stream."""
        counts: dict[Zone, int] = {}
        firsts = []
        for field in self.fields:
            firsts.append(counts.get(field.zone, 0))
            counts[field.zone] = firsts[-1] + len(field.line.words)
        return firsts

    def quotation(self, find: Find) -> Quotation | None:
        """The direct speech that a find stands in, wholly."""
        if len({part.field for part in find.simple}) > 1:
            return None
        first, last = find.start, max(part.end for part in find.simple)
        found = self.fields[find.field].line.quotations
        at = bisect_left(found, first, key=lambda quotation: quotation.end)
        inside = found[at : at + 1]
        return inside[0] if inside and inside[0].start <= first and last <= inside[0].end else None

    def speaker(self, find: Find, lexicon: Lexicon) -> str | None:
        """Who says a find in direct speech, where the text names somebody: the id of an entity that is looked for, else the words."""
        quotation = self.quotation(find)
        if quotation is None or not quotation.speakers:
            return None
        line = self.fields[find.field].line
        entities = ((leaf, lexicon.entity(leaf)) for leaf in line.hits)
        spoken = (entity for leaf, entity in entities if entity and self.speaks(leaf, find.field, quotation))
        first, last = quotation.speakers[0]
        return next(spoken, line.text[first:last])

    def speaks(self, leaf: int, field: int, quotation: Quotation) -> bool:
        """Whether an entity is named as the speaker of direct speech."""
        named = self.fields[field].line.finds(leaf)
        return any(_is_in_any(named, a, b) for a, b in quotation.speakers)


def read(contents: Sequence[Content | None], lexicon: Lexicon) -> list[Page]:
    """Read the texts of one event."""
    texts = list(dict.fromkeys(text for content in contents for _, _, _, text in _strings(content)))
    lines = [Line(text, folded, lexicon) for text, folded in zip(texts, fold_lines(texts), strict=True)]
    _scan(lines, lexicon)
    known = {line.text: line for line in lines}
    return [Page(content, known) for content in contents]


def _scan(lines: Sequence[Line], lexicon: Lexicon) -> None:
    """Give each line what was found in it. No pattern has a line break in it, so that none is found across two lines."""
    joined = "\n".join(line._folded for line in lines)  # noqa: SLF001  # a line is read here and nowhere else
    here, first, last = -1, 0, -1
    hits: dict[int, list[tuple[int, int, int]]] = {}
    single = lexicon.single
    for start, end, pattern in lexicon.automaton.find(joined):
        while start > last:
            here += 1
            first, hits = last + 1, lines[here].hits
            last = first + len(lines[here]._folded)  # noqa: SLF001  # as above
        leaf = single(pattern)
        for each in (leaf,) if leaf >= 0 else set(lexicon.leaves_at(pattern)):
            hits.setdefault(each, []).append((start - first, end - first, pattern))
    for leaf, wanted in lexicon.patterns:
        pattern = compiled(wanted.pattern, ignores_case=wanted.ignores_case)
        for line in lines:
            if found := [(*match.span(), -1) for match in pattern.finditer(line.text) if match[0]]:
                line.hits[leaf] = found


def _strings(content: Content | None) -> Iterator[tuple[Zone, int | None, BlockKind | None, str]]:
    if content is None:
        return
    yield "title", None, None, content.title
    yield "dek", None, None, content.dek
    yield "byline", None, None, content.byline
    for number, block in enumerate(content.blocks):
        yield "body", number, block.kind, block.text


def _fields(content: Content | None, lines: dict[str, Line]) -> Iterator[Field]:
    """The strings of a text in reading order. The lede is the standfirst and the first paragraph."""
    waits_for_lede = True
    for zone, block, kind, text in _strings(content):
        opens = waits_for_lede and kind == "paragraph"
        waits_for_lede = waits_for_lede and not opens
        yield Field(zone, block, kind, lines[text], is_lede=opens or zone == "dek")


def _longest(spans: Iterable[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    """Of overlapping spellings of one term the leftmost, longest: “President Hollande” is one hit, not two."""
    longest: list[tuple[int, int, str]] = []
    for span in sorted(spans, key=lambda span: (span[0], -span[1], span[2])):
        if not longest or span[0] >= longest[-1][1]:
            longest.append(span)
    return longest


def _is_in_any(finds: Sequence[tuple[int, int, str]], first: int, last: int) -> bool:
    """Whether any of some finds, which do not overlap, lies at `first:last`, or a part of it."""
    at = bisect_left(finds, first, key=lambda find: find[1] - 1)
    return at < len(finds) and finds[at][0] < last


def _says(text: str, span: Span, wanted: str) -> bool:
    return exact(text[slice(*span)]) == wanted


def _ends_a_word(folded: str, end: int) -> bool:
    return end == len(folded) or not joins(folded[end - 1], folded[end])


def _end_of_wildcard(folded: str, start: int, rest: Sequence[str]) -> int:
    """Where the longest match of the rest of a wildcard ends that ends with its word; -1 where none does."""
    fronts = {start}
    for piece in rest:
        if piece == "*":
            fronts = {end for front in fronts for end in _within_word(folded, front)}
        elif piece == "?":
            fronts = {front + 1 for front in fronts if front < len(folded) and folded[front].isalnum()}
        else:
            fronts = {front + len(piece) for front in fronts if folded.startswith(piece, front)}
    return max((front for front in fronts if front and _ends_a_word(folded, front)), default=-1)


def _within_word(folded: str, start: int) -> Iterator[int]:
    """`start`, and each place behind it that the same word reaches."""
    yield start
    for at in range(start, min(start + _LONGEST_WORD, len(folded))):
        if not joins(folded[at - 1], folded[at]):
            return
        yield at + 1
