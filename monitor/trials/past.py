"""What a query would have had to say of what is recorded: each change is judged again, the newest first, until time or a bound ends it."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final, Literal

from monitor.core.content import Content
from monitor.core.policy.judging import verdict_of
from monitor.core.watch.evaluate import Rulebook
from monitor.core.watch.outcome import Event
from monitor.core.watch.rules import Verdict
from monitor.store.views import Reader
from monitor.store.views.rows import ArticleRow, ChangeRow, RevisionRow
from monitor.trials.values import Past, Turn, spots

BUDGET: Final = 8.0  # seconds
MOST_CHANGES: Final = 10_000  # that are judged
MOST_TURNS: Final = 50  # that are told
FEW_SPOTS: Final = 3  # of one turn

Quiet = Literal["", "backlog", "template"]


class Judge:
    """Judges by the rules of one book, on one moment of the views."""

    def __init__(self, book: Rulebook, reader: Reader, now: datetime, *, budget: float = BUDGET) -> None:
        self._book, self._reader, self._now, self._budget = book, reader, now, budget
        self._text = lru_cache(maxsize=64)(self._read)
        self._article = lru_cache(maxsize=1_000)(self._named)

    def past(self, *, article: str | None = None, days: int = 0) -> Past:
        """What would have been raised: of one article, or of all in the last days."""
        since = self._now - timedelta(days=days) if days else None
        changes = self._reader.changes(article=article, since=since, limit=MOST_CHANGES)
        end = time.monotonic() + self._budget
        turns: list[Turn] = []
        raised, judged, daily = 0, 0, [0] * days
        for change in changes:
            if time.monotonic() > end:
                break
            judged += 1
            if turn := self._turn(change):
                raised += 1
                turns += [turn] if len(turns) < MOST_TURNS else []
                if days and change.at <= self._now:
                    daily[days - 1 - (self._now - change.at).days] += 1
        whole = judged == len(changes) < MOST_CHANGES
        return Past(tuple(turns), raised, tuple(daily), judged, changes[judged - 1].at if judged else None, whole)

    def _turn(self, change: ChangeRow) -> Turn | None:
        """The alert of one change; None where there would be none."""
        article = self._article(change.article)
        if article is None or change.kind == "blocked":
            return None
        revision = self._reader.revision(change.article, change.revision) if change.kind == "revised" else None
        event = self._event(change, article, revision)
        verdict = self._verdict(event, change.at, opened=revision is not None and revision.opened)
        if event is None or verdict is None:
            return None
        return Turn(
            at=change.at,
            article=article.id,
            url=article.url,
            title=(event.after.published.content or event.before.published.content or Content("")).title,
            source=article.source,
            revision=change.revision,
            changes=verdict.changes,
            spots=spots(verdict.hits, FEW_SPOTS),
            quiet=_quiet(article, revision),
        )

    def _event(self, change: ChangeRow, article: ArticleRow, revision: RevisionRow | None) -> Event | None:
        """The two texts of a change, read; None where nobody was told that an article which comes back had gone."""
        text = self._text(article.id, change.revision, False)  # a key of the cache
        if change.kind == "gone":
            return self._reading(article, text, None, how="gone")
        if change.kind == "restored":
            return self._reading(article, text, text, how="restored") if self._had_gone(change) else None
        if change.revision == 1:
            return self._reading(article, None, text, how="new")
        before = self._text(article.id, change.revision - 1, True)  # as above
        return self._reading(article, before, text, how="edit", revision=revision)

    def _reading(
        self,
        article: ArticleRow,
        before: Content | None,
        after: Content | None,
        *,
        how: Literal["new", "edit", "gone", "restored"],
        revision: RevisionRow | None = None,
    ) -> Event:
        edits = revision.edits if revision else ()
        return self._book.event(
            before, after, how=how, source=article.source, tags=article.tags, url=article.url, edits=edits
        )

    def _verdict(self, event: Event | None, at: datetime, *, opened: bool) -> Verdict | None:
        if event is None:
            return None
        judged = self._book.outcomes(event, at)
        found = (verdict_of(self._book, rule, event, became, opened=opened) for rule, became in judged)
        return next((verdict for verdict in found if verdict), None)

    def _had_gone(self, change: ChangeRow) -> bool:
        earlier = [row.kind for row in self._reader.absences(change.article) if row.at < change.at]
        return earlier[-1:] == ["gone"]

    def _read(self, article: str, revision: int, reread: bool) -> Content | None:  # as above
        return self._reader.content(article, revision, reread=reread)

    def _named(self, article: str) -> ArticleRow | None:
        return next((row for row in self._reader.articles_named([article]) if row.id == article), None)


def _quiet(article: ArticleRow, revision: RevisionRow | None) -> Quiet:
    if revision is None:
        return ""
    if revision.revision == 1 and article.backlog:
        return "backlog"
    return "template" if revision.template else ""
