"""Whether two contents are one story or two: the words of their titles, the runs of words in their texts. It reads no address.

The bounds are low on purpose: a story that was rewritten from top to bottom still shares runs of words with itself, two
stories of one site share hardly any.
"""

from __future__ import annotations

from monitor.core.content import Content
from monitor.core.standing import Article
from monitor.core.text import lettering, tokens

_TITLE, _TEXT = 0.34, 0.05  # shares below which nothing is taken to be the same
_RUN = 4  # words
_FEWEST_RUNS = 25  # a shorter text cannot be told from another
_MOST_WORDS = 2_000


def are_strangers(one: Content, other: Content) -> bool:
    """Whether two contents have neither title nor text in common. Texts too short to be judged are no strangers."""
    runs = _runs(one), _runs(other)
    if min(map(len, runs)) < _FEWEST_RUNS:
        return False
    return _shared(_words(one.title), _words(other.title)) < _TITLE and _shared(*runs) < _TEXT


def took_over(article: Article, content: Content, *, new_key: bool) -> bool:
    """Whether a page at an article's address is another article: a stranger that was published later, or has a new key in the feed."""
    before, now = article.content.published, content.published
    later = before is not None and now is not None and now > before
    return (later or new_key) and are_strangers(article.content, content)


def _shared(one: frozenset[object], other: frozenset[object]) -> float:
    """The share of the smaller set that the other holds too."""
    return len(one & other) / max(1, min(len(one), len(other)))


def _words(text: str) -> frozenset[object]:
    return frozenset(letters for word, _, _ in tokens(text) if (letters := lettering(word)))


def _runs(content: Content) -> frozenset[object]:
    text = " ".join(block.text for block in content.blocks)[: _MOST_WORDS * 12]
    words = [letters for word, _, _ in tokens(text) if (letters := lettering(word))][:_MOST_WORDS]
    return frozenset(zip(*(words[start:] for start in range(_RUN)), strict=False))
