import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.core.content import Block, Content
from monitor.core.events import Measure
from monitor.core.revision.authors import is_author_line
from monitor.core.revision.classify import classified, edits, summary
from monitor.core.revision.lexicon import LEXICONS

A, B, C = (
    "The first paragraph stands as it was.",
    "The ministry said 20 bombs fell on the town.",
    "Nothing in common here at all, nor in any other line.",
)


def content(title: str = "T", *texts: str, dek: str = "", byline: str = "", lang: str = "en") -> Content:
    return Content(
        title=title, dek=dek, byline=byline, lang=lang, blocks=tuple(Block("paragraph", text) for text in texts)
    )


@pytest.mark.parametrize(
    ("old", "new", "kinds", "line"),
    [
        (content("T", A), content("U", A), ["headline"], "Headline changed."),
        (content(dek="a"), content(dek="b"), ["dek"], "Standfirst changed."),
        (content(byline="a"), content(byline="b"), ["byline"], "Byline changed."),
        (content("T", A), content("T", A, C), ["paragraph_added"], "1 paragraph added."),
        (content("T", A, C), content("T", A), ["paragraph_removed"], "1 paragraph removed."),
        (content("T", A, B, C), content("T", C, A, B), ["paragraph_moved"], "1 paragraph moved."),
        (
            content("T", A, B),
            content("U", A.replace("first", "opening"), B.replace("20", "thirty"), C),
            ["headline", "lede", "figure", "paragraph_added"],
            "Headline changed; figure 20 → 30 bombs (ministry); first paragraph rewritten; 1 paragraph added.",
        ),
        (content("T", "By Ann", A), content("T", "By Bob", A), ["byline"], "Byline changed."),
        (content("T", A), content("T", A.replace(".", "!")), ["cosmetic"], "Text laid out anew."),
        (content("T", f"{A} {C}"), content("T", A, C), ["cosmetic"], "Text laid out anew."),
        (content("T", A), content("T", A), [], "Nothing changed."),
    ],
)
def test_every_edit_has_its_kind_and_the_line_tells_them(
    old: Content, new: Content, kinds: list[str], line: str
) -> None:
    found = edits(old, new)
    assert [edit.kind for edit in found] == kinds
    assert summary(found) == line


def test_the_line_of_the_design() -> None:
    old = content("Raid", B, "“It is an act of war,” President Hollande said. He left at noon.")
    new = content("Raid grows", B.replace("20", "30"), "He left at noon.")
    assert classified(old, new).summary == (
        "Headline changed; figure 20 → 30 bombs (ministry); President Hollande quote removed."
    )


def test_an_edit_carries_before_and_after_its_place_and_its_sentences() -> None:
    after = B.replace("20", "at least 30")
    added, figure = edits(content("T", A, f"{B} It rained."), content("T", C, A, f"{after} It rained."))
    assert (added.kind, added.before, added.after, added.block, added.zone) == ("paragraph_added", "", C, 0, "lede")
    assert (figure.before, figure.after, figure.block, figure.zone) == ("20 bombs", "at least 30 bombs", 2, "body")
    assert (figure.sentence_before, figure.sentence_after) == (B, after)
    assert (figure.figure_before, figure.figure_after) == (Measure(20), Measure(30, "min"))
    assert (figure.unit, figure.noun, figure.speaker) == ("", "bombs", "ministry")


def test_what_was_taken_out_has_its_place_in_the_old_text() -> None:
    old = content("T", A, "Police say he reportedly fled to Ghent.")
    new = content("T", C, A, "Police say he fled to Ghent.")
    (hedge,) = [edit for edit in edits(old, new) if edit.kind == "hedge"]
    assert (hedge.before, hedge.after, hedge.block) == ("reportedly", "", 1)


def test_a_quote_that_is_still_elsewhere_is_not_removed() -> None:
    quote = "“This is an act of war, and we shall answer it,” Hollande said."
    once, twice = content("T", A, f"{quote} He left."), content("T", f"{A} {quote}", f"{quote} He left.")
    assert not [edit for edit in edits(twice, once) if edit.kind == "quote_removed"]
    assert not [edit for edit in edits(once, twice) if edit.kind == "quote_added"]


def test_a_figure_that_stands_in_another_sentence_of_its_paragraph_is_not_removed() -> None:
    old = content(
        "T", "The road was shut. Rescuers found 40 people in the hall. They had no light, no heat and no food."
    )
    new = content(
        "T", "The road was shut. They had no light, no heat and no food. Of the 40 people, most were children."
    )
    for one, other in ((old, new), (new, old)):
        assert {edit.kind for edit in edits(one, other)} <= {"lede"}
    fewer = content(
        "T", "The road was shut. They had no light, no heat and no food. Of the 30 people, most were children."
    )
    assert {edit.kind for edit in edits(old, fewer)} >= {"figure_removed", "figure_added"}


