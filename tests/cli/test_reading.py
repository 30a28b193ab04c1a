"""The reading verbs as a person, a pipe and a script meet them: on a real log, its views, and texts that mean no good."""

from __future__ import annotations

import json
import os
import pty
import re
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import aclosing, closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from verbs import RunVerb

from monitor.cli.articles import _absence
from monitor.cli.output import clean, show_json
from monitor.core.events import Absence, DeliveryRequested
from monitor.ports import Log
from monitor.store import open_log
from monitor.store.views import FILE
from monitor.store.views.rows import AbsenceRow

STORY = "https://post.example/a1"
ID = re.compile(r"\b[0-9a-f]{8}\b")


def started(folder: Path, *arguments: str, **options: Any) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "monitor", *arguments, "--config", str(folder / "config.toml")]
    return subprocess.Popen(command, cwd=Path(__file__).parents[2], **options)


def squeezed(text: str) -> str:
    return " ".join(text.split())


# --- history ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", [STORY, f"{STORY}?utm_source=feed", "http://post.example/a1#top", "post.example/a1", f"{STORY}?final"]
)
def test_an_article_is_found_by_any_of_its_addresses(recorded: Path, run: RunVerb, name: str) -> None:
    said = run(recorded, "history", name, "--json")
    assert (said.code, said.json["article"]["url"]) == (0, STORY)


def test_an_article_is_found_by_the_beginning_of_its_id(recorded: Path, run: RunVerb) -> None:
    identity = run(recorded, "history", STORY, "--json").json["article"]["id"]
    for name in (identity, identity[:16], identity.removeprefix("article_")[:8]):
        assert run(recorded, "history", name, "--json").json["article"]["id"] == identity


def test_history_tells_each_revision_with_both_its_bounds(recorded: Path, run: RunVerb) -> None:
    said = run(recorded, "history", STORY)
    lines = [squeezed(line) for line in said.out.splitlines()]
    assert any(line.startswith("1 2015-11-15 21:40:00 – first seen abababababab expired") for line in lines)
    assert any(line.startswith("2 2015-11-15 22:11:07 22:03:07 Headline changed") for line in lines)
    assert any("back to revision 1" in line for line in lines)
    assert [row["reverted_to"] for row in run(recorded, "history", STORY, "--json").json["revisions"]] == [
        None,
        None,
        1,
    ]


def test_history_tells_when_an_article_was_there_last(recorded: Path, run: RunVerb) -> None:
    gone = next(row for row in run(recorded, "articles", "list", "--json").json if row["state"] == "gone")
    said = run(recorded, "history", gone["id"])
    assert "gone: present at 2015-11-15 22:40:00, then not_found (404), gone (410)" in squeezed(said.out)


def test_history_gives_no_status_to_a_page_that_was_not_asked_for() -> None:
    at = datetime(2015, 11, 15, 22, 40, tzinfo=UTC)
    looks = (Absence(at, 0, "robots_txt"), Absence(at, 0, "robots_txt"), Absence(at, 403, "refused"))
    cells = _absence(AbsenceRow("event_1", "article_1", at, "blocked", 1, at, looks), UTC)
    assert cells[3].plain == "blocked: present at 2015-11-15 22:40:00, then robots_txt, refused (403)"


def test_what_is_not_there_is_said_on_standard_error(recorded: Path, run: RunVerb) -> None:
    for arguments in (["history", "https://post.example/nothing"], ["diff", "nothing"], ["alerts", "show", "nothing"]):
        said = run(recorded, *arguments)
        assert (said.code, said.out) == (1, "")
        assert "is known as" in said.err


# --- diff ------------------------------------------------------------------------------------------------------------


def test_diff_marks_words_in_place_and_a_number_is_one_word(recorded: Path, run: RunVerb) -> None:
    said = run(recorded, "diff", STORY, "1", "2")
    assert "French jets dropped [-20-] {+30+} bombs on Raqqa" in said.out
    assert "… 1 paragraph unchanged …" in said.out
    assert "revision 1, 2015-11-15 21:40:00 → revision 2, 2015-11-15 22:11:07" in squeezed(said.out)


