"""Slack's bot and Apprise, against a server on loopback that answers as theirs do."""

import asyncio
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp import web

from monitor.notifiers.apprise import Apprise
from monitor.notifiers.slack import Slack
from monitor.ports import Net

TOKEN = "xoxb-1234567890-secret"
HOSTILE = json.dumps(
    {
        "type": "alert.raised",
        "data": {
            "summary": "Post: <!channel> *bold* & @everyone",
            "severity": "critical",
            "hits": [{"sentence": "He said <@U1> <https://x|y> @here\nand _more_."}] * 5,
            "article": {"url": "https://post.example/a_b?x=1&y=<z>"},
        },
    }
)


def a_bot(net: Net, inbox: Any) -> Slack:
    return Slack(net, TOKEN, "C024BE91L", api=f"http://127.0.0.1:{inbox.port}/api/", allow_private=True)


async def test_slack_is_posted_to_and_gives_its_receipt(net: Net, inbox: Any, body: str) -> None:
    inbox.answer = lambda *_: web.json_response({"ok": True, "channel": "C024BE91L", "ts": "1447625462.000200"})
    outcome = await a_bot(net, inbox).send("msg_1", body, at=datetime.now(UTC))
    assert (outcome.kind, outcome.receipt, outcome.status) == ("delivered", "1447625462.000200", 200)
    [(path, headers, posted)] = inbox.posts
    assert path == "/api/chat.postMessage"
    assert headers["Authorization"] == f"Bearer {TOKEN}"
    message = json.loads(posted)
    assert message["channel"] == "C024BE91L"
    assert "thread_ts" not in message
    assert message["text"] == "Post: edited in, “act of war” (title)"
    assert TOKEN not in posted.decode()


async def test_what_follows_about_the_article_is_threaded(net: Net, inbox: Any, body: str) -> None:
    await a_bot(net, inbox).send("msg_2", body, at=datetime.now(UTC), thread="1447625462.000200")
    message = json.loads(inbox.posts[0][2])
    assert message["thread_ts"] == "1447625462.000200"
    assert message["reply_broadcast"] is True, "a critical one is shown in the channel too"


async def test_slack_calls_nobody_and_shows_what_was_published(net: Net, inbox: Any) -> None:
    await a_bot(net, inbox).send("msg_1", HOSTILE, at=datetime.now(UTC))
    message = json.loads(inbox.posts[0][2])
    assert message["text"] == "Post: &lt;!channel&gt; *bold* &amp; @\u200beveryone"
    parts = [part["elements"][0] for part in message["blocks"][0]["elements"]]
    assert parts[1] == {"type": "text", "text": "He said <@U1> <https://x|y> @\u200bhere and _more_."}
    assert {part["type"] for part in parts} == {"text", "link"}
    assert parts[-1]["url"] == "https://post.example/a_b?x=1&y=<z>"


@pytest.mark.parametrize(
    ("answer", "kind", "reason", "detail"),
    [
        ({"ok": False, "error": "invalid_auth"}, "retry", "refused", "invalid_auth"),
        ({"ok": False, "error": "not_in_channel"}, "retry", "refused", "not_in_channel"),
        ({"ok": False, "error": "msg_too_long"}, "dead", "refused", "msg_too_long"),
        ({"ok": "true"}, "retry", "bad_answer", "no answer of Slack's"),
        ([1], "retry", "bad_answer", "no answer of Slack's"),
    ],
)
async def test_slacks_word_is_taken(
    net: Net, inbox: Any, body: str, answer: Any, kind: str, reason: str, detail: str
) -> None:
    inbox.answer = lambda *_: web.json_response(answer)
    outcome = await a_bot(net, inbox).send("msg_1", body, at=datetime.now(UTC))
    assert (outcome.kind, outcome.reason, outcome.detail) == (kind, reason, detail)


async def test_an_answer_too_long_to_be_read_whole_is_a_success_all_the_same(net: Net, inbox: Any, body: str) -> None:
    inbox.answer = lambda *_: web.Response(text='{"ok":true,"ts":"17.5","message":{"text":"' + "x" * 10**6)
    outcome = await a_bot(net, inbox).send("msg_1", body, at=datetime.now(UTC))
    assert (outcome.kind, outcome.receipt) == ("delivered", "17.5")


