"""Where links lead: told in a revision that words made, and never noise."""

from monitor.core.content import Block, Content, Link
from monitor.core.events import Edit
from monitor.core.revision.classify import classified, edits

TEXT = "The council read its report on Tuesday, and 20 people came."


def content(*links: tuple[str, str], text: str = TEXT) -> Content:
    return Content(title="T", lang="en", blocks=(Block("paragraph", text, links=tuple(Link(*link) for link in links)),))


def told(old: Content, new: Content) -> list[tuple[str, str]]:
    return [(edit.before, edit.after) for edit in edits(old, new) if edit.kind == "link"]


def test_words_that_lead_elsewhere_are_told_with_both_addresses() -> None:
    old, new = content(("its report", "https://a.example/1")), content(("its report", "https://b.example/2"))
    (edit,) = edits(old, new)
    assert edit == Edit(
        kind="link", zone="lede", block=0, before="https://a.example/1", after="https://b.example/2",
        sentence_before=TEXT, sentence_after=TEXT,
    )  # fmt: skip
    assert classified(old, new).summary == "Link a.example/1 → b.example/2."
    assert classified(old, new).significance == "cosmetic"


def test_a_link_that_came_or_went_around_words_that_stayed_is_told() -> None:
    both = (("its report", "https://a.example/1"), ("the council", "https://a.example/c"))
    text = TEXT.replace("The", "Then the")
    assert told(content(both[0], text=text), content(*both, text=text)) == [("", "https://a.example/c")]
    assert told(content(*both, text=text), content(both[0], text=text)) == [("https://a.example/c", "")]


def test_how_an_address_is_fetched_does_not_matter() -> None:
    assert not told(content(("report", "http://www.a.example/1/")), content(("report", "https://a.example/1")))


def test_a_link_that_went_with_its_words_is_told_by_them() -> None:
    old = content(("its report", "https://a.example/1"), ("people", "https://a.example/p"))
    new = content(("people", "https://a.example/p"), text="The council met on Tuesday, and 20 people came.")
    assert not told(old, new)


def test_a_text_read_before_links_were_kept_says_nothing_of_them() -> None:
    assert not edits(content(), content(("its report", "https://a.example/1")))


def test_a_new_stamp_stays_a_bump_whatever_links_do() -> None:
    old, new = (
        Content(
            title="T", lang="en",
            blocks=(Block("paragraph", TEXT, links=(Link("its report", f"https://a.example/{n}"),)), Block("paragraph", stamp)),
        )
        for n, stamp in enumerate(["Updated 3 March 2024, 10:12", "Updated 3 March 2024, 11:47"])
    )  # fmt: skip
    found = classified(old, new)
    assert [edit.kind for edit in found.edits] == ["stamp_only", "link"]
    assert found.bump
    assert found.significance == "cosmetic"
