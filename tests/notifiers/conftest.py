"""A real net that may reach loopback, a real receiver, and the body of an alert."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from monitor.listen import Receiver, listen, new_secret
from monitor.net import open_net
from monitor.ports import Net


@pytest.fixture
async def net() -> AsyncIterator[Net]:
    async with open_net(user_agent="monitor-test") as net:
        yield net


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with listen(0, new_secret()) as receiver:
        yield receiver


@pytest.fixture(scope="session")
def data() -> dict[str, Any]:
    hit = {
        "sentence": "Hollande called it “an act of war”.",
        "marks": [[23, 33]],
        "term": "act of war",
        "change": "appeared",
    }
    return {
        "id": "alert_1", "summary": "Post: edited in, “act of war” (title)", "severity": "critical", "watchlist": "war",
        "article": {"url": "https://post.example/a1"}, "hits": [hit],
    }  # fmt: skip


@pytest.fixture(scope="session")
def body(data: dict[str, Any]) -> str:
    return json.dumps({"type": "alert.raised", "timestamp": "2015-11-15T22:11:02Z", "data": data}, ensure_ascii=False)
