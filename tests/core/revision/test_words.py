import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.revision.words import Change, diff
from monitor.core.text import lettering

PIECES = st.lists(
    st.sampled_from(["bombs", "20", "30", "$1.5 million", "15 November 2015", ",", "—", "Raqqa", "爆弾", " ", "é"]),
    max_size=12,
)


def changed(before: str, after: str) -> list[tuple[str, str]]:
    return [(before[c.a : c.b], after[c.c : c.d]) for c in diff(before, after)]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("Some 63 bombs", "Some 66 bombs", [("63", "66")]),
        (
            "fell on 15 November 2015 there",
            "fell on 16 November 2015 there",
            [("15 November 2015", "16 November 2015")],
        ),
        ("costs $1.5 million now", "costs $2.5 million now", [("$1.5 million", "$2.5 million")]),
        ("at 14:05 today", "at 15:20 today", [("14:05", "15:20")]),
        ("up 3.5% since", "up 35% since", [("3.5%", "35%")]),
        ("the well-known man", "the little-known man", [("well-known", "little-known")]),
        ("Er sagte: Übermut", "Er sagte: Hochmut", [("Übermut", "Hochmut")]),
        ("空爆は二十発", "空爆は三十発", [("二", "三")]),
        ("he said so", "he said so today", [("", "today")]),
        ("“quoted” - text", '"quoted" — text', []),
        ("1,500 people", "1 500 people", []),
    ],
)
def test_whole_words_and_whole_numbers(before: str, after: str, expected: list[tuple[str, str]]) -> None:
    assert changed(before, after) == expected


@given(PIECES.map(" ".join))
def test_a_text_against_itself_has_no_changes(text: str) -> None:
    assert diff(text, text) == ()


@given(PIECES.map(" ".join), PIECES.map(" ".join))
def test_the_changes_carried_out_say_what_the_new_text_says(before: str, after: str) -> None:
    result, cursor = "", 0
    for change in diff(before, after):
        assert cursor <= change.a <= change.b <= len(before)
        result += before[cursor : change.a] + " " + after[change.c : change.d] + " "
        cursor = change.b
    assert lettering(result + before[cursor:]) == lettering(after)


def test_huge_texts_are_bounded() -> None:
    chance = random.Random(1)
    few = [" ".join(chance.choice("abcdefgh") for _ in range(20_000)) for _ in range(2)]
    assert diff(*few)
    before, after = "x " * 2**19, "y " * 2**19
    assert diff(before, after) == (Change(0, len(before), 0, len(after)),)
