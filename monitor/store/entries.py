"""Between stream entries, archived lines and recorded events: fields in, values out, chains verified. Talks to no server."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from monitor.core.events import Recorded, chain, decode
from monitor.errors import Corrupt, UnknownEvent


class Stored(msgspec.Struct, frozen=True):
    """An event as it is stored, in the stream or as a line of the archive. `data` are the very bytes that `h` covers.

    `v` is the entity's version, `n` counts the partition's events from 1, `position` is the stream id.
    """

    position: str
    n: int
    id: str
    entity: str
    v: int
    type: str
    h: str
    data: msgspec.Raw


def stored(row: Sequence[object], partition: int) -> Stored:
    """Read a stream entry: its position and its flat list of fields. Raises Corrupt where it is gone or not whole."""
    position = _text(row[0])
    flat = row[1] if len(row) > 1 else None
    if not isinstance(flat, list):
        raise Corrupt(f"the event at {position} of partition {partition} is gone from the log")
    try:
        fields = {_text(name): value for name, value in zip(flat[::2], flat[1::2], strict=True)}
        return Stored(
            position=position,
            n=int(_text(fields["n"])),
            id=_text(fields["id"]),
            entity=_text(fields["entity"]),
            v=int(_text(fields["v"])),
            type=_text(fields["type"]),
            h=_text(fields["h"]),
            data=msgspec.Raw(fields["data"]),
        )
    except (KeyError, ValueError, TypeError) as error:
        raise Corrupt(
            f"the entry at {position} of partition {partition} is no event of Monitor's: {error!r}"
        ) from error


def recorded(row: Sequence[object], partition: int) -> Recorded:
    """Read a stream entry as an event. Raises UnknownEvent where it is not one of ours, Corrupt where it is gone or not whole."""
    return opened(stored(row, partition), partition)


def opened(event: Stored, partition: int) -> Recorded:
    """Read a stored event. Raises UnknownEvent where it is not one of ours."""
    try:
        decoded = decode(bytes(event.data))
    except UnknownEvent as error:
        raise UnknownEvent(f"{event.type} at {event.position} of partition {partition}: {error}") from error
    return Recorded(event.id, event.entity, event.v, event.h, decoded, partition, event.position)


def verified(
    entity: str, events: Iterable[Stored], partition: int, after: int = 0, previous: str = ""
) -> list[Recorded]:
    """Read an entity's events from its first on, or on from version `after`, which had the hash `previous`.

    Raises Corrupt where versions or hashes do not follow one another.
    """
    found: list[Recorded] = []
    for version, event in enumerate(events, start=after + 1):
        if (event.entity, event.v) != (entity, version):
            raise Corrupt(f"{entity}: version {version} is {event.entity} {event.v} at {event.position}")
        if chain(previous, bytes(event.data)) != event.h:
            raise Corrupt(f"{entity}: the chain breaks at version {version}, position {event.position}")
        previous = event.h
        found.append(opened(event, partition))
    return found


def order(position: str) -> tuple[int, int]:
    """What positions are compared by: milliseconds and sequence."""
    milliseconds, _, sequence = position.partition("-")
    return int(milliseconds), int(sequence or 0)


def _text(value: object) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)
