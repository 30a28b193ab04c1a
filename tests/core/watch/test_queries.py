"""The table of pasted queries, and what is refused, where, and how clearly."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

import pytest

from monitor.core.content import Block, Content
from monitor.core.watch.checks import MAX_TERMS, Known, flaws
from monitor.core.watch.evaluate import Rulebook
from monitor.core.watch.explain import explain, why_not
from monitor.core.watch.grammar import MAX_LENGTH, BadQuery, parse
from monitor.core.watch.rules import Entity, Watchlist
from monitor.core.watch.wording import canonical, in_words

ENTITIES = (
    Entity("hollande", ("François Hollande", "Hollande", "Олланд", "هولاند", "奥朗德", "オランド")),
    Entity("isis", ("Islamic State", "Daesh", "{ISIS}")),
    Entity("raqqa", ("Raqqa", "Rakka", "الرقة", "Ракка")),
)
NAMES = {entity.id for entity in ENTITIES}


class Case(NamedTuple):
    title: str
    query: str
    matches: list[Content]
    rejects: list[Content]


def content(written: str) -> list[Content]:
    """Each text apart by ` | ` is one of its own, unless one of them names its place."""
    parts = written.split(" | ")
    return (
        [article(parts)]
        if any(part.startswith(("[title]", "[dek]")) for part in parts)
        else [article([p]) for p in parts]
    )


def article(parts: list[str]) -> Content:
    fields: dict[str, str] = {"title": "", "dek": "", "byline": "Ann Lee"}
    blocks = []
    for part in parts:
        place, text = found.groups() if (found := re.match(r"\[(\w+)\] (.*)", part)) else ("paragraph", part)
        if place in fields:
            fields[place] = text
        else:
            blocks += [Block(place, each) for each in text.split(" || ")]  # type: ignore[arg-type]  # a kind of block
    return Content(**fields, section="World", lang="en", blocks=tuple(blocks))


def read_cases() -> list[Case]:
    written = (Path(__file__).parent / "queries.txt").read_text(encoding="utf-8")
    cases = []
    for title, body in re.findall(r"^=== (.*?)\n(.*?)(?=^=== |\Z)", written, re.MULTILINE | re.DOTALL):
        lines = body.strip("\n").split("\n")
        query = "\n".join(
            line for line in lines if not line.startswith(("+ ", "- ", "+", "- ")) or line.startswith("-(")
        )
        texts = {
            sign: [c for line in lines if line.startswith(f"{sign} ") and line[2:] for c in content(line[2:])]
            for sign in "+-"
        }
        cases.append(Case(title, query, texts["+"], texts["-"]))
    return cases


CASES = read_cases()
by_title = pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)


def is_true(query: str, text: Content) -> bool:
    book = Rulebook.compile([Watchlist("w", query=parse(query).query)], ENTITIES)
    return bool(
        book.judge(None, text, how="new", source="post", tags=("tier1",), url="https://www.post.example/world/a1")
    )


@by_title
def test_it_matches_what_it_should_and_nothing_else(case: Case) -> None:
    assert list(flaws(parse(case.query).query, Known(NAMES))) == []
    assert [text for text in case.matches if not is_true(case.query, text)] == []
    assert [text for text in case.rejects if is_true(case.query, text)] == []
    assert case.matches or case.rejects


@by_title
def test_its_canonical_form_is_the_same_query(case: Case) -> None:
    query = parse(case.query).query
    assert parse(canonical(query)).query == query
    assert in_words(query, {"hollande": "François Hollande"})


@by_title
def test_there_is_a_reason_wherever_it_does_not_match(case: Case) -> None:
    book = Rulebook.compile([Watchlist("w", query=parse(case.query).query)], ENTITIES)
    for text in (*case.matches, *case.rejects):
        event = book.event(
            None, text, how="new", source="post", tags=("tier1",), url="https://www.post.example/world/a1"
        )
        (why,) = explain(book, event)
        reason = why_not(book.rules[0].plan, event.after)
        assert (reason is None) is bool(why.verdict)
        assert why.reason == (reason or "")


def test_the_table_is_a_table_of_many() -> None:
    assert len(CASES) >= 140
    assert sum(len(case.matches) for case in CASES) >= 100
    assert sum(len(case.rejects) for case in CASES) >= 100


# --- what is refused -------------------------------------------------------------------------------------------------


def flaw_of(query: str) -> tuple[int, str]:
    try:
        read = parse(query)
    except BadQuery as bad:
        return bad.flaw.at, str(bad.flaw)
    found = list(flaws(read.query, Known(NAMES, {"post"}, {"tier1"})))
    assert found, f"{query} is not refused"
    return found[0].at, str(found[0])


OPERAND = 'a word, a "phrase", @entity or ( )'


@pytest.mark.parametrize(
    ("query", "at", "words"),
    [
        ("", 0, f"expected {OPERAND}, got the end of the query"),
        ("()", 1, f'expected {OPERAND}, got ")"'),
        ("war AND", 7, f"expected {OPERAND}, got the end of the query"),
        ("war AND OR peace", 8, f'expected {OPERAND}, got "OR"'),
        ("OR war", 0, f'expected {OPERAND}, got "OR"'),
        ("(war OR peace", 13, "expected a ) that closes the (, got the end of the query"),
        ("war) peace", 3, 'expected the end of the query, got ")"'),
        ('"act of war', 0, 'expected a closing ", got the end of the query'),
        ("war {ISIS", 4, "expected a closing }, got the end of the query"),
        ("war <<<peace", 4, "expected a closing >>>, got the end of the query"),
        ("titel:war", 0, 'got "titel:"; did you mean title:?'),
        ("language:en war", 0, 'got "language:"; did you mean lang:?'),
        ("intitle:war", 0, 'got "intitle:"; did you mean title:?'),
        ("war NAER/5 peace", 4, 'got "NAER/5"; did you mean NEAR/5?'),
        ("war w/5 peace", 4, 'got "w/5"; did you mean NEAR/5?'),
        ("war pre/3 peace", 4, 'got "pre/3"; did you mean ONEAR/3?'),
        ("war | peace", 4, 'got "|"; did you mean OR?'),
        ("war && peace", 4, 'got "&&"; did you mean AND?'),
        ("war, peace", 3, 'got ","; did you mean OR?'),
        ("war NEAR/500 peace", 4, "expected at most 100 words between, got 500"),
        ('"war"~5', 0, "expected at least two words before ~, got fewer"),
        ("war~5", 3, 'got "~5"'),
        ("te* war", 0, 'expected at least 3 letters before a wildcard, got "te*"'),
        ("*war", 0, 'expected at least 3 letters before a wildcard, got "*war"'),
        ('"of w* war"', 0, "expected at least 3 letters before a wildcard"),
        ('war "…"', 4, 'expected something to search for, with a letter or a digit, got "…"'),
        ("@holande", 0, 'expected the id of an entity, got "holande"; did you mean "hollande"?'),
        ("said:@holande war", 0, 'expected the id of an entity, got "holande"; did you mean "hollande"?'),
        ("said:@hollande", 14, f"expected {OPERAND}, got the end of the query"),
        ("war feed:pots", 4, 'expected the id of a feed or page, got "pots"; did you mean "post"?'),
        ("war tag:tier2", 4, 'expected a tag of a feed or page, got "tier2"; did you mean "tier1"?'),
        ("war lang:english", 4, 'expected a language such as en or pt-BR, got "english"'),
        ("war site:post.example/world", 4, "expected a host such as example.com (url: takes the rest)"),
        ("war NEAR/3 NOT peace", 11, f'expected {OPERAND}, got "NOT"'),
        ("war NEAR/3 (NOT peace)", 12, "expected words, phrases, entities or OR on each side of NEAR, got NOT"),
        ("(war peace) NEAR/3 x", 1, "expected words, phrases, entities or OR on each side of NEAR, got AND"),
        ("(a SENTENCE b) NEAR/3 c", 1, "expected words, phrases, entities or OR on each side of NEAR, got SENTENCE"),
        ("NOT war", 0, "expected a term that must stand in the text, got a query that may be true without any"),
        ("war OR NOT peace", 0, "expected a term that must stand in the text"),
        ("site:post.example", 0, "expected a term that must stand in the text"),
        ("/(?=war)/", 0, "expected a pattern of RE2, which has no look-around and no back-references"),
        (r"/(war)\1/", 0, "expected a pattern of RE2"),
        ("/war(/", 0, "expected a pattern of RE2"),
        ("/w*/", 0, "expected a pattern that does not match nothing, got /w*/"),
        ("/war/x", 5, 'expected the flag i or none, got "x"'),
        ("/((a{1000}){1000}){1000}/", 0, "expected a pattern of RE2"),
        (f"/{'a' * 1001}/", 0, "expected a pattern of at most 1,000 characters, got 1,001"),
        ("(" * 100 + "war" + " AND x)" * 100, 100, "expected at most 40 groups inside one another, got more"),
        ("NOT " * 5000 + "war", 19840, "expected at most 40 groups inside one another, got more"),
        ("war " * (MAX_LENGTH // 4 + 1), 0, "expected a query of at most 500,000 characters"),
        (
            " OR ".join(f"w{n}" for n in range(MAX_TERMS + 1)),
            0,
            "expected at most 10,000 terms in one query, got 10,001",
        ),
    ],
)
def test_a_bad_query_is_refused_at_its_place(query: str, at: int, words: str) -> None:
    place, told = flaw_of(query)
    assert words in told
    assert place == at


@pytest.mark.parametrize(
    ("query", "at", "words"),
    [
        ("war near peace", 4, '"near" is read as a word: operators are written in capitals'),
        ("a b OR c", 0, "AND binds before OR here: parentheses would say which belongs to which"),
        ("'act of war'", 0, "single quotation marks make no phrase: put 'act in double ones"),
    ],
)
def test_what_is_doubtful_is_warned_of(query: str, at: int, words: str) -> None:
    assert parse(query).warnings == ((at, words),)


ELSEWHERE = [  # what the manuals of other monitors teach, where it would be mere words here, and what is said of it
    ('("sailboat" or "boat")', 12, '"or"; did you mean OR? As a word it stands in quotation marks'),
    ("Hollande And war", 9, '"And"; did you mean AND?'),
    ("not war", 0, '"not"; did you mean NOT?'),
    ("((cake OR cookie) AND birthday)~5", 31, '"~5"; it stands behind a "phrase": between two groups write NEAR/5'),
    ("raw:Google+", 0, '"raw:"; what is exact in case is written {so}'),
    ("country:fr AND war", 0, '"country:"; nothing is known of that here: give feeds tags, and write tag:'),
    ("engagement:>100 AND war", 0, '"engagement:"; nothing is known of that here: leave it out'),
    ("ingress:coffee", 0, '"ingress:"; did you mean lede:?'),
    ("hashtags:paris", 0, '"hashtags:"; write #word'),
    ("https://example.com war", 0, '"https:"; did you mean url:"…"?'),
    ("colour:red", 0, '"colour:"; the fields here are title:, lede:, body:'),
    ("war AND (watch OR clock)^9", 24, '"^9"; words have no weight here: leave it out'),
    ('cs("BEST") AND coffee', 0, '"cs("; what is exact in case is written {so}'),
    ('headline("iced coffee")', 0, '"headline("; did you mean title:(?'),
    ("TITLE(merger)", 0, '"TITLE("; did you mean title:(?'),
    ("war(syria OR iraq)", 0, '"war("; put a space or an operator before the ('),
    ("ATLEAST5(budget)", 0, '"ATLEAST5("; how often a word stands cannot be asked here'),
    ("atleast5 microsoft", 0, '"atleast5"; how often a word stands cannot be asked here'),
    ("apple AROUND(5) pie", 6, '"AROUND("; between two things write NEAR/5'),
    ("hollande w/s war", 9, '"w/s"; did you mean SENTENCE?'),
    ("hollande w/para war", 9, '"w/para"; did you mean PARAGRAPH?'),
    ("hollande /s war", 9, '"/s"; did you mean SENTENCE?'),
    ("war /5 peace", 4, '"/5"; did you mean NEAR/5?'),
    ("bankrupt! law", 0, '"bankrupt!"; did you mean bankrupt*?'),
    ("engineer$3 bridge", 0, '"engineer$3"; did you mean engineer*?'),
    ('carrefour near5 "retail sales"', 10, '"near5"; did you mean NEAR/4?'),
    ("cup adj5 rugby", 4, '"adj5"; did you mean ONEAR/4?'),
    ("boeing/N30/airways", 0, '"boeing/N30/airways"; did you mean NEAR/29?'),
    ("hd=europe AND war", 0, '"hd=europe"; did you mean title:?'),
    ("[war OR peace]", 0, '"[war"; did you mean ( )?'),
    ("economy AND !GDP", 12, '"!GDP"; did you mean -GDP, or {GDP} for exactly so?'),
    ("war +syria", 4, '"+syria"; all words are wanted here: did you mean syria?'),
    ("a NOT NEAR/5 b", 6, '"NEAR/5"; it stands between two things, as in a NOT (a NEAR/5 b)'),
    ("war NEAR/-1 peace", 4, '"NEAR/-1"; did you mean NEAR/5?'),
    ("war NEAR:5 peace", 4, '"NEAR:"; between two things write NEAR/5'),
    ("war @Hollande", 4, '"@Hollande"; ids are written in small letters: did you mean @hollande?'),
]


@pytest.mark.parametrize(("query", "at", "words"), ELSEWHERE, ids=[query for query, _, _ in ELSEWHERE])
def test_what_other_monitors_write_is_refused_with_what_to_write_here(query: str, at: int, words: str) -> None:
    place, told = flaw_of(query)
    assert words in told
    assert place == at


@pytest.mark.parametrize(
    "word", ["or", "Not", "near5", "w/5", "bankrupt!", "+syria", "[war", "hd=x", "!GDP", "headline"]
)
def test_in_quotation_marks_every_word_is_a_word(word: str) -> None:
    query = parse(f'"{word}"').query
    assert parse(canonical(query)).query == query
    assert is_true(f'"{word}" AND war', article([f"war {word} war"]))


# --- why not ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "text", "reason"),
    [
        ("bombs NEAR/2 raqqa", "Bombs one two three Raqqa, Raqqa.", "the nearest have 3"),
        ("bombs NEAR/2f raqqa", "Raqqa: bombs.", "they do not stand in that order in one text"),
        ("bombs NEAR/2f raqqa", "Raqqa: bombs one two three Raqqa.", "the nearest have 3"),
        ("(bombs OR raids) NEAR/0 @raqqa", "Raids and bombs, here in Rakka.", "the nearest have 2"),
        ("bombs SENTENCE raqqa", "Bombs fell. Raqqa slept.", "both stand, but in no one sentence"),
        ("bombs NEAR/2 raqqa", "Bombs.", "“raqqa” stands nowhere"),
        ("title:bombs", "Bombs.", "“bombs” stands, but not in title:"),
        ("bombs NOT raqqa", "Bombs on Raqqa.", "“raqqa” stands (paragraph 1), which NOT excludes"),
    ],
)
def test_the_reason_says_what_is_missing_and_how_far_away_it_is(query: str, text: str, reason: str) -> None:
    book = Rulebook.compile([Watchlist("w", query=parse(query).query)], ENTITIES)
    event = book.event(None, article([text]), how="new", source="post")
    assert (why_not(book.rules[0].plan, event.after) or "").endswith(reason)


# --- bounds ----------------------------------------------------------------------------------------------------------

HOSTILE = [
    ("/(a+)+$/", "a" * 100_000 + "!"),
    ("/(a|aa)+b/", "a" * 1_000_000),
    ("aaa*a*a*a*a*b", "a" * 1_000_000),
    ("aaa*b", "aaa " * 250_000),
    ("a NEAR/100 b", "a " * 500_000),
    ("(a NEAR/100 b) NEAR/100 a", "a b " * 2_000),
    ('"a b c d"~50', "a b c " * 100_000),
    ("a SENTENCE b", "a " * 500_000 + "b"),
    ("said:@hollande war", "“war,” Hollande said. " * 20_000),
    ("quote:war", "“" * 1_000_000),
    ("title:war OR @hollande", "Hollande " * 1_100_000),
]


@pytest.mark.parametrize(("query", "text"), HOSTILE, ids=[query for query, _ in HOSTILE])
def test_hostile_queries_and_texts_stay_bounded(query: str, text: str) -> None:
    """Any of these would take a careless evaluator hours, which the test's own limit would notice."""
    book = Rulebook.compile([Watchlist("w", query=parse(query).query)], ENTITIES)
    verdicts = book.judge(None, Content("", blocks=(Block("paragraph", text),)), how="new", source="s")
    assert sum(len(verdict.hits) for verdict in verdicts) <= 100


def test_a_query_of_ten_thousand_terms_is_answered() -> None:
    query = " OR ".join(f'"term {number}"' for number in range(MAX_TERMS))
    assert not list(flaws(parse(query).query, Known()))
    assert is_true(query, article(["It is term 9999."]))
    assert not is_true(query, article(["It is term 10000."]))
