"""Laws of the query language, on random queries and texts: what is printed reads back, and what is quick is what is obvious."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference import Article, holds

from monitor.core.content import Block, Content
from monitor.core.watch import query as q
from monitor.core.watch.checks import Known, flaws
from monitor.core.watch.evaluate import Rulebook
from monitor.core.watch.grammar import BadQuery, parse
from monitor.core.watch.outcome import outcome
from monitor.core.watch.plan import Term
from monitor.core.watch.query import Query
from monitor.core.watch.rules import EVERYTHING, Entity, Watchlist
from monitor.core.watch.wording import canonical, in_words

ALIASES = {"ann": ("Ann", "Ann Lee", "{LEE}"), "raqqa": ("raqqa", "al-raqqa")}
ENTITIES = [Entity(name, aliases) for name, aliases in ALIASES.items()]
WORDS = ["ann", "Ann", "lee", "LEE", "raqqa", "al-raqqa", "raqqas", "war", "wart", "warden", "peace", "it"]
SOME = st.sampled_from(["war", "peace", "it", "lee", "al-raqqa"])

LEAVES: st.SearchStrategy[Query] = st.one_of(
    SOME.map(q.Phrase),
    st.tuples(SOME, SOME).map(" ".join).map(q.Phrase),
    st.sampled_from(["war*", "war?en", "raq*a", "raqq?"]).map(q.Wildcard),
    st.sampled_from(["LEE", "Ann"]).map(q.Exact),
    st.sampled_from(list(ALIASES)).map(q.EntityRef),
    st.sampled_from([q.Regex("wa?rd?"), q.Regex("ANN", ignores_case=True)]),
    st.builds(q.Loose, st.lists(SOME, min_size=2, max_size=3).map(tuple), st.integers(0, 4)),
)
SIDES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=3).map(q.any_of),
        st.builds(q.Near, inner, inner, st.integers(0, 6), st.booleans()),
        st.builds(q.Together, inner, inner, st.sampled_from(["sentence", "paragraph"])),
        st.builds(q.Zone, st.sampled_from(q.ZONES), inner),
        st.builds(q.Said, st.sampled_from([None, "ann"]), inner),
    ),
    max_leaves=4,
)
SCOPES = st.sampled_from([q.Scope("feed", ("post",)), q.Scope("feed", ("times", "sun")), q.Scope("lang", ("en", "fr"))])
QUERIES = st.recursive(
    st.one_of(SIDES, SIDES, SCOPES),
    lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=3).map(q.all_of),
        st.lists(inner, min_size=2, max_size=3).map(q.any_of),
        inner.map(q.Not),
        st.builds(q.Zone, st.sampled_from(q.ZONES), inner),
        st.builds(q.Said, st.sampled_from([None, "ann", "raqqa"]), inner),
    ),
    max_leaves=5,
)


def askable(query: Query) -> Query:
    """One that may run: where nothing of it has to stand in the text, something more is asked."""
    return q.all_of([query, q.Phrase("war")]) if list(flaws(query, Known())) else query


ASKABLE = QUERIES.map(askable).filter(lambda query: not list(flaws(query, Known())))

PHRASES = st.lists(st.sampled_from(WORDS), min_size=1, max_size=6).map(" ".join)
SENTENCES = st.one_of(
    PHRASES.map("{}.".format),
    st.builds("“{},” {} said.".format, PHRASES, st.sampled_from(["Ann", "he", "Ann Lee", "raqqa"])),
    st.builds("{} said: “{}.”".format, st.sampled_from(["Ann", "LEE", "she"]), PHRASES),
)
BLOCKS = st.builds(
    Block, st.sampled_from(["paragraph", "quote", "caption"]), st.lists(SENTENCES, max_size=3).map(" ".join)
)
TEXTS = st.builds(
    lambda title, dek, byline, lang, blocks: Content(title, dek, byline, lang=lang, blocks=tuple(blocks)),
    SENTENCES, st.one_of(st.just(""), PHRASES), st.sampled_from(["", "By Ann Lee"]), st.sampled_from(["en", "de"]),
    st.lists(BLOCKS, max_size=3),
)  # fmt: skip


def compiled(*queries: Query) -> Rulebook:
    watchlists = [Watchlist(f"w{number}", query=query, on=EVERYTHING) for number, query in enumerate(queries)]
    return Rulebook.compile(watchlists, ENTITIES)


@given(QUERIES)
def test_a_query_reads_back_as_it_is_printed(query: Query) -> None:
    printed = canonical(query)
    read = parse(printed)
    assert read.query == query
    assert canonical(read.query) == printed
    assert read.warnings == ()
    assert in_words(query)


@given(st.text("abANDORT NEAR/12f\"“”()@{}~*?:-<>'said:title:site:,\\/|&", max_size=40))
def test_any_string_is_a_query_or_refused_at_a_place_in_it(text: str) -> None:
    try:
        read = parse(text)
    except BadQuery as refused:
        bad = refused
    else:
        assert list(flaws(read.query, Known())) or parse(canonical(read.query)).query == read.query
        return
    assert 0 <= bad.flaw.at <= len(text)
    assert bad.flaw.expected
    assert bad.flaw.got


@given(ASKABLE, TEXTS)
@settings(max_examples=200)
def test_evaluation_is_what_the_definitions_say(query: Query, content: Content) -> None:
    book = compiled(query)
    event = book.event(None, content, how="new", source="post")
    (rule,) = book.rules
    assert bool(event.after.terms(rule.plan)) is holds(query, Article(content, ALIASES))


DENSE = st.sampled_from(["war", "peace", "ann"]).map(q.Phrase)
GROUPS: st.SearchStrategy[Query] = st.one_of(
    st.builds(q.Near, DENSE, DENSE, st.integers(0, 3), st.booleans()),
    st.builds(q.Together, DENSE, DENSE, st.sampled_from(["sentence", "paragraph"])),
    st.builds(q.Loose, st.lists(st.sampled_from(["war", "peace", "ann"]), min_size=2, max_size=3).map(tuple), st.integers(0, 3)),
)  # fmt: skip
NESTED = st.one_of(
    GROUPS,
    st.builds(
        q.Near, GROUPS.filter(lambda group: not isinstance(group, q.Together)), DENSE, st.integers(0, 2), st.booleans()
    ),
)
ZONED = st.builds(q.Zone, st.sampled_from(q.ZONES), st.one_of(DENSE, GROUPS))
SPARSE = st.lists(st.sampled_from(["war", "peace", "ann", "it", "it", "it.", "it. It", "it"]), max_size=10).map(
    " ".join
)
PLACED = st.builds(
    lambda title, dek, blocks: Content(title, dek, blocks=tuple(blocks)),
    SPARSE,
    SPARSE,
    st.lists(st.builds(Block, st.sampled_from(["paragraph", "paragraph", "quote", "caption"]), SPARSE), max_size=3),
)


@given(st.one_of(NESTED, NESTED, ZONED), PLACED)
@settings(max_examples=300)
def test_groups_and_zones_are_what_their_definitions_say(query: Query, content: Content) -> None:
    """Where the words mostly stand, so that it is their distance, order, sentence and place that decide."""
    book = compiled(query)
    event = book.event(None, content, how="new", source="post")
    assert bool(event.after.terms(book.rules[0].plan)) is holds(query, Article(content, ALIASES))


@given(ASKABLE, TEXTS, TEXTS)
def test_it_appears_where_it_is_true_and_something_of_it_is_new(query: Query, one: Content, other: Content) -> None:
    book = compiled(query)
    plan, event = book.rules[0].plan, book.event(one, other, how="edit", source="post")
    was, now = event.before.terms(plan), event.after.terms(plan)
    new = {term for term in now if not event.before.finds(term)}
    appeared = {term for term, _ in outcome(plan, event).changes.get("appeared", ())}
    assert appeared == (new or (set(now) if not was else set()))


@given(ASKABLE, TEXTS, TEXTS)
@settings(max_examples=100)
def test_what_is_excluded_still_stands_and_what_disappeared_does_not(
    query: Query, one: Content, other: Content
) -> None:
    """An exclusion is of words that are still there; a group is gone only where one of its sides is."""
    book = compiled(query)
    event = book.event(one, other, how="edit", source="post")
    became = outcome(book.rules[0].plan, event)
    for term in became.excluded:
        assert all(any(event.after.finds(part) for part in side) for side in term.needs())
    for term, _ in became.changes.get("disappeared", ()):
        assert not event.after.finds(term)
        assert not term.needs() or any(not any(event.after.finds(part) for part in side) for side in term.needs())


@given(ASKABLE, TEXTS)
def test_only_queries_with_a_leaf_in_the_text_need_be_asked(query: Query, content: Content) -> None:
    book = compiled(query)
    event = book.event(None, content, how="new", source="post")
    if event.after.terms(book.rules[0].plan):
        assert book.concerned(event) == [book.rules[0]]


@given(ASKABLE, TEXTS, TEXTS)
@settings(max_examples=100)
def test_appeared_and_disappeared_mirror_each_other(query: Query, one: Content, other: Content) -> None:
    """What disappears one way appears the other way; so does what a NOT or a distance put out, which is told of as excluded."""
    book = compiled(query)
    plan = book.rules[0].plan
    there = outcome(plan, book.event(one, other, how="edit", source="post"))
    back = outcome(plan, book.event(other, one, how="edit", source="post"))
    for came, went in ((there, back), (back, there)):
        appeared = [term for term, _ in came.changes.get("appeared", ())]
        lost = [term for term, _ in went.changes.get("disappeared", ())]
        assert Counter(appeared) == Counter([*lost, *went.excluded])
    for change, mirrored in (("added", "removed"), ("moved", "moved"), ("changed", "changed")):
        assert terms(there.changes.get(change, ())) == terms(back.changes.get(mirrored, ()))


def terms(found: object) -> set[Term]:
    return {term for term, _ in found}  # type: ignore[attr-defined]  # pairs of a term and its finds


@given(ASKABLE, TEXTS)
def test_a_text_against_itself_is_silent(query: Query, content: Content) -> None:
    assert compiled(query).judge(content, content, how="edit", source="post") == ()


@given(st.lists(ASKABLE, min_size=2, max_size=4), TEXTS, TEXTS)
def test_queries_do_not_disturb_each_other(queries: list[Query], before: Content, after: Content) -> None:
    together = compiled(*queries).judge(before, after, how="edit", source="post")
    alone = [compiled(query).judge(before, after, how="edit", source="post") for query in queries]
    assert [(v.changes, v.hits) for v in together] == [(v.changes, v.hits) for verdicts in alone for v in verdicts]


@given(ASKABLE, TEXTS)
def test_every_mark_is_within_its_sentence(query: Query, content: Content) -> None:
    for verdict in compiled(query).judge(None, content, how="new", source="post"):
        assert verdict.changes == ("appeared",)
        for hit in verdict.hits:
            assert hit.marks
            assert all(0 <= start < end <= len(hit.sentence) for start, end in hit.marks)


@pytest.mark.parametrize("how", ["gone", "restored"])
@given(query=ASKABLE, content=TEXTS)
def test_what_matched_is_withdrawn_and_restored(how: str, query: Query, content: Content) -> None:
    judged = compiled(query).judge(content, None if how == "gone" else content, how=how, source="post")  # type: ignore[arg-type]  # one of How
    assert bool(judged) is holds(query, Article(content, ALIASES))
