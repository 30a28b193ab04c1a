"""Blocks and sentences of two revisions: every one in one pair, the same in both directions, and each case by name."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.content import Block, Content
from monitor.core.revision.alignment import Alignment, aligned
from monitor.core.revision.pairing import Kind
from monitor.core.text import lettering

SENTENCES = st.sampled_from(
    [
        "The raid began at dawn in the town.",
        "The raid began at noon in the town.",
        "Twenty people died.",
        "“We are at war,” he said.",
        "Nobody has claimed the attack so far, officials said.",
        "Nobody has claimed the attack so far. Officials said so.",
        "空爆があった。",
        "",
    ]
)
TEXTS = st.lists(SENTENCES, max_size=4).map(" ".join) | st.text(max_size=20)
CONTENTS = st.lists(TEXTS, max_size=8).map(lambda texts: content(*texts))
MIRROR: dict[Kind, Kind] = {"added": "removed", "removed": "added", "split": "merged", "merged": "split"}


def content(*texts: str) -> Content:
    return Content(title="", blocks=tuple(Block("paragraph", text) for text in texts))


def kinds(alignment: Alignment) -> list[str]:
    return [pair.kind for pair in alignment.blocks]


@given(CONTENTS, CONTENTS)
def test_every_block_is_in_one_pair_and_every_sentence_in_its_text(old: Content, new: Content) -> None:
    found = aligned(old, new)
    assert sorted(i for pair in found.blocks for i in pair.before) == list(range(len(old.blocks)))
    assert [j for pair in found.blocks for j in pair.after] == list(range(len(new.blocks)))
    seen: Counter[tuple[bool, int, int]] = Counter()
    for pair in found.sentences:
        for later, side, text in ((False, pair.before, old), (True, pair.after, new)):
            for sentence in side:
                assert text.blocks[sentence.block].text[sentence.start : sentence.end] == sentence.text
                seen[later, sentence.block, sentence.start] += 1
    assert set(seen.values()) <= {1}
    letters = ["".join(b.text for b in side.blocks if b.text.strip()) for side in (old, new)]
    kept = [block for pair in found.blocks if pair.kind == "kept" for block in pair.after]
    told = "".join(s.text for pair in found.sentences for s in pair.after)
    assert len("".join(told.split())) + sum(len("".join(new.blocks[j].text.split())) for j in kept) == len(
        "".join(letters[1].split())
    )


@given(CONTENTS, CONTENTS)
def test_swapped_texts_give_the_mirrored_alignment(old: Content, new: Content) -> None:
    there, back = aligned(old, new), aligned(new, old)
    assert Counter((MIRROR.get(p.kind, p.kind), p.after, p.before) for p in there.blocks) == Counter(
        (p.kind, p.before, p.after) for p in back.blocks
    )
    assert Counter((MIRROR.get(p.kind, p.kind), p.after, p.before) for p in there.sentences) == Counter(
        (p.kind, p.before, p.after) for p in back.sentences
    )


@given(CONTENTS)
def test_a_text_against_itself_is_kept(text: Content) -> None:
    assert set(kinds(aligned(text, text))) <= {"kept"}


@given(CONTENTS, CONTENTS)
def test_what_is_kept_says_the_same(old: Content, new: Content) -> None:
    for pair in aligned(old, new).sentences:
        if pair.kind == "kept":
            assert lettering(pair.before[0].text) == lettering(pair.after[0].text)


RAID = "The raid on the town began at dawn. Twenty people died in it. Nobody has claimed it so far."
WAR = "President Hollande spoke in the evening. “We are at war,” he told the hall. The hall rose to its feet."
TOWN = "The town lies near the border and has been fought over for a year."


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ([RAID, WAR], [RAID, WAR.replace("“", '"').replace("”", '"')], ["kept", "kept"]),
        ([RAID, WAR], [RAID.replace("Twenty", "Thirty"), WAR], ["changed", "kept"]),
        ([RAID], [RAID, WAR], ["kept", "added"]),
        ([RAID, WAR], [WAR], ["removed", "kept"]),
        ([RAID, WAR, TOWN], [TOWN, RAID, WAR], ["moved", "kept", "kept"]),
        ([RAID, WAR, TOWN], [TOWN.replace("a year", "two years"), RAID, WAR], ["moved", "kept", "kept"]),
        ([RAID, WAR], [RAID, *WAR.replace("rose", "rose up").split(". ", 1)], ["kept", "split"]),
        ([RAID, WAR, TOWN], [RAID, f"{WAR} {TOWN}"], ["kept", "merged"]),
        ([RAID], [WAR], ["removed", "added"]),
    ],
)
def test_what_became_of_each_block(old: list[str], new: list[str], expected: list[str]) -> None:
    assert kinds(aligned(content(*old), content(*new))) == expected


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("It rained. Twenty people died.", "It rained. Thirty people died.", ["kept", "changed"]),
        ("It rained. Twenty people died.", "Twenty people died. It rained.", ["moved", "kept"]),
        (
            "It rained. The mayor spoke in the hall, and the crowd fell silent.",
            "It rained. The mayor spoke in the hall. The crowd fell silent.",
            ["kept", "split"],
        ),
        (
            "Il pleut. Le maire a parlé dans la salle. La foule se tait.",
            "Il pleut. Le maire a parlé dans la salle et la foule se tait.",
            ["kept", "merged"],
        ),
        ("Es regnete. Am 15. November fielen 20 Bomben.", "Am 15. November fielen 30 Bomben.", ["removed", "changed"]),
        ("Llovía. Murieron veinte personas.", "Llovía. Murieron veinte personas en Madrid.", ["kept", "changed"]),
        (
            "قال الرئيس إن الحرب بدأت. سقط عشرون قتيلا.",
            "قال الرئيس إن الحرب بدأت. سقط ثلاثون قتيلا.",
            ["kept", "changed"],
        ),
        ("Шёл дождь. Погибли двадцать человек.", "Шёл дождь. Погибли тридцать человек.", ["kept", "changed"]),
        ("下雨了。二十人死亡。", "下雨了。三十人死亡。", ["kept", "changed"]),
        ("雨が降った。二十人が死亡した。", "雨が降った。三十人が死亡した。", ["kept", "changed"]),
    ],
)
def test_what_became_of_each_sentence(old: str, new: str, expected: list[str]) -> None:
    assert [pair.kind for pair in aligned(content(old), content(new)).sentences] == expected


def test_a_sentence_that_left_its_paragraph_has_moved() -> None:
    found = aligned(
        content(RAID, WAR),
        content(RAID + " “We are at war,” he told the hall.", WAR.replace("“We are at war,” he told the hall. ", "")),
    )
    assert [pair.after[0].block for pair in found.sentences if pair.kind == "moved"] == [0]
    assert not [pair for pair in found.sentences if pair.kind in {"added", "removed"}]


JUDGE = "A judge has blocked the road scheme."
CHEERS, GOLIATH = (
    "Campaigners cheered outside the court.",
    "“David has beaten Goliath,” said Fay Lomas, who brought the case.",
)


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("to_the_one_before", [True, False])
def test_a_long_sentence_that_went_to_the_next_paragraph_makes_of_the_two_none(
    first: bool, to_the_one_before: bool
) -> None:
    apart, together = [JUDGE, f"{CHEERS} {GOLIATH}"], [f"{JUDGE} {GOLIATH}", CHEERS]
    if not first:
        apart, together = [JUDGE, f"{GOLIATH} {CHEERS}"], [f"{GOLIATH} {JUDGE}", CHEERS]
    old, new = (apart, together) if to_the_one_before else (together, apart)
    found = aligned(content(*old), content(*new))
    assert kinds(found) == ["changed", "changed"]
    assert [pair.kind for pair in found.sentences if pair.kind != "kept"] == ["moved"]


@pytest.mark.case(id="P19")
@pytest.mark.parametrize(
    ("old", "new"),
    [
        (["x " * 2**19], ["y " * 2**19]),
        ([f"Old {i} went." for i in range(21_000)], [f"Nothing {i} came {i}." for i in range(21_000)]),
        ([f"w{i} x{i} y{i}." for i in range(3_000)], [f"w{i} x{i} z{i}." for i in range(2_999)]),
        ([" ".join(f"w{i}." for i in range(150_000))], [" ".join(f"v{i}." for i in range(150_000))]),
    ],
    ids=["one block each", "nothing in common", "all changed", "one block of sentences"],
)
def test_the_worst_texts_are_bounded(old: list[str], new: list[str]) -> None:
    assert aligned(content(*old), content(*new)).blocks
