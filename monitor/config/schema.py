"""The JSON Schema of the file, made from the models, for editors. `text()` is what stands in the shipped file."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from monitor.config.models import Config
from monitor.config.values import spell

SHIPPED = Path(__file__).with_name("config.schema.json")


class _ForEditors(GenerateJsonSchema):
    """Pydantic's schema without what no TOML file can say (null) and with ids closed to any other form."""

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        made = super().default_schema(schema)
        return made if made.get("default", made) is not None else {key: made[key] for key in made if key != "default"}

    def encode_default(self, dft: Any) -> Any:
        match dft:
            case SecretStr():
                return dft.get_secret_value()
            case timedelta():
                return spell(dft)
            case (timedelta(), *_):
                return [spell(one) for one in dft]
            case _:
                return super().encode_default(dft)

    def dict_schema(self, schema: core_schema.DictSchema) -> JsonSchemaValue:
        made = super().dict_schema(schema)
        return {**made, "additionalProperties": False} if "patternProperties" in made else made

    def field_title_should_be_set(self, _: Any) -> bool:
        return False


def schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of a configuration file."""
    made = Config.model_json_schema(mode="validation", schema_generator=_ForEditors)
    about = {"title": "Monitor's configuration", "description": "The TOML file that tells Monitor what to watch."}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **made, **about}


def text() -> str:
    """The schema as it is shipped: indented, in a fixed order, with a newline at its end."""
    return json.dumps(schema(), indent=2, sort_keys=True, ensure_ascii=False) + "\n"
