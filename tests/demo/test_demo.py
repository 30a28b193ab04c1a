"""`monitor demo` as a newcomer runs it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from monitor.demo.stories import STORIES

Alive = Callable[[Path], list[int]]


@pytest.mark.slow
@pytest.mark.timeout(100)
def test_once_tells_what_was_expected_in_one_document_and_leaves_nothing(tmp_path: Path, alive: Alive) -> None:
    with demo(tmp_path, "--once", "--json") as running:
        said, complaints = running.communicate(timeout=90)
    document = json.loads(said)
    assert (running.returncode, complaints) == (0, "")
    awaited = sum(len(scene.alerts) for story in STORIES for scene in story.scenes)
    assert (document["feeds"], document["articles"], document["duplicates"]) == (4, len(STORIES), 0)
    assert document["deliveries"] == {"attempts": awaited, "verified": awaited, "distinct_ids": awaited}
    assert set(document["alerts"][0]) == {"watchlist", "changes", "url", "revision", "hits"}
    assert all(
        alert["hits"] and set(alert["hits"][0]) == {"term", "change", "sentence"} for alert in document["alerts"]
    )
    assert (alive(tmp_path), list(tmp_path.iterdir())) == ([], [])


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_in_the_middle_ends_it_cleanly(tmp_path: Path, alive: Alive, number: signal.Signals) -> None:
    with demo(tmp_path) as running:
        wait_for(lambda: daemon_log(tmp_path).count("article read") > 3)
        running.send_signal(number)
        running.communicate(timeout=30)
    assert running.returncode == 130
    assert (alive(tmp_path), list(tmp_path.iterdir())) == ([], [])


@pytest.mark.slow
def test_when_the_demo_is_killed_its_processes_end_too(tmp_path: Path, alive: Alive) -> None:
    with demo(tmp_path) as running:
        wait_for(lambda: daemon_log(tmp_path).count("article read") > 3)
        assert len(alive(tmp_path)) >= 3  # the demo, the daemon, its server
        running.kill()
    wait_for(lambda: not alive(tmp_path))


@contextmanager
def demo(folder: Path, *options: str) -> Iterator[subprocess.Popen[str]]:
    """The command, with `folder` for all its files."""
    with subprocess.Popen(
        [sys.executable, "-m", "monitor", "demo", *options],
        env={**os.environ, "TMPDIR": str(folder)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as running:
        try:
            yield running
        finally:
            running.kill()


def daemon_log(folder: Path) -> str:
    return "".join(path.read_text() for path in folder.glob("monitor-demo-*/daemon.log"))


def wait_for(condition: Callable[[], bool]) -> None:
    """Until it holds; the test's own timeout is the bound."""
    while not condition():
        time.sleep(0.1)
