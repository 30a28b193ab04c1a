"""Brings in what must not stand in the file: secrets and secret addresses, from the environment and from guarded files.

Nothing here ever puts a secret's value into a fault. What secrets are for is the channels' business.
"""

from __future__ import annotations

import base64
import binascii
import os
import stat
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from monitor.config.values import (
    VARIABLE,
    page_token_problem,
    redis_problem,
    service_problem,
    token_problem,
    url_problem,
)

PREFIX = "whsec_"
_LARGEST_FILE = 4096

Problem = tuple[str, str]  # (expected, got)
Found = tuple[tuple[str, ...], SecretStr | Problem]  # where it was named, and what came of it


def bring_in(raw: Mapping[str, Any], env: Mapping[str, str], folder: Path) -> Iterator[Found]:
    """Every secret that the file names, with the path of the key that names it: a value, or what is wrong with it.

    Keys of a wrong type are left to the models, which refuse them.
    """
    for channel, table in _tables(raw.get("channels")):
        here = ("channels", channel)
        problem = service_problem if table.get("type") == "apprise" else url_problem
        yield from _from_variable(table, (*here, "url_env"), env, problem)
        yield from _from_variable(table, (*here, "secret_env"), env, secret_problem)
        yield from _from_variable(table, (*here, "token_env"), env, token_problem)
        yield from _from_file(table, (*here, "secret_file"), folder)
    if isinstance(redis := raw.get("redis"), dict):
        yield from _from_variable(redis, ("redis", "url_env"), env, redis_problem)
    if isinstance(web := raw.get("web"), dict):
        yield from _from_variable(web, ("web", "token_env"), env, page_token_problem)


def secret_problem(text: str) -> Problem | None:
    """What is wrong with a signing secret (Standard Webhooks: 24 to 64 random bytes); None where nothing is.

    While secrets rotate there are several, apart by white space, each of which signs.
    """
    return next(filter(None, map(_fault_of_one, text.split())), None) if text.split() else _fault_of_one(text)


def _fault_of_one(text: str) -> Problem | None:
    expected = f"a secret of {PREFIX} and base64 of 24 to 64 bytes"
    if not text.startswith(PREFIX):
        return expected, f"one without {PREFIX}"
    try:
        size = len(base64.b64decode(text.removeprefix(PREFIX), validate=True))
    except (binascii.Error, ValueError):
        return expected, "one that is no base64"
    return None if 24 <= size <= 64 else (expected, f"one of {size} bytes")


def _tables(tables: object) -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(tables, dict):
        yield from ((name, table) for name, table in tables.items() if isinstance(table, dict))


def _from_variable(
    table: dict[str, Any], path: tuple[str, ...], env: Mapping[str, str], problem: Callable[[str], Problem | None]
) -> Iterator[Found]:
    name = table.get(path[-1])
    if not isinstance(name, str) or not VARIABLE.fullmatch(name):
        return  # the models refuse it, without showing what might be the secret itself
    value = env.get(name)
    if not value:
        yield path, (f"the environment variable {name} to be set", "nothing" if value is None else "an empty one")
    elif found := problem(value):
        yield path, (f"{name} to hold {found[0]}", found[1])
    else:
        yield path, SecretStr(value)


def _from_file(table: dict[str, Any], path: tuple[str, ...], folder: Path) -> Iterator[Found]:
    name = table.get(path[-1])
    if not isinstance(name, str) or not name or "\0" in name:
        return
    try:
        text = _read_guarded(folder / Path(name).expanduser())
    except OSError as error:
        yield path, ("a file that can be read", error.strerror or type(error).__name__)
    except _Unguarded as error:
        yield path, error.problem
    else:
        found = secret_problem(text)
        yield path, (f"the file to hold {found[0]}", found[1]) if found else SecretStr(text)


class _Unguarded(Exception):
    def __init__(self, expected: str, got: str) -> None:
        self.problem = (expected, got)
        super().__init__(expected)


def _read_guarded(file: Path) -> str:
    """The text of a small file that its owner alone can read. The mode is that of the open file: no time between look and use."""
    descriptor = os.open(file, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as opened:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise _Unguarded("a regular file", "something else")
        if status.st_mode & 0o077:
            raise _Unguarded(
                "a file that only its owner can read (chmod 600)", f"mode {stat.S_IMODE(status.st_mode):04o}"
            )
        content = opened.read(_LARGEST_FILE + 1)
    if len(content) > _LARGEST_FILE or not content.isascii():
        raise _Unguarded(f"at most {_LARGEST_FILE} bytes of ASCII", "something else")
    return content.decode().strip()
