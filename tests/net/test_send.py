"""Sending: once, to public addresses or to one's own where that is allowed, and with an eye on the answer only."""

import asyncio
import contextlib

import pytest

from monitor.errors import OutsideError, Permanent, Transient
from monitor.ports import Limits

HEADERS = {"content-type": "application/json", "webhook-id": "n1"}


async def send(net, stand, **options):
    return await net.post(stand.url, b'{"a":1}', headers=HEADERS, allow_private=True, **options)


async def test_the_bytes_and_headers_arrive_as_given(stand, net):
    response = await send(net, stand)
    assert response.status == 200
    (visit,) = stand.visits
    assert visit.head.startswith("POST /feed HTTP/1.1\r\n")
    assert visit.body == b'{"a":1}'
    assert visit.header("webhook-id") == "n1"
    assert visit.header("content-type") == "application/json"
    assert visit.header("user-agent") == "MonitorTest/1"


async def test_a_redirect_is_an_answer(stand, net):
    async def script(visit):
        await visit.answer(b"", "307 Temporary", Location="/there")

    stand.script = script
    assert (await send(net, stand)).status == 307
    assert len(stand.visits) == 1


async def test_of_the_answer_twenty_kilobytes_are_read_as_they_were_sent(stand, net):
    async def script(visit):
        await visit.answer(b"x" * 100_000, Content_Encoding="gzip")

    stand.script = script
    assert (await send(net, stand)).body == b"x" * 20_000


@pytest.mark.parametrize("after", ["silence", "hang up", "garbage"])
async def test_a_status_is_an_answer_whatever_becomes_of_the_body(stand, net, after):
    async def script(visit):
        await visit.say(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n")
        await asyncio.sleep(0.05)
        if after == "hang up":
            visit.hang_up()
        elif after == "garbage":
            await visit.say(b"zzz\r\n")
        else:
            await asyncio.sleep(60)

    stand.script = script
    response = await send(net, stand, limits=Limits(total_seconds=1.0))
    assert (response.status, response.body) == (200, b"ok")


async def test_silence_ends_with_the_limits_passed(stand, net):
    async def script(visit):
        await asyncio.sleep(60)

    stand.script = script
    with pytest.raises(Transient) as caught:
        await send(net, stand, limits=Limits(total_seconds=0.2))
    assert caught.value.reason == "timeout"


async def test_a_message_is_never_sent_twice_by_itself(stand, net):
    async def script(visit):
        visit.hang_up()

    stand.script = script
    with pytest.raises(OutsideError):
        await send(net, stand)
    assert len(stand.visits) == 1


async def test_each_message_has_a_connection_of_its_own(stand, net):
    for _ in range(3):
        await send(net, stand)
    assert stand.connections == 3


@pytest.mark.case(id="S21")
async def test_private_addresses_need_permission_and_a_permitted_call_lends_it_to_nobody(stand, net):
    await send(net, stand)
    with pytest.raises(Permanent) as caught:
        await net.post(stand.url, b"x", headers={})
    assert caught.value.reason == "forbidden_address"
    with pytest.raises(Permanent):  # by name, so that only the connect can tell
        await net.post(stand.url.replace("127.0.0.1", "localhost"), b"x", headers={})
    assert stand.connections == 1


@pytest.mark.case(id="S05")
@pytest.mark.parametrize(
    "host",
    [
        "169.254.169.254",
        "[fd00:ec2::254]",
        "100.100.100.200",
        "168.63.129.16",
        "192.0.0.192",
        "0.0.0.0",
        "[::]",
        "224.0.0.1",
    ],
)
async def test_metadata_and_nonsense_stay_forbidden_with_permission(net, host):
    with pytest.raises(Permanent) as caught:
        await net.post(f"http://{host}/", b"x", headers={}, allow_private=True)
    assert caught.value.reason == "forbidden_address"


async def test_nothing_is_open_after_the_net_is_closed(stand, net):
    with contextlib.suppress(OutsideError):
        await send(net, stand)
    await asyncio.sleep(0.05)
    assert stand.visits[0].reader.at_eof()
