"""Channels of the real daemon: one that is gone, a heartbeat, a firehose, a trial beside it, and secrets that are nowhere."""

import asyncio
import contextlib
import io
import json
import sys
from pathlib import Path

import pytest
import zstandard

from monitor.cli import main
from monitor.errors import ViewsUnavailable
from monitor.listen import Fault, new_secret
from monitor.store.views import FILE, Reader

LOUD = (
    "The president called it an act of war on Saturday, in an address from the palace, and spoke of the days to come.",
    "Parliament meets on Monday in Versailles, for the first time in six years, the speaker said.",
    "The state of emergency will be prolonged by three months if both houses agree to it.",
)
LINES = """
[channels.lines]
type = "jsonl"
file = "lines.jsonl"

[channels.feeds]
type = "atom"
folder = "feeds"
"""


def bodies(receiver):
    return [json.loads(message.body) for message in receiver.verified]


def of_type(receiver, kind):
    return [body["data"] for body in bodies(receiver) if body["type"] == kind]


async def until(condition, seconds=40):
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.05)


def deliveries(daemon, **asked):
    """What the daemon's views say of messages."""
    try:
        with Reader(daemon.data / FILE) as reader:
            return reader.deliveries(**asked)
    except ViewsUnavailable:
        return []


def dead(daemon):
    return deliveries(daemon, state="dead", channel="desk")


def of_lines(daemon, kind):
    return [line for line in lines_of(daemon) if line["type"] == kind]


def lines_of(daemon):
    file = daemon.folder / "lines.jsonl"
    return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []


async def test_a_channel_that_is_gone_is_disabled_and_the_fallback_told(site, daemons, receiving):
    secret = new_secret()
    links = [site.article(f"/a{n}", f"An address {n}", *LOUD) for n in range(3)]
    async with receiving(secret, fault=Fault(410)) as desk, receiving(secret) as hose:
        channels = f"""
[heartbeat]
notify = ["hose"]
every = "200ms"
[channels.hose]
type = "webhook"
url = "{hose.url}"
secret_env = "DESK_SECRET"
allow_private = true
firehose = true
{LINES}"""
        daemon = daemons(
            site.feed("/rss", *links), desk=desk.url, notify=("desk", "feeds"), channels=channels, secret=secret
        )
        daemon.config = daemon.config.replace("[channels.desk]\n", '[channels.desk]\nfallback = "lines"\n')
        await daemon.start()
        await until(lambda: len(of_type(hose, "article.discovered")) == 3)
        await until(lambda: any(line["type"] == "channel.disabled" for line in lines_of(daemon)))
        assert of_type(hose, "monitor.heartbeat")[0]["oldest_seconds"] < 60
        told = len(desk.messages)
        assert told <= 3
        site.feed("/rss", *links, site.article("/late", "A late one", *LOUD))

        await until(lambda: len(dead(daemon)) == 4)
        assert len(desk.messages) == told, "it is told nothing more"
        assert {row.reason for row in dead(daemon)} <= {"gone", "channel_disabled"}

        desk.fault = None
        assert (await daemon.verb("channels", "enable", "desk"))[0] == 0
        status, out, err = await daemon.verb("channels", "test", "desk", "--json")
        assert (status, json.loads(out)["outcome"]) == (0, "delivered"), err
        assert (await daemon.verb("deliveries", "retry", "--since", "1h", "--channel", "desk"))[0] == 0
        await until(lambda: len({data["id"] for data in of_type(desk, "alert.raised") if not data["test"]}) == 4)
        assert await daemon.stop() == 0
    first = {}
    for message in desk.verified:
        assert first.setdefault(message.id, message.body) == message.body, "the same bytes on every attempt"
    feeds = {file.name for file in (daemon.folder / "feeds").iterdir()}
    assert {name for name in feeds if not name.startswith("article-")} == {"all.atom", "watchlist-war.atom"}
    assert len(feeds) == 2 + 4, "and one for each article"


