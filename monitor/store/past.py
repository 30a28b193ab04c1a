"""What is old enough of one partition, in a scratch database that spills to the disk, and what is kept of it. Reads no file and asks no server.

What may go, and what not, is `core.retention`'s to say; which entities are needed, the caller's.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from itertools import groupby

import msgspec

from monitor.core import retention, standing
from monitor.core.events import ArticleFact
from monitor.store.bases import Cut
from monitor.store.entries import Stored, opened
from monitor.store.segments import line

_lines = msgspec.json.Decoder(Stored)
_cuts = msgspec.json.Decoder(Cut)


class Past:
    """The events that are old enough, and the cuts that were made before. Use in one thread at a time."""

    def __init__(self, partition: int) -> None:
        self._partition, self.dropped = partition, 0
        self._scratch = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        self._scratch.execute("PRAGMA journal_mode = OFF")
        self._scratch.execute(
            "CREATE TABLE events (n INTEGER PRIMARY KEY, entity TEXT, version INT, type TEXT, line BLOB)"
        )
        self._scratch.execute("CREATE TABLE cuts (entity TEXT PRIMARY KEY, line BLOB, new INT)")
        self._scratch.execute("CREATE TABLE about (entity TEXT PRIMARY KEY, article TEXT)")

    def close(self) -> None:
        """Forget it all."""
        self._scratch.close()

    def load(self, cuts: Iterable[Cut], events: Iterable[Stored]) -> None:
        """Take in what was kept when last something was dropped, and what is old enough now, in the order of positions."""
        self._scratch.execute("BEGIN")
        for cut in cuts:
            self._scratch.execute("INSERT INTO cuts VALUES (?, ?, 0)", (cut.entity, msgspec.json.encode(cut)))
        for event in events:
            row = (event.n, event.entity, event.v, event.type, line(event))
            self._scratch.execute("INSERT INTO events VALUES (?, ?, ?, ?, ?)", row)
            if event.v == 1 and retention.passes(event.entity) and not retention.is_article(event.entity):
                about = retention.article_of(opened(event, self._partition).event)
                self._scratch.execute("INSERT OR REPLACE INTO about VALUES (?, ?)", (event.entity, about))
        self._scratch.execute("CREATE INDEX by_entity ON events (entity, version)")
        self._scratch.execute("COMMIT")

    def candidates(self) -> list[tuple[str, str]]:
        """The entities of which something may go unless it is needed; with the article that each is about, where it is about one."""
        sql = "SELECT entity, type FROM events ORDER BY entity, version"
        types = groupby(self._scratch.execute(sql), key=lambda row: row[0])
        found = [entity for entity, rows in types if retention.droppable(entity, [kind for _, kind in rows])]
        return [(entity, self._about(entity)) for entity in found]

    def drop(self, entities: Iterable[str]) -> None:
        """Let go of what may go of these entities. Raises Corrupt where an article does not fold."""
        self._scratch.execute("BEGIN")
        for entity in entities:
            self._drop(entity)
        self._scratch.execute("COMMIT")

    def lost(self, entity: str) -> bool:
        """Whether an entity loses something now."""
        return bool(self._scratch.execute("SELECT 1 FROM cuts WHERE entity = ? AND new", (entity,)).fetchone())

    def kept(self) -> Iterator[Stored]:
        """The events that stay, in the order of positions."""
        return (_lines.decode(raw) for (raw,) in self._scratch.execute("SELECT line FROM events ORDER BY n"))

    def cuts(self) -> Iterator[Cut]:
        """All cuts, old and new, in the order of their entities."""
        return (_cuts.decode(raw) for (raw,) in self._scratch.execute("SELECT line FROM cuts ORDER BY entity"))

    def _about(self, entity: str) -> str:
        if retention.is_article(entity):
            return entity
        row = self._scratch.execute("SELECT article FROM about WHERE entity = ?", (entity,)).fetchone()
        return str(row[0]) if row else ""

    def _drop(self, entity: str) -> None:
        sql = "SELECT line FROM events WHERE entity = ? ORDER BY version"
        events = [_lines.decode(raw) for (raw,) in self._scratch.execute(sql, (entity,))]
        count = retention.droppable(entity, [event.type for event in events])
        row = self._scratch.execute("SELECT line FROM cuts WHERE entity = ?", (entity,)).fetchone()
        cut = self._cut(events, count, _cuts.decode(row[0]) if row else None)
        self._scratch.execute("INSERT OR REPLACE INTO cuts VALUES (?, ?, 1)", (entity, msgspec.json.encode(cut)))
        self._scratch.execute("DELETE FROM events WHERE entity = ? AND version <= ?", (entity, cut.version))
        self.dropped += count

    def _cut(self, events: list[Stored], count: int, before: Cut | None) -> Cut:
        last = events[count - 1]
        if not retention.is_article(last.entity):
            return Cut(last.entity, last.v, last.h)
        told = [opened(event, self._partition).event for event in events[: count + 1]]
        facts = [event for event in told if isinstance(event, ArticleFact)]
        state = standing.folded(facts, before.article if before else None)
        known = dict.fromkeys(before.addresses if before else ())
        known |= dict.fromkeys(address for event in told[:count] for address in retention.addresses(event) if address)
        return Cut(last.entity, last.v, last.h, msgspec.Raw(standing.encode(state)), tuple(known))
