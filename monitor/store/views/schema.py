"""The shape of the views file: its tables, its version, how it is opened and when it is set aside. It knows no event.

SQLite in WAL mode: one transaction changes rows and checkpoint together, readers never wait. A file of another shape is
never migrated: what it says is made from the log, so it is set aside and made again.
"""

from __future__ import annotations

import fcntl
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import IO, Final
from urllib.parse import quote

import structlog

from monitor.errors import DiskTrouble, ViewsUnavailable
from monitor.store import durable
from monitor.store.views import searching

VERSION: Final = 5
APPLICATION: Final = 0x4D4F4E49  # "MONI": tells our file from another program's

# Every key is natural (ids, revision numbers), never a counter of rows: the order in which partitions were read must not show.
TABLES: Final = {
    "checkpoints": """
        partition INTEGER PRIMARY KEY,
        position TEXT NOT NULL,
        floor TEXT NOT NULL DEFAULT ''
    """,
    "articles": """
        id TEXT PRIMARY KEY,
        url TEXT NOT NULL,
        source TEXT NOT NULL,
        tags TEXT NOT NULL,
        backlog INTEGER NOT NULL,
        state TEXT NOT NULL,
        title TEXT NOT NULL,
        lang TEXT NOT NULL,
        access TEXT NOT NULL,
        revision INTEGER NOT NULL,
        discovered_at TEXT NOT NULL,
        changed_at TEXT NOT NULL,
        held INTEGER NOT NULL DEFAULT 0
    """,
    "aliases": """
        alias TEXT NOT NULL,
        article TEXT NOT NULL,
        PRIMARY KEY (alias, article)
    """,
    "revisions": """
        article TEXT NOT NULL,
        revision INTEGER NOT NULL,
        at TEXT NOT NULL,
        last_seen_before TEXT,
        event TEXT NOT NULL,
        title TEXT NOT NULL,
        summary TEXT NOT NULL,
        access TEXT NOT NULL,
        reverted_to INTEGER,
        confidence TEXT NOT NULL,
        template TEXT NOT NULL,
        opened INTEGER NOT NULL,
        capture TEXT NOT NULL,
        sha256 TEXT NOT NULL,
        edits TEXT NOT NULL,
        evidence TEXT NOT NULL,
        content BLOB NOT NULL,
        PRIMARY KEY (article, revision)
    """,
    "rereads": """
        article TEXT NOT NULL,
        version INTEGER NOT NULL,
        revision INTEGER NOT NULL,
        at TEXT NOT NULL,
        extractor TEXT NOT NULL,
        sha256 TEXT NOT NULL,
        content BLOB NOT NULL,
        PRIMARY KEY (article, version)
    """,
    "absences": """
        event TEXT PRIMARY KEY,
        article TEXT NOT NULL,
        at TEXT NOT NULL,
        kind TEXT NOT NULL,
        revision INTEGER NOT NULL,
        since TEXT NOT NULL,
        looks TEXT NOT NULL
    """,
    "alerts": """
        id TEXT PRIMARY KEY,
        at TEXT NOT NULL,
        event TEXT NOT NULL,
        article TEXT NOT NULL,
        revision INTEGER NOT NULL,
        watchlist TEXT NOT NULL,
        severity TEXT NOT NULL,
        changes TEXT NOT NULL,
        backlog INTEGER NOT NULL,
        suppressed TEXT,
        data TEXT NOT NULL
    """,
    "deliveries": """
        id TEXT PRIMARY KEY,
        channel TEXT NOT NULL,
        article TEXT NOT NULL,
        formed_at TEXT NOT NULL,
        kind TEXT NOT NULL,
        route TEXT NOT NULL,
        state TEXT NOT NULL,
        attempts INTEGER NOT NULL,
        status INTEGER,
        reason TEXT NOT NULL,
        detail TEXT NOT NULL,
        next_at TEXT,
        changed_at TEXT NOT NULL,
        body TEXT NOT NULL
    """,
    "members": """
        alert TEXT NOT NULL,
        delivery TEXT NOT NULL,
        PRIMARY KEY (alert, delivery)
    """,
    "attempts": """
        event TEXT PRIMARY KEY,
        delivery TEXT NOT NULL,
        version INTEGER NOT NULL,
        at TEXT NOT NULL,
        kind TEXT NOT NULL,
        attempt INTEGER,
        status INTEGER,
        reason TEXT NOT NULL,
        detail TEXT NOT NULL,
        seconds REAL,
        retry_in REAL
    """,
    "tellings": """
        id TEXT PRIMARY KEY,
        alert TEXT NOT NULL,
        channel TEXT NOT NULL,
        at TEXT NOT NULL,
        route TEXT NOT NULL,
        how TEXT NOT NULL,
        waits_in TEXT NOT NULL,
        until TEXT,
        reason TEXT NOT NULL,
        by TEXT NOT NULL
    """,
    "acks": """
        id TEXT PRIMARY KEY,
        at TEXT NOT NULL,
        by TEXT NOT NULL,
        note TEXT NOT NULL
    """,
    "silences": """
        id TEXT PRIMARY KEY,
        at TEXT NOT NULL,
        matchers TEXT NOT NULL,
        until TEXT NOT NULL,
        comment TEXT NOT NULL,
        by TEXT NOT NULL,
        ended_at TEXT,
        ended_by TEXT NOT NULL DEFAULT ''
    """,
    "channels": """
        id TEXT PRIMARY KEY,
        state TEXT NOT NULL,
        since TEXT NOT NULL,
        reason TEXT NOT NULL,
        detail TEXT NOT NULL,
        status INTEGER
    """,
    "feeds": """
        id TEXT PRIMARY KEY,
        url TEXT NOT NULL,
        title TEXT NOT NULL DEFAULT '',
        state TEXT NOT NULL DEFAULT 'working',
        entries INTEGER NOT NULL DEFAULT 0,
        backlog INTEGER NOT NULL DEFAULT 0,
        baselined_at TEXT,
        moved_from TEXT,
        reason TEXT NOT NULL DEFAULT '',
        detail TEXT NOT NULL DEFAULT '',
        status INTEGER,
        failures INTEGER NOT NULL DEFAULT 0,
        last_ok TEXT,
        stale_since TEXT,
        last_new TEXT,
        usual_pause REAL,
        lying_since TEXT,
        slow_since TEXT,
        answer REAL,
        usual_answer REAL,
        gone_since TEXT,
        gaps INTEGER NOT NULL DEFAULT 0,
        gap_since TEXT,
        gap_until TEXT,
        changed_at TEXT NOT NULL
    """,
    "tallies": """
        kind TEXT NOT NULL,
        name TEXT NOT NULL,
        hour INTEGER NOT NULL,
        what TEXT NOT NULL,
        count INTEGER NOT NULL,
        PRIMARY KEY (kind, name, hour, what)
    """,
}

