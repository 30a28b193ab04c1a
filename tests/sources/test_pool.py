"""The pool of parsers: whatever a worker does or suffers has a name, and the pool goes on."""

import asyncio
import contextlib
import os
import random
import resource
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import suppress
from multiprocessing import forkserver
from pathlib import Path

import msgspec
import pytest

from monitor.errors import OutsideError, Permanent, Postponed, Transient
from monitor.ports import ParsedFeed
from monitor.sources import lane as lanes
from monitor.sources import pool as pools
from monitor.sources import turns
from monitor.sources.pool import ParserPool, open_pool

CORPORA = Path(__file__).resolve().parents[2].parent / "shared/corpora"
FEED = b"<rss version='2.0'><channel><title>T</title><item><title>One</title><link>/1</link></item></channel></rss>"
URL = "https://news.example.com/feed"
needs_corpora = pytest.mark.skipif(not CORPORA.exists(), reason=f"{CORPORA} is not here: real feeds are not parsed")


@pytest.fixture
async def pool() -> AsyncIterator[ParserPool]:
    async with open_pool(2) as pool:
        yield pool


async def titles(pool: ParserPool) -> list[str]:
    return [entry.title for entry in (await pool.feed(FEED, URL, {})).entries]


async def error_of(call) -> OutsideError:
    with pytest.raises(OutsideError) as caught:
        await call
    return caught.value


def workers_of(pool: ParserPool) -> list[int]:
    return [pid for pid in pool._common._pool._pool_manager.worker_manager.workers if pid]


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def until_dead(pids: list[int], seconds: float = 20) -> list[int]:
    """Those that are still alive when the time is over."""
    end = time.monotonic() + seconds
    while (alive := [pid for pid in pids if is_alive(pid)]) and time.monotonic() < end:
        time.sleep(0.05)
    return alive


FAIL_WITH_EVERYTHING = """
from monitor.errors import Transient
raise Transient("busy", "later", retry_after=7.5, status=503)
"""
FAIL_UNSPEAKABLY = """
class Unspeakable(Exception):
    def __init__(self, one, two):  # cannot be unpickled: the kind of error that breaks pools
        super().__init__(f"{one} and {two}")
raise Unspeakable(1, 2)
"""
SPIN = """
from monitor.sources import lane
lane._allow_cpu(0, None)
while True:
    pass
"""
BURN = """
import time
end = time.process_time() + 0.1
while time.process_time() < end:
    pass
"""

DIE_ONCE = """
import os, pathlib, signal
if not pathlib.Path({mark!r}).exists():
    pathlib.Path({mark!r}).touch()
    os.kill(os.getpid(), signal.SIGKILL)
"""
NOTHING = msgspec.msgpack.encode(None)


async def test_a_feed_a_page_and_a_fragment_come_back_as_values(pool):
    assert await titles(pool) == ["One"]
    html = "<p>" + "Twenty bombs fell on the town overnight, the ministry said on Sunday. " * 20 + "</p>"
    page = await pool.page(f"<html><body><article><h1>A</h1>{html}</article></body></html>".encode(), URL, {}, "")
    assert "Twenty bombs" in " ".join(block.text for block in page.content.blocks)
    fragment = await pool.fragment(html, URL, "A title")
    assert fragment.content.title == "A title"
    assert "Twenty bombs" in fragment.content.blocks[0].text


def test_this_process_loads_no_parser():
    check = "import sys, monitor.sources.pool; print(*{'feedparser', 'trafilatura', 'lxml', 'selectolax'} & set(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", check], check=True, capture_output=True, text=True, timeout=60)
    assert loaded.stdout.strip() == ""


async def test_a_parsers_error_crosses_with_its_reason(pool):
    error = await error_of(pool.feed(b"", URL, {}))
    assert isinstance(error, Permanent)
    assert (error.reason, error.detail) == ("empty", "0 bytes without a letter")
    error = await error_of(pool._run(URL, exec, FAIL_WITH_EVERYTHING))
    assert isinstance(error, Transient)
    assert (error.reason, error.detail, error.retry_after, error.status) == ("busy", "later", 7.5, 503)


