# ruff: noqa: S608 - names of tables and columns come from the projection's own text; values are always parameters
"""Single statements as values, to be executed by the writer. They know no event and no table."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec

Value = str | int | float | bytes | None


@dataclass(frozen=True, slots=True)
class Write:
    """One statement and its parameters."""

    sql: str
    values: dict[str, Value]


def insert(table: str, **columns: Value) -> Write:
    """A new row."""
    names = ", ".join(columns)
    marks = ", ".join(f":{name}" for name in columns)
    return Write(f"INSERT INTO {table} ({names}) VALUES ({marks})", columns)


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
