from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.article import (
    Article,
    Decision,
    Looks,
    Seed,
    Sighting,
    decode_article,
    decode_looks,
    encode,
    fold,
    folded,
    miss,
    observe,
    recheck_in,
    unchanged,
    wall,
)
from monitor.core.content import Block, Content
from monitor.core.events import (
    Absence,
    ArticleBlocked,
    ArticleDiscovered,
    ArticleEvent,
    ArticleGone,
    ArticleRestored,
    ArticleRevised,
    Evidence,
)
from monitor.core.events import decode as decode_event
from monitor.core.events import (
    encode as encode_event,
)
from monitor.core.revision.places import Held, Place
from monitor.errors import Corrupt

START = datetime(2015, 11, 15, 14, 5, tzinfo=UTC)
SEED = Seed("article_1", "https://example.org/a", "outlet", tags=("world",), feed_title="From the feed")
A = "French jets dropped 20 bombs on Raqqa, the ministry said on Sunday."
B = "President Hollande called the attacks “an act of war”."
C = "Activists in the city counted at least 30 explosions."
D = "Water and electricity were cut, residents said by telephone."


def content(*texts: str, title: str = "France strikes Raqqa", **fields: Any) -> Content:
    return Content(title=title, blocks=tuple(Block("paragraph", text) for text in texts), **fields)


def sighting(seen: Content, minute: int = 0, **fields: Any) -> Sighting:
    at = START + timedelta(minutes=minute)
    return Sighting(seen, Evidence(at, SEED.url, 200, f"raw{minute}", "test/1", etag=f"e{minute}"), **fields)


class Watch:
    """One article and all its events, as the log would hold them."""

    def __init__(self) -> None:
        self.article: Article | None = None
        self.looks = Looks()
        self.events: list[ArticleEvent] = []
        self.minute = 0

    def see(self, seen: Content, **fields: Any) -> Decision:
        decision = observe(self.article, self.looks, sighting(seen, self.minute, **fields), seed=SEED)
        return self.keep(decision)

    def miss(self, reason: str = "not_found", status: int = 404, hours: float = 1) -> Decision:
        self.minute += int(hours * 60)
        absence = Absence(START + timedelta(minutes=self.minute), status, reason)
        return self.keep(miss(self.article, self.looks, absence))

    def wall(self, hours: float = 1) -> Decision:
        self.minute += int(hours * 60)
        met = Absence(START + timedelta(minutes=self.minute), 403, "block_page")
        return self.keep(wall(self.article, self.looks, met))

    def keep(self, decision: Decision) -> Decision:
        self.minute += 5
        self.events += decision.events
        self.article, self.looks = decision.article, decode_looks(encode(decision.looks))
        if self.events:
            assert folded([decode_event(encode_event(event)) for event in self.events]) == self.article
        assert decision.why.endswith(".")
        return decision


def revisions(decision: Decision) -> list[ArticleRevised]:
    return [event for event in decision.events if isinstance(event, ArticleRevised)]


# --- found -----------------------------------------------------------------------------------------------------------


def test_the_first_look_discovers_with_everything() -> None:
    (event,) = Watch().see(content(A, B)).events
    assert isinstance(event, ArticleDiscovered)
    assert (event.article, event.source, event.tags) == ("article_1", "outlet", ("world",))
    assert event.sha256 == content(A, B).digest()


def test_a_page_without_a_title_takes_the_feeds() -> None:
    assert Watch().see(content(A, title="")).article.content.title == "From the feed"  # type: ignore[union-attr]  # discovered


def test_without_a_seed_an_unread_article_is_refused() -> None:
    with pytest.raises(ValueError, match="seed"):
        observe(None, Looks(), sighting(content(A)))


@pytest.mark.parametrize("verdict", ["block_page", "empty", "not_html", "not_found"])
def test_what_is_no_article_makes_no_event(verdict: str) -> None:
    watch = Watch()
    assert watch.see(content("Are you a robot?"), verdict=verdict).events == ()
    watch.see(content(A, B))
    decision = watch.see(content("Are you a robot?"), verdict=verdict, detail="the title says so")
    assert decision.events == ()
    assert verdict in decision.why
    assert decision.article.content == content(A, B)  # type: ignore[union-attr]  # discovered above


