"""The table of faults: faults.txt has a text for each, and the exact lines that it must give.

A case is `=== title`, the TOML, `---`, the lines. `(editors too)` in a title: the JSON Schema refuses the text as well; where it
does not stand, no schema could know, or the text is no TOML.
"""

from __future__ import annotations

import base64
import re
import tomllib
from pathlib import Path
from typing import NamedTuple

import jsonschema
import pytest

from monitor.config import parse, schema
from monitor.errors import ConfigError

SECRET = "whsec_" + base64.b64encode(b"s" * 32).decode()
ENV = {
    "DESK_SECRET": SECRET,
    "PLAIN_URL": "http://receiver.example/hook",
    "USER_URL": "https://me:hunter2@receiver.example/",
    "BARE_SECRET": "hunter2hunter2hunter2",
    "SHORT_SECRET": "whsec_" + base64.b64encode(b"hunter2").decode(),
    "ODD_SECRET": "whsec_hunter2!",
    "EMPTY": "",
    "TOKEN": "hunter2 !",
    "BAD_REDIS": "http://hunter2.example",
}


class Case(NamedTuple):
    title: str
    text: str
    lines: str


def read_cases() -> list[Case]:
    written = (Path(__file__).parent / "faults.txt").read_text(encoding="utf-8")
    parts = re.findall(r"^=== (.*?)\n(.*?)^---\n(.*?)(?=^=== |\Z)", written, re.MULTILINE | re.DOTALL)
    return [Case(title, text, lines.strip()) for title, text, lines in parts]


CASES = read_cases()
by_title = pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("faults")
    for name, text, mode in [
        ("open", SECRET, 0o644),
        ("good", SECRET, 0o600),
        ("bare", "hunter2", 0o600),
        ("large", "x" * 5000, 0o600),
    ]:
        file = made / f"{name}.secret"
        file.write_text(text)
        file.chmod(mode)
    (made / "folder.secret").mkdir(mode=0o700)
    return made


def faults_of(text: str, folder: Path) -> str:
    with pytest.raises(ConfigError) as raised:
        parse(text, ENV, file="config.toml", folder=folder)
    return str(raised.value)


@by_title
def test_the_lines_are_exactly_these(case: Case, folder: Path) -> None:
    assert faults_of(case.text, folder) == case.lines


@by_title
def test_no_secret_is_printed(case: Case, folder: Path) -> None:
    assert "hunter2" in "".join(ENV.values())
    assert "hunter2" not in faults_of(case.text, folder)
    assert SECRET not in faults_of(case.text, folder)


@by_title
def test_editors_are_told_what_a_schema_can_know(case: Case) -> None:
    try:
        table = tomllib.loads(case.text)
    except ValueError:
        assert "(editors too)" not in case.title
        return
    valid = jsonschema.Draft202012Validator(schema()).is_valid(table)
    assert valid is ("(editors too)" not in case.title)


def test_the_table_is_a_table_of_many() -> None:
    assert len(CASES) >= 40
    assert len({case.title for case in CASES}) == len(CASES)


def test_all_faults_of_all_cases_are_told_at_once(folder: Path) -> None:
    whole = next(case for case in CASES if case.title.startswith("everything at once"))
    assert len(whole.lines.splitlines()) >= 15
