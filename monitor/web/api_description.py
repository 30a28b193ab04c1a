"""The API in OpenAPI 3.1, made from the endpoints and the types that they answer with: it cannot say anything else than they do."""

from __future__ import annotations

import re
from typing import Any, Final

import msgspec

from monitor import __version__
from monitor.web.answers import BASE, MOST, Trouble
from monitor.web.exchange import Endpoint

_PLACE: Final = re.compile(r"\{(\w+):((?:[^{}]|\{[^{}]*\})*)\}")
_ASKED: Final[dict[str, dict[str, Any]]] = {
    "limit": {"type": "integer", "minimum": 1, "maximum": MOST, "default": 50},
    "since": {"type": "string", "format": "date-time"},
    "name": {"type": "array", "items": {"type": "string"}},
    "reread": {"type": "boolean", "default": False},
}


def described(endpoints: list[Endpoint]) -> dict[str, Any]:
    """The whole description."""
    types = {one.answer for one in endpoints} | {one.takes for one in endpoints if one.takes} | {Trouble}
    ordered = sorted(types, key=lambda kind: kind.__name__)
    schemas, components = msgspec.json.schema_components(ordered, ref_template="#/components/schemas/{name}")
    named = dict(zip(ordered, schemas, strict=True))
    paths: dict[str, Any] = {}
    for one in endpoints:
        paths.setdefault(_PLACE.sub(r"{\1}", BASE + one.path), {})[one.method.lower()] = _operation(one, named)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Monitor", "version": __version__},
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{}, {"token": []}],
    }


def _operation(one: Endpoint, named: dict[Any, Any]) -> dict[str, Any]:
    places = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string", "pattern": f"^{pattern}$"}}
        for name, pattern in _PLACE.findall(one.path)
    ]
    asked = [{"name": name, "in": "query", "schema": _ASKED.get(name, {"type": "string"})} for name in one.asks]
    trouble = {"description": "Why there is no answer.", "content": _content(named[Trouble])}
    statuses = {
        "200": {"description": (one.answer.__doc__ or "").split("\n")[0], "content": _content(named[one.answer])}
    }
    body = {"requestBody": {"content": _content(named[one.takes])}} if one.takes else {}
    return {
        "operationId": one.handler.__name__,
        "summary": (one.handler.__doc__ or "").strip(),
        "parameters": [*places, *asked],
        **body,
        "responses": {**statuses, **dict.fromkeys(("401", "403", "404", "408", "413", "422", "503"), trouble)},
    }


def _content(schema: Any) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}