# --- revised ---------------------------------------------------------------------------------------------------------


def test_a_number_is_a_revision() -> None:
    watch = Watch()
    watch.see(content(A, B))
    (event,) = revisions(watch.see(content(A.replace("20", "30"), B)))
    assert (event.revision, event.summary, event.reverted_to) == (2, "Figure 20 → 30 bombs (ministry).", None)
    assert event.last_seen_before == START
    assert event.before_sha256 == content(A, B).digest()


LOOKS_ONLY = [
    (A.replace(" ", "\u00a0"), B),
    (A, B.replace("“", '"').replace("”", '"')),
    (A.replace(", ", " — "), B),
    (A.upper(), B),
    (A + " " + B,),
    (A[:30], A[30:], B),
    (A.replace("fi", "\ufb01"), B),
]


@pytest.mark.parametrize("texts", LOOKS_ONLY)
def test_looks_alone_are_no_revision(texts: tuple[str, ...]) -> None:
    watch = Watch()
    watch.see(content(A, B))
    assert watch.see(content(*texts)).events == ()


def test_stamps_and_labels_alone_are_no_revision() -> None:
    watch = Watch()
    watch.see(content(A, B))
    assert watch.see(content(A, B, modified=START, section="World", lang="en")).events == ()


def test_the_order_of_paragraphs_counts() -> None:
    watch = Watch()
    watch.see(content(A, B, C))
    assert revisions(watch.see(content(C, A, B)))


@given(st.lists(st.sampled_from([A, B, C, D]), min_size=1, max_size=5, unique=True), st.data())
def test_any_single_word_or_number_in_any_block_makes_a_revision(texts: list[str], data: st.DataObject) -> None:
    watch = Watch()
    watch.see(content(*texts))
    block = data.draw(st.integers(0, len(texts) - 1))
    words = texts[block].split()
    place = data.draw(st.integers(0, len(words) - 1))
    words[place] = data.draw(st.sampled_from(["7", "other", "Привет", "第三"]))
    changed = [*texts[:block], " ".join(words), *texts[block + 1 :]]
    assert len(revisions(watch.see(content(*changed)))) == 1


@given(st.lists(st.lists(st.sampled_from([A, B, C, D, A.replace("20", "30")]), max_size=5), min_size=1, max_size=6))
def test_any_history_folds_verifies_and_is_decided_alike_twice(history: list[list[str]]) -> None:
    one, other = Watch(), Watch()
    for texts in history:
        assert one.see(content(*texts)) == other.see(content(*texts))


def test_what_comes_back_is_a_revert() -> None:
    watch = Watch()
    watch.see(content(A, B))
    watch.see(content(A, B, title="War"))
    watch.see(content(A, B, C, title="War"))
    (event,) = revisions(watch.see(content(A, B)))
    assert (event.revision, event.reverted_to) == (4, 1)


def test_a_byline_and_a_standfirst_are_told_apart_from_the_text() -> None:
    watch = Watch()
    watch.see(content(A, dek="First wave", byline="Ann Smith"))
    (event,) = revisions(watch.see(content(A, dek="Second wave", byline="Bob Jones")))
    assert [edit.kind for edit in event.edits] == ["dek", "byline"]
    assert event.fields == {"dek": "Second wave", "byline": "Bob Jones"}


# --- noise -----------------------------------------------------------------------------------------------------------


@pytest.mark.case(id="P13")
def test_a_flapping_headline_ends_after_one_revert() -> None:
    watch = Watch()
    made = [len(revisions(watch.see(content(A, B, title=title)))) for title in ["One", "Two"] * 5]
    assert made == [0, 1, 1, *[0] * 7]


def test_a_place_that_shows_something_else_every_time_is_learned() -> None:
    watch = Watch()
    widget = [
        "Ten recipes for autumn",
        "Where to ski",
        "Quiz of the week",
        "Our best photos",
        "Lottery results",
        "Horoscope",
    ]
    made = [len(revisions(watch.see(content(A, text, B)))) for text in widget]
    assert made[:1] == [0]
    assert made[4:] == [0, 0]
    assert "never rests" in watch.see(content(A, "Yet another teaser", B)).why
    (event,) = revisions(watch.see(content(A.replace("20", "30"), "And one more", B)))
    assert [edit.kind for edit in event.edits] == ["figure"]


