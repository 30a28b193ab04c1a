"""The contract of a channel, for every kind there is: a new kind is tested by standing in KINDS."""

import contextlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr, TypeAdapter

from monitor.config import Channel
from monitor.core.policy.trial import trial
from monitor.listen import Receiver
from monitor.notifiers import KINDS
from monitor.ports import Net, Notifier, Outcome
from monitor.schemas import load, names


def tables(folder: Path, receiver: Receiver, port: int) -> dict[str, dict[str, Any]]:
    """A table of each kind, as the file and the environment would have it."""
    return {
        "webhook": {
            "allow_private": True,
            "url": SecretStr(receiver.url),
            "secret": SecretStr(receiver.secret),
            "secret_env": "SECRET",
        },
        "slack": {
            "api": f"http://127.0.0.1:{port}/api/",
            "allow_private": True,
            "channel": "C024BE91L",
            "token": SecretStr("xoxb-secret-token"),
            "token_env": "TOKEN",
        },
        "apprise": {"url": SecretStr(f"json://127.0.0.1:{port}/hook"), "url_env": "URL", "allow_private": True},
        "jsonl": {"file": folder / "alerts.jsonl"},
        "atom": {"folder": folder / "feeds"},
        "console": {},
    }


@pytest.fixture(params=sorted(KINDS))
def channel(
    request: pytest.FixtureRequest, net: Net, receiver: Receiver, inbox: Any, tmp_path: Path
) -> Iterator[Notifier]:
    settings = tables(tmp_path, receiver, inbox.port)[request.param]
    table = TypeAdapter[Any](Channel).validate_python({"type": request.param, **settings})
    return KINDS[request.param](table, net)


async def test_an_alert_is_delivered(channel: Notifier, body: str) -> None:
    outcome = await channel.send("msg_1", body, at=datetime.now(UTC))
    assert outcome.kind in {"delivered", "accepted"}, outcome
    assert outcome.seconds >= 0


async def test_every_type_of_message_is_delivered(channel: Notifier, body: str) -> None:
    for number, kind in enumerate(names()):
        message = f'{{"type": "{kind}", "timestamp": "2015-11-15T22:11:02Z", "data": {{"summary": "{kind} says so"}}}}'
        outcome = await channel.send(f"msg_{number}", message, at=datetime.now(UTC))
        assert outcome.kind in {"delivered", "accepted"}, (kind, outcome)


async def test_a_trial_is_a_real_alert_that_says_that_it_is_a_test(channel: Notifier) -> None:
    formed = trial("desk", datetime.now(UTC), lives_with="channel_desk", ruleset="sha256:" + "0" * 64)
    assert (await channel.send(formed.notification, formed.body, at=datetime.now(UTC))).kind in {
        "delivered",
        "accepted",
    }


@pytest.mark.parametrize(
    "bad", ["", "{}", "[]", "null", '{"data": 1}', '{"data": {}}', '{"data": {"severity": 1}}', "\x1b[2J", "é" * 9000]
)
async def test_no_body_makes_it_raise(channel: Notifier, bad: str) -> None:
    outcome = await channel.send("msg_1", bad, at=datetime.now(UTC))
    assert isinstance(outcome, Outcome)
    assert outcome.kind in {"delivered", "dead"}


def test_every_kind_of_the_configuration_can_be_opened() -> None:
    kinds = {
        schema["properties"]["type"]["const"] for schema in TypeAdapter[Any](Channel).json_schema()["$defs"].values()
    }
    assert kinds == set(KINDS)


def test_no_channel_shows_a_secret(net: Net, receiver: Receiver, tmp_path: Path) -> None:
    for kind, settings in tables(tmp_path, receiver, 1).items():
        table = TypeAdapter[Any](Channel).validate_python({"type": kind, **settings})
        shown = repr(KINDS[kind](table, net)) + repr(table) + table.model_dump_json()
        for secret in (value.get_secret_value() for value in settings.values() if isinstance(value, SecretStr)):
            assert secret not in shown
            with contextlib.suppress(IndexError):
                assert secret.split("_")[1] not in shown


def test_the_trial_fits_its_schema() -> None:
    import json

    from jsonschema import Draft202012Validator

    formed = trial("desk", datetime.now(UTC), lives_with="channel_desk", ruleset="sha256:" + "0" * 64)
    body = json.loads(formed.body)
    assert body["data"]["test"] is True
    Draft202012Validator(load("alert.raised")).validate(body)
