"""What waits for its time and was dropped by retention meanwhile: nobody is told of it, and nothing stops."""

from __future__ import annotations

from datetime import UTC, datetime

from monitor.errors import Dropped
from monitor.ports import Batch, Claim, Head
from monitor.stages import jobs
from monitor.stages.waiting import Waker

AT = datetime(2026, 11, 23, tzinfo=UTC)


class Forgetful:
    """A log that keeps heads and has dropped every event."""

    def __init__(self) -> None:
        self.batches: list[Batch] = []

    def partition_of(self, _entity: str) -> int:
        return 0

    async def load(self, _partition: int, _entity: str) -> Head:
        return Head(
            1, "h", b'{"notification":"msg_1","channel":"desk","article":"article_1","body":"","state":"delivered"}'
        )

    async def history(self, _partition: int, entity: str, _upto: int | None = None) -> list[object]:
        raise Dropped(f"versions 1 to 1 of {entity} were dropped by retention")

    async def commit(self, batch: Batch) -> list[object]:
        self.batches.append(batch)
        return []


async def test_a_message_that_was_dropped_is_not_said_again() -> None:
    log = Forgetful()
    job = jobs.Remind("msg_1", "desk", (), 60.0, "msg_1")
    claim = Claim(jobs.POLICY, 0, "remind:msg_1", "token", jobs.set_waiting("m", job, 0).payload or b"", AT)
    await Waker(log)(claim)  # type: ignore[arg-type]
    (batch,) = log.batches
    assert batch.finish is not None
    assert (batch.finish.claim, batch.finish.delay, batch.appends) == (claim, None, ())


async def test_an_alert_that_was_dropped_is_none() -> None:
    assert await Waker(Forgetful())._alert("alert_1", "article_1") is None  # type: ignore[arg-type]
