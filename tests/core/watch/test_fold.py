"""Folding: what becomes the same, what stays apart, and the laws of the way back."""

import itertools
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from reference import fold_slowly, origins

from monitor.core.watch.fold import (
    Folded,
    count_words,
    exact,
    fold,
    fold_lines,
    joins,
    joints,
    marked,
    on_words,
    says_something,
    words,
)

TRICKY = st.text(
    st.one_of(
        st.sampled_from(
            list(" \u00a0\n's’“”\u00ad\u200b\u200d—-–e\u0301éÉßﬁ½…ｶﾞガか\u3099각각ٱمُ\u0644हि\u0e01\u0e34İıŒ國")
        ),
        st.characters(exclude_categories=["Cs"]),
    )
)


# What each way to fold is for: ASCII alone, a few other letters among it, very many different ones, and scripts of their own.
ASCII = st.text(st.characters(max_codepoint=0x7F))
LATIN = st.text(st.sampled_from("abc 's-\n\0\x7f’é“”\u00a0ß"), max_size=60)
MOTLEY = st.text(st.sampled_from("ab's ÀÉÎÕÜÇÑŠŽŁØÅÆŒĐĞİıŐŰŢȘĀĒĪŪĢĶĻŅ’“”«»—…\u00ad\u0301"), min_size=30, max_size=90)
FOREIGN = st.text(
    st.sampled_from("Президент Й ё، الرقّة שָׁלוֹם 国の戦争はｶﾞ か\u3099 \u1112\u1161\u11ab 각 हिन्दी ไทยกิน a's"), max_size=60
)


@pytest.mark.case(id="P20")
@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("François Hollande", "FRANCOIS HOLLANDE"),
        ("“an act of war”", "'an act of war'"),
        ("l’acte de guerre", "l'acte de guerre"),
        ("act\u00a0of\n  war", "act of war"),
        ("ISIS\u00adled", "ISISled"),
        ("al\u2011Raqqa", "al-Raqqa"),
        ("Hollande’s", "hollande"),
        ("Straße", "STRASSE"),
        ("Diyarbakır", "Diyarbakir"),
        ("İstanbul", "istanbul"),
        ("Cafe\u0301", "Café"),
        ("ＩＳＩＳ", "ISIS"),
        ("Ελλάς", "ΕΛΛΑΣ"),
        ("مُحَمَّد", "محمد"),
        ("الرقّة", "الرقة"),
        ("שָׁלוֹם", "שלום"),
        ("Пётр", "Петр"),
        ("ｶﾞｽ", "ガス"),
        (unicodedata.normalize("NFD", "한국"), "한국"),
        (unicodedata.normalize("NFD", "ガ"), "ガ"),
        ("Łódź", "Lodz"),
        ("Raqq\ud800a", "Raqqa"),
    ],
)
def test_what_a_reader_calls_the_same_folds_to_the_same(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("war", "wart"), ("ガ", "カ"), ("각", "가"), ("हिन", "हन"), ("กิน", "กน"), ("it's", "its"), ("a-b", "a b")],
)
def test_what_a_reader_tells_apart_stays_apart(one: str, other: str) -> None:
    assert fold(one) != fold(other)


@given(st.one_of(TRICKY, ASCII, LATIN, MOTLEY, FOREIGN))
def test_every_quick_way_to_fold_is_the_slow_one(text: str) -> None:
    assert fold(text) == fold_slowly(text)


@pytest.mark.parametrize("size", [4095, 4096, 4097])
@pytest.mark.parametrize("odd", ["ﬁ", "’s", "e\u0301"])
def test_the_way_back_of_a_long_text(size: int, odd: str) -> None:
    text = ("x" * (size - len(odd))) + odd + " end"
    folded = Folded(text)
    assert folded.span(len(folded.text) - 3, len(folded.text)) == (len(text) - 3, len(text))
    assert folded.span(0, 1) == (0, 1)


@given(TRICKY)
@example("ﬁnd the  ‘Islamic\u00a0State’s’ caf e\u0301 \u0301")
@example("ab's's  's x's國")
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(TRICKY)
@example("a's國 ﬁ")
def test_every_folded_span_on_words_leads_to_an_original_span_that_folds_to_it(text: str) -> None:
    folded = Folded(text)
    spans = [(i, j) for i in range(len(folded.text)) for j in range(i + 1, min(len(folded.text), i + 12) + 1)]
    for start, end in spans:
        if on_words(folded.text, start, end) and (span := folded.span(start, end)):
            assert fold(text[slice(*span)]) == folded.text[start:end]


