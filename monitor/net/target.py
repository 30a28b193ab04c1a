"""A URL from outside, judged before anything is sent: strict where parsers are known to disagree.

Looks at the spelling only. The address that is really dialled is `guard`'s to judge.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address
from urllib.parse import quote

from yarl import URL

from monitor.core.addresses import Network, read_literal, refusal
from monitor.errors import Permanent

_URL = re.compile(
    r"(?P<scheme>[a-z]+)://(?P<authority>[^/?#]*)(?P<path>[^?#]*)(?:\?(?P<query>[^#]*))?(?:#.*)?", re.IGNORECASE
)
_AUTHORITY = re.compile(r"(?:\[(?P<v6>[0-9a-fA-F:.]+)\]|(?P<host>[^:\[\]@%]+))(?::(?P<port>[0-9]{0,5}))?")
_NAME = re.compile(r"(?!.{254})[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*")
_UNFIT = re.compile(r"[\x00-\x20\x7f-\x9f\\\ud800-\udfff]")
_MAX_LENGTH = 8_000  # the request line of most servers ends at 8 KiB
_SAFE = "!$&'()*+,-./:;=?@_~%[]|"

_DEFAULT_PORT = {"http": 80, "https": 443}
_METADATA_NAMES = {"metadata", "metadata.google.internal", "instance-data", "instance-data.ec2.internal"}
_LOCAL_SUFFIXES = (".internal", ".local", ".localdomain", ".home.arpa", ".lan", ".intranet", ".corp")
_LOOPBACK = (IPv4Address("127.0.0.1"), IPv6Address("::1"))

# Ports of services that can be made to read HTTP as their own language: the Fetch standard's "bad ports", and databases.
_BAD_PORTS = frozenset(
    {0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104, 109}
    | {110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513, 514, 515, 526, 530}
    | {531, 532, 540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995, 1719, 1720, 1723, 2049, 3659, 4045, 4190}
    | {5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080}
    | {1433, 1521, 2375, 2379, 3306, 5432, 5984, 6379, 9042, 11211, 26379, 27017}
)


def judge_url(url: str, allowed: Sequence[Network] = ()) -> str:
    """The one spelling of a URL that may be asked for: ASCII, canonical host, no fragment.

    Raises Permanent(`bad_url`) where its spelling leaves doubt (RFC 3986, WHATWG URL), Permanent(`forbidden_address`)
    where its host is an address or a name that `allowed` does not open. No error repeats the URL, which may hold a secret.
    """
    if _UNFIT.search(url) or len(url) > _MAX_LENGTH:
        raise Permanent("bad_url", "it has control characters, spaces or backslashes, or is too long")
    parts = _URL.fullmatch(url)
    if parts is None or parts["scheme"].lower() not in _DEFAULT_PORT:
        raise Permanent("bad_url", "it begins with neither http:// nor https://")
    authority = _AUTHORITY.fullmatch(parts["authority"])
    if authority is None:
        raise Permanent("bad_url", "the host is not plain (userinfo, zone or escapes are not allowed)")
    scheme = parts["scheme"].lower()
    host = _judge_host(authority["v6"] or authority["host"], allowed)
    port = _judge_port(authority["port"], scheme)
    path = quote(parts["path"] or "/", safe=_SAFE)
    query = "" if parts["query"] is None else "?" + quote(parts["query"], safe=_SAFE)
    return f"{scheme}://{host}{port}{path}{query}"


def _judge_host(host: str, allowed: Sequence[Network]) -> str:
    name = _ascii_host(host)
    try:
        address = read_literal(name)
    except ValueError as error:
        raise Permanent("bad_url", str(error)) from error
    if address is None:
        return _judge_name(name, allowed)
    if why := refusal(address, allowed):
        raise Permanent("forbidden_address", why)
    return f"[{address}]" if isinstance(address, IPv6Address) else str(address)


def _ascii_host(host: str) -> str:
    """The host as it will be looked up: full-width and circled letters folded, IDNA applied, one trailing dot dropped."""
    folded = unicodedata.normalize("NFKC", host).replace("\u3002", ".").lower()
    if not folded.isascii():
        try:
            folded = URL.build(scheme="http", host=folded).raw_host or ""
        except ValueError as error:
            raise Permanent("bad_url", f"the host {host[:100]!a} is not a name") from error
    return folded.removesuffix(".").lower()


def _judge_name(name: str, allowed: Sequence[Network]) -> str:
    if not _NAME.fullmatch(name):
        raise Permanent("bad_url", f"the host {name[:100]!r} is not a name")
    if name in _METADATA_NAMES:
        raise Permanent("forbidden_address", f"{name} names a metadata address")
    if name == "localhost" or name.endswith(".localhost"):  # RFC 6761: always loopback, whatever a resolver says
        if all(refusal(address, allowed) for address in _LOOPBACK):
            raise Permanent("forbidden_address", f"{name} is this very machine")
    elif not allowed and ("." not in name or name.endswith(_LOCAL_SUFFIXES)):
        raise Permanent("forbidden_address", f"{name} is a name of a local network")
    return name


def _judge_port(port: str | None, scheme: str) -> str:
    number = int(port) if port else _DEFAULT_PORT[scheme]
    if number in _BAD_PORTS or number > 65_535:
        raise Permanent("bad_url", f"port {number} is not one for HTTP")
    return "" if number == _DEFAULT_PORT[scheme] else f":{number}"
