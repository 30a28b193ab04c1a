"""Configuration: one TOML file, read whole or refused with every fault in it. What runs by it stands elsewhere."""

from __future__ import annotations

from monitor.config.channels import Apprise, Atom, Channel, Console, JsonLines, Slack, Webhook
from monitor.config.files import LARGEST, find, load, parse
from monitor.config.models import (
    USUAL,
    Adaptive,
    Config,
    ContentFrom,
    Defaults,
    Feed,
    GoneAfter,
    Heartbeat,
    Hot,
    Logging,
    Page,
    Polling,
    Recheck,
    Redis,
)
from monitor.config.schema import schema
from monitor.config.watchlists import CHANGES, Change, Entity, Severity, Watchlist
from monitor.config.web import Web

__all__ = [
    "CHANGES",
    "LARGEST",
    "USUAL",
    "Adaptive",
    "Apprise",
    "Atom",
    "Change",
    "Channel",
    "Config",
    "Console",
    "ContentFrom",
    "Defaults",
    "Entity",
    "Feed",
    "GoneAfter",
    "Heartbeat",
    "Hot",
    "JsonLines",
    "Logging",
    "Page",
    "Polling",
    "Recheck",
    "Redis",
    "Severity",
    "Slack",
    "Watchlist",
    "Web",
    "Webhook",
    "find",
    "load",
    "parse",
    "schema",
]
