"""`monitor check`: the examples of watchlists are tried, doubts are told, and `--explain` says what is asked."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from monitor.cli import app

TOML = """\
[entities.hollande]
aliases = ["François Hollande", "Hollande"]

[feeds.post]
url = "https://post.example/rss"

[watchlists.war]
query = '''said:@hollande ("act of war" OR "l'acte de guerre") feed:post'''
matches = ["Hollande called it “an act of war”.", {more}]
rejects = ["It was an “act of war,” Obama said of Hollande's phrase."]

[watchlists.doubtful]
query = "war raqqa OR rakka"

[watchlists.lists]
phrases = ["bomb"]
all = ["{{US}} army"]
none = ["film"]
"""


@pytest.fixture
def checked(tmp_path: Path) -> object:
    def run(*options: str, more: str = "") -> tuple[int, str]:
        file = tmp_path / "config.toml"
        file.write_text(TOML.replace("{more}", more).replace("{{US}} army", "US army"), encoding="utf-8")
        result = CliRunner().invoke(app, ["check", "--config", str(file), *options])
        told = result.output if result.exit_code == 0 else f"{result.output}{result.exception}"
        return result.exit_code, told.replace(f"{file}:", "config.toml:")

    return run


def test_good_examples_and_a_doubt(checked) -> None:
    status, told = checked()
    assert status == 0
    assert "note: config.toml:13:10: watchlists.doubtful.query: AND binds before OR here" in told


def test_examples_that_fail_are_faults_with_their_place_and_reason(checked) -> None:
    status, told = checked(more='"Hollande left.", "“An act of war!” cried Valls."')
    assert status != 0
    assert (
        "config.toml:9:51: watchlists.war.matches[1]: expected a text that matches, got “Hollande left.”: "
        "“act of war” stands nowhere; and “l'acte de guerre” stands nowhere"
    ) in told
    assert (
        "config.toml:9:69: watchlists.war.matches[2]: expected a text that matches, got ““An act of war!” cried Valls.”: "
        "“act of war” stands, but not in direct speech of that speaker"
    ) in told


def test_queries_are_explained(checked) -> None:
    _, told = checked("--explain")
    assert 'war\n  said:@hollande ("act of war" OR "l\'acte de guerre") AND feed:post\n' in told
    assert "  said by François Hollande: (“act of war” or “l'acte de guerre”) and the feed is “post”\n" in told
    assert '  bomb AND "US army" AND NOT film\n' in told
    _, told = checked("--explain", "--json")
    report = json.loads(told)
    assert report["queries"]["doubtful"]["canonical"] == "(war AND raqqa) OR rakka"
    assert len(report["notes"]) == 1
