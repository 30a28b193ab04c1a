"""One difference between two texts taken apart into the edits that a person would mark: words, phrases, what only stands beside them.

It looks at the words of a difference alone. The rules are measured by `tests/bench/spans.py`.
"""

from __future__ import annotations

from collections.abc import Sequence

from rapidfuzz.distance import Prefix

from monitor.core.revision.gaps import Gap


def _listed(words: str) -> frozenset[str]:
    return frozenset(words.split())


LINKS = _listed(
    """
    of in on at to for from by with as and or but nor so if than then who which when where while because
    after before until till during since over under near outside inside without between through against amid about around among despite
    de du à au aux en dans et ou mais que qui par sur pour avec chez depuis pendant avant après
    und oder aber im am an auf aus bei mit nach von vom zu zum zur vor seit y e o pero con por para desde hasta durante tras
    в на с со и а но или что как по из за к от до у о об после перед في من إلى على عن أن إن مع و
    """
)  # words that open a phrase
ARTICLES = _listed(
    """
    a an the this that these those his her their its our my your le la les un une des l’ der die das den dem ein eine einen einem
    el los las una
    """
)
_AUXILIARIES = _listed("am is are was were be been being has have had does do did will would")
_NUMBERS = _listed(
    "one two three four five six seven eight nine ten eleven twelve dozen hundred thousand million billion"
)


def parted(gap: Gap, old: Sequence[str], new: Sequence[str]) -> list[Gap]:
    """The edits that one difference holds, in order."""
    found = [gap]
    for rule in (_parenthesis, _side_by_side, _by_phrase, _without_companion):
        found = [part for one in found for part in rule(one, old, new)]
    return found


def _parenthesis(gap: Gap, old: Sequence[str], new: Sequence[str]) -> list[Gap]:
    """What stood between two commas before a word that became another is an edit of its own: [, Maria Keller ,] said."""
    a, b, c, d = gap
    if (last := _enclosed(old[a:b], new[c:d])) > 0:
        return [Gap(a, a + last, c, c), Gap(a + last, b, c, d)]
    if (last := _enclosed(new[c:d], old[a:b])) > 0:
        return [Gap(a, a, c, c + last), Gap(a, b, c + last, d)]
    return [gap]


def _enclosed(words: Sequence[str], others: Sequence[str]) -> int:
    """How many words a parenthesis takes up with which a difference begins; 0 where it does not, or the other text has commas too."""
    if not words or not others or words[0] != "," or "," in others or "," not in words[1:-1]:
        return 0
    return words.index(",", 1) + 1


def _side_by_side(gap: Gap, old: Sequence[str], new: Sequence[str]) -> list[Gap]:
    """Words replaced one by one, some by another form of themselves or another figure, as edits of their own.

    An article goes with its noun, and what only serves a verb with it: am living → have lived.
    """
    count = gap.b - gap.a
    if count < 2 or count != gap.d - gap.c:
        return [gap]
    pairs = list(zip(old[gap.a : gap.b], new[gap.c : gap.d], strict=True))
    if not any(_is_form(one, other) or (_is_number(one) and _is_number(other)) for one, other in pairs):
        return [gap]
    if sorted(said(old[gap.a : gap.b])) == sorted(said(new[gap.c : gap.d])):
        return [gap]  # 29 pages, 3 MB → 3 MB, 29 pages
    parts: list[Gap] = []
    first = 0
    for k, (one, other) in enumerate(pairs, 1):
        if k < count and _leads(one) and _leads(other):
            continue
        parts.append(Gap(gap.a + first, gap.a + k, gap.c + first, gap.c + k))
        first = k
    return parts


def _by_phrase(gap: Gap, old: Sequence[str], new: Sequence[str]) -> list[Gap]:
    """A phrase behind other words, where both texts have just one: spoke by telephone → met in Geneva."""
    a, b, c, d = gap
    left, right = ([k for k, word in enumerate(words) if word.lower() in LINKS] for words in (old[a:b], new[c:d]))
    if not (len(left) == len(right) == 1 and 0 < left[0] < b - a - 1 and 0 < right[0] < d - c - 1):
        return [gap]
    return [Gap(a, a + left[0], c, c + right[0]), Gap(a + left[0], b, c + right[0], d)]


def _without_companion(gap: Gap, old: Sequence[str], new: Sequence[str]) -> list[Gap]:
    """A word that became another, and what came or went beside it without being part of it, as two edits."""
    a, b, c, d = gap
    if {b - a, d - c} != {1, 2}:
        return [gap]
    removes = b - a == 2
    first, last = old[a:b] if removes else new[c:d]
    other = new[c] if removes else old[a]
    at = (a + 1, c) if removes else (a, c + 1)
    if _accompanies(first, last, other):
        return [Gap(a, at[0], c, at[1]), Gap(at[0], b, at[1], d)]
    if _accompanies(last, first, other):
        return [Gap(a, a + 1, c, c + 1), Gap(a + 1, b, c + 1, d)]
    return [gap]


def _accompanies(extra: str, word: str, other: str) -> bool:
    """Whether a mark stands beside a word that became another, or an article beside one that only changed its form."""
    if is_mark(extra):
        return not is_mark(word) and not is_mark(other)
    return extra.lower() in ARTICLES and _is_form(word, other)


def _leads(word: str) -> bool:
    """Whether a word stands with the one behind it."""
    return word.lower() in ARTICLES or word.lower() in _AUXILIARIES


def _is_number(word: str) -> bool:
    return any(map(str.isdigit, word)) or word.lower() in _NUMBERS


def _is_form(one: str, other: str) -> bool:
    """Whether two words look like forms of one: they begin alike."""
    one, other = one.lower(), other.lower()
    if not (one.isalpha() and other.isalpha()):
        return False
    return one != other and Prefix.similarity(one, other) >= max(3, max(len(one), len(other)) / 2)


def is_mark(word: str) -> bool:
    """Whether a word has no letter and no figure."""
    return not any(map(str.isalnum, word))


def said(words: Sequence[str]) -> list[str]:
    """The words in small letters, without marks."""
    return [word.lower() for word in words if not is_mark(word)]
