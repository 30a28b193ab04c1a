"""Slow, obvious doubles of what the core does quickly: they say what is meant, and the core is held to them."""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence

from monitor.core.content import Content
from monitor.core.sentences import sentences
from monitor.core.speech import quotations
from monitor.core.watch import query as q
from monitor.core.watch.fold import _JOINED, _diacritics, _letter, _squeezed, fold, joins, on_words
from monitor.core.watch.query import Query
from monitor.core.watch.rules import written

_units = re.compile(f"(?:{_JOINED}|.)[{_diacritics}]*", re.DOTALL)


def fold_slowly(text: str) -> str:
    """Each letter by itself, once those that are several code points are one; then what `_squeezed` takes out is taken out."""
    joined = re.sub(_JOINED, lambda letter: unicodedata.normalize("NFKC", letter[0]), text)
    return _squeezed.sub(lambda gap: " " if gap.lastgroup == "run" else "", "".join(map(_letter, joined)))


def origins(text: str) -> tuple[list[int], list[int]]:
    """Where each folded letter comes from, unit by unit."""
    raw, starts, ends = "", [], []
    for unit in _units.finditer(text):
        piece = "".join(fold_alone(unit[0]))
        raw += piece
        starts += [unit.start()] * len(piece)
        ends += [unit.end()] * len(piece)
    gone: set[int] = set()
    for gap in _squeezed.finditer(raw):
        keeps = gap.lastgroup == "run"
        if keeps:
            ends[gap.start()] = ends[gap.end() - 1]
        gone |= set(range(gap.start() + keeps, gap.end()))
    kept = [at for at in range(len(raw)) if at not in gone]
    return [starts[at] for at in kept], [ends[at] for at in kept]


def fold_alone(unit: str) -> str:
    """A unit's folding without the squeezing, which looks at neighbours: no unit folds to a run or ends in 's."""
    return fold(unit)


# --- queries, evaluated as their definitions read --------------------------------------------------------------------

Place = frozenset[tuple[int, int, int]]  # the finds (field, start, end) of a leaf, or of a group together


class Article:
    """A text for the reference: its fields, its words in streams, each worked out letter by letter."""

    def __init__(
        self, content: Content, aliases: Mapping[str, Sequence[str]], source: str = "post", url: str = ""
    ) -> None:
        blocks = [("body", block.kind, block.text) for block in content.blocks]
        self.fields = [
            ("title", None, content.title),
            ("dek", None, content.dek),
            ("byline", None, content.byline),
            *blocks,
        ]
        self.content, self.aliases, self.source, self.url = content, aliases, source, url

    def ordinal(self, field: int, at: int) -> tuple[str, int]:
        """The number of the word at a place among all words of its stream."""
        zone = self.fields[field][0]
        count = -1
        for number, (other, _, text) in enumerate(self.fields[: field + 1]):
            if other == zone:
                count += sum(1 for start in starts(text) if number < field or start <= at)
        return zone, count


def starts(text: str) -> list[int]:
    """Where words start in a text that folds letter by letter."""
    folded = fold(text)
    letters = [at for at, letter in enumerate(folded) if letter.isalnum()]
    return [at for at in letters if at == 0 or not joins(folded[at - 1], folded[at])]


def holds(query: Query, article: Article, bounds: tuple[Query, ...] = ()) -> bool:
    """Whether a query is true of an article."""
    match query:
        case q.And(parts):
            return all(holds(part, article, bounds) for part in parts)
        case q.Or(parts):
            return any(holds(part, article, bounds) for part in parts)
        case q.Not(part):
            return not holds(part, article, bounds)
        case q.Zone(part=part) | q.Said(part=part):
            return holds(part, article, (*bounds, query))
        case q.Scope("feed", values):
            return article.source in values
        case q.Scope("lang", values):
            return article.content.lang in values
        case _:
            return bool(places(query, article, bounds))


def places(query: Query, article: Article, bounds: tuple[Query, ...] = ()) -> set[Place]:
    """All places of what can have one."""
    match query:
        case q.Or(parts):
            return {place for part in parts for place in places(part, article, bounds)}
        case q.Zone(part=part) | q.Said(part=part):
            return places(part, article, (*bounds, query))
        case q.Near(left, right, distance, ordered):
            pairs = itertools.product(places(left, article, bounds), places(right, article, bounds))
            return {a | b for a, b in pairs if is_near(article, a, b, distance, ordered=ordered)}
        case q.Together(left, right, unit):
            pairs = itertools.product(places(left, article, bounds), places(right, article, bounds))
            return {a | b for a, b in pairs if is_together(article, a | b, unit)}
        case q.Loose(words, distance):
            return set(loose(article, [places(q.Phrase(word), article, bounds) for word in words], distance))
        case _:
            spans = [(n, *span) for n, field in enumerate(article.fields) for span in leaf(query, field[2], article)]
            return {frozenset([span]) for span in spans if all(is_in(article, span, bound) for bound in bounds)}


