"""A configuration that changes under a real daemon: taken up whole or not at all, while stories are edited and alerts go out."""

import asyncio
import contextlib
import json
import random
import signal
import socket
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta

import msgspec
import pytest

from monitor import control
from monitor.config import load
from monitor.core.configured import Outcome
from monitor.core.events import AlertRaised, ArticleRevised, ConfigChanged, NotificationFormed
from monitor.core.pagewatch import start
from monitor.core.urls import article_id, canonical
from monitor.listen import new_secret
from monitor.stages.follow import record
from monitor.store import open_log

QUIET = "The president spoke of terror on Saturday, and of the days to come, in an address from the palace."
LOUD = "The president called it an act of war on Saturday, in an address from the palace, before both houses."
MORE = ("Parliament meets on Monday in Versailles, for the first time in six years, the speaker said.",
        "The state of emergency will be prolonged by three months if both houses agree to it.")  # fmt: skip
TERROR = '\n[watchlists.terror]\nphrases = ["terror"]\nnotify = ["desk"]\n'


async def started(daemon):
    before = sum(line["event"] == "monitor runs" for line in daemon.lines()) if daemon.process else 0
    await daemon.start()
    await until(lambda: sum(line["event"] == "monitor runs" for line in daemon.lines()) > before)


async def until(true, seconds=30):
    async with asyncio.timeout(seconds):
        while not true():
            await asyncio.sleep(0.05)


async def events(daemon, kind):
    """The events of a type in the log of a daemon that runs."""
    async with open_log("embedded", data_dir=daemon.data, owner=False) as log:
        return [recorded.event async for recorded in log.read(0) if isinstance(recorded.event, kind)]


async def reloaded(daemon, text):
    """What the daemon answers to who asks it to take up a text; `monitor reload` prints it."""
    daemon.file.write_text(text)
    answer = await asyncio.to_thread(control.ask, daemon.data, {"verb": "reload", "config": str(daemon.file)}, 30.0)
    return msgspec.convert(answer, Outcome)


@dataclass
class Manager:
    """What systemd is told."""

    socket: socket.socket

    def said(self):
        with contextlib.suppress(BlockingIOError):
            return [self.socket.recv(4096).decode(), *self.said()]
        return []


@pytest.fixture
def manager(tmp_path, monkeypatch):
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as opened:
        opened.bind(str(tmp_path / "notify"))
        opened.setblocking(False)
        yield Manager(opened)


async def follow(daemon, url):
    """As `monitor watch URL --every 5s` records it."""
    async with open_log("embedded", data_dir=daemon.data, owner=False) as log:
        at, every, lasting = await log.now(), timedelta(seconds=5), timedelta(hours=1)
        await record(
            log,
            lambda found: start(
                found, url, every=every, lasting=lasting, watchlists=(), max_age=lasting, at=at, by="cli:ana"
            ),
        )


async def test_what_is_good_is_taken_up_and_what_is_not_is_refused(site, daemons, receiving, manager):
    secret = new_secret()
    links = [site.article("/a1", "An address", QUIET, *MORE)]
    async with receiving(secret) as desk:
        daemon = daemons(site.feed("/rss", *links), desk=desk.url, secret=secret)
        daemon.config += "rate = 0.01\n"  # one message goes at once, the next has to wait
        good = daemon.config
        await started(daemon)
        await until(lambda: site.asked.count("/a1") >= 2)

        # a new watchlist has nothing to say about what stood there before
        daemon.file.write_text(good + TERROR)
        status, out, err = await daemon.verb("reload", "--json")
        taken_up = json.loads(out)
        assert (status, taken_up["ok"], taken_up["notes"]) == (0, True, []), err
        assert taken_up["changed"]["added"] == {"watchlists": ["terror"]}
        asked = site.asked.count("/a1")
        await until(lambda: site.asked.count("/a1") >= asked + 2)
        assert await events(daemon, AlertRaised) == []
        assert await reloaded(daemon, good + TERROR) == Outcome(taken_up["ruleset"])

        assert [words.partition("=")[0] for words in manager.said()] == ["READY", *["RELOADING", "READY"] * 2]

        # … and something about what comes after
        site.feed("/rss", *links, site.article("/a2", "Another address", QUIET, *MORE))
        await desk.wait(1)
        [alert] = await events(daemon, AlertRaised)
        assert alert.watchlist == "terror"
        assert alert.data["ruleset"] == taken_up["ruleset"]

        # refused whole, told whole, by the verb and by the log; the old rules go on
        bad = (good + TERROR).replace("phrases", "phrses", 1).replace("[feeds.post]", "[feeds.post]\nevry = 1")
        daemon.file.write_text(bad)
        daemon.process.send_signal(signal.SIGHUP)
        await until(lambda: sum(line["event"] == "configuration refused" for line in daemon.lines()) == 3)
        status, out, err = await daemon.verb("reload")
        assert (status, out) == (2, "")
        *faults, last = err.splitlines()
        places = [fault.partition(": ")[0] for fault in faults]
        assert places == [f"{daemon.file}:{place}" for place in ("15:1", "18:13", "19:1")]
        assert last == "Not taken up: what runs goes on as before."
        [fault] = (await reloaded(daemon, good + TERROR + "[redis]\npartitions = 2\n")).faults
        assert (fault.key, fault.line) == ("redis.partitions", good.count("\n") + 6)
        assert "restart" in fault.problem
        assert manager.said()[-1].startswith("READY=1\nSTATUS=a configuration was refused: 1 faults")
        site.article("/a1", "An address", LOUD, *MORE)
        await until(lambda: sum(line["event"] == "alert raised" for line in daemon.lines()) == 3)
        while len(await events(daemon, NotificationFormed)) < 3:
            await asyncio.sleep(0.05)
        await asyncio.sleep(0.3)  # until the views have it: they know how many wait

        # what waits for a channel that is taken out is kept, said, and sent once it is there again
        outcome = await reloaded(daemon, good.partition("\n[channels.desk]")[0].replace('["desk"]', "[]"))
        assert outcome.changed.removed == {"channels": ("desk",), "watchlists": ("terror",)}
        assert outcome.notes == (
            "channel desk was taken out; messages that wait for it are kept and go out once it is back: 2",
        )
        assert len(desk.messages) == 1
        assert (await reloaded(daemon, good.replace("0.01", "20"))).changed.added == {"channels": ("desk",)}
        await asyncio.wait_for(desk.wait(3), 30)
        assert {event.how for event in await events(daemon, ConfigChanged)} == {"reload"}
        await daemon.stop()
        assert len(desk.messages) == len(desk.ids) == 3


