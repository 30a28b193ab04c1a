"""The JSON API, `/api/v1`: what the pages show and ask for, for programs. `api_description` says the same in OpenAPI.

Lists answer with a page of rows and a cursor to the next; what has not changed is answered with 304 (RFC 9110, 13.1.2).
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeVar

import msgspec
from aiohttp import web
from aiohttp.typedefs import Handler as PageHandler
from aiohttp.typedefs import Middleware

from monitor import __version__, commands
from monitor.core.condition import condition
from monitor.core.content import Content
from monitor.core.events import SilenceExpired, SilenceSet
from monitor.core.policy import labels, silences
from monitor.core.policy.envelope import stamp
from monitor.core.policy.silences import Mutes
from monitor.core.revision.comparison import Comparison, compare
from monitor.ports import Log
from monitor.store.views import Reader
from monitor.store.views.rows import (
    AckRow,
)
from monitor.trials import Asked, Trial
from monitor.web.answers import (
    BASE,
    MOST,
    About,
    Ack,
    Alert,
    Alerts,
    Article,
    Articles,
    Deliveries,
    Delivery,
    Feed,
    Feeds,
    Hits,
    Listed,
    Silence,
    Silences,
    Sources,
    Trouble,
)
from monitor.web.bench import Bench, Busy, Exhausted, NoSuchArticle
from monitor.web.desk import Desk, article_named
from monitor.web.door import Keys
from monitor.web.trying import TOO_MUCH

LONGEST_QUESTION: Final = 1_000  # characters
MOST_NAMES: Final = 20  # of one article
_KEPT: Final = frozenset({"allow", "retry-after", "www-authenticate"})  # headers of a refusal
Row = TypeVar("Row")
Handler = Callable[[web.Request], Awaitable[Any]]


class Endpoint(msgspec.Struct, frozen=True):
    """One thing that can be asked: how, what it answers with, what it takes in the query and in the body."""

    method: str
    path: str
    handler: Handler
    answer: Any
    asks: tuple[str, ...] = ()
    takes: type[msgspec.Struct] | None = None


class Api:
    """The handlers of the API."""

    def __init__(self, desk: Desk, log: Log, bench: Bench, keys: Keys) -> None:
        self._desk, self._log, self._bench, self._keys = desk, log, bench, keys

    @property
    def endpoints(self) -> list[Endpoint]:
        """All that can be asked."""
        one, paged = "{id:[a-zA-Z0-9_]{4,80}}", ("limit", "cursor")
        return [
            Endpoint("GET", "/about", self.about, About),
            Endpoint("GET", "/alerts", self.alerts, Alerts, ("id", "watchlist", "article", "since", *paged)),
            Endpoint("GET", f"/alerts/{one}", self.alert, Alert),
            Endpoint("POST", f"/alerts/{one}/ack", self.ack, AckRow, takes=Ack),
            Endpoint("GET", "/articles", self.articles, Articles, ("source", "url", "name", *paged)),
            Endpoint("GET", f"/articles/{one}", self.article, Article),
            Endpoint("GET", rf"/articles/{one}/revisions/{{a:\d{{1,9}}}}", self.content, Content, ("reread",)),
            Endpoint("GET", rf"/articles/{one}/diff/{{a:\d{{1,9}}}}..{{b:\d{{1,9}}}}", self.diff, Comparison),
            Endpoint("GET", "/search", self.search, Hits, ("q", "site", "source", "since", "limit")),
            Endpoint("GET", "/deliveries", self.deliveries, Deliveries, ("id", "state", "channel", "since", *paged)),
            Endpoint("GET", f"/deliveries/{one}", self.delivery, Delivery),
            Endpoint("POST", f"/deliveries/{one}/again", self.again, Delivery),
            Endpoint("GET", "/feeds", self.feeds, Feeds),
            Endpoint("GET", "/sources", self.sources, Sources),
            Endpoint("GET", "/silences", self.silences, Silences),
            Endpoint("POST", "/silences", self.silence, SilenceSet, takes=Silence),
            Endpoint("DELETE", f"/silences/{one}", self.end, SilenceExpired),
            Endpoint("POST", "/try", self.attempt, Trial, takes=Asked),
        ]

    async def about(self, _: web.Request) -> About:
        """Which Monitor answers."""
        (forgotten,) = await self._desk.listed(lambda reader: [reader.forgotten()]) or [None]
        return About(__version__, str(self._desk.zone), forgotten)

    # --- alerts ---

    async def alerts(self, request: web.Request) -> Alerts:
        """Alerts, the newest first; or those whose id is, or begins with, `id`."""
        limit, cursor, asked = _limit(request), _cursor(request), request.query
        if name := asked.get("id"):
            return Alerts(await self._desk.listed(lambda reader: reader.alerts_named(name, limit)))
        rows = await self._desk.listed(
            lambda reader: reader.alerts(
                watchlist=asked.get("watchlist"),
                article=asked.get("article"),
                since=_moment(asked.get("since")),
                before=cursor,
                limit=limit + 1,
            )
        )
        return Alerts(rows[:limit], _next(rows, limit, lambda row: (row.at, row.id)))

    async def alert(self, request: web.Request) -> Alert:
        """One alert."""

        def question(reader: Reader) -> Alert:
            row = _first(reader.alerts_named(request.match_info["id"], 1))
            return Alert(row, reader.ack(row.id), reader.tellings(row.id), reader.deliveries(alert=row.id))

        return await self._desk.ask(question)

    async def ack(self, request: web.Request) -> AckRow:
        """Take note of an alert."""
        said = await _body(request, Ack)
        row = _first(await self._desk.ask(lambda reader: reader.alerts_named(request.match_info["id"], 1)))
        await commands.acknowledge(self._log, row.id, row.article, self._who(request), said.note)
        return AckRow(row.id, await self._log.now(), self._who(request), said.note)

    def _who(self, request: web.Request) -> str:
        return f"api:{self._keys.reader(request) or request.remote or 'unknown'}"

    # --- articles ---

    async def articles(self, request: web.Request) -> Articles:
        """Articles, the last changed first; or the one that is known at `url`; or those that any `name` means, as the command line has them."""
        limit, cursor, source, url = (
            _limit(request),
            _cursor(request),
            request.query.get("source"),
            request.query.get("url"),
        )
        if names := request.query.getall("name", [])[:MOST_NAMES]:
            return Articles(await self._desk.listed(lambda reader: reader.articles_named(names, limit)))
        if url is not None:
            found = await self._desk.ask(lambda reader: article_named(reader, url))
            return Articles([found] if found else [])
        rows = await self._desk.listed(lambda reader: reader.articles(source=source, before=cursor, limit=limit + 1))
        return Articles(rows[:limit], _next(rows, limit, lambda row: (row.changed_at, row.id)))

    async def article(self, request: web.Request) -> Article:
        """One article with its revisions."""

        def question(reader: Reader) -> Article:
            row = _known(article_named(reader, request.match_info["id"]))
            content, revisions = reader.content(row.id, row.revision), reader.revisions(row.id)
            kept = self._desk.kept(revisions)
            return Article(row, content, revisions, reader.absences(row.id), reader.aliases(row.id), kept)

        return await self._desk.ask(question)

    async def content(self, request: web.Request) -> Content:
        """The whole text of a revision; with `reread`, as the extractor of the revision after it read it, where that was another one."""
        revision, reread = int(request.match_info["a"]), request.query.get("reread") == "true"

        def question(reader: Reader) -> Content:
            row = _known(article_named(reader, request.match_info["id"]))
            return _known(reader.content(row.id, revision, reread=reread))

        return await self._desk.ask(question)

    async def diff(self, request: web.Request) -> Comparison:
        """Any two revisions of an article compared, passage by passage and word by word."""
        a, b = int(request.match_info["a"]), int(request.match_info["b"])

        def question(reader: Reader) -> Comparison:
            row = _known(article_named(reader, request.match_info["id"]))
            old, new = reader.content(row.id, a, reread=b == a + 1), reader.content(row.id, b)
            return compare(_known(old), _known(new))

        return await self._desk.ask(question)

    async def search(self, request: web.Request) -> Hits:
        """Every revision of every article that has some words, what was taken out too."""
        limit, asked = _limit(request), request.query
        typed, since = asked.get("q", "")[:LONGEST_QUESTION], _moment(asked.get("since"))
        if not any(map(str.isalnum, typed)):
            raise _refused("q: expected a word to look for")
        return Hits(
            await self._desk.listed(
                lambda reader: reader.search(
                    typed, site=asked.get("site"), source=asked.get("source"), since=since, limit=limit
                )
            )
        )

    # --- deliveries and feeds ---

    async def deliveries(self, request: web.Request) -> Deliveries:
        """Messages, the newest first; or those whose id is, or begins with, `id`."""
        limit, cursor, asked = _limit(request), _cursor(request), request.query
        if name := asked.get("id"):
            return Deliveries(await self._desk.listed(lambda reader: reader.deliveries_named(name, limit)))
        rows = await self._desk.listed(
            lambda reader: reader.deliveries(
                state=asked.get("state"),
                channel=asked.get("channel"),
                since=_moment(asked.get("since")),
                before=cursor,
                limit=limit + 1,
            )
        )
        return Deliveries(rows[:limit], _next(rows, limit, lambda row: (row.formed_at, row.id)))

    async def delivery(self, request: web.Request) -> Delivery:
        """One message with every attempt."""

        def question(reader: Reader) -> Delivery:
            row = _first(reader.deliveries_named(request.match_info["id"], 1))
            return Delivery(row, reader.members(row.id), reader.attempts(row.id))

        return await self._desk.ask(question)

    async def again(self, request: web.Request) -> Delivery:
        """Ask for a message to be sent again, with the same id and the same bytes."""
        found = await self.delivery(request)
        row = found.delivery
        await commands.send_again(self._log, row.id, row.channel, row.article, self._who(request))
        return found

    async def feeds(self, _: web.Request) -> Feeds:
        """How each feed stands."""
        rows = await self._desk.listed(lambda reader: reader.feeds())
        return Feeds([Feed(**msgspec.structs.asdict(row), condition=condition(row, stamp)) for row in rows])

    async def sources(self, _: web.Request) -> Sources:
        """The feeds and pages of the configuration."""
        counts = dict(await self._desk.listed(lambda reader: list(reader.article_counts().items())))
        return Sources([Listed(one.id, one.kind, one.url, counts.get(one.id, 0)) for one in self._desk.sources])

    # --- silences ---

    async def silences(self, _: web.Request) -> Silences:
        """The silences in force."""
        mutes = silences.decode(
            (await self._log.load(self._log.partition_of(silences.ENTITY), silences.ENTITY)).snapshot
        )
        now = await self._log.now()
        return Silences([one for one in mutes.silences[::-1] if one.until > now])

    async def silence(self, request: web.Request) -> SilenceSet:
        """Silence alerts with these labels for a while."""
        said, by = await _body(request, Silence), self._who(request)

        def decide(mutes: Mutes, now: datetime) -> SilenceSet:
            read = labels.read([f"{name}={value}" for name, values in said.matchers.items() for value in values])
            until = now + timedelta(minutes=said.minutes)
            return silences.set_silence(mutes, read, at=now, until=until, comment=said.comment, by=by)

        try:
            return await commands.silence(self._log, decide)
        except ValueError as error:
            raise _refused(str(error)) from error

    async def end(self, request: web.Request) -> SilenceExpired:
        """End a silence before its time."""
        try:
            return await commands.end_silence(self._log, request.match_info["id"], self._who(request))
        except commands.NotInForce as error:
            raise web.HTTPNotFound(text="no such silence is in force") from error

    # --- queries ---

    async def attempt(self, request: web.Request) -> Trial:
        """Try a query before it is saved: on a text, on an article's past, on the last days. Nothing is stored."""
        asked = await _body(request, Asked)
        try:
            outcome = await self._bench.tried(asked)
        except NoSuchArticle as error:
            raise web.HTTPNotFound(text="nothing of that name is recorded") from error
        except (Busy, Exhausted) as error:
            why = TOO_MUCH if isinstance(error, Exhausted) else "others try queries just now"
            raise web.HTTPServiceUnavailable(text=why, headers={"retry-after": "10"}) from error
        if outcome.trial is None:
            raise _refused("; ".join(f"query, at {one.at}: {one.says}" for one in outcome.wrong))
        return outcome.trial