def test_a_quote_that_goes_on_within_its_marks_is_reworded() -> None:
    said = "“It broke my heart,” said Tom Ashby. “Thirty years of work, gone."
    old, new = content("T", f"{said}”"), content("T", f"{said} And nobody picks up the phone.”")
    for one, other in ((old, new), (new, old)):
        assert [edit.kind for edit in edits(one, other) if "quote" in edit.kind] == ["quote_reworded"]


def test_words_of_which_every_sentence_is_full_make_no_quote_the_same() -> None:
    old = content("T", "The coach was blunt: “We were second best all over.”")
    new = content("T", "The coach was blunt: “They were poor.”")
    assert {edit.kind for edit in edits(old, new)} >= {"quote_removed", "quote_added"}


def test_a_quote_cut_in_two_is_the_same_quote() -> None:
    whole, cut = "“We are at war. We will hit them,” Valls said.", "“We are at war,” Valls said. “We will hit them.”"
    assert [edit.kind for edit in edits(content("T", whole), content("T", cut)) if "quote" in edit.kind] == []


def test_a_speaker_named_by_another_name_is_the_same_speaker() -> None:
    old = content("T", "“We are not ruling anything out,” a spokeswoman for the airline said.")
    new = content("T", "“We are not ruling anything out,” said Karen Doyle, a spokeswoman for the airline.")
    assert [edit.kind for edit in edits(old, new) if "quote" in edit.kind] == []


def test_a_quote_is_somebody_elses_where_the_sentence_before_it_is_about_another() -> None:
    said = "{} met the families at noon. “We failed them,” he said."
    old, new = content("T", said.format("Interior Minister Paul Roche")), content("T", said.format("Mayor Henri Blanc"))
    (found,) = (edit for edit in edits(old, new) if "quote" in edit.kind)
    assert (found.kind, found.speaker_before) == ("quote_reattributed", "Interior Minister Paul Roche")


def test_a_quote_that_went_to_a_paragraph_of_its_neighbour_has_moved() -> None:
    verdict, said, denial = (
        "The trial opened on Monday.",
        "“I never touched her,” he told the court.",
        "He denies it all.",
    )
    old, new = content("T", verdict, f"{denial} {said}", A), content("T", f"{verdict} {said}", denial, A)
    for one, other in ((old, new), (new, old)):
        assert [edit.kind for edit in edits(one, other) if "quote" in edit.kind] == ["quote_moved"]


def test_he_said_means_whoever_a_paragraph_before_names() -> None:
    said = "“We were told to wait,” nurse Ida Blom said."
    for more in ("“Then the phones went dead,” she said.", "“Then the phones went dead.”"):
        old, new = content("T", A, said, C), content("T", A, said, more, C)
        assert [edit.speaker for edit in edits(old, new) if edit.kind == "quote_added"] == ["nurse Ida Blom"]


def test_coach_and_captain_are_two() -> None:
    old, new = (content("T", f"The {who} was blunt: “We were second best all over.”") for who in ("coach", "captain"))
    assert [edit.kind for edit in edits(old, new) if "quote" in edit.kind] == ["quote_reattributed"]


def test_a_quote_whose_paragraph_was_run_together_with_another_has_not_moved() -> None:
    said = "“I never touched her,” he told the court."
    old, new = content("T", A, said, C), content("T", f"{A} {said.replace('court', 'court at noon')}", C)
    for one, other in ((old, new), (new, old)):
        assert [edit.kind for edit in edits(one, other) if "quote" in edit.kind] == []


def test_a_figure_of_another_speaker_is_another_figure() -> None:
    old, new = "The ministry said 20 bombs fell.", "Local activists said 30 bombs fell."
    kinds = [edit.kind for edit in edits(content("T", old), content("T", new))]
    assert ("figure" in kinds, "figure_removed" in kinds, "figure_added" in kinds) == (False, True, True)


@pytest.mark.parametrize("lang", ["it", "nl", "pt", "fi", "xx", ""])
def test_a_language_without_words_of_its_own_still_has_figures_and_quotes(lang: str) -> None:
    old = content("T", "Xa bo 20 ken “zo ven dar ek” lo.", lang=lang)
    new = content("T", "Xa bo 30 ken lo.", lang=lang)
    assert {"quote_removed"} <= {edit.kind for edit in edits(old, new)}
    assert {"figure"} == {
        e.kind for e in edits(content("T", "Xa bo 20 ken.", lang=lang), content("T", "Xa bo 30 ken.", lang=lang))
    }


def test_an_author_line_is_short_and_no_sentence() -> None:
    assert is_author_line("By Ann Smith and Bob Jones")
    assert is_author_line("Von Anna Schmidt")
    assert not is_author_line("By noon, 20 bombs had fallen on the town.")
    assert not is_author_line("Bythesea council")


