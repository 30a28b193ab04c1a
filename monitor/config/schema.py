"""The JSON Schema of the file, made from the models, for editors. `text()` is what stands in the shipped file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from monitor.config.models import Config

SHIPPED = Path(__file__).with_name("config.schema.json")


def schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of a configuration file."""
    made = Config.model_json_schema(mode="validation")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **made, "title": "Monitor's configuration"}


def text() -> str:
    """The schema as it is shipped: indented, in a fixed order, with a newline at its end."""
    return json.dumps(schema(), indent=2, sort_keys=True, ensure_ascii=False) + "\n"
