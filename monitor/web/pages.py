"""The pages: each asks the views one question and shows the answer. Addresses are for people, and stay."""

from __future__ import annotations

import re
from itertools import groupby
from typing import Any, Final

from aiohttp import web

from monitor.core.condition import Condition, condition
from monitor.core.content import Content
from monitor.core.revision.comparison import Comparison, compare
from monitor.ports import Log
from monitor.store.views import Reader
from monitor.store.views.rows import AlertRow, ArticleRow, FeedRow, RevisionRow, TallyRow
from monitor.web import charts, shown
from monitor.web.bodies import evidence
from monitor.web.desk import Desk, article_named
from monitor.web.noted import looks_of
from monitor.web.rendering import Pages
from monitor.web.trying import DAYS

LISTED: Final = 50
LONGEST_QUESTION: Final = 1_000  # characters
_HOURS: Final = 24
_ARTICLE: Final = r"/article/{id:[a-z0-9_]{4,40}}"


class Site:
    """The handlers of all pages."""

    def __init__(self, desk: Desk, pages: Pages, log: Log) -> None:
        self._desk, self._pages, self._log = desk, pages, log

    def routes(self) -> list[web.RouteDef]:
        """Where each page stands."""
        return [
            web.get("/", self.now),
            web.get("/articles", self.articles),
            web.get("/search", self.search),
            web.get("/article", self.by_address),
            web.get(_ARTICLE, self.article),
            web.get(rf"{_ARTICLE}/diff/{{a:\d{{1,9}}}}..{{b:\d{{1,9}}}}", self.diff),
            web.get(rf"{_ARTICLE}/raw/{{a:\d{{1,9}}}}", self.raw),
            web.get("/alert/{id:[a-z0-9_]{4,40}}", self.alert),
            web.get("/watchlists", self.watchlists),
            web.get("/feeds", self.feeds),
            web.get("/deliveries", self.deliveries),
        ]

    # --- alerts ---

    async def now(self, request: web.Request) -> web.Response:
        """What watchlists had to say, the newest first, and as it comes."""
        watchlist = request.query.get("watchlist") or None
        rows = await self._desk.listed(lambda reader: _told(reader, reader.alerts(watchlist=watchlist, limit=LISTED)))
        return self._pages.show("now.html", here="now", alerts=rows, watchlist=watchlist)

    async def alert(self, request: web.Request) -> web.Response:
        """One alert, and every attempt to tell somebody."""

        def question(reader: Reader) -> dict[str, Any] | None:
            row = next(iter(reader.alerts_named(request.match_info["id"], 1)), None)
            if row is None:
                return None
            deliveries = [(one, reader.attempts(one.id)) for one in reader.deliveries(alert=row.id)]
            [(_, article, ack)] = _told(reader, [row])
            return {"row": row, "article": article, "ack": ack, "told": deliveries, "tellings": reader.tellings(row.id)}

        return self._pages.show("alert.html", here="now", **_found(await self._desk.ask(question)))

    # --- articles ---

    async def articles(self, request: web.Request) -> web.Response:
        """The articles that changed last."""
        source = request.query.get("source") or None
        rows = await self._desk.listed(lambda reader: reader.articles(source=source, limit=LISTED))
        return self._pages.show("articles.html", here="articles", articles=rows, source=source)

    async def search(self, request: web.Request) -> web.Response:
        """Every revision of every article that has some words, what was taken out too; an address leads to its article."""
        typed = request.query.get("q", "").strip()[:LONGEST_QUESTION]
        if "://" in typed:
            found = await self._desk.listed(lambda reader: [article_named(reader, typed)])
            if row := next(iter(found), None):
                raise web.HTTPFound(f"/article/{row.id}")
        asks = any(map(str.isalnum, typed))
        hits = await self._desk.listed(lambda reader: reader.search(typed, limit=LISTED)) if asks else []
        return self._pages.show("search.html", here="search", typed=typed, hits=hits)

    async def by_address(self, request: web.Request) -> web.Response:
        """The article that is known under an address: the permalink by URL."""
        url = request.query.get("url", "")
        row = await self._desk.ask(lambda reader: article_named(reader, url)) if url else None
        if row is None:
            raise web.HTTPNotFound(text=f"No article is known at {url[:500]!r}.\n")
        raise web.HTTPFound(f"/article/{row.id}")

    async def article(self, request: web.Request) -> web.Response:
        """One article: its revisions on a line of time, and its text as it stands."""

        def question(reader: Reader) -> dict[str, Any] | None:
            article = article_named(reader, request.match_info["id"])
            if article is None:
                return None
            revisions = reader.revisions(article.id)
            return {
                "article": article,
                "kept": {capture.revision: capture.bytes for capture in self._desk.kept(revisions)},
                "revisions": revisions[::-1],
                "ticks": shown.ticks(article, revisions, reader.absences(article.id), self._desk.now()),
                "content": reader.content(article.id, article.revision),
                "alerts": reader.alerts(article=article.id, limit=LISTED),
            }

        return self._pages.show("article.html", here="articles", **_found(await self._desk.ask(question)))

    async def diff(self, request: web.Request) -> web.Response:
        """Any two revisions of an article compared, in place or side by side."""
        a, b = int(request.match_info["a"]), int(request.match_info["b"])
        beside = request.query.get("view") == "side"

        def question(reader: Reader) -> dict[str, Any] | None:
            article = article_named(reader, request.match_info["id"])
            if article is None:
                return None
            old, new = reader.content(article.id, a, reread=b == a + 1), reader.content(article.id, b)
            rows = {row.revision: row for row in reader.revisions(article.id)}
            return None if old is None or new is None else _compared(article, rows, (a, b), (old, new))

        found = _found(await self._desk.ask(question))
        return self._pages.show("diff.html", here="articles", beside=beside, **found)

    async def raw(self, request: web.Request) -> web.Response:
        """The raw page of a revision, byte by byte as it came: as plain text that can do nothing, or with `?download` to be saved."""
        number, shelf = int(request.match_info["a"]), self._desk.captures

        def question(reader: Reader) -> tuple[str, str] | None:
            article = article_named(reader, request.match_info["id"])
            row = reader.revision(article.id, number) if article else None
            return (row.article, row.evidence.raw_sha256) if row else None

        found = await self._desk.ask(question)
        body = await shelf.read(found[1]) if found and shelf else None
        if found is None or body is None:
            raise web.HTTPNotFound(text="The raw page of that revision is not kept.\n")
        return evidence(body, found[1], f"{found[0]}-{number}.txt", save="download" in request.query)

    # --- what is watched, and who is told ---

    async def watchlists(self, _: web.Request) -> web.Response:
        """Each watchlist, what it looks for, and how often it spoke in each of the last hours."""
        now = self._desk.now()
        rows = await self._desk.listed(lambda reader: reader.tallies("alert", now, hours=1, stretches=_HOURS))
        counted: dict[str, list[TallyRow]] = {}
        for row in rows:
            counted.setdefault(row.name, []).append(row)
        names = [*self._desk.watchlists, *sorted(counted.keys() - self._desk.watchlists.keys())]
        told = [
            (
                name,
                self._desk.watchlists.get(name, ""),
                charts.over_time(counted.get(name, ()), now, hours=1, stretches=_HOURS, tones=charts.SEVERITIES),
            )
            for name in names
        ]
        return self._pages.show("watchlists.html", here="watchlists", watchlists=told, hours=_HOURS, choices=DAYS)

    async def feeds(self, _: web.Request) -> web.Response:
        """How each feed and page of the configuration stands."""
        seen = {row.id: row for row in await self._desk.listed(lambda reader: reader.feeds())}
        counts = dict(await self._desk.listed(lambda reader: list(reader.article_counts().items())))
        sources = [
            (source, seen.get(source.id), self._condition(seen.get(source.id)), counts.get(source.id, 0))
            for source in self._desk.sources
        ]
        looks = await looks_of(self._log, (source.id for source in self._desk.sources if source.kind == "feed"))
        return self._pages.show("feeds.html", here="feeds", sources=sources, looks=looks)

    def _condition(self, row: FeedRow | None) -> Condition | None:
        zone = self._desk.zone
        return condition(row, lambda at: f"{at.astimezone(zone):%Y-%m-%d %H:%M}") if row else None

    async def deliveries(self, request: web.Request) -> web.Response:
        """Messages to channels, the newest first, or dead letters alone."""
        state = request.query.get("state") or None
        rows = await self._desk.listed(lambda reader: reader.deliveries(state=state, limit=LISTED))
        return self._pages.show("deliveries.html", here="deliveries", deliveries=rows, state=state)


