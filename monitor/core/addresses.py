"""Which addresses Monitor may talk to, and how a host's many spellings of one are read.

Judges values only: it resolves no name and opens no socket. The lists are the special-purpose registries of IANA
(RFC 6890 and its updates) and the metadata addresses of the large clouds, which answer to any process of a host.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

METADATA: frozenset[Address] = frozenset(
    {
        IPv4Address("169.254.169.254"),  # AWS, Azure, Google, OpenStack …
        IPv4Address("169.254.170.2"),  # AWS containers' credentials
        IPv4Address("169.254.170.23"),  # AWS pods' credentials
        IPv4Address("100.100.100.200"),  # Alibaba
        IPv4Address("168.63.129.16"),  # Azure's wire server
        IPv4Address("192.0.0.192"),  # Oracle
        IPv6Address("fd00:ec2::254"),  # AWS
        IPv6Address("fd00:ec2::23"),  # AWS pods' credentials
    }
)

PRIVATE: tuple[Network, ...] = (
    IPv4Network("10.0.0.0/8"),
    IPv4Network("100.64.0.0/10"),
    IPv4Network("127.0.0.0/8"),
    IPv4Network("172.16.0.0/12"),
    IPv4Network("192.168.0.0/16"),
    IPv6Network("::1/128"),
    IPv6Network("fc00::/7"),
)
"""What `private` means where somebody allows it: hosts of one's own. Never link-local, multicast or unassigned space."""

_FORBIDDEN_V4 = tuple(
    map(
        IPv4Network,
        (
            *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
            *("192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16"),
            *("192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
        ),
    )
)
_GLOBAL_V6 = IPv6Network("2000::/3")
_FORBIDDEN_V6 = tuple(map(IPv6Network, ("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20")))
_NAT64 = (IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48"))


def refusal(address: Address, allowed: Sequence[Network] = ()) -> str:
    """Why this address must not be dialled; empty where it may be.

    `allowed` opens networks that are otherwise forbidden. Metadata addresses stay shut whatever it says.
    """
    address = _unwrapped(address)
    if not METADATA.isdisjoint({address, *_embedded(address)}):
        return f"{address} is a metadata address"
    if any(address in network for network in allowed):
        return ""
    return "" if _is_public(address) else f"{address} is not a public address"


def read_literal(host: str) -> Address | None:
    """The address that a host spells, None where it is a name.

    IPv4 is read as WHATWG's URL standard does (and inet_aton): one to four parts, decimal, octal or hexadecimal.
    Raises ValueError for a host that ends in a number (or has a colon) and yet spells no address.
    """
    if ":" in host:
        return IPv6Address(host)
    parts = host.split(".")
    if not re.fullmatch(r"[0-9]+|0[xX][0-9a-fA-F]*", parts[-1]):
        return None
    return IPv4Address(_read_ipv4(parts))


def _read_ipv4(parts: Sequence[str]) -> int:
    numbers = [_read_number(part) for part in parts]
    if len(numbers) > 4 or any(number > 255 for number in numbers[:-1]):
        raise ValueError(f"{'.'.join(parts)!r} is not an IPv4 address")
    room = 256 ** (5 - len(numbers))
    if numbers[-1] >= room:
        raise ValueError(f"{'.'.join(parts)!r} is not an IPv4 address")
    return numbers[-1] + sum(number << (24 - 8 * place) for place, number in enumerate(numbers[:-1]))


def _read_number(part: str) -> int:
    if not re.fullmatch(r"[0-9]{1,40}|0[xX][0-9a-fA-F]{0,40}", part):
        raise ValueError(f"{part[:50]!r} is not a part of an IPv4 address")
    if part[:2] in {"0x", "0X"}:
        return int(part[2:] or "0", 16)
    return int(part, 8) if len(part) > 1 and part[0] == "0" else int(part)


def _is_public(address: Address) -> bool:
    if isinstance(address, IPv4Address):
        return address not in METADATA and not any(address in network for network in _FORBIDDEN_V4)
    return address in _GLOBAL_V6 and not any(address in network for network in _FORBIDDEN_V6)


def _unwrapped(address: Address) -> Address:
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        return address.ipv4_mapped
    return address


def _embedded(address: Address) -> tuple[IPv4Address, ...]:
    """The IPv4 addresses that a gateway might read out of an IPv6 address: NAT64, 6to4, Teredo, IPv4-compatible."""
    if isinstance(address, IPv4Address):
        return ()
    candidates = [address.sixtofour, *(address.teredo or ())]
    if any(address in network for network in _NAT64) or int(address) < 2**32:
        candidates.append(IPv4Address(int(address) & 0xFFFFFFFF))
    return tuple(candidate for candidate in candidates if candidate)
