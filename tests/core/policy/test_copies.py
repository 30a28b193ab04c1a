"""Whether two texts are one: copies of an agency's report are, two reports of one event are not."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.policy.copies import SIZE, TEXTS, Texts, Voice, alike, independent, resemblance, sketch

AGENCY = (
    "French fighter jets struck targets in the city of Raqqa on Sunday night, the ministry of defence said in a statement. "
    "Ten aircraft took off from bases in Jordan and the United Arab Emirates and dropped twenty bombs on a command post and a camp. "
    "The operation was carried out in coordination with American forces, the ministry said, without giving any figure of casualties. "
    "President Hollande had promised a merciless response after the attacks of Friday, in which at least 129 people were killed. "
    "The group has held the city since January 2014 and has declared it the capital of its caliphate in Syria and Iraq."
)
OTHER = (
    "Residents of Raqqa told our reporter by telephone of a night of explosions that shook windows across the old town until dawn. "
    "Electricity failed shortly after the first blasts, a shopkeeper said, and families went down to their cellars with blankets. "
    "An activist who keeps a list of strikes counted two dozen detonations near the stadium, a clinic and the museum. "
    "The French government says that its aeroplanes attacked a depot and a place where recruits were trained."
)


def test_a_copy_with_another_headline_lede_and_end_is_a_copy():
    copy = (
        "By our correspondents. "
        + AGENCY.replace("French fighter jets", "France's air force")
        + " Subscribe to our newsletter."
    )
    assert alike(sketch(AGENCY), sketch(copy))
    assert alike(sketch(AGENCY), sketch(AGENCY.upper().replace("—", "-")))


def test_two_reports_of_one_event_are_two():
    assert resemblance(sketch(AGENCY), sketch(OTHER)) < 0.1


def test_too_short_a_text_is_nobodys_copy():
    assert sketch("Raqqa struck, ministry says.") == ()
    assert not alike((), ())


@given(st.text(max_size=400), st.text(max_size=400))
def test_resemblance_is_symmetric_bounded_and_one_for_the_same(one, other):
    first, second = sketch(one), sketch(other)
    assert 0 <= resemblance(first, second) == resemblance(second, first) <= 1
    assert not first or resemblance(first, first) == 1
    assert len(first) <= SIZE


@pytest.mark.parametrize("share", [0.0, 0.3, 0.7, 1.0])
def test_the_estimate_is_near_the_truth(share):
    chance = random.Random(7)
    words = [f"w{number}" for number in range(4000)]
    for _ in range(20):
        common, mine, yours = chance.sample(words, 600), chance.sample(words, 600), chance.sample(words, 600)
        cut = round(600 * share)
        one, other = common[:cut] + mine[cut:], common[:cut] + yours[cut:]
        runs = [{tuple(text[at : at + 4]) for at in range(len(text) - 3)} for text in (one, other)]
        truth = len(runs[0] & runs[1]) / len(runs[0] | runs[1])
        assert abs(resemblance(sketch(" ".join(one)), sketch(" ".join(other))) - truth) < 0.3


def test_independent_voices():
    a, b = sketch(AGENCY), sketch(OTHER)
    assert independent([Voice("one", a), Voice("two", a), Voice("three", a)]) == 1
    assert independent([Voice("one", a), Voice("one", b)]) == 1, "one publisher is one source, whatever it writes"
    assert independent([Voice("one", a), Voice("two", a), Voice("two", b)]) == 2
    assert independent([Voice("one", ()), Voice("two", ())]) == 2, (
        "of texts that cannot be compared each speaks for itself"
    )
    assert independent([]) == 0


@given(
    st.lists(
        st.tuples(st.sampled_from("abc"), st.sampled_from([sketch(AGENCY), sketch(OTHER), ()])).map(
            lambda pair: Voice(*pair)
        ),
        max_size=6,
    )
)
def test_there_are_no_more_independent_voices_than_publishers(voices):
    assert independent(voices) <= len({voice.site for voice in voices})
    assert (independent(voices) > 0) == bool(voices)


def test_texts_count_other_articles_and_a_repeat_changes_nothing():
    texts, drawn = Texts(), sketch(AGENCY)
    for number in range(5):
        texts, copies = texts.told(f"article_{number}", drawn)
        assert copies == number
    assert texts.told("article_4", drawn) == (texts, 4)


def test_texts_are_bounded():
    texts = Texts()
    for number in range(TEXTS * 2):
        texts, _ = texts.told(f"article_{number}", sketch(" ".join(f"w{number}x{word}" for word in range(30))))
    assert len(texts.texts) == TEXTS
