"""How fast the views, full-text search included, are made again from the log: `python tests/bench/rebuild.py`. Prints a table; no test.

Articles of five revisions: twelve paragraphs, one of which is exchanged at each revision. Words are made up, as many and as
unevenly used as in a language. By the clock and by the processor's time, since a machine may have others to serve.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from rich.console import Console
from rich.table import Table

from monitor.core.content import Block, Content
from monitor.core.events import ArticleDiscovered, ArticleRevised, Evidence
from monitor.core.revision.align import align
from monitor.ports import Append, Batch, Head
from monitor.store import RedisLog, open_log
from monitor.store.views import FILE, Reader, rebuild

REVISIONS, PARAGRAPHS = 5, 12
START = datetime(2015, 11, 15, tzinfo=UTC)
LETTERS = "etaoinshrdlucmfwyp"


class Author:
    """Writes by chance of a seed."""

    def __init__(self, words: int) -> None:
        self._length, self._chance = words // PARAGRAPHS, random.Random(1)
        self._words = ["".join(self._chance.choices(LETTERS, k=self._chance.randint(2, 10))) for _ in range(50_000)]
        self._shares = [1 / rank for rank in range(1, len(self._words) + 1)]  # Zipf's law

    def paragraph(self) -> Block:
        return Block("paragraph", " ".join(self._chance.choices(self._words, self._shares, k=self._length)) + ".")

    def events(self, number: int) -> Iterator[ArticleDiscovered | ArticleRevised]:
        """The life of one article."""
        article, url, at = f"article_{number:016x}", f"https://post.example/{number}", START + timedelta(minutes=number)
        content = Content(title=self.paragraph().text[:60], blocks=tuple(self.paragraph() for _ in range(PARAGRAPHS)))
        evidence = Evidence(fetched_at=at, url=url, status=200, raw_sha256=f"{number:064x}", extractor="bench")
        yield ArticleDiscovered(
            at=at, article=article, url=url, source="post", tags=(), aliases=(), content=content,
            sha256=content.digest(), access="full", evidence=evidence, backlog=False,
        )  # fmt: skip
        for revision in range(2, REVISIONS + 1):
            blocks = list(content.blocks)
            blocks[self._chance.randrange(PARAGRAPHS)] = self.paragraph()
            after = Content(title=content.title, blocks=tuple(blocks))
            at += timedelta(minutes=5)
            yield revised(article, revision, at, content, after, evidence)
            content = after


def revised(
    article: str, revision: int, at: datetime, before: Content, after: Content, evidence: Evidence
) -> ArticleRevised:
    return ArticleRevised(
        at=at, article=article, revision=revision, last_seen_before=at, before_sha256=before.digest(),
        sha256=after.digest(), operations=align(before.blocks, after.blocks), fields={}, edits=(), summary="",
        access="full", evidence=evidence,
    )  # fmt: skip


async def fill(log: RedisLog, articles: int, words: int) -> None:
    author, places = Author(words), asyncio.Semaphore(32)

    async def record(number: int) -> None:
        async with places:
            events = tuple(author.events(number))
            await log.commit(Batch(0, (Append(events[0].article, Head(), events),)))

    await asyncio.gather(*map(record, range(articles)))


async def measure(articles: int, words: int) -> None:
    table = Table(f"{articles * REVISIONS:,} events, {words} words each", "", "")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / FILE
        async with open_log("embedded", data_dir=Path(folder)) as log:
            await fill(log, articles, words)
            began, worked = time.perf_counter(), time.process_time()
            events = await rebuild(log, path)
            took, worked = time.perf_counter() - began, time.process_time() - worked
        table.add_row(
            "made again", f"{events / took:,.0f} a second by the clock", f"{events / worked:,.0f} by one core"
        )
        table.add_row("views on the disk", f"{path.stat().st_size / 2**20:,.0f} MiB", "")
        with Reader(path) as reader:
            for typed in ("the", '"et ta"', "eta*"):
                began = time.perf_counter()
                hits = len(reader.search(typed))
                table.add_row(f"search {typed}", f"{(time.perf_counter() - began) * 1000:,.0f} ms", f"{hits} articles")
    Console().print(table)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--articles", type=int, default=4000)
    parser.add_argument("--words", type=int, default=528, help="of an article; 528 is the median of real ones")
    asked = parser.parse_args()
    asyncio.run(measure(asked.articles, asked.words))
