"""A query that was tried as a table for the configuration, ready to be pasted. It writes no file."""

from __future__ import annotations

import json
from typing import Final

NAME: Final = "name-it"


def table(query: str, *, everything: bool) -> str:
    """The table of a watchlist; `everything`: told of every change."""
    on = 'on = "everything"\n' if everything else ""
    return f"[watchlists.{NAME}]\nquery = {_string(query)}\n{on}"


def _string(text: str) -> str:
    """A string of TOML (toml.io, v1.0.0, string): as it stands in quotes that escape nothing, where it can stand in them."""
    plain = text.isprintable() and "'" not in text
    return f"'{text}'" if plain else json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
