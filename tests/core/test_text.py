"""The lettering of a text: the quick way for plain English, Western and Cyrillic text and the long one agree."""

import string

from hypothesis import given
from hypothesis import strategies as st

from monitor.core.text import lettering

WESTERN = bytes(range(256)).decode("cp1252", "ignore")
CYRILLIC = bytes(range(256)).decode("cp1251", "ignore")
TEXTS = st.sampled_from([string.printable, f"{WESTERN}0123456789 ,.-", f"{CYRILLIC}0123456789 ,.-"]).flatmap(
    lambda letters: st.text(letters, max_size=40)
)


@given(TEXTS)
def test_the_quick_way_agrees_with_the_long_one(text: str) -> None:
    assert lettering(text) == lettering(f"{text} 中").removesuffix("中")


def test_each_character_of_a_page_is_spelled_as_the_long_way_spells_it() -> None:
    for character in {*WESTERN, *CYRILLIC}:
        assert lettering(f"é{character}") == lettering(f"é{character} 中").removesuffix("中"), character


@given(st.text(max_size=40))
def test_white_space_and_capitals_are_looks(text: str) -> None:
    assert lettering(f" {text}\n") == lettering(text)
    assert lettering(text) == "".join(lettering(text).split())
