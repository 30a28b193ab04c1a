"""`ca_file`: certificates that a feed brings along, read with the file, and every way in which they are none."""

from __future__ import annotations

from pathlib import Path

import pytest
from authority import authority

from monitor.config import comparing, load
from monitor.config.authorities import LARGEST
from monitor.errors import ConfigError

FEED = '[feeds.post]\nurl = "https://post.example/rss"\nca_file = "{}"\n'


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "config.toml").write_text(FEED.format("ca.pem"))
    return tmp_path / "config.toml"


def test_certificates_are_read_from_beside_the_file_and_another_content_is_another_configuration(file: Path) -> None:
    ca, _ = authority(file.parent)
    before = load(file, {})
    assert before.feeds["post"].ca_file is not None
    assert before.feeds["post"].ca_file.pem == ca.read_text()
    assert ca.resolve() in comparing.files(before)
    assert load(file, {}) == before
    ca.write_text(ca.read_text() + authority(file.parent / "another")[0].read_text())
    after = load(file, {})
    assert after != before
    assert comparing.configured(after).tables["feeds"] != comparing.configured(before).tables["feeds"]
    assert after.digest == before.digest, "it decides no alert"
    assert "BEGIN" not in repr(after)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (None, "a file that can be read, got No such file or directory"),
        (b"", "a file of certificates in PEM"),
        (b"certificates", "a file of certificates in PEM"),
        (b"\xff\xfe\x00", "a file of certificates in PEM"),
        (b"-----BEGIN CERTIFICATE-----\nbm9uZQ==\n-----END CERTIFICATE-----\n", "a file of certificates in PEM"),
        (b"-----BEGIN PRIVATE KEY-----\nbm9uZQ==\n-----END PRIVATE KEY-----\n", "a file of certificates in PEM"),
        (b"x" * (LARGEST + 1), "a file of at most 1 MiB, got a larger one"),
    ],
)
def test_a_file_that_is_none_is_a_fault_of_its_key(file: Path, content: bytes | None, expected: str) -> None:
    if content is not None:
        (file.parent / "ca.pem").write_bytes(content)
    with pytest.raises(ConfigError) as caught:
        load(file, {})
    assert f"config.toml:3:11: feeds.post.ca_file: expected {expected}" in str(caught.value)


@pytest.mark.parametrize("value", ['""', "7", '"a\\u0000b"', "true"])
def test_what_is_no_path_is_a_fault(file: Path, value: str) -> None:
    file.write_text(FEED.replace('"{}"', value))
    with pytest.raises(ConfigError, match="ca_file: expected a path"):
        load(file, {})
