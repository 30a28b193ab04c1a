"""What the events of one partition say so far, and what is wrong with the next one. Reads no log; what grows lies in a scratch database."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from monitor.core import article
from monitor.core.events import ArticleDiscovered, ArticleFact, ArticleRevised, chain, stored_id
from monitor.errors import Corrupt, LogError
from monitor.store.bases import Cut
from monitor.store.entries import Stored, opened, order

_ARTICLES: Final = "article."


@dataclass(slots=True)
class Findings:
    """What was looked at, and what is wrong: each problem in one sentence, at most `MOST` of them.

    `dropped` is how many events retention has dropped, all before the time `since` (RFC 3339) or at it.
    """

    MOST = 1000

    events: int = 0
    entities: int = 0
    segments: int = 0
    problems: list[str] = field(default_factory=list)
    dropped: int = 0
    since: str = ""

    def add(self, problem: str) -> None:
        """Take note of a problem."""
        if len(self.problems) < self.MOST:
            self.problems.append(problem)


class Standing(msgspec.Struct, frozen=True):
    """Where an entity's events have led; `folded` is an article's snapshot. Up to version `cut` they were dropped by retention.

    While nothing is known of an article but that, `folded` is the state after its next event.
    """

    entity: str
    version: int = 0
    hash: str = ""
    folded: bytes = b""
    cut: int = 0


class Reckoning:
    """What the events of one partition say so far, in a scratch database that spills to the disk."""

    def __init__(self, partition: int, findings: Findings) -> None:
        self.findings, self._partition = findings, partition
        self._number, self._position = 0, "0-0"
        self._floor, self._dropped = "0-0", 0
        self._scratch = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        self._scratch.execute("PRAGMA journal_mode = OFF")
        self._scratch.execute("CREATE TABLE ids (id TEXT PRIMARY KEY) WITHOUT ROWID")
        self._scratch.execute(
            "CREATE TABLE heads (entity TEXT PRIMARY KEY, version INT, hash TEXT, folded BLOB, cut INT)"
        )
        self._scratch.execute(
            "CREATE TABLE places (entity TEXT, version INT, position TEXT, PRIMARY KEY (entity, version, position)) WITHOUT ROWID"
        )

    def close(self) -> None:
        """Forget it all."""
        self._scratch.close()

    def stand_on(self, position: str, number: int) -> None:
        """Of the events up to a position, the `number`-th of all, retention has left only some."""
        self._floor, self._dropped = position, number

    def found(self, page: list[Cut]) -> None:
        """Entities that lost their beginning go on from there."""
        rows = [(each.entity, each.version, each.hash, _state(each), each.version) for each in page]
        self._scratch.executemany("INSERT OR REPLACE INTO heads VALUES (?, ?, ?, ?, ?)", rows)

    def enter(self, page: list[Stored]) -> None:
        """Check events against all before them."""
        self._scratch.execute("BEGIN")
        for event in page:
            self._enter(event)
        self._scratch.execute("COMMIT")
        self.findings.events += len(page)

    @property
    def position(self) -> str:
        """Where the last event stands."""
        return self._position

    def entities(self) -> list[str]:
        """Everything that has an event."""
        return [name for (name,) in self._scratch.execute("SELECT entity FROM heads ORDER BY entity")]

    def standing(self, entity: str) -> Standing:
        """Where an entity's events have led."""
        sql = "SELECT entity, version, hash, folded, cut FROM heads WHERE entity = ?"
        row = self._scratch.execute(sql, (entity,)).fetchone()
        return Standing(*row) if row else Standing(entity)

    def compare(self, entity: str, state: list[Any], history: list[bytes], *, last: bool) -> bool:
        """Check what the log keeps of an entity against its events. False where it has moved on; at the `last` look that is a problem too."""
        head, (version, hashed, snapshot) = self.standing(entity), state
        if int(version or 0) > head.version and not last:
            return False
        if (int(version or 0), (hashed or b"").decode()) != (head.version, head.hash):
            self.findings.add(
                f"{entity}: the log's head is version {int(version or 0)}, its newest event {head.version}"
            )
        elif head.folded and not _same(snapshot or b"", head.folded):
            self.findings.add(f"{entity}: its snapshot is not what its events fold to")
        places = self._scratch.execute("SELECT position FROM places WHERE entity = ? ORDER BY version", (entity,))
        said = [position.decode() for position in history[head.cut : head.version]]
        if said != [position for (position,) in places]:
            self.findings.add(f"{entity}: its history names other places than its events stand at")
        return True

    def _enter(self, event: Stored) -> None:
        where = f"{event.entity} version {event.v} at {event.position} of partition {self._partition}"
        for problem in self._wrong(event):
            self.findings.add(f"{where}: {problem}")
        self._number, self._position = event.n, event.position

    def _wrong(self, event: Stored) -> Iterator[str]:
        if not self._follows(event):
            yield f"its number is {event.n}, after {self._number}"
        if order(event.position) <= order(self._position):
            yield f"it stands after {self._position}"
        raw = bytes(event.data)
        try:
            named = stored_id(event.entity, event.v, raw)
            decoded = opened(event, self._partition).event
        except LogError as error:
            yield str(error)
            return
        if event.id != named:
            yield "its id is not computed from what it says"
        if event.type != decoded.__struct_config__.tag:
            yield f"it is filed as {event.type}"
        if not self._scratch.execute("INSERT OR IGNORE INTO ids VALUES (?)", (event.id,)).rowcount:
            yield f"its id {event.id} stands there twice"
        yield from self._chained(event, raw, decoded)

    def _follows(self, event: Stored) -> bool:
        """Whether an event has the next number; of those that were kept while others were dropped, a later one."""
        if order(event.position) <= order(self._floor):
            return self._number < event.n <= self._dropped
        return event.n == max(self._number, self._dropped) + 1

    def _chained(self, event: Stored, raw: bytes, decoded: Any) -> Iterator[str]:
        before = self.standing(event.entity)
        if event.v != before.version + 1:
            yield f"it follows version {before.version}"
        if event.h != chain(before.hash, raw):
            yield "its hash does not follow from the event before it"
        folded = before.folded
        if event.type.startswith(_ARTICLES):
            try:
                first = before.version == before.cut > 0
                folded = _checked(before.folded, decoded) if first else _fold(before.folded, decoded)
            except Corrupt as error:
                yield str(error)
        self._scratch.execute(
            "INSERT OR REPLACE INTO heads VALUES (?, ?, ?, ?, ?)", (event.entity, event.v, event.h, folded, before.cut)
        )
        self._scratch.execute("INSERT OR IGNORE INTO places VALUES (?, ?, ?)", (event.entity, event.v, event.position))


def _fold(before: bytes, event: ArticleFact) -> bytes:
    known = article.decode_article(before) if before else None
    return article.encode(article.fold(known, event))


def _state(cut: Cut) -> bytes:
    return article.encode(cut.article) if cut.article else b""


def _checked(state: bytes, event: ArticleFact) -> bytes:
    """What an article's first event that is left leads to, as it was noted when those before it were dropped. Raises Corrupt."""
    known = article.decode_article(state) if state else None
    if not isinstance(event, ArticleDiscovered | ArticleRevised) or known is None:
        raise Corrupt(f"{event.article} has no text to go on from")
    if (known.id, known.sha256, known.content.digest()) != (event.article, event.sha256, event.sha256):
        raise Corrupt(f"{event.article} goes on from another text than was recorded")
    return state


def _same(snapshot: bytes, folded: bytes) -> bool:
    """Whether a snapshot says what the fold says; one that an older Monitor wrote may lack what has its default."""
    try:
        return snapshot == folded or article.decode_article(snapshot) == article.decode_article(folded)
    except LogError:
        return False