async def test_a_stumbling_parser_is_a_malformed_document(pool):
    error = await error_of(pool._run(URL, exec, FAIL_UNSPEAKABLY))
    assert (type(error), error.reason) == (Permanent, "malformed")
    assert error.detail.startswith("Unspeakable at <string>:")
    assert await titles(pool) == ["One"]


@pytest.mark.case(id="P21")
async def test_an_answer_of_the_wrong_shape_is_refused_at_the_border(pool):
    error = await error_of(pool._parse(pools._feed_decoder, URL, dict, (("title", 5),)))
    assert (type(error), error.reason) == (Permanent, "malformed")
    assert "shape" in error.detail


@pytest.mark.case(id="P07")
@pytest.mark.case(id="P09")
@pytest.mark.parametrize(
    ("call", "detail"),
    [
        ((os._exit, 3), "exit code 3"),
        ((os.abort,), "signal 6"),
        ((signal.raise_signal, signal.SIGSEGV), "signal 11"),
        ((signal.raise_signal, signal.SIGKILL), "signal 9"),
        ((bytearray, 2**30), "more than 512 MiB of memory"),
    ],
)
async def test_a_dying_worker_is_named_and_replaced(pool, call, detail):
    error = await error_of(pool._run(URL, *call))
    assert isinstance(error, Transient)
    assert (error.reason, error.detail) == ("parser_killed", detail)
    assert await titles(pool) == ["One"]


async def test_a_task_that_sleeps_is_killed_by_the_wall_clock(monkeypatch):
    monkeypatch.setattr(lanes, "WALL_SECONDS", 0.3)
    async with open_pool(1) as pool:
        error = await error_of(pool._run("", time.sleep, 60))
        assert (type(error), error.reason) == (Transient, "parser_killed")
        assert await titles(pool) == ["One"]


@pytest.mark.case(id="P03")
@pytest.mark.case(id="P07")
async def test_a_task_that_spins_is_killed_by_its_processor_time(pool, monkeypatch):
    monkeypatch.setattr(lanes, "WALL_SECONDS", 60.0)  # a busy machine takes long to give it
    error = await error_of(pool._run(URL, exec, SPIN))
    assert error.reason == "parser_killed"
    assert "processor time" in error.detail
    assert await titles(pool) == ["One"]


async def test_a_pool_that_broke_makes_nobody_a_suspect(pool):
    for worker in workers_of(pool):
        os.kill(worker, signal.SIGKILL)
    with contextlib.suppress(Transient):
        await titles(pool)
    assert await titles(pool) == ["One"]
    assert list(pool._suspects) == []


async def test_what_takes_long_is_read_apart_until_it_is_quick_again(pool, monkeypatch):
    monkeypatch.setattr(pools, "QUICK_SECONDS", 0.2)
    monkeypatch.setattr(pool._common, "_quick", 0.05)
    burn = "import time\nend = time.process_time() + {}\nwhile time.process_time() < end: pass"
    await pool._run(URL, exec, burn.format(0.15))
    assert list(pool._suspects) == [URL]
    await pool._run(URL, exec, burn.format(0.15))
    assert list(pool._suspects) == [URL]
    assert await titles(pool) == ["One"]
    assert list(pool._suspects) == []


@pytest.mark.case(id="P09")
async def test_a_suspect_at_work_holds_up_nobody_and_yields_to_all():
    async with open_pool(1) as pool:
        await error_of(pool._run("https://bad.example/", os.abort))
        slow = asyncio.create_task(pool._run("https://bad.example/", time.sleep, 60))
        while not (apart := [pid for pid in pool._apart._pool._pool_manager.worker_manager.workers if pid]):
            await asyncio.sleep(0.02)
        for _ in range(20):
            assert await titles(pool) == ["One"]
        async with asyncio.timeout(30):  # a worker has a number before it has confined itself
            while os.getpriority(os.PRIO_PROCESS, apart[0]) != os.getpriority(os.PRIO_PROCESS, 0) + 10:
                await asyncio.sleep(0.02)
        assert not slow.done()
        slow.cancel()


async def test_no_more_suspects_are_remembered_than_can_be(monkeypatch):
    monkeypatch.setattr(pools, "SUSPECTS_KEPT", 3)
    async with open_pool(1) as pool:
        for number in range(5):
            pool._suspect(f"https://bad.example/{number}", "")
        assert [url[-1] for url in pool._suspects] == ["2", "3", "4"]