PIECES = st.sampled_from(
    [
        "20 bombs", "at least 30", "„Krieg“", "“war,” he said", "« guerre »", "「戦争だ」と述べた", "«война», — сказал Путин", "约2万人",
        "reportedly", "angeblich", "Correction:", "Updated 10:05", "By Ann", "$1.2m", "10,4 %", "ثلاثون", "'", '"', "—", "1.5.2", "٢٠",
        "The ministry said", "according to", "said", "ſ 5 thouſand", "\n", ".", "。", "\u202e", "Hollande", "twenty", "one hundred and",
    ]
)  # fmt: skip
TEXTS = st.lists(PIECES | st.text(max_size=12), max_size=14).map(" ".join)
CONTENTS = st.builds(
    lambda title, blocks, lang: Content(title=title, lang=lang, blocks=tuple(Block("paragraph", b) for b in blocks)),
    TEXTS,
    st.lists(TEXTS, max_size=4),
    st.sampled_from([*LEXICONS, "", "it", "zh-Hant"]),
)


@given(CONTENTS, CONTENTS)
@settings(max_examples=120, deadline=None)
def test_any_two_texts_are_classified(old: Content, new: Content) -> None:
    found = classified(old, new)
    assert len(found.summary) < 1500
    for edit in found.edits:
        assert edit.before or edit.after
        holder = new if edit.after else old
        assert edit.block is None or edit.block < len(holder.blocks)


@given(CONTENTS)
@settings(max_examples=60, deadline=None)
def test_a_text_and_itself_have_no_edits(text: Content) -> None:
    assert edits(text, text) == ()


HOSTILE = [
    "“" * 30_000,
    "'a " * 20_000,
    "1," * 30_000,
    "twenty " * 15_000,
    "said " * 15_000,
    "According to " * 9_000,
    "「" * 20_000,
    "一" * 50_000,
]


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: text[:6])
@pytest.mark.parametrize("lang", ["en", "zh", "ar"])
def test_hostile_text_is_classified_in_bounded_time(text: str, lang: str) -> None:
    assert classified(content("T", A, text, lang=lang), content("T", text[:-50] + C, A, lang=lang)).edits


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ('"a" ', '"b" '),
        ("30 at least ", "31 at least "),
        ("Aa Bb ", "Cc Dd "),
        ("“Said it.” He said. ", "“Told it.” She said. "),
    ],
)
def test_wholly_different_text_in_many_blocks_is_classified_in_bounded_time(one: str, other: str) -> None:
    blocks = 100
    assert classified(content("T", *[one * 60] * blocks), content("T", *[other * 60] * blocks)).edits


@pytest.mark.parametrize("unit", ["called it “a b c” ", "He said. “We are at war,” he said. "])
def test_very_many_quotations_in_one_paragraph_are_classified_in_bounded_time(unit: str) -> None:
    text = unit * (2**21 // len(unit))
    assert classified(content("T", text), content("T", f"{text[: 2**20]} said “{text[2**20 :]}")).edits


def test_each_of_many_names_is_looked_up_in_bounded_time() -> None:
    old, new = ("".join(f"{begin}{number:x} went. " for number in range(20_000)) for begin in ("Al", "Bo"))
    assert classified(content("T", old), content("T", new)).edits


@pytest.mark.parametrize(
    ("old", "new", "kinds"),
    [
        ([A, f"{B} {C}"], [f"{A} {C}", B], ["paragraph_changed"]),
        ([A, B, C], [f"{A} {C}", B], ["paragraph_moved"]),
        ([f"{A} {C}", B], [A, B, C], ["paragraph_moved"]),
        ([f"{A} {B}"], [f"{A}{B}"], ["cosmetic"]),
    ],
)
def test_what_stands_elsewhere_now_was_not_removed(old: list[str], new: list[str], kinds: list[str]) -> None:
    found = [edit.kind for edit in edits(content("T", *old), content("T", *new))]
    assert {"lede": "paragraph_changed"}.get(found[0], found[0]) == kinds[0]
    assert not [kind for kind in found if kind in {"paragraph_removed", "paragraph_added"}]


def test_a_name_that_gives_way_to_another_word_for_word_went_and_came() -> None:
    old, new = "The convoy was bound for Ravenna on Monday.", "The convoy was bound for Trieste on Monday."
    found = edits(content("T", old), content("T", new))
    told = [(edit.kind, edit.before or edit.after) for edit in found if edit.kind.startswith("entity")]
    assert told == [("entity_removed", "Ravenna"), ("entity_added", "Trieste")]


def test_a_misspelled_name_is_a_slip_and_no_other_name() -> None:
    old, new = (
        content("T", A, f"We thank Jessica {name} for her work on the bridge.") for name in ("Dussalt", "Dussault")
    )
    assert [edit.kind for edit in edits(old, new)] == ["typo"]


def test_a_people_and_a_word_before_who_are_no_names() -> None:
    old = content("T", A, "The French jets left.")
    new = content("T", A, "The jets left. Maria Lopez, who on Friday called it “an act of madness”, stayed.")
    found = edits(old, new)
    assert [edit.speaker for edit in found if edit.kind == "quote_added"] == ["Maria Lopez"]
    assert [edit.after or edit.before for edit in found if edit.kind.startswith("entity")] == ["Maria Lopez"]
