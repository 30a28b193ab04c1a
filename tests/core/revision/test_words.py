"""Words that changed: whole words and figures in eight languages, phrases as people mark them, and the laws."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.revision.words import Change, diff, moves, spans
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
        ("空爆は二十発", "空爆は三十発", [("二十", "三十")]),
        ("a 34-year-old man", "a 35-year-old man", [("34-year-old", "35-year-old")]),
        ("cost $3.2m then", "cost $4.2m then", [("$3.2m", "$4.2m")]),
        ("some 1 500 people", "some 1 600 people", [("1 500", "1 600")]),
        ("nearly 63 % of them", "nearly 66 % of them", [("63 %", "66 %")]),
        ("at 7:30 p.m. there", "at 8:30 p.m. there", [("7:30 p.m.", "8:30 p.m.")]),
        ("the “Islamic State” there", "the “Islamic Front” there", [("“Islamic State”", "“Islamic Front”")]),
        ("“We are at war,” he said", "“We are at peace,” he said", [("war", "peace")]),
        (
            "le 15 novembre 2015 à 21 h 30",
            "le 16 novembre 2015 à 21 h 45",
            [("15 novembre 2015", "16 novembre 2015"), ("21 h 30", "21 h 45")],
        ),
        ("rund 1.500,5 Tonnen", "rund 1.600,5 Tonnen", [("1.500,5", "1.600,5")]),
        (
            "am 15. November 2015 um 20.15 Uhr",
            "am 16. November 2015 um 20.15 Uhr",
            [("15. November 2015", "16. November 2015")],
        ),
        (
            "el 15 de noviembre de 2015",
            "el 16 de noviembre de 2015",
            [("15 de noviembre de 2015", "16 de noviembre de 2015")],
        ),
        ("15 ноября погибли 20 человек", "16 ноября погибли 30 человек", [("15 ноября", "16 ноября"), ("20", "30")]),
        ("ارتفع العدد إلى ١٬٥٠٠ شخص", "ارتفع العدد إلى ١٬٦٠٠ شخص", [("١٬٥٠٠", "١٬٦٠٠")]),
        ("2015年11月15日死亡", "2015年11月16日死亡", [("2015年11月15日", "2015年11月16日")]),
        ("在 2014 年和", "在 2014 年与", [("和", "与")]),
        ("the CIO said", "the Chief Information Officer (CIO) said", [("CIO", "Chief Information Officer (CIO)")]),
        (
            "it will adjust automatically soon",
            "it will automatically adjust soon",
            [("adjust automatically", "automatically adjust")],
        ),
        ("the results shows it", "the result show it", [("results", "result"), ("shows", "show")]),
        ("He spoke in 2014 then.", "He spoke in 2015 and in 2014 then.", [("", "in 2015 and")]),
        ("It was built on stone and brick.", "It was built on stone and wood and brick.", [("", "and wood")]),
        ("he said so", "he said so today", [("", "today")]),
        (
            "born in Lyon in 1954",
            "born in Villeurbanne, near Lyon, in 1954",
            [("Lyon", "Villeurbanne, near Lyon,")],
        ),
        (
            "USA.gov has rules",
            "the site (known as USA.gov) has rules",
            [("USA.gov", "the site (known as USA.gov)")],
        ),
        ("they spoke by telephone", "they met in Geneva", [("spoke", "met"), ("by telephone", "in Geneva")]),
        (
            "the head, Maria Keller, said so",
            "the head told reporters so",
            [(", Maria Keller,", ""), ("said", "told reporters")],
        ),
        ("a visiting museum", "a visit the museum", [("visiting", "visit"), ("", "the")]),
        ("in 1962, supplies it", "in 1962 provides it", [("supplies", "provides")]),
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
def test_swapped_texts_give_the_mirrored_changes(before: str, after: str) -> None:
    assert [(c.c, c.d, c.a, c.b) for c in diff(after, before)] == [tuple(c) for c in diff(before, after)]


WORDS = st.lists(st.sampled_from(["the", "of", "in", "a", "town", "towns", ",", "(", ")", "20", "The"]), max_size=14)


@given(WORDS, WORDS)
def test_the_spans_carried_out_give_the_new_words(old: list[str], new: list[str]) -> None:
    result, cursor = [], 0
    for a, b, c, d in spans(old, new):
        result += old[cursor:a] + new[c:d]
        cursor = b
    assert result + old[cursor:] == new


def test_a_phrase_that_moved_is_a_move() -> None:
    before = "On Sunday evening the minister of the interior spoke in the town hall."
    after = "The minister of the interior spoke in the town hall on Sunday evening."
    changes = diff(before, after)
    assert [
        (changed_words(before, changes[i])[0], changed_words(after, changes[j])[1])
        for i, j in moves(before, after, changes)
    ] == [("On Sunday evening", "on Sunday evening")]


@given(PIECES.map(" ".join), PIECES.map(" ".join))
def test_a_move_says_the_same_at_both_places(before: str, after: str) -> None:
    changes = diff(before, after)
    for i, j in moves(before, after, changes):
        assert lettering(changed_words(before, changes[i])[0]) == lettering(changed_words(after, changes[j])[1])


def changed_words(text: str, change: Change) -> tuple[str, str]:
    return text[change.a : change.b], text[change.c : change.d]


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
    two = [" ".join(chance.choice("ab") for _ in range(20_000)) for _ in range(2)]
    assert diff(*two)
    before, after = "x " * 2**19, "y " * 2**19
    assert diff(before, after) == (Change(0, len(before), 0, len(after)),)