async def test_secrets_are_in_no_log_event_view_answer_or_file(site, daemons, receiving, monkeypatch, tmp_path_factory):
    """All that Monitor writes, at the loudest level and whatever goes wrong, is searched for every kind of secret that it is given."""
    secret, older, kept = new_secret(), new_secret(), new_secret()
    apart = tmp_path_factory.mktemp("secrets")
    (apart / "hook.secret").write_text(f"{kept}\n")
    (apart / "hook.secret").chmod(0o600)
    secrets = {
        "HOOK_URL": "",
        "BOT_TOKEN": "xoxb-hunter2-of-the-bot",
        "MAIL_URL": f"json://me:hunter2-of-the-mail@{site.origin.removeprefix('http://')}/hook",
        "NTFY_URL": "ntfy://hunter2-of-ntfy:hunter2-of-ntfy@127.0.0.1:9/topic",
    }
    site.answers["/hook"] = 403
    site.answers["/api/chat.postMessage"] = 500
    async with receiving(secret, fault=Fault(500)) as desk:
        secrets["HOOK_URL"] = f"{desk.url}hunter2-of-the-address"
        for name, value in secrets.items():
            monkeypatch.setenv(name, value)
        channels = f"""
[archive.seal]
events = 5
after = "1s"
[channels.hook]
type = "webhook"
url_env = "HOOK_URL"
secret_file = "{apart}/hook.secret"
allow_private = true
[channels.down]
type = "webhook"
url = "http://127.0.0.1:9/hunter2-of-nobody"
secret_env = "DESK_SECRET"
allow_private = true
[channels.chat]
type = "slack"
token_env = "BOT_TOKEN"
channel = "C024BE91L"
api = "{site.origin}/api/"
allow_private = true
[channels.mail]
type = "apprise"
url_env = "MAIL_URL"
allow_private = true
[channels.ntfy]
type = "apprise"
url_env = "NTFY_URL"
allow_private = true
{LINES}"""
        told = ("hook", "down", "chat", "mail", "ntfy", "lines", "feeds")
        daemon = daemons(
            site.feed("/rss", site.article("/a1", "An address", *LOUD)), notify=told, channels=channels,
            secret=f"{secret} {older}",
        )  # fmt: skip
        daemon.config = daemon.config.replace('format = "json"', 'format = "json"\nlevel = "debug"')
        await daemon.start()

        await until(lambda: {row.channel for row in deliveries(daemon) if row.attempts} == set(told))
        alert = of_lines(daemon, "alert.raised")[0]["data"]["id"]
        message = next(row.id for row in deliveries(daemon) if row.channel == "down")
        verbs = [
            "check", "check --json", "tail --json", "tail", "channels list", "channels list --json", "channels test down",
            "deliveries list --json", f"deliveries show {message} --json", f"deliveries retry {message}",
            f"why {alert}", f"why {alert} --json", f"alerts show {alert} --json", "routes test watchlist=war --json",
            "feeds list --json", "articles list --json", "parked list --json", f"export {daemon.folder}/out.jsonl",
            f"backup {daemon.folder}/copy", "verify", "alerts ack nothing --note x", "channels test nobody",
        ]  # fmt: skip
        said = {verb: await asyncio.to_thread(here, daemon, verb) for verb in verbs}
        await until(lambda: list((daemon.data / "archive").rglob("*.zst")))
        daemon.file.write_text(
            daemon.config + '\n[channels.bad]\ntype = "webhook"\nurl_env = "MAIL_URL"\nsecret_env = "BOT_TOKEN"\n'
        )
        said["a fault in a secret"] = await asyncio.to_thread(here, daemon, "check")
        assert said["a fault in a secret"][0] == 2
        await daemon.stop()
    worked = {verb: status for verb, (status, _, _) in said.items()}
    assert [verb for verb, status in worked.items() if status] == [
        "channels test down", "alerts ack nothing --note x", "channels test nobody", "a fault in a secret",
    ], said  # fmt: skip
    pieces = [*(one.removeprefix("whsec_") for one in (secret, older, kept)), "hunter2-of"]
    daemon.file.unlink()  # the one that names a URL by itself
    places = {str(file): opened(file) for file in Path(daemon.folder).rglob("*") if file.is_file()}
    places |= {verb: f"{out}{err}".encode() for verb, (_, out, err) in said.items()}
    assert any(b'"level": "debug"' in content for content in places.values()), "the loudest logs are searched"
    for kind in ("appendonly", ".zst", "views", "log.jsonl", "out.jsonl", "copy/"):
        assert any(kind in place for place in places), kind
    assert any(b"An address" in content for content in places.values()), "it would be found"
    found = [(place, piece) for place, content in places.items() for piece in pieces if piece.encode() in content]
    assert found == []


def here(daemon, verb: str) -> tuple[int, str, str]:
    """Run a verb in this process, which costs less than one of its own: status, stdout, stderr."""
    out, err = io.StringIO(), io.StringIO()
    with (
        pytest.MonkeyPatch.context() as patch,
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        patch.setenv("DESK_SECRET", daemon.secret)
        patch.setattr(sys, "argv", ["monitor", *verb.split(), "--config", str(daemon.file)])
        try:
            main()
            status = 0
        except SystemExit as end:
            status = int(end.code or 0)
    return status, out.getvalue(), err.getvalue()


def opened(file: Path) -> bytes:
    """What a file says, unpacked where it is packed."""
    content = file.read_bytes()
    if content[:4] == b"\x28\xb5\x2f\xfd":
        return zstandard.ZstdDecompressor().decompressobj().decompress(content)
    return content
