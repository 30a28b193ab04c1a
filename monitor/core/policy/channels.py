"""How a channel stands: working, failing or disabled, and which of its attempts are worth saying. It tells nobody."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, Protocol

import msgspec

from monitor.core.events import ChannelDisabled, ChannelEnabled, ChannelEvent, ChannelFailing, ChannelRecovered
from monitor.core.policy.schedule import Outcome


class Standing(msgspec.Struct, frozen=True, omit_defaults=True):
    """The snapshot of a channel. `since` is when it came to stand so."""

    state: Literal["working", "failing", "disabled"] = "working"
    since: datetime | None = None
    reason: str = ""


class Answer(Outcome, Protocol):
    """An outcome with its reason in words."""

    @property
    def reason(self) -> str:
        """A short stable word."""
        ...

    @property
    def detail(self) -> str:
        """What was answered, for a person."""
        ...


def entity(channel: str) -> str:
    """The log's name of a channel."""
    return f"channel_{channel}"


def read(snapshot: bytes) -> Standing:
    """A channel's standing; one that was never recorded works."""
    return msgspec.json.decode(snapshot, type=Standing) if snapshot else Standing()


def news(
    standing: Standing, channel: str, outcome: Answer, *, failures: int, given_up: bool, at: datetime
) -> ChannelEvent | None:
    """What an attempt's outcome says about the channel; None for nothing new. `given_up`: it is only knocked at now."""
    if standing.state == "disabled":
        return None
    if outcome.kind == "disable":
        return ChannelDisabled(at=at, channel=channel, reason=outcome.reason, by="receiver")
    if outcome.kind in {"delivered", "accepted"} and standing.state == "failing":
        return ChannelRecovered(at=at, channel=channel, failing_since=standing.since or at)
    if given_up and standing.state == "working":
        return ChannelFailing(
            at=at,
            channel=channel,
            reason=outcome.reason,
            detail=outcome.detail,
            status=outcome.status,
            failures=failures,
        )
    return None


def fold(event: ChannelEvent) -> Standing:
    """How a channel stands after an event."""
    match event:
        case ChannelFailing(at=at, reason=reason):
            return Standing("failing", at, reason)
        case ChannelDisabled(at=at, reason=reason):
            return Standing("disabled", at, reason)
        case ChannelRecovered(at=at) | ChannelEnabled(at=at):
            return Standing(since=at)
