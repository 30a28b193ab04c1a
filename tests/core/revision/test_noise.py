import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.content import Block, Content
from monitor.core.revision.noise import Settled, settle, wording
from monitor.core.revision.piece import pieces
from monitor.core.revision.places import Place
from monitor.core.text import lettering, short_hash

BODY = [
    "French jets dropped 20 bombs on Raqqa on Sunday night, the defence ministry said in Paris.",
    "President Hollande called the attacks in Paris an act of war committed by a terrorist army.",
    "Activists in the city counted at least 30 explosions; water and electricity were cut, residents said.",
    "The operation was carried out in coordination with the United States, according to the ministry.",
    "Opposition leaders demanded an extraordinary session of parliament before further soldiers are deployed abroad.",
]
TEASERS = [
    "The harbour of Lisbon is closed to cruise ships until the dredging is finished in the spring.",
    "Why the price of butter has doubled within a year, and who earns from it at last.",
    "Three sisters open the last cinema of the valley again, with a loan from their neighbours.",
    "How a village in the Alps moved its church by twelve metres in a single winter night.",
    "The chess champion resigns after seventeen moves and gives no reason to anybody for it.",
]


class Page:
    """A page that is looked at again and again; what is on record, and what was learned of it."""

    def __init__(self, *texts: str, title: str = "Raqqa") -> None:
        self.record = self.content(texts, title)
        self.places: tuple[Place, ...] = ()
        self.past: list[str] = []
        self.looks = 1
        self.apart: tuple[str, ...] = ()
        self.last: Settled | None = None

    @staticmethod
    def content(texts: tuple[str, ...], title: str, **lines: str) -> Content:
        return Content(title=title, **lines, blocks=tuple(Block("paragraph", text) for text in texts))

    def shows(self, *texts: str, title: str = "Raqqa", **lines: str) -> bool:
        """Whether what the page shows now is told as an edit."""
        self.looks += 1
        seen = settle(
            self.record,
            self.content(texts, title, **lines),
            look=self.looks,
            places=self.places,
            before=(),
            now=(),
            past=self.past,
            apart=[short_hash(lettering(text)) for text in self.apart],
        )
        told = wording(seen.content) != wording(self.record)
        if told:
            self.past.append(wording(self.record))
        self.record, self.last = seen.content, seen
        self.places = msgspec.json.decode(msgspec.json.encode(seen.places), type=tuple[Place, ...])
        return told


def test_prose_of_other_stories_that_rotates_costs_no_alarm_and_hides_no_edit() -> None:
    page = Page(*BODY, TEASERS[0])
    assert not any(page.shows(*BODY, TEASERS[n % 5]) for n in range(1, 12))
    edited = [BODY[0].replace("20", "25"), *BODY[1:]]
    assert page.shows(*edited, TEASERS[2])
    assert page.record.blocks[0].text == edited[0]


def test_prose_of_another_story_that_flaps_costs_no_alarm() -> None:
    page = Page(*BODY)
    assert not any(page.shows(*BODY[:2], *TEASERS[:1] * (n % 2), *BODY[2:]) for n in range(1, 12))
    assert page.last is not None
    assert page.last.notes


def test_what_has_nothing_to_do_with_the_story_is_told_at_the_third_look() -> None:
    page = Page(*BODY)
    assert [page.shows(*BODY, TEASERS[0]) for _ in range(4)] == [False, False, True, False]


def test_what_has_nothing_to_do_with_the_story_is_told_beside_an_edit() -> None:
    page = Page(*BODY)
    edited = [BODY[0].replace("20", "25"), *BODY[1:], TEASERS[0]]
    assert page.shows(*edited)
    assert [block.text for block in page.record.blocks] == edited


@pytest.mark.parametrize(
    "added",
    [
        "Residents said that the ministry had warned nobody of the bombs.",
        "Correction: an earlier version misspelt somebody's name.",
        "30 dead",
    ],
)
def test_what_belongs_to_the_story_or_speaks_of_it_is_told_at_once(added: str) -> None:
    page = Page(*BODY)
    assert page.shows(*BODY[:2], added, *BODY[2:])
    assert Page(*BODY, added).shows(*BODY)


