"""How answers are printed: safe text, tables that fit, JSON, and the end of a verb that finds nothing. It asks nothing.

Everything that came from outside passes through `clean` before a terminal sees it, and is never read as markup.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Sequence
from datetime import datetime, tzinfo
from typing import Any, Final

import msgspec
import typer
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

# C0 and C1 controls, marks that reorder what is seen (bidi), invisible separators and tags, lone surrogates. The joiners of
# Persian, Indic and emoji stay.
_UNSEEN: Final = (
    "\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f"
)
_SEQUENCES: Final = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_][^\x07\x1b]{0,4096}(?:\x07|\x1b\\)?|.)?")  # ECMA-48
_SPACES: Final = re.compile(r"[\t\n\v\f\r\x85\u2028\u2029]+")
_CONTROLS: Final = re.compile(f"[{_UNSEEN}]")
_CONTROLS_IN_JSON: Final = re.compile(f"[{_UNSEEN.replace(chr(0), chr(0x7F), 1).replace(chr(0x1F), chr(0x7F), 1)}]")


def clean(text: str) -> str:
    """One line of text that can do nothing to a terminal: line breaks become spaces, controls and their sequences vanish."""
    return _CONTROLS.sub("", _SPACES.sub(" ", _SEQUENCES.sub("", text)))


def safe(text: str, style: str = "") -> Text:
    """Text from outside, ready to print; what looks like markup in it is shown as it stands."""
    return Text(clean(text), style=style)


def screen() -> Console:
    """Where answers go. Without a terminal: no colour, and 120 columns unless $COLUMNS says otherwise."""
    width = None if sys.stdout.isatty() or "COLUMNS" in os.environ else 120
    return Console(highlight=False, markup=False, emoji=False, width=width)


def listing(*columns: str, folding: str) -> Table:
    """An empty table for rows of `safe` texts: one column folds into what room there is, the others stand."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0), header_style="bold", show_edge=False)
    for column in columns:
        if column == folding:
            table.add_column(column, overflow="fold", ratio=1)
        else:
            table.add_column(column, no_wrap=True)
    return table


def short(identity: str) -> str:
    """As much of an id as names it in practice: 8 digits. Every verb that takes an id takes its beginning, with or without the kind."""
    return identity.rpartition("_")[2][:8]


def when(at: datetime | None, zone: tzinfo) -> str:
    """A moment to the second in the reader's zone."""
    return at.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S") if at else "–"


def minute(at: datetime, zone: tzinfo) -> str:
    """A moment to the minute, for listings."""
    return when(at, zone)[:16]


def show_json(document: Any, *, indent: int = 2) -> None:
    """Print one JSON document; characters that could trouble a terminal are escaped. `indent` 0 keeps it on one line."""
    encoded = msgspec.json.encode(document)
    text = (msgspec.json.format(encoded, indent=indent) if indent else encoded).decode()
    sys.stdout.write(_CONTROLS_IN_JSON.sub(_escaped, text) + "\n")
    sys.stdout.flush()


def _escaped(found: re.Match[str]) -> str:
    return "".join(f"\\u{int.from_bytes(unit, 'big'):04x}" for unit in _utf16(found[0]))


def _utf16(character: str) -> Iterator[bytes]:
    encoded = character.encode("utf-16-be", "surrogatepass")
    return (encoded[at : at + 2] for at in range(0, len(encoded), 2))


def nothing(message: str) -> typer.Exit:
    """Say on standard error that what was asked for is not there; raise what this returns."""
    sys.stderr.write(clean(message) + "\n")
    return typer.Exit(1)


def one_of(found: Sequence[Any], name: str, what: str, forgotten: str = "") -> Any:
    """The one row that a name means. Ends the verb where it means none, or several; `forgotten` says why it may be none."""
    exact = [row for row in found if row.id == name]
    if not found:
        raise nothing(f"no {what} is known as {name}{forgotten and f': {forgotten}'}")
    if len(found) > 1 and not exact:
        raise nothing(f"{name} may mean {', '.join(row.id for row in found)}: type more of it")
    return (exact or found)[0]
