"""The log over TLS, on a real server with a certificate of the test's own authority: trusted where it is named, else refused with the fix."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.core.events import FeedMoved
from monitor.errors import LogUnavailable
from monitor.ports import Append, Batch, Head
from monitor.store import open_log


def needed(name: str, package: str) -> str:
    found = shutil.which(name, path="/usr/bin")
    if found is None:
        assert not os.environ.get("CI"), f"CI must have {name} (apt install {package})"
        pytest.skip(f"NOT RUN: there is no /usr/bin/{name} (apt install {package})")
    return found


@pytest.fixture(scope="module")
def secured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """The URL of a server that speaks nothing but TLS, and its certificate."""
    folder = tmp_path_factory.mktemp("tls")
    server, openssl = needed("redis-server", "redis-server"), needed("openssl", "openssl")
    subject = ("-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1")
    made = [
        openssl,
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
        "-days",
        "2",
    ]
    subprocess.run(
        [*made, "-keyout", folder / "key", "-out", folder / "cert", *subject], check=True, capture_output=True
    )
    with socket.create_server(("127.0.0.1", 0)) as found:
        port = found.getsockname()[1]
    tls = ("--tls-port", str(port), "--tls-cert-file", "cert", "--tls-key-file", "key", "--tls-ca-cert-file", "cert")
    words = [server, "--port", "0", *tls, "--tls-auth-clients", "no", "--save", "", "--appendonly", "yes"]
    with subprocess.Popen(words, cwd=folder, stdout=subprocess.DEVNULL) as process:
        try:
            for _ in range(500):
                with socket.socket() as probe:
                    if probe.connect_ex(("127.0.0.1", port)) == 0:
                        break
                time.sleep(0.01)
            yield f"rediss://127.0.0.1:{port}", folder / "cert"
        finally:
            process.kill()


async def test_a_server_whose_authority_is_named_is_trusted(secured: tuple[str, Path], tmp_path: Path) -> None:
    url, certificate = secured
    event = FeedMoved(datetime(2015, 11, 15, tzinfo=UTC), "post", "https://post.example/", "https://post.example/rss")
    async with open_log(f"{url}?ssl_ca_certs={certificate}", data_dir=tmp_path) as log:
        recorded = await log.commit(Batch(0, (Append("feed_post", Head(), (event,)),)))
        assert await log.history(0, "feed_post") == recorded


async def test_any_other_is_refused_at_once_with_the_fix(secured: tuple[str, Path], tmp_path: Path) -> None:
    with pytest.raises(
        LogUnavailable, match=r"is not trusted \(self-signed certificate\): name its authority with \?ssl_ca_certs"
    ):
        async with open_log(secured[0], data_dir=tmp_path):
            pass