# The first texts that are left of articles which lost their beginning: while the views are made, and of no use afterwards.
_FOUNDED: Final = (
    "CREATE TEMP TABLE IF NOT EXISTS founded (article TEXT PRIMARY KEY, state BLOB NOT NULL, addresses TEXT NOT NULL)"
)

# Every text of every revision, whole, so that what was taken out is found as well. FTS5 keeps the index alone; the texts it reads where
# they stand. `search_…` are its own tables (sqlite.org/fts5.html, section 4.4.3 and appendix), copied as they are.
SEARCH: Final = ("search_data", "search_idx")
_SEARCH: Final = (
    "CREATE VIEW texts AS SELECT rowid AS id, segmented(title) AS title, text_of(content) AS text FROM revisions",
    f"CREATE VIRTUAL TABLE search USING fts5 (title, text, content = 'texts', content_rowid = 'id', columnsize = 0, tokenize = '{searching.TOKENIZER}')",
)

_INDEXES: Final = (
    "CREATE INDEX articles_by_time ON articles (changed_at DESC, id)",
    "CREATE INDEX articles_by_source ON articles (source, changed_at DESC, id)",
    "CREATE INDEX aliases_by_article ON aliases (article)",
    "CREATE INDEX revisions_by_capture ON revisions (capture)",
    "CREATE INDEX revisions_by_time ON revisions (at)",
    "CREATE INDEX absences_by_article ON absences (article, at)",
    "CREATE INDEX absences_by_time ON absences (at)",
    "CREATE INDEX alerts_by_time ON alerts (at)",
    "CREATE INDEX alerts_by_watchlist ON alerts (watchlist, at)",
    "CREATE INDEX alerts_by_article ON alerts (article, at)",
    "CREATE INDEX deliveries_by_time ON deliveries (formed_at)",
    "CREATE INDEX deliveries_by_state ON deliveries (state, formed_at)",
    "CREATE INDEX members_by_delivery ON members (delivery)",
    "CREATE INDEX tellings_by_alert ON tellings (alert)",
    "CREATE INDEX attempts_by_delivery ON attempts (delivery, version)",
    "CREATE INDEX tallies_by_time ON tallies (kind, hour, name, what, count)",
)

# What a power cut takes is read again from the log, so no commit needs to wait for the disk.
_LASTING: Final = ("PRAGMA journal_mode = WAL", "PRAGMA synchronous = NORMAL")
_SCRATCH: Final = ("PRAGMA journal_mode = OFF", "PRAGMA synchronous = OFF", "PRAGMA cache_size = -65536")  # KiB
# The index of many texts at once: large pieces, which are joined only once there are sixteen of a size (sqlite.org/fts5.html, section 6).
_IN_BULK: Final = {"hashsize": 16 * 2**20, "automerge": 0}


