"""The verbs that verify the log and take it elsewhere, as they are typed."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest
from verbs import RunVerb

from monitor.core.events import FeedFailing
from monitor.ports import Append, Batch
from monitor.store import open_log

CONFIG = """
data_dir = "data"
[feeds.post]
url = "https://post.example/rss"
"""
EVENTS = 12


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A configuration and a stopped log."""
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "config.toml").write_text(CONFIG)

    async def fill() -> None:
        async with open_log("embedded", data_dir=tmp_path / "home" / "data") as log:
            for number in range(EVENTS):
                at = datetime(2015, 11, 15, 21, number, tzinfo=UTC)
                event = FeedFailing(at, "post", "https://post.example/rss", "http_503", "", 503, number, None)
                head = await log.load(0, "feed_post")
                await log.commit(Batch(0, (Append("feed_post", head, (event,), b"{}"),)))

    asyncio.run(fill())
    return tmp_path / "home"


def another(folder: Path) -> Path:
    folder.mkdir()
    (folder / "config.toml").write_text(CONFIG)
    return folder


def test_a_whole_log_is_said_to_be_whole(home: Path, run: RunVerb) -> None:
    said = run(home, "verify", "--json")
    assert said.code == 0
    assert said.json == {
        "whole": True,
        "events": EVENTS,
        "entities": 1,
        "segments": 0,
        "dropped": 0,
        "dropped_until": None,
        "problems": [],
    }
    assert run(home, "verify").out == f"{EVENTS} events of 1 entities, 0 archived segments: whole.\n"


def test_a_changed_log_is_told_with_exit_code_1(home: Path, run: RunVerb) -> None:
    async def tamper() -> None:
        async with open_log("embedded", data_dir=home / "data") as log:
            await log.connection.ask("HSET", "{monitor:0}:state:feed_post", "v", "99")

    asyncio.run(tamper())
    said = run(home, "verify")
    assert said.code == 1
    assert "the log's head is version 99" in said.out
    assert "restore it from a backup" in said.err
    assert run(home, "verify", "--json").json["whole"] is False


def test_a_log_goes_into_a_file_and_becomes_a_log_elsewhere(home: Path, tmp_path: Path, run: RunVerb) -> None:
    file = tmp_path / "log.jsonl.zst"
    events = run(home, "export", str(file), "--json").json["events"]
    assert run(home, "export", str(tmp_path / "events.jsonl"), "--events-only").out.startswith(
        f"{events} events are in"
    )

    there = another(tmp_path / "there")
    assert run(there, "import", str(file), "--json").json == {"events": events}
    assert run(there, "verify", "--json").json["events"] == events
    assert run(there, "rebuild", "--json").json["events"] == events
    assert run(there, "tail", "--json").out == run(home, "tail", "--json").out != ""
    again = run(there, "import", str(file))
    assert (again.code, "not empty" in again.err) == (1, True)


def test_a_backup_is_restored(home: Path, tmp_path: Path, run: RunVerb) -> None:
    backup, there = tmp_path / "backup", another(tmp_path / "there")
    made = run(home, "backup", str(backup), "--json")
    assert (made.code, made.json["files"]) == (0, len([p for p in backup.rglob("*") if p.is_file()]) - 1)
    assert run(home, "backup", str(backup)).code == 1

    assert run(there, "restore", str(backup)).code == 0
    assert run(there, "verify", "--json").json == run(home, "verify", "--json").json
    assert run(there, "restore", str(backup)).code == 1
    assert run(there, "restore", str(tmp_path / "nowhere")).code == 2
