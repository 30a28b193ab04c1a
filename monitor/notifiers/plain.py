"""A message of any type as a few plain lines for a person: what chats, mails and feeds show. It knows no channel and no markup.

What articles say can neither break a line, colour it, nor call anybody by an `@`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from monitor.core.policy.summary import one_line

MOST_HITS = 3
MOST_MEMBERS = 10
MAX_LINE = 500  # code points
_CALLS = re.compile(r"@(?=everyone|here|channel|all)", re.IGNORECASE)
_ZERO_WIDTH_SPACE = "\u200b"


@dataclass(frozen=True, slots=True)
class Telling:
    """What a message says. `link` is where a reader goes on, or empty; `grave` is the severity, `info` where it has none."""

    kind: str
    title: str
    lines: tuple[str, ...]
    link: str
    grave: str

    @property
    def text(self) -> str:
        """The lines below the title, with the link last."""
        return "\n".join([*self.lines, *([self.link] if self.link else [])])


def telling(body: str) -> Telling:
    """Read a message's body. Raises ValueError for what is no message of Monitor's."""
    try:
        message = msgspec.json.decode(body)
        return _read(str(message.get("type", "")), message["data"])
    except (msgspec.DecodeError, LookupError, TypeError, AttributeError) as error:
        raise ValueError(f"no message: {type(error).__name__}") from error


def _read(kind: str, data: Mapping[str, Any]) -> Telling:
    title = _line(data["summary"])
    return Telling(
        kind=kind,
        title=f"TEST: {title}" if data.get("test") is True else title,
        lines=tuple(_lines(data)),
        link=_line(_link(data)),
        grave=str(data.get("severity") or "info"),
    )


def _lines(data: Mapping[str, Any]) -> list[str]:
    lines = ["This corrects an earlier alert."] if data.get("supersedes") else []
    hits: Sequence[Mapping[str, Any]] = data.get("hits") or []
    lines += [_line(hit["sentence"]) for hit in hits[:MOST_HITS]]
    lines += _and_more(len(hits) - MOST_HITS)
    members: Sequence[Mapping[str, Any]] = data.get("alerts") or []
    lines += [f"• {_line(member['summary'])}" for member in members[:MOST_MEMBERS]]
    return lines + _and_more(len(members) - MOST_MEMBERS)


def _and_more(count: int) -> list[str]:
    return [f"and {count} more"] if count > 0 else []


def _link(data: Mapping[str, Any]) -> str:
    """The article's own address, or Monitor's page of what is told."""
    article = data.get("article")
    if isinstance(article, Mapping) and article.get("url"):
        return str(article["url"])
    links = data.get("links") or {}
    return str(next(iter(links.values()), "") if isinstance(links, Mapping) else "")


def _line(text: object) -> str:
    if not isinstance(text, str):
        raise TypeError("no text")
    line = _CALLS.sub(f"@{_ZERO_WIDTH_SPACE}", one_line(text))
    return line if len(line) <= MAX_LINE else f"{line[: MAX_LINE - 1]}…"
