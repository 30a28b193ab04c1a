"""What HTTP headers say, as values. Fetches nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime


def retry_after(value: str | None, now: datetime) -> float | None:
    """The pause in seconds that a Retry-After header asks for (RFC 9110, section 10.2.3), never negative; None for garbage."""
    if value is None:
        return None
    seconds = _seconds(value)
    if seconds is not None:
        return seconds
    when = _moment(value)
    return None if when is None else max((when - now).total_seconds(), 0.0)


def fresh_for(headers: Mapping[str, str], now: datetime) -> float | None:
    """For how many more seconds an answer says that it is good (RFC 9111, section 4.2), never negative; None where it does not say.

    Asking sooner may bring the same bytes from a cache on the way. Header names are in lower case.
    """
    said = dict(_directive(part) for part in headers.get("cache-control", "").lower().split(","))
    if "no-store" in said or "no-cache" in said:
        return None
    lifetime = _seconds(said.get("max-age", ""))
    if lifetime is None and "expires" in headers:
        expires, sent = _moment(headers["expires"]), _moment(headers.get("date", "")) or now
        lifetime = (expires - sent).total_seconds() if expires else 0.0  # what is no date has passed, by the standard
    if lifetime is None:
        return None
    return max(lifetime - (_seconds(headers.get("age", "")) or 0.0), 0.0)


def _directive(text: str) -> tuple[str, str]:
    name, _, value = text.partition("=")
    return name.strip(), value.strip(' \t"')


def _seconds(text: str) -> float | None:
    text = text.strip()
    return float(text[:12]) if text.isascii() and text.isdigit() else None


def _moment(text: str) -> datetime | None:
    try:
        when = parsedate_to_datetime(text.strip())
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
    return when if when.tzinfo else when.replace(tzinfo=UTC)