def test_diff_takes_the_last_two_by_default(recorded: Path, run: RunVerb) -> None:
    said = run(recorded, "diff", STORY, "--json").json
    assert (said["from"]["revision"], said["to"]["revision"]) == (2, 3)
    again = run(recorded, "diff", STORY, "2", "--json").json
    assert again == said


def test_diff_as_json_says_which_characters_changed(recorded: Path, run: RunVerb) -> None:
    said = run(recorded, "diff", STORY, "1", "2", "--json").json
    changed = next(passage for passage in said["passages"] if passage["kind"] == "changed")
    a, b, c, d = changed["changes"][0]
    assert (changed["before"][0]["text"][a:b], changed["after"][0]["text"][c:d]) == ("20", "30")
    assert [field["field"] for field in said["fields"]] == ["title"]
    assert {"headline", "figure"} <= {edit["kind"] for edit in said["edits"]}
    assert (said["significance"], said["stealth"]) == ("major", said["update_declared"] == "no")
    assert said["summary"] in run(recorded, "diff", STORY, "1", "2", columns=400).out


def test_diff_side_by_side_keeps_each_text_in_its_column(recorded: Path, run: RunVerb) -> None:
    said = run(recorded, "diff", STORY, "1", "2", "--side-by-side")
    row = next(line for line in said.out.splitlines() if "French jets" in line)
    assert "[-20-]" in row[:60]
    assert "{+30+}" in row[60:]


def test_diff_as_html_is_one_page_that_fetches_nothing(recorded: Path, run: RunVerb) -> None:
    said = run(recorded, "diff", STORY, "1", "2", "--html")
    assert said.out.startswith("<!doctype html>")
    assert re.search(r"<del>.*20.*</del> <ins>.*30.*</ins> bombs on Raqqa", said.out)
    assert "<details><summary>1 paragraph unchanged</summary>" in said.out
    assert not re.search(r"<script|<link|<img|@import|url\(", said.out)
    columns = run(recorded, "diff", STORY, "1", "2", "--html", "--side-by-side").out
    assert re.search(r"<td[^>]*>French jets dropped <del>.*</td><td[^>]*>French jets dropped <ins>", columns)
    assert run(recorded, "diff", STORY, "1", "2", "--html", "--json").code == 2


def test_diff_of_a_text_that_came_back(recorded: Path, run: RunVerb) -> None:
    said = run(recorded, "diff", STORY, "1", "3")
    assert (said.code, "The two texts are the same." in said.out) == (0, True)


def test_diff_needs_revisions_that_are_there(recorded: Path, run: RunVerb) -> None:
    assert "has no revision 9: it has 1 to 3" in run(recorded, "diff", STORY, "1", "9").err
    gone = next(row for row in run(recorded, "articles", "list", "--json").json if row["state"] == "gone")
    said = run(recorded, "diff", gone["id"])
    assert (said.code, "only one revision" in said.err) == (1, True)
    assert run(recorded, "diff", STORY, "0", "1").code == 2


# --- alerts, deliveries, feeds ---------------------------------------------------------------------------------------


def test_alerts_are_listed_newest_first_and_filtered(recorded: Path, run: RunVerb) -> None:
    rows = run(recorded, "alerts", "list", "--json").json
    assert [row["watchlist"] for row in rows] == ["quiet", "raqqa", "act-of-war"]
    assert [row["watchlist"] for row in run(recorded, "alerts", "list", "--limit", "1", "--json").json] == ["quiet"]
    assert [row["severity"] for row in run(recorded, "alerts", "list", "--watchlist", "act-of-war", "--json").json] == [
        "critical"
    ]
    since = run(recorded, "alerts", "list", "--since", "2015-11-15T21:12:00", "--json").json
    assert [row["watchlist"] for row in since] == ["quiet", "raqqa"]
    assert run(recorded, "alerts", "list", "--since", "1h", "--json").json == []
    assert "told nobody: no_channel" in squeezed(run(recorded, "alerts", "list").out)


def test_an_alert_is_shown_with_its_words_and_every_attempt(recorded: Path, run: RunVerb) -> None:
    listed = run(recorded, "alerts", "list", "--watchlist", "act-of-war").out
    said = run(recorded, "alerts", "show", ID.findall(listed)[-1])
    assert "Hollande called it “an »act of war«”." in said.out
    assert "502 status Bad Gateway again in 5 s" in squeezed(said.out)
    whole = run(recorded, "alerts", "show", ID.findall(listed)[-1], "--json").json
    assert [attempt["kind"] for attempt in whole["deliveries"][0]["attempts"]] == ["failed", "dead"]


