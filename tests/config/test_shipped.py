"""What is shipped about the configuration says what the models say: the example, the schema, the documentation."""

from __future__ import annotations

import base64
import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from authority import authority

from monitor.config import Config, Webhook, load, parse, schema
from monitor.config.schema import SHIPPED, text
from monitor.errors import ConfigError

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "config.example.toml"
SERVICES = ("SLACK", "DISCORD", "TEAMS", "MAIL", "NTFY", "TELEGRAM")
SECRET = "whsec_" + base64.b64encode(b"e" * 32).decode()
ENV = {
    "DESK_SECRET": SECRET,
    "ARCHIVE_URL": "http://10.0.0.1/hook",
    "SLACK_BOT_TOKEN": "xoxb-an-example",
    "MONITOR_REDIS_URL": "redis://:pw@redis.example",
    "MONITOR_TOKEN": "a-token-of-many-letters-0123456789",
    **{f"{service}_URL": f"{service.lower()}://example" for service in SERVICES},
}

type_names = {
    "string": "string",
    "integer": "whole number",
    "number": "number",
    "boolean": "true or false",
    "object": "table",
}


def properties(node: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {name: resolved(value) for name, value in node.get("properties", {}).items()}


def resolved(node: dict[str, Any]) -> dict[str, Any]:
    """A node of the schema with what it refers to."""
    if "$ref" in node:
        return {
            **schema()["$defs"][node["$ref"].rsplit("/", 1)[1]],
            **{key: node[key] for key in node if key != "$ref"},
        }
    return node


def tables(node: dict[str, Any], path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every table that the schema knows, by its dotted name."""
    if "properties" in node:
        yield path, node
        for name, inner in properties(node).items():
            yield from tables(inner, f"{path}.{name}".strip("."))
        for name, inner in properties(node).items():
            if "$ref" in inner.get("items", {}) and not path.endswith(f"{name}[]"):  # routes stand in routes
                yield from tables(resolved(inner["items"]), f"{path}.{name}[]".strip("."))
    for inner in node.get("patternProperties", {}).values():
        for choice in inner.get("oneOf", [inner]):
            if "$ref" in choice:
                yield from tables(resolved(choice), f"{path}.ID")


def different(found: Iterator[tuple[str, dict[str, Any]]]) -> list[tuple[str, dict[str, Any]]]:
    """Each table once, at its first place: `match` says the same wherever it stands."""
    kept: dict[str, tuple[str, dict[str, Any]]] = {}
    for path, table in found:
        kept.setdefault(json.dumps(table["properties"], sort_keys=True), (path, table))
    return list(kept.values())


TABLES = different(tables(schema()))


# --- the schema ------------------------------------------------------------------------------------------------------


def test_the_shipped_schema_is_that_of_the_models() -> None:
    made = SHIPPED.read_text(encoding="utf-8") == text()
    assert made, "write it anew: python -c 'from monitor.config.schema import *; SHIPPED.write_text(text())'"


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(schema())
    assert '"null"' not in text()


def test_every_key_says_what_it_is_and_every_table_is_closed() -> None:
    for path, table in TABLES:
        assert table["additionalProperties"] is False, path
        for name, key in properties(table).items():
            assert key["description"].strip().endswith("."), f"{path}.{name}"


def test_defaults_of_the_schema_are_valid_in_the_schema() -> None:
    for path, table in TABLES:
        for name, key in properties(table).items():
            if "default" in key:
                assert jsonschema.Draft202012Validator(key).is_valid(key["default"]), f"{path}.{name}"


# --- the example -----------------------------------------------------------------------------------------------------


def uncommented() -> str:
    """The example with all that it shows: of keys that exclude each other the ones that were commented out."""
    shown = re.sub(r"^#(?=[a-z\[])", "", EXAMPLE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return re.sub(r'^url = "embedded".*\n', "", shown, flags=re.MULTILINE)


@pytest.fixture
def whole(tmp_path: Path) -> Config:
    (tmp_path / "archive.secret").write_text(SECRET + "\n")
    (tmp_path / "archive.secret").chmod(0o600)
    (tmp_path / "people.csv").write_text("valls,Manuel Valls\n")
    (tmp_path / "feeds.opml").write_text("<opml><body/></opml>")
    (tmp_path / "sanctioned.csv").write_text("acme,Acme Corp\n")
    authority(tmp_path)[0].rename(tmp_path / "newsroom-ca.pem")
    (tmp_path / "config.toml").write_text(uncommented(), encoding="utf-8")
    return load(tmp_path / "config.toml", ENV)


def test_the_example_loads_as_it_stands_without_any_secret() -> None:
    config = load(EXAMPLE, {})
    assert config.redis.url.get_secret_value() == "embedded"
    assert {channel.type for channel in config.channels.values()} == {"atom", "console", "jsonl"}, "none needs a secret"


def test_the_example_loads_with_all_that_it_shows(whole: Config) -> None:
    kinds = sorted(channel.type for channel in whole.channels.values())
    assert kinds == [*["apprise"] * len(SERVICES), "atom", "console", "jsonl", "slack", "webhook", "webhook"]
    assert all(
        channel.secret.get_secret_value() == SECRET
        for channel in whole.channels.values()
        if isinstance(channel, Webhook)
    )


def test_the_example_names_every_table_and_every_key() -> None:
    said = tomllib.loads(uncommented())
    said["redis"] |= tomllib.loads(EXAMPLE.read_text(encoding="utf-8"))["redis"]
    missing = [f"{path}.{key}" for path, table in TABLES for key in properties(table) if not is_said(said, path, key)]
    assert missing == []


def is_said(said: Any, path: str, key: str) -> bool:
    """Whether any table at the path, whatever its id, has the key."""
    found = [said]
    for part in path.split(".") if path else []:
        name, is_list = part.removesuffix("[]"), part.endswith("[]")
        found = [inner for table in found for inner in (table.values() if part == "ID" else [table.get(name, {})])]
        found = [inner for table in found for inner in table] if is_list else found
    return any(key in table for table in found)


def test_the_example_names_the_secrets_that_it_needs() -> None:
    head = EXAMPLE.read_text(encoding="utf-8").split("\n\n")[1]
    for name in (
        "DESK_SECRET",
        "ARCHIVE_URL",
        "archive.secret",
        "SLACK_BOT_TOKEN",
        *(f"{name}_URL" for name in SERVICES),
    ):
        assert name in head


@pytest.mark.parametrize(
    "written", [EXAMPLE.read_text(encoding="utf-8"), uncommented()], ids=["as it stands", "with all"]
)
def test_the_example_is_valid_for_editors(written: str) -> None:
    jsonschema.validate(tomllib.loads(written), schema())


def test_the_example_points_editors_to_the_schema() -> None:
    first = EXAMPLE.read_text(encoding="utf-8").splitlines()[0]
    assert (ROOT / first.removeprefix("#:schema ")).resolve() == SHIPPED.resolve()


# --- the documentation -----------------------------------------------------------------------------------------------


def rows(table: dict[str, Any]) -> list[str]:
    required = table.get("required", [])
    return [
        f"| `{name}` | {kind(key)} | {default(name, key, required)} | {key['description']} |"
        for name, key in properties(table).items()
    ]


def kind(key: dict[str, Any]) -> str:
    """A key's type in words."""
    key = resolved(key)
    if "const" in key:
        return f"`{json.dumps(key['const'])}`"
    if "enum" in key:
        return " or ".join(f'`"{word}"`' for word in key["enum"])
    if "anyOf" in key:
        return " or ".join(map(kind, key["anyOf"]))
    if "d)?" in key.get("pattern", ""):
        return "duration"
    if key["type"] == "array":
        return f"list of {kind(key['items'])}"
    bounds = f" ({key['minimum']} to {key['maximum']})" if "minimum" in key else ""
    return type_names[key["type"]] + bounds


def default(name: str, key: dict[str, Any], required: list[str]) -> str:
    if name in required:
        return "required"
    return f"`{json.dumps(key['default'])}`" if "default" in key else "–"


@pytest.mark.parametrize(("path", "table"), TABLES, ids=[path or "top" for path, _ in TABLES])
def test_the_documentation_has_every_key_with_its_type_default_and_meaning(path: str, table: dict[str, Any]) -> None:
    written = (ROOT / "docs/configuration.md").read_text(encoding="utf-8")
    assert "\n".join(rows(table)) in written, f"docs/configuration.md lacks, for {path}:\n" + "\n".join(rows(table))


def test_the_documentation_has_no_key_that_is_none() -> None:
    written = re.findall(
        r"^\| `([^`]+)` \|", (ROOT / "docs/configuration.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert sorted(written) == sorted(key for _, table in TABLES for key in properties(table))


def test_the_faults_of_the_documentation_are_printed_so(tmp_path: Path) -> None:
    written = (ROOT / "docs/configuration.md").read_text(encoding="utf-8")
    (toml,) = re.findall(r"```toml\n# config\.toml\n(.*?)```", written, re.DOTALL)
    (lines,) = re.findall(r"```text\n(config\.toml:.*?)```", written, re.DOTALL)
    with pytest.raises(ConfigError) as raised:
        parse(toml, {}, file="config.toml", folder=tmp_path)
    assert str(raised.value) == lines.strip()
