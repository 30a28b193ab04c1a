"""How long each page and each question of the API takes, over views of many articles: `python tests/bench/pages.py`. Prints a table; no test.

The views are made by the daemon's own projection from made-up events, and kept in `--folder` for another run. Served over loopback; by the clock,
and by the processor's time of this process, which is server and client at once.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import re
import statistics
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import aiohttp
import msgspec
from rich.console import Console
from rich.table import Table

from monitor.core.content import Block, Content
from monitor.core.events import (
    AlertRaised,
    AnyEvent,
    ArticleDiscovered,
    ArticleRevised,
    DeliveryFailed,
    DeliverySucceeded,
    Edit,
    Evidence,
    FeedBaselined,
    NotificationFormed,
    Recorded,
    entity_id,
)
from monitor.core.feed import FeedLooks
from monitor.core.revision.align import align
from monitor.core.urls import aliases, article_id
from monitor.ports import Log
from monitor.store.views import FILE, Reader, Views
from monitor.web import Body, serving
from monitor.web.desk import Desk, Source

SITES, DAYS, BATCH = 60, 60, 2_000
WATCHLISTS = ("raqqa", "act-of-war", "sinjar", "coalition", "oil-fields", "refugees")
TERMS = ("Raqqa", "Rakka", "Ar-Raqqah", "الرقة", "Ракка", "act of war", "Sinjar", "coalition", "airstrike*", "@daesh")
WORDS = [
    "the",
    "of",
    "to",
    "in",
    "and",
    "said",
    "that",
    "on",
    "for",
    "was",
    "with",
    "it",
    "as",
    "by",
    "from",
    "at",
    "his",
    "were",
    "has",
    "they",
    "an",
    "who",
    "had",
    "which",
    "are",
    "but",
    "be",
    "have",
    "this",
    "not",
    "after",
    "ministry",
    "jets",
    "Raqqa",
    "strikes",
    "bombs",
    "minister",
    "Sunday",
    "night",
    "targets",
    "city",
    "coalition",
    "forces",
    "officials",
    "group",
    "fighters",
    "oil",
    "capital",
    "president",
    "attack",
    "Paris",
    "Syria",
    "defence",
    "command",
    "post",
    "residents",
    "activists",
    "reported",
    "killed",
    "civilians",
    "hospital",
    "stadium",
    "museum",
    "clinic",
    "routes",
    "Jordan",
    "Emirates",
    "Gulf",
    "carrier",
    "intelligence",
    "summit",
    "leaders",
    "border",
    "refugees",
    "winter",
    "camp",
    "convoy",
    "supply",
    "road",
    "north",
    "east",
    "bank",
    "bridge",
    "dam",
    "power",
]
KINDS = ("figure", "headline", "quote_added", "paragraph_changed", "typo", "cosmetic", "sentence_added")


class Author:
    """Makes up what happened, by chance of a seed, over the days before `now`."""

    def __init__(self, articles: int, now: datetime) -> None:
        self._articles, self._now, self._chance = articles, now, random.Random(1)
        self._shares = [1 / (rank + 3) for rank in range(len(WORDS))]

    def events(self) -> Iterator[tuple[str, AnyEvent]]:
        """Everything, in the order of time of discovery, each with its entity."""
        for site in range(SITES):
            url = f"https://site{site:02}.example/feed.xml"
            yield (
                f"feed_site{site:02}",
                FeedBaselined(self._now, f"site{site:02}", url, f"Site {site}", entries=20, backlog=0),
            )
        for number in range(self._articles):
            yield from self._article(number)

    def _article(self, number: int) -> Iterator[tuple[str, AnyEvent]]:
        chance = self._chance
        at = self._now - timedelta(days=DAYS) * (1 - number / self._articles) - timedelta(hours=1)
        site = min(int(chance.paretovariate(0.7)) - 1, SITES - 1)
        url = f"https://www.site{site:02}.example/news/{number}"
        article, content = (
            article_id(url),
            Content(self._words(9).capitalize(), lang="en", blocks=tuple(map(self._block, range(8)))),
        )
        evidence = Evidence(fetched_at=at, url=url, status=200, raw_sha256=f"{number:064x}", extractor="bench")
        yield (
            article,
            ArticleDiscovered(
                at=at, article=article, url=url, source=f"site{site:02}", tags=(), aliases=aliases([url]), content=content,
                sha256=content.digest(), access="full", evidence=evidence, backlog=False,
            ),
        )  # fmt: skip
        for revision in range(2, 2 + max(0, int(chance.expovariate(0.7)))):
            at += timedelta(minutes=chance.randint(5, 50))
            after = Content(content.title, lang="en", blocks=(*content.blocks[:-1], self._block(0)))
            yield article, self._revised(article, revision, at, content, after, evidence)
            content = after
        if chance.random() < 0.2:
            yield from self._alert(article, at)

    def _revised(
        self, article: str, revision: int, at: datetime, before: Content, after: Content, evidence: Evidence
    ) -> ArticleRevised:
        kind = self._chance.choice(KINDS)
        edits = (Edit(kind, "body", before="20 bombs", after="30 bombs"),)
        return ArticleRevised(
            at=at, article=article, revision=revision, last_seen_before=at - timedelta(seconds=self._chance.lognormvariate(6, 1)),
            before_sha256=before.digest(), sha256=after.digest(), operations=align(before.blocks, after.blocks), fields={},
            edits=edits, summary=f"{kind.replace('_', ' ')}: 20 bombs → 30 bombs", access="full", evidence=evidence,
            significance="major" if kind in {"figure", "headline"} else "cosmetic" if kind in {"typo", "cosmetic"} else "minor",
        )  # fmt: skip

    def _alert(self, article: str, at: datetime) -> Iterator[tuple[str, AnyEvent]]:
        chance = self._chance
        watchlist = WATCHLISTS[min(int(chance.expovariate(0.6)), len(WATCHLISTS) - 1)]
        alert, message = (
            entity_id("alert", article, "1", watchlist),
            entity_id("msg", entity_id("alert", article, "1", watchlist), "desk"),
        )
        hits = [self._hit() for _ in range(chance.randint(1, 3))]
        severity = chance.choices(("info", "warning", "critical"), (5, 3, 1))[0]
        data = {
            "id": alert,
            "schema": 1,
            "summary": f"Site: {hits[0]['term']} appeared",
            "hits": hits,
            "article": {"url": "https://site.example/"},
        }
        yield (
            alert,
            AlertRaised(
                at=at, alert=alert, article=article, revision=1, watchlist=watchlist, severity=severity,
                changes=("appeared",), notify=("desk",), backlog=False, data=data,
            ),
        )  # fmt: skip
        yield (
            message,
            NotificationFormed(
                at=at + timedelta(seconds=0.2),
                notification=message,
                channel="desk",
                alerts=(alert,),
                article=article,
                body="{}",
            ),
        )
        later = at + timedelta(seconds=chance.lognormvariate(0.5, 1.5))
        about = {"notification": message, "channel": "desk"}
        if chance.random() < 0.05:
            yield (
                message,
                DeliveryFailed(
                    at=later, attempt=1, reason="status", detail="Bad Gateway", status=502, retry_in=5.0, **about
                ),
            )
            later += timedelta(seconds=5)
        yield message, DeliverySucceeded(at=later, attempt=1, status=204, seconds=0.03, **about)

    def _hit(self) -> dict[str, object]:
        term = TERMS[min(int(self._chance.expovariate(0.4)), len(TERMS) - 1)]
        before = self._words(8).capitalize()
        sentence = f"{before} {term} {self._words(6)}."
        marks = [[len(before) + 1, len(before) + 1 + len(term)]]
        return {"term": term, "change": "appeared", "zone": "body", "sentence": sentence, "marks": marks}

    def _block(self, _: int) -> Block:
        return Block("paragraph", f"{self._words(40).capitalize()}.")

    def _words(self, count: int) -> str:
        return " ".join(self._chance.choices(WORDS, self._shares, k=count))


def fill(path: Path, articles: int) -> None:
    """Make the views, in batches as the daemon does."""
    versions: dict[str, int] = {}
    with Views(path) as views:
        batch: list[Recorded] = []
        for number, (entity, event) in enumerate(Author(articles, datetime.now(UTC)).events(), 1):
            versions[entity] = versions.get(entity, 0) + 1
            batch.append(Recorded(f"event_{number}", entity, versions[entity], "", event, 0, f"{number}-0"))
            if len(batch) == BATCH:
                views.apply(batch)
                batch = []
        views.apply(batch)


def asked(path: Path) -> list[str]:
    """Every page and question, each of something that is there."""
    with Reader(path) as reader:
        newest, deep = reader.articles(limit=1)[0], reader.articles(limit=5_000)[-1]
        revised = next(row for row in reader.articles(limit=500) if row.revision > 2)
        alert, delivery = reader.alerts(limit=1)[0], reader.deliveries(limit=1)[0]
    story, api = f"/article/{revised.id}", "/api/v1"
    return [
        "/", "/?watchlist=raqqa", "/articles", "/articles?source=site07", f"/article?url={deep.url}", story, f"{story}/diff/1..{revised.revision}",
        f"{story}/diff/1..2?view=side", f"/alert/{alert.id}", "/watchlists", "/watchlist/raqqa?days=90", "/figures?days=90", "/try", "/feeds", "/deliveries",
        "/deliveries?state=dead", "/search?q=stadium", "/search?q=the", '/search?q="oil+fields"', "/search?q=museum+clinic+dam+winter", "/metrics",
        f"{api}/alerts", f"{api}/alerts?watchlist=raqqa&limit=200", f"{api}/alerts/{alert.id}", f"{api}/articles?limit=200", f"{api}/articles?source=site07",
        f"{api}/articles/{newest.id}", f"{api}/articles/{revised.id}/diff/1..2", f"{api}/search?q=stadium", f"{api}/deliveries?channel=desk",
        f"{api}/deliveries/{delivery.id}", f"{api}/feeds",
    ]  # fmt: skip


class Nowhere:
    """A log of which the pages that are measured here ask no more than what the last looks at a feed found."""

    partitions, trouble = 1, ""
    looks = msgspec.json.encode(
        FeedLooks(known={f"https://site.example/{n}": f"{n:016x}" for n in range(200)}, entries=50)
    )

    def partition_of(self, _: str) -> int:
        return 0

    async def note(self, *_: object) -> bytes:
        return self.looks

    async def behind(self, *_: object) -> float:
        return 0.0

    async def lag(self, *_: object) -> int:
        return 0

    async def next_due(self, *_: object) -> None:
        return None

    async def parked(self, *_: object) -> list[object]:
        return []


async def measured(path: Path, rounds: int) -> list[tuple[str, list[float], list[float], int]]:
    """For each address its times by the clock and by the processor (milliseconds), and how large the answer is."""
    sources = tuple(
        Source(f"site{number:02}", f"https://site{number:02}.example/feed.xml", "feed") for number in range(SITES)
    )
    desk = Desk(path, ZoneInfo("Europe/Paris"), sources, dict.fromkeys(WATCHLISTS, "any name of it"))
    log: Log = Nowhere()  # type: ignore[assignment]  # as it says
    found = []
    async with (
        serving(desk, Body(log, ("match",), lambda: (), lambda: ""), "127.0.0.1", 0) as here,
        aiohttp.ClientSession() as session,
    ):
        for address in [*asked(path), await _deep(session, here)]:
            clock, processor, size = [], [], 0
            for _ in range(rounds + 1):
                begin, cpu = time.perf_counter(), time.process_time()
                async with session.get(here.rstrip("/") + address, allow_redirects=False) as answer:
                    size = len(await answer.read())
                    assert answer.status < 400, (address, answer.status)
                clock.append((time.perf_counter() - begin) * 1000)
                processor.append((time.process_time() - cpu) * 1000)
            found.append((address, clock[1:], processor[1:], size))
    return found


async def _deep(session: aiohttp.ClientSession, here: str) -> str:
    """The address of the hundredth page of all articles."""
    cursor = ""
    for _ in range(100):
        async with session.get(f"{here}api/v1/articles?limit=200{cursor}") as answer:
            following = (await answer.json()).get("next")
            if following is None:
                break
            cursor = f"&cursor={following}"
    return f"/api/v1/articles?limit=50{cursor}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--folder", type=Path, help="where the views are kept, for another run")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="monitor-pages-") as scratch:
        path = (given.folder or Path(scratch)) / FILE
        if not path.exists():
            begin = time.process_time()
            fill(path, given.articles)
            print(f"views of {given.articles:,} articles made in {time.process_time() - begin:.0f} s of processor time")
        show(asyncio.run(measured(path, given.rounds)))


def show(found: list[tuple[str, list[float], list[float], int]]) -> None:
    table = Table("Address", "median ms", "p95 ms", "processor ms", "kB", box=None)
    for column in table.columns[1:]:
        column.justify = "right"
    for address, clock, processor, size in sorted(found, key=lambda row: -statistics.median(row[1])):
        p95 = sorted(clock)[int(len(clock) * 0.95)]
        figures = (statistics.median(clock), p95, statistics.median(processor))
        shortened = re.sub(r"_([0-9a-f]{6})[0-9a-f]+", r"_\1…", address)[:60]
        table.add_row(shortened, *(f"{number:.1f}" for number in figures), f"{size / 1000:.0f}")
    Console(highlight=False, markup=False, width=120).print(table)


if __name__ == "__main__":
    main()
