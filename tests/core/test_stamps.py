from datetime import UTC, datetime, timedelta

import msgspec

from monitor.core.article import Looks, Seed, Sighting, observe
from monitor.core.content import Block, Content
from monitor.core.events import ArticleRevised, Evidence

START = datetime(2015, 11, 15, 20, tzinfo=UTC)
CONTENT = Content(
    title="Raid",
    lang="en",
    modified=START,
    blocks=(
        Block("paragraph", "The ministry said 20 bombs fell on the town."),
        Block("paragraph", "It rained on Monday."),
    ),
)


def sighting(content: Content, hour: int) -> Sighting:
    at = START + timedelta(hours=hour)
    return Sighting(content, Evidence(at, "https://example.org/a", 200, f"{hour:064x}", "tests 1"))


def test_a_new_stamp_on_the_same_words_is_seen_and_is_no_revision() -> None:
    found = observe(None, Looks(), sighting(CONTENT, 1), seed=Seed("article_1", "https://example.org/a", "post"))
    bumped = msgspec.structs.replace(CONTENT, modified=START + timedelta(hours=2))
    seen = observe(found.article, found.looks, sighting(bumped, 3))
    assert seen.events == ()
    assert seen.looks.modified == bumped.modified
    assert "only its stamp: 2015-11-15T20:00:00+00:00 became 2015-11-15T22:00:00+00:00 (a bump)" in seen.why
    assert "stamp" not in observe(seen.article, seen.looks, sighting(bumped, 4)).why


def test_words_that_change_under_a_stamp_seen_before_are_not_declared() -> None:
    found = observe(None, Looks(), sighting(CONTENT, 1), seed=Seed("article_1", "https://example.org/a", "post"))
    bumped = msgspec.structs.replace(CONTENT, modified=START + timedelta(hours=2))
    seen = observe(found.article, found.looks, sighting(bumped, 3))
    text = bumped.blocks[0].text.replace("20", "30")
    edited = msgspec.structs.replace(bumped, blocks=(Block("paragraph", text), bumped.blocks[1]))
    (event,) = observe(seen.article, seen.looks, sighting(edited, 4)).events
    assert isinstance(event, ArticleRevised)
    assert (event.significance, event.update_declared, event.stealth, event.bump) == ("major", "no", True, False)
    assert event.summary == "Figure 20 → 30 bombs (ministry)."