async def test_a_suspect_for_which_there_is_no_room_has_not_failed(monkeypatch):
    monkeypatch.setattr(turns, "MOST_WAITING", 2)
    async with open_pool(1) as pool:
        urls = [f"https://{name}.example/" for name in "abcd"]
        for url in urls:
            pool._suspect(url, "")
        waiting = [asyncio.create_task(pool._run(url, time.sleep, 60)) for url in urls[:3]]
        await asyncio.sleep(0)
        error = await error_of(pool._run(urls[3], time.sleep, 60))
        assert isinstance(error, Postponed)
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        assert await pool._run(urls[3], exec, "") == NOTHING


async def test_processor_time_is_counted_anew_for_each_task(monkeypatch):
    async with open_pool(1) as pool:
        for _ in range(15):
            await pool._run(URL, exec, BURN)
        (worker,) = workers_of(pool)
        assert (
            resource.prlimit(worker, resource.RLIMIT_CPU)[0] == resource.RLIM_INFINITY
        )  # between tasks, holding a lock
        assert await titles(pool) == ["One"]


async def test_a_task_lost_on_its_way_is_handed_to_another_worker(monkeypatch):
    async with open_pool(1) as pool:
        (worker,) = workers_of(pool)
        os.kill(worker, signal.SIGSTOP)  # it will never fetch the task
        monkeypatch.setattr(lanes, "WALL_SECONDS", 0.5)
        monkeypatch.setattr(lanes, "_LOST_SECONDS", 0.5)
        assert await titles(pool) == ["One"]
        assert until_dead([worker]) == []


async def test_a_task_that_is_lost_each_time_does_not_hang(monkeypatch):
    async with open_pool(1) as pool:
        monkeypatch.setattr(lanes, "_LOST_SECONDS", 0.3 - lanes.WALL_SECONDS)  # no worker is that fast
        error = await error_of(pool._run(URL, time.sleep, 60))
        assert (type(error), error.reason) == (lanes.Broken, "parser_killed")
        monkeypatch.undo()
        assert await titles(pool) == ["One"]


async def test_workers_killed_while_idle_are_replaced_and_no_feed_hears_of_it(pool):
    for worker in workers_of(pool):
        os.kill(worker, signal.SIGKILL)
    assert await titles(pool) == ["One"]
    assert await titles(pool) == ["One"]


async def test_a_worker_killed_before_it_took_its_task_is_no_failure_of_the_feed():
    async with open_pool(1) as pool:
        (worker,) = workers_of(pool)
        os.kill(worker, signal.SIGSTOP)
        reading = asyncio.create_task(titles(pool))
        await asyncio.sleep(0.3)
        os.kill(worker, signal.SIGKILL)
        assert await reading == ["One"]


async def test_a_worker_killed_from_outside_is_no_failure_of_the_feed(pool, tmp_path):
    assert await pool._run(URL, exec, DIE_ONCE.format(mark=str(tmp_path / "killed"))) == NOTHING
    assert (tmp_path / "killed").exists()


async def test_a_fork_server_killed_with_its_workers_is_no_failure_of_the_feed(pool):
    reading = asyncio.create_task(pool._run(URL, exec, BURN))
    await asyncio.sleep(0.05)
    os.kill(forkserver._forkserver._forkserver_pid, signal.SIGKILL)
    assert await reading == NOTHING
    assert await titles(pool) == ["One"]


async def test_a_pool_may_be_left_while_it_starts():
    async with open_pool(1, wait=False) as pool:
        pass
    assert until_dead(workers_of(pool)) == []


async def test_a_worker_killed_at_any_moment_is_no_failure_of_a_feed(pool):
    """One kill a task, each at another moment of a worker's life: its start, its wait, its work."""
    chance = random.Random(2)
    for _ in range(10):
        reading = asyncio.create_task(pool._run(URL, exec, BURN))
        await asyncio.sleep(chance.uniform(0, 0.15))
        with suppress(ProcessLookupError):
            os.kill(chance.choice(workers_of(pool)), signal.SIGKILL)
        assert await reading == NOTHING
        assert await titles(pool) == [
            "One"
        ]  # or the kill that came too late for one task would strike the next as well


