"""The schemas that are shipped: sound, closed, described, and all that is sent has one."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from monitor.core.policy import bundles
from monitor.core.policy.envelope import MAX_BODY
from monitor.core.policy.grouping import Window
from monitor.core.policy.notifications import correct
from monitor.core.policy.trial import trial
from monitor.schemas import load, names
from monitor.stages.heartbeat import heartbeat

NOW = datetime(2015, 11, 15, 22, 11, 2, tzinfo=UTC)
ROOT = Path(__file__).resolve().parents[2]
TYPES = {
    "alert.raised", "alert.superseded", "alert.group", "alert.digest",
    "article.discovered", "article.revised", "article.gone", "article.restored",
    "feed.failing", "feed.gone", "feed.stale", "feed.recovered", "monitor.heartbeat", "monitor.blind", "monitor.sighted",
    "channel.failing", "channel.recovered", "channel.disabled", "channel.enabled",
}  # fmt: skip


def validator(kind: str) -> Draft202012Validator:
    resources = [Resource.from_contents(load(name)) for name in names()]
    registry: Registry[Any] = Registry().with_resources((resource.id() or "", resource) for resource in resources)
    return Draft202012Validator(load(kind), registry=registry)


def test_every_type_has_one() -> None:
    assert set(names()) >= TYPES


@pytest.mark.parametrize("kind", names())
def test_a_schema_is_sound_closed_and_described(kind: str) -> None:
    schema = load(kind)
    Draft202012Validator.check_schema(schema)
    assert schema["$id"] == f"urn:monitor:schema:{kind}:1"
    assert schema["properties"]["type"] == {"const": kind}
    assert schema["description"].endswith(".")
    assert schema["additionalProperties"] is False
    for table in tables(schema["properties"]["data"]):
        assert table.get("additionalProperties") is not None, "closed, or open on purpose"
        assert set(table.get("required", ())) <= set(table.get("properties", ()))


def tables(node: Any) -> list[dict[str, Any]]:
    """Every object that a schema describes."""
    if isinstance(node, list):
        return [found for inner in node for found in tables(inner)]
    if not isinstance(node, dict):
        return []
    inner = [found for value in node.values() for found in tables(value)]
    return [node, *inner] if node.get("type") == "object" else inner


@pytest.mark.parametrize("kind", names())
def test_the_docs_name_every_type_and_its_fields(kind: str) -> None:
    page = (ROOT / "docs/webhooks.md").read_text("utf-8")
    assert f"`{kind}`" in page
    missing = {name for name in load(kind)["properties"]["data"].get("properties", ()) if f"`{name}`" not in page}
    assert not missing


def test_no_schema_is_of_a_type_that_nobody_sends() -> None:
    code = "".join(file.read_text("utf-8") for file in (ROOT / "monitor").rglob("*.py"))
    assert [kind for kind in names() if f'"{kind}"' not in code] == []


def test_a_heartbeat_fits() -> None:
    validator("monitor.heartbeat").validate(json.loads(heartbeat(NOW, {"match": 0.04, "poll": 0.0})))


def an_alert(number: int = 1) -> Any:
    from monitor.core.events import AlertRaised

    formed = trial("desk", NOW, lives_with="channel_desk", ruleset="sha256:" + "0" * 64)
    data = {**json.loads(formed.body)["data"], "id": f"alert_{number:020x}", "test": False}
    return AlertRaised(
        at=NOW, alert=data["id"], article="article_1", revision=1, watchlist="war", severity="critical",
        changes=("appeared",), notify=("desk",), backlog=False, data=data,
    )  # fmt: skip


def test_an_alert_that_is_taken_back_fits() -> None:
    body = json.loads(correct(an_alert(), "desk", NOW, route="", by="0" * 32, says="Reverted").body)
    validator("alert.superseded").validate(body)
    del body["data"]["hits"]
    assert not validator("alert.superseded").is_valid(body), "the alert's own schema is asked"


@pytest.mark.parametrize("mode", ["group", "digest", "sources", "quiet"])
@pytest.mark.parametrize("count", [2, 3, 400])
def test_several_alerts_fit(mode: Any, count: int) -> None:
    from monitor.core.events import AlertGrouped

    window = Window("lane_1", mode, "desk", "night", {"watchlist": ("war",), "entity": ()}, NOW, NOW)
    members = [
        AlertGrouped(
            NOW, alert.alert, "desk", "night", "group_1", NOW, bundles.brief_of(alert, 3 if number else None, None)
        )
        for number, alert in enumerate(map(an_alert, range(count)))
    ]
    body = bundles.bundle(window, members, NOW).body
    assert len(body.encode()) <= MAX_BODY
    message = json.loads(body)
    assert message["data"]["count"] == count
    validator(message["type"]).validate(message)


def test_every_message_says_what_it_is_in_one_line() -> None:
    for kind in names():
        data = load(kind)["properties"]["data"]
        assert "summary" in data.get("required", ["summary"]), kind
