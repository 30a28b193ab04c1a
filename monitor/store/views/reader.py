# ruff: noqa: S608 - every query is put together from constants of this package; whatever was asked for is a parameter
"""Questions to the views, each a bounded, parametrised query on a read-only connection. It changes nothing.

One Reader is one connection; it sees every transaction that was committed before a question is asked.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Self, TypeVar

import msgspec

from monitor.core.content import Content
from monitor.errors import Corrupt
from monitor.ports import Floor
from monitor.store.views import dumping, hits
from monitor.store.views.contents import unpack
from monitor.store.views.rows import (
    AbsenceRow,
    AckRow,
    AlertRow,
    ArticleRow,
    AttemptRow,
    ChangeRow,
    ChannelRow,
    DeliveryRow,
    FeedRow,
    RevisionRow,
    SilenceRow,
    TallyRow,
    TellingRow,
)
from monitor.store.views.schema import open_for_reading
from monitor.store.views.searching import Hit
from monitor.store.views.statements import hour, stamp

MOST: Final = 10_000  # rows of one answer, whatever was asked for

_Row = TypeVar("_Row", bound=msgspec.Struct)
Before = tuple[datetime, str]
"""The time and the id of the last row of a page: what comes after it is asked for."""

_AS_JSON: Final = {"tags", "edits", "evidence", "looks", "changes", "data", "matchers"}


class Reader:
    """The views as they are read. Use as a context manager."""

    def __init__(self, path: Path) -> None:
        """Open the views. Raises ViewsUnavailable where there are none that can be read."""
        self._database = open_for_reading(path)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._database.close()

    @contextmanager
    def snapshot(self) -> Iterator[Self]:
        """Inside, every question is answered from one moment."""
        self._database.execute("BEGIN")
        try:
            yield self
        finally:
            self._database.execute("ROLLBACK")

    def positions(self) -> dict[int, str]:
        """How far each partition of the log was read."""
        return dict(self._database.execute("SELECT partition, position FROM checkpoints").fetchall())

    def floors(self) -> dict[int, str]:
        """Up to which position retention had dropped events of a partition when these views were made, where it had."""
        return dict(self._database.execute("SELECT partition, floor FROM checkpoints WHERE floor != ''").fetchall())

    def forgotten(self) -> datetime | None:
        """Up to when retention has dropped what does not stand any more; None where it has dropped nothing."""
        times = [Floor(position, 0).at for position in self.floors().values()]
        return max(times, default=None)

    # --- articles ----------------------------------------------------------------------------------------------------

    def articles(
        self, *, source: str | None = None, before: Before | None = None, limit: int = 100
    ) -> list[ArticleRow]:
        """Articles, the last changed first; those of one feed or page where `source` names it."""
        where, values = _where({"source = ?": source}, before and ("changed_at", before))
        return self._rows(ArticleRow, f"SELECT * FROM articles {where} ORDER BY changed_at DESC, id", values, limit)

    def articles_named(self, names: Sequence[str], limit: int = 10) -> list[ArticleRow]:
        """The articles that one of these names means: an id, its beginning (9 characters or more), or any URL it was seen at.

        The one discovered last stands first: where a URL was used again for another text, that is the one it means now.
        """
        marks = ", ".join("?" * len(names))
        known = f"id IN (SELECT article FROM aliases WHERE alias IN ({marks}))"
        starts = [name for name in names if len(name) >= 9]
        likes = "".join(" OR (id >= ? AND id < ?)" for _ in starts)
        values = [*names, *(bound for name in starts for bound in (name, name + "\U0010ffff"))]
        order = "ORDER BY discovered_at DESC, id"
        return self._rows(ArticleRow, f"SELECT * FROM articles WHERE {known}{likes} {order}", values, limit)

    def revisions(self, article: str, *, limit: int = 1000) -> list[RevisionRow]:
        """The newest revisions of an article, oldest first."""
        columns = ", ".join(RevisionRow.__struct_fields__)
        sql = f"SELECT {columns} FROM revisions WHERE article = ? ORDER BY revision DESC"
        return self._rows(RevisionRow, sql, [article], limit)[::-1]

    def revision(self, article: str, number: int) -> RevisionRow | None:
        """One revision of an article; None where there is none."""
        columns = ", ".join(RevisionRow.__struct_fields__)
        sql = f"SELECT {columns} FROM revisions WHERE article = ? AND revision = ?"
        return next(iter(self._rows(RevisionRow, sql, [article, number], 1)), None)

    def content(self, article: str, revision: int, *, reread: bool = False) -> Content | None:
        """The whole text of a revision; None where there is none. Raises Corrupt where it is not the text of its sha256.

        With `reread`, as the extractor of the revision after it read it, where that was another one.
        """
        sql = "SELECT content, sha256 FROM revisions WHERE article = ? AND revision = ?"
        row = self._database.execute(sql, (article, revision)).fetchone()
        if reread:
            again = sql.replace("revisions", "rereads") + " ORDER BY version DESC LIMIT 1"
            row = self._database.execute(again, (article, revision)).fetchone() or row
        if row is None:
            return None
        content = unpack(row["content"])
        if content.digest() != row["sha256"]:
            raise Corrupt(
                f"{article} revision {revision} is not the text of its sha256: `monitor rebuild` makes it again"
            )
        return content

    def aliases(self, article: str, *, limit: int = 1000) -> list[str]:
        """The addresses and keys under which an article was seen."""
        sql = "SELECT alias FROM aliases WHERE article = ? ORDER BY alias LIMIT ?"
        return [row["alias"] for row in self._database.execute(sql, (article, min(limit, MOST)))]

    def absences(self, article: str, *, limit: int = 1000) -> list[AbsenceRow]:
        """When an article went and came back, oldest first."""
        sql = "SELECT * FROM absences WHERE article = ? ORDER BY at DESC, event"
        return self._rows(AbsenceRow, sql, [article], limit)[::-1]

    def changes(
        self, *, article: str | None = None, since: datetime | None = None, limit: int = 1000
    ) -> list[ChangeRow]:
        """What happened to articles, the newest first."""
        where, values = _where({"article = ?": article, "at >= ?": stamp(since) if since else None})
        sql = f"""SELECT article, revision, at, 'revised' AS kind FROM revisions {where}
            UNION ALL SELECT article, revision, at, kind FROM absences {where} ORDER BY at DESC, article, revision DESC"""
        return self._rows(ChangeRow, sql, [*values, *values], limit)

    def needs(self, capture: str) -> bool:
        """Whether a raw body must stay: of a held article, or of the newest revision of one that is still looked for."""
        sql = """SELECT 1 FROM revisions JOIN articles ON articles.id = revisions.article WHERE revisions.capture = ? AND
            (articles.held OR (articles.revision = revisions.revision AND articles.state <> 'gone')) LIMIT 1"""
        return self._database.execute(sql, (capture,)).fetchone() is not None

    def search(
        self,
        typed: str,
        *,
        site: str | None = None,
        source: str | None = None,
        since: datetime | None = None,
        limit: int = 50,
    ) -> list[Hit]:
        """Articles of which any revision has what was typed, those last seen with it first; none where it says no word.

        `site` is a host name, itself or above; `since` asks for revisions seen since then.
        """
        asked = {
            "articles.source = ?": source,
            "at >= ?": stamp(since) if since else None,
            "'.' || host_of(articles.url) LIKE '%.' || ?": site,
        }
        return hits.found(self._database, typed, _where(asked), since, max(0, min(limit, MOST)))

    # --- alerts ------------------------------------------------------------------------------------------------------

    def alerts(
        self,
        *,
        watchlist: str | None = None,
        since: datetime | None = None,
        article: str | None = None,
        before: Before | None = None,
        limit: int = 50,
    ) -> list[AlertRow]:
        """Alerts, the newest first."""
        asked = {"watchlist = ?": watchlist, "at >= ?": stamp(since) if since else None, "article = ?": article}
        where, values = _where(asked, before and ("at", before))
        return self._rows(AlertRow, f"SELECT * FROM alerts {where} ORDER BY at DESC, id", values, limit)

    def alerts_named(self, name: str, limit: int = 10) -> list[AlertRow]:
        """The alerts whose id is, or begins with, this name."""
        return self._begins_with(AlertRow, "alerts", "alert", name, limit)

    # --- policy ------------------------------------------------------------------------------------------------------

    def tellings(self, alert: str, *, limit: int = 100) -> list[TellingRow]:
        """How each channel is told of an alert; none where all are told at once, or nobody is."""
        sql = "SELECT * FROM tellings WHERE alert = ? ORDER BY channel"
        return self._rows(TellingRow, sql, [alert], limit)

    def ack(self, alert: str) -> AckRow | None:
        """Who took note of an alert last; None where nobody did."""
        return next(iter(self._rows(AckRow, "SELECT * FROM acks WHERE id = ?", [alert], 1)), None)

    def silences(self, *, limit: int = 100) -> list[SilenceRow]:
        """Silences, those in force or ended last first."""
        return self._rows(SilenceRow, "SELECT * FROM silences ORDER BY until DESC, id", [], limit)

    # --- deliveries --------------------------------------------------------------------------------------------------

    def deliveries(
        self,
        *,
        state: str | None = None,
        alert: str | None = None,
        channel: str | None = None,
        since: datetime | None = None,
        before: Before | None = None,
        limit: int = 50,
    ) -> list[DeliveryRow]:
        """Deliveries, the newest first; with `since`, those to which anything happened since then."""
        asked = {
            "state = ?": state,
            "id IN (SELECT delivery FROM members WHERE alert = ?)": alert,
            "channel = ?": channel,
            "changed_at >= ?": stamp(since) if since else None,
        }
        where, values = _where(asked, before and ("formed_at", before))
        return self._rows(DeliveryRow, f"SELECT * FROM deliveries {where} ORDER BY formed_at DESC, id", values, limit)

    def deliveries_named(self, name: str, limit: int = 10) -> list[DeliveryRow]:
        """The deliveries whose id is, or begins with, this name."""
        return self._begins_with(DeliveryRow, "deliveries", "msg", name, limit)

    def attempts(self, delivery: str, *, limit: int = 1000) -> list[AttemptRow]:
        """What happened to a delivery, oldest first."""
        sql = "SELECT * FROM attempts WHERE delivery = ? ORDER BY version DESC"
        return self._rows(AttemptRow, sql, [delivery], limit)[::-1]

    def members(self, delivery: str, *, limit: int = 1000) -> list[str]:
        """The ids of the alerts that a delivery tells of."""
        sql = "SELECT alert FROM members WHERE delivery = ? ORDER BY alert LIMIT ?"
        return [row["alert"] for row in self._database.execute(sql, (delivery, min(limit, MOST)))]

    def channels(self, *, limit: int = MOST) -> list[ChannelRow]:
        """Every channel that failed or was disabled at least once, by id."""
        return self._rows(ChannelRow, "SELECT * FROM channels ORDER BY id", [], limit)

    def delivery_counts(self) -> dict[tuple[str, str], int]:
        """How many messages there are of each channel and state."""
        sql = "SELECT channel, state, count(*) FROM deliveries GROUP BY channel, state"
        return {(channel, state): count for channel, state, count in self._database.execute(sql)}

    # --- feeds -------------------------------------------------------------------------------------------------------

    def feeds(self, *, limit: int = MOST) -> list[FeedRow]:
        """Every feed that was read or failed at least once, by id."""
        return self._rows(FeedRow, "SELECT * FROM feeds ORDER BY id", [], limit)

    def article_counts(self) -> dict[str, int]:
        """How many articles were read of each feed and page that had any."""
        return dict(self._database.execute("SELECT source, count(*) FROM articles GROUP BY source").fetchall())

    # --- what is counted ---------------------------------------------------------------------------------------------

    def tallies(
        self, kind: str, now: datetime, *, hours: int, stretches: int, name: str | None = None, names: int = 100
    ) -> list[TallyRow]:
        """Counts of a kind (`alert`, `hit` or `revision`) in so many stretches of so many hours, the last one ending with this hour.

        Of one name, or of the `names` with the highest counts; theirs come first.
        """
        end = hour(now)
        asked = "kind = ? AND hour > ? AND hour <= ?" + ("" if name is None else " AND name = ?")
        values = [end, hours, kind, end - hours * stretches, end, *([] if name is None else [name])]
        sql = f"""WITH counted AS MATERIALIZED (
                SELECT name, what, (? - hour) / ? AS age, sum(count) AS count FROM tallies WHERE {asked} GROUP BY name, what, age
            ), most AS (SELECT name, sum(count) AS total FROM counted GROUP BY name ORDER BY total DESC, name LIMIT ?)
            SELECT name, what, age, count FROM counted JOIN most USING (name) ORDER BY total DESC, name, what, age DESC"""
        return self._rows(TallyRow, sql, [*values, names], MOST)

    def seen_within(self, since: datetime, *, limit: int) -> list[float]:
        """Of the newest edits, how long (seconds) lay between the last look without and the first look with it."""
        sql = """SELECT (julianday(at) - julianday(last_seen_before)) * 86400 AS seconds FROM revisions
            WHERE at >= ? AND last_seen_before IS NOT NULL ORDER BY at DESC LIMIT ?"""
        return [row["seconds"] for row in self._database.execute(sql, (stamp(since), min(limit, MOST)))]

    def told_within(self, since: datetime, *, limit: int) -> list[float]:
        """Of the newest messages that tell of one alert, how long (seconds) from its event to the first answer that took it."""
        sql = """SELECT (julianday(took) - julianday(alerts.at)) * 86400 AS seconds FROM (
                SELECT id, (SELECT min(at) FROM attempts WHERE delivery = deliveries.id AND kind IN ('delivered', 'accepted')) AS took
                FROM deliveries WHERE formed_at >= ? AND kind = 'alert' ORDER BY formed_at DESC LIMIT ?
            ) AS message JOIN members ON members.delivery = message.id JOIN alerts ON alerts.id = members.alert WHERE took IS NOT NULL"""
        return [row["seconds"] for row in self._database.execute(sql, (stamp(since), min(limit, MOST)))]

    # --- the whole ---------------------------------------------------------------------------------------------------

    def dump(self) -> Iterator[str]:
        """Every row as a line of JSON, in an order that depends on what is said alone: equal views give equal dumps."""
        return dumping.dump(self._database)

    def _begins_with(self, kind: type[_Row], table: str, prefix: str, name: str, limit: int) -> list[_Row]:
        """Rows by the beginning of their id; its kind (`alert_`) may be left out."""
        sql = f"SELECT * FROM {table} WHERE (id >= ? AND id < ?) OR (id >= ? AND id < ?) ORDER BY id"
        bounds = [bound for start in (name, f"{prefix}_{name}") for bound in (start, start + "\U0010ffff")]
        return self._rows(kind, sql, bounds, limit) if name else []

    def _rows(self, kind: type[_Row], sql: str, values: Sequence[Any], limit: int) -> list[_Row]:
        cursor = self._database.execute(f"{sql} LIMIT ?", (*values, max(0, min(limit, MOST))))
        return [_read(kind, row) for row in cursor]


def _where(conditions: Mapping[str, str | None], before: tuple[str, Before] | None = None) -> tuple[str, list[str]]:
    """The conditions that were asked for, and their values; with `before`, a column and what a page of it ended with, only what comes after."""
    asked = {condition: [value] for condition, value in conditions.items() if value is not None}
    if before is not None:
        column, (at, name) = before
        asked[f"{column} <= ? AND ({column} < ? OR id > ?)"] = [stamp(at), stamp(at), name]
    return ("WHERE " + " AND ".join(asked) if asked else ""), [one for values in asked.values() for one in values]


def _read(kind: type[_Row], row: sqlite3.Row) -> _Row:
    values = {name: _parsed(name, row[name]) for name in kind.__struct_fields__}
    return msgspec.convert(values, kind, strict=False)


def _parsed(name: str, value: Any) -> Any:
    return msgspec.json.decode(value) if name in _AS_JSON else value
