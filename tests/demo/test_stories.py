"""What is written down beforehand about the stories, checked against their words by the plainest possible reading."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest

from monitor.demo.stories import OUTLETS, STORIES
from monitor.demo.story import Scene, Story, first

TERMS: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "act-of-war": (("act of war",), ("acte de guerre",)),
    "raqqa": (("raqqa", "raqqah", "rakka"),),
    "is-group": (("islamic state", "isil", "daesh", "daech", "isis"),),
    "leaders": (("hollande",), ("valls",)),
    "bomb-count": (("20 bombs",), ("30 bombs",)),
}


def standing(scene: Scene | None, watchlist: str) -> set[tuple[str, ...]]:
    if scene is None or scene.page != "article":
        return set()
    text = " ".join((scene.title, *scene.paragraphs)).lower()
    return {names for names in TERMS[watchlist] if any(re.search(rf"\b{re.escape(name)}\b", text) for name in names)}


def reported(before: Scene | None, after: Scene, watchlist: str) -> tuple[str, ...]:
    old, new = standing(before, watchlist), standing(after, watchlist)
    if after.page == "missing":
        return ("withdrawn",) if old else ()
    return tuple(name for name, happened in (("appeared", new - old), ("disappeared", old - new)) if happened)


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.slug)
def test_the_expected_alerts_follow_from_the_words(story: Story) -> None:
    before: Scene | None = None
    for scene in story.scenes:
        if scene.page == "challenge":
            assert not scene.alerts
            continue
        found = {name: changes for name in TERMS if (changes := reported(before, scene, name))}
        assert dict(scene.alerts) == ({} if story.backlog else found), scene.says
        before = scene


def test_the_script_holds_all_that_a_newsroom_does() -> None:
    pages = [scene.page for story in STORIES for scene in story.scenes]
    assert pages.count("missing") == pages.count("challenge") == 1
    assert sum(story.backlog for story in STORIES) == 1
    assert {story.outlet for story in STORIES} == set(OUTLETS)
    assert any(not scene.declared for story in STORIES for scene in story.scenes)
    assert any(scene.dress for story in STORIES for scene in story.scenes)
    headlines = [tuple(scene.title for scene in story.scenes) for story in STORIES]
    assert any(len(titles) == 3 and titles[0] == titles[2] != titles[1] for titles in headlines)


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.slug)
def test_a_story_reads_like_one(story: Story) -> None:
    for scene in story.scenes:
        assert 5 <= len(scene.paragraphs) <= 10
        assert len(set(scene.paragraphs)) == len(scene.paragraphs)
        assert all(
            paragraph.strip() == paragraph and paragraph.endswith((".", "”", "»")) for paragraph in scene.paragraphs
        )


def test_revisions_count_new_words_and_nothing_else() -> None:
    opening = first("A", "One.", "Two.", says="")
    story = Story(
        "s",
        OUTLETS[0],
        "By",
        (
            opening,
            opening.challenged("", looks=2),
            opening.same_words("", dress=1, looks=2),
            opening.then("", title="B"),
            opening.then("", title="A"),
            opening.withdrawn("", alerts={}),
        ),
    )
    assert [revision for revision, _ in story.revisions()] == [1, 1, 1, 2, 3, 3]


def test_a_swap_that_finds_nothing_is_an_error() -> None:
    with pytest.raises(ValueError, match="no paragraph says 'Three'"):
        first("A", "One.", says="").then("", ("Three", "Four"))
