"""When a watchlist fires: transitions of terms between two texts."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.content import Block, Content
from monitor.core.events import Edit
from monitor.core.watch.evaluate import MAX_HITS, Rulebook
from monitor.core.watch.fold import fold
from monitor.core.watch.grammar import parse
from monitor.core.watch.outcome import outcome
from monitor.core.watch.rules import EVERYTHING, FORMER, Change, Entity, How, Verdict, Watchlist, Zone
from monitor.core.watch.wording import canonical

HOLLANDE = Entity("hollande", ("François Hollande", "Hollande", "President Hollande"))
GROUP = Entity("group", ("Islamic State", "ISIL", "Daesh", "{ISIS}"))
COMINGS = EVERYTHING - {"moved", "changed"}  # told apart from where a term stands and from how its sentence is worded
WAR = Watchlist("war", phrases=("act of war", "acte de guerre"), entities=("hollande",), on=COMINGS)


def text(*paragraphs: str, title: str = "", dek: str = "", byline: str = "") -> Content:
    return Content(title, dek, byline, blocks=tuple(Block("paragraph", words) for words in paragraphs))


def judge(
    before: Content | None, after: Content | None, *watchlists: Watchlist, how: How = "edit", source: str = "post"
) -> tuple[Verdict, ...]:
    return Rulebook.compile(watchlists or (WAR,), (HOLLANDE, GROUP)).judge(before, after, how=how, source=source)


def found(verdicts: tuple[Verdict, ...]) -> list[tuple[str, str]]:
    return [(hit.change, hit.term) for verdict in verdicts for hit in verdict.hits]


def test_a_new_article_that_says_it() -> None:
    (verdict,) = judge(None, text("He spoke. It is an “Act\u00a0of War”.", title="Paris"), how="new")
    (hit,) = verdict.hits
    assert (verdict.watchlist, verdict.how, verdict.changes) == ("war", "new", ("appeared",))
    assert (hit.term, hit.entity, hit.zone, hit.block, hit.revision) == ("act of war", None, "body", 0, "after")
    assert hit.sentence == "It is an “Act\u00a0of War”."
    assert [hit.sentence[start:end] for start, end in hit.marks] == ["Act\u00a0of War"]


@pytest.mark.parametrize(
    ("words", "speaker"),
    [
        ("“It is an act of war,” President Hollande said.", "President Hollande"),
        ("François Hollande called it “an act of war”.", "François Hollande"),
        ("“It is an act of war,” said Manuel Valls, the prime minister.", "Manuel Valls, the prime minister"),
        ("“It is an act of war,” he said.", None),
        ("Hollande said that it is an act of war. “We shall see,” he said.", None),
        ("“Rien,” dit Valls. « C’est un acte de guerre », a déclaré Hollande.", "Hollande"),
    ],
)
def test_a_hit_in_direct_speech_names_its_speaker(words: str, speaker: str | None) -> None:
    watchlist = Watchlist("war", phrases=("act of war", "acte de guerre"), entities=("hollande",))
    (verdict,) = judge(None, text(words), watchlist, how="new")
    assert [hit.speaker for hit in verdict.hits if hit.entity is None] == [speaker]
    assert {hit.speaker for hit in verdict.hits if hit.entity} <= {None}


def test_an_article_that_does_not_say_it() -> None:
    assert judge(None, text("An act of wartime."), how="new") == ()


def test_an_edit_that_brings_it_in_and_one_that_takes_it_out() -> None:
    without, with_it = text("It was said.", "Weather."), text("It was said.", "Weather.", title="An act of war")
    assert found(judge(without, with_it)) == [("appeared", "act of war")]
    (verdict,) = judge(with_it, without)
    assert found((verdict,)) == [("disappeared", "act of war")]
    assert (verdict.hits[0].revision, verdict.hits[0].zone) == ("before", "title")


def test_an_entity_with_all_its_aliases_is_one_term() -> None:
    assert judge(text("Hollande spoke at noon."), text("President Hollande spoke at noon.")) == ()


def test_overlapping_aliases_are_one_hit() -> None:
    (verdict,) = judge(None, text("François Hollande and Hollande."), how="new")
    assert [(hit.term, hit.marks) for hit in verdict.hits] == [
        ("François Hollande", ((0, 17),)),
        ("Hollande", ((22, 30),)),
    ]


def test_of_names_that_fold_to_the_same_the_first_in_order_is_told() -> None:
    city = Entity("lodz", ("Łódź", "Lodz", "LÓDZ", "{Łódź}"))
    verdicts = Rulebook.compile((Watchlist("w", entities=("lodz",)),), iter((city,))).judge(
        None, text("In Łódź and in Lodz."), how="new", source="post"
    )
    assert [(hit.term, hit.marks) for verdict in verdicts for hit in verdict.hits] == [("Lodz", ((3, 7), (15, 19)))]


def test_a_name_that_many_have_is_a_hit_of_each() -> None:
    named = [Entity(f"p{number}", ("Springfield", "国", f"Name {number}")) for number in range(3)]
    lists = [Watchlist(entity.id, entities=(entity.id,)) for entity in named]
    verdicts = Rulebook.compile(lists, named).judge(None, text("Springfields. 国. Name 2."), how="new", source="post")
    assert [[hit.term for hit in verdict.hits] for verdict in verdicts] == [
        ["Springfield", "国"],
        ["Springfield", "国"],
        ["Springfield", "国", "Name 2"],
    ]


def test_entities_made_anew_give_the_same_rules_as_entities_kept() -> None:
    class Anew:
        def __iter__(self) -> Iterator[Entity]:
            return (replace(entity) for entity in (HOLLANDE, GROUP))

    kept, anew = Rulebook.compile((WAR,), (GROUP, HOLLANDE)), Rulebook.compile((WAR,), Anew())
    assert kept.digest == anew.digest == Rulebook.compile((WAR,), iter((HOLLANDE, GROUP))).digest
    said = text("President Hollande.")
    assert kept.judge(None, said, how="new", source="s") == anew.judge(None, said, how="new", source="s") != ()


def test_a_second_term_joins_where_the_first_stood() -> None:
    before, after = text("Hollande spoke."), text("Hollande spoke.", "An act of war, he said.")
    assert found(judge(before, after)) == [("appeared", "act of war")]


def test_a_further_hit_is_added_and_a_lost_one_is_removed() -> None:
    one, two = (
        text("Hollande spoke in Paris."),
        text("Hollande spoke in Paris.", "Later, Hollande left Vienna for Brussels."),
    )
    (added,) = judge(one, two)
    assert (added.changes, added.hits[0].sentence) == (("added",), "Later, Hollande left Vienna for Brussels.")
    (removed,) = judge(two, one)
    assert (removed.changes, removed.hits[0].revision) == (("removed",), "before")


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_a_moved_paragraph_is_no_change(order: tuple[int, ...]) -> None:
    paragraphs = ["Hollande spoke of an act of war.", "Nothing more.", "Hollande left. Hollande came back."]
    assert judge(text(*paragraphs), text(*[paragraphs[at] for at in order])) == ()


def test_a_reworded_sentence_is_no_change() -> None:
    assert (
        judge(text("Hollande spoke to both houses on Monday."), text("Hollande spoke to both houses late on Monday."))
        == ()
    )


def test_one_sentence_gone_and_quite_another_come_are_both_told() -> None:
    before = text("Hollande met the king of Jordan in Amman.", "Hollande.")
    after = text("By night bombs fell; Hollande was silent!", "Hollande.")
    (verdict,) = judge(before, after)
    assert verdict.changes == ("added", "removed")


def test_a_term_that_enters_the_headline_or_leaves_it_moved() -> None:
    mover = Watchlist("mover", entities=("hollande",), on=frozenset({"moved"}))
    plain, headed = text("Rain.", "Hollande left."), text("Rain.", "Hollande left.", title="Hollande leaves")
    (entered,) = judge(plain, headed, mover)
    (hit,) = entered.hits
    assert (entered.changes, hit.zone, hit.revision) == (("moved",), "title", "after")
    (left,) = judge(headed, plain, mover)
    assert (left.hits[0].zone, left.hits[0].revision) == ("title", "before")


def test_a_term_that_enters_direct_speech_or_the_lede_moved() -> None:
    mover = Watchlist("mover", phrases=("act of war",), on=frozenset({"moved"}))
    before = text("Rain.", "It was an act of war, they thought.")
    (spoken,) = judge(before, text("Rain.", "“It was an act of war,” they said."), mover)
    assert [hit.sentence for hit in spoken.hits] == ["“It was an act of war,” they said."]
    (led,) = judge(before, text("It was an act of war, they thought.", "Rain."), mover)
    assert led.hits[0].block == 0
    assert judge(before, text("Rain.", "Sun.", "It was an act of war, they thought."), mover) == ()


def test_a_sentence_reworded_around_a_term_is_changed_for_who_asks() -> None:
    asker = Watchlist("asker", entities=("hollande",), on=frozenset({"changed"}))
    (verdict,) = judge(text("Hollande spoke to both houses."), text("Hollande spoke to both houses late."), asker)
    assert [(hit.change, hit.sentence) for hit in verdict.hits] == [("changed", "Hollande spoke to both houses late.")]
    assert judge(text("Hollande spoke."), text("Hollande spoke.", "Rain."), asker) == ()


@pytest.mark.parametrize(
    ("on", "kind"),
    [
        ("figure", "number"),
        ("figure", "figure_added"),
        ("quote", "quote_reworded"),
        ("headline", "headline"),
        ("hedge", "hedge"),
        ("correction", "correction_added"),
    ],
)
def test_typed_edits_where_a_term_stands(on: Change, kind: str) -> None:
    watchlist = Watchlist("edits", phrases=("20 bombs", "30 bombs"), on=frozenset({on}))
    zone: Zone = "title" if on == "headline" else "body"
    block = None if on == "headline" else 1
    before, after = text("Rain.", "They dropped 20 bombs."), text("Rain.", "They dropped 30 bombs.")
    if on == "headline":
        before, after = text("Rain.", title="20 bombs"), text("Rain.", title="30 bombs")
    book = Rulebook.compile([watchlist], ())

    def judged(*edits: Edit) -> list[tuple[Change, str]]:
        return found(book.judge(before, after, how="edit", source="post", edits=edits))

    assert judged(Edit(kind, zone, "20", "30", block)) == [(on, "30 bombs")]
    assert judged(Edit(kind, zone, "20", "", block)) == [(on, "20 bombs" if block else "30 bombs")]
    assert judged(Edit(kind, "body", "a", "b", 0)) == []
    assert judged(Edit("paragraph_changed", zone, "20", "30", block)) == []
    assert judged() == []


def test_a_watchlist_ends_when_it_expires() -> None:
    end = datetime(2015, 11, 20, tzinfo=UTC)
    book = Rulebook.compile([Watchlist("w", phrases=("war",), expires=end)], ())
    for at, fires in ((end - timedelta(seconds=1), True), (end, False), (None, True)):
        assert bool(book.judge(None, text("war"), how="new", source="s", at=at)) is fires


def test_a_watchlist_has_its_languages() -> None:
    book = Rulebook.compile([Watchlist("w", phrases=("war",), languages=frozenset({"en"}))], ())
    for lang, fires in (("en", True), ("en-GB", True), ("fr", False), ("", True)):
        content = Content("war", lang=lang)
        assert bool(book.judge(None, content, how="new", source="s")) is fires


@pytest.mark.parametrize(
    ("before", "after", "changes", "excluded"),
    [
        ("war here", "war here, a rumour", [], ["war"]),
        ("war here, a rumour", "war here", ["appeared"], []),
        ("war here", "rain here, a rumour", ["disappeared"], []),
        ("war here", "rain", ["disappeared"], []),
    ],
)
def test_what_a_not_puts_out_is_excluded_and_no_alert(
    before: str, after: str, changes: list[str], excluded: list[str]
) -> None:
    assert turned("war NOT rumour", before, after) == (changes, excluded)


@pytest.mark.parametrize(
    ("before", "after", "changes", "excluded"),
    [
        ("bombs on Raqqa", "bombs were dropped on Raqqa", [], ["bombs NEAR/1 Raqqa"]),
        ("bombs were dropped on Raqqa", "bombs on Raqqa", ["appeared"], []),
        ("bombs on Raqqa", "rain on Raqqa", ["disappeared"], []),
        ("bombs on Raqqa", "bombs on Raqqa again", [], []),
    ],
)
def test_what_a_distance_puts_out_is_excluded_and_no_alert(
    before: str, after: str, changes: list[str], excluded: list[str]
) -> None:
    assert turned("bombs NEAR/1 Raqqa", before, after) == (changes, excluded)


def turned(query: str, before: str, after: str) -> tuple[list[str], list[str]]:
    watchlist = Watchlist("w", query=parse(query).query)
    book = Rulebook.compile([watchlist], ())
    became = outcome(book.rules[0].plan, book.event(text(before), text(after), how="edit", source="post"))
    told = {change for verdict in judge(text(before), text(after), watchlist) for change in verdict.changes}
    assert told == set(became.changes) & watchlist.on
    return sorted(set(became.changes) & watchlist.on), [canonical(term.query) for term in became.excluded]


def test_a_name_near_a_rejected_word_is_somebody_elses() -> None:
    isis = Entity("isis", ("Isis",), reject_near=("river", "Oxford"))
    book = Rulebook.compile([Watchlist("w", entities=("isis",))], (isis,))
    far = " and" * 12
    for words, fires in (
        ("Isis claimed it.", True),
        ("Rowing on the Isis, a river.", False),
        ("Oxford: the Isis is up.", False),
        (f"Isis{far} river", True),
    ):
        assert bool(book.judge(None, text(words), how="new", source="s")) is fires


@pytest.mark.parametrize(
    ("words", "mark"),
    [("The drones flew.", "drones"), ("Two strike forces’ drone’s", "drone"), ("droneses", None), ("DRONES", "DRONES")],
)
def test_possessives_and_plurals_of_an_alias(words: str, mark: str | None) -> None:
    book = Rulebook.compile([Watchlist("w", entities=("drone",))], (Entity("drone", ("drone", "{IS}")),))
    marks = [
        h.sentence[a:b]
        for v in book.judge(None, text(words), how="new", source="s")
        for h in v.hits
        for a, b in h.marks
    ]
    assert [found.removesuffix("’s") for found in marks] == ([mark] if mark else [])


def test_withdrawn_and_restored() -> None:
    content = text("An act of war.")
    (gone,) = judge(content, None, how="gone")
    assert (gone.how, gone.changes, gone.hits[0].revision) == ("gone", ("withdrawn",), "before")
    (back,) = judge(content, content, how="restored")
    assert (back.changes, back.hits[0].revision) == (("restored",), "after")
    assert judge(text("Weather."), None, how="gone") == ()


def test_only_what_the_watchlist_asks_for() -> None:
    quiet = Watchlist("quiet", phrases=("act of war",), on=frozenset({"disappeared"}))
    before, after = text("Weather."), text("An act of war.")
    assert judge(before, after, quiet) == ()
    assert found(judge(after, before, quiet)) == [("disappeared", "act of war")]


def test_exact_spellings() -> None:
    groups = Watchlist("groups", entities=("group",))
    assert judge(None, text("The goddess Isis. The river ISIS.", title="isis"), groups, how="new")[0].hits[0].marks == (
        (10, 14),
    )
    assert judge(None, text("Isis and isis and ÍSIS."), groups, how="new") == ()
    assert found(judge(None, text("daesh"), groups, how="new")) == [("appeared", "Daesh")]


def test_exact_and_folded_phrases_of_two_watchlists_stay_apart() -> None:
    loose, exact = Watchlist("loose", phrases=("us army",)), Watchlist("exact", phrases=("{US Army}",))
    assert [verdict.watchlist for verdict in judge(None, text("the us army"), loose, exact, how="new")] == ["loose"]
    assert [verdict.watchlist for verdict in judge(None, text("the US Army"), loose, exact, how="new")] == [
        "loose",
        "exact",
    ]


@pytest.mark.parametrize(
    ("sources", "tags", "fires"),
    [
        (None, frozenset(), True),
        (frozenset({"post"}), frozenset(), True),
        (frozenset({"times"}), frozenset(), False),
        (None, frozenset({"tier1"}), True),
        (None, frozenset({"tier2"}), False),
        (frozenset({"times"}), frozenset({"tier1"}), True),
        (frozenset(), frozenset(), False),
    ],
)
def test_where_a_watchlist_looks(sources: frozenset[str] | None, tags: frozenset[str], fires: bool) -> None:
    book = Rulebook.compile([Watchlist("w", phrases=("war",), sources=sources, tags=tags)], [])
    assert bool(book.judge(None, text("war"), how="new", source="post", tags=("tier1", "paris"))) is fires


def test_all_zones_are_read_and_told_apart() -> None:
    (verdict,) = judge(None, text("b Hollande", title="t Hollande", dek="d Hollande", byline="by Hollande"), how="new")
    assert [(hit.zone, hit.block) for hit in verdict.hits] == [
        ("title", None),
        ("dek", None),
        ("byline", None),
        ("body", 0),
    ]


def test_the_same_sentence_twice_in_one_block_is_two_hits() -> None:
    (verdict,) = judge(None, text("An act of war. An act of war."), how="new")
    assert [hit.marks for hit in verdict.hits] == [((3, 13),), ((3, 13),)]


def test_hits_are_bounded_and_the_rest_is_counted() -> None:
    (verdict,) = judge(None, text(*["An act of war."] * (MAX_HITS + 7)), how="new")
    assert (len(verdict.hits), verdict.omitted) == (MAX_HITS, 7)


@pytest.mark.parametrize("bad", ["", "  ", "\u200b", "“”", "{}", "--"])
def test_a_phrase_with_nothing_to_search_for_is_refused(bad: str) -> None:
    with pytest.raises(ValueError, match="nothing to search for"):
        Rulebook.compile([Watchlist("w", phrases=(bad,))], [])


def test_an_unknown_entity_is_refused() -> None:
    with pytest.raises(ValueError, match="no entity 'valls'"):
        Rulebook.compile([Watchlist("w", entities=("valls",))], [HOLLANDE])


def test_the_digest_names_the_rules() -> None:
    one = Rulebook.compile([WAR], [HOLLANDE, GROUP]).digest
    assert one == Rulebook.compile([WAR], [GROUP, HOLLANDE]).digest
    assert one != Rulebook.compile([Watchlist("war", phrases=("act of war",))], [HOLLANDE]).digest
    assert one != Rulebook.compile([WAR], [GROUP, Entity("hollande", ("Hollande",))]).digest
    assert one.startswith("sha256:")
    assert len(one) == 71


SENTENCES = st.sampled_from(
    [
        "Hollande spoke.",
        "It is an act of war.",
        "Rain.",
        "President Hollande called it an act of war.",
        "Acte de guerre, dit Hollande!",
    ]
)
TEXTS = st.builds(
    lambda title, words: text(*words, title=title), SENTENCES, st.lists(st.lists(SENTENCES).map(" ".join), max_size=4)
)
MIRROR = {"appeared": "disappeared", "disappeared": "appeared", "added": "removed", "removed": "added"}


@given(TEXTS, TEXTS)
def test_forwards_and_backwards_mirror_each_other(one: Content, other: Content) -> None:
    there, back = (
        sorted(
            (hit.change, hit.term, hit.zone, hit.block or 0, hit.sentence, hit.marks)
            for v in verdicts
            for hit in v.hits
        )
        for verdicts in (judge(one, other), judge(other, one))
    )
    assert sorted((MIRROR[change], *rest) for change, *rest in there) == back


@given(TEXTS)
def test_a_text_against_itself_is_silent(content: Content) -> None:
    assert judge(content, content) == ()


@given(st.one_of(st.none(), TEXTS), TEXTS)
def test_every_hit_stands_where_it_says(before: Content | None, after: Content) -> None:
    for verdict in judge(before, after, how="edit" if before else "new"):
        assert set(verdict.changes) == {hit.change for hit in verdict.hits}
        for hit in verdict.hits:
            content = before if hit.revision == "before" else after
            assert (hit.revision == "before") is (hit.change in FORMER)
            assert content is not None
            assert hit.sentence in (
                content.blocks[hit.block].text if hit.block is not None else getattr(content, hit.zone)
            )
            assert {fold(hit.sentence[start:end]) for start, end in hit.marks} == {fold(hit.term)}


@given(st.permutations(range(4)), TEXTS, TEXTS)
def test_watchlists_do_not_disturb_each_other(order: list[int], before: Content, after: Content) -> None:
    watchlists = [
        WAR,
        Watchlist("act", phrases=("act of war",)),
        Watchlist("rain", phrases=("Rain",)),
        Watchlist("who", entities=("hollande",), on=frozenset({"added"})),
    ]
    together = judge(before, after, *[watchlists[at] for at in order])
    alone = tuple(verdict for at in order for verdict in judge(before, after, watchlists[at]))
    assert together == alone


@pytest.mark.parametrize(
    ("unit", "hits"),
    [("a  ", MAX_HITS), ("a's ", MAX_HITS), (". ", 0), ("a.» ", MAX_HITS), ("a\n", MAX_HITS), ("a\u0301", 0)],
)
def test_a_hostile_text_costs_no_more_than_its_length(unit: str, hits: int) -> None:
    """Each of these would make a careless reader quadratic: hours, which the test's own limit would notice."""
    book = Rulebook.compile([Watchlist("w", ("a",), on=EVERYTHING)], [])
    verdicts = book.judge(None, text(unit * 100_000), how="new", source="s")
    assert sum(len(verdict.hits) for verdict in verdicts) <= hits
    assert bool(verdicts) is bool(hits)


