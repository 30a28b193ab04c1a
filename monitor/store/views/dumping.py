# ruff: noqa: S608 - as in `reader`
"""The views as text, to be compared: what they say, in an order that depends on that alone. It compares nothing."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from typing import Any

import msgspec
import zstandard

from monitor.store.views.schema import TABLES


def dump(database: sqlite3.Connection) -> Iterator[str]:
    """Every row as a line of JSON: equal views give equal dumps."""
    for table in TABLES:
        order = ", ".join(map(str, range(1, 5 if table == "tallies" else 3)))
        cursor = database.execute(f"SELECT * FROM {table} ORDER BY {order}")
        for row in cursor:
            columns = {name: _plain(row[name]) for name in row.keys()}  # noqa: SIM118 - a Row iterates over values
            yield msgspec.json.encode({"table": table, **columns}).decode()
    database.execute("CREATE VIRTUAL TABLE IF NOT EXISTS temp.words USING fts5vocab(main, search, row)")
    for term, documents, places in database.execute("SELECT term, doc, cnt FROM words ORDER BY term"):
        yield msgspec.json.encode({"table": "search", "word": term, "in": documents, "times": places}).decode()


def _plain(value: Any) -> Any:
    """A column as JSON can say it: a compressed text by the sha256 of what it holds, whichever way it was compressed."""
    return hashlib.sha256(zstandard.decompress(value)).hexdigest() if isinstance(value, bytes) else value
