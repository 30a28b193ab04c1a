"""Entities listed in CSV files: hundreds of thousands of names, too many for tables. It reads them; `models` says who asks for them.

A row is an id and its aliases; rows with one id are one entity. UTF-8, commas, quotes as in RFC 4180; a first row that starts with
`id` is a heading.
"""

from __future__ import annotations

import csv
import hashlib
import re
from array import array
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from io import BytesIO, TextIOWrapper
from itertools import chain, pairwise
from pathlib import Path
from typing import Any

from monitor.config.positions import Path as KeyPath
from monitor.config.values import ID
from monitor.core.watch.fold import says_something
from monitor.core.watch.rules import Entity

LARGEST = 256 * 1024 * 1024  # bytes of one file
LONGEST = 1_000  # code points of one alias
MOST = 2_000_000  # aliases of one file

_is_id = re.compile(ID).fullmatch

Problem = tuple[KeyPath, str, str]  # the key that names a file, what was expected of it, what it has


class Listed:
    """The entities of one file, each made when it is asked for: as objects, a million names would take ten times the room."""

    def __init__(self, rows: Iterable[tuple[str, bytes]]) -> None:
        """`rows` are ids, each with some of its aliases as lines."""
        numbers: dict[str, int] = {}
        aliases, ends = bytearray(), array("I")
        late: dict[int, bytearray] = {}
        for name, lines in rows:
            number = numbers.setdefault(name, len(numbers))
            if number < len(ends) - 1:
                late.setdefault(number, bytearray()).extend(lines)
                continue
            aliases += lines
            ends[number:] = array("I", [len(aliases)])
        self.ids = tuple(numbers)
        self._aliases, self._ends = _together(aliases, ends, late) if late else (aliases, ends)

    def __iter__(self) -> Iterator[Entity]:
        start = 0
        for name, end in zip(self.ids, self._ends, strict=True):
            yield Entity(name, tuple(dict.fromkeys(self._aliases[start:end].decode().split("\n")[:-1])))
            start = end

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Listed) and self._said == other._said

    __hash__ = None  # type: ignore[assignment]  # nobody keeps lists in sets

    @property
    def _said(self) -> tuple[tuple[str, ...], bytearray, array[int]]:
        return self.ids, self._aliases, self._ends

    def without_aliases(self) -> str | None:
        """The first id that has none."""
        spans = pairwise([0, *self._ends])
        return next((name for name, (start, end) in zip(self.ids, spans, strict=True) if start == end), None)


def _together(aliases: bytearray, ends: array[int], late: Mapping[int, bytearray]) -> tuple[bytearray, array[int]]:
    """Aliases in one piece for each id, with those that came after others."""
    merged, merged_ends, start = bytearray(), array("I"), 0
    for number, end in enumerate(ends):
        merged += aliases[start:end]
        merged += late.get(number, bytearray())
        merged_ends.append(len(merged))
        start = end
    return merged, merged_ends


@dataclass(frozen=True, slots=True)
class Lists:
    """The entities of all files that a configuration names."""

    files: Mapping[Path, Listed] = field(default_factory=dict)
    hashes: Mapping[Path, str] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """The sha256 over the hashes of all files; empty where there are none."""
        together = b"".join(map(bytes.fromhex, self.hashes.values()))
        return hashlib.sha256(together).hexdigest() if together else ""

    def ids(self) -> Iterator[str]:
        """The ids of all of them."""
        return chain.from_iterable(listed.ids for listed in self.files.values())


@dataclass(frozen=True, slots=True)
class Roster:
    """The entities of tables, then those of files. It can be gone through as often as one likes."""

    tables: tuple[Entity, ...]
    lists: Lists

    def __iter__(self) -> Iterator[Entity]:
        return chain(self.tables, *self.lists.files.values())


class _Bad(Exception):
    """What is wrong with a file: what was expected, and what stands there."""

    def __init__(self, expected: str, got: str) -> None:
        self.expected, self.got = expected, got
        super().__init__(expected)


