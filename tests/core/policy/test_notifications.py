"""Messages: constant ids and bytes, and never more than 20 kB, whatever the article says."""

import itertools
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import msgspec
from hypothesis import example, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from monitor.core.content import Content
from monitor.core.events import AlertRaised, Edit, decode, encode
from monitor.core.policy.cutting import cut_to_fit
from monitor.core.policy.notifications import MAX_BODY, form
from monitor.schemas import load

Raise = Callable[..., list[AlertRaised]]
Text = Callable[..., Content]

LATER = datetime(2026, 1, 1, tzinfo=UTC)
LONG = st.builds(
    lambda unit, count: unit * count,
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8),
    st.integers(1, 3000),
)
SENTENCE = st.builds(lambda before, after: f"{before} Hollande, an act of war {after}", LONG, LONG)


@settings(max_examples=40)  # each makes a body of many kilobytes
@given(
    title=SENTENCE,
    paragraphs=st.lists(SENTENCE, max_size=8),
    edits=st.lists(st.builds(Edit, st.just("reworded"), st.just("body"), LONG, LONG, st.just(1)), max_size=8),
)
def test_a_body_is_never_larger_than_20_kb_and_still_meets_the_schema(
    raised: Raise, text: Text, title: str, paragraphs: list[str], edits: list[Edit]
) -> None:
    schema = Draft202012Validator(load("alert.raised"))
    for alert in raised("edit", text("Rain."), text(*paragraphs * 5, title=title), edits=tuple(edits * 9)):
        body = form(alert, "desk", LATER).body
        assert len(body.encode()) <= MAX_BODY
        told = msgspec.json.decode(body)
        schema.validate(told)
        assert told["data"]["id"] == alert.alert
        for hit in told["data"]["hits"]:
            assert all(0 <= start < end <= len(hit["sentence"]) for start, end in hit["marks"])


@settings(max_examples=40)
@given(st.lists(LONG, min_size=9, max_size=9), st.integers(0, 60))
@example(["\x01" * 9000] * 9, 60)
@example(["🜂" * 9000] * 9, 60)
def test_even_absurd_payloads_fit(every_kind: list[AlertRaised], words: list[str], copies: int) -> None:
    for alert in every_kind:
        article = {**alert.data["article"], **dict(zip(("url", "headline", "lang"), words, strict=False))}
        links = dict(zip(("article", "diff", "why", "silence"), words[3:], strict=False))
        hits = [
            {**hit, "term": words[7], "sentence": words[8], "marks": [[0, len(words[8])]]} for hit in alert.data["hits"]
        ] * copies
        data = {**alert.data, "article": article, "links": links, "hits": hits}
        absurd = msgspec.structs.replace(alert, data=data)
        assert len(form(absurd, "desk", LATER).body.encode()) <= MAX_BODY


def test_the_same_alert_and_channel_give_the_same_id_and_bytes(every_kind: list[AlertRaised]) -> None:
    for alert in every_kind:
        formed = form(alert, "desk", LATER)
        from_log = decode(encode(alert))
        assert isinstance(from_log, AlertRaised)
        again = form(from_log, "desk", LATER + timedelta(days=1))
        assert (formed.notification, formed.body) == (again.notification, again.body)
        assert formed.notification != form(alert, "archive", LATER).notification
        assert "." not in formed.notification
    assert len({form(alert, "desk", LATER).notification for alert in every_kind}) == len(
        {alert.alert for alert in every_kind}
    )


def test_the_envelope(every_kind: list[AlertRaised]) -> None:
    body = msgspec.json.decode(form(every_kind[0], "desk", LATER).body)
    assert (body["type"], body["timestamp"], body["data"]) == (
        "alert.raised",
        "2015-11-15T22:11:02Z",
        every_kind[0].data,
    )


def test_cuts_come_in_order_and_are_named(raised: Raise, text: Text) -> None:
    edits = tuple(Edit("reworded", "body", "a" * 1900, "b" * 1900, number) for number in range(30))
    (alert,) = raised(
        "edit",
        text("Rain."),
        text(*[f"{'word ' * 60} an act of war {'word ' * 40}{n}." for n in range(90)]),
        edits=edits,
    )
    full = len(msgspec.json.encode(alert.data))
    cuts = [cut_to_fit(alert.data, room)["cut"] for room in (full, full - 1, 60_000, 50_000, 30_000, 20_000, 4_000)]
    assert cuts[0] == []
    assert cuts[1] == ["edits.text"]
    assert all(set(less) <= set(more) for less, more in itertools.pairwise(cuts))
    assert set(cuts[-1]) >= {"edits", "edits.text", "hits", "hits.sentence"}


def test_a_narrowed_sentence_keeps_its_mark(raised: Raise, text: Text) -> None:
    (alert,) = raised("new", None, text(f"{'é ' * 250} an act of war {'ü ' * 40}"))
    small = cut_to_fit(alert.data, 1_900)
    assert small["cut"] == ["hits.sentence"]
    (hit,) = small["hits"]
    assert [hit["sentence"][start:end] for start, end in hit["marks"]] == ["act of war"]
    assert len(hit["sentence"]) == 280