@pytest.mark.parametrize("others", [(), tuple(BODY), tuple(TEASERS)])
def test_a_figure_in_a_sentence_is_told_at_once_however_short(others: tuple[str, ...]) -> None:
    page = Page(*others, "French jets dropped 20 bombs on the city.")
    assert page.shows(*others, "French jets dropped 30 bombs on the city.")


def test_a_paragraph_that_comes_and_goes_is_told_once_and_then_known() -> None:
    page, added = Page(*BODY), "Residents said that the ministry had warned nobody of the bombs."
    told = [page.shows(*BODY[:2], *[added] * (n % 2), *BODY[2:]) for n in range(1, 13)]
    assert told == [True, *[False] * 11]
    assert page.last is not None
    assert any("never rests" in note or "seen before" in note for note in page.last.notes)
    assert [page.shows(*BODY) for _ in range(60)].count(True) == 1
    assert page.record.blocks == Page(*BODY).record.blocks


def test_several_paragraphs_that_belong_are_told_at_once_beside_a_restless_place() -> None:
    page = Page(*BODY, TEASERS[0])
    for n in range(1, 12):
        page.shows(*BODY, TEASERS[n % 5])
    chapter = [f"{text.removesuffix('.')}, an aide to Hollande told residents on Monday." for text in BODY[:3]]
    assert page.shows(*BODY, *chapter, page.record.blocks[-1].text)


NOTE = "Correction: an earlier version of this article named the wrong minister."
OWN = "Activists in Raqqa said that the bombs of the French jets had cut electricity and water for residents."


@pytest.mark.parametrize("added", [NOTE, OWN])
def test_what_is_surely_the_storys_is_told_at_once_in_a_place_that_never_rests(added: str) -> None:
    page = Page(*BODY, TEASERS[0])
    for n in range(1, 12):
        assert not page.shows(*BODY, TEASERS[n % 5])
    assert page.shows(*BODY, added, TEASERS[2])
    assert [block.text for block in page.record.blocks] == [*BODY, added, TEASERS[0]]
    assert not any(page.shows(*BODY, added, TEASERS[n % 5]) for n in range(3, 8))
    assert page.shows(*BODY, TEASERS[3])
    assert [block.text for block in page.record.blocks] == [*BODY, TEASERS[0]]


BESIDE = [
    "Visuals by Aviva Oskow",
    "Politics",
    "30 dead",
    "The ministry invites photographers and correspondents of foreign newspapers to its summer party.",
    TEASERS[0],
]


@pytest.mark.parametrize("text", BESIDE)
def test_what_comes_or_goes_apart_from_the_text_is_told_at_the_third_look(text: str) -> None:
    come, gone = Page(*BODY), Page(*BODY, text)
    come.apart = gone.apart = (text,)
    assert [come.shows(*BODY, text) for _ in range(4)] == [False, False, True, False]
    assert [gone.shows(*BODY) for _ in range(4)] == [False, False, True, False]
    assert Page(*BODY).shows(*BODY[:2], BESIDE[0], *BODY[2:])


@pytest.mark.parametrize("text", [NOTE, OWN])
def test_what_is_surely_the_storys_is_told_at_once_even_apart_from_the_text(text: str) -> None:
    page = Page(*BODY)
    page.apart = (text,)
    assert page.shows(*BODY, text)


def test_what_stands_apart_is_told_at_once_where_it_is_reworded_or_beside_an_edit() -> None:
    page = Page(*BODY, "Visuals by Aviva Oskow")
    page.apart = ("Visuals by Aviva Oskow", "Visuals by Aviva Oskov", "Politics")
    assert page.shows(*BODY, "Visuals by Aviva Oskov")
    assert page.shows(BODY[0].replace("20", "25"), *BODY[1:], "Visuals by Aviva Oskov", "Politics")
    assert page.record.blocks[-1].text == "Politics"


