"""Webhooks after Standard Webhooks 1.0: signs a message's frozen bytes, makes one attempt, and says what the answer means.

It follows no redirect, reads no more of the answer than the net does, and keeps nothing. Secrets stand in no error and no repr.
https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from standardwebhooks import Webhook as Signer

from monitor.config.channels import Webhook as Table
from monitor.errors import OutsideError
from monitor.ports import Limits, Net, Outcome, Response

LIMITS = Limits(total_seconds=15.0)
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110, 5.6.2
_VALUE = re.compile(r"[\t\x20-\x7e]*")
_OURS = frozenset(
    {"host", "content-type", "content-length", "transfer-encoding", "connection", "expect", "te", "upgrade"}
)


def from_table(table: Table, net: Net) -> Webhook:
    """Open a configured channel. While a secret is being rotated its variable holds both, with a space between, the new one first."""
    secrets = table.secret.get_secret_value().split()
    return Webhook(net, table.url.get_secret_value(), secrets, headers=table.headers, allow_private=table.allow_private)


class Webhook:
    """A receiver at a URL. With several secrets each message carries a signature of each, so that they can be rotated."""

    def __init__(
        self,
        net: Net,
        url: str,
        secrets: Sequence[str],
        *,
        headers: Mapping[str, str] | None = None,
        allow_private: bool = False,
        limits: Limits = LIMITS,
    ) -> None:
        """Raises ValueError for no secret, one that is not `whsec_` and base64, or a header that is not ours to send."""
        self._net, self._url, self._allow_private, self._limits = net, url, allow_private, limits
        self._signers = _signers(secrets)
        self._headers = _checked(headers or {})

    async def send(
        self,
        notification: str,
        body: str,
        *,
        at: datetime,
        thread: str = "",  # noqa: ARG002 - what a receiver threads by stands in the body
    ) -> Outcome:
        """Make one attempt, signed at `at`. Never raises for what the other side did."""
        headers = {**self._headers, "content-type": "application/json", **signed(self._signers, notification, body, at)}
        try:
            answer = await self._net.post(
                self._url, body.encode(), headers=headers, allow_private=self._allow_private, limits=self._limits
            )
        except OutsideError as error:
            # Even what is permanent by itself (a forbidden address, a broken certificate) somebody can mend: try again.
            return Outcome("retry", error.reason, error.detail, error.status, error.retry_after)
        return outcome_of(answer, at)


def signed(signers: Sequence[Signer], notification: str, body: str, at: datetime) -> dict[str, str]:
    """The three headers of Standard Webhooks. The id is the same on every attempt, the timestamp is the attempt's."""
    moment = at.astimezone(UTC)  # the signer takes whatever it is given for UTC
    return {
        "webhook-id": notification,
        "webhook-timestamp": str(math.floor(moment.timestamp())),
        "webhook-signature": " ".join(signer.sign(notification, moment, body) for signer in signers),
    }


def outcome_of(answer: Response, at: datetime) -> Outcome:
    """What an answer means: 2xx is the only success, 410 says never again, everything else is tried again."""
    status, seconds = answer.status, answer.seconds
    if 200 <= status < 300:
        return Outcome("delivered", status=status, seconds=seconds)
    if status == 410:
        return Outcome("disable", "gone", "the receiver wants no more messages", status, seconds=seconds)
    pause = retry_after(answer.headers.get("retry-after", ""), at) if status in {429, 503} else None
    return Outcome("retry", _reason(status), f"answered {status}", status, pause, seconds)


def retry_after(value: str, at: datetime) -> float | None:
    """The seconds that a Retry-After asks for (RFC 9110, 10.2.3: seconds or an HTTP date); None for none and for nonsense."""
    value = value.strip()
    if re.fullmatch(r"[0-9]{1,10}", value):
        return float(value)
    try:
        until = parsedate_to_datetime(value[:100])
        return max((until.replace(tzinfo=until.tzinfo or UTC) - at).total_seconds(), 0.0)
    except (ValueError, OverflowError):
        return None


def _reason(status: int) -> str:
    if status == 429:
        return "throttled"
    return {3: "redirect", 4: "refused", 5: "server_error"}.get(status // 100, "bad_status")


def _signers(secrets: Sequence[str]) -> tuple[Signer, ...]:
    if not secrets:
        raise ValueError("a webhook needs a secret")
    try:
        return tuple(Signer(secret) for secret in secrets)
    except Exception:  # noqa: BLE001 - whatever the package raises may quote the secret
        raise ValueError("a webhook's secret is whsec_ and base64") from None


def _checked(headers: Mapping[str, str]) -> dict[str, str]:
    for name, value in headers.items():
        if not _TOKEN.fullmatch(name) or not _VALUE.fullmatch(value):
            raise ValueError(f"not a header: {name!r}")
        if name.lower() in _OURS or name.lower().startswith("webhook-"):
            raise ValueError(f"this header is Monitor's to write: {name!r}")
    return dict(headers)
