"""Queries as values: what a string asks for, once it is read. Reading, wording, checking and answering stand in modules of their own.

`at` is where a node stands in the string it was read from (code points); it plays no part in comparing two queries.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Literal, TypeVar

ZoneName = Literal["title", "lede", "body", "quote", "byline", "caption"]
ScopeName = Literal["site", "feed", "tag", "lang", "section", "author", "url"]
Unit = Literal["sentence", "paragraph"]

ZONES: tuple[ZoneName, ...] = ("title", "lede", "body", "quote", "byline", "caption")
SCOPES: tuple[ScopeName, ...] = ("site", "feed", "tag", "lang", "section", "author", "url")
NEAR = 4  # words between the sides of a bare NEAR


@dataclass(frozen=True, slots=True)
class Node:
    """Any part of a query."""

    at: int = field(default=0, kw_only=True, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Phrase(Node):
    """A word or words that follow one another, folded."""

    text: str


@dataclass(frozen=True, slots=True)
class Exact(Node):
    """`{ISIS}`: exact in case and accents."""

    text: str


@dataclass(frozen=True, slots=True)
class Wildcard(Node):
    """`bomb*`, `Raq?a`, `"air strike*"`. In `pattern` `*` and `?` stand for letters; behind a backslash they are themselves."""

    pattern: str


@dataclass(frozen=True, slots=True)
class Regex(Node):
    """`/re/i`, in the syntax of RE2, over the text as published."""

    pattern: str
    ignores_case: bool = False


@dataclass(frozen=True, slots=True)
class EntityRef(Node):
    """`@id`: any alias of an entity."""

    id: str


@dataclass(frozen=True, slots=True)
class Loose(Node):
    """`"a b"~5`: the words in any order, with at most `distance` others between them."""

    words: tuple[str, ...]
    distance: int


@dataclass(frozen=True, slots=True)
class Near(Node):
    """`a NEAR/5 b`: at most `distance` words between two things; `ordered`: the left one first."""

    left: Query
    right: Query
    distance: int
    ordered: bool = False


@dataclass(frozen=True, slots=True)
class Together(Node):
    """`a SENTENCE b`, `a PARAGRAPH b`."""

    left: Query
    right: Query
    unit: Unit


@dataclass(frozen=True, slots=True)
class Zone(Node):
    """`title:(…)`: only there."""

    name: ZoneName
    part: Query


@dataclass(frozen=True, slots=True)
class Said(Node):
    """`said:@id (…)`: inside direct speech of an entity; with no `speaker`, of anybody who is named."""

    speaker: str | None
    part: Query


@dataclass(frozen=True, slots=True)
class Scope(Node):
    """`site:example.com`, `lang:(fr OR de)`: where the article stands; one of the values is enough."""

    name: ScopeName
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Not(Node):
    """True where its part is not."""

    part: Query


@dataclass(frozen=True, slots=True)
class And(Node):
    """True where all parts are. Made by `all_of`, so that no part is an And itself."""

    parts: tuple[Query, ...]


@dataclass(frozen=True, slots=True)
class Or(Node):
    """True where any part is. Made by `any_of`, so that no part is an Or itself."""

    parts: tuple[Query, ...]


Leaf = Phrase | Exact | Wildcard | Regex | EntityRef
Group = Loose | Near | Together
Query = Leaf | Group | Zone | Said | Scope | Not | And | Or
Joined = TypeVar("Joined", And, Or)


def all_of(parts: Iterable[Query]) -> Query:
    """All of several queries; of one it is that one."""
    return _joined(And, parts)


def any_of(parts: Iterable[Query]) -> Query:
    """Any of several queries; of one it is that one."""
    return _joined(Or, parts)


def _joined(kind: type[Joined], parts: Iterable[Query]) -> Query:
    flat: list[Query] = []
    for part in parts:
        flat += part.parts if isinstance(part, kind) else (part,)
    return flat[0] if len(flat) == 1 else kind(tuple(flat), at=flat[0].at)


def anywhere(query: Query) -> Query | None:
    """The query as if it were true wherever an article is published; None where nothing else is asked."""
    match query:
        case Scope():
            return None
        case And(parts) | Or(parts):
            left = [some for part in parts if (some := anywhere(part)) is not None]
            return (all_of(left) if isinstance(query, And) else any_of(left)) if left else None
        case Not(part) | Zone(part=part) | Said(part=part):
            bare = anywhere(part)
            return None if bare is None else replace(query, part=bare)
        case _:
            return query


def inner(query: Query) -> tuple[Query, ...]:
    """The queries of which a query is made directly."""
    match query:
        case And(parts) | Or(parts):
            return parts
        case Near(left, right) | Together(left, right):
            return left, right
        case Not(part) | Zone(part=part) | Said(part=part):
            return (part,)
        case _:
            return ()


def nodes(query: Query) -> Iterator[Query]:
    """A query and all its parts, in the order in which they are written."""
    waiting = [query]
    while waiting:
        query = waiting.pop()
        yield query
        waiting += reversed(inner(query))