async def test_a_cancelled_task_frees_its_worker():
    async with open_pool(1) as pool:
        task = asyncio.create_task(pool._run("", time.sleep, 60))
        await asyncio.sleep(0.3)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await titles(pool) == ["One"]


async def test_what_waits_is_served_in_turn(pool):
    feeds = await asyncio.gather(*(pool.feed(FEED, URL, {}) for _ in range(100)))
    assert all(isinstance(feed, ParsedFeed) for feed in feeds)
    assert pool._common._pool._context.task_queue.qsize() == 0


async def test_closing_leaves_no_worker_even_a_busy_one():
    async with open_pool(2) as pool:
        task = asyncio.create_task(pool._run("", time.sleep, 60))
        await asyncio.sleep(0.2)
        workers = workers_of(pool)
        task.cancel()
    assert len(workers) == 2
    assert until_dead(workers) == []


DAEMON = """
import asyncio, signal, sys, time
from monitor.sources.pool import open_pool

async def main():
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: None)
    async with open_pool(2) as pool:
        tasks = [asyncio.create_task(pool._run("", time.sleep, 60)) for _ in range(1)]
        await asyncio.sleep(0.2)
        print(*pool._common._pool._pool_manager.worker_manager.workers, flush=True)
        await asyncio.gather(*tasks)

if __name__ == "__main__":
    asyncio.run(main())
"""


def test_no_worker_survives_the_kill_of_its_daemon(tmp_path):
    script = tmp_path / "daemon.py"
    script.write_text(DAEMON, "utf-8")
    with subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, text=True) as daemon:
        workers = [int(pid) for pid in daemon.stdout.readline().split()]
        assert len(workers) == 2
        assert all(map(is_alive, workers))
        daemon.kill()
    assert until_dead(workers) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_what_tells_the_whole_group_to_stop_is_not_for_the_workers(tmp_path, number):
    script = tmp_path / "daemon.py"
    script.write_text(DAEMON, "utf-8")
    words = [sys.executable, script]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, start_new_session=True) as daemon:
        workers = [int(pid) for pid in daemon.stdout.readline().split()]
        os.killpg(daemon.pid, number)
        time.sleep(0.3)
        assert all(map(is_alive, workers))
        daemon.kill()
    assert until_dead(workers) == []


def descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


@needs_corpora
async def test_every_real_feed_ends_as_entries_or_a_named_error(pool, record_property):
    files = [path for path in sorted((CORPORA / "feeds/real").rglob("*")) if path.is_file()]
    before = descriptors()
    outcomes = Counter(await asyncio.gather(*(outcome(pool, path.read_bytes()) for path in files)))
    for name, count in outcomes.items():
        record_property(name, count)
    assert descriptors() == before
    assert outcomes["entries"] >= 170
    assert set(outcomes) <= {"entries", "no entries", "not_a_feed", "malformed"}
    assert outcomes["malformed"] <= 2


@needs_corpora
async def test_hostile_xml_ends_in_a_named_error(pool):
    files = [path for path in sorted((CORPORA / "hostile/xmltestdata").iterdir()) if path.suffix == ".xml"]
    outcomes = {path.name: await outcome(pool, path.read_bytes()) for path in files}
    assert set(outcomes.values()) == {"entities", "not_a_feed"}


async def outcome(pool: ParserPool, body: bytes) -> str:
    try:
        return "entries" if (await pool.feed(body, URL, {})).entries else "no entries"
    except OutsideError as error:
        return error.reason


@pytest.mark.case(id="P05")
@pytest.mark.case(id="P07")
async def test_bytes_that_no_bound_catches_are_caught_by_the_pool(pool, monkeypatch):
    """A million open elements inside a description: many seconds of sanitising, while others are served."""
    monkeypatch.setattr(pool._apart, "_wall", 2.0)
    flood = "<div>" * 1_500_000
    body = f"<rss><channel><item><title>t</title><description><![CDATA[{flood}]]></description></item></channel></rss>"
    bad, *good = await asyncio.gather(outcome(pool, body.encode()), *(outcome(pool, FEED) for _ in range(50)))
    assert bad == "parser_killed"
    assert set(good) == {"entries"}
