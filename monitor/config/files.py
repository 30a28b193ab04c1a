"""Finds, reads and checks a configuration file: all of it is valid, or every reason why it is not is told at once."""

from __future__ import annotations

import re
import tomllib
from codecs import BOM_UTF8
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pydantic import SecretStr, ValidationError

from monitor.config import credentials, lists, opml, references
from monitor.config.findings import Finding, dotted, from_models
from monitor.config.models import Config
from monitor.config.positions import DEPTH, Place, Positions, too_deep
from monitor.config.positions import Path as KeyPath
from monitor.errors import ConfigError, Fault

LARGEST = 10 * 1024 * 1024  # bytes

_PLACES = (Path("config.toml"), Path("/etc/monitor/config.toml"))
_SYNTAX = re.compile(r"(?P<what>.*) \(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)", re.DOTALL)


def find(explicit: Path | None, env: Mapping[str, str]) -> Path:
    """The file to read: `explicit`, else $MONITOR_CONFIG, else ./config.toml, else /etc/monitor/config.toml.

    Raises ConfigError, naming the places looked at. One that was named is never passed over for another.
    """
    named = explicit or (Path(env["MONITOR_CONFIG"]) if env.get("MONITOR_CONFIG") else None)
    places = (named,) if named else _PLACES
    for place in places:
        if place.exists():
            return place
    looked = ", ".join(map(str, places))
    raise ConfigError(
        [Fault(str(places[0]), 0, 0, "", f"expected a configuration file, got none (looked at: {looked})")]
    )


def load(path: Path, env: Mapping[str, str], *, telling: bool = True) -> Config:
    """Read a configuration file and the secrets it names. Raises ConfigError with every fault.

    Without `telling`, for who only reads what was recorded, a channel's secret that is not at hand is no fault but empty.
    """
    return parse(_read(path), env, file=str(path), folder=path.resolve().parent, telling=telling)


def parse(text: str, env: Mapping[str, str], *, file: str, folder: Path, telling: bool = True) -> Config:
    """Check a configuration text; `file` names it in faults, relative paths in it start at `folder`. Raises ConfigError."""
    raw = _parse_toml(text, file)
    listed, problems = lists.bring_in(raw, folder)
    faults = opml.bring_in(raw, folder)
    findings = [Finding(key, "value", expected, got) for key, expected, got in problems]
    findings += references.check(raw, set(listed.ids()))
    for path, found in credentials.bring_in(raw, env, folder):
        if isinstance(found, SecretStr) or (path[0] in {"channels", "web"} and not telling):
            secret = found if isinstance(found, SecretStr) else SecretStr("")
            _table_at(raw, path[:-1]).setdefault(path[-1].partition("_")[0], secret)
        else:
            findings.append(Finding(path, "value", *found))
    findings += references.check_transport(raw)
    try:
        config = Config.model_validate(raw, context={"folder": folder}, by_alias=True, by_name=False)
    except ValidationError as error:
        findings += from_models(error, raw)
        raise ConfigError(
            _placed(findings, Positions(text), file) + faults
        ) from None  # pydantic's own text would show values
    if findings or faults:
        raise ConfigError(_placed(findings, Positions(text), file) + faults)
    return config.with_lists(listed)


def place(path: KeyPath, text: str, offset: int | None = None) -> Place:
    """Where in the text of a file that `load` accepted the value of a key stands, or a character of it."""
    return _place(Finding(path, "value", "", "", offset), Positions(text))


def read_text(path: Path) -> str:
    """The text of a configuration file. Raises ConfigError where it cannot be read."""
    return _read(path)


def _read(path: Path) -> str:
    file = str(path)
    try:
        with path.open("rb") as opened:
            content = opened.read(LARGEST + 1)
    except OSError as error:
        raise ConfigError(
            [Fault(file, 0, 0, "", f"expected a file that can be read, got: {error.strerror}")]
        ) from error
    if len(content) > LARGEST:
        raise ConfigError([Fault(file, 0, 0, "", f"expected at most {LARGEST} bytes, got more")])
    content = content.removeprefix(BOM_UTF8)
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        before = content[: error.start].decode()
        place = Place(before.count("\n") + 1, len(before) - before.rfind("\n"))
        raise ConfigError(
            [Fault(file, *place, "", f"expected UTF-8, got byte 0x{content[error.start]:02x}")]
        ) from error


def _parse_toml(text: str, file: str) -> dict[str, Any]:
    if place := too_deep(text):
        raise ConfigError([Fault(file, *place, "", f"expected a key of at most {DEPTH} parts, got more")])
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(_repeated(text, file) or [_syntax_fault(str(error), text, file)]) from error
    except RecursionError as error:
        raise ConfigError(
            [Fault(file, 0, 0, "", "expected lists and tables less deep in each other, got too many")]
        ) from error
    except ValueError as error:  # an integer of more digits than Python reads
        raise ConfigError([Fault(file, 0, 0, "", "expected numbers of at most 4300 digits, got more")]) from error


def _repeated(text: str, file: str) -> list[Fault]:
    """Every key that is defined twice, where that is what is wrong."""
    return [
        Fault(file, *place, dotted(path), f"expected each key once, got it again (first at line {first.line})")
        for path, place, first in Positions(text).repeated
    ]


def _syntax_fault(message: str, text: str, file: str) -> Fault:
    """The parser's message with its place; of the text itself one character at most is shown, for it may be a secret."""
    found = _SYNTAX.fullmatch(message)
    what = found["what"] if found else message
    lines = text.split("\n")
    if found and found["line"]:
        place = Place(int(found["line"]), int(found["column"]))
        got = repr(lines[place.line - 1][place.column - 1 :][:1] or "the end of the line")
    else:
        place = Place(len(lines), len(lines[-1]) + 1)
        got = "the end of the file"
    problem = (
        f"{what[0].lower()}{what[1:]}, got {got}"
        if what.startswith("Expected")
        else f"expected TOML, got {what[0].lower()}{what[1:]}"
    )
    return Fault(file, *place, "", problem)


def _table_at(raw: Any, path: tuple[str, ...]) -> dict[str, Any]:
    for part in path:
        raw = raw[part]
    table: dict[str, Any] = raw
    return table


def _placed(findings: Iterable[Finding], positions: Positions, file: str) -> list[Fault]:
    return [
        Fault(
            file,
            *(where := _place(finding, positions)),
            dotted(finding.path),
            str(finding) if finding.offset is None else f"{finding}\n{positions.excerpt(where)}",
        )
        for finding in findings
    ]


def _place(finding: Finding, positions: Positions) -> Place:
    if finding.at == "key":
        return positions.of_key(finding.path)
    if finding.offset is None:
        return positions.of_value(finding.path)
    return positions.of_character(finding.path, finding.offset)
