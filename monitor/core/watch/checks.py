"""What a well-formed query must also be before it can run: its names known, its terms findable, its groups of a kind that has places.

It refuses; it mends nothing.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import assert_never

import re2
from rapidfuzz import process
from rapidfuzz.distance import OSA

from monitor.core.watch import query as q
from monitor.core.watch.fold import fold
from monitor.core.watch.grammar import Flaw
from monitor.core.watch.published import host_of
from monitor.core.watch.query import Query

MAX_TERMS = 10_000  # of one query
MAX_PATTERN = 1_000  # code points of one regular expression
REGEX_MEMORY = 1 << 20  # bytes that RE2 may use for one, so that a{1000}{1000} is refused
LITERAL = 3  # letters before a wildcard


@dataclass(frozen=True, slots=True)
class Known:
    """The names that a query may use. None: nobody knows yet, so that any name will do."""

    entities: Collection[str] | None = None
    feeds: Collection[str] | None = None
    tags: Collection[str] | None = None


def flaws(query: Query, known: Known) -> Iterator[Flaw]:
    """Everything that is wrong with a query, in the order in which it is written."""
    terms = 0
    for node in q.nodes(query):
        terms += isinstance(node, q.Leaf | q.Loose)
        yield from _flaws_of(node, known)
        if isinstance(node, q.Near | q.Together):
            for side in (node.left, node.right):
                yield from _without_places(side, node)
    if terms > MAX_TERMS:
        yield Flaw(0, f"at most {MAX_TERMS:,} terms in one query", f"{terms:,}")
    if _holds_of_nothing(query) is not False:
        yield Flaw(query.at, "a term that must stand in the text", "a query that may be true without any")


def _flaws_of(node: Query, known: Known) -> Iterator[Flaw]:
    match node:
        case q.Phrase(text) | q.Exact(text):
            yield from _nothing(text, node.at)
        case q.Loose(words):
            for word in words:
                yield from _nothing(word, node.at)
        case q.Wildcard(pattern):
            yield from _too_short(pattern, node.at)
        case q.Regex(pattern, ignores_case):
            yield from _bad_pattern(pattern, ignores_case, node.at)
        case q.EntityRef(id=name):
            yield from _unknown(name, known.entities, "the id of an entity", node.at)
        case q.Said(speaker) if speaker:
            yield from _unknown(speaker, known.entities, "the id of an entity", node.at)
        case q.Scope(name, values):
            yield from _bad_scope(name, values, known, node.at)


def _nothing(text: str, at: int) -> Iterator[Flaw]:
    if not any(map(str.isalnum, fold(text))):
        yield Flaw(at, "something to search for, with a letter or a digit", f'"{text[:40]}"')


def _too_short(pattern: str, at: int) -> Iterator[Flaw]:
    literal = re.split(r"(?<!\\)[*?]", pattern)[0]
    if sum(map(str.isalnum, literal.rpartition(" ")[2])) < LITERAL:
        yield Flaw(at, f"at least {LITERAL} letters before a wildcard", f'"{pattern[:40]}"')


def compiled(pattern: str, *, ignores_case: bool) -> re2._Regexp:
    """The pattern as RE2 runs it. Raises ValueError with its reason."""
    options = re2.Options()
    options.max_mem, options.log_errors, options.case_sensitive = REGEX_MEMORY, False, not ignores_case
    try:
        return re2.compile(pattern, options)
    except re2.error as error:
        reason = error.args[0] if error.args else ""
        raise ValueError(reason.decode() if isinstance(reason, bytes) else str(reason)) from None


def _bad_pattern(pattern: str, ignores_case: bool, at: int) -> Iterator[Flaw]:
    if len(pattern) > MAX_PATTERN:
        yield Flaw(at, f"a pattern of at most {MAX_PATTERN:,} characters", f"{len(pattern):,}")
        return
    try:
        made = compiled(pattern, ignores_case=ignores_case)
    except ValueError as error:
        yield Flaw(at, "a pattern of RE2, which has no look-around and no back-references", str(error))
        return
    if made.fullmatch("") or made.search(""):
        yield Flaw(at, "a pattern that does not match nothing", f"/{pattern[:40]}/")


def _unknown(name: str, names: Collection[str] | None, kind: str, at: int) -> Iterator[Flaw]:
    if names is None or name in names:
        return
    near = process.extractOne(
        name, sorted(names) if len(names) < 10_000 else [], scorer=OSA.normalized_similarity, score_cutoff=0.6
    )
    yield Flaw(
        at, kind if names else f"{kind} (there is none)", f'"{name}"' + (f'; did you mean "{near[0]}"?' if near else "")
    )


def _bad_scope(name: q.ScopeName, values: tuple[str, ...], known: Known, at: int) -> Iterator[Flaw]:
    for value in values:
        match name:
            case "feed":
                yield from _unknown(value, known.feeds, "the id of a feed or page", at)
            case "tag":
                yield from _unknown(value, known.tags, "a tag of a feed or page", at)
            case "lang" if not re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", value):
                yield Flaw(at, "a language such as en or pt-BR", f'"{value}"')
            case "site" if "/" in host_of(value) or " " in value:
                yield Flaw(at, "a host such as example.com (url: takes the rest)", f'"{value}"')
            case _:
                if not value.strip("*. "):
                    yield Flaw(at, f"a value of {name}:", f'"{value}"')


def _without_places(side: Query, group: q.Near | q.Together) -> Iterator[Flaw]:
    """Of a side of a NEAR one must be able to say where it stands: OR and NEAR have a place, NOT has none and AND several."""
    operator = "NEAR" if isinstance(group, q.Near) else group.unit.upper()
    for node in _sides(side):
        kind = _KINDS.get(type(node))
        if isinstance(node, q.Together):
            same = isinstance(group, q.Together) and group.unit == node.unit
            kind = None if same else node.unit.upper()
        if kind:
            yield Flaw(node.at, f"words, phrases, entities or OR on each side of {operator}", kind)


_KINDS: dict[type[Query], str] = {q.Not: "NOT", q.And: "AND", q.Scope: "a place of publication"}


def _sides(side: Query) -> Iterator[Query]:
    yield side
    if isinstance(side, q.Or | q.Zone | q.Said):
        for part in q.inner(side):
            yield from _sides(part)


def _holds_of_nothing(query: Query) -> bool | None:
    """Whether the query is true of a text in which none of its terms stands; None: it depends on where that is published."""
    match query:
        case q.Scope():
            return None
        case q.Not(part):
            inside = _holds_of_nothing(part)
            return None if inside is None else not inside
        case q.And(parts):
            return _least([_holds_of_nothing(part) for part in parts])
        case q.Or(parts):
            inverse = _least([None if (held := _holds_of_nothing(part)) is None else not held for part in parts])
            return None if inverse is None else not inverse
        case q.Zone(part=part) | q.Said(part=part):
            return _holds_of_nothing(part)
        case q.Phrase() | q.Exact() | q.Wildcard() | q.Regex() | q.EntityRef() | q.Loose() | q.Near() | q.Together():
            return False
        case _:
            assert_never(query)


def _least(held: list[bool | None]) -> bool | None:
    """All of several, where None is neither."""
    return False if False in held else None if None in held else True
