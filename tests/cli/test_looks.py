"""`why URL`, `hold` and the raw pages of `history`: on an article that was looked at three times."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor.cli import main
from monitor.core import explained
from monitor.core.article import Article, Looks, Seed, Sighting, decode_article, encode, observe
from monitor.core.content import Block, Content
from monitor.core.events import Evidence
from monitor.core.urls import aliases, article_id
from monitor.ports import Append, Batch, Log
from monitor.store import FileCaptures, open_log
from monitor.store.views import FILE, Views

START = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
URL = "https://post.example/raqqa"
ARTICLE = article_id(URL)
PAGES = (b"<p>The first page, kept \xff as it came.</p>", b"<p>The second page.</p>")
TEXTS = ("French jets dropped 20 bombs on the city.", "French jets dropped 30 bombs on the city.")


async def look(log: Log, captures: FileCaptures, number: int) -> None:
    """What the fetch stage would record of a look."""
    partition, at = log.partition_of(ARTICLE), START + timedelta(minutes=5 * number)
    head = await log.load(partition, ARTICLE)
    known: Article | None = decode_article(head.snapshot)
    name = await captures.keep(PAGES[number])
    content = Content(title="Strikes on Raqqa", blocks=(Block("paragraph", TEXTS[number]),))
    sighting = Sighting(content, Evidence(at, URL, 200, name, "test/1"))
    seed = Seed(ARTICLE, URL, "post", aliases=aliases([URL], feed="post", guid="1"))
    decision = observe(known, Looks(), sighting, seed=seed)
    assert decision.article is not None
    note = explained.decode(await log.note(partition, explained.note_key(ARTICLE)))
    filters = ("“12:01” stands in a place that never rests",) if number else ()
    seen = explained.observed(at, decision.outcome, decision.why, status=200, filters=filters)
    told = explained.encode(explained.noted(note, seen, next_look=at + timedelta(minutes=2)))
    append = Append(ARTICLE, head, decision.events, encode(decision.article))
    await log.commit(Batch(partition, (append,), notes={explained.note_key(ARTICLE): told}))


async def project(folder: Path) -> None:
    async with open_log("embedded", data_dir=folder / "data") as log:
        with Views(folder / "data" / FILE) as views:
            views.apply([recorded async for recorded in log.read(0, views.position(0))])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "config.toml").write_text('data_dir = "data"\n[feeds.post]\nurl = "https://post.example/rss"\n')

    async def fill() -> None:
        async with open_log("embedded", data_dir=tmp_path / "data") as log:
            for number in range(2):
                await look(log, FileCaptures(tmp_path / "data" / "captures"), number)
        await project(tmp_path)

    asyncio.run(fill())
    return tmp_path


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    def ran(folder: Path, *arguments: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["monitor", *arguments, "--config", str(folder / "config.toml")])
        monkeypatch.setenv("COLUMNS", "160")
        try:
            main()
        except SystemExit as end:
            return int(end.code or 0), "".join(capsys.readouterr())
        return 0, "".join(capsys.readouterr())

    return ran


def test_why_tells_every_look_its_filters_the_addresses_and_what_is_next(folder: Path, run: Any) -> None:
    code, said = run(folder, "why", URL, "--json")
    told = json.loads(said)
    assert code == 0
    assert [look["outcome"] for look in told["looks"]] == ["discovered", "revised"]
    assert told["looks"][1]["filters"] == ["“12:01” stands in a place that never rests"]
    assert URL in told["aliases"]
    assert told["next_look"].startswith("2026-11-23T08:07")
    for name in (URL, ARTICLE, ARTICLE[:16]):
        code, said = run(folder, "why", name)
        assert code == 0
        assert "never rests" in said
        assert "Read without trouble. Next look 2026-11-23 08:07:00 at the latest." in said
    assert run(folder, "why", "https://nowhere.example/")[0] == 1


def test_history_shows_the_raw_pages_and_writes_one(folder: Path, run: Any) -> None:
    _, said = run(folder, "history", URL)
    assert f"{len(PAGES[0])} B" in said
    captures = folder / "data" / "captures"
    command = [sys.executable, "-m", "monitor", "history", URL, "--raw", "1", "--config", str(folder / "config.toml")]
    assert subprocess.run(command, capture_output=True, check=True).stdout == PAGES[0]
    for path in captures.rglob("*.zst"):
        path.unlink()
    _, said = run(folder, "history", URL)
    assert said.count("expired") == 2
    code, said = run(folder, "history", URL, "--raw", "1")
    assert (code, "is not kept any more" in said) == (1, True)
    assert run(folder, "history", URL, "--raw", "7")[0] == 1


def test_what_is_held_is_said_to_be_and_released_again(folder: Path, run: Any) -> None:
    assert run(folder, "hold", URL) == (0, "Its captures are kept for ever.\n")
    assert run(folder, "hold", URL) == (0, "As before, its captures are kept for ever.\n")
    asyncio.run(project(folder))
    assert "held" in run(folder, "history", URL)[1]
    assert run(folder, "hold", ARTICLE, "--release")[1] == "Its captures are kept as long as `[captures]` says.\n"
    asyncio.run(project(folder))
    assert "held" not in run(folder, "history", URL)[1]
    assert run(folder, "hold", "https://nowhere.example/")[0] == 1
