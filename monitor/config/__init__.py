"""Configuration: one TOML file, read whole or refused with every fault in it. What runs by it stands elsewhere."""

from __future__ import annotations

from monitor.config.files import LARGEST, find, load, parse
from monitor.config.models import (
    CHANGES,
    Change,
    Channel,
    Config,
    Console,
    ContentFrom,
    Defaults,
    Entity,
    Feed,
    GoneAfter,
    Hot,
    Logging,
    Page,
    Polling,
    Recheck,
    Redis,
    Severity,
    Watchlist,
    Webhook,
)
from monitor.config.schema import schema

__all__ = [
    "CHANGES",
    "LARGEST",
    "Change",
    "Channel",
    "Config",
    "Console",
    "ContentFrom",
    "Defaults",
    "Entity",
    "Feed",
    "GoneAfter",
    "Hot",
    "Logging",
    "Page",
    "Polling",
    "Recheck",
    "Redis",
    "Severity",
    "Watchlist",
    "Webhook",
    "find",
    "load",
    "parse",
    "schema",
]
