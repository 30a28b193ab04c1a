"""What a user asks for, and what is found, as values: entities, watchlists, terms, hits, verdicts. Nothing here searches."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal

from monitor.core.watch.fold import exact, fold

Change = Literal["appeared", "disappeared", "added", "removed", "withdrawn", "restored"]
How = Literal["new", "edit", "gone", "restored"]
Zone = Literal["title", "dek", "byline", "body"]

EVERYTHING: frozenset[Change] = frozenset({"appeared", "disappeared", "added", "removed", "withdrawn", "restored"})
DEFAULT_ON: frozenset[Change] = frozenset({"appeared", "disappeared", "withdrawn"})
FORMER: frozenset[Change] = frozenset({"disappeared", "removed", "withdrawn"})
"""The changes whose hits stand in the revision before."""


@dataclass(frozen=True, slots=True)
class Entity:
    """Somebody or something with several names; the first alias is the display name. `{braces}`: case- and accent-exact."""

    id: str
    aliases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Watchlist:
    """What to look for, where, and whom to tell. It matches where any of its phrases or entities stands.

    `sources` None and no `tags`: every source. `max_age`: older at first sight is backlog; None leaves that to the source.
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
        braced = len(text) > 2 and text.startswith("{") and text.endswith("}")
        text = text[1:-1].strip() if braced else text
        folded = fold(text).strip()
        if not any(map(str.isalnum, folded)):
            raise ValueError(f"nothing to search for in {written!r}: a phrase needs a letter or a digit")
        return cls(text, folded, exact(text).strip() if braced else None)

    @property
    def written(self) -> str:
        """The text as the user writes it, in braces where it is exact."""
        return self.text if self.exact is None else f"{{{self.text}}}"


@dataclass(frozen=True, slots=True)
class Term:
    """One leaf of a query: a phrase, or an entity with all its aliases together."""

    kind: Literal["phrase", "entity"]
    name: str
    spellings: tuple[Spelling, ...] = field(compare=False)


@dataclass(frozen=True, slots=True)
class Hit:
    """A term in one sentence of one revision, and what became of it there. `marks` are code points of `sentence`.

    `term` is the phrase or the alias found, as the user wrote it; `revision` says which of the two texts holds the hit.
    """

    term: str
    entity: str | None
    change: Change
    zone: Zone
    block: int | None
    sentence: str
    marks: tuple[tuple[int, int], ...]
    revision: Literal["before", "after"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """A watchlist has something to say: what changed (sorted), and where. `omitted` counts hits beyond the bound."""

    watchlist: str
    how: How
    changes: tuple[Change, ...]
    hits: tuple[Hit, ...]
    omitted: int = 0
