"""The console: a small block for each message, for a person at a terminal. What articles say can neither colour nor move it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import IO, Any

import msgspec
from rich.console import Console as Terminal
from rich.text import Text

from monitor.config.channels import Console as Table
from monitor.core.policy.summary import one_line
from monitor.notifiers.plain import Telling, telling
from monitor.ports import Net, Outcome

SHOWN = 3  # hits of one alert
COLOURS = {"critical": "bold red", "warning": "yellow", "info": "cyan"}


def from_table(_table: Table, _net: Net) -> Console:
    """Open a configured channel: it needs nothing."""
    return Console()


class Console:
    """Writes to a stream, by default standard output."""

    def __init__(self, stream: IO[str] | None = None) -> None:
        self._terminal = Terminal(file=stream, highlight=False, soft_wrap=True)

    async def send(
        self,
        notification: str,
        body: str,
        *,
        at: datetime,
        thread: str = "",  # noqa: ARG002 - a terminal has no threads
    ) -> Outcome:
        """Print one message. A closed stream is tried again, a body that is no message is dead."""
        try:
            data = msgspec.json.decode(body)["data"]
            block = rendered(data, at) if "hits" in data else listed(telling(body), at)
        except (msgspec.DecodeError, LookupError, TypeError, ValueError, AttributeError) as error:
            return Outcome("dead", "bad_body", f"{notification} is no message: {type(error).__name__}")
        try:
            self._terminal.print(block)
        except (OSError, ValueError) as error:  # ValueError: the stream is closed
            return Outcome("retry", "closed", str(error))
        return Outcome("delivered")


def rendered(data: Mapping[str, Any], at: datetime) -> Text:
    """An alert as a block of text: what happened, the sentences with their marks, the address."""
    severity = one_line(data["severity"])
    block = Text(f"{at:%H:%M:%S} ")
    block.append(severity.upper(), COLOURS.get(severity, "bold"))
    block.append(f" {one_line(data['summary'])}", "bold")
    block.append(f" [{one_line(data['watchlist'])}]", "dim")
    for hit in data["hits"][:SHOWN]:
        block.append("\n  ")
        block.append_text(marked(hit["sentence"], hit["marks"]))
    if len(data["hits"]) > SHOWN:
        block.append(f"\n  and {len(data['hits']) - SHOWN} more", "dim")
    block.append(f"\n  {one_line(data['article']['url'])}", "blue")
    return block


def listed(told: Telling, at: datetime) -> Text:
    """Any other message as a block of text: its title, its lines, its link."""
    block = Text(f"{at:%H:%M:%S} ")
    block.append(f"{told.kind.upper()} ", COLOURS.get(told.grave, "cyan"))
    block.append(told.title, "bold")
    for line in told.lines:
        block.append(f"\n  {line}")
    return block.append(f"\n  {told.link}", "blue") if told.link else block


def marked(sentence: str, marks: Sequence[Sequence[int]]) -> Text:
    """A sentence with its marks in reverse video. Each piece is cleaned by itself, so that no mark moves."""
    text, here = Text(), 0
    for start, end in marks:
        text.append(_clean(sentence[here:start]))
        text.append(_clean(sentence[start:end]), "reverse")
        here = end
    return text.append(_clean(sentence[here:]))


def _clean(piece: str) -> str:
    """One line, with the space at the piece's ends as it was."""
    first, last = (" " if piece[:1].isspace() else ""), (" " if piece[-1:].isspace() else "")
    cleaned = one_line(piece)
    return f"{first}{cleaned}{last}" if cleaned else first
