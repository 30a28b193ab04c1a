"""The glance at an edit never passes over a figure, or a hedge, that the reading would find changed."""

from hypothesis import given
from hypothesis import strategies as st

from monitor.core.revision.differing import versions
from monitor.core.revision.glance import may_recount, touched
from monitor.core.revision.hedges import hedged, may_hedge
from monitor.core.revision.lexicon import LEXICONS
from monitor.core.revision.recount import recounted

WORDS = {
    "en": "police said more fewer than no at least some 20 30 two hundred dozen people bombs $5 per cent percent 5% flight may year-old aged and to",
    "fr": "la police au moins plus de pas 20 30 deux cents mille personnes pour % ans environ entre et à article euros",
    "de": "die Polizei mindestens mehr als nicht 20 30 zwei hundert Menschen Prozent Jahre alt rund bis und Euro am Mai",
    "es": "la policía al menos más de no 20 30 dos cientos mil personas por ciento años unos entre y euros el mayo",
    "ru": "полиция не менее более чем 20 30 два сто тысяч человек процентов лет около от до рублей мая",
}
SIDES = st.sampled_from(sorted(WORDS)).flatmap(
    lambda lang: st.tuples(st.just(lang), *[st.lists(st.sampled_from(WORDS[lang].split()), max_size=7)] * 4)
)


HEDGING = {
    "en": 'reportedly was said to have been “ ” "it" may could allegedly is believed killed three people, if confirmed',
    "fr": "selon aurait été tué « » présumé semble avoir peut-être les trois hommes serait",
    "de": "angeblich soll sollen mutmaßlich offenbar getötet „ “ worden sein die drei Männer könnte",
    "es": "supuestamente habría habrían presunto al parecer « » murieron los tres hombres podría",
    "ru": "якобы предположительно по-видимому « » убиты трое мужчин возможно как сообщается",
}
SAID = st.sampled_from(sorted(HEDGING)).flatmap(
    lambda lang: st.tuples(st.just(lang), *[st.lists(st.sampled_from(HEDGING[lang].split()), max_size=7)] * 4)
)


@given(SIDES)
def test_what_is_passed_over_is_no_figure(sides: tuple[str, list[str], list[str], list[str], list[str]]) -> None:
    lang, head, old, new, tail = sides
    before, after = (" ".join([*head, *middle, *tail]) for middle in (old, new))
    seen = touched(versions(before, after).changed, LEXICONS[lang])
    if not (seen.figures and may_recount(before, after, LEXICONS[lang])):
        assert recounted(before, after, LEXICONS[lang]) == []


@given(SAID)
def test_what_is_passed_over_is_no_hedge(sides: tuple[str, list[str], list[str], list[str], list[str]]) -> None:
    lang, head, old, new, tail = sides
    before, after = (" ".join([*head, *middle, *tail]) for middle in (old, new))
    seen = touched(versions(before, after).changed, LEXICONS[lang])
    if before and after and not (seen.hedges and may_hedge(before, after, LEXICONS[lang])):
        assert hedged(before, after, LEXICONS[lang]) is None


def test_words_that_tell_nothing_of_a_number_are_passed_over() -> None:
    before, after = "Police found 20 bombs in the dark square.", "Police found 20 rockets near the harbour."
    assert not may_recount(before, after, LEXICONS["en"])


def test_words_that_give_way_to_others_and_tell_nothing_touch_nothing() -> None:
    before, after = "Police found 20 bombs in the dark square.", "Police found 20 rockets in the dark harbour."
    assert touched(versions(before, after).changed, LEXICONS["en"]) == (False, False)
