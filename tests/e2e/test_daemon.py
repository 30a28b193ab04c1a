"""The whole thing, as a stranger runs it: the real daemon, a real site, a real receiver."""

import asyncio
import json
import signal

from monitor.listen import Fault, new_secret

QUIET = "The president spoke of terror on Saturday, and of the days to come, in an address from the palace."
LOUD = (
    "The president called it an act of war on Saturday, in an address from the palace, and spoke of the days to come."
)
AGAIN = "In his address from the palace on Saturday the president said that the attacks had been an act of war against France."
MORE = ("Parliament meets on Monday in Versailles, for the first time in six years, the speaker said.",
        "The state of emergency will be prolonged by three months if both houses agree to it.")  # fmt: skip


async def alerts(receiver, count, seconds=30):
    messages = await asyncio.wait_for(receiver.wait(count), seconds)
    return [json.loads(message.body)["data"] for message in messages]


async def test_a_story_breaks_is_edited_and_vanishes(site, daemons, receiving):
    url = site.article("/a1", "An address", QUIET, *MORE)
    secret = new_secret()
    async with receiving(secret) as desk:
        daemon = daemons(site.feed("/rss", url), desk=desk.url, secret=secret)
        await daemon.start()
        while "/a1" not in site.asked:
            await asyncio.sleep(0.05)
        await asyncio.sleep(1.0)  # read, and held against the watchlist: nothing to say
        assert not desk.messages
        site.article("/a1", "An address", LOUD, *MORE)
        [first] = await alerts(desk, 1)
        assert first["changes"] == ["appeared"]
        assert first["hits"][0]["sentence"] == LOUD
        assert first["revision"]["from"] == 1
        assert first["revision"]["to"] == 2
        site.article("/a1", "An address", QUIET, *MORE)
        assert (await alerts(desk, 2))[1]["changes"] == ["disappeared"]
        site.article("/a1", "An address", AGAIN, *MORE)  # not the very words of before: a pair that flaps is no news
        await alerts(desk, 3)
        site.answers["/a1"] = 404
        assert (await alerts(desk, 4))[3]["changes"] == ["withdrawn"]
        assert await daemon.stop() == 0
        assert all(message.verified for message in desk.messages)
        assert len(desk.messages) == len(desk.ids) == 4
    status, out, _ = await daemon.verb("history", url, "--json")
    assert status == 0
    assert [revision["revision"] for revision in json.loads(out)["revisions"]] == [1, 2, 3, 4]


async def test_until_idle_does_what_is_due_and_ends(site, daemons):
    daemon = daemons(site.feed("/rss", site.article("/a1", "An address", LOUD, *MORE)), notify=())
    await daemon.start("--until-idle")
    assert await asyncio.wait_for(daemon.process.wait(), 60) == 0
    status, out, _ = await daemon.verb("alerts", "list", "--json")
    assert status == 0
    assert [alert["watchlist"] for alert in json.loads(out)] == ["war"]


async def test_a_stop_loses_nothing_and_a_start_repeats_nothing(site, daemons, receiving):
    secret = new_secret()
    links = [site.article(f"/a{n}", f"An address {n}", LOUD, *MORE) for n in range(30)]
    async with receiving(secret) as desk:
        daemon = daemons(site.feed("/rss", *links), desk=desk.url, secret=secret)
        for number in range(1, 4):
            await daemon.start()
            while sum(line["event"] == "monitor runs" for line in daemon.lines()) < number:
                await asyncio.sleep(0.05)
            await asyncio.sleep(0.3 * number)
            assert await daemon.stop() == 0
        await daemon.start()
        await alerts(desk, 30)
        await daemon.stop()
        assert len(desk.ids) == 30
        assert len(desk.messages) == 30, "a stop waits for the answer, so that nothing is sent twice"


async def test_a_second_daemon_on_the_same_data_is_refused_with_a_reason(site, daemons):
    daemon = daemons(site.feed("/rss"), notify=())
    await daemon.start()
    while not any(line["event"] == "monitor runs" for line in daemon.lines()):
        await asyncio.sleep(0.05)
    status, _, err = await daemon.verb("run")
    assert status == 1
    assert "another" in err or "already" in err
    assert await daemon.stop() == 0


async def test_one_dead_receiver_delays_nobody(site, daemons, receiving):
    secret = new_secret()
    links = [site.article(f"/a{n}", f"An address {n}", LOUD, *MORE) for n in range(20)]
    async with receiving(secret) as desk, receiving(secret, fault=Fault(status=204, delay=60.0)) as dead:
        channels = f"""
[channels.dead]
type = "webhook"
url = "{dead.url}"
secret_env = "DESK_SECRET"
allow_private = true
"""
        daemon = daemons(
            site.feed("/rss", *links), desk=desk.url, notify=("dead", "desk"), channels=channels, secret=secret
        )
        await daemon.start()
        await alerts(desk, 20)
        assert len(dead.ids) <= 4, "the dead one holds up its own messages alone"
        await daemon.stop(signal.SIGKILL)


async def test_a_redis_of_the_users_own_does_as_well(site, daemons, receiving, valkey_url):
    secret = new_secret()
    url = site.article("/a1", "An address", LOUD, *MORE)
    async with receiving(secret) as desk:
        daemon = daemons(site.feed("/rss", url), desk=desk.url, secret=secret)
        daemon.config = f'data_dir = "data"\nredis = {{ url = "{valkey_url}" }}\n' + daemon.config
        await daemon.start()
        [alert] = await alerts(desk, 1)
        assert alert["article"]["url"] == url
        assert await daemon.stop() == 0
