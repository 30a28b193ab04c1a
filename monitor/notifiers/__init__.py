"""The channels: one file a kind. Each makes one attempt and reports; none decides when to try again, or whom to tell."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from monitor.notifiers import apprise, atom, console, jsonl, slack, webhook
from monitor.ports import Net, Notifier

KINDS: Mapping[str, Callable[[Any, Net], Notifier]] = {
    "webhook": webhook.from_table,
    "slack": slack.from_table,
    "apprise": apprise.from_table,
    "jsonl": jsonl.from_table,
    "atom": atom.from_table,
    "console": console.from_table,
}
"""From a channel's type to what opens it. Each takes its own table of the configuration, hence Any."""
