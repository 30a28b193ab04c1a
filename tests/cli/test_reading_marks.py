"""Two texts compared and marked: what is shown reads as both texts, whatever they are."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from monitor.cli.diffpage import Ends, page
from monitor.cli.marking import Marks, marked, one_side
from monitor.core.content import Block, Content
from monitor.core.revision.comparison import Difference, compare
from monitor.core.revision.words import diff, moves
from monitor.core.text import lettering

PLAIN, COLOURED = Marks(coloured=False), Marks(coloured=True)
WORDS = st.lists(
    st.sampled_from(["Raqqa", "20", "30", "bombs", "“act", "of", "war”", ",", ".", "said", "été", "1,500", "战争"]),
    max_size=12,
)
TEXTS = WORDS.map(" ".join)


def difference(before: str, after: str) -> Difference:
    changes = diff(before, after)
    return Difference(before, after, changes, moves(before, after, changes))


def shown(before: str, after: str) -> str:
    return marked(difference(before, after), PLAIN).plain


def content(*texts: str, lang: str = "") -> Content:
    return Content(title="", lang=lang, blocks=tuple(Block("paragraph", text) for text in texts))


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("dropped 20 bombs", "dropped 30 bombs", "dropped [-20-] {+30+} bombs"),
        ("he said", "he said so", "he said {+so+}"),
        ("he never said", "he said", "he [-never-] said"),
        ("he said, twice.", "he said.", "he said[-, twice-]."),
        ("", "new", "{+new+}"),
        ("same", "same", "same"),
        (
            "On Sunday evening the minister of the interior spoke there.",
            "The minister of the interior spoke there on Sunday evening.",
            "[~On Sunday evening~] The minister of the interior spoke there {~on Sunday evening~}.",
        ),
    ],
)
def test_words_are_marked_in_place(before: str, after: str, expected: str) -> None:
    assert shown(before, after) == expected


@given(TEXTS, TEXTS)
def test_each_side_is_its_own_text(before: str, after: str) -> None:
    assert one_side(difference(before, after), COLOURED, new=False).plain == before
    assert one_side(difference(before, after), COLOURED, new=True).plain == after


@given(TEXTS, TEXTS)
def test_without_the_marked_words_either_text_is_left(before: str, after: str) -> None:
    both = shown(before, after)
    new = re.sub(r"\{[+~](.*?)[+~]\}", r"\1", re.sub(r"\[[-~].*?[-~]\]", "", both))
    assert "".join(new.split()) == "".join(after.split())


SENTENCES = st.sampled_from(
    [
        "The raid began at dawn.",
        "Twenty people died.",
        "“It is war,” he said.",
        "Thirty people died.",
        "<b>Bold</b> & sons.",
    ]
)
PARAGRAPHS = st.lists(st.lists(SENTENCES, max_size=4).map(" ".join) | TEXTS, max_size=5)


@example(old=["a", "b"], new=["b", "a", "a"])
@given(PARAGRAPHS, PARAGRAPHS)
def test_passages_hold_every_block_of_both_texts(old: list[str], new: list[str]) -> None:
    passages = compare(content(*old), content(*new)).passages
    assert [block.text for passage in passages for block in passage.after] == new
    assert sorted(block.text for passage in passages for block in passage.before) == sorted(old)


@given(PARAGRAPHS, PARAGRAPHS)
def test_the_changes_of_a_passage_carried_out_say_what_the_new_text_says(old: list[str], new: list[str]) -> None:
    for passage in compare(content(*old), content(*new)).passages:
        before, after, changes, _ = passage.text
        result, cursor = "", 0
        for change in changes:
            assert cursor <= change.a <= change.b <= len(before)
            result += before[cursor : change.a] + " " + after[change.c : change.d] + " "
            cursor = change.b
        assert lettering(result + before[cursor:]) == lettering(after)


def test_a_sentence_that_went_is_not_mixed_with_one_that_came() -> None:
    old = content("The raid began at dawn. The mayor of the town said that nobody was hurt in the raid. It rained.")
    new = content("The raid began at dawn. A spokesman of the army has declined to comment. It rained.")
    (passage,) = compare(old, new).passages
    assert marked(passage.text, PLAIN).plain == (
        "The raid began at dawn. [-The mayor of the town said that nobody was hurt in the raid.-] "
        "{+A spokesman of the army has declined to comment.+} It rained."
    )


TAGS = frozenset(re.findall(r"\w+", """
    html head meta title style body header main h1 p a b strong del ins span details summary table thead tbody tr th td
"""))  # fmt: skip
ATTRIBUTES = frozenset(re.findall(r"[\w-]+", "lang charset name content http-equiv class dir href rel scope"))


class _Page(HTMLParser):
    """Collects what a page says, and what it would fetch or run."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.words: dict[str, str] = {}
        self.tags: set[str] = set()
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag not in {"meta", "br"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        for tag in set(self.open):
            self.words[tag] = self.words.get(tag, "") + data


def read(html: str) -> _Page:
    parser = _Page()
    parser.feed(html)
    parser.close()
    assert parser.open == []
    return parser


@given(PARAGRAPHS, PARAGRAPHS, st.booleans())
def test_a_page_is_well_formed_and_says_every_word(old: list[str], new: list[str], columns: bool) -> None:
    texts = content(*old), content(*new)
    ends = Ends("https://post.example/a", texts[1], (1, 2), ("then", "now"), "Headline changed.")
    said = read(page(compare(*texts), ends, side_by_side=columns))
    assert said.tags <= TAGS
    assert said.attributes <= ATTRIBUTES
    if not compare(*texts).same:
        assert all(word in said.words["main"] for text in new for word in text.split() if word.isalpha())


def test_what_comes_from_outside_is_text_on_a_page() -> None:
    evil = '<script>alert(1)</script> "onload=x \x1b[31m \u202e</main>'
    old, new = content("calm", lang='en" onclick="x'), content(evil, lang='en" onclick="x')
    html = page(compare(old, new), Ends("javascript:alert(1)", new, (1, 2), ("<i>", "<i>"), "<i>"), side_by_side=False)
    assert "script" not in read(html).tags
    assert "href" not in read(html).attributes
    assert "onclick" not in read(html).attributes
    assert not re.search("[\x1b\u202e]", html)