def test_the_order_of_hits_does_not_depend_on_what_other_watchlists_ask() -> None:
    """Two terms that are spelt alike stand at one place: which is told of first is the query's to say, not the numbers' of terms."""
    before, after = text("LEE.", title="ann."), text(title="lee.")
    asked = Watchlist("asked", query=parse("{LEE} OR @ann").query, on=EVERYTHING)
    ann = Entity("ann", ("Ann", "{LEE}"))
    others = [Watchlist("other", query=parse(query).query) for query in ("@ann", "{LEE} war")]
    alone, *together = [
        Rulebook.compile([*some, asked], [ann]).judge(before, after, how="edit", source="post")[-1].hits
        for some in ([], others, others[::-1])
    ]
    assert together == [alone, alone]


def test_a_hit_says_who_is_named_as_its_speaker() -> None:
    words = text("“An act of war,” said President Hollande. “It is an act of war,” he said.", "An act of war.")
    (verdict,) = judge(None, words, Watchlist("war", phrases=("act of war",)), how="new")
    assert [hit.speaker for hit in verdict.hits] == ["President Hollande", "President Hollande", None]


def test_two_letters_have_no_plural() -> None:
    """The IS that is a group is not in the ISs of a sentence about verbs."""
    book = Rulebook.compile([Watchlist("is", entities=("is", "raf"))], [Entity("is", ("IS",)), Entity("raf", ("RAF",))])
    said = {
        words: bool(book.judge(None, text(words), how="new", source="s"))
        for words in ("the IS.", "the ISs", "the RAFs")
    }
    assert said == {"the IS.": True, "the ISs": False, "the RAFs": True}
