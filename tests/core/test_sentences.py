"""Where sentences end, in several scripts, and the bounds."""

import itertools
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.sentences import LIMIT, around, sentences

GOLD = [json.loads(line) for line in (Path(__file__).parents[1] / "gold/splitting.jsonl").read_text().splitlines()]


@pytest.mark.parametrize("row", [row for row in GOLD if not row.get("hard")], ids=lambda row: row["sentences"][0][:40])
def test_sentences_end_where_a_reader_says(row: dict[str, Any]) -> None:
    text = ("" if row["lang"] in {"zh", "ja"} else " ").join(row["sentences"])
    assert [text[slice(*span)] for span in sentences(text)] == row["sentences"]


def test_scripts_without_spaces_and_lines() -> None:
    text = "空爆があった。「戦争だ。」次の文\nline two"
    assert [text[slice(*span)] for span in sentences(text)] == ["空爆があった。", "「戦争だ。」", "次の文", "line two"]


@given(st.text("ab .!?\n。”"))
def test_sentences_cover_all_words_in_order(text: str) -> None:
    spans = sentences(text)
    assert "".join("".join(text[slice(*span)].split()) for span in spans) == "".join(text.split())
    assert all(left[1] <= right[0] for left, right in itertools.pairwise(spans))


@given(st.text("ab .\n", max_size=2000), st.data())
def test_the_sentence_around_a_hit_holds_it_and_is_bounded(text: str, data: st.DataObject) -> None:
    words = [at for at, char in enumerate(text) if not char.isspace()]
    if not words:
        return
    start = data.draw(st.sampled_from(words))
    end = data.draw(st.integers(start + 1, min(len(text), start + 20)))
    first, last = around(text, sentences(text), start, end)
    assert first <= start < end <= last
    assert last - first <= LIMIT


def test_a_sentence_too_long_is_cut_between_words() -> None:
    text = "word " * 1000 + "Hollande" + " word" * 1000
    first, last = around(text, sentences(text), 5000, 5008)
    assert text[first:last].startswith("word ")
    assert text[first:last].endswith(" word")


def test_hostile_text_stays_linear() -> None:
    for text in ("「" + "。" * 50_000, "a." * 50_000, ". " * 50_000, "." * 400_000, "“" * 400_000, "1. " * 50_000):
        assert sentences(text)[-1][1] <= len(text)
