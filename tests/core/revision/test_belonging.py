import pytest

from monitor.core.revision.belonging import Story

STORY = (
    "French jets dropped 20 bombs on Raqqa on Sunday night, the defence ministry said in Paris.",
    "President Hollande called the attacks in Paris an act of war committed by a terrorist army.",
    "Activists in the city counted at least 30 explosions; water and electricity were cut, residents said.",
    "The operation was carried out in coordination with the United States, according to the ministry.",
    "Opposition leaders demanded an extraordinary session of parliament before further soldiers are deployed abroad.",
)


@pytest.mark.parametrize(
    ("text", "least", "most"),
    [
        ("Residents said that the ministry had warned nobody of the explosions.", 0.5, 1.0),
        ("Why the price of butter has doubled within a year, and who earns from it.", 0.0, 0.05),
        ("The defence ministries of both countries", 0.2, 1.0),
    ],
)
def test_how_much_of_a_text_a_story_shares(text: str, least: float, most: float) -> None:
    share = Story(STORY).share(text)
    assert share is not None
    assert least <= share <= most


@pytest.mark.parametrize(
    "text", ["", "by", "12", "Live", "https://example.org/some/long/address.html", "新华社北京电 法国总统奥朗德"]
)
def test_where_words_are_too_few_or_not_parted_nothing_is_judged(text: str) -> None:
    assert Story(STORY).share(text) is None


def test_a_story_of_few_words_judges_nothing() -> None:
    assert Story(STORY[:1]).share("Why the price of butter has doubled within a year.") is None
