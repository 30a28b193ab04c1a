"""Entities listed in CSV files: hundreds of thousands of names, too many for tables. It reads them; `models` says who asks for them.

A row is an id and its aliases; rows with one id are one entity. UTF-8, commas, quotes as in RFC 4180; a first row that starts with
`id` is a heading.
"""

from __future__ import annotations

import csv
import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from monitor.config.positions import Path as KeyPath
from monitor.config.values import ID
from monitor.core.watch.rules import Entity

LARGEST = 256 * 1024 * 1024  # bytes of one file
LONGEST = 1_000  # code points of one alias
MOST = 2_000_000  # aliases of one file

Problem = tuple[KeyPath, str, str]  # the key that names a file, what was expected of it, what it has


@dataclass(frozen=True, slots=True)
class Lists:
    """The entities of all files that a configuration names."""

    files: Mapping[Path, tuple[Entity, ...]] = field(default_factory=dict)
    hashes: Mapping[Path, str] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """The sha256 over the hashes of all files; empty where there are none."""
        together = b"".join(map(bytes.fromhex, self.hashes.values()))
        return hashlib.sha256(together).hexdigest() if together else ""

    def ids(self) -> Iterator[str]:
        """The ids of all of them."""
        return (entity.id for entities in self.files.values() for entity in entities)


class _Bad(Exception):
    """What is wrong with a file: what was expected, and what stands there."""

    def __init__(self, expected: str, got: str) -> None:
        self.expected, self.got = expected, got
        super().__init__(expected)


def bring_in(raw: Mapping[str, Any], folder: Path) -> tuple[Lists, list[Problem]]:
    """All lists that a raw configuration names, and what is wrong with them. Keys of a wrong type are left to the models."""
    files: dict[Path, tuple[Entity, ...]] = {}
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


def _entities(content: bytes) -> tuple[Entity, ...]:
    aliases: dict[str, list[str]] = {}
    count = 0
    for line, (name, *names) in _rows(content):
        if not re.fullmatch(ID, name):
            raise _Bad("an id of a-z, 0-9, _ and - at the start of each row", f'"{name[:40]}" in line {line}')
        kept = [alias.strip() for alias in names if alias.strip()]
        for alias in kept:
            if len(alias) > LONGEST or not any(map(str.isalnum, alias)):
                raise _Bad(
                    f"aliases with a letter or digit, of at most {LONGEST:,} characters",
                    f'"{alias[:40]}" in line {line}',
                )
        aliases.setdefault(name, []).extend(kept)
        count += len(kept)
        if count > MOST:
            raise _Bad(f"at most {MOST:,} aliases in one file", "more")
    if lonely := next((name for name, kept in aliases.items() if not kept), None):
        raise _Bad("an alias for each id", f'none for "{lonely}"')
    if not aliases:
        raise _Bad("a row for each entity: its id and its aliases", "an empty file")
    return tuple(Entity(name, tuple(dict.fromkeys(kept))) for name, kept in aliases.items())


def _rows(content: bytes) -> Iterator[tuple[int, list[str]]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _Bad("a file in UTF-8", f"byte 0x{content[error.start]:02x} at {error.start}") from error
    reader = csv.reader(text.splitlines(keepends=True), strict=True)
    try:
        for number, row in enumerate(reader):
            if row and not (number == 0 and row[0].strip().casefold() == "id"):
                yield reader.line_num, row
    except csv.Error as error:
        raise _Bad("rows of CSV", f"{error} in line {reader.line_num}") from error


def _owned(entities: tuple[Entity, ...], path: Path, owners: dict[str, Path], raw: Mapping[str, Any]) -> None:
    tables = raw.get("entities")
    for entity in entities:
        if (isinstance(tables, dict) and entity.id in tables) or owners.setdefault(entity.id, path) != path:
            raise _Bad("ids that no other entity has", f'"{entity.id}"')
