"""Captures: what went in comes out, once on disk, and damage is noticed."""

from __future__ import annotations

import asyncio
import hashlib
import os
import time
from datetime import timedelta
from pathlib import Path

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.errors import Corrupt
from monitor.store import FileCaptures


@settings(max_examples=30, deadline=None)
@given(body=st.binary(max_size=5000))
def test_what_went_in_comes_out(tmp_path_factory: pytest.TempPathFactory, body: bytes) -> None:
    captures = FileCaptures(tmp_path_factory.mktemp("captures"))

    name = asyncio.run(captures.keep(body))

    assert name == hashlib.sha256(body).hexdigest()
    assert asyncio.run(captures.read(name)) == body


def test_the_same_body_is_stored_once(tmp_path: Path) -> None:
    captures = FileCaptures(tmp_path / "captures")

    async def keep_often() -> list[str]:
        return await asyncio.gather(*(captures.keep(b"body" * 1000) for _ in range(20)))

    names = asyncio.run(keep_often())

    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert [path.relative_to(tmp_path) for path in files] == [Path("captures", names[0][:2], names[0][2:] + ".zst")]
    assert files[0].stat().st_size < 100
    assert files[0].stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("name", ["0" * 64, "", "..", "../../../etc/passwd", "0" * 63 + "\n", "A" * 64])
async def test_what_is_not_kept_is_none(tmp_path: Path, name: str) -> None:
    assert await FileCaptures(tmp_path).read(name) is None


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"no zstd", id="nonsense"),
        pytest.param(zstandard.compress(b"body")[:-1], id="cut"),
        pytest.param(zstandard.compress(b"other"), id="other"),
        pytest.param(zstandard.compress(bytes(2**27)), id="bomb"),
    ],
)
async def test_damage_is_noticed(tmp_path: Path, content: bytes) -> None:
    captures = FileCaptures(tmp_path)
    name = await captures.keep(b"body")
    (tmp_path / name[:2] / f"{name[2:]}.zst").write_bytes(content)

    with pytest.raises(Corrupt, match=name):
        await captures.read(name)


# --- letting go ------------------------------------------------------------------------------------------------------

DAY = 86_400.0


def aged(folder: Path, name: str, days: float) -> None:
    then = time.time() - days * DAY
    os.utime(folder / name[:2] / f"{name[2:]}.zst", (then, then))


async def test_what_is_older_goes_and_what_is_needed_or_fresh_stays(tmp_path: Path) -> None:
    captures = FileCaptures(tmp_path)
    old, needed, young, fresh = [await captures.keep(body) for body in (b"old", b"needed", b"young", b"fresh")]
    for name, days in ((old, 9), (needed, 9), (young, 1)):
        aged(tmp_path, name, days)

    swept = await captures.sweep({needed}.__contains__, older_than=timedelta(days=7), most_bytes=10**9)

    assert (swept.deleted, swept.freed > 0) == (1, True)
    assert [await captures.read(name) for name in (old, needed, young, fresh)] == [None, b"needed", b"young", b"fresh"]
    assert (captures.size(old), captures.size(needed)) == (None, 6)


async def test_the_oldest_go_until_the_rest_fits_but_never_the_fresh(tmp_path: Path) -> None:
    captures = FileCaptures(tmp_path)
    names = [await captures.keep(os.urandom(1_000)) for _ in range(6)]
    for age, name in enumerate(reversed(names[:4])):
        aged(tmp_path, name, 1 + age)

    await captures.sweep(lambda _: False, older_than=timedelta(days=99), most_bytes=3_500)
    assert [captures.size(name) for name in names] == [None, None, None, 1_000, 1_000, 1_000]

    await captures.sweep(lambda _: False, older_than=timedelta(0), most_bytes=0)
    assert [captures.size(name) for name in names[4:]] == [1_000, 1_000]


async def test_a_body_that_is_kept_again_while_it_is_looked_at_is_not_deleted(tmp_path: Path) -> None:
    """The race of a sweep with a revision that is being written: whoever comes first, the body is there when `keep` returns."""
    captures = FileCaptures(tmp_path)
    name = await captures.keep(b"body")
    aged(tmp_path, name, 9)

    def kept_meanwhile(_: str) -> bool:
        asyncio.run(FileCaptures(tmp_path).keep(b"body"))
        return False

    swept = await captures.sweep(kept_meanwhile, older_than=timedelta(days=7), most_bytes=10**9)
    assert (swept.deleted, await captures.read(name)) == (0, b"body")


async def test_sweeping_and_keeping_at_once_lose_nothing_that_was_just_kept(tmp_path: Path) -> None:
    captures = FileCaptures(tmp_path)
    bodies = [str(n).encode() for n in range(40)]
    for body in bodies:
        aged(tmp_path, await captures.keep(body), 9)

    async def sweep() -> None:
        for _ in range(5):
            await captures.sweep(lambda _: False, older_than=timedelta(days=7), most_bytes=0)

    async def keep() -> list[str]:
        return [await captures.keep(body) for body in bodies for _ in range(3)]

    _, names = await asyncio.gather(sweep(), keep())
    assert [await captures.read(name) for name in dict.fromkeys(names)] == bodies
