"""The names of the log's keys. All keys of a partition share one hash tag, so that every script is legal on Redis Cluster."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

META = "monitor:meta"
IDENTITY = "id"  # the field of META that tells this log from every other
IMPORTING = "importing"  # the field of META that stands while an import is under way
GROUPS = ("match", "policy", "deliver", "project")
ARCHIVE = "archive"  # the group of the archive, where there is one: what it has read is sealed
CONSUMER = "monitor"  # one constant name a group: the lease says who reads, so that a successor finds what was pending
ASIDE = "parked"  # the consumer under whose name parked events stay pending


def home(entity: str, partitions: int) -> int:
    """The partition of an entity or alias: CRC-32 (ISO-HDLC, as in RFC 1952) of its UTF-8 bytes, modulo the partitions."""
    return zlib.crc32(entity.encode()) % partitions


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys of one partition."""

    partition: int

    @property
    def prefix(self) -> str:
        """What every key of the partition begins with."""
        return self._key("")

    def _key(self, *parts: str) -> str:
        return ":".join((f"{{monitor:{self.partition}}}", *parts))

    @property
    def events(self) -> str:
        """The stream of events."""
        return self._key("events")

    @property
    def ledger(self) -> str:
        """The counter of events and the answers to the last requests."""
        return self._key("ledger")

    @property
    def notes(self) -> str:
        """The hash of all notes."""
        return self._key("notes")

    @property
    def archive(self) -> str:
        """How far the partition is archived (`manifest`, `sha256`, `position`, `n`), the first position that was kept, and the `floor`."""
        return self._key("archive")

    @property
    def aliases(self) -> str:
        """The hash of the aliases that live here."""
        return self._key("alias")

    def state(self, entity: str) -> str:
        """An entity's head: v, h, s and the places of its last events."""
        return self._key("state", entity)

    def history(self, entity: str) -> str:
        """The list of the stream ids of an entity's events."""
        return self._key("history", entity)

    def timers(self, kind: str) -> tuple[str, str, str]:
        """The due times, payloads and claims of one kind of timer."""
        due = self._key("due", kind)
        return due, f"{due}:data", f"{due}:claims"

    def lease(self, role: str) -> str:
        """Who holds a role."""
        return self._key("lease", role)

    def parked(self, group: str) -> str:
        """What a group has set aside."""
        return self._key("parked", group)
