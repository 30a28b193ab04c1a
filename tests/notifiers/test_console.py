"""The console: readable for a person, and proof against what articles say."""

import io
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.notifiers.console import Console, marked, rendered

NOW = datetime(2015, 11, 15, 22, 11, 2, tzinfo=UTC)


async def test_an_alert_is_a_small_block(body: str) -> None:
    stream = io.StringIO()
    outcome = await Console(stream).send("msg_1", body, at=NOW)
    assert outcome.kind == "delivered"
    assert stream.getvalue().splitlines() == [
        "22:11:02 CRITICAL Post: edited in, “act of war” (title) [war]",
        "  Hollande called it “an act of war”.",
        "  https://post.example/a1",
    ]


async def test_it_writes_to_standard_output(body: str, capsys: pytest.CaptureFixture[str]) -> None:
    await Console().send("msg_1", body, at=NOW)
    assert "act of war" in capsys.readouterr().out


def test_the_mark_is_highlighted() -> None:
    text = marked("He said  \nact of war, an act of war.", [[10, 20], [25, 35]])
    assert text.plain == "He said act of war, an act of war."
    assert [text.plain[span.start : span.end] for span in text.spans if span.style == "reverse"] == ["act of war"] * 2


def test_further_hits_are_counted(data: dict[str, Any]) -> None:
    block = rendered({**data, "hits": data["hits"] * 5}, NOW)
    assert "and 2 more" in block.plain


async def test_a_closed_stream_is_tried_again(body: str) -> None:
    stream = io.StringIO()
    console = Console(stream)
    stream.close()
    assert (await console.send("msg_1", body, at=NOW)).kind == "retry"


@given(st.text())
async def test_hostile_text_stays_text(data: dict[str, Any], hostile: str) -> None:
    evil = f"{hostile}\x1b]0;x\x07\x1b[31m\u202e[bold]{hostile}\r\b\u2066"
    told = {**data, "summary": evil, "article": {"url": evil}, "hits": [{"sentence": evil, "marks": [[0, len(evil)]]}]}
    stream = io.StringIO()
    await Console(stream).send("msg_1", json.dumps({"data": told}), at=NOW)
    printed = stream.getvalue()
    assert not set("\x1b\x07\r\b\u202e\u2066") & set(printed)
    assert printed.count("\n") == 3
    assert "[bold]" in printed
