"""The pages of figures: what each watchlist found over time, and how the whole goes: alerts, revisions of each site, how late they are seen and told."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from aiohttp import web

from monitor.store.views import Reader
from monitor.store.views.rows import TallyRow
from monitor.web import charts
from monitor.web.desk import Desk
from monitor.web.rendering import Pages

DAYS: Final = (7, 30, 90)
MOST_TERMS: Final = 40
MOST_SITES: Final = 20
SAMPLE: Final = 1_000  # of the newest, whose lateness is told
_DAY: Final = 24  # hours


class Figures:
    """The handlers."""

    def __init__(self, desk: Desk, pages: Pages) -> None:
        self._desk, self._pages = desk, pages

    def routes(self) -> list[web.RouteDef]:
        """Where they stand."""
        return [web.get("/figures", self.figures), web.get("/watchlist/{id:[a-z0-9][a-z0-9_-]{0,63}}", self.watchlist)]

    async def watchlist(self, request: web.Request) -> web.Response:
        """One watchlist: what it looks for, its alerts day by day, and each of the terms that it found."""
        name, days, now = request.match_info["id"], _days(request), self._desk.now()
        about: dict[str, Any] = {"now": now, "hours": _DAY, "stretches": days}
        alerts = await self._counted("alert", days, name=name)
        if not alerts and name not in self._desk.watchlists:
            raise web.HTTPNotFound(text="Nothing of that name is recorded.\n")
        hits = await self._counted("hit", days, name=name)
        return self._pages.show(
            "watchlist.html",
            here="watchlists",
            name=name,
            words=self._desk.watchlists.get(name, ""),
            can_try=name in self._desk.queries,
            days=days,
            choices=DAYS,
            alerts=charts.over_time(alerts, tones=charts.SEVERITIES, **about),
            terms=charts.terms(hits, most=MOST_TERMS, **about),
        )

    async def figures(self, request: web.Request) -> web.Response:
        """Alerts day by day, revisions of each site, and how long it takes until something is seen and told."""
        days, now = _days(request), self._desk.now()
        alerts = await self._counted("alert", days)
        revisions = await self._counted("revision", days, hours=_DAY * days, names=MOST_SITES)
        since = now - timedelta(days=days)
        seen = await self._desk.listed(lambda reader: reader.seen_within(since, limit=SAMPLE))
        told = await self._desk.listed(lambda reader: reader.told_within(since, limit=SAMPLE))
        late = [(kind, charts.spread(found), *_typical(found)) for kind, found in (("seen", seen), ("told", told))]
        return self._pages.show(
            "figures.html",
            here="figures",
            days=days,
            choices=DAYS,
            alerts=charts.over_time(alerts, now, hours=_DAY, stretches=days, tones=charts.SEVERITIES),
            sites=charts.by_name(revisions, charts.GRADES),
            late=late,
            sample=SAMPLE,
        )

    async def _counted(
        self, kind: str, days: int, *, hours: int = _DAY, name: str | None = None, names: int = 1_000
    ) -> list[TallyRow]:
        """The counts of so many days, in stretches of so many hours."""
        now, stretches = self._desk.now(), days * _DAY // hours

        def question(reader: Reader) -> list[TallyRow]:
            return reader.tallies(kind, now, hours=hours, stretches=stretches, name=name, names=names)

        return await self._desk.listed(question)


def _days(request: web.Request) -> int:
    """How far back it is asked to look: one of the choices, 30 days where it is none."""
    return next((days for days in DAYS if request.query.get("days") == str(days)), 30)


def _typical(seconds: list[float]) -> tuple[float | None, float | None]:
    return charts.of_those(seconds, 0.5), charts.of_those(seconds, 0.95)
