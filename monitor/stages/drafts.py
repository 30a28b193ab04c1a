"""What one decision writes, by partition: that of the others first, then its own with the acknowledgement. It decides nothing.

Only the last write ends the work, so a crash before it makes the whole decision come again. What was written elsewhere must
therefore say of itself that it was done: by a computed id, by a snapshot that names the alert, or by a ticket.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from monitor.ports import Ack, Append, Batch, Finish, Log, SetTimer


@dataclass(slots=True)
class Draft:
    """The writes of one decision."""

    appends: dict[int, list[Append]] = field(default_factory=lambda: defaultdict(list))
    timers: dict[int, list[SetTimer]] = field(default_factory=lambda: defaultdict(list))
    notes: dict[int, dict[str, bytes | None]] = field(default_factory=lambda: defaultdict(dict))

    async def commit(self, log: Log, partition: int, *, ack: Ack | None = None, finish: Finish | None = None) -> None:
        """Write it all. Raises Conflict where an entity has moved on, Fenced where the work is somebody else's now."""
        for other in sorted({*self.appends, *self.timers, *self.notes} - {partition}):
            await log.commit(self._batch(other, None, None))
        await log.commit(self._batch(partition, ack, finish))

    def _batch(self, partition: int, ack: Ack | None, finish: Finish | None) -> Batch:
        appends, timers = tuple(self.appends[partition]), tuple(self.timers[partition])
        return Batch(partition, appends, timers, self.notes[partition], finish=finish, ack=ack)
