"""Whom an exchange trusts: an authority of one's own where a task says so, and there alone."""

import asyncio
from ipaddress import ip_network

import pytest
from authority import authority

from monitor.errors import Permanent
from monitor.net import open_net
from monitor.net.trust import trusting

pytestmark = pytest.mark.case(id="F14")


async def reason_of(call) -> str:
    with pytest.raises(Permanent) as caught:
        await call
    return caught.value.reason


@pytest.fixture
async def private(another_stand, tmp_path):
    """A server, its address, and the certificate of its authority."""
    ca, tls = authority(tmp_path / "own")
    async with another_stand(tls=tls) as stand:
        yield stand, f"https://127.0.0.1:{stand.port}/", ca.read_text()


async def test_an_authority_is_trusted_where_it_is_brought_along_and_nowhere_else(net, private, tmp_path):
    stand, url, pem = private
    another = authority(tmp_path / "another")[0].read_text()
    assert await reason_of(net.get(url)) == "tls"
    with trusting(pem):
        assert (await net.get(url)).status == 200
        with trusting(another):
            assert await reason_of(net.get(url)) == "tls"
        with trusting(None):
            assert await reason_of(net.get(url)) == "tls"
        assert (await net.get(url)).status == 200
    assert await reason_of(net.get(url)) == "tls", "the connection that is kept is nobody else's"
    assert len(stand.visits) == 2


async def test_it_is_one_tasks_own_with_all_that_it_asks_for(net, private):
    _, url, pem = private
    entered, over = asyncio.Event(), asyncio.Event()

    async def at_work():
        with trusting(pem):
            entered.set()
            await over.wait()
            return [answer.status for answer in await asyncio.gather(net.get(url), net.get(url))]

    async def beside():
        await entered.wait()
        return await reason_of(net.get(url))

    working, waiting = asyncio.create_task(at_work()), asyncio.create_task(beside())
    assert await waiting == "tls"
    over.set()
    assert await working == [200, 200]


async def test_it_stands_in_place_of_those_of_the_machine(another_stand, tmp_path, monkeypatch):
    machine, tls = authority(tmp_path / "machine")
    monkeypatch.setenv("SSL_CERT_FILE", str(machine))
    own = authority(tmp_path / "own")[0].read_text()
    async with another_stand(tls=tls) as stand, open_net(user_agent="x", allow_private=[ip_network("127.0.0.0/8")]) as net:  # fmt: skip
        url = f"https://127.0.0.1:{stand.port}/"
        assert (await net.get(url)).status == 200
        with trusting(own):
            assert await reason_of(net.get(url)) == "tls"