@pytest.mark.parametrize("lang", ["en", "ru", "nl", ""])
def test_a_correction_is_known_whatever_language_the_page_claims(lang: str) -> None:
    [(_, piece)] = pieces(
        Content(title="Raqqa", lang=lang), Content("Raqqa", lang=lang, blocks=(Block("paragraph", NOTE),))
    )
    assert piece is not None
    assert piece.belongs


def test_an_edit_that_is_undone_is_told_at_once_where_a_state_comes_back_with_it() -> None:
    page = Page(*BODY, TEASERS[0])
    for n in range(1, 12):
        assert not page.shows(*BODY, TEASERS[n % 5])
    edited = [BODY[0], BODY[1].replace("an act of war", "a crime"), *BODY[2:]]
    assert page.shows(*edited, TEASERS[1])
    assert not page.shows(*edited, TEASERS[2])
    before = page.record
    assert page.shows(*BODY, TEASERS[3])
    assert [block.text for block in page.record.blocks] == [*BODY, TEASERS[0]]
    assert before != page.record


def test_what_comes_back_in_part_is_told_where_the_part_is_an_earlier_revision() -> None:
    page, sponsor = Page(*BODY), "In partnership with Vega"
    for n in range(1, 7):
        page.shows(*[sponsor] * (n % 2), *BODY)
    edited = [BODY[0], BODY[1].replace("an act of war", "a crime"), *BODY[2:]]
    assert page.shows(sponsor, *edited)
    assert page.shows(*BODY)
    assert [block.text for block in page.record.blocks] == [sponsor, *BODY]
    assert wording(page.record) in page.past


@pytest.mark.parametrize("line", ["byline", "dek"])
def test_a_line_that_comes_with_furniture_is_furniture_and_vouches_for_none(line: str) -> None:
    page, box = Page(*BODY), f"By Sean Martin: {TEASERS[0]}"
    assert not any(page.shows(*BODY, *[box] * (n % 2), **{line: "Sean Martin" * (n % 2)}) for n in range(1, 12))
    assert getattr(page.record, line) == ""
    assert page.last is not None
    assert any("has to be seen again" in note or "never rests" in note for note in page.last.notes)


@pytest.mark.parametrize("line", ["byline", "dek"])
def test_a_line_that_comes_with_what_is_told_or_alone_is_told_at_once(line: str) -> None:
    page = Page(*BODY)
    assert page.shows("By Anna Lind", *BODY, **{line: "Anna Lind"})
    assert getattr(page.record, line) == "Anna Lind"
    assert Page(*BODY).shows(*BODY, **{line: "Anna Lind"})
    assert Page(*BODY).shows(*BODY, TEASERS[0], **{line: "Anna Lind"})
    assert Page(*BODY).shows(*BODY, f"Maps: {TEASERS[0]}", **{line: "AP"})
    page = Page(*BODY)
    assert [page.shows(*BODY, f"By Sean Martin: {TEASERS[0]}", **{line: "Sean Martin"}) for _ in range(4)] == [
        False,
        False,
        True,
        False,
    ]
    assert getattr(page.record, line) == "Sean Martin"


def test_a_counter_in_a_short_line_costs_no_alarm() -> None:
    page = Page(*BODY, "1265 listening now")
    assert not any(page.shows(*BODY, f"{1265 + n} listening now") for n in range(1, 12))


def test_a_list_in_a_new_order_of_other_items_costs_one_alarm_at_most() -> None:
    page = Page(*BODY[:2], *TEASERS[:3], *BODY[2:])
    orders = [(3, 0, 4), (1, 2, 0), (4, 1, 3), (2, 0, 1), (0, 3, 4), (2, 4, 1), (3, 1, 0), (0, 4, 2)]
    assert sum(page.shows(*BODY[:2], *(TEASERS[n] for n in order), *BODY[2:]) for order in orders) <= 1


