"""The JSON Schemas of what Monitor sends, shipped with it. They describe; nothing is validated with them at run time."""

from __future__ import annotations

import json
from importlib import resources
from typing import Any


def load(name: str) -> dict[str, Any]:
    """The schema of a message type such as `alert.raised`. Raises FileNotFoundError where there is none."""
    schema: dict[str, Any] = json.loads(resources.files(__package__).joinpath(f"{name}.json").read_text("utf-8"))
    return schema


def names() -> list[str]:
    """The message types that have a schema, in the order of the alphabet."""
    files = (file.name for file in resources.files(__package__).iterdir())
    return sorted(name.removesuffix(".json") for name in files if name.endswith(".json"))
