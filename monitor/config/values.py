"""The kinds of single values a configuration holds, each with its check and its JSON Schema. Tables of them stand in models.

Checks raise `refuse(expected, got)`; `got` is given where the value itself must not be shown.
"""

from __future__ import annotations

import re
import zoneinfo
from collections.abc import Hashable, Iterable
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Any, TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    JsonValue,
    PlainSerializer,
    SecretStr,
    ValidationInfo,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from monitor.config import cron

ID = r"^[a-z0-9][a-z0-9_-]{0,63}$"
_DURATION = re.compile(
    r"(?=\d)(?:(\d{1,6})d)?(?:(\d{1,6})h)?(?:(\d{1,6})m(?!s))?(?:(\d{1,6})s)?(?:(\d{1,6})ms)?", re.ASCII
)
_HOST = re.compile(r"[\w.-]+|[0-9a-fA-F:.]+")
_EMAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
VARIABLE = re.compile(r"[A-Z_][A-Z0-9_]{0,127}")
_TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_LONGEST = timedelta(days=3650)
_PAGE_TOKEN = 22  # letters that hold 128 bits, where each is one of 64
_LONGEST_URL = 4096

FRAMING = frozenset(
    [
        "host",
        "content-length",
        "content-type",
        "transfer-encoding",
        "connection",
        "keep-alive",
        "te",
        "trailer",
        "upgrade",
        "expect",
        "webhook-id",
        "webhook-timestamp",
        "webhook-signature",
    ]
)
CREDENTIALS = frozenset({"authorization", "proxy-authorization", "cookie", "x-api-key"})


def refuse(expected: str, got: str = "") -> PydanticCustomError:
    """The error of a value that is not what was expected."""
    return PydanticCustomError("refused", "expected {expected}", {"expected": expected, "got": got})


# --- ids and plain text ----------------------------------------------------------------------------------------------


def _check_id(text: str) -> str:
    if not re.fullmatch(ID, text):
        raise refuse("an id of a-z, 0-9, _ and -, at most 64, starting with a letter or digit")
    return text


def _check_source(text: str) -> str:
    _check_id(text.removeprefix("tag:"))
    return text


def _check_term(text: str) -> str:
    braced = text.startswith("{") and text.endswith("}")
    inner = text[1:-1] if braced else text
    if "{" in inner or "}" in inner:
        raise refuse("braces around the whole text or nowhere")
    if not any(map(str.isalnum, inner)):
        raise refuse("text with a letter or a digit")
    return text


T = TypeVar("T", bound=Hashable)


def _check_distinct(values: tuple[T, ...]) -> tuple[T, ...]:
    seen: set[T] = set()
    for value in values:
        if value in seen:
            raise refuse("each once", f'"{value}" twice')
        seen.add(value)
    return values


UNIQUE: dict[str, JsonValue] = {"uniqueItems": True}
Distinct = AfterValidator(_check_distinct)
Id = Annotated[str, AfterValidator(_check_id), Field(json_schema_extra={"pattern": ID})]
SourceName = Annotated[
    str, AfterValidator(_check_source), Field(json_schema_extra={"pattern": "^(tag:)?[a-z0-9][a-z0-9_-]{0,63}$"})
]
Term = Annotated[str, Field(min_length=1, max_length=1000), AfterValidator(_check_term)]
Ids = Annotated[tuple[Id, ...], Field(strict=False, json_schema_extra=UNIQUE), Distinct]
Tags = Ids
Terms = Annotated[tuple[Term, ...], Field(strict=False, min_length=1, json_schema_extra=UNIQUE), Distinct]
SourceNames = Annotated[tuple[SourceName, ...], Field(strict=False, min_length=1, json_schema_extra=UNIQUE), Distinct]


# --- time ------------------------------------------------------------------------------------------------------------


def read_duration(value: object) -> timedelta:
    """A duration as the file writes it; one that is read already stays. Raises `refuse`'s error."""
    if isinstance(value, timedelta):
        return value
    found = _DURATION.fullmatch(value) if isinstance(value, str) else None
    if not found:
        raise refuse('a duration such as "90s", "5m", "2h" or "1d12h"')
    days, hours, minutes, seconds, milliseconds = (int(part or 0) for part in found.groups())
    duration = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds, milliseconds=milliseconds)
    if not timedelta(0) < duration <= _LONGEST:
        raise refuse("a duration above zero and of at most 3650d")
    return duration