def bring_in(raw: Mapping[str, Any], folder: Path) -> tuple[Lists, list[Problem]]:
    """All lists that a raw configuration names, and what is wrong with them. Keys of a wrong type are left to the models."""
    files: dict[Path, Listed] = {}
    problems: list[Problem] = []
    owners: dict[str, Path] = {}
    hashes: dict[Path, str] = {}
    for key, name in _named(raw):
        path = Path(folder, Path(name).expanduser()).resolve()
        if path in files:
            continue
        try:
            content = _read(path)
            files[path] = _entities(content)
            hashes[path] = hashlib.sha256(content).hexdigest()
            _owned(files[path], path, owners, raw)
        except _Bad as bad:
            problems.append((key, bad.expected, bad.got))
    return Lists(files, hashes), problems


def _named(raw: Mapping[str, Any]) -> Iterator[tuple[KeyPath, str]]:
    tables = raw.get("watchlists")
    places: list[tuple[KeyPath, object]] = [(("entities_file",), raw.get("entities_file"))]
    places += [
        (("watchlists", name, "entities_file"), table.get("entities_file"))
        for name, table in (tables.items() if isinstance(tables, dict) else ())
        if isinstance(table, dict)
    ]
    yield from ((key, name) for key, name in places if isinstance(name, str) and name and "\0" not in name)


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as opened:
            content = opened.read(LARGEST + 1)
    except OSError as error:
        raise _Bad("a file that can be read", error.strerror or type(error).__name__) from error
    if len(content) > LARGEST:
        raise _Bad(f"a file of at most {LARGEST // 1024**2} MiB", "a larger one")
    return content


def _entities(content: bytes) -> Listed:
    listed = Listed(_checked(content))
    if lonely := listed.without_aliases():
        raise _Bad("an alias for each id", f'none for "{lonely}"')
    if not listed.ids:
        raise _Bad("a row for each entity: its id and its aliases", "an empty file")
    return listed


def _checked(content: bytes) -> Iterator[tuple[str, bytes]]:
    count = 0
    for line, (name, *names) in _rows(content):
        if not _is_id(name):
            raise _Bad("an id of a-z, 0-9, _ and - at the start of each row", f'"{name[:40]}" in line {line}')
        aliases = [_line(alias, line) for alias in map(str.strip, names) if alias]
        count += len(aliases)
        if count > MOST:
            raise _Bad(f"at most {MOST:,} aliases in one file", "more")
        yield name, "".join(aliases).encode()


def _line(alias: str, line: int) -> str:
    """An alias as a line of its own; a line break within it is white space like any other."""
    if len(alias) > LONGEST or not says_something(alias):
        raise _Bad(
            f"aliases with a letter or digit, of at most {LONGEST:,} characters", f'"{alias[:40]}" in line {line}'
        )
    return f"{alias}\n" if "\n" not in alias else f"{' '.join(alias.splitlines())}\n"


def _rows(content: bytes) -> Iterator[tuple[int, list[str]]]:
    try:
        content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _Bad("a file in UTF-8", f"byte 0x{content[error.start]:02x} at {error.start}") from error
    reader = csv.reader(TextIOWrapper(BytesIO(content), "utf-8-sig", newline=""), strict=True)
    try:
        for number, row in enumerate(reader):
            if row and not (number == 0 and row[0].strip().casefold() == "id"):
                yield reader.line_num, row
    except csv.Error as error:
        raise _Bad("rows of CSV", f"{error} in line {reader.line_num}") from error


def _owned(listed: Listed, path: Path, owners: dict[str, Path], raw: Mapping[str, Any]) -> None:
    tables = raw.get("entities")
    named = tables if isinstance(tables, dict) else {}
    for name in listed.ids:
        if name in named or owners.setdefault(name, path) != path:
            raise _Bad("ids that no other entity has", f'"{name}"')
