"""A run that is to end does each thing once, however short the intervals are."""

from monitor.ports import Batch, Finish, SetTimer
from monitor.stages.once import Once


async def set_timer(log, member, delay=0.0):
    await log.commit(Batch(0, timers=(SetTimer("job", member, delay, payload=b""),)))


async def claims(log):
    return await log.claim("job", 0, 10, 60.0)


async def test_what_comes_again_is_put_back_for_the_next_run(log):
    done = []

    async def work(claim):
        done.append(claim.member)
        await log.commit(Batch(0, finish=Finish(claim, delay=0.0)))

    once = Once(log, work)
    await set_timer(log, "a")
    for _ in range(3):
        for claim in await claims(log):
            await once(claim)
    assert done == ["a"]
    assert once.has_done_all(await log.next_due("job", 0))
    await set_timer(log, "b")
    for claim in await claims(log):
        await once(claim)
    assert done == ["a", "b"]


async def test_it_is_not_done_while_something_new_may_be_due(log):
    async def work(claim):
        assert not once.has_done_all(None), "under way"
        await log.commit(Batch(0, finish=Finish(claim, delay=None)))

    once = Once(log, work)
    await set_timer(log, "a")
    await set_timer(log, "b")
    [first, second] = await claims(log)
    await once(first)
    assert not once.has_done_all(-1.0)
    assert once.has_done_all(5.0)
    assert once.has_done_all(None)
    await once(second)
