"""What is kept of the page's token, and how what somebody shows is held against it. The token itself is its owner's, in the environment; here are digests.

Only digests are compared, in constant time: neither how long the right one is nor where a wrong one differs from it shows in the time that it takes.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field

_SHORT = 32  # characters: 128 bits, which is enough for an address that feed readers keep


@dataclass(frozen=True, slots=True)
class Token:
    """A token, without itself. `cookie` is what a browser keeps in its place, `feeds` the key of the Atom feeds: whoever has one finds neither token nor other."""

    digest: bytes
    cookie: str = field(repr=False)
    feeds: str = field(repr=False)

    @classmethod
    def of(cls, token: str) -> Token:
        """What is to be kept of one. It is taken for random: 128 bits or more."""
        return cls(_digest(token), _derived(token, b"monitor page"), _derived(token, b"monitor feeds")[:_SHORT])

    def is_it(self, given: str) -> bool:
        """Whether that is the token."""
        return hmac.compare_digest(_digest(given), self.digest)

    def is_its_cookie(self, given: str) -> bool:
        """Whether that is what a browser keeps."""
        return hmac.compare_digest(_digest(given), _digest(self.cookie))

    def is_its_key(self, given: str) -> bool:
        """Whether that is the key of the Atom feeds."""
        return hmac.compare_digest(_digest(given), _digest(self.feeds))


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode(errors="surrogateescape")).digest()


def _derived(token: str, use: bytes) -> str:
    """A secret of its own for one use: whoever has it cannot find the token, nor the secret of another use (RFC 5869, 3.2)."""
    return hmac.new(token.encode(), use, hashlib.sha256).hexdigest()