def leaf(query: Query, text: str, article: Article) -> list[tuple[int, int]]:
    """Where a leaf stands in a text, by trying every place."""
    folded = fold(text)
    ends = [(i, j) for i in range(len(text)) for j in range(i + 1, len(text) + 1) if on_words(folded, i, j)]
    match query:
        case q.Phrase(words):
            found = [(i, j) for i, j in ends if folded[i:j] == fold(words)]
        case q.Exact(words):
            found = [(i, j) for i, j in ends if text[i:j] == words]
        case q.Wildcard(pattern):
            wild = re.compile(re.escape(pattern).replace(r"\*", "[a-z]*").replace(r"\?", "[a-z]"))
            found = [(i, j) for i, j in ends if wild.fullmatch(folded[i:j])]
        case q.EntityRef(id=name):
            found = [span for alias in article.aliases[name] for span in leaf(written(alias), text, article)]
            found += [
                (i, j)
                for alias in article.aliases[name]
                for i, j in ends
                if not alias.startswith("{") and folded[i:j] in {fold(alias) + "s", fold(alias) + "es"}
            ]
        case q.Regex(pattern, ignores_case):
            found = [match.span() for match in re.finditer(pattern, text, re.IGNORECASE if ignores_case else 0)]
        case _:
            raise AssertionError(query)
    longest: list[tuple[int, int]] = []
    for i, j in sorted(found, key=lambda span: (span[0], -span[1])):
        if not longest or i >= longest[-1][1]:
            longest.append((i, j))
    return longest


def is_near(article: Article, one: Place, other: Place, distance: int, *, ordered: bool) -> bool:
    """At most so many words between two places; unless ordered, either may be first."""
    (zone, first, last), (there, start, end) = extent(article, one), extent(article, other)
    behind = 0 <= start - last - 1 <= distance
    ahead = 0 <= first - end - 1 <= distance
    return zone == there and (behind or (ahead and not ordered))


def extent(article: Article, place: Place) -> tuple[str, int, int]:
    first, last = min(place), max(place, key=lambda span: (span[0], span[2]))
    zone, start = article.ordinal(first[0], first[1])
    return zone, start, article.ordinal(last[0], last[2] - 1)[1]


def is_together(article: Article, place: Place, unit: str) -> bool:
    if len({field for field, _, _ in place}) > 1:
        return False
    field = min(place)[0]
    first, last = min(start for _, start, _ in place), max(end for _, _, end in place)
    return unit == "paragraph" or any(a <= first and last <= b for a, b in sentences(article.fields[field][2]))


def loose(article: Article, words: Sequence[set[Place]], distance: int) -> Iterator[Place]:
    """Each choice of a place for every word, all different, with few enough words between."""
    for choice in itertools.product(*words):
        extents = [extent(article, place) for place in choice]
        if len(set(choice)) == len(choice) and len({zone for zone, _, _ in extents}) == 1:
            reach = max(last for _, _, last in extents) - min(first for _, first, _ in extents) + 1
            if reach - sum(last - first + 1 for _, first, last in extents) <= distance:
                yield frozenset().union(*choice)


def is_in(article: Article, span: tuple[int, int, int], bound: Query) -> bool:
    number, start, end = span
    zone, kind, text = article.fields[number]
    spoken = [said for said in quotations(text) if said.start <= start and end <= said.end]
    match bound:
        case q.Said(None):
            return any(said.speakers for said in spoken)
        case q.Said(speaker):
            named = leaf(q.EntityRef(speaker), text, article)
            return any(i < b and a < j for said in spoken for a, b in said.speakers for i, j in named)
        case q.Zone("quote"):
            return kind == "quote" or bool(spoken)
        case q.Zone("lede"):
            paragraphs = [n for n, field in enumerate(article.fields) if field[1] == "paragraph"]
            return zone == "dek" or number in paragraphs[:1]
        case q.Zone("caption"):
            return kind == "caption"
        case q.Zone("body"):
            return zone == "body" and kind != "caption"
        case q.Zone(name):
            return zone == name
        case _:
            raise AssertionError(bound)