def _found(answer: dict[str, Any] | None) -> dict[str, Any]:
    if answer is None:
        raise web.HTTPNotFound(text="Nothing of that name is recorded.\n")
    return answer


def _told(reader: Reader, rows: list[AlertRow]) -> list[tuple[AlertRow, ArticleRow | None, bool]]:
    """Alerts with their articles, and whether somebody has taken note of them."""
    return [
        (row, next(iter(reader.articles_named([row.article], 1)), None), reader.ack(row.id) is not None) for row in rows
    ]


def _compared(
    article: ArticleRow, rows: dict[int, RevisionRow], ends: tuple[int, int], texts: tuple[Content, Content]
) -> dict[str, Any]:
    comparison = compare(*texts)
    neighbours = ends[1] == ends[0] + 1
    return {
        "article": article,
        "a": rows[ends[0]],
        "b": rows[ends[1]],
        "newest": max(rows),
        "chips": shown.chips(rows[ends[1]].edits) if neighbours else [],
        "comparison": comparison,
        "passages": _grouped(comparison),
        "lang": _language(texts[1].lang),
    }


def _grouped(comparison: Comparison) -> list[tuple[bool, list[Any]]]:
    """The passages in runs: those that are the same, which fold, and those that are not."""
    runs = groupby(comparison.passages, key=lambda passage: passage.kind == "same")
    return [(same, list(passages)) for same, passages in runs]


def _language(lang: str) -> str:
    return lang if re.fullmatch(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8}){0,3}", lang) else ""
