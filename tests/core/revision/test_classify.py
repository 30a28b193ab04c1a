import pytest

from monitor.core.content import Block, Content
from monitor.core.revision.align import align
from monitor.core.revision.classify import edits, is_author_line, summary

A, B, C = "The first paragraph stands.", "Twenty bombs fell on the town.", "Nothing in common here at all."


def content(title: str = "T", *texts: str, dek: str = "", byline: str = "") -> Content:
    return Content(title=title, dek=dek, byline=byline, blocks=tuple(Block("paragraph", text) for text in texts))


@pytest.mark.parametrize(
    ("old", "new", "kinds", "line"),
    [
        (content("T", A), content("U", A), ["headline"], "Headline changed."),
        (content(dek="a"), content(dek="b"), ["dek"], "Standfirst changed."),
        (content(byline="a"), content(byline="b"), ["byline"], "Byline changed."),
        (content("T", A), content("T", A, B), ["paragraph_added"], "1 paragraph added."),
        (content("T", A, B), content("T", A), ["paragraph_removed"], "1 paragraph removed."),
        (content("T", A, B, C), content("T", C, A, B), ["paragraph_moved"], "1 paragraph moved."),
        (
            content("T", A, B),
            content("U", A.replace("first", "second"), B.replace("Twenty", "30"), C),
            ["headline", "paragraph_changed", "paragraph_changed", "paragraph_added"],
            "Headline changed; 2 paragraphs changed, 1 added.",
        ),
        (content("T", "By Ann", A), content("T", "By Bob", A), ["byline"], "Byline changed."),
        (content("T", A), content("T", A.replace(".", "!")), [], "Text laid out anew."),
    ],
)
def test_every_edit_has_its_kind_and_the_line_tells_them(
    old: Content, new: Content, kinds: list[str], line: str
) -> None:
    found = edits(old, new, align(old.blocks, new.blocks))
    assert [edit.kind for edit in found] == kinds
    assert summary(found) == line


def test_an_edit_carries_before_and_after_and_its_place() -> None:
    old, new = content("T", A, B), content("T", C, A, B.replace("Twenty", "30"))
    added, changed = edits(old, new, align(old.blocks, new.blocks))
    assert (added.before, added.after, added.block) == ("", C, 0)
    assert (changed.before, changed.after, changed.block) == (B, B.replace("Twenty", "30"), 2)


def test_an_author_line_is_short_and_no_sentence() -> None:
    assert is_author_line("By Ann Smith and Bob Jones")
    assert is_author_line("Von Anna Schmidt")
    assert not is_author_line("By noon, 20 bombs had fallen on the town.")
    assert not is_author_line("Bythesea council")
