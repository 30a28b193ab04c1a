"""The box in which a query is tried before it is saved, on a page of its own with what came of it. `bench` does the work."""

from __future__ import annotations

from typing import Any, Final

import msgspec
from aiohttp import web

from monitor.trials import Asked, Outcome
from monitor.web import charts
from monitor.web.bench import Bench, Busy, Exhausted, NoSuchArticle
from monitor.web.desk import Desk
from monitor.web.rendering import Pages
from monitor.web.sent import form_of

DAYS: Final = (1, 3, 7, 30, 90)
TOO_MUCH: Final = "It took more time or memory than a try may. Ask of fewer days, or with a shorter text."


class Trying:
    """The handlers."""

    def __init__(self, desk: Desk, pages: Pages, bench: Bench) -> None:
        self._desk, self._pages, self._bench = desk, pages, bench

    def routes(self) -> list[web.RouteDef]:
        """Where they stand."""
        return [web.get("/try", self.box), web.post("/try", self.attempt)]

    async def box(self, request: web.Request) -> web.Response:
        """The empty box; with the query of a watchlist in it where `watchlist` names one."""
        query = self._desk.queries.get(request.query.get("watchlist", ""), "")
        return self._shown({"query": query}, None)

    async def attempt(self, request: web.Request) -> web.Response:
        """Try what was typed. Nothing of it is stored."""
        said = await form_of(request)
        try:
            outcome = await self._bench.tried(_asked(said))
        except msgspec.ValidationError as error:
            return self._shown(said, None, wrong=str(error), status=422)
        except NoSuchArticle as error:
            wrong = f"No article is known at {error}. `monitor try URL` reads a page anew."
            return self._shown(said, None, wrong=wrong, status=422)
        except Exhausted:
            return self._shown(said, None, wrong=TOO_MUCH, status=503)
        except Busy:
            wrong = "Others try queries just now. Ask again in a moment."
            return self._shown(said, None, wrong=wrong, status=503)
        return self._shown(said, outcome, status=422 if outcome.wrong else 200)

    def _shown(
        self, said: dict[str, str], outcome: Outcome | None, *, wrong: str = "", status: int = 200
    ) -> web.Response:
        recent = outcome.trial.recent if outcome and outcome.trial else None
        daily = charts.of_days(recent.daily, self._desk.now()) if recent and len(recent.daily) > 1 else None
        values: dict[str, Any] = {"daily": daily, "said": said, "outcome": outcome, "wrong": wrong, "choices": DAYS}
        return self._pages.show("try.html", status=status, here="watchlists", **values)


def _asked(said: dict[str, str]) -> Asked:
    """What a form says. Raises ValidationError where it is beyond its bounds."""
    days = said.get("days", "")
    facts = {name: said[name] for name in ("text", "title", "lang", "article") if said.get(name)}
    number = int(days) if days.isascii() and days.isdigit() and len(days) < 4 else 0
    everything = said.get("on") == "everything"
    query = said.get("query", "").strip()
    return msgspec.convert({"query": query, "days": number, "everything": everything, **facts}, Asked)
