"""Bytes from outside as an answer that can do nothing in a browser: never of a type of their own, in a sandbox, under a name of ours."""

from __future__ import annotations

import base64
from typing import Final

from aiohttp import web

_SANDBOXED: Final = "sandbox; default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


def evidence(body: bytes, sha256: str, name: str, *, save: bool) -> web.Response:
    """A raw body with its digest (RFC 9530); to be saved under that name, which holds no text from outside (RFC 6266)."""
    digest = base64.b64encode(bytes.fromhex(sha256)).decode()
    headers = {
        "content-security-policy": _SANDBOXED,
        "content-disposition": f'{"attachment" if save else "inline"}; filename="{name}"',
        "repr-digest": f"sha-256=:{digest}:",
    }
    kind = "application/octet-stream" if save else "text/plain"
    return web.Response(body=body, content_type=kind, charset=None if save else "utf-8", headers=headers)