def test_feeds_of_the_configuration_and_of_the_past_are_listed(recorded: Path, run: RunVerb) -> None:
    rows = run(recorded, "feeds", "list", "--json").json
    assert [(row["id"], row["kind"], row["state"], row["articles"]) for row in rows] == [
        ("post", "feed", "working", 2),
        ("local", "feed", "waiting", 0),
        ("communique", "page", "waiting", 0),
        ("wire", "feed", "removed", 0),
    ]


def test_a_failing_feed_says_why(copy: Path, run: RunVerb) -> None:
    with (copy / "config.toml").open("a") as file:
        file.write('[feeds.wire]\nurl = "https://wire.example/atom"\n')
    said = squeezed(run(copy, "feeds", "list").out)
    assert (
        "wire failing 0 https://wire.example/atom Cannot be read (timeout: 30 s), 4 times in a row; never read." in said
    )


def test_a_stale_feed_says_since_when_and_against_what(copy: Path, run: RunVerb) -> None:
    with closing(sqlite3.connect(copy / "data" / FILE)) as views, views:
        views.execute(
            "UPDATE feeds SET stale_since = '2015-11-16T22:00:00Z', last_new = '2015-11-15T14:00:00Z', usual_pause = 7200.0 WHERE id = 'post'"
        )
    said = squeezed(run(copy, "feeds", "list").out)
    assert "post stale 2 https://post.example/rss Has brought nothing new since 2015-11-15 15:00, and seldom" in said
    assert "more than 2 hours" in said


def test_dead_letters_are_listed_alone(recorded: Path, run: RunVerb) -> None:
    assert sorted(row["state"] for row in run(recorded, "deliveries", "list", "--json").json) == ["dead", "delivered"]
    dead = run(recorded, "deliveries", "list", "--dead", "--json").json
    assert [row["state"] for row in dead] == ["dead"]
    shown = run(recorded, "deliveries", "show", dead[0]["id"][:20], "--json").json
    assert shown["delivery"] == dead[0]
    assert len(shown["alerts"]) == 1


def requested(copy: Path, run: RunVerb) -> list[str]:
    lines = run(copy, "tail", "--limit", "1000", "--json").out.splitlines()
    return [event["entity"] for event in map(json.loads, lines) if event["type"] == "delivery.requested"]


def test_a_dead_letter_is_asked_for_again_while_no_daemon_runs(copy: Path, run: RunVerb) -> None:
    dead = run(copy, "deliveries", "list", "--dead", "--json").json[0]["id"]
    assert run(copy, "deliveries", "retry", dead, "--json").json == {"requested": [dead]}
    assert requested(copy, run) == [dead]
    assert run(copy, "rebuild", "--json").code == 0
    assert run(copy, "deliveries", "list", "--dead", "--json").json == []
    said = run(copy, "deliveries", "retry", "--dead")
    assert (said.code, said.err) == (1, "there are no dead letters\n")


def test_every_dead_letter_is_asked_for_at_once(copy: Path, run: RunVerb) -> None:
    assert len(run(copy, "deliveries", "retry", "--dead", "--json").json["requested"]) == 1
    assert len(requested(copy, run)) == 1


@pytest.mark.parametrize(
    "arguments",
    [["deliveries", "retry"], ["deliveries", "retry", "x", "--dead"], ["alerts", "list", "--since", "soon"]],
)
def test_what_makes_no_sense_is_refused(recorded: Path, run: RunVerb, arguments: list[str]) -> None:
    assert run(recorded, *arguments).code == 2


async def test_a_retry_works_while_a_daemon_holds_the_log(copy: Path) -> None:
    async with open_log("embedded", data_dir=copy / "data") as log:
        with started(copy, "deliveries", "retry", "--dead", "--json", stdout=subprocess.PIPE) as process:
            out, _ = process.communicate(timeout=60)
        wanted = json.loads(out)["requested"]
        partition = log.partition_of("")
        asked = [r.entity async for r in log.read(partition) if isinstance(r.event, DeliveryRequested)]
        head = await log.load(partition, wanted[0])
    assert asked == wanted
    assert json.loads(head.snapshot)["state"] == "dead", "the snapshot is the courier's to change"


