"""What a page calls itself, place by place, and what it means that only some of its titles change. It decides no revision.

An article's headline is what stands over its text and in its JSON-LD. What is shared (`og:title`) and what the browser's tab and
search results show (`<title>`) is written for itself, tried out on readers, and decorated with counters and names: where it
changes alone, nobody edited the article. That is an observation, which `why` tells.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final, Literal

import msgspec

from monitor.core.text import lettering

Place = Literal["json-ld", "og", "h1", "title"]

_LONGEST = 300  # characters that are remembered
_SHOWN = 120  # characters that are told
_NAMES: Final[dict[Place, str]] = {
    "json-ld": "the headline in the page's data",
    "og": "the page's share title",
    "h1": "the page's main heading",
    "title": "the page's tab title",
}
_HEADLINES: Final[frozenset[Place]] = frozenset({"h1", "json-ld"})
_COUNTER = re.compile(r"^\s*[(\[]\s*\d+\+?\s*[)\]]\s*")  # how many messages are unread


class Title(msgspec.Struct, frozen=True, array_like=True):
    """A title as it stands in one place of a page."""

    place: Place
    text: str


def remembered(before: Sequence[Title], now: Sequence[Title]) -> tuple[Title, ...]:
    """The newest title of each place: one that is away at a look has not changed."""
    newest = {one.place: one for one in (*before, *now)}
    return tuple(Title(one.place, one.text[:_LONGEST]) for one in newest.values())


def keeps(now: Sequence[Title], headline: str, new: str, *, agreed: bool) -> bool:
    """Whether the headline still stands over the text; or, where the other places are not `agreed` on the new one, in the page's data.

    It does not where the other of the two has the new one.
    """
    kept, given = ({one.place for one in now if _is(one, title)} for title in (headline, new))
    return given.isdisjoint(_HEADLINES) and ("h1" in kept or ("json-ld" in kept and not agreed))


def headed(before: Sequence[Title], now: Sequence[Title], headline: str) -> str:
    """The heading that stands over the text where the headline stood at the last look; empty where that did not change."""
    was, new = (next((one for one in titles if one.place == "h1"), None) for titles in (before, now))
    if was is None or new is None or not _is(was, headline) or _said(new.text) in {"", _said(headline)}:
        return ""
    return new.text


def shown(now: Sequence[Title], headline: str) -> tuple[Place, ...]:
    """The places that show a headline; the browser's tab is none."""
    return tuple(one.place for one in now if one.place != "title" and _is(one, headline))


def turned(before: Sequence[Title], now: Sequence[Title], headline: str, new: str) -> bool:
    """Whether a place that showed the headline shows the new one instead: one over the text or in the data, or any where a page has neither."""
    trusted = {one.place for one in before if one.place in _HEADLINES} or {one.place for one in before}
    was = {one.place for one in before if _is(one, headline)}
    return any(one.place in trusted & was and _is(one, new) for one in now)


def retitled(before: Sequence[Title], now: Sequence[Title]) -> Iterator[str]:
    """What is to be said of the titles that changed since the last look while the headline did not."""
    old = {one.place: one for one in before}
    for one in now:
        last = old.get(one.place)
        if last is not None and _said(last.text[:_LONGEST]) != _said(one.text[:_LONGEST]):
            yield f"{_NAMES[one.place]} changed: “{last.text[:_SHOWN]}” → “{one.text[:_SHOWN]}”; the headline did not"


def _is(title: Title, headline: str) -> bool:
    return lettering(title.text) == lettering(headline)


def _said(text: str) -> str:
    return lettering(_COUNTER.sub("", text))
