"""Reading: which terms stand where in an article. It does not say what that means; transitions and rules do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import islice

from monitor.core.content import Content
from monitor.core.sentences import around, sentences
from monitor.core.watch.automaton import Automaton
from monitor.core.watch.fold import Folded, exact, fold
from monitor.core.watch.rules import Spelling, Zone
from monitor.core.watch.transitions import Occurrence

MAX_OCCURRENCES = 1000  # of one term in one text: beyond, a text is not news but noise

Presence = Mapping[int, Sequence[Occurrence]]
"""Which terms stand in a text, and where: the number of the term → its occurrences in reading order."""


class Reader:
    """Reads the texts of one event; a string that stands in both revisions is folded and scanned once."""

    def __init__(self, automaton: Automaton, spelt: Sequence[Sequence[tuple[int, Spelling]]]) -> None:
        self._automaton, self._spelt = automaton, spelt
        self._read: dict[str, _Text] = {}

    def presence(self, content: Content | None) -> Presence:
        """Which terms stand where."""
        present: dict[int, list[Occurrence]] = {}
        for zone, block, string in _strings(content):
            text = self._text(string)
            for term in text.found:
                there = present.setdefault(term, [])
                there.extend(islice(text.occurrences(term, zone, block), MAX_OCCURRENCES - len(there)))
        return present

    def _text(self, string: str) -> _Text:
        if string not in self._read:
            self._read[string] = _Text(string, self._automaton, self._spelt)
        return self._read[string]


class _Text:
    """One string of an article: for each term found its (start, end, spelling), in code points of the original."""

    def __init__(self, text: str, automaton: Automaton, spelt: Sequence[Sequence[tuple[int, Spelling]]]) -> None:
        folded = Folded(text)
        found: dict[int, list[tuple[int, int, str]]] = {}
        for start, end, pattern in automaton.find(folded.text):
            span = folded.span(start, end)
            if span:
                for term, spelling in spelt[pattern]:
                    if spelling.exact is None or exact(text[slice(*span)]) == spelling.exact:
                        found.setdefault(term, []).append((*span, spelling.text))
        self._keys: dict[str, str] = {}
        self.text, self.found = text, {term: _longest(spans) for term, spans in found.items()}

    @cached_property
    def _sentences(self) -> list[tuple[int, int]]:
        return sentences(self.text)

    def occurrences(self, term: int, zone: Zone, block: int | None) -> Iterator[Occurrence]:
        for start, end, spelling in self.found[term]:
            first, last = around(self.text, self._sentences, start, end)
            sentence = self.text[first:last]
            if sentence not in self._keys:
                self._keys[sentence] = fold(sentence)
            yield Occurrence(spelling, zone, block, first, sentence, (start - first, end - first), self._keys[sentence])


def _strings(content: Content | None) -> Iterator[tuple[Zone, int | None, str]]:
    if content is None:
        return
    yield "title", None, content.title
    yield "dek", None, content.dek
    yield "byline", None, content.byline
    for number, block in enumerate(content.blocks):
        yield "body", number, block.text


def _longest(spans: Iterable[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    """Of overlapping spellings of one term the leftmost, longest: “President Hollande” is one hit, not two."""
    longest: list[tuple[int, int, str]] = []
    for span in sorted(spans, key=lambda span: (span[0], -span[1], span[2])):
        if not longest or span[0] >= longest[-1][1]:
            longest.append(span)
    return longest
