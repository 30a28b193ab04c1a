"""A log that was written by any version so far opens with this one; what a newer one wrote stops loudly."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest

from monitor.core.events import AnyEvent, decode, encode, event_id, stored_id, type_of
from monitor.core.upcasts import STEPS, stamped, upcast
from monitor.errors import UnknownEvent

GOLDEN = sorted((Path(__file__).parents[1] / "golden" / "events").glob("*.jsonl"))


def stored(path: Path) -> list[bytes]:
    return path.read_bytes().splitlines()


def test_every_event_type_has_golden_files() -> None:
    kinds = {kind.__struct_config__.tag for kind in get_args(AnyEvent)}
    missing = kinds - {path.stem.split("@")[0] for path in GOLDEN}
    assert not missing, "write them: .venv/bin/python tests/golden/write_events.py"


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_what_was_stored_is_read(path: Path) -> None:
    for raw in stored(path):
        event = decode(raw)
        assert type_of(event) == path.stem.split("@")[0]
        now = json.loads(encode(event))
        assert now.get("schema", 1) == len(STEPS.get(type_of(event), ())) + 1
        assert {**json.loads(upcast(raw)), **now} == now, "a field that was stored is not read any more"


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_the_id_of_a_stored_event_is_told_from_its_bytes(path: Path) -> None:
    for version, raw in enumerate(stored(path), start=1):
        event = decode(raw)
        again = encode(event)
        assert stored_id("entity", version, again) == event_id("entity", version, event)
        assert stored_id("entity", version, again) != stored_id("other", version, again)


# --- steps, as they will be --------------------------------------------------------------------------------------------


def in_seconds(document: dict[str, Any]) -> dict[str, Any]:
    document["seconds"] = document.pop("milliseconds") / 1000
    return document


def with_unit(document: dict[str, Any]) -> dict[str, Any]:
    document["took"] = {"seconds": document.pop("seconds")}
    return document


TWICE = {"delivery.took": (in_seconds, with_unit)}


@pytest.mark.parametrize(
    "raw",
    [
        b'{"type":"delivery.took","milliseconds":1500}',
        b'{"schema":2,"type":"delivery.took","seconds":1.5}',
        b'{"schema":3,"type":"delivery.took","took":{"seconds":1.5}}',
    ],
)
def test_each_shape_takes_the_steps_that_it_lacks(raw: bytes) -> None:
    assert json.loads(upcast(raw, TWICE)) == {"type": "delivery.took", "took": {"seconds": 1.5}}


def test_what_is_written_names_its_shape() -> None:
    raw = b'{"type":"delivery.took","took":{"seconds":1.5}}'
    assert stamped("delivery.took", raw, TWICE) == b'{"schema":3,' + raw[1:]
    assert upcast(stamped("delivery.took", raw, TWICE), TWICE) == raw
    assert stamped("feed.moved", raw, TWICE) == raw


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(b'{"schema":4,"type":"delivery.took"}', id="a newer shape"),
        pytest.param(b'{"schema":0,"type":"delivery.took"}', id="no shape"),
        pytest.param(b'{"schema":"2","type":"delivery.took"}', id="a shape that is no number"),
        pytest.param(b"{}", id="no type"),
        pytest.param(b'{"type":"\xff"}', id="no text"),
        pytest.param(b"", id="nothing"),
    ],
)
def test_what_a_newer_monitor_wrote_stops_loudly(raw: bytes) -> None:
    with pytest.raises(UnknownEvent):
        upcast(raw, TWICE)


@pytest.mark.parametrize(
    "change",
    [{"type": "article.translated"}, {"schema": 2}, {"surprise": 1}, {"at": "yesterday"}],
    ids=["type", "schema", "field", "value"],
)
def test_no_event_is_guessed_at(change: dict[str, Any]) -> None:
    path = next(path for path in GOLDEN if path.stem == "feed.moved")
    raw = stored(path)[0]
    with pytest.raises(UnknownEvent):
        decode(msgspec.json.encode({**json.loads(raw), **change}))
