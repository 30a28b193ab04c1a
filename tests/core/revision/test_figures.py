import pytest

from monitor.core.revision.figures import figures
from monitor.core.revision.lexicon import LEXICONS
from monitor.core.revision.numerals import numerals
from monitor.core.revision.tokens import small


@pytest.mark.parametrize(
    ("lang", "text", "value"),
    [
        ("en", "fifteen hundred men", 1500), ("en", "1,500 men", 1500), ("en", "1 500 men", 1500), ("en", "twenty-one men", 21),
        ("en", "one hundred and five men", 105), ("en", "three dozen men", 36), ("en", "7.125 metres", 7.125), ("en", "2.3 million votes", 2_300_000),
        ("fr", "quatre-vingt-dix-sept morts", 97), ("fr", "deux cent mille euros", 200_000), ("fr", "soixante et onze morts", 71),
        ("fr", "deux douzaines de morts", 24), ("fr", "1.234,5 tonnes", 1234.5), ("de", "siebenhundertdreiundzwanzig Tote", 723),
        ("de", "fünfzehnhundert Tote", 1500), ("de", "dreitausend Tote", 3000), ("de", "1,2 Millionen Tote", 1_200_000), ("es", "treinta y un muertos", 31),
        ("es", "doscientas mil personas", 200_000), ("es", "1.234 muertos", 1234), ("ru", "сто двадцать три человека", 123),
        ("ru", "двести тысяч человек", 200_000), ("ru", "1,2 млн человек", 1_200_000), ("ar", "خمسة وعشرون شخصا", 25), ("ar", "خمسة عشر شخصا", 15),
        ("ar", "٢٬٥٠٠ شخص", 2500), ("zh", "一百二十三人", 123), ("zh", "三万五千人", 35_000), ("zh", "2.5万人", 25_000), ("ja", "4億5000万円", 450_000_000),
        ("ja", "十二人", 12), ("ja", "１５００人", 1500),
    ],
)  # fmt: skip
def test_one_number_in_many_writings(lang: str, text: str, value: float) -> None:
    assert [numeral.value for numeral in numerals(text, small(text), LEXICONS[lang])] == [value]


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("en", "on 14 November 2015 at 5:40 a.m."), ("en", "Article 5, Flight MH17, the A380, 18F and the 3rd man in 2015."),
        ("en", "one of the men"), ("en", "two-thirds of them"), ("fr", "le 12 mars 2016 à 15 h 30, un homme"), ("de", "am 12. März 2016 um 10.05 Uhr"),
        ("es", "el 12 de marzo de 2016, por ciento"), ("ru", "12 марта 2016 года"), ("zh", "2016年3月12日第三次一些人"), ("ja", "2016年3月12日10時05分"),
        ("fr", "le procès reprend à 14 heures"), ("es", "el juicio sigue a las 14 horas"), ("ru", "суд начнётся в 14 часов"),
    ],
)  # fmt: skip
def test_what_counts_nothing_is_no_figure(lang: str, text: str) -> None:
    assert numerals(text, small(text), LEXICONS[lang]) == []


@pytest.mark.parametrize(
    ("lang", "text", "expected"),
    [
        ("en", "at least 30 bombs", (30, "", "bombs", "min")), ("en", "up to 200 migrants", (200, "", "migrants", "max")),
        ("en", "about 20 people", (20, "", "people", "about")), ("en", "300 or more jobs", (300, "", "jobs", "min")),
        ("en", "$1.2 billion", (1_200_000_000, "$", "", "exact")), ("en", "5.2 percent", (5.2, "%", "", "exact")), ("en", "-3%", (-3, "%", "", "exact")),
        ("en", "a 17-year-old boy", (17, "age", "", "exact")), ("en", "aged 34", (34, "age", "", "exact")),
        ("en", "three remote positions", (3, "", "positions", "exact")), ("fr", "plus de 300 passagers", (300, "", "passagers", "min")),
        ("de", "26-jährige", (26, "age", "", "exact")), ("de", "mindestens 5 schwer verletzte Menschen", (5, "", "Menschen", "min")),
        ("zh", "300人以上", (300, "", "人", "min")), ("ja", "少なくとも12人", (12, "", "人", "min")), ("ja", "300人近く", (300, "", "人", "about")),
        ("ru", "3 млн рублей", (3_000_000, "₽", "", "exact")), ("ar", "ما لا يقل عن 12 شخصا", (12, "", "شخصا", "min")),
        ("fr", "après 14 heures de route", (14, "", "heures", "exact")), ("es", "trabajaron 14 horas", (14, "", "horas", "exact")),
        ("ru", "спали 14 часов", (14, "", "часов", "exact")), ("en", "over a thousand people", (1000, "", "people", "min")),
    ],
)  # fmt: skip
def test_a_figure_says_what_it_counts_and_how_surely(
    lang: str, text: str, expected: tuple[float, str, str, str]
) -> None:
    (figure,) = figures(text, LEXICONS[lang])
    assert (figure.value, figure.unit, figure.noun, figure.bound) == expected
    assert text[figure.start : figure.end]


def test_a_range_is_one_figure() -> None:
    (figure,) = figures("between 25,000 and 35,000 contracts", LEXICONS["en"])
    assert (figure.value, figure.upper, figure.noun) == (25_000, 35_000, "contracts")
    assert len(figures("it rose from 20 to 30 bombs", LEXICONS["en"])) == 2
