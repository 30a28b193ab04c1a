"""What every table of the file has in common: frozen, strict, closed, and honest about keys that exclude each other."""

from __future__ import annotations

from typing import ClassVar

from pydantic import BaseModel, ConfigDict, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema


class Table(BaseModel):
    """A table of the file. `at_most_one` and `at_least_one` list keys that exclude each other, or of which one must stand.

    `hidden` are fields that no file can say: secrets, brought in from elsewhere.
    """

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, validate_default=True, validate_by_name=True, validate_by_alias=True
    )
    at_most_one: ClassVar[tuple[tuple[str, ...], ...]] = ()
    at_least_one: ClassVar[tuple[tuple[str, ...], ...]] = ()
    hidden: ClassVar[tuple[str, ...]] = ()

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        schema = handler.resolve_ref_schema(handler(core))
        alone = [{"not": {"required": list(keys)}} for keys in cls.at_most_one]
        some = [{"anyOf": [{"required": [key]} for key in keys]} for keys in cls.at_least_one]
        if alone or some:
            schema["allOf"] = [*alone, *some]
        offered = {key for keys in cls.at_least_one for key in keys}
        if required := schema.pop("required", None):
            schema["required"] = [key for key in required if key not in offered and key in schema["properties"]]
        return schema
