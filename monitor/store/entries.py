"""Between stream entries and recorded events: fields in, values out, chains verified. Talks to no server."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from monitor.core.events import Recorded, chain, decode
from monitor.errors import Corrupt, UnknownEvent


def recorded(entry: Sequence[object], partition: int) -> Recorded:
    """Read a stream entry: its position and its flat list of fields.

    Raises UnknownEvent where the event is not one of ours, Corrupt where the entry is gone or not whole.
    """
    position = _text(entry[0])
    flat = entry[1] if len(entry) > 1 else None
    if not isinstance(flat, list):
        raise Corrupt(f"the event at {position} of partition {partition} is gone from the log")
    fields = {_text(name): value for name, value in zip(flat[::2], flat[1::2], strict=True)}
    try:
        return Recorded(
            id=_text(fields["id"]),
            entity=_text(fields["entity"]),
            version=int(_text(fields["v"])),
            hash=_text(fields["h"]),
            event=decode(fields["data"]),
            partition=partition,
            position=position,
        )
    except UnknownEvent as error:
        raise UnknownEvent(f"{_text(fields['type'])} at {position} of partition {partition}: {error}") from error
    except (KeyError, ValueError) as error:
        raise Corrupt(
            f"the entry at {position} of partition {partition} is no event of Monitor's: {error!r}"
        ) from error


def verified(entity: str, entries: Iterable[Sequence[object]], partition: int) -> list[Recorded]:
    """Read an entity's entries from its first event on. Raises Corrupt where versions or hashes do not follow one another."""
    events: list[Recorded] = []
    previous = ""
    for version, entry in enumerate(entries, start=1):
        event = recorded(entry, partition)
        if (event.entity, event.version) != (entity, version):
            raise Corrupt(f"{entity}: version {version} is {event.entity} {event.version} at {event.position}")
        if chain(previous, raw_data(entry)) != event.hash:
            raise Corrupt(f"{entity}: the chain breaks at version {version}, position {event.position}")
        previous = event.hash
        events.append(event)
    return events


def raw_data(entry: Sequence[object]) -> bytes:
    """The bytes of an entry's event, as they were hashed."""
    flat = entry[1]
    assert isinstance(flat, list)  # noqa: S101 - `recorded` has refused anything else
    data = flat[flat.index(b"data") + 1]
    return bytes(data)


def _text(value: object) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)