# --- tail ------------------------------------------------------------------------------------------------------------


def test_tail_shows_the_last_events_in_order(copy: Path, run: RunVerb) -> None:
    everything = [json.loads(line) for line in run(copy, "tail", "-n", "1000", "--json").out.splitlines()]
    assert [event["type"] for event in everything][:3] == ["feed.baselined", "feed.failing", "article.discovered"]
    assert everything == sorted(everything, key=lambda event: [int(part) for part in event["position"].split("-")])
    last = [json.loads(line) for line in run(copy, "tail", "-n", "3", "--json").out.splitlines()]
    assert last == everything[-3:]
    assert len(run(copy, "tail", "-n", "5").out.splitlines()) == 5


def test_following_a_log_that_nobody_runs_is_refused(copy: Path, run: RunVerb) -> None:
    said = run(copy, "tail", "--follow")
    assert (said.code, said.out) == (1, "")
    assert "monitor run" in said.err


async def test_tail_follows_until_it_is_interrupted(copy: Path) -> None:
    async with open_log("embedded", data_dir=copy / "data") as log:
        with started(copy, "tail", "--follow", "-n", "1", "--json", stdout=subprocess.PIPE) as process:
            assert process.stdout
            first = json.loads(process.stdout.readline())
            assert first["type"] == "article.gone"
            done = await _retried(copy)
            assert done == 0
            followed = json.loads(process.stdout.readline())
            process.send_signal(signal.SIGINT)
            assert process.wait(timeout=30) == 0
        assert followed["type"] == "delivery.requested"
        assert await log.lag("match", 0) > 0, "tail consumes nothing"


async def _retried(copy: Path) -> int:
    with started(copy, "deliveries", "retry", "--dead", stdout=subprocess.DEVNULL) as process:
        return process.wait(timeout=60)


# --- upkeep ----------------------------------------------------------------------------------------------------------


def test_rebuild_mends_views_that_do_not_say_what_the_log_says(copy: Path, run: RunVerb) -> None:
    assert run(copy, "rebuild", "--check").out == "The views say what the log says.\n"
    with sqlite3.connect(copy / "data" / "views.sqlite3") as database:
        database.execute("UPDATE articles SET title = 'planted'")
    database.close()
    said = run(copy, "rebuild", "--check", "--json")
    assert (said.code, said.json["same"]) == (1, False)
    assert "planted" in said.json["difference"]["views"]
    assert run(copy, "rebuild", "--json").json["events"] > 10
    assert run(copy, "rebuild", "--check", "--json").json == {"same": True, "difference": None}


def test_views_that_were_lost_are_made_again(copy: Path, run: RunVerb) -> None:
    before = run(copy, "history", STORY, "--json").json
    (copy / "data" / "views.sqlite3").unlink()
    assert run(copy, "rebuild").code == 0
    assert run(copy, "history", STORY, "--json").json == before


def test_parked_events_are_listed_and_handed_back(copy: Path, run: RunVerb, with_log: Callable[[Any], None]) -> None:
    assert run(copy, "parked", "list").out == "Nothing is parked.\n"

    async def park(log: Log) -> None:
        async with aclosing(log.consume("match", 0)) as batches:
            events = await anext(batches)
            await log.park(events[0], "ValueError: \x1b[31mno such [bold]text[/bold]")

    with_log(park)
    parked = run(copy, "parked", "list", "--json").json
    assert [(row["group"], row["error"]) for row in parked] == [
        ("match", "ValueError: \x1b[31mno such [bold]text[/bold]")
    ]
    assert "ValueError: no such [bold]text[/bold]" in squeezed(run(copy, "parked", "list").out)
    identity = parked[0]["event"]["id"]
    assert run(copy, "parked", "retry", identity[:8], "--json").json == {
        "retried": [{"group": "match", "event": identity}]
    }
    assert run(copy, "parked", "list", "--json").json == []
    assert run(copy, "parked", "retry", identity).code == 1


