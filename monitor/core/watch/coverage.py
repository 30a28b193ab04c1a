"""Which alias found what, and which never did: counted over the texts and alerts of a log. It reads none, and judges nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

import msgspec

from monitor.core.watch.evaluate import Rulebook
from monitor.core.watch.fold import fold
from monitor.core.watch.outcome import Event
from monitor.core.watch.reading import Page
from monitor.core.watch.rules import Entity, Spelling, Watchlist, stripped

_Name = tuple[str, str]  # an entity's id, and a spelling of it


class Found(msgspec.Struct, frozen=True):
    """One alias that stood somewhere: into how many articles it came, in how many alerts it was a hit, and how often it was rejected.

    `rejected`: it came into so many articles near a phrase of its `reject_near` alone, where it is somebody else's name.
    """

    entity: str
    alias: str
    articles: int
    alerts: int
    rejected: int


class Never(msgspec.Struct, frozen=True):
    """One alias that found nothing; `same_as` is another of the entity that reads the same, and is counted in its place.

    `rejected`: into how many articles it came as somebody else's name alone.
    """

    entity: str
    alias: str
    same_as: str = ""
    rejected: int = 0


@dataclass(slots=True)
class _Counts:
    articles: int = 0
    alerts: int = 0
    rejected: int = 0


_NONE = _Counts()


class Coverage:
    """Counts over one reading of a log. Only what was found takes memory, so that there may be very many aliases."""

    def __init__(self, entities: Iterable[Entity], asked: AbstractSet[str] | None = None) -> None:
        """Of the entities whose ids are `asked`; None: of all. Raises ValueError for an alias with nothing to search for."""
        self._entities = [entity for entity in entities if asked is None or entity.id in asked]
        ids = tuple(entity.id for entity in self._entities)
        self.book = Rulebook.compile([Watchlist("coverage", entities=ids)] if ids else [], self._entities)
        self._ids = frozenset(ids)
        self._counts: dict[_Name, _Counts] = {}
        self._articles: set[int] = set()

    @property
    def entities(self) -> int:
        """How many entities there are."""
        return len(self._entities)

    @property
    def aliases(self) -> int:
        """How many aliases they have."""
        return sum(len(entity.aliases) for entity in self._entities)

    def text(self, article: str, event: Event) -> None:
        """Count what came into an article: all of it where this is the first that is read of it."""
        known: AbstractSet[_Name] = set()
        known_rejected: AbstractSet[_Name] = set()
        if hash(article) in self._articles:
            known, known_rejected = self._names(event.before.page)
        self._articles.add(hash(article))
        names, rejected = self._names(event.after.page)
        for name in names - known:
            self._of(name).articles += 1
        for name in rejected - names - known_rejected:
            self._of(name).rejected += 1

    def alert(self, data: Mapping[str, Any]) -> None:
        """Count the aliases that an alert names as its hits."""
        for name in {(str(hit.get("entity")), str(hit.get("term"))) for hit in data.get("hits") or []}:
            if name[0] in self._ids:
                self._of(name).alerts += 1

    def found(self) -> list[Found]:
        """The aliases that stood somewhere, those that found most first."""
        found = [
            Found(entity, alias, counts.articles, counts.alerts, counts.rejected)
            for (entity, alias), counts in self._counts.items()
        ]
        return sorted(found, key=lambda each: (-each.articles, -each.alerts, -each.rejected, each.entity, each.alias))

    def never(self) -> Iterator[Never]:
        """The aliases that found nothing, in the order in which they are configured."""
        for entity in self._entities:
            written = {alias: _label(alias) for alias in entity.aliases}
            seen = {label for label in written.values() if self._has(entity.id, label)}
            alike = {stripped(fold(label)): label for label in sorted(seen, reverse=True)} if seen else {}
            for alias, label in written.items():
                if label not in seen:
                    counts = self._counts.get((entity.id, label), _NONE)
                    same = alike.get(stripped(fold(label)), "") if alike else ""
                    yield Never(entity.id, alias, same, counts.rejected)

    def _has(self, entity: str, label: str) -> bool:
        counts = self._counts.get((entity, label), _NONE)
        return counts.articles > 0 or counts.alerts > 0

    def _names(self, page: Page) -> tuple[set[_Name], set[_Name]]:
        """The spellings that stand in a text, and those that are somebody else's name there."""
        lexicon = self.book.lexicon
        names: set[_Name] = set()
        rejected: set[_Name] = set()
        for leaf in page.present:
            if entity := lexicon.entity(leaf):
                names.update((entity, find.label) for find in page.finds(leaf))
                rejected.update((entity, label) for label in page.rejected(leaf))
        return names, rejected

    def _of(self, name: _Name) -> _Counts:
        return self._counts.setdefault(name, _Counts())


def _label(alias: str) -> str:
    """How a hit names an alias: without the braces and spaces around it."""
    return Spelling.parse(alias).text if alias[:1] in "{ " or alias[-1:] == " " else alias
