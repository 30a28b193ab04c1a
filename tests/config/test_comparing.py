"""Two configurations beside each other: what differs, what cannot while Monitor runs, and that no secret is in it."""

from __future__ import annotations

import base64
from pathlib import Path

import msgspec

from monitor.config import Config, comparing, parse

SECRETS = {name: "whsec_" + base64.b64encode(name.encode() * 24).decode() for name in "AB"}
CHANNEL = 'channels.desk = { type = "webhook", url = "https://desk.example/T0P", secret_env = "DESK" }\n'


def read(text: str, folder: Path, secret: str = "A") -> Config:
    return parse(text, {"DESK": SECRETS[secret]}, file="config.toml", folder=folder)


def test_everything_that_has_a_name_has_a_fingerprint(tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text("valls,Manuel Valls\n")
    text = (
        CHANNEL
        + """
        entities_file = "people.csv"
        feeds.post.url = "https://post.example/rss"
        watchlists.war.phrases = ["war"]
        routes = [{ match.watchlist = "war" }, { notify = ["desk"] }]
    """
    )
    found = comparing.configured(read(text, tmp_path))
    names = {table: list(fingerprints) for table, fingerprints in found.tables.items()}
    assert names == {
        "feeds": ["post"],
        "watchlists": ["war"],
        "channels": ["desk"],
        "routes": ["1", "2"],
        "files": [str(tmp_path / "people.csv")],
        "settings": ["data_dir", "entities_file"],
    }


def test_what_is_said_as_the_default_is_not_said(tmp_path: Path) -> None:
    plain = comparing.configured(read(CHANNEL, tmp_path))
    assert comparing.configured(read(CHANNEL + "polling.timeout = '30s'\ndefaults.max_age = '24h'", tmp_path)) == plain
    assert comparing.configured(read(CHANNEL + "polling.every = '4m'", tmp_path)) != plain


def test_no_secret_is_in_what_the_log_keeps_and_one_that_changed_is_noticed(tmp_path: Path) -> None:
    before, after = read(CHANNEL, tmp_path), read(CHANNEL, tmp_path, "B")
    elsewhere = read(CHANNEL.replace("T0P", "T1P"), tmp_path)
    assert comparing.configured(before) == comparing.configured(after) == comparing.configured(elsewhere)
    assert "T0P" not in msgspec.json.encode(comparing.configured(before)).decode()
    assert comparing.resealed(before, after) == comparing.resealed(before, elsewhere) == {"desk"}
    assert comparing.resealed(before, before) == frozenset()


def test_what_was_opened_at_the_start_cannot_change(tmp_path: Path) -> None:
    text = 'data_dir = "other"\n[redis]\npartitions = 4\n[polling]\nparsers = 3\nevery = "1m"\n'
    faults = comparing.fixed(read("", tmp_path), read(text, tmp_path), text, "config.toml")
    assert [(fault.line, fault.column, fault.key) for fault in faults] == [
        (1, 12, "data_dir"),
        (3, 14, "redis.partitions"),
        (5, 11, "polling.parsers"),
    ]
    assert all("restart it" in fault.problem for fault in faults)
    assert comparing.fixed(read(text, tmp_path), read(text, tmp_path), text, "config.toml") == []


def test_the_other_files_of_a_configuration(tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text("valls,Manuel Valls\n")
    (tmp_path / "feeds.opml").write_text("<opml/>")
    (tmp_path / "desk.secret").write_text(SECRETS["A"])
    (tmp_path / "desk.secret").chmod(0o600)
    text = CHANNEL.replace('secret_env = "DESK"', 'secret_file = "desk.secret"') + 'feeds_file = "feeds.opml"\n'
    text += 'watchlists.w.entities_file = "people.csv"'
    assert comparing.files(read(text, tmp_path)) == {
        tmp_path / name for name in ("people.csv", "feeds.opml", "desk.secret")
    }
