"""What a user asks for, and what is found, as values: entities, watchlists, terms, hits, verdicts. Nothing here searches."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Literal, get_args

from monitor.core.watch import query as q
from monitor.core.watch.fold import exact, fold
from monitor.core.watch.query import Query

EditChange = Literal["figure", "quote", "headline", "hedge", "correction"]
Change = Literal[
    "appeared", "disappeared", "added", "removed", "moved", "changed", "withdrawn", "restored",
    "figure", "quote", "headline", "hedge", "correction",
]  # fmt: skip
How = Literal["new", "edit", "gone", "restored"]
Zone = Literal["title", "dek", "byline", "body"]

EVERYTHING: frozenset[Change] = frozenset(get_args(Change))
DEFAULT_ON: frozenset[Change] = frozenset({"appeared", "disappeared", "withdrawn"})
FORMER: frozenset[Change] = frozenset({"disappeared", "removed", "withdrawn"})
"""The changes whose hits stand in the revision before. (An edit's do where it took the words away.)"""
EDITS: Mapping[EditChange, tuple[str, ...]] = {
    "figure": ("figure", "number"),
    "quote": ("quote",),
    "headline": ("headline",),
    "hedge": ("hedge",),
    "correction": ("correction",),
}
"""How the kinds of typed edits begin that each of these changes stands for."""


@dataclass(frozen=True, slots=True)
class Entity:
    """Somebody or something with several names; the first alias is the display name. `{braces}`: case- and accent-exact.

    A hit near one of `reject_near` is somebody else's name: the Isis that is a river.
    """

    id: str
    aliases: tuple[str, ...]
    reject_near: tuple[str, ...] = ()


@dataclass(frozen=True)
class Watchlist:
    """What to look for, where, and whom to tell: a `query`, or in its place any of `phrases` and `entities`, `all`, and `none`.

    `sources` None and no `tags`: every source. `max_age`: older at first sight is backlog; None leaves that to the source.
    `languages` empty: every language. From `expires` on it is silent.
    """

    id: str
    phrases: tuple[str, ...] = ()
    entities: tuple[str, ...] = ()
    severity: str = "warning"
    sources: frozenset[str] | None = None
    tags: frozenset[str] = frozenset()
    on: frozenset[Change] = DEFAULT_ON
    notify: tuple[str, ...] = ()
    max_age: timedelta | None = None
    query: Query | None = None
    all: tuple[str, ...] = ()
    none: tuple[str, ...] = ()
    languages: frozenset[str] = frozenset()
    expires: datetime | None = None

    @cached_property
    def asked(self) -> Query:
        """What it looks for, as a query."""
        if self.query is not None:
            return self.query
        any_of = [*map(written, dict.fromkeys(self.phrases)), *map(q.EntityRef, dict.fromkeys(self.entities))]
        parts = [q.any_of(any_of)] if any_of else []
        return q.all_of([*parts, *map(written, self.all), *(q.Not(written(phrase)) for phrase in self.none)])

    def speaks(self, lang: str) -> bool:
        """Whether it looks at articles in a language. One that states none is looked at: silence is worse."""
        return not self.languages or not lang or lang.lower().partition("-")[0] in self.languages

    def covers(self, source: str, tags: AbstractSet[str]) -> bool:
        """Whether articles of this source are looked at."""
        everywhere = self.sources is None and not self.tags
        return everywhere or source in (self.sources or ()) or not self.tags.isdisjoint(tags)


@dataclass(frozen=True, slots=True)
class Spelling:
    """One way to write a term. `exact` is what the original must say, case and accents included, where that is asked for."""

    text: str
    folded: str
    exact: str | None = None

    @classmethod
    def parse(cls, written: str) -> Spelling:
        """Read a phrase or alias as a user writes it. Raises ValueError where nothing is left to search for."""
        text = written.strip()
        braced = _is_braced(text)
        text = text[1:-1].strip() if braced else text
        return cls(text, folded(text), stripped(exact(text)) if braced else None)

    @property
    def written(self) -> str:
        """The text as the user writes it, in braces where it is exact."""
        return self.text if self.exact is None else f"{{{self.text}}}"


def folded(text: str) -> str:
    """What is searched for of a phrase. Raises ValueError where nothing is left."""
    bare = stripped(fold(text))
    if not any(map(str.isalnum, bare)):
        raise ValueError(f"nothing to search for in {text!r}: a phrase needs a letter or a digit")
    return bare


def stripped(text: str) -> str:
    """A folded text without the spaces and quotation marks around it."""
    return text.strip(" '")


def written(phrase: str) -> q.Phrase | q.Exact:
    """A phrase of a list as a query: in braces exact, and nothing else in it has a meaning of its own."""
    text = phrase.strip()
    return q.Exact(text[1:-1].strip()) if _is_braced(text) else q.Phrase(text)


def _is_braced(text: str) -> bool:
    return len(text) > 2 and text.startswith("{") and text.endswith("}")


@dataclass(frozen=True, slots=True)
class Hit:
    """A term in one sentence of one revision, and what became of it there. `marks` are code points of `sentence`.

    `term` is the phrase or the alias found, as the user wrote it; `revision` says which of the two texts holds the hit.
    `speaker` says it, where it is direct speech whose speaker the text names: an entity's id, else the words.
    """

    term: str
    entity: str | None
    change: Change
    zone: Zone
    block: int | None
    sentence: str
    marks: tuple[tuple[int, int], ...]
    revision: Literal["before", "after"]
    speaker: str | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """A watchlist has something to say: what changed (sorted), and where. `omitted` counts hits beyond the bound."""

    watchlist: str
    how: How
    changes: tuple[Change, ...]
    hits: tuple[Hit, ...]
    omitted: int = 0
