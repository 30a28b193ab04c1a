"""What pages ask the views, each question in a thread and on a connection of its own: a slow disk never holds up the daemon."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

from monitor.core.urls import aliases, canonical
from monitor.core.watch.evaluate import Rulebook
from monitor.core.watch.rules import Entity
from monitor.errors import Permanent, ViewsUnavailable
from monitor.store import FileCaptures
from monitor.store.views import Reader
from monitor.store.views.rows import ArticleRow, CaptureRow, RevisionRow

Answer = TypeVar("Answer")

_AT_ONCE = 4


@dataclass(frozen=True, slots=True)
class Source:
    """A feed or page of the configuration, as pages name it."""

    id: str
    url: str
    kind: str


@dataclass(slots=True)
class Desk:
    """Where the views lie, and what the configuration calls things.

    `watchlists` maps ids to their queries in words, `queries` to the queries themselves; `channels` are ids; `captures` holds the
    raw pages; `public_url` is where readers find the page, without a slash at its end, or empty; `rulebook` are the rules at work.
    """

    views: Path
    zone: ZoneInfo
    sources: tuple[Source, ...] = ()
    watchlists: Mapping[str, str] = field(default_factory=dict)
    queries: Mapping[str, str] = field(default_factory=dict)
    entities: Iterable[Entity] = ()
    channels: tuple[str, ...] = ()
    captures: FileCaptures | None = None
    public_url: str = ""
    rulebook: Rulebook | None = None
    _places: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_AT_ONCE))

    async def ask(self, question: Callable[[Reader], Answer]) -> Answer:
        """The answer, from one moment of the views. Raises ViewsUnavailable where nothing was recorded yet."""

        def asked() -> Answer:
            with Reader(self.views) as reader, reader.snapshot():
                return question(reader)

        async with self._places:
            return await asyncio.to_thread(asked)

    async def listed(self, question: Callable[[Reader], list[Answer]]) -> list[Answer]:
        """The rows of a listing: none where nothing was recorded yet."""
        try:
            return await self.ask(question)
        except ViewsUnavailable:
            return []

    def kept(self, revisions: Sequence[RevisionRow]) -> list[CaptureRow]:
        """Of which revisions the raw page is kept. Blocks on the disk."""
        shelf, named = self.captures, [(row.revision, row.evidence.raw_sha256) for row in revisions]
        return [
            CaptureRow(number, sha256, shelf.size(sha256) if shelf and sha256 else None) for number, sha256 in named
        ]

    def is_feed(self, name: str) -> bool:
        """Whether the configuration calls a feed so."""
        return any(source.id == name and source.kind == "feed" for source in self.sources)

    def now(self) -> datetime:
        """Now, for what is counted from now."""
        return datetime.now(UTC)


def article_named(reader: Reader, name: str) -> ArticleRow | None:
    """The article that an id, its beginning or an address means."""
    names = [name]
    if "://" in name:
        names += aliases([name])
        try:
            names.append(canonical(name))
        except Permanent:
            return None
    return next(iter(reader.articles_named(names, 1)), None)
