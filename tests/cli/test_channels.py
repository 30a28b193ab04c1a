"""`channels list|test|enable` and the ways to ask for dead letters, on a real log."""

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from typer.testing import CliRunner

from monitor.cli import app
from monitor.config import load
from monitor.core.events import ChannelDisabled, DeliveryDied, NotificationFormed
from monitor.core.policy import channels
from monitor.core.policy.trial import trial
from monitor.listen import Fault, Receiver, listen, new_secret
from monitor.ports import Append, Batch, Head
from monitor.stages.herald import append_of
from monitor.store import open_log
from monitor.store.views import FILE, Views

CONFIG = """
[channels.desk]
type = "webhook"
url = "{url}"
secret_env = "DESK_SECRET"
allow_private = true

[channels.lines]
type = "jsonl"
file = "lines.jsonl"
"""


@contextmanager
def receiving(fault: Fault | None = None) -> Iterator[Receiver]:
    """A receiver in a thread of its own, since the command line runs its own loop."""
    opened: list[Receiver] = []
    ready, loop, stop = threading.Event(), asyncio.new_event_loop(), asyncio.Event()

    async def serve() -> None:
        async with listen(0, new_secret(), fault=fault) as receiver:
            opened.append(receiver)
            ready.set()
            await stop.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    ready.wait()
    try:
        yield opened[0]
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()
        loop.close()


class Desk:
    """A configuration and the command line on it."""

    def __init__(self, folder: Path, receiver: Receiver) -> None:
        self.file, self.folder = folder / "config.toml", folder
        self.file.write_text(CONFIG.format(url=receiver.url))
        self.env = {"DESK_SECRET": receiver.secret}

    def run(self, *words: str, code: int = 0) -> str:
        done = CliRunner().invoke(app, [*words, "-c", str(self.file)], env=self.env)
        assert done.exit_code == code, done.output + repr(done.exception)
        return done.output

    def run_json(self, *words: str, code: int = 0) -> Any:
        return json.loads(self.run(*words, "--json", code=code))

    async def record(self, *appends: Append) -> None:
        """Record something, and bring the views up to it."""
        config = load(self.file, self.env)
        async with open_log("embedded", data_dir=config.data_dir) as log:
            for append in appends:
                head = await log.load(0, append.entity)
                await log.commit(Batch(0, appends=(Append(append.entity, head, append.events, append.snapshot),)))
            with Views(config.data_dir / FILE) as views:
                views.apply([recorded async for recorded in log.read(0, views.position(0))])


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with receiving() as receiver:
        made = Desk(tmp_path, receiver)
        made.receiver = receiver  # type: ignore[attr-defined]  # only this file's
        yield made


def test_a_real_marked_alert_is_sent_by_the_normal_path(desk: Any) -> None:
    said = desk.run_json("channels", "test", "desk")
    assert (said["channel"], said["outcome"], said["status"]) == ("desk", "delivered", 204)
    [message] = desk.receiver.verified
    body = json.loads(message.body)
    assert (body["type"], body["data"]["test"]) == ("alert.raised", True)
    assert desk.run_json("channels", "test", "lines")["outcome"] == "delivered"
    assert json.loads((desk.folder / "lines.jsonl").read_text())["data"]["test"] is True
    assert "delivered" in desk.run("channels", "test", "desk")
    assert len(desk.receiver.ids) == 2


def test_what_the_receiver_answered_is_said(tmp_path: Path) -> None:
    with receiving(Fault(500)) as receiver:
        desk = Desk(tmp_path, receiver)
        said = desk.run_json("channels", "test", "desk", code=1)
        assert (said["outcome"], said["status"], said["reason"]) == ("failed", 500, "server_error")
        assert len(receiver.messages) == 1


def test_a_channel_that_is_not_there_is_named(desk: Any) -> None:
    assert "no channel is called dsk (desk, lines)" in desk.run("channels", "test", "dsk", code=1)


async def test_channels_are_listed_as_they_stand(desk: Any) -> None:
    listed = await asyncio.to_thread(desk.run_json, "channels", "list")
    assert [(row["id"], row["type"], row["state"], row["dead"]) for row in listed] == [
        ("desk", "webhook", "working", 0),
        ("lines", "jsonl", "working", 0),
    ]
    await desk.record(*disabled(), *dead_letters("desk", 3), *dead_letters("old", 1))
    listed = await asyncio.to_thread(desk.run_json, "channels", "list")
    assert [(row["id"], row["state"], row["dead"]) for row in listed] == [
        ("desk", "disabled", 3), ("lines", "working", 0), ("old", "removed", 1),
    ]  # fmt: skip
    assert "gone" in await asyncio.to_thread(desk.run, "channels", "list")


async def test_a_disabled_channel_is_enabled_once(desk: Any) -> None:
    await desk.record(*disabled())
    said = await asyncio.to_thread(desk.run_json, "channels", "test", "desk", code=1)
    assert said["reason"] == "channel_disabled"
    assert not desk.receiver.messages
    assert "deliveries retry" in await asyncio.to_thread(desk.run, "channels", "enable", "desk")
    assert "not disabled" in await asyncio.to_thread(desk.run, "channels", "enable", "desk", code=1)
    assert (await asyncio.to_thread(desk.run_json, "channels", "test", "desk"))["outcome"] == "delivered"


async def test_dead_letters_are_asked_for_by_channel_and_by_since(desk: Any) -> None:
    await desk.record(*dead_letters("desk", 3), *dead_letters("old", 2))
    both = await asyncio.to_thread(desk.run_json, "deliveries", "list", "--dead")
    assert len(both) == 5
    assert len(await asyncio.to_thread(desk.run_json, "deliveries", "list", "--channel", "old")) == 2
    asked = await asyncio.to_thread(desk.run_json, "deliveries", "retry", "--since", "1h", "--channel", "desk")
    assert len(asked["requested"]) == 3
    later = ["deliveries", "retry", "--since", "2090-01-01"]
    assert "no dead letters" in await asyncio.to_thread(desk.run, *later, code=1)
    for words in ([], ["msg_1", "--since", "1h"]):
        await asyncio.to_thread(desk.run, "deliveries", "retry", *words, code=2)


def disabled() -> list[Append]:

    event = ChannelDisabled(datetime.now(UTC), "desk", "gone", "receiver")
    return [Append(channels.entity("desk"), Head(), (event,), msgspec.json.encode(channels.fold(event)))]


def dead_letters(channel: str, count: int) -> list[Append]:

    made = []
    for number in range(count):
        at = datetime.now(UTC) - timedelta(seconds=number)
        formed: NotificationFormed = trial(channel, at, lives_with="article_1", ruleset="sha256:" + "0" * 64)
        died = DeliveryDied(at, formed.notification, channel, 10, "refused", "answered 400", 400)
        dead = msgspec.json.encode({**msgspec.json.decode(append_of(formed).snapshot), "attempts": 10, "state": "dead"})
        made.append(Append(formed.notification, Head(), (formed, died), dead))
    return made
