"""`routes test`, `silences`, `alerts ack` and `why`: what they record is what policy obeys, and what they explain is what happened."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from verbs import RunVerb

from monitor.core.events import AlertRouted, AlertSuppressed, Telling
from monitor.core.policy import silences
from monitor.ports import Append, Batch, Log
from monitor.stages.jobs import AlertState
from monitor.stages.lanes import decoded
from monitor.store import open_log
from monitor.store.views import FILE, Reader, Views

ROUTES = """
[watchlists.raqqa]
phrases = ["Raqqa"]

[[routes]]
match = { severity = "critical" }
notify = ["desk"]
continue = true
remind_until_ack = "10m"

[[routes]]
match = { watchlist = "raqqa" }
notify = ["desk"]
group_by = ["site"]
quiet_hours = { from = "22:00", to = "07:00" }
"""


@pytest.fixture
def routed(copy: Path) -> Path:
    config = copy / "config.toml"
    critical = '[watchlists.act-of-war]\nseverity = "critical"\n'
    config.write_text(config.read_text().replace("[watchlists.act-of-war]\n", critical) + ROUTES)
    return copy


def projected(folder: Path) -> Reader:
    """The views of a folder, brought up to its log."""

    async def catch_up() -> None:
        async with open_log("embedded", data_dir=folder / "data") as log:
            with Views(folder / "data" / FILE) as views:
                for partition in range(log.partitions):
                    views.apply([recorded async for recorded in log.read(partition)])

    asyncio.run(catch_up())
    return Reader(folder / "data" / FILE)


def alert_of(folder: Path, watchlist: str) -> Any:
    with Reader(folder / "data" / FILE) as reader:
        return reader.alerts(watchlist=watchlist)[0]


# --- routes test -----------------------------------------------------------------------------------------------------


def test_routes_test_names_channel_route_and_handling(routed: Path, run: RunVerb) -> None:
    said = run(routed, "routes", "test", "watchlist=raqqa", "--json")
    assert said.json == [
        {"channel": "desk", "route": "2", "group_by": ["site"], "quiet_hours": "22:00–07:00 Europe/Paris"}
    ]
    assert "22:00–07:00" in run(routed, "routes", "test", "watchlist=raqqa").out


def test_a_watchlist_brings_its_own_severity(routed: Path, run: RunVerb) -> None:
    assert [aim["route"] for aim in run(routed, "routes", "test", "watchlist=act-of-war", "--json").json] == ["1"]
    said = run(routed, "routes", "test", "watchlist=act-of-war", "severity=info", "--json")
    assert [aim["route"] for aim in said.json] == [None], "as the watchlist itself says"


def test_routes_test_says_that_nobody_is_told(routed: Path, run: RunVerb) -> None:
    said = run(routed, "routes", "test", "severity=info")
    assert (said.code, said.out) == (1, "")
    assert "nobody" in said.err


@pytest.mark.parametrize("wrong", ["severity", "colour=red", "watchlist=none"])
def test_routes_test_refuses_what_is_no_label(routed: Path, run: RunVerb, wrong: str) -> None:
    assert run(routed, "routes", "test", wrong).code == 2


# --- silences --------------------------------------------------------------------------------------------------------


def test_a_silence_is_set_listed_and_ended(copy: Path, run: RunVerb, with_log: Callable[..., None]) -> None:
    said = run(
        copy,
        "silences",
        "add",
        "watchlist=raq*",
        "site=post.example",
        "--for",
        "2h",
        "--comment",
        "server moves",
        "--json",
    )
    assert said.code == 0
    event = said.json["silence"]
    assert (event["matchers"], event["comment"]) == ({"watchlist": ["raq*"], "site": ["post.example"]}, "server moves")

    async def in_force(log: Log) -> None:
        head = await log.load(log.partition_of(silences.ENTITY), silences.ENTITY)
        [silence] = silences.decode(head.snapshot).silences
        assert silence.until - silence.at == timedelta(hours=2)

    with_log(in_force)
    projected(copy).__exit__()
    assert event["silence"].removeprefix("silence_")[:8] in run(copy, "silences", "list").out
    assert run(copy, "silences", "expire", event["silence"][:14]).code == 0
    projected(copy).__exit__()
    assert "Nothing is silenced" in run(copy, "silences", "list").out
    [row] = run(copy, "silences", "list", "--all", "--json").json
    assert row["ended_at"] is not None
    assert run(copy, "silences", "expire", event["silence"]).code == 1


@pytest.mark.parametrize(
    "wrong",
    [
        ("watchlist=raqqa", "--comment", "x"),
        ("watchlist=raqqa", "--for", "2h", "--until", "2h", "--comment", "x"),
        ("watchlist=raqqa", "--for", "2h"),
        ("watchlist=raqqa", "--for", "2h", "--comment", "  "),
        ("watchlist=raqqa", "--for", "0h", "--comment", "x"),
        ("watchlist=raqqa", "--until", "2015-11-16T07:00", "--comment", "x"),
        ("raqqa", "--for", "2h", "--comment", "x"),
        ("--for", "2h", "--comment", "x"),
    ],
)
def test_a_silence_without_an_end_a_comment_or_a_label_is_refused(
    copy: Path, run: RunVerb, wrong: tuple[str, ...]
) -> None:
    assert run(copy, "silences", "add", *wrong).code == 2


# --- acks ------------------------------------------------------------------------------------------------------------


def test_an_ack_is_recorded_beside_the_alert_and_shown(copy: Path, run: RunVerb, with_log: Callable[..., None]) -> None:
    row = alert_of(copy, "act-of-war")
    assert run(copy, "alerts", "ack", row.id[:14], "--note", "Anna calls the ministry").code == 0

    async def acked(log: Log) -> None:
        state = decoded(await log.load(log.partition_of(row.article), row.id), AlertState)
        assert state is not None
        assert state.acked

    with_log(acked)
    projected(copy).__exit__()
    assert "Anna calls the ministry" in run(copy, "why", row.id).out


def test_an_alert_that_nobody_knows_cannot_be_acked(copy: Path, run: RunVerb) -> None:
    assert run(copy, "alerts", "ack", "alert_0000").code == 1


# --- why -------------------------------------------------------------------------------------------------------------


def test_why_tells_the_whole_way_of_an_alert(recorded: Path, run: RunVerb) -> None:
    row = alert_of(recorded, "act-of-war")
    said = run(recorded, "why", row.id[:14]).out
    for part in ("https://post.example/a1", "watchlist act-of-war", "“act of war” appeared", "told at once", "as the watchlist says",
                 "Bad Gateway", "nobody listens", "dead"):  # fmt: skip
        assert part in said, part
    trace = run(recorded, "why", row.id, "--json").json
    assert trace["alert"]["id"] == row.id
    assert trace["revision"]["revision"] == 2
    assert [attempt["kind"] for attempt in trace["deliveries"][0][1]] == ["failed", "dead"]


def test_why_says_why_nobody_was_told(recorded: Path, run: RunVerb) -> None:
    said = run(recorded, "why", alert_of(recorded, "quiet").id).out
    assert "nobody was told: neither a route nor the watchlist names a channel" in said


def test_why_says_what_an_alert_waits_for(copy: Path, run: RunVerb, with_log: Callable[..., None]) -> None:
    row = alert_of(copy, "quiet")

    async def decide(log: Log) -> None:
        partition = log.partition_of(row.article)
        head, at = await log.load(partition, row.id), row.at
        tellings = (
            Telling("desk", "2", "quiet", "lane_1", "group_0123456789", at + timedelta(hours=3)),
            Telling("archive", "1", "suppressed", reason="throttled"),
        )
        events = (AlertRouted(at, row.id, tellings), AlertSuppressed(at, row.id, "throttled", "archive", "1"))
        await log.commit(Batch(partition, appends=(Append(row.id, head, events, head.snapshot),)))

    with_log(decide)
    with projected(copy) as reader:
        assert {telling.channel: telling.how for telling in reader.tellings(row.id)} == {
            "desk": "quiet",
            "archive": "suppressed",
        }
    trace = run(copy, "why", row.id, "--json").json
    assert {telling["channel"]: telling["route"] for telling in trace["tellings"]} == {"desk": "2", "archive": "1"}


def test_why_asks_for_an_alert_that_is_there(recorded: Path, run: RunVerb) -> None:
    assert run(recorded, "why", "alert_0000").code == 1
