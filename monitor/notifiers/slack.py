"""A Slack bot (chat.postMessage): what is said about one article is one thread. It reads nothing of Slack, and keeps no receipts itself.

https://docs.slack.dev/reference/methods/chat.postMessage
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

import msgspec

from monitor.config.channels import Slack as Table
from monitor.core.http import retry_after
from monitor.errors import OutsideError
from monitor.notifiers.plain import Telling, telling
from monitor.ports import Limits, Net, Outcome, Response

LIMITS = Limits(total_seconds=15.0)
_MARKS = {"critical": "\N{POLICE CARS REVOLVING LIGHT}", "warning": "\N{WARNING SIGN}"}
_OK = re.compile(rb'\s*\{\s*"ok"\s*:\s*true\b')
_TS = re.compile(rb'"ts"\s*:\s*"([0-9]{1,12}\.[0-9]{1,8})"')
_ERROR = re.compile(rb'"error"\s*:\s*"([a-z_]{1,80})"')
_LASTING = frozenset({"msg_too_long", "no_text", "invalid_blocks", "restricted_action_thread_locked"})
"""Errors that are the message's own: it would be refused again. All others somebody can mend (a token, an invitation)."""


def from_table(table: Table, net: Net) -> Slack:
    """Open a configured channel."""
    token = table.token.get_secret_value()
    return Slack(net, token, table.channel, api=table.api, allow_private=table.allow_private)


class Slack:
    """Posts to one channel of one workspace."""

    def __init__(
        self, net: Net, token: str, channel: str, *, api: str = "https://slack.com/api/", allow_private: bool = False
    ) -> None:
        self._net, self._channel, self._allow_private = net, channel, allow_private
        self._url = f"{api.rstrip('/')}/chat.postMessage"
        self._headers = {"authorization": f"Bearer {token}", "content-type": "application/json; charset=utf-8"}

    async def send(self, notification: str, body: str, *, at: datetime, thread: str = "") -> Outcome:
        """Make one attempt. The receipt is the message's `ts`, under which later ones are threaded."""
        try:
            told = telling(body)
        except ValueError as error:
            return Outcome("dead", "bad_body", f"{notification}: {error}")
        message: dict[str, Any] = {
            "channel": self._channel,
            "text": escaped(told.title),  # what a notification shows
            "blocks": blocks_of(told),
            "unfurl_links": False,
            "unfurl_media": False,
        }
        if thread:
            message |= {"thread_ts": thread, "reply_broadcast": told.grave == "critical"}
        try:
            answer = await self._net.post(
                self._url,
                msgspec.json.encode(message),
                headers=self._headers,
                allow_private=self._allow_private,
                limits=LIMITS,
            )
        except OutsideError as error:
            return Outcome("retry", error.reason, error.detail, error.status, error.retry_after)
        return outcome_of(answer, at)


def blocks_of(told: Telling) -> list[dict[str, Any]]:
    """A message as rich text, whose texts are literal: what articles say can neither format it nor call anybody."""
    mark = f"{_MARKS[told.grave]} " if told.grave in _MARKS else ""
    parts = [_part("section", {"type": "text", "text": f"{mark}{told.title}", "style": {"bold": True}})]
    parts += [_part("quote", {"type": "text", "text": line}) for line in told.lines if line]
    if told.link.startswith(("http://", "https://")):
        parts.append(_part("section", {"type": "link", "url": told.link}))
    return [{"type": "rich_text", "elements": parts}]


def _part(kind: str, element: dict[str, Any]) -> dict[str, Any]:
    return {"type": f"rich_text_{kind}", "elements": [element]}


def escaped(text: str) -> str:
    """Text for where Slack reads its own markup (https://docs.slack.dev/messaging/formatting-message-text)."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def outcome_of(answer: Response, at: datetime) -> Outcome:
    """What Slack says: HTTP 200 with `ok` is a success, 429 a pause, anything else a failure with its word."""
    if answer.status != 200:
        pause = retry_after(answer.headers.get("retry-after"), at) if answer.status in {429, 503} else None
        reason = "throttled" if answer.status == 429 else "server_error" if answer.status >= 500 else "refused"
        return Outcome("retry", reason, f"answered {answer.status}", answer.status, pause, answer.seconds)
    if _OK.match(answer.body):  # it repeats the whole message, so that its end may be cut off
        found = _TS.search(answer.body)
        receipt = found[1].decode() if found else ""
        return Outcome("delivered", status=answer.status, seconds=answer.seconds, receipt=receipt)
    said = _ERROR.search(answer.body)
    error = said[1].decode() if said else ""
    kind = "dead" if error in _LASTING else "retry"
    reason = "refused" if error else "bad_answer"
    return Outcome(kind, reason, error or "no answer of Slack's", answer.status, seconds=answer.seconds)
