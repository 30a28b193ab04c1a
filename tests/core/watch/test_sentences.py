"""Where sentences end, in several scripts, and the bounds."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.watch.sentences import LIMIT, around, sentences


@pytest.mark.parametrize(
    "parts",
    [
        ["He met Mr. Hollande in the U.S. Senate.", "“It is war.”", "Then J. K. Rowling left!", "No. 5 ran."],
        ["He said no.", "Then… he went.", "It fell by 3.5 per cent in 2015.", "The end"],
        ["Mais M. Valls l’a dit.", "« C’est la guerre. »", "Il part."],
        ["“Really?” he said.", "20 bombs fell."],
        ["Wo ist Dr. Müller?", "Weg."],
        ["Он сказал «это война».", "Потом ушёл."],
        ["هل هذا صحيح؟", "نعم."],
        ["यह युद्ध है।", "सब जानते हैं।"],
    ],
)
def test_sentences_with_spaces_between(parts: list[str]) -> None:
    text = " ".join(parts)
    assert [text[slice(*span)] for span in sentences(text)] == parts


def test_scripts_without_spaces_and_lines() -> None:
    text = "空爆があった。「戦争だ。」次の文\nline two"
    assert [text[slice(*span)] for span in sentences(text)] == ["空爆があった。", "「戦争だ。」", "次の文", "line two"]


@given(st.text("ab .!?\n。”"))
def test_sentences_cover_all_words_in_order(text: str) -> None:
    spans = sentences(text)
    assert "".join("".join(text[slice(*span)].split()) for span in spans) == "".join(text.split())
    assert all(left[1] <= right[0] for left, right in itertools.pairwise(spans))


@given(st.text("ab .\n", max_size=2000), st.data())
def test_the_sentence_around_a_hit_holds_it_and_is_bounded(text: str, data: st.DataObject) -> None:
    words = [at for at, char in enumerate(text) if not char.isspace()]
    if not words:
        return
    start = data.draw(st.sampled_from(words))
    end = data.draw(st.integers(start + 1, min(len(text), start + 20)))
    first, last = around(text, sentences(text), start, end)
    assert first <= start < end <= last
    assert last - first <= LIMIT


def test_a_sentence_too_long_is_cut_between_words() -> None:
    text = "word " * 1000 + "Hollande" + " word" * 1000
    first, last = around(text, sentences(text), 5000, 5008)
    assert text[first:last].startswith("word ")
    assert text[first:last].endswith(" word")
