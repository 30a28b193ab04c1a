"""What a start promises: the number of partitions is fixed, groups stand, an unfit server is refused with the fix."""

from __future__ import annotations

from pathlib import Path

import pytest
import redis
from structlog.testing import capture_logs

from monitor.errors import LogUnavailable
from monitor.store import open_log


async def test_the_number_of_partitions_is_fixed_at_the_first_start(server: str, raw, tmp_path: Path) -> None:
    async with open_log(server, data_dir=tmp_path, partitions=4) as log:
        assert log.partitions == 4
        assert {log.partition_of(f"article_{number}") for number in range(100)} == {0, 1, 2, 3}
    with pytest.raises(LogUnavailable, match="4 partitions since its first start, not 2: set partitions = 4"):
        async with open_log(server, data_dir=tmp_path, partitions=2):
            pass


async def test_a_second_start_keeps_everything(server: str, raw: redis.Redis, tmp_path: Path) -> None:
    for _ in range(2):
        async with open_log(server, data_dir=tmp_path, partitions=2):
            pass
    groups = [group["name"] for group in raw.xinfo_groups("{monitor:1}:events")]
    assert groups == [b"deliver", b"match", b"policy", b"project"]


async def test_lost_groups_are_never_made_again_in_silence(server: str, raw: redis.Redis, tmp_path: Path) -> None:
    async with open_log(server, data_dir=tmp_path):
        pass
    raw.delete("{monitor:0}:events")
    with pytest.raises(LogUnavailable, match="has lost its consumer groups match, policy, deliver, project"):
        async with open_log(server, data_dir=tmp_path):
            pass
    assert not raw.exists("{monitor:0}:events")


async def test_a_server_that_evicts_is_refused(server: str, raw: redis.Redis, tmp_path: Path) -> None:
    raw.config_set("maxmemory-policy", "allkeys-lru")
    try:
        with pytest.raises(LogUnavailable, match="CONFIG SET maxmemory-policy noeviction"):
            async with open_log(server, data_dir=tmp_path):
                pass
    finally:
        raw.config_set("maxmemory-policy", "noeviction")


@pytest.mark.parametrize(
    ("appendonly", "fsync", "durability"),
    [("yes", "always", "B: "), ("yes", "everysec", "C: "), ("no", "always", "D: ")],
)
async def test_the_durability_is_told(
    server: str, raw: redis.Redis, tmp_path: Path, appendonly: str, fsync: str, durability: str
) -> None:
    before = raw.config_get("appendfsync")["appendfsync"]
    raw.config_set("appendonly", appendonly)
    raw.config_set("appendfsync", fsync)
    try:
        with capture_logs() as lines:
            async with open_log(server, data_dir=tmp_path):
                pass
    finally:
        raw.config_set("appendfsync", before)
        raw.config_set("appendonly", "yes")
    (line,) = [line for line in lines if line["event"] == "the log's durability"]
    assert line["durability"].startswith(durability)


async def test_a_user_with_few_rights_is_told_which_it_lacks(admin: str, raw: redis.Redis, tmp_path: Path) -> None:
    raw.acl_setuser("small", enabled=True, passwords=["+secret"], keys=["*"], commands=["+@all", "-config"], reset=True)
    url = admin.replace("unix://", "unix://small:secret@")
    try:
        with capture_logs() as lines:
            async with open_log(url, data_dir=tmp_path):
                pass
        raw.acl_setuser("small", enabled=True, commands=["+@all", "-xgroup"])
        raw.flushall()
        with pytest.raises(LogUnavailable, match=r"ACL forbids .*xgroup"):
            async with open_log(url, data_dir=tmp_path):
                pass
        with pytest.raises(LogUnavailable, match="refuses the user or password") as refused:
            async with open_log(url.replace("secret", "wrong"), data_dir=tmp_path):
                pass
    finally:
        raw.acl_deluser("small")
    assert any(line.get("durability", "").startswith("unknown: ") for line in lines)
    assert "wrong" not in str(refused.value).split("password")[-1]


async def test_a_url_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LogUnavailable, match="URL"):
        async with open_log("http://localhost", data_dir=tmp_path):
            pass
