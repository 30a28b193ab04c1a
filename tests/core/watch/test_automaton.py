"""The automaton finds exactly what a naive search term by term finds."""

from itertools import chain

from hypothesis import given
from hypothesis import strategies as st

from monitor.core.watch.automaton import CLOSED, OPEN, PLURAL, Automaton
from monitor.core.watch.fold import fold, on_words

LETTERS = "ab sc'-é國กิ1ж"
WORDS = st.text(LETTERS, min_size=1, max_size=5).map(fold).filter(bool)
ENDS = {CLOSED: ("",), PLURAL: ("", "s", "es"), OPEN: ("",)}


def naive(patterns: list[tuple[str, int]], text: str) -> set[tuple[int, int, int]]:
    return {
        (start, start + len(pattern + suffix), number)
        for number, (pattern, end) in enumerate(patterns)
        for suffix in ENDS[end]
        for start in range(len(text))
        if not suffix or (len(pattern) >= 3 and pattern[-3:].isalpha())
        if text.startswith(pattern + suffix, start)
        if on_words(text, start, len(text) if end == OPEN else start + len(pattern + suffix))
    }


@given(
    st.lists(st.lists(st.tuples(WORDS, st.sampled_from([CLOSED, PLURAL, OPEN])), max_size=6), max_size=3),
    st.text(LETTERS, max_size=60).map(fold),
)
def test_it_finds_what_a_naive_search_finds(batches: list[list[tuple[str, int]]], text: str) -> None:
    patterns = list(chain.from_iterable(batches))
    automaton = Automaton(([pattern for pattern, _ in batch] for batch in batches), [end for _, end in patterns])
    found = automaton.find(text)
    assert set(found) == naive(patterns, text)
    assert len(found) == len(set(found))
    assert "\n" in text or [end for _, end, _ in found] == sorted(end for _, end, _ in found)


def test_offsets_are_code_points() -> None:
    assert Automaton([["isis"]], bytes(1)).find("🜂国 isis") == [(3, 7, 0)]


def test_equal_patterns_are_found_each() -> None:
    assert Automaton([["war", "國"], ["war"]], bytes(3)).find("war 國") == [(0, 3, 0), (0, 3, 2), (4, 5, 1)]


def test_no_patterns_find_nothing() -> None:
    assert Automaton([], b"").find("anything 國") == []