@contextmanager
def on_the_disk() -> Iterator[None]:
    """Name what the disk refuses. Raises DiskTrouble for SQLite's own errors of that kind (sqlite.org/rescode.html)."""
    try:
        yield
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF in {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN}:
            raise DiskTrouble(f"the views cannot be written: {error}") from error
        raise


def open_for_writing(path: Path, *, scratch: bool = False) -> tuple[sqlite3.Connection, IO[bytes]]:
    """Open the views, made empty where there are none or none of this shape. Returns the connection and its shared lock.

    `scratch`: it is filled at once, and thrown away where that fails: nothing is kept by which a step could be taken back.
    Raises ViewsUnavailable where a file of another shape must be set aside but another process is using it, DiskTrouble where
    the disk takes nothing.
    """
    with durable.keeping("the views"), on_the_disk(), ExitStack() as on_failure:
        path.parent.mkdir(parents=True, exist_ok=True)
        with _alone(path):
            lock = on_failure.enter_context(path.with_name(path.name + ".lock").open("ab"))
            fcntl.flock(lock, fcntl.LOCK_SH)
            if why := misfit(path):
                _set_aside(path, lock, why)
            database = _connect(path)
            for pragma in _SCRATCH if scratch else _LASTING:
                database.execute(pragma)
            _create(database)
        if scratch:
            database.execute(_FOUNDED)
            database.executemany("INSERT INTO search (search, rank) VALUES (?, ?)", _IN_BULK.items())
        on_failure.pop_all()
        return database, lock


def open_for_reading(path: Path) -> sqlite3.Connection:
    """Open the views read-only. Raises ViewsUnavailable where there are none, or none that this Monitor can read."""
    if not path.exists() or path.stat().st_size == 0:  # a daemon that starts right now has not laid out its file yet
        raise ViewsUnavailable(f"nothing is recorded yet: there is no {path}")
    if why := misfit(path):
        raise ViewsUnavailable(f"{path} cannot be read ({why}): `monitor rebuild` makes it again")
    database = sqlite3.connect(
        f"file:{quote(str(path))}?mode=ro", uri=True, isolation_level=None, timeout=30, check_same_thread=False
    )
    database.row_factory = sqlite3.Row
    searching.on(database)
    return database


def misfit(path: Path) -> str:
    """Why an existing file cannot serve as this Monitor's views; empty where it can, or where there is none."""
    if not path.exists() or path.stat().st_size == 0:
        return ""
    try:
        with closing(sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True, timeout=30)) as database:
            application = database.execute("PRAGMA application_id").fetchone()[0]
            version = database.execute("PRAGMA user_version").fetchone()[0]
    except sqlite3.DatabaseError as error:
        return str(error)
    if application != APPLICATION:
        return "it is not a file of Monitor"
    return "" if version == VERSION else f"its version is {version}, this Monitor's is {VERSION}"


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """While entered, nobody else begins to write these views: of two daemons that start together neither finds the other's file half made."""
    with path.with_name(path.name + ".opening.lock").open("ab") as opening:
        fcntl.flock(opening, fcntl.LOCK_EX)
        yield


def _set_aside(path: Path, lock: IO[bytes], why: str) -> None:
    """Rename the file with its journal, so that nothing is deleted that somebody may want to look at."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise ViewsUnavailable(f"{path} must be made again ({why}), but another process has it open") from error
    aside = path.with_name(path.name + ".aside")
    for suffix in ("-wal", "-shm", ""):
        part = path.with_name(path.name + suffix)
        if part.exists():
            part.replace(aside.with_name(aside.name + suffix))
    structlog.get_logger().warning("views set aside, they are made again from the log", why=why, aside=str(aside))
    fcntl.flock(lock, fcntl.LOCK_SH)


def _connect(path: Path) -> sqlite3.Connection:
    database = sqlite3.connect(path, isolation_level=None, timeout=30, check_same_thread=False)
    database.row_factory = sqlite3.Row
    searching.on(database)
    return database


def _create(database: sqlite3.Connection) -> None:
    database.execute("BEGIN IMMEDIATE")
    if database.execute("PRAGMA user_version").fetchone()[0] != VERSION:
        for table, columns in TABLES.items():
            database.execute(f"CREATE TABLE {table} ({columns})")
        for statement in (*_SEARCH, *_INDEXES):
            database.execute(statement)
        database.execute(f"PRAGMA application_id = {APPLICATION}")
        database.execute(f"PRAGMA user_version = {VERSION}")
    database.execute("COMMIT")