# --- asking and answering ------------------------------------------------------------------------------------------------


def answering(endpoint: Endpoint) -> Callable[[web.Request], Awaitable[web.Response]]:
    """The handler of an endpoint for aiohttp: what it returns as JSON, with a tag of what it says."""

    async def answer(request: web.Request) -> web.Response:
        body = msgspec.json.encode(await endpoint.handler(request))
        tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        if request.method == "GET" and tag in request.headers.get("if-none-match", ""):
            return web.Response(status=304, headers={"etag": tag})
        return _json(body, 200, tag)

    return answer


def refusing() -> Middleware:
    """Where the API is asked, and there is no answer, why not as JSON."""

    @web.middleware
    async def middleware(request: web.Request, handler: PageHandler) -> web.StreamResponse:
        try:
            return await handler(request)
        except web.HTTPException as error:
            if error.status < 400 or not request.path.startswith(f"{BASE}/"):
                raise
            why = _json(msgspec.json.encode(Trouble((error.text or error.reason).strip())), error.status)
            kept = {name: value for name, value in error.headers.items() if name.lower() in _KEPT}
            why.headers.update(kept)
            return why

    return middleware


def _json(body: bytes, status: int, tag: str = "") -> web.Response:
    headers = {"etag": tag, "cache-control": "no-cache"} if tag else {}
    return web.Response(body=body, status=status, content_type="application/json", headers=headers)


