"""How the benches that make their own polls count, and what a hash over trafilatura's text tells of the same polls, for comparison.

An edit is found at once where something is told at its poll, late within the next `LATE`; all else that is told is a false alarm.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection

import trafilatura

from monitor.core.text import lettering

LATE = 2  # polls within which a revision still tells of an edit
_TITLE = re.compile(r"<title[^>]*>([^<]*)", re.IGNORECASE)


def when(turn: int, told: Collection[int]) -> int | None:
    """How many polls after an edit it was told; None where it was missed."""
    return next((late for late in range(LATE + 1) if turn + late in told), None)


def tally(turns: Collection[int], told: Collection[int]) -> Counter[str]:
    """What became of the edits at `turns`, and how much was told besides."""
    left, counts = set(told), Counter[str](edits=len(turns))
    for turn in turns:
        late = when(turn, left)
        counts["missed" if late is None else "late" if late else "at_once"] += 1
        left.discard(turn + (late or 0))
    counts["false"] = len(left)
    return counts


class TextHash:
    """One page under watch by the simplest of means: whatever changes its title or the letters that trafilatura extracts is an edit."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}
        self._last: str | None = None

    def tells(self, html: str) -> bool:
        """Whether the page differs from the last one."""
        if html not in self._known:
            self._known[html] = _said(html)
        last, self._last = self._last, self._known[html]
        return last is not None and last != self._last


def _said(html: str) -> str:
    title = _TITLE.search(html)
    try:
        text = trafilatura.extract(html, fast=True, include_comments=False)
    except (ValueError, TypeError, AttributeError, LookupError, RecursionError):
        text = ""  # it stumbles over some broken pages
    return lettering(f"{title[1] if title else ''} {text or ''}")


class Compared:
    """What both told of every so many pages."""

    def __init__(self, every: int) -> None:
        self._every, self._seen = every, 0
        self.pages = self.polls = 0
        self._sums = {"ours": Counter[str](), "trafilatura": Counter[str]()}

    def rival(self) -> TextHash | None:
        """The rival for the next page; None where it is not one of the sample."""
        self._seen += 1
        return TextHash() if self._every and self._seen % self._every == 0 else None

    def add(self, turns: Collection[int], polls: int, ours: Collection[int], theirs: Collection[int]) -> None:
        """Count one page of the sample."""
        self.pages, self.polls = self.pages + 1, self.polls + polls
        self._sums["ours"] += tally(turns, ours)
        self._sums["trafilatura"] += tally(turns, theirs)

    def result(self) -> dict[str, object]:
        """The figures of both."""
        names = ("edits", "at_once", "late", "missed", "false")
        sums = {who: {name: counts[name] for name in names} for who, counts in self._sums.items()}
        return {"pages": self.pages, "polls": self.polls, **sums}

    def line(self) -> str:
        """The figures of both, as a sentence; empty without any."""
        if not self.polls:
            return ""
        said = (
            f"{who}: {c['at_once']} at once, {c['late']} late, {c['missed']} missed, {c['false']} false ({c['false'] / self.polls:.2%})"
            for who, c in self._sums.items()
        )
        return (
            f"on {self.pages} of the pages, {self.polls} polls, {self._sums['ours']['edits']} edits: {'; '.join(said)}"
        )