def spell(duration: timedelta) -> str:
    """The duration as the file writes it, such as `1d12h`; less than a millisecond is left out."""
    seconds, milliseconds = divmod(duration // timedelta(milliseconds=1), 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    parts = ((days, "d"), (hours, "h"), (minutes, "m"), (seconds, "s"), (milliseconds, "ms"))
    return "".join(f"{number}{unit}" for number, unit in parts if number) or "0s"


def read_cron(text: str) -> str:
    """A cron string with its days by name. Raises `refuse`'s error."""
    try:
        return cron.canonical(text)
    except cron.BadCron as error:
        raise refuse(f"a cron string: {error}") from error


def _read_zone(value: object) -> ZoneInfo:
    if isinstance(value, ZoneInfo):
        return value
    try:
        return ZoneInfo(value)  # type: ignore[arg-type]  # anything but a string raises TypeError
    except (TypeError, ValueError, OSError, zoneinfo.ZoneInfoNotFoundError) as error:
        raise refuse('an IANA time zone such as "Europe/Paris"') from error


Duration = Annotated[
    timedelta,
    BeforeValidator(read_duration),
    PlainSerializer(spell, when_used="json"),
    WithJsonSchema(
        {"type": "string", "pattern": r"^(?=.*[1-9])(\d{1,6}d)?(\d{1,6}h)?(\d{1,6}m(?!s))?(\d{1,6}s)?(\d{1,6}ms)?$"}
    ),
]
Cron = Annotated[str, AfterValidator(read_cron), Field(json_schema_extra={"pattern": r"^\s*(\S+\s+){4}\S+\s*$"})]
Zone = Annotated[ZoneInfo, BeforeValidator(_read_zone), WithJsonSchema({"type": "string"})]


# --- places on the net -----------------------------------------------------------------------------------------------


def url_problem(text: str, schemes: Iterable[str] = ("http", "https")) -> tuple[str, str] | None:
    """What is wrong with a URL, as (expected, got) without the URL in it; None where nothing is."""
    starts = " or ".join(f"{scheme}://" for scheme in schemes)
    if len(text) > _LONGEST_URL:
        return f"a URL of at most {_LONGEST_URL} characters", "a longer one"
    if "\\" in text or not all(char.isprintable() and not char.isspace() for char in text):
        return "a URL without spaces, control characters and backslashes", "one with them"
    if not text.startswith(tuple(f"{scheme}://" for scheme in schemes)):
        return f"a URL that starts with {starts}", "another"
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return "a URL with a valid host and port", "another"
    if "@" in parts.netloc:
        return "a URL without user name and password", "one with them"
    return None if _HOST.fullmatch(host) else ("a URL with a host name", "none")


def _check_url(text: str) -> str:
    if problem := url_problem(text):
        expected, got = problem
        raise refuse(expected, got if "user" in expected else "")
    return text


def _check_pattern(text: str) -> str:
    if not re.fullmatch(r"!?/\S{0,500}", text):
        raise refuse('a pattern of paths such as "/news/*" or "!/news/live/*"')
    return text


def _our_rules_for_true(value: object) -> object:
    if value is True:
        return ()
    if not isinstance(value, list | tuple) or not value:
        raise refuse("true, or a list of patterns of paths")
    return value


def redis_problem(text: str) -> tuple[str, str] | None:
    """What is wrong with the address of a Redis server, as (expected, got) without the address in it; None where nothing is."""
    if text == "embedded" or re.fullmatch(r"unix:///[^\s\\@]+", text):
        return None
    if not text.startswith(("redis://", "rediss://")):
        return '"embedded" or a URL that starts with redis://, rediss:// or unix:///', "another"
    scheme, _, rest = text.partition("://")
    return url_problem(f"{scheme}://{rest.rpartition('@')[2]}", ("redis", "rediss"))


def _seal_url(value: object) -> SecretStr:
    """A webhook's address, out of sight from here on: whoever knows it can often post to it."""
    if isinstance(value, SecretStr):
        return value
    if not isinstance(value, str):
        raise refuse("a string", "something else")
    if problem := url_problem(value):
        raise refuse(*problem)
    return SecretStr(value)


def _seal_redis(value: object) -> SecretStr:
    if isinstance(value, SecretStr):
        return value
    if not isinstance(value, str):
        raise refuse("a string", "something else")
    if "@" in value:
        raise refuse("an address without user name and password (name it in url_env instead)", "one with them")
    if problem := redis_problem(value):
        raise refuse(*problem)
    return SecretStr(value)


def _read_network(value: object) -> IPv4Network | IPv6Network:
    if isinstance(value, IPv4Network | IPv6Network):
        return value
    try:
        return ip_network(value if isinstance(value, str) else "")  # a number would be read as an address
    except ValueError as error:
        raise refuse('a network such as "127.0.0.0/8" or "fd00::/8", with no bits set behind the prefix') from error


def _check_contact(text: str) -> str:
    if _EMAIL.fullmatch(text) or (text.isascii() and not url_problem(text)):
        return text
    raise refuse("an e-mail address or a URL that tells who you are")


Url = Annotated[
    str,
    AfterValidator(_check_url),
    Field(
        json_schema_extra={
            "format": "uri",
            "maxLength": _LONGEST_URL,
            "pattern": r"^https?://[^\s\\/?#@]+([/?#][^\s\\]*)?$",
        }
    ),
]
_URL_SCHEMA = {"type": "string", "format": "uri", "pattern": r"^https?://[^\s\\/?#@]+([/?#][^\s\\]*)?$"}
SealedUrl = Annotated[SecretStr, BeforeValidator(_seal_url), WithJsonSchema(_URL_SCHEMA)]
SealedRedis = Annotated[
    SecretStr,
    BeforeValidator(_seal_redis),
    WithJsonSchema({"type": "string", "pattern": r"^(embedded|rediss?://[^\s\\@]+|unix:///[^\s\\@]+)$"}),
]
Contact = Annotated[str, AfterValidator(_check_contact)]
Network = Annotated[IPv4Network | IPv6Network, BeforeValidator(_read_network), WithJsonSchema({"type": "string"})]
Networks = Annotated[tuple[Network, ...], Field(strict=False, json_schema_extra=UNIQUE), Distinct]


_PATTERN = {"type": "string", "pattern": r"^!?/\S{0,500}$"}
LinkPatterns = Annotated[
    tuple[Annotated[str, AfterValidator(_check_pattern)], ...],
    BeforeValidator(_our_rules_for_true),
    Field(strict=False),
    Distinct,
    WithJsonSchema({"anyOf": [{"const": True}, {"type": "array", "items": _PATTERN, "minItems": 1, **UNIQUE}]}),
]


# --- headers ---------------------------------------------------------------------------------------------------------


def _check_header(name: str) -> str:
    if not _TOKEN.fullmatch(name):
        raise refuse("a header name (RFC 9110, 5.1)")
    if name.lower() in FRAMING:
        raise refuse("a header that Monitor does not write itself")
    if name.lower() in CREDENTIALS:
        raise refuse("a header that carries no credentials: secrets do not stand in this file")
    return name


def _check_header_value(value: str) -> str:
    if not value or value != value.strip() or not all(" " <= char <= "~" or char == "\t" for char in value):
        raise refuse("printable ASCII without line breaks", "something else")
    return value


Headers = dict[
    Annotated[str, Field(json_schema_extra={"pattern": f"^{_TOKEN.pattern}$"}), AfterValidator(_check_header)],
    Annotated[str, Field(json_schema_extra={"pattern": r"^[\t -~]+$"}), AfterValidator(_check_header_value)],
]


# --- secrets and files -----------------------------------------------------------------------------------------------


def _check_variable(name: str) -> str:
    if not VARIABLE.fullmatch(name):
        raise refuse("the name of an environment variable (A-Z, 0-9, _)", "something else")
    return name


def _check_sealed(value: Any) -> SecretStr:
    if not isinstance(value, SecretStr):
        raise refuse("secret_env or secret_file: secrets do not stand in this file", "a value in the file")
    return value


def _check_room(text: str) -> str:
    if not re.fullmatch(r"[CDGU][A-Z0-9]{6,30}", text):
        raise refuse("the id of a Slack channel, such as C024BE91L (it stands in the channel's details)")
    return text


def service_problem(text: str) -> tuple[str, str] | None:
    """What is wrong with an Apprise URL, as (expected, got) without the URL in it; None where it may be one."""
    if re.fullmatch(r"[a-z][a-z0-9]{0,31}://[^\s\x00-\x1f\x7f]{1,4000}", text):
        return None
    return "an Apprise URL such as tgram://… or mailtos://…", "another text"


def page_token_problem(text: str) -> tuple[str, str] | None:
    """What is wrong with the page's token: it must hold 128 bits, or it can be guessed. None where nothing is."""
    if token_problem(text) is None and len(text) >= _PAGE_TOKEN:
        return None
    return (
        f"a token of at least {_PAGE_TOKEN} letters, digits and -._~+/, such as of `openssl rand -hex 32`",
        "another text",
    )


def token_problem(text: str) -> tuple[str, str] | None:
    """What is wrong with a bearer token (RFC 6750, 2.1), without it; None where it may be one."""
    if re.fullmatch(r"[A-Za-z0-9._~+/-]{8,512}=*", text):
        return None
    return "a token of at least 8 letters, digits and -._~+/", "another text"


def _check_service(value: Any) -> SecretStr:
    if not isinstance(value, SecretStr):
        raise refuse("url_env: an Apprise URL is a secret and does not stand in this file", "a value in the file")
    return value


def _check_token(value: Any) -> SecretStr:
    if not isinstance(value, SecretStr):
        raise refuse("token_env: secrets do not stand in this file", "a value in the file")
    return value


def resolve(value: object, info: ValidationInfo) -> Path:
    """A path, relative to the folder of the file. Raises what `refuse` makes for anything else."""
    if not isinstance(value, str | Path) or not str(value) or "\0" in str(value):
        raise refuse("a path")
    folder = (info.context or {}).get("folder", Path.cwd())
    return Path(folder, Path(value).expanduser()).resolve()


Variable = Annotated[
    str, AfterValidator(_check_variable), Field(json_schema_extra={"pattern": "^[A-Z_][A-Z0-9_]{0,127}$"})
]
Sealed = Annotated[SecretStr, BeforeValidator(_check_sealed)]
Room = Annotated[str, AfterValidator(_check_room), Field(json_schema_extra={"pattern": "^[CDGU][A-Z0-9]{6,30}$"})]
SealedService = Annotated[SecretStr, BeforeValidator(_check_service)]
SealedToken = Annotated[SecretStr, BeforeValidator(_check_token)]
FilePath = Annotated[Path, BeforeValidator(resolve), WithJsonSchema({"type": "string", "minLength": 1})]
