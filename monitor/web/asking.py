"""The forms: what a reader asks for is recorded as an event (`monitor.commands`), and the page shown again. Whoever asks is `page`, or who a proxy says."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from aiohttp import web

from monitor import commands
from monitor.core.events import SilenceSet
from monitor.core.policy import labels, silences
from monitor.core.policy.silences import Mutes
from monitor.ports import Log
from monitor.web.desk import Desk
from monitor.web.door import Keys, own_path
from monitor.web.rendering import Pages
from monitor.web.sent import form_of

BY: Final = "page"
LONGEST_NOTE: Final = 500
LASTING: Final = {"30m": 30, "2h": 120, "8h": 480, "1d": 1_440, "3d": 4_320, "1w": 10_080}  # minutes


class Forms:
    """The handlers of all forms."""

    def __init__(self, desk: Desk, pages: Pages, log: Log, keys: Keys) -> None:
        self._desk, self._pages, self._log, self._keys = desk, pages, log, keys

    def routes(self) -> list[web.RouteDef]:
        """Where they stand."""
        return [
            web.post("/alert/{id:[a-z0-9_]{4,40}}/ack", self.ack),
            web.post("/delivery/{id:[a-zA-Z0-9_]{4,80}}/again", self.again),
            web.get("/silences", self.silences),
            web.post("/silences", self.silence),
            web.post("/silences/{id:[a-z0-9_]{4,40}}/end", self.end),
        ]

    async def ack(self, request: web.Request) -> web.Response:
        """Take note of an alert, so that nobody is reminded of it any more."""
        said = await form_of(request)
        row = next(iter(await self._desk.ask(lambda reader: reader.alerts_named(request.match_info["id"], 1))), None)
        if row is None:
            raise web.HTTPNotFound(text="No such alert is recorded.\n")
        await commands.acknowledge(self._log, row.id, row.article, self._by(request), _line(said.get("note")))
        return _on(said.get("next"), f"/alert/{row.id}")

    async def again(self, request: web.Request) -> web.Response:
        """Ask for a message to be sent again, with the same id and the same bytes."""
        said, name = await form_of(request), request.match_info["id"]
        row = next(iter(await self._desk.ask(lambda reader: reader.deliveries_named(name, 1))), None)
        if row is None:
            raise web.HTTPNotFound(text="No such message is recorded.\n")
        await commands.send_again(self._log, row.id, row.channel, row.article, self._by(request))
        return _on(said.get("next"), "/deliveries")

    async def silences(self, request: web.Request) -> web.Response:
        """What is silenced, and a form for more."""
        asked = [f"{name}={value}" for name, value in request.query.items() if name in labels.NAMES and value]
        return await self._shown(matchers=" ".join(asked), comment="", wrong="")

    async def silence(self, request: web.Request) -> web.Response:
        """Silence alerts with these labels for a while."""
        said = {name: _line(value) for name, value in (await form_of(request)).items()}
        by, lasting = self._by(request), timedelta(minutes=LASTING.get(said.get("for", ""), 120))

        def decide(mutes: Mutes, now: datetime) -> SilenceSet:
            read = labels.read(said.get("matchers", "").split())
            return silences.set_silence(
                mutes, read, at=now, until=now + lasting, comment=said.get("comment", ""), by=by
            )

        try:
            await commands.silence(self._log, decide)
        except ValueError as error:
            kept = {name: said.get(name, "") for name in ("matchers", "comment")}
            return await self._shown(**kept, wrong=str(error), status=422)
        return _on(None, "/silences")

    async def end(self, request: web.Request) -> web.Response:
        """End a silence before its time."""
        try:
            await commands.end_silence(self._log, request.match_info["id"], self._by(request))
        except commands.NotInForce as error:
            raise web.HTTPNotFound(text="No such silence is in force.\n") from error
        return _on(None, "/silences")

    def _by(self, request: web.Request) -> str:
        """Who asks: `page`, and the name by which a proxy knows the reader."""
        reader = self._keys.reader(request)
        return f"{BY}:{reader}" if reader else BY

    async def _shown(self, *, matchers: str, comment: str, wrong: str, status: int = 200) -> web.Response:
        home = self._log.partition_of(silences.ENTITY)
        mutes = silences.decode((await self._log.load(home, silences.ENTITY)).snapshot)
        now = await self._log.now()
        in_force = [(one, labels.spelled(one.matchers)) for one in mutes.silences[::-1] if one.until > now]
        values: dict[str, Any] = {"matchers": matchers, "comment": comment, "wrong": wrong}
        names = ", ".join(labels.NAMES)
        return self._pages.show(
            "silences.html", status=status, here="silences", silences=in_force, lasting=LASTING, names=names, **values
        )


def _line(value: object) -> str:
    return " ".join(str(value or "").split())[:LONGEST_NOTE]


def _on(asked: object, otherwise: str) -> web.Response:
    """Go on to a page, so that a form is not sent twice."""
    onward = own_path(str(asked)) if asked else otherwise
    return web.Response(status=303, headers={"location": onward})
