"""Captures: what went in comes out, once on disk, and damage is noticed."""

from __future__ import annotations

import asyncio
import hashlib
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
