"""Files of certificates: the authorities that a feed brings along. Read and checked here; who trusts them is the net's business."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from ssl import PROTOCOL_TLS_CLIENT, SSLContext, SSLError
from typing import Annotated, Final

from pydantic import BeforeValidator, PlainSerializer, ValidationInfo, WithJsonSchema

from monitor.config.values import refuse, resolve

LARGEST: Final = 1 << 20  # bytes of one file


@dataclass(frozen=True, slots=True)
class Authorities:
    """The certificates of one file, as PEM (RFC 7468). Another content makes another value."""

    path: Path
    pem: str = field(repr=False)

    def said(self) -> str:
        """Where they stand, and which they are."""
        return f"{self.path} sha256:{hashlib.sha256(self.pem.encode()).hexdigest()}"


def _read(value: object, info: ValidationInfo) -> Authorities:
    path = resolve(value, info)
    try:
        with path.open("rb") as opened:
            content = opened.read(LARGEST + 1)
    except OSError as error:
        raise refuse("a file that can be read", error.strerror or type(error).__name__) from error
    if len(content) > LARGEST:
        raise refuse(f"a file of at most {LARGEST >> 20} MiB", "a larger one")
    return Authorities(path, _checked(content))


def _checked(content: bytes) -> str:
    try:
        pem = content.decode("ascii")
        SSLContext(PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=pem)
    except (UnicodeDecodeError, ValueError, SSLError) as error:
        raise refuse("a file of certificates in PEM (-----BEGIN CERTIFICATE-----)", "another content") from error
    return pem


AuthoritiesFile = Annotated[
    Authorities,
    BeforeValidator(_read),
    PlainSerializer(Authorities.said, return_type=str),
    WithJsonSchema({"type": "string", "minLength": 1}),
]
