# ruff: noqa: S608 - names of tables and columns come from the projection's own text; values are always parameters
"""Single statements as values, to be executed by the writer. They know no event and no table."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec

_ROWS_A_SECOND = 12  # bits

Value = str | int | float | bytes | None


@dataclass(frozen=True, slots=True)
class Write:
    """One statement and its parameters."""

    sql: str
    values: dict[str, Value]


@dataclass(frozen=True, slots=True)
class Indexed:
    """A revision's text for the index, segmented: it is written after all rows of its batch, in the order of their rowids."""

    article: str
    revision: int
    title: str
    text: str


Writes = tuple[Write | Indexed, ...]


def insert(table: str, **columns: Value) -> Write:
    """A new row."""
    names = ", ".join(columns)
    marks = ", ".join(f":{name}" for name in columns)
    return Write(f"INSERT INTO {table} ({names}) VALUES ({marks})", columns)


def insert_in_time(table: str, moment: datetime, /, **columns: Value) -> Write:
    """A new row whose rowid is by its time, in whatever order rows are written: that of its second, or the next that is free there.

    Beyond 4,096 rows of one second it is the last of all.
    """
    first = int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()) << _ROWS_A_SECOND
    free = f"SELECT max(rowid) + 1 AS next FROM {table} WHERE rowid BETWEEN :first AND :last"
    beyond = f"SELECT max(rowid) + 1 FROM {table}"
    place = f"SELECT CASE WHEN next IS NULL THEN :first WHEN next <= :last THEN next ELSE ({beyond}) END FROM ({free})"
    names, marks = ", ".join(columns), ", ".join(f":{name}" for name in columns)
    bounds: dict[str, Value] = {"first": first, "last": first + (1 << _ROWS_A_SECOND) - 1}
    return Write(f"INSERT INTO {table} (rowid, {names}) VALUES (({place}), {marks})", {**columns, **bounds})


def upsert(table: str, key: str, **columns: Value) -> Write:
    """The row with this id, made or changed in these columns alone."""
    new = insert(table, id=key, **columns)
    changes = ", ".join(f"{name} = excluded.{name}" for name in columns)
    return Write(f"{new.sql} ON CONFLICT (id) DO UPDATE SET {changes}", new.values)


def change(table: str, key: str, **columns: Value) -> Write:
    """The row with this id, changed in these columns; nothing where there is no such row."""
    changes = ", ".join(f"{name} = :{name}" for name in columns)
    return Write(f"UPDATE {table} SET {changes} WHERE id = :id", {"id": key, **columns})


def tally(kind: str, name: str, what: str, at: datetime, count: int = 1) -> Write:
    """So many more of a kind of thing, of a name, within the hour of that moment."""
    values: dict[str, Value] = {"kind": kind, "name": name, "what": what, "hour": hour(at), "count": count}
    new = insert("tallies", **values)
    return Write(f"{new.sql} ON CONFLICT DO UPDATE SET count = count + excluded.count", values)


def hour(at: datetime) -> int:
    """The hour of a moment, counted from 1970 in UTC."""
    return int((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() // 3600)


def stamp(at: datetime) -> str:
    """A moment as the views keep it: RFC 3339 in UTC with six digits, so that the order of texts is the order of times."""
    utc = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    return utc.replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def as_json(value: Any) -> str:
    """A value as a column keeps it."""
    return msgspec.json.encode(value).decode()
