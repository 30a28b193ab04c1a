"""What timers promise: due by the log's time, one claimant at a time, and a stale one settles nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest

from monitor.errors import Fenced
from monitor.ports import Batch, Claim, Finish, SetTimer
from monitor.store import RedisLog, open_log


async def start(log: RedisLog, *timers: SetTimer) -> None:
    await log.commit(Batch(0, timers=timers))


async def claim_one(log: RedisLog, lease: float = 60) -> Claim:
    (claim,) = await log.claim("poll", 0, 10, lease)
    return claim


async def finish(log: RedisLog, claim: Claim, delay: float | None, payload: bytes | None = None) -> None:
    await log.commit(Batch(0, finish=Finish(claim, delay, payload)))


async def test_no_timers(log: RedisLog) -> None:
    assert await log.next_due("poll", 0) is None
    assert await log.claim("poll", 0, 10, 60) == []


async def test_a_timer_is_due_when_its_time_has_come(log: RedisLog, clock) -> None:
    await start(log, SetTimer("poll", "feed_1", 10, b"payload"))

    assert await log.next_due("poll", 0) == 10
    assert await log.claim("poll", 0, 10, 60) == []
    clock.forward(10)
    assert await log.next_due("poll", 0) == 0
    claim = await claim_one(log)
    assert (claim.member, claim.payload, claim.due, claim.partition) == ("feed_1", b"payload", clock(), 0)
    assert await log.next_due("poll", 1) is None
    assert await log.next_due("fetch", 0) is None


async def test_the_earliest_come_first_and_no_more_than_asked_for(log: RedisLog, clock) -> None:
    await start(log, *(SetTimer("poll", f"feed_{delay}", delay) for delay in (3, 1, 2)))
    clock.forward(5)

    first = await log.claim("poll", 0, 2, 60)
    assert [claim.member for claim in first] == ["feed_1", "feed_2"]
    assert await log.next_due("poll", 0) == -2
    assert [claim.member for claim in await log.claim("poll", 0, 2, 60)] == ["feed_3"]
    assert await log.next_due("poll", 0) is None


async def test_a_claimed_timer_is_nobody_elses_until_its_lease_ends(log: RedisLog, other_log: RedisLog, clock) -> None:
    await start(log, SetTimer("poll", "feed_1", 0))
    first = await claim_one(log, lease=60)

    assert await other_log.claim("poll", 0, 10, 60) == []
    clock.forward(61)
    assert await log.next_due("poll", 0) == -1
    second = await claim_one(other_log)

    assert second.due == first.due
    with pytest.raises(Fenced):
        await finish(log, first, 5)
    await finish(other_log, second, 5)
    assert await log.next_due("poll", 0) == 5


async def test_an_expired_claim_that_nobody_took_is_still_good(log: RedisLog, clock) -> None:
    await start(log, SetTimer("poll", "feed_1", 0))
    claim = await claim_one(log, lease=1)
    clock.forward(30)

    await finish(log, claim, 5)

    assert await log.next_due("poll", 0) == 5


async def test_done_for_good(log: RedisLog) -> None:
    await start(log, SetTimer("poll", "feed_1", 0, b"x"))
    claim = await claim_one(log)
    await finish(log, claim, None)

    assert await log.next_due("poll", 0) is None
    with pytest.raises(Fenced):
        await finish(log, claim, None)
    await start(log, SetTimer("poll", "feed_1", 0))
    assert (await claim_one(log)).payload == b""


async def test_due_again_with_the_same_or_a_new_payload(log: RedisLog, clock) -> None:
    await start(log, SetTimer("poll", "feed_1", 0, b"1"))
    await finish(log, await claim_one(log), 5)
    clock.forward(5)
    claim = await claim_one(log)
    assert claim.payload == b"1"
    await finish(log, claim, 5, b"2")
    clock.forward(5)
    assert (await claim_one(log)).payload == b"2"


@pytest.mark.parametrize(
    ("before", "after", "only_sooner", "due"), [(5, 9, False, 9), (9, 5, False, 5), (5, 9, True, 5), (9, 5, True, 5)]
)
async def test_setting_a_timer_again(log: RedisLog, before: int, after: int, only_sooner: bool, due: int) -> None:
    await start(log, SetTimer("poll", "feed_1", before, b"1"))

    await start(log, SetTimer("poll", "feed_1", after, b"2", only_sooner=only_sooner))
    assert await log.next_due("poll", 0) == due


async def test_setting_a_timer_without_a_payload_keeps_it(log: RedisLog) -> None:
    await start(log, SetTimer("poll", "feed_1", 5, b"1"))
    await start(log, SetTimer("poll", "feed_1", 0))
    assert (await claim_one(log)).payload == b"1"


@pytest.mark.parametrize(("newer", "delay", "due"), [(5, 60, 5), (60, 5, 5), (5, None, 5)])
async def test_a_timer_set_while_claimed_keeps_the_sooner_time(
    log: RedisLog, other_log: RedisLog, newer: float, delay: float | None, due: float
) -> None:
    await start(log, SetTimer("poll", "feed_1", 0))
    claim = await claim_one(log)
    await start(other_log, SetTimer("poll", "feed_1", newer))
    assert await log.next_due("poll", 0) is None

    await finish(log, claim, delay)

    assert await log.next_due("poll", 0) == due


async def test_a_payload_set_while_claimed_is_not_overwritten(log: RedisLog, other_log: RedisLog) -> None:
    await start(log, SetTimer("poll", "feed_1", 0, b"1"))
    claim = await claim_one(log)
    await start(other_log, SetTimer("poll", "feed_1", 0, b"newer"))

    await finish(log, claim, 60, b"computed from 1")

    assert (await claim_one(log)).payload == b"newer"


async def test_a_future_time_set_during_an_expired_claim_is_kept(log: RedisLog, clock) -> None:
    await start(log, SetTimer("poll", "feed_1", 0))
    await claim_one(log, lease=10)
    await start(log, SetTimer("poll", "feed_1", 100))
    clock.forward(20)

    await finish(log, await claim_one(log), None)

    assert await log.next_due("poll", 0) == 80


async def test_finish_and_set_in_one_batch(log: RedisLog) -> None:
    await start(log, SetTimer("poll", "feed_1", 0))
    claim = await claim_one(log)

    await log.commit(Batch(0, finish=Finish(claim, None), timers=(SetTimer("poll", "feed_1", 7),)))

    assert await log.next_due("poll", 0) == 7


async def test_next_due_looks_past_any_number_of_claims(log: RedisLog, clock) -> None:
    await start(log, *(SetTimer("poll", f"feed_{number}", 0) for number in range(350)), SetTimer("poll", "last", 100))
    assert len(await log.claim("poll", 0, 350, 60)) == 350

    assert await log.next_due("poll", 0) == 100


async def test_claims_and_leases_of_the_dead_are_given_back(log: RedisLog, other_log: RedisLog, clock) -> None:
    await start(log, SetTimer("poll", "feed_1", 0), SetTimer("fetch", "page", 0), SetTimer("fetch", "sooner", 0))
    claims = [*await log.claim("poll", 0, 10, 600), *await log.claim("fetch", 0, 10, 600)]
    clock.forward(3)

    assert await other_log.release_the_dead() == 3

    assert await other_log.next_due("poll", 0) == -3
    assert await other_log.next_due("fetch", 0) == -3
    with pytest.raises(Fenced):
        await finish(log, claims[0], 5)


async def test_without_an_injected_time_the_servers_own_counts(server: str, raw, tmp_path) -> None:
    async with open_log(server, data_dir=tmp_path) as log:
        await start(log, SetTimer("poll", "feed_1", 60))
        due = await log.next_due("poll", 0)
        assert due is not None
        assert 0 < due <= 60
        await start(log, SetTimer("poll", "feed_1", -5))
        claim = await claim_one(log)
        assert claim.due < await log.now() < claim.due + timedelta(seconds=60)
