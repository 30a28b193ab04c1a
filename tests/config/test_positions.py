"""Every key and value of any TOML text is found where it was written."""

from __future__ import annotations

import json
import random
import re
import tomllib
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.config.positions import DEPTH, Path, Place, Positions, too_deep

names = st.text(st.characters(exclude_categories=["Cs"]), max_size=6) | st.from_regex(
    r"[A-Za-z0-9_-]{1,8}", fullmatch=True
)
leaves = (
    st.integers(-(10**12), 10**12)
    | st.booleans()
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
    | st.floats(allow_nan=False)
    | st.dates(date(1000, 1, 1))
)
values = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=4), max_leaves=12
)
tables = st.dictionaries(names, values, max_size=6)


class Writer:
    """Writes a table as TOML in styles chosen by chance, and notes where each key and value landed."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.newline = chance.choice(["\n", "\r\n"])
        self.text = ""
        self.keys: dict[Path, Place] = {}
        self.values: dict[Path, Place] = {}

    def here(self) -> Place:
        before = self.text.rsplit("\n", 1)
        return Place(self.text.count("\n") + 1, len(before[-1]) + 1)

    def write(self, text: str) -> None:
        self.text += text

    def space(self) -> None:
        self.write(self.chance.choice(["", "", " ", "\t", "  "]))

    def break_line(self) -> None:
        self.space()
        self.write(self.chance.choice(["", "", "# é [x] = 'q", "#"]) + self.newline)
        self.write(self.newline * self.chance.choice([0, 0, 1]))

    def table(self, path: Path, table: dict[str, Any]) -> None:
        later: list[tuple[str, str]] = []
        for name, value in table.items():
            style = self.style_of(value)
            if style in {"header", "headers"}:
                later.append((name, style))
            else:
                self.pair(path, (name,), value, dotted=style == "dotted")
        for name, style in later:
            if style == "header":
                self.header((*path, name))
                self.table((*path, name), table[name])
            else:
                for index, element in enumerate(table[name]):
                    self.header((*path, name), index)
                    self.table((*path, name, index), element)

    def style_of(self, value: object) -> str:
        if isinstance(value, dict):
            return self.chance.choice(["header", "inline", "dotted"])
        if isinstance(value, list) and value and all(isinstance(element, dict) for element in value):
            return self.chance.choice(["headers", "inline"])
        return "inline"

    def header(self, path: Path, index: int | None = None) -> None:
        self.space()
        self.write("[" if index is None else "[[")
        self.space()
        start = self.here()
        prefix: Path = ()
        for part in path:
            prefix = (*prefix, part)
            if isinstance(part, int):
                continue
            if len(prefix) > 1 and any(isinstance(step, str) for step in prefix[:-1]):
                self.dot()
            self.keys.setdefault(prefix, self.here())
            self.values.setdefault(prefix, self.here())
            self.key(part)
        if index is not None:
            self.keys[*path, index] = self.values[*path, index] = start
        self.space()
        self.write("]" if index is None else "]]")
        self.break_line()

    def pair(self, table: Path, dotted_key: tuple[str, ...], value: object, *, dotted: bool) -> None:
        if dotted and isinstance(value, dict) and value:
            for name, inner in value.items():
                self.pair(table, (*dotted_key, name), inner, dotted=isinstance(inner, dict))
            return
        self.space()
        self.assign(table, dotted_key, value)
        self.break_line()

    def assign(self, table: Path, dotted_key: tuple[str, ...], value: object) -> None:
        path = table
        for index, part in enumerate(dotted_key):
            if index:
                self.dot()
            path = (*path, part)
            self.keys.setdefault(path, self.here())
            self.values.setdefault(path, self.here())
            self.key(part)
        self.space()
        self.write("=")
        self.space()
        self.values[path] = self.here()
        self.value(path, value)

    def dot(self) -> None:
        self.space()
        self.write(".")
        self.space()

    def key(self, name: str) -> None:
        forms = [self.quoted(name)]
        if re.fullmatch(r"[A-Za-z0-9_-]+", name):
            forms.append(name)
        if name.isprintable() and "'" not in name:
            forms.append(f"'{name}'")
        self.write(self.chance.choice(forms))

    def quoted(self, text: str) -> str:
        return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")

    def value(self, path: Path, value: object) -> None:
        match value:
            case dict():
                self.write("{")
                for index, (name, inner) in enumerate(value.items()):
                    self.write(", " if index else " ")
                    self.assign(path, (name,), inner)
                self.write(" }")
            case list():
                self.array(path, value)
            case str() if value.isprintable() and "'" not in value and self.chance.random() < 0.5:
                self.write(f"'''{self.newline}{value}'''")
            case str():
                self.write(self.quoted(value))
            case bool():
                self.write(str(value).lower())
            case _:
                self.write(str(value))

    def array(self, path: Path, elements: list[Any]) -> None:
        self.write("[")
        for index, element in enumerate(elements):
            self.chance.choice([self.space, self.break_line])()
            self.keys[*path, index] = self.values[*path, index] = self.here()
            self.value((*path, index), element)
            self.write("," if index < len(elements) - 1 else self.chance.choice(["", ","]))
        self.chance.choice([self.space, self.break_line])()
        self.write("]")


@given(tables, st.randoms(use_true_random=False))
def test_every_key_and_value_is_found_where_it_was_written(table: dict[str, Any], chance: random.Random) -> None:
    writer = Writer(chance)
    writer.table((), table)
    assert tomllib.loads(writer.text) == table
    positions = Positions(writer.text)
    assert positions.keys == writer.keys
    assert positions.values == writer.values
    assert positions.repeated == []


@given(tables, st.randoms(use_true_random=False))
def test_every_path_of_the_values_has_a_place(table: dict[str, Any], chance: random.Random) -> None:
    writer = Writer(chance)
    writer.table((), table)
    positions = Positions(writer.text)

    def paths(value: object, path: Path) -> None:
        items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        for key, inner in items:
            assert (*path, key) in positions.keys
            assert (*path, key) in positions.values
            paths(inner, (*path, key))

    paths(tomllib.loads(writer.text), ())


@pytest.mark.parametrize(
    ("text", "path", "place"),
    [
        ("a = 1\nb = 2\na = 3", ("a",), Place(3, 1)),
        ("[a]\nx = 1\n[b]\n[a]", ("a",), Place(4, 2)),
        ("a.b = 1\na.b = 2", ("a", "b"), Place(2, 1)),
        ("a = { x = 1, x = 2 }", ("a", "x"), Place(1, 14)),
        ("a.'b' = 1\n[a]\nb = 2", ("a", "b"), Place(3, 1)),
    ],
)
def test_a_key_that_is_there_twice_is_told(text: str, path: Path, place: Place) -> None:
    assert [(repeated, second) for repeated, second, _ in Positions(text).repeated] == [(path, place)]


def test_a_missing_key_stands_where_its_nearest_table_does() -> None:
    positions = Positions("x = 1\n[feeds.post]\ntags = []")
    assert positions.of_key(("feeds", "post", "url")) == Place(2, 8)
    assert positions.of_key(("pages",)) == Place(1, 1)
    assert positions.of_value(("feeds", "post", "tags", 0)) == Place(3, 8)


@pytest.mark.parametrize(
    "text",
    [
        "0\x00= ",
        "a = \x00 1",
        "[\x00]",
        "[]\na = 1",
        "[[\n]]",
        "a = b = c",
        "= 1",
        "[0\x00.]",
        "a.\x00.b = 1",
        "[a.]\nb = 1\nb = 2",
    ],
)
def test_what_is_no_toml_has_the_places_that_can_be_told(text: str) -> None:
    positions = Positions(text)
    assert positions.of_value(("no", "such")) == Place(1, 1)
    assert all(place.line <= text.count("\n") + 1 for _, place, _ in positions.repeated)


def test_keys_too_deep_are_found_before_they_cost_time() -> None:
    assert too_deep("# é\nx = 1\n é = 2\n" + ".".join("a" * DEPTH) + " = 1") is None
    assert too_deep("x = 1\n  " + ".".join("a" * (DEPTH + 1)) + " = 1") == Place(2, 3)
    assert too_deep("[" + "a." * 200_000 + "a]") == Place(1, 2)