@given(st.one_of(TRICKY, LATIN, MOTLEY, FOREIGN))
def test_the_way_back_is_that_of_a_slow_walk_letter_by_letter(text: str) -> None:
    starts, ends = origins(text)
    folded = Folded(text)
    assert len(starts) == len(folded.text)
    for at in range(len(starts)):
        cut = (at > 0 and starts[at] < ends[at - 1]) or (at + 1 < len(ends) and starts[at + 1] < ends[at])
        assert folded.span(at, at + 1) == (None if cut else (starts[at], ends[at]))


@given(st.lists(st.one_of(TRICKY, LATIN, MOTLEY, FOREIGN)))
def test_lines_folded_together_are_as_each_alone(texts: list[str]) -> None:
    assert fold_lines(texts) == [fold(text) for text in texts]


@given(st.one_of(TRICKY, ASCII).map(fold))
def test_words_start_where_letters_do_not_join(folded: str) -> None:
    letters = [at for at in range(len(folded)) if unicodedata.category(folded[at])[0] in "LNM"]
    assert words(folded) == [at for at in letters if at == 0 or not joins(folded[at - 1], folded[at])]
    assert count_words(folded) == len(words(folded))


@given(st.one_of(TRICKY, ASCII).map(fold))
def test_joints_are_where_letters_join(folded: str) -> None:
    is_joint = joints(folded)
    inner = [at for at in range(1, len(folded)) if joins(folded[at - 1], folded[at])]
    assert [at for at in range(len(folded) + 1) if is_joint(at)] == inner


@pytest.mark.parametrize(
    ("text", "says"), [("a", True), ("“1”", True), ("½", True), ("–", False), ("ـ", False), ("", False)]
)
def test_what_is_left_to_search_for(text: str, says: bool) -> None:
    assert says_something(text) is says


@given(TRICKY.map(fold))
def test_marking_words_keeps_every_place(folded: str) -> None:
    assert len(marked(folded)) == len(folded)
    assert marked(folded).casefold() == folded.casefold()


@given(TRICKY)
def test_the_way_back_covers_every_folded_character_in_order(text: str) -> None:
    folded = Folded(text)
    if folded.text:
        whole = folded.span(0, len(folded.text))
        assert whole is not None
        assert 0 <= whole[0] < whole[1] <= len(text)
    ones = [span for at in range(len(folded.text)) if (span := folded.span(at, at + 1))]
    assert all(left[1] <= right[0] for left, right in itertools.pairwise(ones))


def test_an_end_inside_one_original_letter_leads_nowhere() -> None:
    folded = Folded("½")
    assert folded.text == "1⁄2"
    assert (folded.span(0, 1), folded.span(0, 3)) == (None, (0, 1))


def test_a_decomposed_accent_belongs_to_its_letter() -> None:
    assert Folded("cafe\u0301 noir").span(0, 4) == (0, 5)


def test_exact_keeps_case_and_accents_but_not_the_shape_of_quotes() -> None:
    assert exact("l’\u00adÉtat") == exact("l'E\u0301tat")
    assert len({exact(text) for text in ("ISIS", "isis", "Isis", "Ísis")}) == 4


@pytest.mark.parametrize(
    ("text", "term", "found"),
    [
        ("The wart.", "war", False),
        ("Postwar", "war", False),
        ("post-war, now", "war", True),
        ("l'acte", "acte", True),
        ("100", "10", False),
        ("对伊斯兰国发动空袭", "伊斯兰国", True),
        ("ประธานาธิบดีฝรั่งเศส", "ฝรั่งเศส", True),
        ("กิน", "ก", False),
        ("프랑스는", "프랑스", True),
        ("对ISIS发动", "isis", True),
        ("#act_of_war", "war", True),
    ],
)
def test_word_boundaries(text: str, term: str, found: bool) -> None:
    folded, term = fold(text), fold(term)
    start = folded.index(term)
    assert on_words(folded, start, start + len(term)) is found
