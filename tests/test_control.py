"""How a verb reaches the daemon: a socket in the data directory, one answer for each request, none for nonsense."""

import asyncio
import socket
import stat

import pytest

from monitor import control
from monitor.control import NAME, answering, ask
from monitor.errors import LogUnavailable


async def echo(asked):
    return {"heard": asked}


async def asking(folder, asked, seconds=5.0):
    return await asyncio.to_thread(ask, folder, asked, seconds)


async def test_who_asks_is_answered_and_only_the_owner_can(tmp_path):
    async with answering(tmp_path, echo):
        assert stat.S_IMODE((tmp_path / NAME).stat().st_mode) == 0o600
        assert await asking(tmp_path, {"verb": "reload"}) == {"heard": {"verb": "reload"}}
        both = await asyncio.gather(asking(tmp_path, {"n": 1}), asking(tmp_path, {"n": 2}))
        assert both == [{"heard": {"n": 1}}, {"heard": {"n": 2}}]
    assert not (tmp_path / NAME).exists()
    with pytest.raises(LogUnavailable, match="no monitor runs on"):
        ask(tmp_path, {}, 1.0)


async def test_what_a_dead_daemon_left_is_taken_away_and_a_long_path_does(tmp_path):
    deep = tmp_path / ("d" * 60) / ("e" * 60)
    deep.mkdir(parents=True)
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(tmp_path / NAME))
    with pytest.raises(LogUnavailable, match="no monitor runs on"):
        ask(tmp_path, {}, 1.0)
    for folder in (tmp_path, deep):
        async with answering(folder, echo):
            assert await asking(folder, {"n": 1}) == {"heard": {"n": 1}}


async def test_of_two_that_begin_at_one_moment_neither_falls_and_the_later_is_reached(tmp_path, monkeypatch):
    begin = asyncio.start_unix_server

    async def begun(*arguments, **more):
        server = await begin(*arguments, **more)
        (tmp_path / NAME).unlink(missing_ok=True)  # what another takes away that begins just now
        return server

    async def later(asked):
        return {"later": asked}

    monkeypatch.setattr(asyncio, "start_unix_server", begun)
    async with answering(tmp_path, echo):
        async with answering(tmp_path, later):
            assert await asking(tmp_path, {"n": 1}) == {"later": {"n": 1}}
        async with answering(tmp_path, later):
            (tmp_path / NAME).rename(tmp_path / "kept")
            (tmp_path / NAME).touch()
        assert (tmp_path / NAME).exists()  # another's is not taken away


@pytest.mark.parametrize("said", [b"nonsense\n", b"[1]\n", b"x" * 100_000, b""])
async def test_nonsense_is_hung_up_on_and_harms_nobody(tmp_path, monkeypatch, said):
    monkeypatch.setattr(control, "PATIENCE", 0.2)
    async with answering(tmp_path, echo):
        reader, writer = await asyncio.open_unix_connection(str(tmp_path / NAME))
        writer.write(said)
        assert await asyncio.wait_for(reader.read(), 5) == b""
        writer.close()
        assert await asking(tmp_path, {"n": 1}) == {"heard": {"n": 1}}


async def test_who_waits_for_a_daemon_that_ends_is_told_so(tmp_path):
    reached = asyncio.Event()

    async def never(_):
        reached.set()
        await asyncio.Event().wait()

    async with answering(tmp_path, never):
        waiting = asyncio.create_task(asking(tmp_path, {}))
        await reached.wait()
    with pytest.raises(LogUnavailable, match="ended before it answered"):
        await waiting
    async with answering(tmp_path, never):
        with pytest.raises(LogUnavailable, match=r"did not answer in 0\.1 s"):
            await asking(tmp_path, {}, 0.1)
