"""Alerts: ids that repeat themselves, the payload's shape, the line for a person."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from jsonschema import Draft202012Validator, FormatChecker

from monitor.core.content import Content
from monitor.core.events import AlertRaised, Edit, decode, encode
from monitor.core.policy.notifications import form
from monitor.core.watch.evaluate import Rulebook
from monitor.core.watch.rules import Watchlist
from monitor.schemas import load

Raise = Callable[..., list[AlertRaised]]
Text = Callable[..., Content]


@pytest.fixture
def schema() -> Draft202012Validator:
    Draft202012Validator.check_schema(load("alert.raised"))
    return Draft202012Validator(load("alert.raised"), format_checker=FormatChecker())


def test_every_kind_of_alert_meets_the_schema(every_kind: list[AlertRaised], schema: Draft202012Validator) -> None:
    changes = {change for alert in every_kind for change in alert.changes}
    assert changes == {"appeared", "disappeared", "added", "removed", "moved", "withdrawn", "restored"}
    for alert in every_kind:
        schema.validate(msgspec.json.decode(form(alert, "desk", alert.at).body))


def test_the_schema_refuses_what_is_no_alert(every_kind: list[AlertRaised], schema: Draft202012Validator) -> None:
    body: dict[str, Any] = msgspec.json.decode(form(every_kind[0], "desk", every_kind[0].at).body)
    assert not schema.is_valid({**body, "type": "alert.lowered"})
    assert not schema.is_valid({**body, "data": {**body["data"], "more": 1}})
    assert not schema.is_valid({**body, "data": {**body["data"], "changes": ["vanished"]}})
    assert not schema.is_valid({**body, "data": {key: value for key, value in body["data"].items() if key != "hits"}})


def test_every_alert_survives_the_log(every_kind: list[AlertRaised]) -> None:
    for alert in every_kind:
        assert decode(encode(alert)) == alert


def test_the_same_decision_has_the_same_id_and_another_has_another(raised: Raise, text: Text) -> None:
    quiet, loud = text("Rain."), text("An act of war.")
    assert raised("edit", quiet, loud) == raised("edit", quiet, loud)
    befores = {"new": None, "edit": quiet, "gone": loud, "restored": loud}
    ids = {raised(how, before, loud)[0].alert for how, before in befores.items()}
    assert len(ids) == 4
    assert not any("." in alert for alert in ids)


def test_the_payload_of_an_edit(raised: Raise, text: Text) -> None:
    edits = (
        Edit("headline", "title", "Paris attacks", "Act of war"),
        Edit("paragraph_removed", "body", "Rain.", "", 2),
    )
    (alert,) = raised("edit", text("Rain."), text("Rain.", "It is “an act of war”."), edits=edits)
    data = alert.data
    assert (alert.severity, alert.changes, alert.notify, alert.revision) == ("critical", ("appeared",), ("desk",), 4)
    assert data["summary"] == "post: edited in, “act of war” (paragraph 2)"
    assert data["revision"] == {"from": 3, "to": 4, "significance": None, "update_declared": None, "access": "full"}
    assert data["seen"] == {"last_before": "2015-11-15T22:03:02Z", "first_after": "2015-11-15T22:11:02Z"}
    assert data["article"] == {
        "id": "article_3fa2", "url": "https://post.example/a1", "feed": "post", "headline": "Paris attacks", "lang": "en",
        "published_claimed": "2015-11-15T21:11:02Z", "updated_claimed": None,
    }  # fmt: skip
    assert data["hits"] == [
        {"term": "act of war", "entity": None, "change": "appeared", "zone": "body", "speaker": None, "block": 1,
         "sentence": "It is “an act of war”.", "marks": [[10, 20]]}
    ]  # fmt: skip
    assert [(edit["kind"], edit["from"], edit["to"], edit["block"]) for edit in data["edits"]] == [
        (
            "headline",
            {"value": None, "text": "Paris attacks", "bound": None},
            {"value": None, "text": "Act of war", "bound": None},
            None,
        ),
        ("paragraph_removed", {"value": None, "text": "Rain.", "bound": None}, None, 2),
    ]
    assert data["evidence"]["before"] == f"sha256:{text('Rain.').digest()}"
    assert data["links"]["diff"] == "https://monitor.example/articles/article_3fa2/diff/3/4"
    assert data["cut"] == []


def test_a_hit_in_direct_speech_tells_who_said_it_within_bounds(raised: Raise, text: Text) -> None:
    (alert,) = raised("new", None, text("“It is an act of war,” said Manuel Valls."))
    assert [hit["speaker"] for hit in alert.data["hits"]] == ["Manuel Valls"]
    (alert,) = raised("new", None, text(f"“It is an act of war,” said {'Al' * 120} Bey."))
    assert [len(hit["speaker"] or "") for hit in alert.data["hits"]] == [200]


def test_without_a_public_address_there_are_no_links(raised: Raise, text: Text) -> None:
    (alert,) = raised("new", None, text("An act of war."), public_url=None)
    assert alert.data["links"] == {}


def test_gone_tells_both_bounds(raised: Raise, text: Text) -> None:
    (alert,) = raised("gone", text("An act of war."), text("An act of war."))
    assert alert.data["seen"]["last_present"] == "2015-11-15T22:11:02Z"
    assert alert.data["seen"]["absent"][0] == {"at": "2015-11-15T23:11:02Z", "status": 404}
    assert alert.data["summary"] == "post: withdrawn, “act of war” (paragraph 1)"


def test_the_summary_is_one_clean_line_whatever_the_article_says(raised: Raise, text: Text) -> None:
    phrases = tuple(f"{'long ' * 30}word{number}\n\x1b[31m" for number in range(5))
    book = Rulebook.compile([Watchlist("w", phrases)], [])
    (alert,) = raised("new", None, text(*phrases), book=book)
    summary = alert.data["summary"]
    assert len(summary) <= 300
    assert summary.isprintable()
    assert "and 2 more" in summary
