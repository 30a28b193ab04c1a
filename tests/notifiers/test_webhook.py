"""Webhooks: signed to the letter of Standard Webhooks 1.0, and answers read as it says."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook as Verifier

from monitor.listen import Fault, Receiver, listen, new_secret
from monitor.notifiers.webhook import Webhook, outcome_of, retry_after, signed
from monitor.ports import Net, Response

NOW = datetime.now(UTC)
VECTOR = {
    "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "webhook-timestamp": "1614265330",
    "body": '{"test": 2432232314}',
    "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
}


def hook(net: Net, receiver: Receiver, **more: object) -> Webhook:
    return Webhook(net, receiver.url, [receiver.secret], allow_private=True, **more)


def test_the_vector_of_the_specification() -> None:
    at = datetime.fromtimestamp(int(VECTOR["webhook-timestamp"]), UTC)
    headers = signed((Verifier(VECTOR["secret"]),), VECTOR["webhook-id"], VECTOR["body"], at)
    assert headers == {name: VECTOR[name] for name in headers}


@given(st.datetimes(datetime(1970, 1, 2), datetime(2100, 1, 1)), st.sampled_from([-11, 0, 5]))  # noqa: DTZ001 - the zone is drawn too
def test_timestamps_are_utc_seconds_whatever_the_zone(naive: datetime, hours: int) -> None:
    from datetime import timezone

    at = naive.replace(tzinfo=timezone(timedelta(hours=hours)))
    signer = Verifier(new_secret())
    headers = signed((signer,), "msg_1", "{}", at)
    assert headers["webhook-timestamp"] == str(int(at.timestamp() // 1))
    assert headers["webhook-signature"] == signer.sign("msg_1", at.astimezone(UTC), "{}")
    assert "." not in headers["webhook-timestamp"]


async def test_a_receiver_gets_the_very_bytes_with_one_id_and_a_fresh_timestamp(
    net: Net, receiver: Receiver, body: str
) -> None:
    receiver.fault = Fault(503, times=1)
    outcomes = [
        await hook(net, receiver).send("msg_a1", body, at=datetime.now(UTC) + timedelta(seconds=number))
        for number in range(2)
    ]
    assert [(outcome.kind, outcome.status) for outcome in outcomes] == [("retry", 503), ("delivered", 204)]
    assert [(message.id, message.body, message.attempt) for message in receiver.verified] == [
        ("msg_a1", body.encode(), 1),
        ("msg_a1", body.encode(), 2),
    ]


async def test_while_a_secret_rotates_both_receivers_verify(net: Net, body: str) -> None:
    old, new = new_secret(), new_secret()
    async with listen(0, old) as before, listen(0, new) as after:
        for receiver in (before, after):
            outcome = await Webhook(net, receiver.url, [new, old], allow_private=True).send(
                "msg_1", body, at=datetime.now(UTC)
            )
            assert outcome.kind == "delivered"
            assert len(receiver.verified) == 1


async def test_a_wrong_secret_is_not_verified_and_is_tried_again(net: Net, receiver: Receiver, body: str) -> None:
    outcome = await Webhook(net, receiver.url, [new_secret()], allow_private=True).send(
        "msg_1", body, at=datetime.now(UTC)
    )
    assert (outcome.kind, outcome.reason, outcome.status) == ("retry", "refused", 401)
    assert receiver.messages[0].problem == "No matching signature found"


@pytest.mark.parametrize("status", range(200, 600))
def test_every_status_has_its_meaning(status: int) -> None:
    outcome = outcome_of(Response("u", status, {}, b"", 0.25), NOW)
    kind = "delivered" if status < 300 else "disable" if status == 410 else "retry"
    reason = {2: "", 3: "redirect", 4: "refused", 5: "server_error"}[status // 100]
    assert (outcome.kind, outcome.reason) == (kind, {410: "gone", 429: "throttled"}.get(status, reason))
    assert (outcome.status, outcome.seconds) == (status, 0.25)


async def test_a_redirect_is_not_followed(net: Net, body: str) -> None:
    async with listen(0, new_secret()) as there, redirecting(there.url) as here:
        outcome = await Webhook(net, here, [there.secret], allow_private=True).send("msg_1", body, at=datetime.now(UTC))
        assert (outcome.kind, outcome.reason, outcome.status) == ("retry", "redirect", 307)
        assert not there.messages


@pytest.mark.parametrize(
    ("status", "value", "seconds"),
    [
        (429, "120", 120.0),
        (503, " 5 ", 5.0),
        (503, "Sun, 15 Nov 2015 23:11:02 GMT", 3600.0),
        (503, "Sun, 15 Nov 2015 21:11:02 GMT", 0.0),
        (503, "9999999999", 9999999999.0),
        (503, "soon", None),
        (503, "-5", None),
        (503, "1e3", None),
        (503, "NaN", None),
        (503, "", None),
        (503, "Mon, 99 Foo 2026 99:99:99 GMT", None),
        (500, "120", None),
    ],
)
def test_a_pause_that_is_asked_for(status: int, value: str, seconds: float | None) -> None:
    at = datetime(2015, 11, 15, 22, 11, 2, tzinfo=UTC)
    pause = outcome_of(Response("u", status, {"retry-after": value}, b"", 0), at).retry_after
    assert pause == seconds


@pytest.mark.case(id="F17")
@given(st.text(max_size=200))
def test_no_retry_after_makes_it_raise(value: str) -> None:
    pause = retry_after(value, NOW)
    assert pause is None or pause >= 0


@asynccontextmanager
async def redirecting(there: str) -> AsyncIterator[str]:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(f"HTTP/1.1 307 x\r\nlocation: {there}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".encode())
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"


async def test_what_the_other_side_does_is_never_raised(net: Net, receiver: Receiver, body: str) -> None:
    receiver.fault = Fault(reset=True)
    reset = await hook(net, receiver).send("msg_1", body, at=datetime.now(UTC))
    assert (reset.kind, reset.status) == ("retry", None)
    assert reset.reason in {"reset", "short_body"}
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}/"
        refused = await Webhook(net, url, [new_secret()], allow_private=True).send("msg_1", body, at=datetime.now(UTC))
    assert (refused.kind, refused.reason) == ("retry", "connect")


@pytest.mark.case(id="S21")
async def test_a_forbidden_address_is_named_and_tried_again(net: Net, receiver: Receiver, body: str) -> None:
    outcome = await Webhook(net, receiver.url, [receiver.secret]).send("msg_1", body, at=datetime.now(UTC))
    assert outcome.kind == "retry"
    assert outcome.reason
    assert not receiver.messages


async def test_own_headers_are_sent(net: Net, body: str) -> None:
    seen: dict[str, str] = {}

    class Spy:
        async def post(self, url: str, sent: bytes, *, headers: dict[str, str], **_: object) -> Response:
            seen.update(headers)
            return Response(url, 204, {}, b"", 0)

    await Webhook(Spy(), "https://x.example", [new_secret()], headers={"x-desk": "night"}).send(
        "msg_1", body, at=datetime.now(UTC)
    )
    assert seen["x-desk"] == "night"
    assert seen["content-type"] == "application/json"
    assert set(seen) == {"x-desk", "content-type", "webhook-id", "webhook-timestamp", "webhook-signature"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("x-a", "1\r\nhost: b"),
        ("x-a\r\n", "1"),
        ("Host", "b"),
        ("content-LENGTH", "1"),
        ("Webhook-Id", "1"),
        ("", "1"),
        ("x a", "1"),
        ("x", "é"),
    ],
)
def test_headers_that_are_not_ours_to_send_are_refused(net: Net, name: str, value: str) -> None:
    with pytest.raises(ValueError, match="header"):
        Webhook(net, "https://x.example", [new_secret()], headers={name: value})


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_é", "whsec_a"])
def test_a_secret_that_is_none_is_refused_and_not_quoted(net: Net, secret: str) -> None:
    with pytest.raises(ValueError, match="whsec_ and base64") as refused:
        Webhook(net, "https://x.example", [secret])
    assert refused.value.__cause__ is None
    with pytest.raises(ValueError, match="needs a secret"):
        Webhook(net, "https://x.example", [])


def test_neither_secret_nor_address_is_in_its_repr(net: Net) -> None:
    secret = new_secret()
    assert secret[6:] not in repr(Webhook(net, "https://x.example/token", [secret]))
    assert "token" not in repr(Webhook(net, "https://x.example/token", [secret]))