def test_prose_may_be_edited_at_every_look() -> None:
    watch = Watch()
    said = ["dropped", "threw", "let fall", "released", "discharged", "launched", "fired", "set off"]
    made = [len(revisions(watch.see(content(A.replace("dropped", word), B)))) for word in said]
    assert made == [0, *[1] * 7]


def test_words_that_were_visible_before_are_no_edit() -> None:
    from monitor.core.text import lettering, short_hash

    outside = (short_hash(lettering(C)),)
    watch = Watch()
    watch.see(content(A, B), rest=outside)
    decision = watch.see(content(A, B, C))
    assert decision.events == ()
    assert "visible on the page before" in decision.why
    watch = Watch()
    watch.see(content(A, B, C))
    assert watch.see(content(A, B), rest=outside).events == ()
    assert revisions(watch.see(content(A, B)))


def test_another_of_the_pages_own_titles_is_no_new_headline() -> None:
    from monitor.core.text import lettering, short_hash

    watch = Watch()
    watch.see(content(A, title="France strikes Raqqa"), titles=(short_hash(lettering("Jets over Syria")),))
    assert watch.see(content(A, title="Jets over Syria")).events == ()


# --- walls -----------------------------------------------------------------------------------------------------------

LONG = [f"Paragraph {n} of a long story that nobody should read for nothing, with many words." for n in range(10)]


def test_a_teaser_removes_nothing() -> None:
    for seen, fields in [
        (content(*LONG[:2]), {"access": "teaser"}),
        (content(LONG[0], LONG[1], LONG[2][:40] + "…"), {}),
    ]:
        watch = Watch()
        watch.see(content(*LONG))
        decision = watch.see(seen, **fields)
        assert decision.events == ()
        assert "teaser" in decision.why
        assert watch.see(content(*LONG)).events == ()


def test_a_removed_end_is_an_edit() -> None:
    watch = Watch()
    watch.see(content(*LONG))
    assert revisions(watch.see(content(*LONG[:-1])))
    assert revisions(watch.see(content(*LONG[:3])))


# --- gone ------------------------------------------------------------------------------------------------------------


def test_gone_only_after_repeated_looks_over_a_day_and_back_again() -> None:
    watch = Watch()
    watch.see(content(A, B))
    assert watch.miss().events == ()
    assert watch.miss().events == ()
    assert watch.miss().events == ()
    (gone,) = watch.miss(hours=24).events
    assert isinstance(gone, ArticleGone)
    assert gone.last_present == START
    assert len(gone.absent) == 4
    assert watch.article is not None
    assert watch.article.status == "gone"
    assert watch.miss(hours=24).events == ()
    (restored,) = watch.see(content(A, B)).events
    assert isinstance(restored, ArticleRestored)
    assert restored.gone_since == gone.at


def test_what_comes_back_changed_is_restored_and_revised() -> None:
    watch = Watch()
    watch.see(content(A, B))
    for _ in range(3):
        watch.miss(hours=13)
    restored, revised = watch.see(content(A, C)).events
    assert isinstance(restored, ArticleRestored)
    assert isinstance(revised, ArticleRevised)


def test_one_sight_in_between_starts_the_count_anew() -> None:
    watch = Watch()
    watch.see(content(A, B))
    watch.miss(hours=13)
    watch.miss(hours=13)
    watch.keep(unchanged(watch.article, watch.looks, START + timedelta(minutes=watch.minute)))
    assert watch.looks.absences == ()
    assert watch.miss().events == ()


def test_a_block_page_is_nobodys_absence() -> None:
    watch = Watch()
    watch.see(content(A, B))
    made = [watch.wall(hours=12).events for _ in range(5)]
    assert [len(events) for events in made] == [0, 0, 1, 0, 0]
    (blocked,) = made[2]
    assert isinstance(blocked, ArticleBlocked)
    assert (blocked.last_present, len(blocked.blocked)) == (START, 3)
    assert watch.looks.absences == ()
    (restored,) = watch.see(content(A, B)).events
    assert isinstance(restored, ArticleRestored)
    assert restored.was == "blocked"


