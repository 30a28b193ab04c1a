"""A private authority that vouches for a server on loopback, for tests of whom somebody trusts."""

from __future__ import annotations

import ssl
import subprocess
from pathlib import Path

_KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1"]


def authority(folder: Path) -> tuple[Path, ssl.SSLContext]:
    """The authority's certificate, and the context of a server at 127.0.0.1 that it vouches for."""
    folder.mkdir(exist_ok=True)
    ca, key, cert, ca_key = (folder / name for name in ("ca.pem", "key.pem", "cert.pem", "ca-key.pem"))
    _openssl("-subj", "/CN=Newsroom", "-addext", "keyUsage=keyCertSign", "-keyout", ca_key, "-out", ca)
    signed = ["-CA", ca, "-CAkey", ca_key, "-addext", "basicConstraints=critical,CA:false"]
    _openssl("-subj", "/CN=news", "-addext", "subjectAltName=IP:127.0.0.1", *signed, "-keyout", key, "-out", cert)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    return ca, context


def _openssl(*words: str | Path) -> None:
    subprocess.run(["openssl", "req", "-x509", *_KEY, *words], check=True, capture_output=True)
