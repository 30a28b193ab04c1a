"""A recorded log for the verbs that judge again: stories that break, are edited, cut, go and come back, and the alerts that the daemon's matcher raised of them."""

from __future__ import annotations

import os
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from monitor.config import Config, load
from monitor.core import article as core
from monitor.core.article import Article, Looks, Seed, Sighting
from monitor.core.content import Block, Content
from monitor.core.events import Absence, ArticleFact, ArticleGone, Evidence, entity_id
from monitor.ports import Append, Batch, Head
from monitor.rules import rulebook_of
from monitor.stages.match import GROUP, Heat, Matcher
from monitor.stages.templates import Threshold
from monitor.store import RedisLog, open_log
from monitor.store.views import FILE, Views

START = datetime(2015, 11, 15, 20, tzinfo=UTC)
CONFIG = """
data_dir = "data"
[polling]
allow_private = ["127.0.0.0/8"]
[defaults]
template_after = {{ articles = 3, within = "1h" }}
[feeds.post]
url = "https://post.example/rss"
tags = ["tier1"]
[feeds.times]
url = "https://times.example/rss"
[entities.hollande]
aliases = ["François Hollande", "Hollande", "President Hollande", "HOLLANDE", "Monsieur Hollande"]
[entities.group]
aliases = ["Islamic State", "Daesh", "{{ISIS}}"]
reject_near = ["river"]
[watchlists.war]
phrases = ["act of war"]
entities = ["group"]
on = "everything"
severity = "critical"
notify = ["desk"]
[watchlists.film]
query = '"act of war" NOT film'
[watchlists.near]
query = '@hollande NEAR/{near} "act of war"'
[watchlists.times]
query = '"act of war"'
feeds = ["times"]
[watchlists.raqqa]
query = 'raqqa AND (bomb* OR raid*)'
max_age = "{age}"
[channels.desk]
type = "console"
"""

BREAKING = (
    "French jets dropped 20 bombs on Raqqa, the defence ministry said.",
    "President Hollande spoke at noon.",
)
STORIES: dict[str, list[tuple[str, ...]]] = {
    "a1": [
        BREAKING,
        (
            "French jets dropped 30 bombs on Raqqa, the defence ministry said.",
            "“It is an act of war,” the president, Hollande, said.",
        ),
        (
            "French jets dropped 30 bombs on Raqqa, the defence ministry said.",
            "“It is an act of war,” the president, Hollande, said. A film was stopped.",
        ),
    ],
    "a2": [("Daesh claimed it. “An act of war,” said nobody.",), ("It was claimed.",)],
    "a3": [("The river ISIS rose.",)],
    **{
        f"t{number}": [
            (f"Story {number} stands by itself here.",),
            (f"Story {number} stands by itself here.", "Our dossier: the act of war."),
        ]
        for number in range(4)
    },
}


def write_config(folder: Path, name: str = "config.toml", *, near: int = 3, age: str = "24h", more: str = "") -> Path:
    """A configuration beside the log."""
    path = folder / name
    path.write_text(CONFIG.format(near=near, age=age) + more, encoding="utf-8")
    return path


async def record(folder: Path, *, archiving: bool = False) -> None:
    """Record the stories and what the matcher makes of them; with `archiving`, all of it is in sealed segments of 4 events."""
    config = load(folder / "config.toml", os.environ, telling=False)
    async with open_log("embedded", data_dir=folder / "data", archiving=archiving) as log:
        for number, (name, texts) in enumerate(STORIES.items()):
            await tell(log, name, texts, START + timedelta(minutes=number))
        await withdraw(log, "a1", START + timedelta(hours=5))
        await match(log, config)
        with Views(folder / "data" / FILE) as views:
            views.apply([event async for event in log.read(0)])
        if archiving:
            await archive(log)


async def tell(log: RedisLog, name: str, texts: list[tuple[str, ...]], at: datetime) -> None:
    """Record one story, twenty minutes between its texts."""
    article: Article | None = None
    looks, url = Looks(), f"https://post.example/{name}"
    for number, paragraphs in enumerate(texts):
        moment = at + timedelta(minutes=20 * number)
        published = START - timedelta(days=2) if name == "a1" else None
        blocks = tuple(Block("paragraph", text) for text in paragraphs)
        content = Content(f"Story {name}", lang="en", published=published, blocks=blocks)
        seed = Seed(entity_id("article", url), url, "post", ("tier1",), (url,))
        decision = core.observe(
            article, looks, Sighting(content, Evidence(moment, url, 200, "ab" * 32, "test/1")), seed=seed
        )
        article, looks = decision.article, decision.looks
        await keep(log, seed.article, decision.events, article)


async def withdraw(log: RedisLog, name: str, at: datetime) -> None:
    """Say that a story is gone."""
    entity = entity_id("article", f"https://post.example/{name}")
    article = core.decode_article((await log.load(0, entity)).snapshot)
    assert article is not None
    gone = ArticleGone(at, entity, article.revision, START, (Absence(at, 404, "not_found"),))
    await keep(log, entity, (gone,), core.fold(article, gone))


async def keep(log: RedisLog, entity: str, events: tuple[ArticleFact, ...], article: Article | None) -> None:
    assert article is not None
    head = await log.load(0, entity)
    await log.commit(Batch(0, appends=(Append(entity, head, events, core.encode(article)),)))


async def match(log: RedisLog, config: Config) -> None:
    """Let the daemon's matcher see all of it."""
    matcher = Matcher(
        log,
        rulebook_of(config),
        Heat(timedelta(minutes=2), timedelta(hours=1)),
        ruleset=config.digest,
        public_url=None,
        threshold=Threshold(config.defaults.template_after.articles, config.defaults.template_after.within),
    )
    async with aclosing(log.consume(GROUP, 0)) as batches:
        async for batch in batches:
            if not batch:
                return
            for consumed in batch:
                await matcher(consumed)


async def archive(log: RedisLog) -> None:
    async with log.archivist(0) as archivist:
        while (await archivist.gather(4, 2**30)).events:
            await archivist.seal()
        for group in ("policy", "deliver", "project"):
            async with aclosing(log.consume(group, 0)) as batches:
                async for batch in batches:
                    if not batch:
                        break
                    for consumed in batch:
                        await log.commit(Batch(0, ack=consumed.ack))
        await archivist.trim()


__all__ = ["BREAKING", "START", "STORIES", "Head", "record", "write_config"]
