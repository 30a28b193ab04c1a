"""Two texts compared and marked: what is shown reads as both texts, whatever they are."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from monitor.cli.comparison import compare
from monitor.cli.marking import Marks, marked, one_side
from monitor.core.content import Block, Content
from monitor.core.revision.words import diff

PLAIN, COLOURED = Marks(coloured=False), Marks(coloured=True)
WORDS = st.lists(
    st.sampled_from(["Raqqa", "20", "30", "bombs", "“act", "of", "war”", ",", ".", "said", "été", "1,500", "战争"]),
    max_size=12,
)
TEXTS = WORDS.map(" ".join)


def shown(before: str, after: str) -> str:
    return marked(before, after, diff(before, after), PLAIN).plain


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("dropped 20 bombs", "dropped 30 bombs", "dropped [-20-] {+30+} bombs"),
        ("he said", "he said so", "he said {+so+}"),
        ("he never said", "he said", "he [-never-] said"),
        ("he said, twice.", "he said.", "he said[-, twice-]."),
        ("", "new", "{+new+}"),
        ("same", "same", "same"),
    ],
)
def test_words_are_marked_in_place(before: str, after: str, expected: str) -> None:
    assert shown(before, after) == expected


@given(TEXTS, TEXTS)
def test_each_side_is_its_own_text(before: str, after: str) -> None:
    changes = diff(before, after)
    assert one_side(before, after, changes, COLOURED, new=False).plain == before
    assert one_side(before, after, changes, COLOURED, new=True).plain == after


@given(TEXTS, TEXTS)
def test_without_the_marked_words_either_text_is_left(before: str, after: str) -> None:
    both = shown(before, after)
    new = re.sub(r"\{\+(.*?)\+\}", r"\1", re.sub(r"\[-.*?-\]", "", both))
    assert "".join(new.split()) == "".join(after.split())


@example(old=["a", "b"], new=["b", "a", "a"])
@given(st.lists(TEXTS, max_size=5), st.lists(TEXTS, max_size=5))
def test_passages_hold_every_block_of_both_texts(old: list[str], new: list[str]) -> None:
    contents = [Content(title="", blocks=tuple(Block("paragraph", text) for text in texts)) for texts in (old, new)]
    passages = compare(*contents).passages
    before = [p.before.text for p in passages if p.before and p.kind != "added"]
    after = [p.after.text for p in passages if p.after and p.kind != "removed"]
    assert after == new
    assert sorted(before) == sorted(old)
