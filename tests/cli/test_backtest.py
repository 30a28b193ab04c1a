"""`backtest`, `entities coverage`, and `why` as far as it judges again: on a log whose alerts the daemon's own matcher raised."""

from __future__ import annotations

import asyncio
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from newsroom import START, record, write_config
from verbs import RunVerb

from monitor.cli import replaying
from monitor.core.events import AlertRaised, MatchExcluded, entity_id
from monitor.store import open_log

STORY = "https://post.example/a1"


@pytest.fixture(scope="module")
def news(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("news")
    write_config(folder)
    asyncio.run(record(folder))
    return folder


@pytest.fixture(scope="module")
def archived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("archived")
    write_config(folder)
    asyncio.run(record(folder, archiving=True))
    return folder


def test_the_same_rules_would_raise_the_same_alerts(news: Path, run: RunVerb) -> None:
    """One evaluator: backlog, templates, withdrawals, everything that a watchlist asks for."""
    said = run(news, "backtest", "--json").json
    raised = asyncio.run(_events(news))
    assert (
        len(raised)
        == sum(sum(totals[kind] for kind in ("both", "quiet")) for totals in said["watchlists"].values())
        > 8
    )
    assert {row["alert"] for row in said["alerts"]} == {event.alert for event in raised}
    assert {row["kind"] for row in said["alerts"]} == {"both", "quiet"}
    assert Counter(row["did"] for row in said["alerts"])["template"] > 0
    assert Counter(row["would"] for row in said["alerts"]) == Counter(row["did"] for row in said["alerts"])
    assert said["events"] == 15
    assert said["missing"] == {"unjudged": 0, "gaps": []}


async def _events(folder: Path) -> list[AlertRaised]:
    async with open_log("embedded", data_dir=folder / "data") as log:
        return [each.event async for each in log.read(0) if isinstance(each.event, AlertRaised)]


def test_other_rules_are_held_against_what_was_raised(news: Path, run: RunVerb, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(news, tmp_path / "copy"))
    old = (folder / "config.toml").read_text()
    new = old.replace("NEAR/3", "NEAR/1").replace("NOT film", "NOT (film OR ministry)").replace('feeds = ["times"]', "")
    new = new.replace('phrases = ["act of war"]\nentities = ["group"]', 'phrases = ["no such words"]')
    (folder / "config.toml").write_text(new.replace("[watchlists.raqqa]", "[watchlists.rakka]"))
    said = run(folder, "backtest", "--json").json
    totals = said["watchlists"]
    assert totals["near"] | {"reasons": 0} == {"both": 0, "only_would": 0, "only_did": 2, "quiet": 0, "reasons": 0}
    assert "the nearest have 2" in totals["near"]["reasons"][0]["reason"]
    assert totals["film"]["reasons"][0]["reason"] == "“ministry” stands (paragraph 1), which NOT excludes"
    assert (totals["times"]["only_would"], totals["times"]["only_did"]) == (6, 0)
    assert totals["raqqa"]["reasons"][0]["reason"] == "there is no such watchlist any more"
    assert (totals["rakka"]["only_would"], totals["rakka"]["quiet"]) == (1, 1)
    assert "“no such words” stands nowhere" in {each["reason"] for each in totals["war"]["reasons"]}
    shown = run(folder, "backtest", "near", "times", "--limit", "2").out
    assert "2 article events" not in shown
    assert "near: 2 no more:" in shown
    assert "6 more: --limit shows further ones" in shown
    assert "war" not in {line.split()[0] for line in shown.splitlines() if line.split()}
    assert "film" not in shown.replace("film-", "")


def test_max_age_is_judged_at_the_time_of_the_event(news: Path, run: RunVerb, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(news, tmp_path / "copy"))
    write_config(folder, age="72h")
    [row] = [row for row in run(folder, "backtest", "raqqa", "--json").json["alerts"] if row["kind"] == "only_would"]
    assert (row["would"], row["did"]) == ("alert", "backlog")
    assert "was backlog" in run(folder, "backtest", "raqqa").out


def test_only_a_window_is_judged_and_its_past_is_known_all_the_same(news: Path, run: RunVerb) -> None:
    since = (START.replace(minute=15)).isoformat()
    said = run(news, "backtest", "--since", since, "--json").json
    whole = run(news, "backtest", "--json").json
    assert 0 < said["events"] < whole["events"]
    assert [row for row in whole["alerts"] if row["at"] >= "2015-11-15T20:15"] == said["alerts"]
    until = run(news, "backtest", "--until", since, "--json").json
    assert until["events"] + said["events"] == whole["events"]
    assert run(news, "backtest", "--since", "1h", "--json").json["events"] == 0


def test_what_is_forgotten_is_folded_from_its_history(
    news: Path, run: RunVerb, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = run(news, "backtest", "--json").json
    monkeypatch.setattr(replaying, "ARTICLES_KEPT", 1)
    monkeypatch.setattr(replaying, "STEPS_KEPT", 1)
    assert run(news, "backtest", "--json").json == whole


def test_it_reads_the_archive_and_says_what_is_missing(
    archived: Path, news: Path, run: RunVerb, tmp_path: Path
) -> None:
    whole = run(archived, "backtest", "--json").json
    assert whole["watchlists"] == run(news, "backtest", "--json").json["watchlists"]
    folder = Path(shutil.copytree(archived, tmp_path / "copy"))
    segments = sorted((folder / "data" / "archive" / "0").glob("*.jsonl.zst"))
    assert len(segments) > 3
    segments[0].unlink()
    said = run(folder, "backtest", "--json").json
    [gap] = said["missing"]["gaps"]
    assert gap["events"] == 4
    assert said["missing"]["unjudged"] > 0
    assert said["events"] + said["missing"]["unjudged"] < whole["events"]
    shown = run(folder, "backtest").out
    assert "Missing: 4 events from " in shown
    assert "events were not judged: the past of their articles is lost" in shown
    for manifest in (folder / "data" / "archive" / "0").glob("*.json"):
        manifest.unlink()
    assert "cannot be read" in " ".join(run(folder, "backtest").out.split())


def test_a_log_that_is_not_there_is_not_made(run: RunVerb, tmp_path: Path) -> None:
    write_config(tmp_path)
    said = run(tmp_path, "backtest")
    assert said.code == 1
    assert "nothing is recorded in" in said.err
    assert not (tmp_path / "data").exists()


def test_a_name_that_nobody_knows_is_told(news: Path, run: RunVerb) -> None:
    said = run(news, "backtest", "flim")
    assert said.code == 2
    assert 'did you mean "film"?' in said.err


def test_in_a_pipe_there_is_no_progress(news: Path, run: RunVerb) -> None:
    assert run(news, "backtest").err == ""


# --- coverage --------------------------------------------------------------------------------------------------------


def test_which_alias_found_what_and_which_never_did(news: Path, run: RunVerb) -> None:
    said = run(news, "entities", "coverage", "--json").json
    found = {(each["entity"], each["alias"]): (each["articles"], each["alerts"]) for each in said["by_alias"]}
    assert found["hollande", "President Hollande"] == (1, 0)
    assert found["hollande", "HOLLANDE"] == (1, 0)  # of two that read the same the first in the alphabet is counted
    assert found["group", "Daesh"] == (1, 2)
    never = {each["alias"]: (each["same_as"], each["rejected"]) for each in said["never_found"]}
    assert never == {
        "François Hollande": ("", 0), "Hollande": ("HOLLANDE", 0), "Monsieur Hollande": ("", 0), "Islamic State": ("", 0), "{ISIS}": ("", 1),
    }  # fmt: skip
    assert (said["aliases"], said["found"], said["never"]) == (8, 3, 5)
    shown = run(news, "entities", "coverage", "group", "--limit", "1").out
    assert "1 of 3 aliases of 1 entities found something" in shown
    assert "Never found: 2" in shown
    assert "1 more: --limit shows further ones" in shown


def test_coverage_of_an_entity_that_is_none(news: Path, run: RunVerb) -> None:
    said = run(news, "entities", "coverage", "holande")
    assert said.code == 2
    assert 'did you mean "hollande"?' in said.err


# --- why -------------------------------------------------------------------------------------------------------------


def test_why_says_how_an_article_stands_with_each_watchlist(news: Path, run: RunVerb) -> None:
    told = {each["watchlist"]: each for each in run(news, "why", STORY, "--json").json["watchlists"]}
    assert told["war"]["matches"]
    assert [turn["changes"] for turn in told["war"]["turns"]][-1] == ["withdrawn"]
    assert len(told["war"]["alerts"]) == 2
    assert told["film"]["reason"] == "“film” stands (paragraph 2), which NOT excludes"
    assert told["film"]["stood"] == ["“act of war”"]
    assert told["film"]["turns"][-1]["excluded"] == ["“act of war”"]
    assert told["times"]["reason"] == "it does not look at post"
    shown = run(news, "why", STORY).out
    assert "war  matches as it stands" in shown
    assert "“It is an »act of war«,” the president, Hollande, said." in shown
    assert "excluded “act of war”, for “film” stands" in shown
    assert "appeared: backlog, nobody is told" in shown
    assert run(news, "why", STORY, columns=80).code == 0


def test_why_says_what_else_the_event_of_an_alert_matched(news: Path, run: RunVerb) -> None:
    [alert] = [
        row["id"]
        for row in run(news, "alerts", "list", "--json").json
        if row["watchlist"] == "film" and row["article"] == entity_id("article", STORY)
    ]
    beside = run(news, "why", alert, "--json").json["beside"]
    assert beside["stood"] == ["“act of war”"]
    assert ["times", "it does not look at post"] in beside["nearly"]
    assert "nearly times: it does not look at post" in run(news, "why", alert).out


def test_what_a_not_put_out_is_recorded(news: Path) -> None:
    async def exclusions() -> list[Any]:
        async with open_log("embedded", data_dir=news / "data") as log:
            return [each.event async for each in log.read(0) if isinstance(each.event, MatchExcluded)]

    [excluded] = asyncio.run(exclusions())
    assert (excluded.watchlist, excluded.revision, excluded.terms) == ("film", 3, ("“act of war”",))
    assert excluded.reason == "“film” stands (paragraph 2), which NOT excludes"
