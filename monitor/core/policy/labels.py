"""Labels: what routes, silences and inhibitions know an alert or an event by, and how they choose among them. They decide nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from monitor.core.events import AlertRaised, AnyEvent, type_of
from monitor.core.urls import site

NAMES = ("watchlist", "entity", "feed", "site", "severity", "change", "type")
"""The labels that can be matched."""
GROUPING = (*NAMES, "article")
"""The labels that alerts can be grouped by."""

Labels = Mapping[str, tuple[str, ...]]
"""Each label with its values, sorted: an alert may name several entities and changes. One without a value is left out."""
Matchers = Mapping[str, Sequence[str]]
"""Label → values of which one must fit; `*` stands for any characters."""


def labels_of(event: AnyEvent) -> Labels:
    """The labels of an alert, or of any other event."""
    if isinstance(event, AlertRaised):
        return _of_alert(event)
    said = {name: getattr(event, name, None) for name in ("feed", "source", "site", "url")}
    where = said["site"] or (site(said["url"]) if said["url"] else None)
    return _labels({"type": [type_of(event)], "feed": [said["feed"] or said["source"]], "site": [where]})


def fits(matchers: Matchers, labels: Labels) -> bool:
    """Whether every matcher finds a value that it wants. No matchers: everything fits."""
    return all(_one_fits(wanted, labels.get(name, ())) for name, wanted in matchers.items())


def chosen(labels: Labels, names: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """These labels alone, in the order of `names`; one without a value has none."""
    return {name: labels.get(name, ()) for name in names}


def read(words: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Matchers as people type them: `severity=critical watchlist=raqqa watchlist=war*`. Raises ValueError, saying what is wrong."""
    found: dict[str, tuple[str, ...]] = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals or not value:
            raise ValueError(f"expected label=value, got {word!r}")
        if name not in NAMES:
            raise ValueError(f"expected a label ({', '.join(NAMES)}), got {name!r}")
        found[name] = (*found.get(name, ()), value)
    return found


def spelled(labels: Labels) -> str:
    """Labels as people type them."""
    return " ".join(f"{name}={value}" for name, values in labels.items() for value in values)


def _one_fits(wanted: Sequence[str], values: tuple[str, ...]) -> bool:
    return any(value == want or ("*" in want and _spans(want, value)) for want in wanted for value in values)


def _spans(pattern: str, value: str) -> bool:
    return re.fullmatch(".*".join(map(re.escape, re.split(r"\*+", pattern))), value, re.DOTALL) is not None


def _of_alert(alert: AlertRaised) -> Labels:
    article: Mapping[str, Any] = alert.data.get("article") or {}
    url = str(article.get("url") or "")
    hits = alert.data.get("hits") or []
    return _labels(
        {
            "watchlist": [alert.watchlist],
            "entity": [hit.get("entity") for hit in hits],
            "feed": [article.get("feed")],
            "site": [site(url) if url else None],
            "severity": [alert.severity],
            "change": list(alert.changes),
            "type": [type_of(alert)],
            "article": [alert.article],
        }
    )


def _labels(found: Mapping[str, Sequence[str | None]]) -> Labels:
    sets = {name: {value for value in values if value} for name, values in found.items()}
    return {name: tuple(sorted(values)) for name, values in sets.items() if values}
