"""`reload`, `watch` and `unwatch` where no daemon runs, and what `reload` makes of a daemon's answer."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from verbs import RunVerb

from monitor.control import answering
from monitor.core.article import encode, folded
from monitor.core.configured import Outcome
from monitor.core.events import ArticleFact, WatchEnded, WatchStarted
from monitor.core.urls import aliases, article_id
from monitor.errors import Fault
from monitor.ports import Append, Batch, Log
from monitor.store import open_log

URL = "https://mod.example/communiques/raqqa-2"


@contextmanager
def a_daemon(folder: Path, outcome: Outcome) -> Iterator[list[dict[str, Any]]]:
    """Somebody who answers so, in a thread of his own."""
    asked: list[dict[str, Any]] = []
    begun, end, loop = threading.Event(), asyncio.Event(), asyncio.new_event_loop()

    async def answer(words: dict[str, Any]) -> Outcome:
        asked.append(words)
        return outcome

    async def serve() -> None:
        async with answering(folder / "data", answer):
            begun.set()
            await end.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    begun.wait(10)
    try:
        yield asked
    finally:
        loop.call_soon_threadsafe(end.set)
        thread.join()
        loop.close()


def test_where_no_daemon_runs_reload_says_so(recorded: Path, run: RunVerb) -> None:
    said = run(recorded, "reload")
    assert (said.code, said.out) == (1, "")
    assert said.err == f"monitor: no monitor runs on {recorded / 'data'}: start it with `monitor run`\n"


def test_a_daemon_s_answer_is_printed(copy: Path, run: RunVerb) -> None:
    with a_daemon(copy, Outcome("sha256:r", notes=("channel desk: 2 messages wait",))) as asked:
        assert run(copy, "reload").out == "Nothing has changed.\nnote: channel desk: 2 messages wait\n"
        assert run(copy, "reload", "--json").json["ruleset"] == "sha256:r"
    assert asked[0] == {"verb": "reload", "config": str(copy / "config.toml")}


def test_a_daemon_s_refusal_is_printed_fault_by_fault(copy: Path, run: RunVerb) -> None:
    fault = Fault("config.toml", 3, 7, "data_dir", "expected no change while Monitor runs")
    with a_daemon(copy, Outcome("sha256:r", faults=(fault,))):
        said = run(copy, "reload")
        assert (said.code, said.out) == (2, "")
        assert said.err == f"{fault}\nNot taken up: what runs goes on as before.\n"
        said = run(copy, "reload", "--json")
    assert (said.code, said.json["ok"]) == (2, False)
    assert said.json["faults"][0]["line"] == 3


def test_a_file_that_cannot_be_read_at_all_is_refused_without_asking(copy: Path, run: RunVerb) -> None:
    (copy / "config.toml").write_text("[feeds\n")
    said = run(copy, "reload")
    assert said.code == 2
    assert said.err.startswith(f"{copy / 'config.toml'}:1:7: expected")


def test_a_page_is_followed_listed_and_let_go_without_a_daemon(copy: Path, run: RunVerb) -> None:
    assert run(copy, "watch").out == "No page is followed.\n"
    started = run(copy, "watch", URL, "--every", "30s", "--for", "2h", "-w", "act-of-war", "--json").json["watch"]
    assert (started["every"], started["watchlists"]) == (30.0, ["act-of-war"])
    said = run(copy, "watch", f"{URL}#top")
    assert said.out.startswith(f"{URL}#top: read every 2m until "), "said again, the newer holds"
    assert "all watchlists" in run(copy, "watch", "--list").out
    (one,) = run(copy, "watch", "--list", "--json").json
    assert (one["url"], one["watchlists"]) == (f"{URL}#top", [])
    assert run(copy, "unwatch", URL).out == f"{URL}#top is followed no more.\n"
    said = run(copy, "unwatch", URL)
    assert (said.code, said.err) == (1, f"{URL} is not followed\n")

    async def events() -> list[type]:
        async with open_log("embedded", data_dir=copy / "data") as log:
            return [type(one.event) async for one in log.read(0) if isinstance(one.event, WatchStarted | WatchEnded)]

    assert asyncio.run(events()) == [WatchStarted, WatchStarted, WatchEnded]


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (["ftp://mod.example/"], "expected an http or https address"),
        ([URL, "--every", "1s"], "expected at least 5s between two looks"),
        ([URL, "--for", "400d"], "at most 30d"),
        ([URL, "-w", "act-of-wa"], 'did you mean "act-of-war"?'),
    ],
)
def test_what_cannot_be_followed(copy: Path, run: RunVerb, words: list[str], problem: str) -> None:
    said = run(copy, "watch", *words)
    assert said.code == 2
    assert problem in " ".join(said.err.replace("│", "").split())


def test_an_article_that_is_read_from_its_feed_has_no_page_to_follow(
    copy: Path, run: RunVerb, with_log: Callable[[Callable[[Log], Awaitable[None]]], None]
) -> None:
    url = "https://post.example/a1"
    text = (copy / "config.toml").read_text()
    (copy / "config.toml").write_text(text.replace("[feeds.post]", '[feeds.post]\ncontent = "feed"'))

    async def as_the_stages_leave_it(log: Log) -> None:
        article = article_id(url)
        head, history = await log.load(0, article), await log.history(0, article)
        standing = folded([one.event for one in history if isinstance(one.event, ArticleFact)])
        await log.commit(Batch(0, appends=(Append(article, head, (), encode(standing)),)))
        for alias in aliases([url]):
            await log.pin(alias, article)

    with_log(as_the_stages_leave_it)
    said = run(copy, "watch", url)
    assert said.code == 1
    assert "taken from the feed post" in said.err
