"""A daemon elsewhere, asked through the JSON API of its page: what a Reader of the views answers here, it answers over HTTP. It prints nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime, tzinfo
from typing import TYPE_CHECKING, Final, Self, TypeVar
from urllib.parse import quote
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from monitor.cli.wire import TOKEN, Missing, Wire
from monitor.core.content import Content
from monitor.core.events import SilenceExpired, SilenceSet
from monitor.explaining import Sightings, Trace
from monitor.store.views.rows import AckRow, FeedRow
from monitor.web import answers

if TYPE_CHECKING:
    from monitor.store.views.rows import (
        AbsenceRow,
        AlertRow,
        ArticleRow,
        AttemptRow,
        CaptureRow,
        DeliveryRow,
        RevisionRow,
    )
    from monitor.store.views.searching import Hit

_PAGE: Final = 200  # rows, as many as the API gives

Answer = TypeVar("Answer")
Row = TypeVar("Row")


class Readiness(msgspec.Struct):
    """What `/readyz` says."""

    ready: bool
    reasons: list[str] = []


class _Feeds(msgspec.Struct):
    """The rows of `/feeds`; how each is in words is said here as it is said of a Monitor on this machine."""

    feeds: list[FeedRow]


class Remote:
    """One Monitor elsewhere. Use as a context manager; every question raises Elsewhere where there is no answer. `timezone` is the one it tells the time in."""

    timezone: tzinfo = UTC

    def __init__(self, url: str, token_env: str = TOKEN) -> None:
        """`token_env` is the environment variable of its token. Raises Elsewhere for what is no address of a page."""
        self._wire = Wire(url, token_env)
        self._articles: dict[str, answers.Article] = {}

    def __enter__(self) -> Self:
        with ExitStack() as on_failure:
            on_failure.enter_context(self._wire)
            zone = self.about().timezone
            on_failure.pop_all()
        with suppress(ZoneInfoNotFoundError, ValueError):  # one that this machine does not know: UTC then
            self.timezone = ZoneInfo(zone)
        return self

    def __exit__(self, *_: object) -> None:
        self._wire.__exit__()

    @contextmanager
    def snapshot(self) -> Iterator[Self]:
        """Here every answer is of its own moment."""
        yield self

    def about(self) -> answers.About:
        """Which Monitor it is."""
        return self._get(answers.About, "/about")

    def readiness(self) -> Readiness:
        """Whether it keeps up, and why not."""
        return self._wire.decoded(Readiness, self._wire.ask("GET", "/readyz", also=503))

    # --- what a Reader answers ---

    def forgotten(self) -> datetime | None:
        """As `Reader.forgotten`."""
        return self.about().forgotten

    def alerts(self, *, watchlist: str | None = None, since: datetime | None = None, limit: int = 50) -> list[AlertRow]:
        """As `Reader.alerts`."""
        asked = {"watchlist": watchlist, "since": since}
        return self._listed(answers.Alerts, "/alerts", asked, limit, lambda page: (page.alerts, page.next))

    def alerts_named(self, name: str) -> list[AlertRow]:
        """As `Reader.alerts_named`."""
        return self._get(answers.Alerts, "/alerts", id=name, limit="10").alerts

    def articles(self, *, source: str | None = None, limit: int = 100) -> list[ArticleRow]:
        """As `Reader.articles`."""
        asked = {"source": source}
        return self._listed(answers.Articles, "/articles", asked, limit, lambda page: (page.articles, page.next))

    def articles_named(self, names: Sequence[str]) -> list[ArticleRow]:
        """As `Reader.articles_named`."""
        return self._get(answers.Articles, "/articles", name=list(names), limit="10").articles

    def revisions(self, article: str, *, limit: int = 1_000) -> list[RevisionRow]:
        """As `Reader.revisions`; the newest thousand, whatever `limit`."""
        return self._article(article).revisions[-limit:]

    def absences(self, article: str) -> list[AbsenceRow]:
        """As `Reader.absences`."""
        return self._article(article).absences

    def captures(self, article: str) -> list[CaptureRow]:
        """Which raw pages are kept there."""
        return self._article(article).captures

    def raw(self, article: str, revision: int) -> bytes | None:
        """The raw page of a revision; None where it is not kept."""
        try:
            return self._wire.ask("GET", f"/article/{quote(article, safe='')}/raw/{revision}", {"download": "1"})
        except Missing:
            return None

    def content(self, article: str, revision: int, *, reread: bool = False) -> Content | None:
        """As `Reader.content`."""
        asked = {"reread": "true"} if reread else {}
        try:
            return self._get(Content, f"/articles/{quote(article, safe='')}/revisions/{revision}", **asked)
        except Missing:
            return None

    def search(
        self, typed: str, *, site: str | None = None, source: str | None = None, since: datetime | None = None, limit: int = 50
    ) -> list[Hit]:  # fmt: skip
        """As `Reader.search`; at most 200."""
        asked = {"q": typed, "site": site, "source": source, "since": since, "limit": str(min(limit, _PAGE))}
        return self._get(answers.Hits, "/search", **asked).hits

    def deliveries(
        self, *, state: str | None = None, alert: str | None = None, channel: str | None = None, since: datetime | None = None, limit: int = 50
    ) -> list[DeliveryRow]:  # fmt: skip
        """As `Reader.deliveries`."""
        if alert is not None:
            return self._get(answers.Alert, f"/alerts/{quote(alert, safe='')}").deliveries
        asked = {"state": state, "channel": channel, "since": since}
        return self._listed(answers.Deliveries, "/deliveries", asked, limit, lambda page: (page.deliveries, page.next))

    def deliveries_named(self, name: str) -> list[DeliveryRow]:
        """As `Reader.deliveries_named`."""
        return self._get(answers.Deliveries, "/deliveries", id=name, limit="10").deliveries

    def attempts(self, delivery: str) -> list[AttemptRow]:
        """As `Reader.attempts`."""
        return self._get(answers.Delivery, f"/deliveries/{quote(delivery, safe='')}").attempts

    def members(self, delivery: str) -> list[str]:
        """As `Reader.members`."""
        return self._get(answers.Delivery, f"/deliveries/{quote(delivery, safe='')}").alerts

    def feeds(self) -> list[FeedRow]:
        """As `Reader.feeds`."""
        return self._get(_Feeds, "/feeds").feeds

    def sources(self) -> list[answers.Listed]:
        """The feeds and pages of its configuration."""
        return self._get(answers.Sources, "/sources").sources

    # --- what the log itself says ---

    def trace(self, alert: str) -> Trace:
        """As `explaining.trace`, by its rules."""
        return self._get(Trace, f"/alerts/{quote(alert, safe='')}/why")

    def sightings(self, article: str) -> Sightings:
        """As `explaining.sightings`, by its rules."""
        return self._get(Sightings, f"/articles/{quote(article, safe='')}/why")

    def events(self, limit: int) -> answers.Events:
        """The last events; at most 200."""
        return self._get(answers.Events, "/events", limit=str(min(limit, _PAGE)))

    def events_after(self, place: str) -> answers.Events:
        """What was recorded after a place, the oldest first."""
        return self._get(answers.Events, "/events", after=place, limit=str(_PAGE))

    # --- what can be asked for ---

    def acknowledge(self, alert: str, note: str) -> None:
        """Take note of an alert."""
        self._post(AckRow, f"/alerts/{quote(alert, safe='')}/ack", answers.Ack(note))

    def send_again(self, delivery: str) -> None:
        """Ask for a message again."""
        self._post(answers.Delivery, f"/deliveries/{quote(delivery, safe='')}/again", None)

    def silences(self) -> list[SilenceSet]:
        """The silences in force."""
        return self._get(answers.Silences, "/silences").silences

    def silence(self, matchers: Mapping[str, tuple[str, ...]], minutes: int, comment: str) -> SilenceSet:
        """Silence alerts with these labels."""
        return self._post(SilenceSet, "/silences", answers.Silence(dict(matchers), minutes, comment))

    def end_silence(self, silence: str) -> SilenceExpired:
        """End a silence before its time."""
        return self._wire.decoded(
            SilenceExpired, self._wire.ask("DELETE", f"{answers.BASE}/silences/{quote(silence, safe='')}")
        )

    # --- how it is asked ---

    def _article(self, name: str) -> answers.Article:
        if name not in self._articles:
            self._articles[name] = self._get(answers.Article, f"/articles/{quote(name, safe='')}")
        return self._articles[name]

    def _listed(
        self,
        kind: type[Answer],
        path: str,
        asked: Mapping[str, str | datetime | None],
        limit: int,
        rows_of: Callable[[Answer], tuple[list[Row], str | None]],
    ) -> list[Row]:
        """The rows of as many pages as are needed."""
        found: list[Row] = []
        following: str | None = None
        while len(found) < limit:
            size = str(min(_PAGE, limit - len(found)))
            rows, following = rows_of(self._get(kind, path, **asked, limit=size, cursor=following))
            found += rows
            if following is None:
                break
        return found

    def _get(self, kind: type[Answer], path: str, **asked: str | list[str] | datetime | None) -> Answer:
        query = {name: _said(value) for name, value in asked.items() if value is not None}
        return self._wire.decoded(kind, self._wire.ask("GET", answers.BASE + path, query))

    def _post(self, kind: type[Answer], path: str, body: msgspec.Struct | None) -> Answer:
        return self._wire.decoded(kind, self._wire.ask("POST", answers.BASE + path, body=body))


def _said(value: str | list[str] | datetime) -> str | list[str]:
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value