def test_what_is_blocked_can_be_gone_too() -> None:
    watch = Watch()
    watch.see(content(A, B))
    for _ in range(3):
        watch.wall(hours=13)
    made = [watch.miss(hours=13).events for _ in range(3)]
    assert isinstance(made[2][0], ArticleGone)
    (restored,) = watch.see(content(A, B)).events
    assert isinstance(restored, ArticleRestored)
    assert restored.was == "gone"


def test_the_threshold_is_settable() -> None:
    first = observe(None, Looks(), sighting(content(A)), seed=SEED)
    absence = Absence(START + timedelta(minutes=1), 410, "gone")
    decision = miss(first.article, first.looks, absence, checks=1, over=timedelta())
    assert isinstance(decision.events[0], ArticleGone)


# --- at rest ---------------------------------------------------------------------------------------------------------


def test_states_survive_storing_and_lost_looks_are_empty_ones() -> None:
    watch = Watch()
    watch.see(content(A, B))
    assert watch.article is not None
    assert decode_article(encode(watch.article)) == watch.article
    assert decode_article(b"") is None
    assert decode_looks(None) == decode_looks(b"not json") == Looks()
    with pytest.raises(Corrupt):
        decode_article(b"{}")


def test_a_fold_refuses_what_does_not_follow_or_verify() -> None:
    watch = Watch()
    watch.see(content(A, B))
    watch.see(content(A, C))
    discovered, revised = watch.events
    assert isinstance(revised, ArticleRevised)
    first = fold(None, discovered)
    for broken in (
        msgspec.structs.replace(revised, sha256="0" * 64),
        msgspec.structs.replace(revised, before_sha256="0" * 64),
        msgspec.structs.replace(revised, revision=3),
        msgspec.structs.replace(revised, operations=()),
        msgspec.structs.replace(revised, fields={"title": 5}),
        msgspec.structs.replace(revised, article="article_2"),
        discovered,
    ):
        with pytest.raises(Corrupt):
            fold(first, broken)
    with pytest.raises(Corrupt):
        fold(None, revised)
    with pytest.raises(Corrupt):
        folded([])


# --- when to look again ----------------------------------------------------------------------------------------------


def wait(hours: float, **fields: Any) -> timedelta | None:
    first = observe(None, Looks(), sighting(content(A)), seed=SEED)
    assert first.article is not None
    article = msgspec.structs.replace(
        first.article, **{k: v for k, v in fields.items() if k not in {"absences", "places"}}
    )
    looks = msgspec.structs.replace(first.looks, absences=fields.get("absences", ()), places=fields.get("places", ()))
    return recheck_in(
        article,
        looks,
        START + timedelta(hours=hours),
        minimum=timedelta(minutes=5),
        maximum=timedelta(hours=12),
        until=timedelta(days=14),
        hot_every=timedelta(minutes=2),
    )


def test_the_wait_grows_with_the_time_since_the_last_change() -> None:
    assert wait(0) == timedelta(minutes=5)
    assert wait(4) == timedelta(hours=1)
    assert wait(24 * 10) == timedelta(hours=12)
    assert wait(24 * 15) is None


def test_a_hot_article_is_looked_at_often() -> None:
    assert wait(4, hot_until=START + timedelta(hours=5)) == timedelta(minutes=2)
    assert wait(6, hot_until=START + timedelta(hours=5)) == timedelta(hours=1.5)


def test_what_was_held_at_first_sight_is_looked_at_again_soon_and_no_longer_than_it_takes() -> None:
    first = Place("^", "$", 3, held=(Held("", "b", 3),))
    assert wait(4, places=(first,)) == timedelta(minutes=5)
    assert wait(24 * 15, places=(first,)) == timedelta(minutes=5)
    restless = msgspec.structs.replace(first, unrest=1)
    assert wait(4, places=(restless,)) == timedelta(hours=1)
    assert wait(24 * 15, places=(restless,)) is None


def test_a_missing_article_is_not_let_go_before_that_is_settled() -> None:
    absent = (Absence(START, 404, "not_found"),)
    assert wait(24 * 15, absences=absent) == timedelta(hours=1)