WORDS = "terror grief courage resolve sorrow anger unity fear hope mourning defiance calm duty honour".split()  # noqa: SIM905


async def test_a_hundred_hangups_and_a_kill_lose_and_double_nothing(site, daemons, receiving):
    secret, chance = new_secret(), random.Random(1)
    article = article_id(canonical(site.article("/a1", "An address", QUIET, *MORE)))

    def edit(words):
        said = f"The president called it an act of war on Saturday, and spoke of {words} to both houses of parliament."
        site.article("/a1", "An address", said, *MORE)

    async with receiving(secret) as desk:
        daemon = daemons(site.feed("/rss", site.origin + "/a1"), desk=desk.url, secret=secret)
        good = daemon.config
        await started(daemon)
        await until(lambda: site.asked.count("/a1") >= 2)
        await follow(daemon, site.article("/b1", "A communiqué", *MORE))
        await until(lambda: "/b1" in site.asked)
        for number in range(100):
            daemon.config = f"{good}rate = {100 + number}.0\n{TERROR * (number % 2)}"
            daemon.file.write_text(daemon.config)  # in place: a half-written file may be read
            daemon.process.send_signal(signal.SIGHUP)
            if number % 10 == 0:
                edit(" and ".join(chance.sample(WORDS, 3)))
                await asyncio.sleep(0.4)
        newest = load(daemon.file, {"DESK_SECRET": secret}).digest
        await until(lambda: newest in [line.get("ruleset") for line in daemon.lines()[-20:]])
        edit("war and peace")
        site.article("/b1", "A communiqué", LOUD, *MORE)
        daemon.config = f"{good}rate = 300.0\n"
        daemon.file.write_text(daemon.config)
        daemon.process.send_signal(signal.SIGHUP)
        await asyncio.sleep(0.3 + random.random() / 2)  # it settles for 0.25 s, and the swap takes a moment
        await daemon.stop(signal.SIGKILL)
        await started(daemon)
        edit("the last of days")
        await until(lambda: b"/b1" in b"".join(message.body for message in desk.messages))
        await until(lambda: b"the last of days" in b"".join(message.body for message in desk.messages))
        revised = [event.revision for event in await events(daemon, ArticleRevised) if event.article == article]
        alerts, changed = await events(daemon, AlertRaised), await events(daemon, ConfigChanged)
        formed = {event.notification for event in await events(daemon, NotificationFormed)}
        await asyncio.wait_for(desk.wait(len(formed)), 30)
        await daemon.stop()
    assert revised == list(range(2, len(revised) + 2))
    assert len(revised) >= 8
    told = Counter((alert.article, alert.revision, alert.watchlist) for alert in alerts)
    assert set(told.values()) == {1}
    assert {revision for told_of, revision, watchlist in told if (told_of, watchlist) == (article, "war")} == set(
        revised
    )
    assert desk.ids == formed
    assert len(alerts) == len(formed), "each alert is told once"
    assert len(changed) >= 5, "configurations were taken up while alerts went out"
    assert [event.ruleset for event in changed[:-1]] == [event.ruleset_before for event in changed[1:]]
    assert changed[-1].ruleset == load(daemon.file, {"DESK_SECRET": secret}).digest
    rulesets = {changed[0].ruleset_before, *(event.ruleset for event in changed)}
    assert {alert.data["ruleset"] for alert in alerts} <= rulesets
