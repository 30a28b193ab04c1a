"""What the benchmarks measure on the project's own gold stays where it is: spans and sentences, each better than difflib's."""

import json
import runpy
from pathlib import Path
from typing import Any

import pytest

TESTS = Path(__file__).parents[2]


@pytest.fixture
def bench(request: pytest.FixtureRequest) -> dict[str, Any]:
    return runpy.run_path(str(TESTS / "bench" / f"{request.param}.py"))


def rows(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (TESTS / "gold" / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("bench", ["spans"], indirect=True)
def test_spans_are_marked_as_people_mark_them(bench: dict[str, Any]) -> None:
    ours, difflib = (bench["measured"](rows("spans"), bench[name]) for name in ("ours", "difflib"))
    assert ours["exact"] >= max(0.84, difflib["exact"] + 0.05)
    assert ours["changed"] >= max(0.95, difflib["changed"])


@pytest.mark.parametrize("bench", ["sentences"], indirect=True)
def test_sentences_are_matched(bench: dict[str, Any]) -> None:
    every, reworded = bench["measured"](rows("sentences"), bench["ours"])
    assert every >= 0.98
    assert reworded >= 0.95


@pytest.mark.parametrize("name", ["spans", "sentences"])
def test_the_gold_is_sound(name: str) -> None:
    for row in rows(name):
        for edit in row.get("edits", []):
            a, b, c, d = edit
            assert row["before"][a:b] != row["after"][c:d]
        for i, j in row.get("links", []):
            assert row["old"][i]
            assert row["new"][j]
