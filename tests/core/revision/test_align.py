import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.content import Block, Delete, Insert, Keep, Move, Operation, Replace, apply
from monitor.core.revision.align import align
from monitor.core.revision.gaps import gaps

TEXTS = st.sampled_from(
    ["One thing.", "Another thing.", "One thing more.", "Bombs fell on 20 targets.", "Bombs fell on 30 targets.", ""]
)
BLOCKS = st.lists(
    st.builds(Block, st.sampled_from(["paragraph", "item"]), TEXTS | st.text(max_size=12)), max_size=12
).map(tuple)


def paragraphs(*texts: str) -> tuple[Block, ...]:
    return tuple(Block("paragraph", text) for text in texts)


@given(BLOCKS, BLOCKS)
def test_the_operations_lead_from_old_to_new(old: tuple[Block, ...], new: tuple[Block, ...]) -> None:
    assert apply(align(old, new), old) == new


@given(BLOCKS)
def test_a_text_against_itself_only_stays(blocks: tuple[Block, ...]) -> None:
    assert align(blocks, blocks) == ((Keep(len(blocks)),) if blocks else ())
    assert gaps(blocks, blocks) == []


@given(st.lists(st.integers(-2, 2)), st.lists(st.integers(-2, 2)))
def test_between_two_gaps_the_sequences_are_equal(old: list[int], new: list[int]) -> None:
    rebuilt, cursor = [], 0
    for gap in gaps(old, new):
        rebuilt += old[cursor : gap.a] + new[gap.c : gap.d]
        cursor = gap.b
    assert rebuilt + old[cursor:] == new


def test_each_operation_has_its_case() -> None:
    a, b, c = "The first paragraph stands.", "Twenty bombs fell on the town.", "Nothing in common here at all."
    cases: list[tuple[tuple[str, ...], tuple[str, ...], tuple[Operation, ...]]] = [
        ((a, b), (a, c, b), (Keep(1), Insert(paragraphs(c)), Keep(1))),
        ((a, b, c), (a, c), (Keep(1), Delete(1), Keep(1))),
        ((a, b), (a, b.replace("Twenty", "30")), (Keep(1), Replace(1, paragraphs(b.replace("Twenty", "30"))))),
        ((a, b, c), (c, a, b), (Move(2, 1), Keep(2), Delete(1))),
    ]
    for old, new, operations in cases:
        assert align(paragraphs(*old), paragraphs(*new)) == operations


@pytest.mark.case(id="P19")
def test_a_million_lines_and_a_megabyte_in_one_line_are_bounded() -> None:
    lines = paragraphs(*(f"a{i}" for i in range(100_000))), paragraphs(*(f"b{i}" for i in range(100_000)))
    assert len(align(*lines)) == 1
    one = paragraphs("x " * 2**19), paragraphs("y " * 2**19)
    assert align(*one) == (Replace(1, one[1]),)
