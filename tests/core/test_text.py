"""The lettering of a text: the quick way for plain English and the long one agree."""

import string

from hypothesis import given
from hypothesis import strategies as st

from monitor.core.text import lettering


@given(st.text(string.printable, max_size=40))
def test_the_quick_way_agrees_with_the_long_one(text: str) -> None:
    assert lettering(text) == lettering(f"{text} é").removesuffix("é")


@given(st.text(max_size=40))
def test_white_space_and_capitals_are_looks(text: str) -> None:
    assert lettering(f" {text}\n") == lettering(text)
    assert lettering(text) == "".join(lettering(text).split())
