"""Older shapes of events, brought up to today's: document to document, one step a version. It knows no event class.

A stored event is never rewritten. Its shape's version stands in it as `schema`, left out where it is 1. Where a type's shape
changes, a step is appended to `STEPS`, and the newest version of that type is thereby one higher. A step is never edited
once a release has carried it, and every shape keeps its golden files in `tests/golden/events`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

import msgspec

from monitor.errors import UnknownEvent

Document = dict[str, Any]
Steps = Mapping[str, tuple[Callable[[Document], Document], ...]]

STEPS: Final[Steps] = MappingProxyType({})  # type → the step from version 1 to 2, from 2 to 3, …


class _Stamp(msgspec.Struct, frozen=True):
    type: str
    schema: int = 1


_stamp = msgspec.json.Decoder(_Stamp)


def upcast(raw: bytes, steps: Steps = STEPS) -> bytes:
    """A stored event in today's shape, without its stamp.

    Raises UnknownEvent for what is no event, or for a shape that a newer Monitor has written.
    """
    try:
        stamp = _stamp.decode(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise UnknownEvent(f"{error} in {raw[:200]!r}") from error
    ahead = steps.get(stamp.type, ())
    if not 1 <= stamp.schema <= len(ahead) + 1:
        raise UnknownEvent(f"{stamp.type} of schema {stamp.schema}: this Monitor knows it up to {len(ahead) + 1}")
    if stamp.schema == 1 and not ahead:
        return raw
    document: Document = msgspec.json.decode(raw)
    document.pop("schema", None)
    for step in ahead[stamp.schema - 1 :]:
        document = step(document)
    return msgspec.json.encode(document)


def stamped(kind: str, raw: bytes, steps: Steps = STEPS) -> bytes:
    """An event of today's shape as it is stored: with its schema, where that is not 1."""
    version = len(steps.get(kind, ())) + 1
    return raw if version == 1 else b'{"schema":%d,' % version + raw[1:]
