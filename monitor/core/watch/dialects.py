"""What other monitors write, and what to write here instead: their fields, functions and operators, told apart from words. It reads no query.

Their manuals are the source: Brandwatch, Meltwater, Talkwalker, Cision, LexisNexis, Factiva, Pulsar, AlphaSense. Where a string of theirs
would be read as mere words here, it is refused with what it should be: nothing is worse than a watchlist that silently asks for something else.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from rapidfuzz import process
from rapidfuzz.distance import OSA

from monitor.core.watch import query as q

_OURS: Final = tuple(f"{name}:" for name in (*q.ZONES, "said", *q.SCOPES))
_ABOUT_SOURCES: Final = "nothing is known of that here: give feeds tags, and write tag:"
_UNKNOWN: Final = "nothing is known of that here: leave it out"
_EXACT: Final = "what is exact in case is written {so}"

_FIELDS: Final = {
    "headline": "title:", "headlines": "title:", "intitle": "title:", "allintitle": "title:", "subject": "title:", "hd": "title:",
    "hlead": "lede:", "lead": "lede:", "ingress": "lede:", "dek": "lede:", "summary": "lede:", "lp": "lede:", "hlp": "lede:",
    "inurl": "url:", "in_url": "url:", "link": "url:", "links": "url:", "http": 'url:"…"', "https": 'url:"…"',
    "language": "lang:", "languages": "lang:", "la": "lang:", "domain": "site:", "host": "site:", "hostname": "site:", "website": "site:",
    "by": "author:", "authors": "author:", "journalist": "author:", "writer": "author:", "source": "feed:", "sources": "feed:",
    "publication": "feed:", "outlet": "feed:", "pub": "feed:", "rst": "feed:", "sn": "feed:", "sc": "feed:",
    "text": "body:", "content": "body:", "fulltext": "body:", "tx": "body:", "quotes": "quote:", "quotation": "quote:",
    "se": "section:", "categories": "section:", "category": "section:",
}  # fmt: skip
_ELSEWHERE: Final = {
    **dict.fromkeys(("raw", "cs", "caps", "allcaps", "exact"), _EXACT),
    **dict.fromkeys(("nocaps",), "case plays no part here: leave it out"),
    **dict.fromkeys(("country", "continent", "city", "region", "location", "sourcecountry", "sourcetype", "sourcelang", "type", "medium", "re"), _ABOUT_SOURCES),
    **dict.fromkeys(("entityname", "entity", "company", "fds", "co"), "name an entity, and write @id"),
    **dict.fromkeys(("hashtag", "hashtags"), "write #word"),
    **dict.fromkeys(("engagement", "reach", "sentiment", "rating", "date", "published", "followers", "visits", "wc", "in", "ns", "td", "dt", "by_twitter"), _UNKNOWN),
    **dict.fromkeys(("around", "near", "onear", "phrase"), "between two things write NEAR/5, ONEAR/5 in order"),
    **dict.fromkeys(("atleast", "minimum"), "how often a word stands cannot be asked here: leave it out"),
}  # fmt: skip
_SIGNS: Final = {
    "&": "AND", "&&": "AND", "+": "AND", "|": "OR", "||": "OR", "!": "NOT", ",": "OR", ";": "OR", "[": "(", "]": ")",
}  # fmt: skip


def of_field(name: str) -> str:
    """What to write for a field of another monitor, such as `intitle:`; empty where nobody knows it."""
    bare = name.rstrip(":=").lower()
    if bare in _FIELDS:
        return f"did you mean {_FIELDS[bare]}?"
    if bare in _ELSEWHERE:
        return _ELSEWHERE[bare]
    near = process.extractOne(f"{bare}:", _OURS, scorer=OSA.normalized_similarity, score_cutoff=0.6)
    return f"did you mean {near[0]}?" if near else ""


def fields() -> str:
    """Our own, for whoever wrote another one."""
    return ", ".join(_OURS)


def of_call(name: str) -> str:
    """What to write for a function of another monitor, such as `HEADLINE(…)`; of a plain word, that something is missing before the (."""
    bare = name.rstrip("0123456789").lower()
    if bare in _FIELDS or f"{bare}:" in _OURS:
        return f"did you mean {_FIELDS.get(bare, f'{bare}:')}(?"
    return _ELSEWHERE.get(bare, "put a space or an operator before the (")


def of_sign(sign: str) -> str:
    """What to write for a sign that stands alone; empty where it is none."""
    if sign in _SIGNS:
        return f"did you mean {_SIGNS[sign]}?"
    if re.match(r"@\w*[A-Z]", sign):
        return f"ids are written in small letters: did you mean {sign.lower()}?"
    if found := re.fullmatch(r"/(\d+)", sign):
        return f"did you mean NEAR/{found[1]}?"
    return _unit(sign) if sign.startswith("/") else ""


def of_word(word: str) -> str:
    """What to write for a word that is an operator elsewhere, or looks like one of ours; empty where it is only a word."""
    if word in _SIGNS:
        return of_sign(word)
    for pattern, say in _WORDS:
        if found := pattern.fullmatch(word):
            return say(found)
    return _distance(word)


def is_operator(meant: str) -> bool:
    """Whether what was meant stands between two things, and is none itself."""
    return meant.startswith(
        ("did you mean NEAR", "did you mean ONEAR", "did you mean SENTENCE", "did you mean PARAGRAPH")
    )


def _distance(word: str) -> str:
    """Of what looks like a NEAR with its number."""
    found = re.fullmatch(r"([A-Za-z]+)/(\d+)(f?)", word)
    if not found:
        return ""
    name, number, ordered = found.groups()
    if name.upper() in {"NEAR", "ONEAR"}:
        return "it stands between two things, as in a NOT (a NEAR/5 b)"
    close = process.extractOne(name.upper(), ("NEAR", "ONEAR"), scorer=OSA.normalized_similarity, score_cutoff=0.5)
    if not close and name.lower() not in {"w", "pre", "n", "within", "not"}:
        return ""
    meant = "ONEAR" if name.lower() == "pre" else close[0] if close else "NEAR"
    return f"did you mean {meant}/{number}{ordered}?"


def _unit(word: str) -> str:
    unit = word.lower().rpartition("/")[2]
    if unit in {"s", "sent", "sentence"}:
        return "did you mean SENTENCE?"
    return "did you mean PARAGRAPH?" if unit in {"p", "para", "paragraph", "seg"} else ""


def _one_less(name: str, number: str) -> str:
    """Where 1 means neighbours: there is one word fewer between than is said."""
    return f"did you mean {name}/{max(int(number) - 1, 0)}?"


_Say = Callable[[re.Match[str]], str]
_WORDS: Final[tuple[tuple[re.Pattern[str], _Say], ...]] = (
    (
        re.compile(r"(?!(?-i:AND|OR|NOT)$)(and|or|not)", re.IGNORECASE),
        lambda found: f"did you mean {found[0].upper()}? As a word it stands in quotation marks",
    ),
    (re.compile(r"w/(s|sent|sentence|p|para|paragraph|seg)", re.IGNORECASE), lambda found: _unit(found[0])),
    (re.compile(r"near(\d+)", re.IGNORECASE), lambda found: _one_less("NEAR", found[1])),
    (re.compile(r"adj(\d+)", re.IGNORECASE), lambda found: _one_less("ONEAR", found[1])),
    (re.compile(r".*/n(\d+)/.*", re.IGNORECASE), lambda found: _one_less("NEAR", found[1])),
    (re.compile(r".*/f(\d+)/", re.IGNORECASE), lambda _: "did you mean lede:?"),
    (re.compile(r"o?near[/:~](?!(?<=/)\d+f?$).*", re.IGNORECASE), lambda _: "did you mean NEAR/5?"),
    (re.compile(r"atleast\d+", re.IGNORECASE), lambda _: _ELSEWHERE["atleast"]),
    (re.compile(r"([a-z][a-z_]+)=.*"), lambda found: of_field(found[1]) or f"the fields here are {fields()}"),
    (re.compile(r".*\^\d+(\.\d+)?"), lambda _: "words have no weight here: leave it out"),
    (re.compile(r"!(.+)"), lambda found: f"did you mean -{found[1]}, or {{{found[1]}}} for exactly so?"),
    (re.compile(r"\+(.+)"), lambda found: f"all words are wanted here: did you mean {found[1]}?"),
    (
        re.compile(r"(\w{3,})(?:!|\$\d?)"),
        lambda found: f"did you mean {found[1]}*? With its sign it stands in quotation marks",
    ),
    (re.compile(r".*[\[\]].*"), lambda _: "did you mean ( )?"),
)
