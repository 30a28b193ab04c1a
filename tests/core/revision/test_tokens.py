"""What one word is, in eight languages."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.revision.tokens import small, words_of


@pytest.mark.parametrize(
    "words",
    [
        ["It", "cost", "$3.2m", ",", "or", "1,500", "on", "15 November 2015", "at", "7:30 p.m.", "and", "63 %", "."],
        ["a", "34-year-old", "man's", "US$5bn", "in", "the", "1990s", "on", "May 15", ";", "-5", "degrees"],
        ["Le", "15 novembre 2015", "à", "21 h 30", ",", "1 500 000 €", "pour", "l’État"],
        ["Am", "15. November 2015", "um", "20.15 Uhr", "kamen", "3,5 Mio.", "Euro", "und", "1.500,5", "Tonnen"],
        ["El", "15 de noviembre de 2015", ",", "3,5 %", "de", "EE", ".", "UU", "."],
        ["ارتفع", "إلى", "١٬٥٠٠", "في", "15 نوفمبر 2015"],
        ["С", "15 ноября 2015", "погибли", "20", "человек"],
        ["the", "“Islamic State”", "and", "“", "we", "go", ".", "”", "«Daesh»"],
    ],
)
def test_words_with_spaces_between(words: list[str]) -> None:
    assert words_of(" ".join(words)).texts == words


def test_scripts_without_spaces() -> None:
    text = "2015年11月15日、ラッカで二十人が死亡、1,500円。"
    expected = ["2015年11月15日", "、", "ラッカ", "で", "二十", "人", "が", "死", "亡", "、", "1,500円", "。"]
    assert words_of(text).texts == expected


@given(st.text("ab 1.,$%“”'-年 \nNov", max_size=60) | st.text(max_size=40))
def test_words_cover_the_text_but_its_white_space(text: str) -> None:
    words = words_of(text)
    assert [text[start:end] for start, end in zip(words.starts, words.ends, strict=True)] == words.texts
    assert "".join("".join(words.texts).split()) == "".join(text.split())
    assert all(word.strip() for word in words.texts)


def test_hostile_text_stays_linear() -> None:
    for text in ("1 " * 30_000, "“A " * 20_000, "1." * 30_000, "$" * 200_000, "Nov " * 20_000, "1 500 " * 20_000):
        assert words_of(text).texts


PAGES = [bytes(range(256)).decode(page, "ignore") for page in ("ascii", "cp1252", "cp1251")]


@given(
    st.sampled_from([*PAGES, "Один İs Ἀθῆναι 戦争 حرب 12_3 "]).flatmap(lambda letters: st.text(letters, max_size=40))
)
def test_the_words_of_a_text_are_the_same_whichever_way_they_are_found(text: str) -> None:
    assert small(text) == re.findall(r"\w+", text.lower())
