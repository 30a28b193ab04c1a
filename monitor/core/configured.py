"""What a running Monitor is configured to do, as far as the log knows it: names and fingerprints, and how two of them differ. No value is kept."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from itertools import chain
from typing import Literal

import msgspec

from monitor.core.events import ConfigChanged
from monitor.errors import Fault

ENTITY = "configuration"
MOST = 500  # names of one table that an event lists as added, as removed and as changed

Names = dict[str, tuple[str, ...]]


class Configured(msgspec.Struct, frozen=True):
    """The name of a ruleset, and a fingerprint of everything that has a name, by table."""

    ruleset: str
    tables: Mapping[str, Mapping[str, str]]


class Outcome(msgspec.Struct, frozen=True):
    """What came of taking a configuration up. `changed` is None where nothing was different; with `faults` nothing was taken up."""

    ruleset: str
    changed: ConfigChanged | None = None
    faults: tuple[Fault, ...] = ()
    notes: tuple[str, ...] = ()


def encode(configured: Configured) -> bytes:
    """As the log keeps it."""
    return msgspec.json.encode(configured)


def decode(snapshot: bytes) -> Configured | None:
    """As the log keeps it; None where nothing ran by any configuration yet."""
    return msgspec.json.decode(snapshot, type=Configured) if snapshot else None


def difference(
    before: Configured,
    after: Configured,
    *,
    at: datetime,
    how: Literal["reload", "start"],
    resealed: Collection[str] = (),
) -> ConfigChanged | None:
    """What is different now; None for nothing. `resealed` are channels whose secrets changed, of which there are no fingerprints."""
    tables = sorted({*before.tables, *after.tables})
    old = {table: before.tables.get(table, {}) for table in tables}
    new = {table: after.tables.get(table, {}) for table in tables}
    added = {table: sorted(new[table].keys() - old[table].keys()) for table in tables}
    removed = {table: sorted(old[table].keys() - new[table].keys()) for table in tables}
    changed = {
        table: [name for name in sorted(new[table].keys() & old[table].keys()) if old[table][name] != new[table][name]]
        for table in tables
    }
    changed["channels"] = sorted({*changed.get("channels", ()), *(set(resealed) - set(added.get("channels", ())))})
    if before.ruleset == after.ruleset and not any(map(any, (added.values(), removed.values(), changed.values()))):
        return None
    left_out = sum(max(0, len(names) - MOST) for names in chain(added.values(), removed.values(), changed.values()))
    return ConfigChanged(
        at, after.ruleset, before.ruleset, how, _listed(added), _listed(removed), _listed(changed), left_out
    )


def _listed(names: Mapping[str, list[str]]) -> Names:
    return {table: tuple(some[:MOST]) for table, some in names.items() if some}


def said(event: ConfigChanged) -> str:
    """What changed, in one line: `watchlists +paris -war ~raqqa; channels ~desk`."""
    marks = (("+", event.added), ("-", event.removed), ("~", event.changed))
    tables = dict.fromkeys(table for _, names in marks for table in names)
    parts = [
        f"{table} {' '.join(f'{mark}{name}' for mark, names in marks for name in names.get(table, ()))}"
        for table in tables
    ]
    if not parts:
        return "how rulesets are named"  # by a newer Monitor
    return "; ".join(parts) + (f"; and {event.left_out} more" if event.left_out else "")
