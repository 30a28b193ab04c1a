"""docs/webhooks.md: its receivers receive, and its tables name what there is."""

import asyncio
import os
import re
import shutil
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.core.policy.schedule import DELAYS
from monitor.listen import new_secret
from monitor.notifiers.webhook import Webhook
from monitor.ports import Net, Outcome
from monitor.schemas import load

PAGE = (Path(__file__).resolve().parents[2] / "docs/webhooks.md").read_text("utf-8")
RECEIVERS = {"python": [sys.executable, "-c"], "javascript": ["node", "-e"]}


def example(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    assert found, f"no example in {language}"
    return found[1]


@asynccontextmanager
async def running(language: str, secret: str) -> AsyncIterator[tuple[str, asyncio.StreamReader]]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {**os.environ, "SECRET": secret, "PORT": str(port)}
    process = await asyncio.create_subprocess_exec(
        *RECEIVERS[language],
        example(language),
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert process.stdout is not None
    try:
        yield f"http://127.0.0.1:{port}/", process.stdout
    finally:
        process.kill()
        await process.communicate()


async def send(net: Net, url: str, secret: str, name: str, body: str) -> Outcome:
    """Send as soon as the receiver listens."""
    outcome = Outcome("retry", "connect")
    for _ in range(500):
        outcome = await Webhook(net, url, [secret], allow_private=True).send(name, body, at=datetime.now(UTC))
        if outcome.reason != "connect":
            break
        await asyncio.sleep(0.02)
    return outcome


@pytest.mark.parametrize("language", sorted(RECEIVERS))
async def test_the_receiver_on_the_page_receives(language: str, net: Net, body: str) -> None:
    if shutil.which(RECEIVERS[language][0]) is None:
        pytest.skip(f"no {RECEIVERS[language][0]} here to run the page's {language}")
    secret = new_secret()
    async with running(language, secret) as (url, printed):
        assert (await send(net, url, new_secret(), "msg_1", body)).status == 401
        for name in ("msg_1", "msg_1", "msg_2"):
            assert (await send(net, url, secret, name, body)).kind == "delivered"
        lines = [await printed.readline() for _ in range(2)]
        assert [line.decode().strip() for line in lines] == ["Post: edited in, “act of war” (title)"] * 2
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(printed.readline(), 0.1)


def test_the_page_names_every_field_of_the_payload() -> None:
    data = load("alert.raised")["properties"]["data"]["properties"]
    missing = {field for field in data if f"`{field}`" not in PAGE}
    nested = {
        name
        for field in ("article", "revision", "hits", "edits")
        for name in _fields(data[field])
        if f"`{name}`" not in PAGE
    }
    assert not missing | nested


def _fields(schema: dict[str, dict[str, dict[str, object]]]) -> set[str]:
    return set(schema.get("items", schema)["properties"])


def test_the_page_tells_the_schedule() -> None:
    hours = ", ".join(f"{delay / 3600:.0f}" for delay in DELAYS[4:-1])
    told = f"at once, then after {DELAYS[1]:.0f} seconds, {DELAYS[2] / 60:.0f} minutes, {DELAYS[3] / 60:.0f} minutes, {hours} and 24 hours"
    assert told in " ".join(PAGE.split())
