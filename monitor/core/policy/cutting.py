"""Cutting a payload to a size in bytes: in a fixed order, least missed first, and saying what was cut. It never cuts ids or numbers.

The order: edits' texts, further edits, sentences (around their marks), further hits, then whatever is long.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

Payload = dict[str, Any]
Cut = Callable[[Payload], tuple[Payload, set[str]]]

_KEPT_WHOLE = frozenset({"id", "watchlist", "ruleset", "before", "after", "event", "type", "feed", "change", "zone"})
"""Computed or configured, and short: a half of one would be a wrong one."""


def cut_to_fit(data: Payload, room: int) -> Payload:
    """The payload in at most `room` bytes of JSON, with `cut` naming all that was cut; itself where it fits."""
    cut = set(data.get("cut", ()))
    for step in _STEPS:
        if _size(data) <= room:
            break
        data, names = step(data)
        cut |= names
        data = {**data, "cut": sorted(cut)}
    return data


def _size(data: Payload) -> int:
    return len(msgspec.json.encode(data))


def _keep_first(key: str, count: int) -> Cut:
    def step(data: Payload) -> tuple[Payload, set[str]]:
        items = data.get(key) or []
        return ({**data, key: items[:count]}, {key}) if len(items) > count else (data, set())

    return step


def _clip_edits(limit: int) -> Cut:
    def step(data: Payload) -> tuple[Payload, set[str]]:
        edits = [_clipped(edit, limit) for edit in data.get("edits") or []]
        return ({**data, "edits": edits}, {"edits.text"}) if edits != data.get("edits") else (data, set())

    return step


def _narrow_sentences(limit: int) -> Cut:
    def step(data: Payload) -> tuple[Payload, set[str]]:
        hits = [_narrowed(hit, limit) for hit in data.get("hits") or []]
        return ({**data, "hits": hits}, {"hits.sentence"}) if hits != data.get("hits") else (data, set())

    return step


def _narrowed(hit: Mapping[str, Any], limit: int) -> dict[str, Any]:
    """The hit with at most `limit` code points of its sentence around the first mark, and the marks that still stand in it whole."""
    sentence, marks = hit["sentence"], hit["marks"]
    if len(sentence) <= limit:
        return dict(hit)
    start, end = marks[0] if marks else (0, 0)
    first = max(0, min(start - max(limit - (end - start), 0) // 2, len(sentence) - limit))
    inside = [[left - first, right - first] for left, right in marks if left >= first and right <= first + limit]
    return {**hit, "sentence": sentence[first : first + limit], "marks": inside}


def _clip_all(limit: int) -> Cut:
    def step(data: Payload) -> tuple[Payload, set[str]]:
        names: set[str] = set()
        return {key: _clip_named(key, value, limit, names) for key, value in data.items()}, names

    return step


def _clip_named(name: str, value: Any, limit: int, names: set[str]) -> Any:
    if isinstance(value, Mapping):
        return {key: _clip_named(f"{name}.{key}", item, limit, names) for key, item in value.items()}
    clipped = _narrow_or_clip(name, value, limit)
    if clipped != value:
        names.add(name)
    return clipped


def _narrow_or_clip(name: str, value: Any, limit: int) -> Any:
    if name == "hits":  # a sentence must not be cut without its marks
        return [_clipped(_narrowed(hit, limit), limit) for hit in value]
    if isinstance(value, str):
        return value if name.rpartition(".")[2] in _KEPT_WHOLE else value[:limit]
    return [_clipped(item, limit) for item in value] if isinstance(value, list) else value


def _clipped(value: Any, limit: int) -> Any:
    if isinstance(value, Mapping):
        return {key: item if key in _KEPT_WHOLE else _clipped(item, limit) for key, item in value.items()}
    return value[:limit] if isinstance(value, str) else value


_STEPS: tuple[Cut, ...] = (
    _clip_edits(280),
    _keep_first("edits", 10),
    _narrow_sentences(280),
    _keep_first("hits", 20),
    _keep_first("edits", 0),
    _keep_first("hits", 5),
    _clip_all(1000),
    _keep_first("hits", 1),
    _clip_all(200),
    _clip_all(40),
)