async def test_slack_asks_for_a_pause(net: Net, inbox: Any, body: str) -> None:
    inbox.answer = lambda *_: web.Response(status=429, headers={"Retry-After": "30"})
    outcome = await a_bot(net, inbox).send("msg_1", body, at=datetime.now(UTC))
    assert (outcome.kind, outcome.reason, outcome.retry_after) == ("retry", "throttled", 30.0)


# --- Apprise ---------------------------------------------------------------------------------------------------------


@pytest.fixture
async def hook(inbox: Any) -> Any:
    channel = Apprise(f"json://me:hunter2@127.0.0.1:{inbox.port}/hook", allow_private=True, seconds=20.0)
    yield channel
    await channel._end()


async def test_apprise_accepts(hook: Apprise, inbox: Any, body: str) -> None:
    outcomes = [await hook.send(f"msg_{number}", body, at=datetime.now(UTC)) for number in range(2)]
    assert [outcome.kind for outcome in outcomes] == ["accepted", "accepted"]
    posted = json.loads(inbox.posts[0][2])
    assert posted["title"] == "Post: edited in, “act of war” (title)"
    assert "Hollande called it" in posted["message"]
    assert posted["type"] == "failure", "a critical one"


async def test_a_refusal_is_a_status_and_nothing_that_could_hold_a_secret(hook: Apprise, inbox: Any, body: str) -> None:
    inbox.answer = lambda *_: web.Response(status=403, text="hunter2")
    outcome = await hook.send("msg_1", body, at=datetime.now(UTC))
    assert (outcome.kind, outcome.reason, outcome.detail, outcome.status) == ("retry", "not_accepted", "", 403)


async def test_a_private_address_is_refused_where_it_is_dialled(inbox: Any, body: str) -> None:
    channel = Apprise(f"json://127.0.0.1:{inbox.port}/hook", seconds=20.0)
    outcome = await channel.send("msg_1", body, at=datetime.now(UTC))
    assert (outcome.kind, outcome.reason) == ("retry", "forbidden_address")
    assert inbox.posts == []
    await channel._end()


async def test_a_url_that_apprise_does_not_know_is_named(body: str) -> None:
    channel = Apprise("nosuch://hunter2", seconds=20.0)
    outcome = await channel.send("msg_1", body, at=datetime.now(UTC))
    assert (outcome.kind, outcome.reason) == ("retry", "unknown_service")
    await channel._end()


async def test_one_that_hangs_is_killed_and_blocks_no_other(hook: Apprise, body: str) -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()  # until the other side hangs up
        writer.close()
        await writer.wait_closed()
        hung_up.set()

    hung_up = asyncio.Event()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    stuck = Apprise(f"json://127.0.0.1:{port}/?rto=60", allow_private=True, seconds=3.0)
    waiting = asyncio.create_task(stuck.send("msg_1", body, at=datetime.now(UTC)))
    assert (await hook.send("msg_1", body, at=datetime.now(UTC))).kind == "accepted"
    assert not waiting.done(), "the other was first, while this one hangs"
    outcome = await waiting
    assert (outcome.kind, outcome.reason) == ("retry", "timeout")
    assert stuck._worker is None
    await hung_up.wait()
    server.close()


async def test_a_worker_that_dies_is_replaced(hook: Apprise, body: str) -> None:
    await hook.send("msg_1", body, at=datetime.now(UTC))
    assert hook._worker
    hook._worker.kill()
    kinds = [(await hook.send(f"msg_{number}", body, at=datetime.now(UTC))).kind for number in range(2)]
    assert kinds[-1] == "accepted"


async def test_the_worker_knows_nothing_of_our_environment(
    hook: Apprise, body: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pathlib import Path

    monkeypatch.setenv("DESK_SECRET", "hunter3")
    await hook.send("msg_1", body, at=datetime.now(UTC))
    assert hook._worker
    process = Path(f"/proc/{hook._worker.pid}")
    assert b"hunter" not in (process / "environ").read_bytes() + (process / "cmdline").read_bytes()
