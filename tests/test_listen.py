"""The receiver: verifies, keeps, and answers with the faults it is asked for."""

import asyncio
import io
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest
from rich.console import Console
from standardwebhooks import Webhook

from monitor.listen import KEPT, Fault, Message, Receiver, listen, new_secret, show

BODY = '{"type": "alert.raised", "data": "“é”"}'


@pytest.fixture
async def client() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as client:
        yield client


async def post(
    client: aiohttp.ClientSession,
    receiver: Receiver,
    name: str = "msg_1",
    *,
    secret: str = "",
    age: timedelta = timedelta(),
) -> aiohttp.ClientResponse:
    at = datetime.now(UTC) - age
    headers = {
        "webhook-id": name,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret or receiver.secret).sign(name, at, BODY),
    }
    async with client.post(f"{receiver.url}any/path", data=BODY.encode(), headers=headers) as answer:
        await answer.read()
        return answer


async def test_a_signed_message_is_verified_and_kept(client: aiohttp.ClientSession) -> None:
    seen: list[Message] = []
    async with listen(0, new_secret(), on_message=seen.append) as receiver:
        assert [(await post(client, receiver, name)).status for name in ("msg_1", "msg_2", "msg_1")] == [204, 204, 204]
        assert [(message.id, message.attempt, message.verified) for message in seen] == [
            ("msg_1", 1, True),
            ("msg_2", 1, True),
            ("msg_1", 2, True),
        ]
        assert seen == list(receiver.messages)
        assert seen[0].body == BODY.encode()
        assert receiver.ids == {"msg_1", "msg_2"}
        assert [message.id for message in await receiver.wait(2)] == ["msg_1", "msg_2"]


async def test_what_is_not_signed_is_kept_but_not_verified(client: aiohttp.ClientSession) -> None:
    async with listen(0, new_secret()) as receiver:
        assert (await post(client, receiver, secret=new_secret())).status == 401
        assert (await post(client, receiver, age=timedelta(minutes=6))).status == 401
        for headers in ({}, {"webhook-id": "x", "webhook-timestamp": "1", "webhook-signature": "v1"}):
            async with client.post(receiver.url, data=b"\xff", headers=headers) as answer:
                assert answer.status == 401
        assert receiver.verified == []
        assert receiver.messages[0].problem == "No matching signature found"
        assert receiver.messages[1].problem == "Message timestamp too old"
        assert all(message.problem for message in receiver.messages)


async def test_waiting_ends_when_enough_distinct_messages_came(client: aiohttp.ClientSession) -> None:
    async with listen(0, new_secret()) as receiver:
        waiting = asyncio.create_task(receiver.wait(2))
        await post(client, receiver)
        await post(client, receiver)
        assert not waiting.done()
        await post(client, receiver, "msg_2")
        assert len(await waiting) == 2


async def test_chosen_faults(client: aiohttp.ClientSession) -> None:
    async with listen(0, new_secret(), fault=Fault(503, retry_after="2", times=1)) as receiver:
        first = await post(client, receiver)
        assert (first.status, first.headers["retry-after"]) == (503, "2")
        assert (await post(client, receiver)).status == 204
        receiver.fault = lambda message: Fault(418) if message.attempt == 3 else None
        assert [(await post(client, receiver)).status for _ in range(2)] == [418, 204]
        receiver.fault = Fault(reset=True)
        with pytest.raises(aiohttp.ClientError):
            await post(client, receiver)
        assert len(receiver.verified) == 5


async def test_a_slow_answer_comes(client: aiohttp.ClientSession) -> None:
    async with listen(0, new_secret(), fault=Fault.parse("delay=0.05")) as receiver:
        assert (await post(client, receiver)).status == 204


@pytest.mark.parametrize(
    ("spec", "fault"),
    [
        ("503", Fault(503)),
        ("503,retry-after=2,times=1", Fault(503, retry_after="2", times=1)),
        ("reset, times=2", Fault(reset=True, times=2)),
        ("delay=20", Fault(204, delay=20.0)),
        ("410,delay=1.5", Fault(410, delay=1.5)),
    ],
)
def test_faults_are_read(spec: str, fault: Fault) -> None:
    assert Fault.parse(spec) == fault


@pytest.mark.parametrize(
    "spec", ["", ",", "99", "600", "often", "delay=", "delay=-1", "delay=x", "delay=nan", "times=many", "reset=1"]
)
def test_what_is_no_fault_is_refused(spec: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        Fault.parse(spec)


async def test_it_listens_on_loopback_alone_and_says_when_the_port_is_taken() -> None:
    async with listen(0, new_secret()) as receiver:
        port = int(receiver.url.rsplit(":", 1)[1].strip("/"))
        assert receiver.url.startswith("http://127.0.0.1:")
        with pytest.raises(OSError, match="address"):
            async with listen(port, new_secret()):
                pass


async def test_too_large_a_body_is_refused(client: aiohttp.ClientSession) -> None:
    async with listen(0, new_secret()) as receiver:
        async with client.post(receiver.url, data=b"x" * 100_000) as answer:
            assert answer.status == 413
        assert not receiver.messages


async def test_memory_is_bounded() -> None:
    async with listen(0, new_secret()) as receiver:
        assert receiver.messages.maxlen == KEPT


def test_a_message_is_shown_for_a_person() -> None:
    stream = io.StringIO()
    console = Console(file=stream, width=80)
    show(console, Message("msg_1", BODY.encode(), verified=True, at=datetime(2015, 11, 15, tzinfo=UTC), attempt=2))
    show(
        console,
        Message(
            "\x1b[2J", b'\xff{"a', verified=False, at=datetime(2015, 11, 15, tzinfo=UTC), attempt=1, problem="no [b]"
        ),
    )
    shown = stream.getvalue()
    assert "msg_1  attempt 2  verified" in shown
    assert '"data": "“é”"' in shown
    assert "NOT VERIFIED: no [b]" in shown
    assert "\x1b" not in shown
