"""What a configuration file says once tables were added to it: every byte that stands there stays. It writes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from monitor.config.files import parse, read_text


def extended(path: Path, tables: str, env: Mapping[str, str]) -> str:
    """The text of a configuration file with tables at its end. Raises ConfigError where it would not be valid then."""
    old = read_text(path)
    return checked(path, f"{old.rstrip()}\n\n{tables}" if old.strip() else tables, env)


def checked(path: Path, text: str, env: Mapping[str, str]) -> str:
    """The text of a configuration that is to stand at a path. Raises ConfigError where it is not valid."""
    parse(text, env, file=str(path), folder=path.resolve().parent, telling=False)
    return text
