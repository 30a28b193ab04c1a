"""The glance at an edit never passes over a figure that the reading would find changed."""

from hypothesis import given
from hypothesis import strategies as st

from monitor.core.revision.glance import may_recount
from monitor.core.revision.lexicon import LEXICONS
from monitor.core.revision.recount import recounted
from monitor.core.revision.tokens import small

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


@given(SIDES)
def test_what_is_passed_over_is_no_edit(sides: tuple[str, list[str], list[str], list[str], list[str]]) -> None:
    lang, head, old, new, tail = sides
    before, after = (" ".join([*head, *middle, *tail]) for middle in (old, new))
    words = small(f"{before} {after}")
    if not may_recount(before, after, words, LEXICONS[lang]):
        assert recounted(before, after, LEXICONS[lang]) == []


def test_words_that_tell_nothing_of_a_number_are_passed_over() -> None:
    before, after = "Police found 20 bombs in the dark square.", "Police found 20 rockets near the harbour."
    assert not may_recount(before, after, small(f"{before} {after}"), LEXICONS["en"])
