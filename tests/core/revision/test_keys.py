"""The quick look before a search never misses what the search would find."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.revision.lexicon import LEXICONS
from monitor.core.revision.lexicon.entry import Lexicon
from monitor.core.revision.lexicon.keys import gate, spellings
from monitor.core.revision.tokens import small

FIELDS = (
    "hedges",
    "says",
    "by",
    "months",
    "times",
    "labels",
    "percent",
    "age_before",
    "age_after",
    "at_least",
    "at_most",
    "about",
)
SPACED = [entry for entry in LEXICONS.values() if entry.spaced]


def phrases(entry: Lexicon) -> list[str]:
    return [phrase for name in FIELDS for phrase in getattr(entry, name)] + list(entry.money)


@pytest.mark.parametrize(
    ("phrase", "expected"),
    [
        ("rose", {"rose"}),
        (
            "(?:is|was) (?:widely )?believed",
            {"is believed", "was believed", "is widely believed", "was widely believed"},
        ),
        ("hours?", {"hour", "hours"}),
        ("dollar[ae]", {"dollara", "dollare"}),
        (r"nos?\.", {"no.", "nos."}),
        (r"apply(?=\s)", {"apply"}),
    ],
)
def test_a_phrase_is_written_out(phrase: str, expected: set[str]) -> None:
    assert {" ".join(spelling.split()) for spelling in spellings(phrase)} == expected


@pytest.mark.parametrize("entry", SPACED, ids=lambda entry: entry.lang)
def test_each_spelling_is_found_and_opens_the_gate(entry: Lexicon) -> None:
    for phrase in phrases(entry):
        pattern, opening = entry.pattern([phrase]), gate([phrase])
        for spelling in spellings(phrase):
            if "\0" in spelling:
                continue
            text = f"Vor 12 {spelling} und"
            if pattern.search(text):
                assert opening.lets(small(text), text), (phrase, spelling)


@given(st.data())
def test_what_a_pattern_finds_its_gate_lets(data: st.DataObject) -> None:
    entry = data.draw(st.sampled_from(SPACED))
    phrase = data.draw(st.sampled_from(phrases(entry)))
    found = data.draw(st.from_regex(re.compile(phrase.replace(r"\b", "")), fullmatch=True))
    text = f"1 {found} 2"
    if entry.pattern([phrase]).search(text):
        assert gate([phrase]).lets(small(text), text)


@given(st.data())
def test_a_finder_finds_what_its_pattern_would(data: st.DataObject) -> None:
    entry = data.draw(st.sampled_from(SPACED))
    name = data.draw(st.sampled_from(["says", "by", "hedges"]))
    said = st.sampled_from([word for phrase in getattr(entry, name) for word in spellings(phrase) if "\0" not in word])
    text = " ".join(
        data.draw(st.lists(st.one_of(said, st.sampled_from(["un", "the", "Said,", "–", "US"])), max_size=6))
    )
    text = data.draw(st.sampled_from([text, text.upper(), text.replace(" ", "")]))
    found = [match.span() for match in entry.finder(getattr(entry, name)).finditer(text)]
    assert found == [match.span() for match in entry.pattern(getattr(entry, name)).finditer(text)]