# --- nothing there, nothing said -------------------------------------------------------------------------------------


def test_listings_of_nothing_are_empty_and_well(tmp_path: Path, run: RunVerb) -> None:
    (tmp_path / "config.toml").write_text('data_dir = "data"\n')
    for listing in (["alerts", "list"], ["articles", "list"], ["deliveries", "list"], ["feeds", "list"]):
        assert run(tmp_path, *listing, "--json")[:2] == (0, "[]\n")
        assert run(tmp_path, *listing).code == 0
    said = run(tmp_path, "history", STORY)
    assert (said.code, said.out) == (1, "")
    assert "nothing is recorded yet" in said.err
    assert not (tmp_path / "data").exists()


def test_a_wrong_configuration_is_told_by_line(tmp_path: Path, run: RunVerb) -> None:
    (tmp_path / "config.toml").write_text('data_dirr = "data"\n')
    said = run(tmp_path, "alerts", "list")
    assert said.code == 2
    assert "config.toml:1:1: data_dirr:" in said.err


# --- how it looks ----------------------------------------------------------------------------------------------------

EVERYTHING = [
    ["articles", "list"], ["history", STORY], ["diff", STORY], ["diff", STORY, "1", "2", "--side-by-side"], ["alerts", "list"],
    ["deliveries", "list"], ["feeds", "list"],
]  # fmt: skip


@pytest.mark.parametrize("columns", [80, 120])
@pytest.mark.parametrize("arguments", EVERYTHING, ids=" ".join)
def test_answers_fit_the_screen_and_hold_no_controls(
    recorded: Path, run: RunVerb, arguments: list[str], columns: int
) -> None:
    said = run(recorded, *arguments, columns=columns)
    assert (said.code, said.err) == (0, "")
    assert max(map(cell_len, said.out.splitlines())) <= columns
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", said.out)


def test_markup_and_sequences_from_outside_are_text_or_nothing(recorded: Path, run: RunVerb) -> None:
    said = squeezed(run(recorded, "articles", "list", columns=400).out)
    assert "ISIL, Daesh, IS [red]what[/red] is :smile: in a name gnorw 2J and why" in said


@pytest.mark.parametrize("arguments", EVERYTHING, ids=" ".join)
def test_json_is_one_document_of_visible_characters(recorded: Path, run: RunVerb, arguments: list[str]) -> None:
    said = run(recorded, *(word for word in arguments if word != "--side-by-side"), "--json")
    assert said.json
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", said.out)


def test_colour_is_for_terminals(recorded: Path) -> None:
    ours, theirs = pty.openpty()
    environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "100"}
    environment.pop("NO_COLOR", None)
    with started(recorded, "diff", STORY, "1", "2", stdout=theirs, env=environment) as process:
        os.close(theirs)
        shown = b""
        while chunk := _read(ours):
            shown += chunk
        assert process.wait(timeout=60) == 0
    os.close(ours)
    assert b"\x1b[9;31m20\x1b[0m" in shown
    assert b"[-20-]" not in shown


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 4096)
    except OSError:  # Linux says EIO when the other side has closed
        return b""


@given(st.text(max_size=200))
def test_clean_leaves_one_line_without_controls(text: str) -> None:
    cleaned = clean(text)
    assert not re.search(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]", cleaned)
    assert clean(cleaned) == cleaned


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\nb\tc\r\nd", "a b c d"),
        ("\x1b[1;31mred\x1b[0m", "red"),
        ("\x1b]8;;https://evil.example\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x1b]52;c;cm0gLXJm\x07paste", "paste"),
        ("safe\u202egnp.exe", "safegnp.exe"),
        ("👩\u200d🚒 می\u200cخواهم", "👩\u200d🚒 می\u200cخواهم"),
        ("\ud800", ""),
    ],
)
def test_clean_by_example(text: str, shown: str) -> None:
    assert clean(text) == shown


def test_json_escapes_what_a_terminal_would_obey(capsys: pytest.CaptureFixture[str]) -> None:
    text = "\x1b[31m \x9b \u202e \U000e0041 é \n"
    show_json({"text": text})
    out = capsys.readouterr().out
    assert json.loads(out) == {"text": text}
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e\U000e0041]", out)
    assert "é" in out
