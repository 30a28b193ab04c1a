"""Writes golden files of event types that have none yet: one event with every field, one with the least. Never touches one that stands.

    .venv/bin/python tests/golden/write_events.py
"""

from __future__ import annotations

import types
import typing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

import msgspec

from monitor.core.events import AnyEvent, encode, type_of

FOLDER = Path(__file__).parent / "events"
MOMENT = datetime(2015, 11, 15, 21, 16, 3, 250_000, tzinfo=UTC)
SIMPLE: dict[Any, Any] = {str: "Überfall „Раз\u200f“", int: 7, float: 0.5, bool: True, datetime: MOMENT, Any: {"a": [1, None]}}


def sample(kind: Any, *, full: bool) -> Any:
    """A value of a type, told from its annotation alone."""
    origin, inner = get_origin(kind), get_args(kind)
    if kind in SIMPLE:
        return SIMPLE[kind]
    if origin is Literal:
        return inner[-1]
    if origin in {typing.Union, types.UnionType}:
        structs = [each for each in inner if each is not type(None)]
        return sample(structs[0], full=full) if full or type(None) not in inner else None
    if origin is tuple and inner[-1] is Ellipsis:
        return tuple(sample(each, full=full) for each in members(inner[0])) if full else ()
    if origin is tuple:
        return tuple(sample(each, full=full) for each in inner)
    if origin is dict:
        return {"name": sample(inner[1], full=full)} if full else {}
    return instance(kind, full=full)


def members(kind: Any) -> tuple[Any, ...]:
    """What a sequence may hold: one of each."""
    return get_args(kind) if get_origin(kind) in {typing.Union, types.UnionType} else (kind,)


def instance(kind: type[msgspec.Struct], *, full: bool) -> Any:
    """An event or a part of one."""
    hints = get_type_hints(kind)
    fields = [field for field in msgspec.structs.fields(kind) if full or field.required]
    return kind(**{field.name: sample(hints[field.name], full=full) for field in fields})


def missing() -> list[type[msgspec.Struct]]:
    """The event types without a golden file."""
    kinds = get_args(AnyEvent)
    return [kind for kind in kinds if not (FOLDER / f"{kind.__struct_config__.tag}.jsonl").exists()]


if __name__ == "__main__":
    for kind in missing():
        events = [instance(kind, full=True), instance(kind, full=False)]
        (FOLDER / f"{type_of(events[0])}.jsonl").write_bytes(b"".join(encode(event) + b"\n" for event in events))
        print(kind.__name__)
