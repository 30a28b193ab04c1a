"""The automaton finds exactly what a naive search term by term finds."""

from hypothesis import given
from hypothesis import strategies as st

from monitor.core.watch.automaton import Automaton
from monitor.core.watch.fold import fold, on_words

WORDS = st.text("ab c'-é國กิ1", min_size=1, max_size=5).map(fold).filter(bool)


def naive(patterns: list[str], text: str) -> set[tuple[int, int, int]]:
    return {
        (start, start + len(pattern), number)
        for number, pattern in enumerate(patterns)
        for start in range(len(text))
        if text.startswith(pattern, start) and on_words(text, start, start + len(pattern))
    }


@given(st.lists(WORDS, unique=True, max_size=12), st.text("ab c'-é國กิ1", max_size=60).map(fold))
def test_it_finds_what_a_naive_search_finds(patterns: list[str], text: str) -> None:
    found = list(Automaton(patterns).find(text))
    assert set(found) == naive(patterns, text)
    assert len(found) == len(set(found))


def test_offsets_are_code_points() -> None:
    assert list(Automaton(["isis"]).find("🜂国 isis")) == [(3, 7, 0)]


def test_no_patterns_find_nothing() -> None:
    assert list(Automaton([]).find("anything")) == []
