"""What is told and seen as Atom feeds (RFC 4287), made from the views for each question: all alerts, those of a watchlist, the revisions of an article."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from aiohttp import web

from monitor.notifiers import syndication
from monitor.notifiers.syndication import Entry
from monitor.store.views import Reader
from monitor.store.views.rows import AlertRow, ArticleRow, RevisionRow
from monitor.web import shown
from monitor.web.desk import Desk, article_named
from monitor.web.rendering import seen

ENTRIES: Final = 50
_KIND: Final = "application/atom+xml"


class FeedsOut:
    """The handlers."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[web.RouteDef]:
        """Where they stand."""
        return [
            web.get("/atom/all.atom", self.alerts),
            web.get("/atom/watchlist/{id:[a-z0-9][a-z0-9_-]{0,63}}.atom", self.alerts),
            web.get("/atom/article/{id:article_[a-f0-9]{4,40}}.atom", self.article),
        ]

    async def alerts(self, request: web.Request) -> web.Response:
        """The newest alerts, of one watchlist or of all."""
        watchlist, base = request.match_info.get("id"), self._base(request)
        rows = await self._desk.listed(lambda reader: reader.alerts(watchlist=watchlist, limit=ENTRIES))
        name, title = (f"watchlist-{watchlist}", f"Monitor: {watchlist}") if watchlist else ("alerts", "Monitor")
        return self._answer(request, name, title, [_alert(row, base) for row in rows])

    async def article(self, request: web.Request) -> web.Response:
        """The revisions of an article, the newest first."""

        def question(reader: Reader) -> tuple[ArticleRow, list[RevisionRow]] | None:
            row = article_named(reader, request.match_info["id"])
            return (row, reader.revisions(row.id, limit=ENTRIES)) if row else None

        found = await self._desk.ask(question)
        if found is None:
            raise web.HTTPNotFound(text="No such article is recorded.\n")
        article, revisions = found
        entries = [_revision(article, row, self._base(request)) for row in revisions[::-1]]
        return self._answer(request, article.id, f"Monitor: {article.title or article.url}", entries)

    def _base(self, request: web.Request) -> str:
        return self._desk.public_url or f"{request.scheme}://{request.host}"

    def _answer(self, request: web.Request, name: str, title: str, entries: Sequence[Entry]) -> web.Response:
        updated = max((one.updated for one in entries), default=datetime.fromtimestamp(0).astimezone())
        here = f"{self._base(request)}{request.path_qs}"
        made = syndication.feed(name, seen(title), map(syndication.entry, entries), updated, here=here)
        body = syndication.document(made)
        tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        headers = {"etag": tag, "cache-control": "no-cache"}
        if tag in request.headers.get("if-none-match", ""):
            return web.Response(status=304, headers=headers)
        return web.Response(body=body, content_type=_KIND, charset="utf-8", headers=headers)


def _alert(row: AlertRow, base: str) -> Entry:
    hits = shown.hits(row.data, most=10)
    lines = [f"{hit.change}: {''.join(words.text for words in hit.words)}" for hit in hits]
    summary = str(row.data.get("summary") or ", ".join(row.changes))
    return Entry(row.id, seen(summary), row.at, f"{base}/alert/{row.id}", row.severity, [seen(line) for line in lines])


def _revision(article: ArticleRow, row: RevisionRow, base: str) -> Entry:
    number = row.revision
    path = f"/article/{article.id}" + (f"/diff/{number - 1}..{number}" if number > 1 else "")
    chips = [f"{chip.kind} {chip.words}".strip() for chip in shown.chips(row.edits)]
    title = f"{number}: {row.summary}" if number > 1 else row.title
    return Entry(
        f"{article.id}:{number}",
        seen(title),
        row.at,
        base + path,
        shown.significance(row),
        [seen(line) for line in chips],
    )
