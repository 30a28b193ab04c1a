"""How fast a stored log is judged again, in article events a second of processor time: `python tests/bench/backtest.py [ARTICLES]`.

A log of invented articles, a third of them revised twice, is recorded in an embedded server, half of it archived, and replayed through 8 and
through 1,000 watchlists, the aliases of 20,000 entities among them.
"""

from __future__ import annotations

import asyncio
import random
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from monitor.cli.replaying import Window, backtest
from monitor.core import article as core
from monitor.core.article import Article, Looks, Seed, Sighting
from monitor.core.content import Block, Content
from monitor.core.events import ArticleFact, Evidence, entity_id
from monitor.core.policy import judging
from monitor.core.policy.judging import Step
from monitor.core.watch.evaluate import Rulebook
from monitor.core.watch.grammar import parse
from monitor.core.watch.rules import Entity, Watchlist
from monitor.ports import Append, Batch, Head
from monitor.stages.templates import Threshold
from monitor.store import RedisLog, open_log

START = datetime(2015, 11, 15, 12, tzinfo=UTC)
SYLLABLES = [
    "ba",
    "co",
    "di",
    "fe",
    "gu",
    "ha",
    "jo",
    "ki",
    "lu",
    "ma",
    "no",
    "pe",
    "qui",
    "ra",
    "so",
    "tu",
    "va",
    "we",
    "xi",
    "zo",
]
PLAIN = [
    "the",
    "of",
    "and",
    "to",
    "in",
    "a",
    "is",
    "that",
    "for",
    "it",
    "as",
    "was",
    "with",
    "be",
    "by",
    "on",
    "not",
    "he",
    "his",
    "but",
    "at",
    "are",
    "this",
    "have",
    "from",
    "or",
    "had",
    "an",
    "they",
    "which",
    "one",
    "you",
    "were",
]
BATCH = 200


def watchlists(count: int, chance: random.Random) -> tuple[list[Watchlist], list[Entity]]:
    """Queries of every kind, and lists of entities."""
    entities = [Entity(f"e{n}", tuple(f"{name(chance)} {name(chance)}" for _ in range(3))) for n in range(20 * count)]
    asked = [
        f'"{name(chance)} {name(chance)}" OR ({name(chance)} NEAR/5 {name(chance)})',
        f"@e{chance.randrange(len(entities))} AND ({name(chance)} OR {name(chance)}*) NOT {name(chance)}",
        f'said:("{name(chance)}" OR {name(chance)})',
        f"bombs AND raqqa AND {name(chance)}",
    ]
    asked[3] = asked[3] if count > 100 else "bombs AND raqqa"
    lists = [Watchlist(f"q{n}", query=parse(asked[n % len(asked)]).query) for n in range(count)]
    return [*lists, Watchlist("all", entities=tuple(entity.id for entity in entities))], entities


def name(chance: random.Random) -> str:
    """An invented name."""
    return "".join(chance.choices(SYLLABLES, k=3)).title()


def paragraph(chance: random.Random) -> str:
    """Some sixty words."""
    words = [name(chance) if chance.random() < 0.1 else chance.choice(PLAIN) for _ in range(60)]
    return f"{' '.join(words[:30])}. {' '.join(words[30:]).capitalize()}."


def history(number: int, chance: random.Random) -> Iterator[tuple[ArticleFact, Article]]:
    """The events of one article of some 3 kB: found, and in a third of the cases revised twice."""
    url = f"https://site{number % 50}.example/a{number}"
    blocks = [paragraph(chance) for _ in range(8)]
    article, looks = None, Looks()
    for revision in range(3 if number % 3 == 0 else 1):
        if revision:
            blocks[chance.randrange(8)] = paragraph(chance) + (" Bombs fell on Raqqa." if revision == 1 else "")
        content = Content(
            f"{name(chance)} and {name(chance)}", blocks=tuple(Block("paragraph", text) for text in blocks)
        )
        at = START + timedelta(seconds=number, minutes=20 * revision)
        sighting = Sighting(content, Evidence(at, url, 200, "ab" * 32, "bench/1"))
        seed = Seed(entity_id("article", url), url, f"feed{number % 50}")
        decision = core.observe(article, looks, sighting, seed=seed)
        for event in decision.events:
            article = core.fold(article, event)
            yield event, article
        looks = decision.looks


async def fill(log: RedisLog, articles: int, book: Rulebook) -> int:
    """Record the articles and the alerts of a rulebook, as the daemon would."""
    chance, events, batch = random.Random(1), 0, []
    for number in range(articles):
        facts, before = list(history(number, chance)), None
        entity = entity_id("article", f"https://site{number % 50}.example/a{number}")
        batch.append(Append(entity, Head(), tuple(event for event, _ in facts)))
        for event, after in facts:
            assert judging.is_judged(event)
            raised = judging.judge(book, Step(event, before, after), ruleset="bench", public_url=None).alerts
            batch += [Append(alert.alert, Head(), (alert,)) for alert in raised]
            before = after
        events += len(facts)
        if len(batch) >= BATCH or number == articles - 1:
            await log.commit(Batch(0, appends=tuple(batch)))
            batch.clear()
    return events


async def archive(log: RedisLog, events: int) -> None:
    """Seal and drop the older half."""
    async with log.archivist(0) as archivist:
        for _ in range(max(1, events // 2 // 1000)):
            await archivist.gather(1000, 2**30)
            await archivist.seal()
        await archivist.trim()


async def main(articles: int) -> None:
    few, many = (Rulebook.compile(*watchlists(count, random.Random(2))) for count in (8, 1_000))
    with tempfile.TemporaryDirectory() as folder:
        async with open_log("embedded", data_dir=Path(folder), archiving=True) as log:
            events = await fill(log, articles, few)
            await archive(log, events)
            print(f"{events} article events of {articles} articles, {await log.events()} events in all")
            for book in (few, many):
                before, wall = time.process_time(), time.perf_counter()
                came_to, ledger = await backtest(log, book, Window(), Threshold(), ruleset="bench")
                cpu, wall = time.process_time() - before, time.perf_counter() - wall
                totals = ledger.totals.values()
                both, would, did = (
                    sum(getattr(t, kind) for t in totals) for kind in ("both", "only_would", "only_did")
                )
                print(
                    f"{len(book.rules):5} watchlists: {came_to.judged / cpu:6,.0f} events a processor second ({came_to.judged / wall:,.0f} by the clock); "
                    f"{both} alerts the same, {would} new, {did} no more"
                )
    print(f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB resident at most")


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 6_000))
