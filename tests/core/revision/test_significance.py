from datetime import UTC, datetime

import msgspec
import pytest

from monitor.core.content import Block, Content
from monitor.core.revision.classify import classified

EARLY, LATE = datetime(2015, 11, 15, 10, tzinfo=UTC), datetime(2015, 11, 15, 12, tzinfo=UTC)
NOTE = "Correction: An earlier version of this article misstated the number of bombs."
STANDING = "This article is updated throughout the day."


def content(*texts: str, modified: datetime | None = EARLY, title: str = "Raid") -> Content:
    return Content(title=title, lang="en", modified=modified, blocks=tuple(Block("paragraph", text) for text in texts))


OLD = content("The ministry said 20 bombs fell on the town.", "It rained on Monday.")
NEW = content("The ministry said 30 bombs fell on the town.", "It rained on Monday.")


def test_a_major_edit_under_the_old_stamp_is_stealth() -> None:
    found = classified(OLD, NEW)
    assert (found.significance, found.update_declared, found.stealth, found.bump) == ("major", "no", True, False)


def test_a_new_stamp_declares_an_update() -> None:
    found = classified(OLD, msgspec.structs.replace(NEW, modified=LATE))
    assert (found.update_declared, found.stealth) == ("yes", False)


def test_a_stamp_that_was_new_before_the_words_were_declares_nothing() -> None:
    new = msgspec.structs.replace(NEW, modified=LATE)
    assert classified(OLD, new, seen=new).update_declared == "no"


@pytest.mark.parametrize("modified", [None, EARLY.replace(tzinfo=None)])
def test_no_stamp_or_one_without_a_zone_says_nothing(modified: datetime | None) -> None:
    old, new = (msgspec.structs.replace(side, modified=modified) for side in (OLD, NEW))
    found = classified(old, new)
    assert (found.update_declared, found.stealth) == ("unknown", False)


def test_a_new_note_declares_an_update_and_a_standing_one_does_not() -> None:
    assert classified(OLD, content(*(block.text for block in NEW.blocks), NOTE)).update_declared == "yes"
    old, new = (content(*(block.text for block in side.blocks), STANDING) for side in (OLD, NEW))
    assert classified(old, new).update_declared == "no"


def test_a_stamp_alone_is_a_bump() -> None:
    found = classified(OLD, msgspec.structs.replace(OLD, modified=LATE))
    assert ([edit.kind for edit in found.edits], found.bump, found.significance) == (["stamp_only"], True, "cosmetic")
    assert found.summary == "New stamp, same words."


def test_a_stamp_in_the_text_beside_another_edit_declares_the_update() -> None:
    old = content("Updated 10:05, 15 November 2015", *(block.text for block in OLD.blocks), modified=None)
    new = content("Updated 12:40, 15 November 2015", *(block.text for block in NEW.blocks), modified=None)
    found = classified(old, new)
    assert ([edit.kind for edit in found.edits], found.update_declared) == (["figure"], "yes")


@pytest.mark.parametrize(
    ("before", "after", "weight"),
    [
        ("It rained on Monday.", "It poured on Monday.", "minor"),
        ("They will leave the town.", "They will not leave the town.", "major"),
        ("The goverment met on Monday.", "The government met on Monday.", "cosmetic"),
        ("It rained on Monday.", "It rained on Monday!", "cosmetic"),
        ("The raid reportedly failed.", "The raid failed.", "major"),
    ],
)
def test_how_much_an_edit_matters(before: str, after: str, weight: str) -> None:
    assert classified(content(before), content(after)).significance == weight


@pytest.mark.parametrize(
    ("lang", "before", "after"),
    [
        ("en", "The bridge was safe for lorries, the builder found.", "The bridge wasn’t safe for lorries, the builder found."),
        ("en", "The bridge is safe, and was built in haste.", "The bridge is safe, and was not, built in haste."),
        ("fr", "Le pont est sûr pour les camions lourds.", "Le pont n'est pas sûr pour les camions lourds."),
        ("ru", "Мост безопасен для тяжёлых грузовиков.", "Мост не безопасен для тяжёлых грузовиков."),
        ("zh", "这座桥对卡车来说是安全的。", "这座桥对卡车来说是不安全的。"),
    ],
)  # fmt: skip
def test_a_not_that_comes_or_goes_is_major(lang: str, before: str, after: str) -> None:
    one, other = (msgspec.structs.replace(content(text), lang=lang) for text in (before, after))
    assert classified(one, other).significance == classified(other, one).significance == "major"
    assert classified(one, content(before.replace(" ", "  "))).significance == "cosmetic"
