# ruff: noqa: S608 - every query is put together from constants of this package; whatever was asked for is a parameter
"""Search, asked of SQLite's index of words (FTS5): which articles have something in any revision, and in which. What is typed is read by `searching`."""

from __future__ import annotations

import sqlite3
from datetime import datetime
from typing import Final

from monitor.errors import Corrupt
from monitor.store.views import searching
from monitor.store.views.searching import Hit
from monitor.store.views.statements import stamp

_FIRST_MATCHES: Final = 300  # revisions that are looked at at first
_AFTER_ALL: Final = 1 << 62  # no row stands there

Narrowed = tuple[str, list[str]]
"""Conditions on articles and revisions, as `WHERE …` or nothing, and their values."""


def found(
    database: sqlite3.Connection, typed: str, narrowed: Narrowed, since: datetime | None, limit: int
) -> list[Hit]:
    """The articles that have what was typed, those last seen with it first; none where it says no word. Raises Corrupt."""
    for question in searching.questions(typed):
        try:
            articles = _articles(database, question, narrowed, limit)
            return [_hit(database, row, question, since) for row in articles]
        except sqlite3.OperationalError as error:
            if "fts5" in str(error):  # operators where none can stand: then they are words
                continue
            if (
                error.sqlite_errorcode == sqlite3.SQLITE_ERROR
            ):  # a function of ours, asked by FTS5, could not read a text
                raise Corrupt("a stored text cannot be read: `monitor rebuild` makes it again") from error
            raise
    return []


def _articles(database: sqlite3.Connection, question: str, narrowed: Narrowed, limit: int) -> list[sqlite3.Row]:
    """The articles of the newest revisions that match, those last seen first.

    Matches are gone through by their row, which is by time, so that a word of every text costs no more than a rare one.
    """
    where, values = narrowed
    sql = f"""SELECT articles.*, max(at) AS latest FROM (
            SELECT rowid AS place FROM search WHERE search MATCH ? AND rowid < ? ORDER BY rowid DESC LIMIT ?
        ) JOIN revisions ON revisions.rowid = place JOIN articles ON articles.id = article {where} GROUP BY articles.id"""
    last = "SELECT count(*), min(rowid) FROM (SELECT rowid FROM search WHERE search MATCH ? AND rowid < ? ORDER BY rowid DESC LIMIT ?)"
    found: dict[str, sqlite3.Row] = {}
    below, at_once = _AFTER_ALL, _FIRST_MATCHES
    while len(found) < limit:
        these = (question, below, at_once)
        for row in database.execute(sql, (*these, *values)):
            found.setdefault(row["id"], row)
        count, below = database.execute(last, these).fetchone()
        if count < at_once:
            break
        at_once *= 4
    return sorted(found.values(), key=lambda row: (row["latest"], row["id"]), reverse=True)[:limit]


def _hit(database: sqlite3.Connection, row: sqlite3.Row, question: str, since: datetime | None) -> Hit:
    matching = (
        "SELECT rowid FROM search WHERE search MATCH ? AND rowid IN (SELECT rowid FROM revisions WHERE article = ?)"
    )
    rows = {each["rowid"] for each in database.execute(matching, (question, row["id"]))}
    seen = "SELECT rowid, revision, at FROM revisions WHERE article = ? ORDER BY revision"
    revisions = database.execute(seen, (row["id"],)).fetchall()
    begin = stamp(since) if since else ""
    having = [each for each in revisions if each["rowid"] in rows and each["at"] >= begin]
    times = [(each["revision"], datetime.fromisoformat(each["at"])) for each in revisions]
    sql = f"SELECT {searching.SNIPPET} FROM search WHERE search MATCH ? AND rowid = ?"
    (snippet,) = database.execute(sql, (question, having[-1]["rowid"])).fetchone()
    facts = {name: row[name] for name in ("url", "source", "title", "state")}
    stood = searching.runs([each["revision"] for each in having], times)
    return Hit(article=row["id"], stood=stood, passage=searching.passage(snippet), **facts)
