"""The one line that says what an alert is about. It holds no markup and no line breaks, whatever the article says."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

from monitor.core.watch.rules import Change, Hit, How, Verdict

MAX_SUMMARY = 300  # code points
MAX_TERMS = 3
MAX_NAME = 60  # code points of a source's name or of a term

_SAYS: Mapping[tuple[How, Change], str] = {
    ("new", "appeared"): "published",
    ("edit", "appeared"): "edited in",
    ("edit", "disappeared"): "edited out",
    ("edit", "added"): "said again",
    ("edit", "removed"): "said less often",
    ("edit", "changed"): "reworded",
    ("edit", "figure"): "figure changed",
    ("edit", "quote"): "quotation changed",
    ("edit", "headline"): "headline changed",
    ("edit", "hedge"): "certainty changed",
    ("edit", "correction"): "correction",
    ("gone", "withdrawn"): "withdrawn",
    ("restored", "restored"): "back",
}


def summarise(verdict: Verdict, source: str) -> str:
    """Such as `Post: edited in, “act of war” (title); edited out, “Hollande” (paragraph 7)`."""
    parts = [_part(verdict, change) for change in verdict.changes]
    return _clip(f"{_clip(one_line(source), MAX_NAME)}: {'; '.join(parts)}", MAX_SUMMARY)


def one_line(text: str) -> str:
    """The text on one line, without control characters, and without those that reorder or hide others (Cc, Cf, Cs)."""
    spaced = " ".join(text.split())
    return "".join(char for char in spaced if unicodedata.category(char) not in {"Cc", "Cf", "Cs"})


def lasting(seconds: float) -> str:
    """A time in words, in hours or, from two days on, in days: `1 hour`, `26 hours`, `9 days`."""
    hours = round(seconds / 3600)
    count, unit = (round(hours / 24), "day") if hours >= 48 else (hours, "hour")
    return f"{count} {unit}" if count == 1 else f"{count} {unit}s"


def _part(verdict: Verdict, change: Change) -> str:
    first: dict[str, Hit] = {}
    for hit in verdict.hits:
        if hit.change == change:
            first.setdefault(hit.term, hit)
    terms = ", ".join(
        f"“{_clip(one_line(term), MAX_NAME)}” ({_place(hit)})" for term, hit in list(first.items())[:MAX_TERMS]
    )
    more = f" and {len(first) - MAX_TERMS} more" if len(first) > MAX_TERMS else ""
    says = _SAYS.get((verdict.how, change), change)
    return f"{says}, {terms}{more}" if terms else says


def _place(hit: Hit) -> str:
    """Where a reader finds it: paragraphs are counted from 1."""
    return hit.zone if hit.block is None else f"paragraph {hit.block + 1}"


def _clip(text: str, limit: int) -> str:
    return text if len(text) <= limit else f"{text[: limit - 1].rstrip()}…"
