"""The table on the page: `[web]`."""

from __future__ import annotations

import ipaddress
import re
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator
from pydantic.json_schema import SkipJsonSchema

from monitor.config.table import Table
from monitor.config.values import Distinct, SealedToken, Url, Variable, refuse

_HOST = r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?"
_PLACE = re.compile(rf"(?P<host>{_HOST}|\[[0-9A-Fa-f:.]+\]):(?P<port>\d{{1,5}})")


def _check_place(text: str) -> str:
    found = _PLACE.fullmatch(text)
    if not found or not 0 < int(found["port"]) <= 65_535:
        raise refuse('a host and a port such as "127.0.0.1:8321" or "[::1]:8321"')
    return text


def _check_name(text: str) -> str:
    if not re.fullmatch(_HOST, text):
        raise refuse("the name of a host, without a port")
    return text.lower()


Place = Annotated[str, AfterValidator(_check_place), Field(json_schema_extra={"pattern": f"^{_PLACE.pattern}$"})]
Name = Annotated[str, AfterValidator(_check_name), Field(json_schema_extra={"pattern": f"^{_HOST}$"})]


class Web(Table):
    """`[web]`: the page, where it is wanted. Beyond this machine it needs a token."""

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
    token: SkipJsonSchema[SealedToken | None] = None

    @property
    def place(self) -> tuple[str, int]:
        """Host and port."""
        host, _, port = self.listen.rpartition(":")
        return host.strip("[]"), int(port)

    @model_validator(mode="after")
    def _is_guarded(self) -> Self:
        if self.token_env is None and not is_loopback(self.place[0]):
            raise refuse("token_env beside an address that others reach, or a loopback address", self.listen)
        return self


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches an address."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
