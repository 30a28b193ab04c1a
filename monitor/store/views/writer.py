"""The one writer of the views: events in, rows and checkpoint out, in one transaction. It reads no log.

Opening, closing and every call block on the disk: call them in a thread. Several threads may share one writer.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Self

import msgspec

from monitor.core.content import Content
from monitor.core.events import ArticleRevised, Recorded
from monitor.core.standing import decode_article, encode
from monitor.errors import Corrupt
from monitor.ports import Founded
from monitor.store.views.contents import unpack
from monitor.store.views.projection import founded, project
from monitor.store.views.schema import SEARCH, TABLES, on_the_disk, open_for_writing
from monitor.store.views.statements import Indexed, Writes, as_json

START = "0-0"
NEWEST = """
    SELECT content, revision, 0 AS version FROM revisions WHERE article = ?
    UNION ALL SELECT content, revision, version FROM rereads WHERE article = ?
    ORDER BY revision DESC, version DESC LIMIT 1
"""


class Views:
    """The views as the daemon writes them. Use as a context manager, or call `close`."""

    def __init__(self, path: Path, *, scratch: bool = False) -> None:
        """Open the file, made anew where there is none of this version. Raises ViewsUnavailable (see schema).

        `scratch`: it is filled in large batches, and of no use once a call has failed.
        """
        self._database, self._lock_file = open_for_writing(path, scratch=scratch)
        self._turn = threading.RLock()
        self._founded = False

    def position(self, partition: int) -> str:
        """The stream position of the last event applied of a partition; `0-0` before the first."""
        with self._turn:
            return self._checkpoints().get(partition, START)

    def positions(self) -> dict[int, str]:
        """The position of every partition of which something was applied."""
        with self._turn:
            return self._checkpoints()

    def floors(self) -> dict[int, str]:
        """Up to which position retention had dropped events of a partition when these views were made, where it had."""
        with self._turn:
            return dict(self._database.execute("SELECT partition, floor FROM checkpoints WHERE floor != ''").fetchall())

    def found(self, partition: int, floor: str, articles: Sequence[Founded]) -> None:
        """Begin at a floor, with articles that lost their beginning; only in scratch views, before the partition's first event."""
        rows = [(each.article.id, encode(each.article), as_json(each.addresses)) for each in articles]
        with self._transaction():
            self._database.execute("INSERT OR REPLACE INTO checkpoints VALUES (?, ?, ?)", (partition, START, floor))
            self._database.executemany("INSERT OR REPLACE INTO founded VALUES (?, ?, ?)", rows)
            self._founded = self._founded or bool(rows)

    def apply(self, batch: Sequence[Recorded]) -> None:
        """Bring the views up to these events, all of them or none; those applied before are passed over.

        Raises Corrupt where an event does not fit what was applied before it, DiskTrouble where the disk does not take it.
        """
        with self._transaction():
            positions = self._checkpoints()
            texts: list[Indexed] = []
            for recorded in batch:
                if later(recorded.position, positions.get(recorded.partition, START)):
                    texts += self._project(recorded)
                    positions[recorded.partition] = recorded.position
            self._index(texts)
            self._database.executemany(
                "INSERT INTO checkpoints (partition, position) VALUES (?, ?) "
                "ON CONFLICT (partition) DO UPDATE SET position = excluded.position",
                positions.items(),
            )

    def adopt(self, other: Path, lost: Mapping[int, str]) -> dict[int, str]:
        """Become what `other` says, in one transaction: a reader sees the old rows or the new ones.

        Refused, with the positions that `other` has not reached, where these views have read further than both it and
        `lost` (positions that the log is known not to hold any more). Empty when done.
        """
        with self._turn:
            self._database.execute("ATTACH ? AS fresh", (str(other),))
            try:
                with self._transaction():
                    rows = self._database.execute("SELECT partition, position FROM fresh.checkpoints").fetchall()
                    ahead = _ahead(_ahead(self._checkpoints(), dict(rows)), lost)
                    if not ahead:
                        self._copy()
                    return ahead
            finally:
                self._database.execute("DETACH fresh")

    def close(self) -> None:
        """Close the file and let go of it, after what another thread may still be writing. Closing twice is nothing."""
        with self._turn:
            self._database.close()
            self._lock_file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._turn, on_the_disk():
            self._database.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._database.execute("COMMIT")
            except BaseException:
                if self._database.in_transaction:  # a full disk may have ended it already
                    self._database.execute("ROLLBACK")
                raise

    def _checkpoints(self) -> dict[int, str]:
        return dict(self._database.execute("SELECT partition, position FROM checkpoints").fetchall())

    def _project(self, recorded: Recorded) -> list[Indexed]:
        """Write the rows that an event means. Returns what is left for the index."""
        texts: list[Indexed] = []
        try:
            for write in self._writes(recorded):
                if isinstance(write, Indexed):
                    texts.append(write)
                else:
                    self._database.execute(write.sql, write.values)
        except sqlite3.IntegrityError as error:
            raise Corrupt(f"event {recorded.id} at {recorded.position} does not fit the views: {error}") from error
        return texts

    def _index(self, texts: Sequence[Indexed]) -> None:
        """Bring texts into the index, by rising rowids.

        One below the last would make it write out all that it holds, as an INSERT … SELECT would each time (fts5_index.c,
        sqlite3Fts5IndexBeginWrite; fts5_main.c, fts5SavepointMethod).
        """
        place = "SELECT rowid FROM revisions WHERE article = ? AND revision = ?"
        rows = [
            (self._database.execute(place, (text.article, text.revision)).fetchone()["rowid"], text.title, text.text)
            for text in texts
        ]
        self._database.executemany("INSERT INTO search (rowid, title, text) VALUES (?, ?, ?)", sorted(rows))

    def _writes(self, recorded: Recorded) -> Writes:
        """What an event means; an article's first that is left, where those before it were dropped, means that the article is there."""
        event = recorded.event
        if self._founded and isinstance(event, ArticleRevised):
            sql = "SELECT state, addresses FROM founded WHERE article = ?"
            row = self._database.execute(sql, (event.article,)).fetchone()
            state = decode_article(row["state"]) if row else None
            if state and state.revision == event.revision:
                return founded(recorded, event, state, msgspec.json.decode(row["addresses"], type=tuple[str, ...]))
        return project(recorded, self._newest)

    def _newest(self, article: str) -> Content:
        row = self._database.execute(NEWEST, (article, article)).fetchone()
        if row is None:
            raise Corrupt(f"{article} was revised before it was discovered")
        return unpack(row["content"])

    def _copy(self) -> None:
        for table in (*TABLES, *SEARCH):
            names = [row["name"] for row in self._database.execute(f"PRAGMA main.table_info({table})")]
            if table == "revisions":
                names.append("rowid")  # by which the index knows them
            columns = ", ".join(names)
            self._database.execute(f"DELETE FROM main.{table}")  # noqa: S608 - names of our own schema
            self._database.execute(f"INSERT INTO main.{table} ({columns}) SELECT {columns} FROM fresh.{table}")  # noqa: S608 - as above


def later(position: str, than: str) -> bool:
    """Whether a stream position (`milliseconds-sequence`) comes after another."""
    return _order(position) > _order(than)


def _order(position: str) -> tuple[int, int]:
    milliseconds, _, sequence = position.partition("-")
    return int(milliseconds), int(sequence)


def _ahead(ours: Mapping[int, str], theirs: Mapping[int, str]) -> dict[int, str]:
    return {at: position for at, position in ours.items() if later(position, theirs.get(at, START))}