def _refused(why: str) -> web.HTTPException:
    return web.HTTPUnprocessableEntity(text=why)


def _known(found: Row | None) -> Row:
    if found is None:
        raise web.HTTPNotFound(text="nothing of that name is recorded")
    return found


def _first(found: Sequence[Row]) -> Row:
    return _known(next(iter(found), None))


async def _body(request: web.Request, kind: type[Row]) -> Row:
    try:
        return msgspec.json.decode(await request.read() or b"{}", type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise _refused(str(error)) from error


def _limit(request: web.Request) -> int:
    asked = request.query.get("limit", "50")
    if not asked.isascii() or not asked.isdigit() or not 1 <= int(asked[:9]) <= MOST:
        raise _refused(f"limit: expected a number from 1 to {MOST}")
    return int(asked)


def _moment(asked: str | None) -> datetime | None:
    if asked is None:
        return None
    try:
        moment = datetime.fromisoformat(asked)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise _refused("since: expected an RFC 3339 time such as 2015-11-15T20:40:00Z") from error


def _next(rows: list[Row], limit: int, key: Callable[[Row], tuple[datetime, str]]) -> str | None:
    """The cursor to what follows the last row of a page, where anything does."""
    if len(rows) <= limit:
        return None
    at, name = key(rows[limit - 1])
    return base64.urlsafe_b64encode(f"{at.isoformat()} {name}".encode()).decode().rstrip("=")


def _cursor(request: web.Request) -> tuple[datetime, str] | None:
    asked = request.query.get("cursor")
    if asked is None:
        return None
    try:
        at, _, name = base64.urlsafe_b64decode(asked + "=" * (-len(asked) % 4)).decode().partition(" ")
        moment = datetime.fromisoformat(at)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC), name
    except (ValueError, OverflowError) as error:
        raise _refused("cursor: expected one that a page before ended with") from error
