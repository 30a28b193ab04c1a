"""Turns at one place: sites in rotation, bounded, and the place is never lost."""

from __future__ import annotations

import asyncio
import random

import pytest
from hasty import hastily

from monitor.errors import Postponed
from monitor.sources import turns as module
from monitor.sources.turns import LATEST, LONGEST_WAIT, MOST_WAITING, SOONEST, Turns


async def come(turns: Turns, site: str, served: list[str], seconds: float = 1.0) -> None:
    async with turns.turn(site):
        served.append(site)
        await asyncio.sleep(seconds)


async def all_of(turns: Turns, sites: str, served: list[str]) -> list[BaseException | None]:
    """Let everybody come in this order, at once."""
    return await asyncio.gather(*(come(turns, site, served) for site in sites), return_exceptions=True)


def test_sites_take_turns_and_what_one_brings_keeps_its_order() -> None:
    served: list[str] = []
    assert hastily(all_of(Turns(), "aaaabbc", served)) == [None] * 7
    assert (
        "".join(served) == "aabcaba"
    )  # the first found the place free; of the three that are left of it one goes each round


def test_no_more_wait_than_may_and_the_longest_queue_gives_way() -> None:
    served: list[str] = []
    many = "a" * (MOST_WAITING + 1)
    came = hastily(all_of(Turns(), many + "b", served))
    assert [type(each) for each in came].count(Postponed) == 1
    assert isinstance(came[-2], Postponed), "the last of the long queue, not who came after it"
    assert "b" in served
    assert len(served) == MOST_WAITING + 1


def test_who_would_only_lengthen_the_longest_queue_is_sent_away() -> None:
    sites = [chr(ord("a") + number) for number in range(MOST_WAITING + 1)]
    served: list[str] = []
    came = hastily(all_of(Turns(), "".join(sites) + "z", served))
    assert isinstance(came[-1], Postponed)
    assert served == sites


def test_who_waits_too_long_is_told_when_to_come_again() -> None:
    async def scene() -> tuple[float, float, list[str]]:
        turns, served, clock = Turns(), list[str](), asyncio.get_running_loop().time
        first = asyncio.create_task(come(turns, "a", served, 100.0))
        await asyncio.sleep(0)
        began = clock()
        with pytest.raises(Postponed) as refused:
            await come(turns, "b", served)
        waited = clock() - began
        await first
        await come(turns, "b", served)
        return waited, refused.value.retry_after, served

    waited, pause, served = hastily(scene())
    assert waited == pytest.approx(LONGEST_WAIT, abs=1.0)
    assert SOONEST <= pause <= LATEST
    assert served == ["a", "b"]


def test_the_pause_is_as_long_as_those_before_will_take() -> None:
    async def scene() -> list[float]:
        turns, served = Turns(), list[str]()
        await come(turns, "a", served, 2.0)
        busy = [asyncio.create_task(come(turns, f"{n}", served, 2.0)) for n in range(MOST_WAITING + 1)]
        await asyncio.sleep(0)
        with pytest.raises(Postponed) as refused:
            await come(turns, "z", served)
        await asyncio.gather(*busy)
        return [refused.value.retry_after]

    [pause] = hastily(scene())
    assert pause == pytest.approx(2.0 * (MOST_WAITING + 1), abs=1.0)


async def test_who_gives_up_at_the_very_moment_gets_neither_the_place_nor_the_refusal(monkeypatch) -> None:
    monkeypatch.setattr(module, "MOST_WAITING", 2)
    turns, served = Turns(), list[str]()
    async with turns.turn("a"):
        waiting = [asyncio.create_task(come(turns, site, served, 0.0)) for site in "bb"]
        await asyncio.sleep(0)
        after = asyncio.create_task(come(turns, "c", served, 0.0))  # for whom the last of the others has to go
        waiting[1].cancel()
        await asyncio.sleep(0)
        waiting[0].cancel()
    await asyncio.gather(*waiting, after, return_exceptions=True)
    assert served == ["c"]
    assert not after.exception()


@pytest.mark.parametrize("seed", range(6))
def test_the_place_is_never_lost_nor_given_twice_whoever_gives_up(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_WAITING", 3)
    monkeypatch.setattr(module, "LONGEST_WAIT", 2.0)
    chance, inside, most = random.Random(seed), 0, 0

    async def one(turns: Turns) -> None:
        nonlocal inside, most
        async with turns.turn(chance.choice("abc")):
            inside += 1
            most = max(most, inside)
            try:
                await asyncio.sleep(chance.choice((0.0, 0.5, 1.0)))
            finally:
                inside -= 1

    async def scene() -> int:
        turns, tasks = Turns(), list[asyncio.Task[None]]()
        for _ in range(25):
            tasks.append(asyncio.create_task(one(turns)))
            await asyncio.sleep(chance.choice((0.0, 0.0, 0.5)))
            if chance.random() < 0.5:
                chance.choice(tasks).cancel()
        ended = await asyncio.gather(*tasks, return_exceptions=True)
        assert {type(each) for each in ended} <= {type(None), Postponed, asyncio.CancelledError}
        async with asyncio.timeout(1.0), turns.turn("d"):
            return turns.waiting

    assert hastily(scene()) == 0
    assert most == 1
