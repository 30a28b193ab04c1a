"""What is wrong with which key, in words: findings from the models' own errors. Where keys stand in the file is the loader's business."""

from __future__ import annotations

import re
import zoneinfo
from collections.abc import Collection, Iterator, Mapping
from datetime import date, time
from types import NoneType
from typing import Annotated, Any, Literal, NamedTuple, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails
from rapidfuzz import process
from rapidfuzz.distance import OSA

from monitor.config.channels import TABLES, AnyChannel
from monitor.config.models import Config
from monitor.config.positions import Path

_PLAIN = {
    "string_type": "a string",
    "int_type": "a whole number",
    "bool_type": "true or false",
    "dict_type": "a table",
    "model_type": "a table",
    "model_attributes_type": "a table",
    "tuple_type": "a list",
    "greater_than_equal": "at least {ge}",
    "less_than_equal": "at most {le}",
    "too_short": "a list of at least {min_length}",
    "string_too_short": "at least {min_length} character",
    "string_too_long": "at most {max_length} characters",
    "refused": "{expected}",
}
_KINDS = (
    (bool, "true or false"),
    (int | float, "a number"),
    (str, "a string"),
    (list, "a list"),
    (dict, "a table"),
    (date | time, "a date or time"),
    (object, "something else"),
)
_LONGEST_SHOWN = 60
_LISTED = 20
_COMPARED = 10_000
_ALIKE = 0.6


class Finding(NamedTuple):
    """One thing wrong at a path; `at` says whether the key or the value is to blame, `offset` which character of a string."""

    path: Path
    at: Literal["key", "value"]
    expected: str
    got: str
    offset: int | None = None

    def __str__(self) -> str:
        return f"expected {self.expected}, got {self.got}"


def from_models(error: ValidationError, raw: Mapping[str, Any]) -> Iterator[Finding]:
    """The findings of the models, but for what `references` says better: keys of which one must stand."""
    for details in error.errors(include_url=False):
        table, path = _locate(details["loc"])
        offered = {key for keys in getattr(table, "at_least_one", ()) for key in keys}
        offered |= set(getattr(table, "hidden", ()))
        if details["type"] != "missing" or path[-1] not in offered:
            yield _finding(details, path, table, raw)


def one_of(names: Collection[str], kind: str, got: str) -> tuple[str, str]:
    """(expected, got) for a name that is not among those known, with the nearest of them."""
    if not names:
        return f"{kind} (there is none)", quoted(got)
    listed = ", ".join(map(_clean, sorted(names))) if len(names) <= _LISTED else f"one of {len(names)}"
    return f"{kind} ({listed})", quoted(got) + did_you_mean(got, names)


def did_you_mean(got: str, names: Collection[str]) -> str:
    """A question that names the nearest of some names; nothing where none is near, or there are too many to look at."""
    known = sorted(names) if len(names) <= _COMPARED else []
    near = process.extractOne(got, known, scorer=OSA.normalized_similarity, score_cutoff=_ALIKE)
    return f"; did you mean {quoted(near[0])}?" if near else ""


def quoted(text: str) -> str:
    """A string as a message can show it: in quotes, cut, and without characters that would steer a terminal."""
    return f'"{_clean(text)}"'


def _clean(text: str) -> str:
    cut = text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"
    return "".join(char if char.isprintable() else f"\\u{ord(char):04x}" for char in cut)


def dotted(path: Path) -> str:
    """A path as TOML writes keys: `feeds.post.tags[0]`."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            bare = re.fullmatch(r"[A-Za-z0-9_-]+", part)
            text += ("." if text else "") + (part if bare else quoted(part))
    return text


def _finding(details: ErrorDetails, path: Path, table: Any, raw: Mapping[str, Any]) -> Finding:
    context = details.get("ctx", {})
    value = _value_at(raw, path)
    match details["type"]:
        case "extra_forbidden":
            return Finding(path, "key", *one_of(keys_of(table), "a known key", str(path[-1])))
        case "literal_error":
            return _unlisted(path, re.findall(r"'([^']*)'", str(context["expected"])), value)
        case "union_tag_invalid":
            return _unlisted((*path, "type"), TABLES, value["type"])
        case "missing" | "union_tag_not_found" as kind:
            missing = path if kind == "missing" else (*path, "type")
            return Finding(missing, "key", "a value", "nothing")
        case kind:
            at: Literal["key", "value"] = "key" if details["loc"][-1] == "[key]" else "value"
            shown = quoted(str(path[-1])) if at == "key" else _shown(value, hidden=_is_secret(path))
            expected = _PLAIN.get(kind, details["msg"]).format_map(context)
            if path == ("timezone",) and isinstance(value, str):
                shown += did_you_mean(value, zoneinfo.available_timezones())
            got = "an empty one" if kind == "too_short" else context.get("got") or shown
            return Finding(path, at, expected, got)


def _unlisted(path: Path, names: Collection[str], value: object) -> Finding:
    """A value that is none of a few words: these few are what was expected."""
    near = did_you_mean(value, names) if isinstance(value, str) else ""
    return Finding(path, "value", _either(names), _shown(value, hidden=False) + near)


def _either(names: Collection[str]) -> str:
    *others, last = map(quoted, names)
    return f"{', '.join(others)} or {last}" if others else last


def _locate(location: tuple[str | int, ...]) -> tuple[Any, Path]:
    """The type of the table in which a location of pydantic's lies, and that location as a path of the file.

    Pydantic adds the type of a channel as a step of its own, and `[key]` where a key itself is wrong.
    """
    table: Any = Config
    path: list[str | int] = []
    *around, last = location
    for part in around:
        if table == AnyChannel:
            table = TABLES[str(part)]
        else:
            path.append(part)
            table = _inside(table, part)
    return table, (*path, last) if last != "[key]" else tuple(path)


def _inside(table: Any, key: str | int) -> Any:
    """The type of what a key of a table holds."""
    match get_origin(table):
        case origin if origin is dict:
            return _plain(get_args(table)[1])
        case origin if origin is tuple:
            return _plain(get_args(table)[0])
        case _:
            return _plain(keys_of(table)[str(key)].annotation)


def _plain(held: Any) -> Any:
    """A type without its annotations, and without None, which no file can say."""
    while get_origin(held) is Annotated or NoneType in get_args(held):
        held = next(kind for kind in get_args(held) if kind is not NoneType)
    return held


def keys_of(table: type[BaseModel]) -> dict[str, FieldInfo]:
    """The fields of a table by the names they have in the file; what no file can say is not among them."""
    named = {str(field.validation_alias or name): field for name, field in table.model_fields.items()}
    hidden = getattr(table, "hidden", ())
    return {name: field for name, field in named.items() if name not in hidden}


def _value_at(raw: Any, path: Path) -> Any:
    for part in path:
        try:
            raw = raw[part]
        except (KeyError, IndexError, TypeError):
            return None
    return raw


def _is_secret(path: Path) -> bool:
    """Whether a value may be a secret that somebody put in the wrong place."""
    return (
        path[0] == "channels"
        and len(path) > 2
        and path[2] not in {"type", "allow_private", "rate", "firehose", "rotate_mib", "keep", "entries"}
    )


def _shown(value: object, *, hidden: bool) -> str:
    match value:
        case bool() if not hidden:
            return str(value).lower()
        case int() | float() if not hidden:
            return str(value)
        case str() if not hidden:
            return quoted(value)
        case _:
            return next(name for kind, name in _KINDS if isinstance(value, kind))
