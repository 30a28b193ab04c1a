"""A disk that takes nothing: polling pauses, it is told once, what must be kept is tried again, and all goes on by itself."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from monitor.core.events import FeedMoved
from monitor.errors import DiskTrouble
from monitor.ports import Append, Batch, Claim, SetTimer
from monitor.stages import disk as stage
from monitor.stages import project
from monitor.stages.disk import Disk, WatchedCaptures
from monitor.stages.work import Pace, over_timers
from monitor.store import FileCaptures, RedisLog, open_log
from monitor.store.views import FILE, Reader, Views

FULL = DiskTrouble("captures cannot be written: No space left on device")


class Small:
    """A disk that can be full."""

    def __init__(self) -> None:
        self.full = True

    def probe(self) -> None:
        if self.full:
            raise FULL


@pytest.fixture(autouse=True)
def _quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stage, "PAUSE", 0.01)


async def test_polling_pauses_and_goes_on_and_each_is_told_once() -> None:
    small = Small()
    disk = Disk(small.probe)
    with capture_logs() as lines:
        assert disk.take(8) == 8
        for _ in range(3):
            disk.refused(FULL)
            await disk.look()
            assert (disk.take(8), disk.trouble) == (0, str(FULL))
        small.full = False
        await disk.look()
        assert (disk.take(8), disk.trouble) == (8, "")
    assert [line["event"] for line in lines] == [
        "the disk takes nothing; polling pauses until it does",
        "the disk takes writes again; polling goes on",
    ]


async def test_what_must_be_kept_is_tried_until_it_is() -> None:
    attempts = []

    async def write() -> str:
        attempts.append(1)
        if len(attempts) < 4:
            raise FULL
        return "kept"

    disk = Disk()
    assert await disk.until_taken(write) == "kept"
    assert disk.trouble


async def test_a_job_that_could_not_keep_its_page_is_done_again_and_none_is_claimed_before(log: RedisLog) -> None:
    small, done = Small(), asyncio.Event()
    disk, pace, attempts = Disk(small.probe), Pace(), list[str]()

    async def work(claim: Claim) -> None:
        attempts.append(claim.member)
        if small.full:
            disk.refused(FULL)
            raise FULL
        done.set()

    await log.commit(Batch(0, timers=(SetTimer("fetch", "article", 0),)))
    loop = asyncio.create_task(over_timers(log, "fetch", 0, work, pace, concurrency=2, lease=60.0, gate=disk))
    for _ in range(5):
        await pace.ring()
        await asyncio.sleep(0.02)
    assert attempts == ["article"]
    small.full = False
    await disk.look()
    await pace.ring()
    await asyncio.wait_for(done.wait(), 5)
    await pace.stop()
    await loop


async def test_a_folder_that_takes_no_files_is_the_captures_trouble(tmp_path: Path) -> None:
    (tmp_path / "captures").write_text("a file where the folder should be")
    disk = Disk()
    with pytest.raises(DiskTrouble, match="captures cannot be written: "):
        await WatchedCaptures(FileCaptures(tmp_path / "captures"), disk).keep(b"body")
    assert disk.take(1) == 0


async def test_views_of_ones_own_are_caught_up_when_the_role_comes_back(
    valkey_url: str, log: RedisLog, tmp_path: Path
) -> None:
    """Two daemons on one server, each with views of its own: what the other has acked is read before what follows is applied."""

    async def record(number: int) -> None:
        event = FeedMoved(
            datetime(2015, 11, 15, tzinfo=UTC), f"post-{number}", "https://a.example/", "https://b.example/"
        )
        head = await log.load(0, f"feed_{number}")
        await log.commit(Batch(0, (Append(f"feed_{number}", head, (event,)),)))

    async def feeds(path: Path, count: int) -> None:
        for _ in range(500):
            with Reader(path) as reader:
                if len(reader.feeds()) == count:
                    return
            await asyncio.sleep(0.02)
        raise AssertionError(count)

    async with open_log(valkey_url, data_dir=tmp_path) as other_log:
        with Views(tmp_path / f"one-{FILE}") as one, Views(tmp_path / f"two-{FILE}") as two:
            first = asyncio.create_task(project.run(log, one, 0))
            await record(1)
            await feeds(tmp_path / f"one-{FILE}", 1)
            second = asyncio.create_task(project.run(other_log, two, 0))  # waits for the role
            await feeds(tmp_path / f"two-{FILE}", 1)
            await record(2)
            await feeds(tmp_path / f"one-{FILE}", 2)
            while await log.lag(project.GROUP, 0):
                await asyncio.sleep(0.01)
            first.cancel()
            await asyncio.gather(first, return_exceptions=True)
            await record(3)
            await feeds(tmp_path / f"two-{FILE}", 3)
            second.cancel()
            await asyncio.gather(second, return_exceptions=True)
