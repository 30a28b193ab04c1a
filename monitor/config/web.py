"""The table on the page: `[web]`."""

from __future__ import annotations

import ipaddress
import re
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator
from pydantic.json_schema import SkipJsonSchema

from monitor.config.table import Table
from monitor.config.values import Distinct, Networks, SealedToken, Url, Variable, refuse

_HOST = r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?"
_PLACE = re.compile(rf"(?P<host>{_HOST}|\[[0-9A-Fa-f:.]+\]):(?P<port>\d{{1,5}})")
_HEADER = re.compile("[A-Za-z][A-Za-z0-9-]{0,63}")
_MEANT_OTHERWISE = frozenset(
    {
        "accept",
        "authorization",
        "connection",
        "content-length",
        "content-type",
        "cookie",
        "host",
        "origin",
        "referer",
        "user-agent",
    }
)


def _check_place(text: str) -> str:
    found = _PLACE.fullmatch(text)
    if not found or not 0 < int(found["port"]) <= 65_535:
        raise refuse('a host and a port such as "127.0.0.1:8321" or "[::1]:8321"')
    return text


def _check_name(text: str) -> str:
    if not re.fullmatch(_HOST, text):
        raise refuse("the name of a host, without a port")
    return text.lower()


def _check_header(text: str) -> str:
    if not _HEADER.fullmatch(text) or text.lower() in _MEANT_OTHERWISE:
        raise refuse("the name of a header such as X-Forwarded-User, which means nothing else")
    return text


Place = Annotated[str, AfterValidator(_check_place), Field(json_schema_extra={"pattern": f"^{_PLACE.pattern}$"})]
Name = Annotated[str, AfterValidator(_check_name), Field(json_schema_extra={"pattern": f"^{_HOST}$"})]
HeaderName = Annotated[str, AfterValidator(_check_header), Field(json_schema_extra={"pattern": f"^{_HEADER.pattern}$"})]


class Web(Table):
    """`[web]`: the page, where it is wanted. Beyond this machine it needs a token, or a proxy that knows its readers."""

    hidden = ("token",)

    listen: Annotated[Place, Field(description="Where the page is served: host and port.")] = "127.0.0.1:8321"
    token_env: Annotated[
        Variable | None,
        Field(
            description="The environment variable that holds the token which lets readers in. Left out: whoever reaches a loopback address."
        ),
    ] = None
    hosts: Annotated[
        tuple[Name, ...],
        Field(
            strict=False,
            description="Further names that readers ask for it by, such as a proxy's; that of `public_url` is known.",
        ),
        Distinct,
    ] = ()
    websub_url: Annotated[
        Url | None,
        Field(
            description="Where hubs reach this page from outside, so that feeds which name one are pushed (WebSub). Left out: nothing is subscribed to."
        ),
    ] = None
    trusted_proxies: Annotated[
        Networks,
        Field(
            description="The networks of proxies whose word for a reader is taken, such as `127.0.0.1/32`; needs `user_header`."
        ),
    ] = ()
    user_header: Annotated[
        HeaderName | None,
        Field(
            description="The header in which those proxies name the reader whom they let in, such as `X-Forwarded-User`."
        ),
    ] = None
    token: SkipJsonSchema[SealedToken | None] = None

    @property
    def place(self) -> tuple[str, int]:
        """Host and port."""
        host, _, port = self.listen.rpartition(":")
        return host.strip("[]"), int(port)

    @model_validator(mode="after")
    def _is_guarded(self) -> Self:
        if bool(self.trusted_proxies) != bool(self.user_header):
            raise refuse("trusted_proxies and user_header, both or neither", "one of them")
        if self.token_env is None and not self.trusted_proxies and not is_loopback(self.place[0]):
            wanted = "token_env or trusted_proxies beside an address that others reach, or a loopback address"
            raise refuse(wanted, self.listen)
        return self


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches an address."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
