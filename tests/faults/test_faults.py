"""A small part of what `make chaos` and `make power` do, in every run of the tests; with numbers that a laptop bears."""

from __future__ import annotations

import random
import sys
from pathlib import Path

import pytest

if sys.platform != "linux":
    pytest.skip("NOT RUN: the harness reads /proc and loads a shim, as Linux does", allow_module_level=True)

import chaos
import power
import rot
import troubles

# 200 kills in every run: 27 of daemons, 173 of servers and workers. Two long tests of about the same length, for two cores.
KILLS = [("embedded", 28), ("server", 164), ("pair", 8)]
FORGETFUL = {"embedded"}  # where old events are dropped from the archive meanwhile
PACE = 0.3
WORKED = ("acknowledged_to_the_witness", "segments_archived", "alerts", "messages_delivered")


@pytest.mark.slow
@pytest.mark.timeout(780)
@pytest.mark.parametrize(("way", "kills"), KILLS, ids=[way for way, _ in KILLS])
async def test_kills_lose_nothing_double_nothing_and_forget_nothing(way: str, kills: int, tmp_path: Path) -> None:
    done = await chaos.run(way, kills, 20151115, tmp_path, 600.0, PACE, forgetful=way in FORGETFUL)
    assert done["problems"] == []
    assert done["kills"] == kills
    assert min(done[what] for what in WORKED) > 0
    assert (done["events_dropped"] > 0) is (way in FORGETFUL)


@pytest.mark.slow
@pytest.mark.timeout(280)
async def test_all_goes_on_by_itself_after_trouble_with_the_disk_and_the_clocks(tmp_path: Path) -> None:
    try:
        done = await troubles.run(len(troubles.TROUBLES) + 2, 20151115, tmp_path)
    except troubles.NotHere as missing:
        pytest.skip(str(missing))
    assert done["problems"] == []
    assert min(done[what] for what in WORKED) > 0


@pytest.mark.slow
@pytest.mark.timeout(280)
async def test_a_server_that_is_away_is_knocked_at_softly_and_told_of_once(tmp_path: Path) -> None:
    done = await troubles.go_away(6.0, 20151115, tmp_path)
    assert done["problems"] == []


@pytest.fixture
def shim(tmp_path: Path) -> Path:
    made = power.shim(tmp_path)
    if made is None:
        pytest.skip("NOT RUN: there is no C compiler for the shim that notes what was synced")
    return made


@pytest.mark.slow
async def test_power_cuts_lose_nothing_and_every_start_is_automatic(shim: Path, tmp_path: Path) -> None:
    done = await power.run(5, 20151115, tmp_path)
    assert done["problems"] == []
    assert done["acknowledged"] > 0
    assert done["segments_archived"] > 0
    assert done["events_dropped"] > 0


@pytest.mark.slow
async def test_the_harness_sees_what_a_weaker_setting_loses(shim: Path, tmp_path: Path) -> None:
    machine = power.Machine(tmp_path, random.Random(1), shim, weakened="no")
    for _ in range(2):
        await machine.run_and_cut()
    _, problems = await machine.account()
    assert any(problem.startswith("lost: ") for problem in problems)


@pytest.mark.slow
async def test_every_flipped_bit_is_found(tmp_path: Path) -> None:
    done = await rot.run(25, 20151115, tmp_path)
    assert done["problems"] == []
    assert sum(done["found_by"].values()) == 25