def test_what_is_held_is_told_once_it_stands() -> None:
    page = Page(*BODY, TEASERS[0])
    assert [page.shows(*BODY, TEASERS[n]) for n in (1, 2, 3)] == [False, False, False]
    assert page.last is not None
    assert page.last.held
    told = [page.shows(*BODY, TEASERS[3]) for _ in range(50)]
    assert told.count(True) == 1
    assert page.record.blocks[-1].text == TEASERS[3]
    assert not page.last.held


def test_an_edit_that_is_undone_is_told_at_once_both_times() -> None:
    page = Page(*BODY)
    edited = [BODY[0], BODY[1].replace("an act of war", "a crime"), *BODY[2:]]
    assert [page.shows(*edited), page.shows(*edited), page.shows(*BODY)] == [True, False, True]


@pytest.mark.parametrize(
    "broken",
    [
        [],
        ["Something went wrong."],
        [*BODY[:1], BODY[1][:40]],
        BODY[2:3],
    ],
)
def test_a_look_that_lost_most_of_the_text_is_held(broken: list[str]) -> None:
    page = Page(*BODY)
    assert not page.shows(*broken, title="Error" if len(broken) < 2 else "Raqqa")
    assert page.last is not None
    assert page.last.held
    assert page.record == Page(*BODY).record
    assert not page.shows(*BODY)
    told = [page.shows(*broken) for _ in range(5)]
    assert told.count(True) == 1


def test_paragraphs_that_come_one_after_the_other_are_all_told() -> None:
    page, texts = Page(*BODY), list(BODY)
    for hour in ("one", "two", "three", "four", "five"):
        texts.insert(0, f"At {hour} the ministry said that the attacks in Raqqa went on.")
        assert page.shows(*texts)
        texts.append(f"Residents of Raqqa counted explosions for {hour} more hours, activists said.")
        assert page.shows(*texts)


def test_a_mixture_of_returning_and_held_text_is_never_told_in_parts() -> None:
    page = Page(*BODY)
    states = [
        [*BODY, TEASERS[0]],
        [TEASERS[1], *BODY, TEASERS[2]],
        BODY,
        [*BODY, TEASERS[0]],
        BODY,
        [TEASERS[1], *BODY, TEASERS[2]],
    ]
    known = {wording(Page(*BODY).record)}
    for state in states:
        page.shows(*state)
        known.add(wording(Page(*state).record))
        assert wording(page.record) in known


@given(st.lists(st.lists(st.sampled_from([*BODY, *TEASERS, "12 shares", "Live"]), max_size=7), max_size=12))
def test_any_history_settles_alike_and_what_stands_is_told_in_the_end(history: list[list[str]]) -> None:
    one, two = Page(*BODY), Page(*BODY)
    for texts in history:
        assert one.shows(*texts) == two.shows(*texts)
        assert one.places == two.places
    last = history[-1] if history else BODY
    for _ in range(120):
        one.shows(*last)
    assert wording(one.record) == wording(Page(*last).record)


@given(st.lists(st.lists(st.sampled_from([*TEASERS, "12 shares", "13 shares", "Live"]), max_size=4), max_size=10))
def test_an_edit_of_prose_is_told_at_once_whatever_rotates_beside_it(history: list[list[str]]) -> None:
    page = Page(*BODY, TEASERS[0])
    for furniture in history:
        page.shows(*BODY, *furniture)
    edited = [*BODY[:2], BODY[2].replace("30", "45"), *BODY[3:]]
    assert page.shows(*edited, *(history[-1] if history else TEASERS[:1]))
    assert [block.text for block in page.record.blocks[:5]] == edited


@given(st.lists(st.lists(st.sampled_from([*BODY, *TEASERS, "12 shares", "Live"]), max_size=7), max_size=8))
def test_a_page_against_itself_is_no_edit(history: list[list[str]]) -> None:
    page = Page(*BODY)
    for texts in history:
        page.shows(*texts)
    page.shows(*(block.text for block in page.record.blocks))
    places = page.places
    assert not page.shows(*(block.text for block in page.record.blocks))
    assert page.places == places
    assert page.last is not None
    assert not page.last.held
