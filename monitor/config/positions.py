"""Where each key and value of a TOML text stands. It reads no meaning: values are tomllib's business, faults are others'."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

import tree_sitter_toml
from tree_sitter import Language, Node, Parser, Query, QueryCursor

Path = tuple[str | int, ...]

_SHOWN = 100  # characters of a line
DEPTH = 32  # dotted parts of one key; tomllib's time grows with their square

_LANGUAGE = Language(tree_sitter_toml.language())
_KEYS = ("bare_key", "quoted_key", "dotted_key")
_DOTTED = Query(
    _LANGUAGE, "(pair . (dotted_key) @key) (table . (dotted_key) @key) (table_array_element . (dotted_key) @key)"
)


class Place(NamedTuple):
    """A point in a text: line and column, both from 1, the column in characters."""

    line: int
    column: int


class Positions:
    """Where the keys and values of a text stand, by path: `("feeds", "post", "tags", 0)` is a list's first element.

    `keys` has the first place of each key, `values` that of each value (for a table with a header: the header's key),
    `repeated` each further definition of the same key with the same path.
    """

    def __init__(self, text: str) -> None:
        self._lines = text.encode().split(b"\n")
        self._root = _parse(text)
        self._arrays: dict[Path, int] = {}
        self._defined: dict[Path, Place] = {}
        self.keys: dict[Path, Place] = {}
        self.values: dict[Path, Place] = {}
        self.repeated: list[tuple[Path, Place, Place]] = []
        for statement in self._root.named_children:
            self._read_statement(statement)

    def of_key(self, path: Path) -> Place:
        """The key's place, or that of the nearest table around it where it is not there."""
        return self._nearest(self.keys, path)

    def of_value(self, path: Path) -> Place:
        """The value's place, or that of the nearest value around it."""
        return self._nearest(self.values, path)

    def of_character(self, path: Path, offset: int) -> Place:
        """Where a character of a string value stands, whatever its quotation marks and escapes; the value's place if it is none."""
        place = self.of_value(path)
        line = place.line - 1
        source = "\n".join(each.decode() for each in self._lines[line:])[place.column - 1 :]
        steps = _steps(source)
        at = next((start for number, start in enumerate(steps) if number == offset), None)
        if at is None:
            return place
        before = source[:at]
        lines = before.count("\n")
        column = at - before.rfind("\n") if lines else place.column + at
        return Place(place.line + lines, column)

    def excerpt(self, place: Place) -> str:
        """The line of a place, or as much of it as can be shown, with a caret under the place."""
        line = self._lines[place.line - 1].decode().rstrip("\r")
        first = max(place.column - 1 - _SHOWN // 2, 0)
        shown = "".join(char if char.isprintable() else " " for char in line[first : first + _SHOWN])
        return f"    {shown}\n    {' ' * _columns(shown[: place.column - 1 - first])}^"

    def _nearest(self, places: dict[Path, Place], path: Path) -> Place:
        while path:
            if path in places:
                return places[path]
            path = path[:-1]
        return Place(1, 1)

    def _read_statement(self, statement: Node) -> None:
        if statement.type == "pair":
            self._read_pair(statement, ())
        elif statement.type in {"table", "table_array_element"}:
            self._read_table(statement)

    def _read_table(self, table: Node) -> None:
        parts = [child for child in table.named_children if child.type in (*_KEYS, "pair")]
        if not parts or parts[0].type == "pair":  # broken TOML
            return
        header, *pairs = parts
        path: Path = ()
        for name, place in self._parts(header):
            path = self._with_index((*path, name), place)
        if table.type == "table_array_element":
            path = self._next_element(path, self._place(header))
        else:
            self._define(path, self._place(header))
        for pair in pairs:
            self._read_pair(pair, path)

    def _with_index(self, path: Path, place: Place) -> Path:
        """The path itself, or its newest element where it is an array of tables."""
        self.keys.setdefault(path, place)
        self.values.setdefault(path, place)
        return (*path, self._arrays[path]) if path in self._arrays else path

    def _next_element(self, path: Path, place: Place) -> Path:
        array = path[:-1] if path in self.values and isinstance(path[-1], int) else path
        self._arrays[array] = self._arrays.get(array, -1) + 1
        element = (*array, self._arrays[array])
        self.keys[element] = self.values[element] = place
        return element

    def _read_pair(self, pair: Node, table: Path) -> None:
        key, *values = [child for child in pair.named_children if child.type not in {"comment", "ERROR"}]
        if len(values) != 1:  # broken TOML
            return
        path, value = table, values[0]
        for name, place in self._parts(key):
            path = (*path, name)
            self.keys.setdefault(path, place)
            self.values.setdefault(path, place)
        if path not in self._defined:
            self.values[path] = self._place(value)
        self._define(path, self._place(key))
        self._read_value(value, path)

    def _define(self, path: Path, place: Place) -> None:
        first = self._defined.setdefault(path, place)
        if first is not place:
            self.repeated.append((path, place, first))

    def _read_value(self, value: Node, path: Path) -> None:
        if value.type == "inline_table":
            for pair in value.named_children:
                if pair.type == "pair":
                    self._read_pair(pair, path)
        elif value.type == "array":
            elements = [child for child in value.named_children if child.type != "comment"]
            for index, element in enumerate(elements):
                self.keys[*path, index] = self.values[*path, index] = self._place(element)
                self._read_value(element, (*path, index))

    def _parts(self, key: Node) -> list[tuple[str, Place]]:
        return [(_name(leaf), self._place(leaf)) for leaf in reversed(list(_leaves(key)))]

    def _place(self, node: Node) -> Place:
        line, byte = node.start_point
        return Place(line + 1, len(self._lines[line][:byte].decode()) + 1)


_escape = re.compile(r"\\(?:u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|[ \t]*\r?\n\s*|.)", re.DOTALL)


def _steps(source: str) -> Iterator[int]:
    """Where each character of a TOML string that starts `source` is written, and last where it ends."""
    mark = next((mark for mark in ("'''", '"""', "'", '"') if source.startswith(mark)), "")
    if not mark:
        return
    at = len(mark)
    if len(mark) == 3:
        at += len(source[at:]) - len(source[at:].removeprefix("\r").removeprefix("\n"))
    while at < len(source) and not source.startswith(mark, at):
        escape = _escape.match(source, at) if mark[0] == '"' else None
        joins_lines = escape is not None and escape[0][1:].lstrip(" \t").startswith(("\n", "\r"))
        if not joins_lines and source[at] != "\r":  # a line break is one character, however it is written
            yield at
        at = escape.end() if escape else at + 1
    yield at


def too_deep(text: str) -> Place | None:
    """Where the first key of more than DEPTH dotted parts starts; None where there is none."""
    if all(line.count(".") < DEPTH for line in text.split("\n")):
        return None  # no need of a tree, which is slow for some texts that are no TOML
    dotted = QueryCursor(_DOTTED).captures(_parse(text)).get("key", [])
    deep = [key.start_point for key in dotted if len(list(islice(_leaves(key), DEPTH + 1))) > DEPTH]
    if not deep:
        return None
    line, byte = min(deep)
    return Place(line + 1, len(text.encode().split(b"\n")[line][:byte].decode()) + 1)


def _parse(text: str) -> Node:
    return Parser(_LANGUAGE).parse(text.encode()).root_node


def _leaves(key: Node) -> Iterator[Node]:
    """The parts of a key from its last to its first: the grammar nests dotted keys to the left."""
    while key.type == "dotted_key":
        parts = [child for child in key.named_children if child.type in _KEYS]  # two, but in what is no TOML
        if not parts:
            return
        key = parts[0]
        yield from reversed(parts[1:])
    yield key


def _name(leaf: Node) -> str:
    text = (leaf.text or b"").decode()
    return text if leaf.type == "bare_key" else next(iter(tomllib.loads(f"{text} = 0")))


def _columns(text: str) -> int:
    """How many columns of a terminal a text takes: two for what is wide (UAX 11), none for what stands on the letter before."""
    marks = sum(unicodedata.category(char) in {"Mn", "Me"} for char in text)
    return len(text) - marks + sum(unicodedata.east_asian_width(char) in {"W", "F"} for char in text)
