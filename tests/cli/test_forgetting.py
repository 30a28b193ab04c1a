"""What retention has dropped is said to be dropped, not to have never been."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from archived import archive, some, story

from monitor.core.events import AlertRaised
from monitor.ports import Append, Batch, Head, Keep
from monitor.store import open_log
from monitor.store.keys import GROUPS
from monitor.store.views import FILE, rebuild

URL = "https://post.example/article_1"
CONFIG = 'data_dir = "data"\n[feeds.post]\nurl = "https://post.example/rss"\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An article of four revisions and an alert, of which the last revision stands."""
    (tmp_path / "config.toml").write_text(CONFIG)

    async def fill() -> None:
        async with open_log("embedded", data_dir=tmp_path / "data", archiving=True) as log:
            await story(log, "article_1", 4)
            alert = AlertRaised(
                (await log.now()), "alert_1", "article_1", 2, "war", "high", ("appeared",), (), False, {}
            )
            await log.commit(Batch(0, (Append("alert_1", Head(), (alert,)),)))
            await some(log, 5)
            for group in GROUPS:
                await log.connection.ask("XGROUP", "SETID", "{monitor:0}:events", group, "$")
            await archive(log, events=6)
            async with log.archivist(0) as archivist:
                assert await archivist.let_go(Keep(age=0.0)) == 4
            await rebuild(log, tmp_path / "data" / FILE)

    asyncio.run(fill())
    return tmp_path


def test_what_was_dropped_is_said_to_be(folder: Path, run: Any) -> None:
    said = run(folder, "history", URL)
    assert "Revisions 1 to 3 were dropped by retention." in said.out
    assert "revision 4" in said.out
    assert run(folder, "history", URL, "--json").json["dropped"] == 3
    assert "was dropped by retention" in run(folder, "history", URL, "--raw", "2").err
    assert "has no revision 7" in run(folder, "history", URL, "--raw", "7").err

    for word, found in (("says", "Headline 4"), ("nothing", "No revision has that.")):
        said = run(folder, "search", word)
        assert found in said.out
        assert "Not looked at: what was recorded up to" in said.out
        assert "does not stand any more was dropped by retention." in said.out.replace("\n", " ")
    assert len(run(folder, "search", "says", "--json").json) == 1

    said = run(folder, "why", "alert_1")
    assert said.code == 1
    assert "no alert is known as alert_1: what was recorded up to" in said.err
    said = run(folder, "why", URL)
    assert "versions 1 to 3 of article_1 were dropped by retention" in said.out.replace("\n", " ")

    said = run(folder, "verify")
    assert said.code == 0
    assert "Retention has dropped 4 events from before" in said.out
    assert run(folder, "verify", "--json").json["dropped"] == 4
    assert run(folder, "rebuild", "--check").code == 0
