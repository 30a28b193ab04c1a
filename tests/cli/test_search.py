"""`monitor search` as it is typed."""

from __future__ import annotations

import json
from pathlib import Path

from verbs import RunVerb


def test_who_wrote_it_since_when_and_whether_it_stands(run: RunVerb, recorded: Path) -> None:
    said = run(recorded, "search", "jets", "raqqa")
    assert said.code == 0
    assert "https://post.example/a1" in said.out
    assert "still there" in said.out or "taken out by" in said.out


def test_as_json_with_the_places_of_what_was_found(run: RunVerb, recorded: Path) -> None:
    hit, *_ = json.loads(run(recorded, "search", '"20 bombs"', "--json").out)
    begin, end = hit["passage"]["marks"][0]
    assert hit["passage"]["text"][begin:end] == "20 bombs"
    assert hit["stood"][0]["first"] == 1


def test_what_is_nowhere_and_what_is_no_word(run: RunVerb, recorded: Path, tmp_path: Path) -> None:
    assert run(recorded, "search", "unheard-of").out == "No revision has that.\n"
    assert run(recorded, "search", "jets", "--site", "other.example", "--json").out == "[]\n"
    wrong = run(recorded, "search", "?!")
    assert (wrong.code, "expected a word to look for" in wrong.err) == (2, True)
    (tmp_path / "config.toml").write_text('data_dir = "data"\n')
    assert run(tmp_path, "search", "jets").out == "No revision has that.\n"  # nothing is recorded yet


def test_hostile_text_does_nothing_to_the_terminal(run: RunVerb, recorded: Path) -> None:
    said = run(recorded, "search", "daesh")
    assert "\x1b" not in said.out
    assert "\u202e" not in said.out
