"""What of an entity's past may be dropped once it is old enough: what was, never what stands. Pure: it knows no file and no clock.

Of an article its newest text stays, with what was said of it since. What was told and is done with (alerts, messages, closed windows)
goes as a whole. All else stays: feeds, channels, silences, watches and settings stand until something else is said of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from monitor.core.events import (
    AlertRaised,
    AnyEvent,
    ArticleDiscovered,
    ArticleRevised,
    MatchExcluded,
    NotificationFormed,
)
from monitor.core.standing import decode_article

_ARTICLE: Final = "article"
_TOLD: Final = frozenset({"alert", "exclusion", "msg", "group"})
_TEXTS: Final = frozenset({ArticleDiscovered.__struct_config__.tag, ArticleRevised.__struct_config__.tag})
_SENT: Final = frozenset({"delivered", "accepted"})


class _Message(msgspec.Struct, frozen=True):
    """Of a message's snapshot, how far its delivery is."""

    state: str = "scheduled"


_messages = msgspec.json.Decoder(_Message)


def kind_of(entity: str) -> str:
    """What an entity is, by its id."""
    return entity.partition("_")[0]


def is_article(entity: str) -> bool:
    """Whether an entity is an article."""
    return kind_of(entity) == _ARTICLE


def passes(entity: str) -> bool:
    """Whether anything of an entity may ever be dropped."""
    return kind_of(entity) in _TOLD or is_article(entity)


def droppable(entity: str, types: Sequence[str]) -> int:
    """How many of an entity's events may go, oldest first; `types` are those of all that are old enough."""
    if kind_of(entity) in _TOLD:
        return len(types)
    if not is_article(entity):
        return 0
    return max((place for place, kind in enumerate(types) if kind in _TEXTS), default=0)


def is_needed(entity: str, snapshot: bytes) -> bool:
    """Whether an entity, by its newest snapshot, must keep all of its events: a held article, a message that is not sent, an open window."""
    match kind_of(entity):
        case "article":
            article = decode_article(snapshot)
            return article is not None and article.held
        case "msg":
            return bool(snapshot) and _messages.decode(snapshot).state not in _SENT
        case "group":
            return bool(snapshot)
        case _:
            return False


def article_of(event: AnyEvent) -> str:
    """The article that something was told about; empty where it is about none, or is none of what was told."""
    return event.article if isinstance(event, AlertRaised | MatchExcluded | NotificationFormed) else ""


def addresses(event: AnyEvent) -> tuple[str, ...]:
    """The addresses by which an event says that its article is known."""
    match event:
        case ArticleDiscovered():
            return (event.url, event.evidence.url, *event.aliases)
        case ArticleRevised():
            return (event.evidence.url,)
        case _:
            return ()
