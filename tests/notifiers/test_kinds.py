"""The contract of a channel, for every kind there is: a new kind is tested by standing in KINDS."""

from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import SecretStr, TypeAdapter

from monitor.config.models import Channel
from monitor.listen import Receiver
from monitor.notifiers import KINDS
from monitor.ports import Net, Notifier, Outcome

NOW = datetime.now(UTC)
TABLES: dict[str, dict[str, Any]] = {"webhook": {"allow_private": True}, "console": {}}


@pytest.fixture(params=sorted(KINDS))
def channel(request: pytest.FixtureRequest, net: Net, receiver: Receiver) -> Notifier:
    place = {"url": SecretStr(receiver.url), "secret": SecretStr(receiver.secret), "secret_env": "SECRET"}
    settings = TABLES[request.param]
    table = TypeAdapter[Any](Channel).validate_python(
        {"type": request.param, **settings, **(place if request.param == "webhook" else {})}
    )
    return KINDS[request.param](table, net)


async def test_an_alert_is_delivered(channel: Notifier, body: str) -> None:
    outcome = await channel.send("msg_1", body, at=NOW)
    assert outcome.kind == "delivered"
    assert outcome.seconds >= 0


@pytest.mark.parametrize(
    "bad", ["", "{}", "[]", "null", '{"data": 1}', '{"data": {}}', '{"data": {"severity": 1}}', "\x1b[2J", "é" * 9000]
)
async def test_no_body_makes_it_raise(channel: Notifier, bad: str) -> None:
    outcome = await channel.send("msg_1", bad, at=NOW)
    assert isinstance(outcome, Outcome)
    assert outcome.kind in {"delivered", "dead"}


def test_every_kind_of_the_configuration_can_be_opened() -> None:
    kinds = {
        schema["properties"]["type"]["const"] for schema in TypeAdapter[Any](Channel).json_schema()["$defs"].values()
    }
    assert kinds == set(KINDS)
