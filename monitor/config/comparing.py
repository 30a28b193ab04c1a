"""Two configurations beside each other: what has a name in them, what differs, and what a running Monitor cannot change. Changes nothing."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from monitor.config.files import place
from monitor.config.findings import dotted
from monitor.config.models import Config
from monitor.core.configured import Configured
from monitor.errors import Fault

_NAMED = ("feeds", "pages", "entities", "watchlists", "channels")
_LISTED = ("routes", "inhibit")
_FIXED: tuple[tuple[str, ...], ...] = (
    ("data_dir",),
    ("redis", "url"),
    ("redis", "partitions"),
    ("archive", "enabled"),
    ("archive", "seal"),
    ("polling", "contact"),
    ("polling", "concurrency"),
    ("polling", "per_host"),
    ("polling", "pause"),
    ("polling", "allow_private"),
    ("polling", "timeout"),
    ("polling", "parsers"),
    ("web",),
)
"""What is opened once, at the start: the log, the net, the parsers, the page."""


def configured(config: Config) -> Configured:
    """Everything in a configuration that has a name, with a fingerprint that no secret is part of."""
    # Secrets come as asterisks; without defaults, so that a key which a newer Monitor adds is no change.
    dumped = config.model_dump(mode="json", exclude_defaults=True)
    tables = {table: _fingerprints(dumped.pop(table, {})) for table in _NAMED}
    for table in _LISTED:
        tables[table] = _fingerprints({str(at): one for at, one in enumerate(dumped.pop(table, ()), 1)})
    tables["files"] = {str(path): digest[:12] for path, digest in config.hashes.items()}
    tables["settings"] = _fingerprints(dumped)
    return Configured(config.digest, {table: names for table, names in tables.items() if names})


def resealed(before: Config, after: Config) -> frozenset[str]:
    """The channels in both that differ in what is secret."""
    both = before.channels.keys() & after.channels.keys()
    return frozenset(name for name in both if _secrets(before.channels[name]) != _secrets(after.channels[name]))


def files(config: Config) -> frozenset[Path]:
    """The other files that a configuration was read from: lists of entities and feeds, secrets, certificates."""
    secrets = (getattr(channel, "secret_file", None) for channel in config.channels.values())
    certificates = (feed.ca_file.path for feed in config.feeds.values() if feed.ca_file)
    return frozenset(path for path in (config.feeds_file, *config.hashes, *secrets, *certificates) if path)


def fixed(before: Config, after: Config, text: str, file: str) -> list[Fault]:
    """A fault for each key that differs and cannot while Monitor runs; `text` is what `after` was read from."""
    differing = [path for path in _FIXED if _at(before, path) != _at(after, path)]
    problem = "expected no change while Monitor runs, got another value: restart it to take this up"
    return [Fault(file, *place(path, text), dotted(path), problem) for path in differing]


def _at(config: Any, path: tuple[str, ...]) -> Any:
    for part in path:
        config = getattr(config, part)
    return config


def _secrets(channel: Any) -> dict[str, str]:
    return {name: value.get_secret_value() for name, value in channel if isinstance(value, SecretStr)}


def _fingerprints(named: dict[str, Any]) -> dict[str, str]:
    return {
        name: hashlib.sha256(json.dumps(one, sort_keys=True).encode()).hexdigest()[:12] for name, one in named.items()
    }
