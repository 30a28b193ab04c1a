"""Finding and reading the file, its secrets, and what a file's bytes can have wrong."""

from __future__ import annotations

import base64
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.config import CHANGES, LARGEST, Config, Feed, Webhook, find, load, parse
from monitor.config.values import spell
from monitor.errors import ConfigError

SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()
WEBHOOKS = """
[channels.desk]
type = "webhook"
url = "https://desk.example/hook/t0ken"
secret_env = "DESK_SECRET"
[channels.archive]
type = "webhook"
url_env = "ARCHIVE_URL"
secret_file = "archive.secret"
allow_private = true
[redis]
url_env = "REDIS_URL"
"""
ENV = {
    "DESK_SECRET": SECRET,
    "ARCHIVE_URL": "http://127.0.0.1:9/t0ken",
    "REDIS_URL": "rediss://me:passw0rd@redis.example:6380/1",
}


def write(path: Path, text: str | bytes, mode: int = 0o600) -> Path:
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    path.chmod(mode)
    return path


def faults(path: Path) -> str:
    with pytest.raises(ConfigError) as raised:
        load(path, {})
    return str(raised.value)


def check(text: str) -> Config:
    return parse(text, {}, file="config.toml", folder=Path("/desk"))


# --- finding it ------------------------------------------------------------------------------------------------------


def test_the_file_named_is_the_file_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    here, named, told = (write(tmp_path / name, "") for name in ("config.toml", "named.toml", "told.toml"))
    assert find(named, {"MONITOR_CONFIG": str(told)}) == named
    assert find(None, {"MONITOR_CONFIG": str(told)}) == told
    assert find(None, {"MONITOR_CONFIG": ""}).resolve() == here


def test_a_named_file_that_is_not_there_is_never_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "config.toml", "")
    with pytest.raises(
        ConfigError, match=r"none\.toml: expected a configuration file, got none \(looked at: none\.toml\)"
    ):
        find(Path("none.toml"), {})
    with pytest.raises(ConfigError, match=r"looked at: gone\.toml"):
        find(None, {"MONITOR_CONFIG": "gone.toml"})


def test_all_places_looked_at_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if Path("/etc/monitor/config.toml").exists():
        pytest.skip("this machine has a configuration of its own in /etc/monitor")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigError, match=r"looked at: config\.toml, /etc/monitor/config\.toml"):
        find(None, {})


# --- its bytes -------------------------------------------------------------------------------------------------------


def test_what_is_no_utf8_is_told_with_its_place(tmp_path: Path) -> None:
    file = write(tmp_path / "c.toml", "# é\nx = 'é".encode() + b"\xff'")
    assert faults(file) == f"{file}:2:7: expected UTF-8, got byte 0xff"


def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path: Path) -> None:
    file = write(tmp_path / "c.toml", "\ufeffbogus = 1")
    assert faults(file).startswith(f"{file}:1:1: bogus: ")


def test_a_bad_byte_after_a_byte_order_mark_keeps_its_place(tmp_path: Path) -> None:
    file = write(tmp_path / "c.toml", b"\xef\xbb\xbfa\xff")
    assert faults(file) == f"{file}:1:2: expected UTF-8, got byte 0xff"


def test_a_file_may_be_large_but_not_larger(tmp_path: Path) -> None:
    load(write(tmp_path / "c.toml", "#" * LARGEST), {})
    file = write(tmp_path / "d.toml", "#" * (LARGEST + 1))
    assert faults(file) == f"{file}: expected at most 10485760 bytes, got more"


def test_what_is_no_file_is_told(tmp_path: Path) -> None:
    assert faults(tmp_path) == f"{tmp_path}: expected a file that can be read, got: Is a directory"
    assert faults(tmp_path / "no").endswith("expected a file that can be read, got: No such file or directory")


def test_nesting_and_numbers_beyond_measure_are_faults(tmp_path: Path) -> None:
    assert "less deep in each other" in faults(write(tmp_path / "a.toml", "x = " + "[" * 100_000))
    assert "less deep in each other" in faults(write(tmp_path / "b.toml", "x = " + "{a=" * 100_000))
    assert "at most 4300 digits" in faults(write(tmp_path / "c.toml", "x = " + "9" * 5000))
    assert ":1:2: expected a key of at most 32 parts" in faults(write(tmp_path / "d.toml", "[" + "a." * 40_000 + "a]"))


# --- secrets ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def webhooks(tmp_path: Path) -> Config:
    write(tmp_path / "archive.secret", SECRET + "\n")
    return load(write(tmp_path / "c.toml", WEBHOOKS), ENV)


def test_secrets_are_brought_in_from_the_environment_and_from_files(webhooks: Config) -> None:
    desk, archive = webhooks.channels["desk"], webhooks.channels["archive"]
    assert isinstance(desk, Webhook)
    assert isinstance(archive, Webhook)
    assert desk.secret.get_secret_value() == archive.secret.get_secret_value() == SECRET
    assert desk.url.get_secret_value() == "https://desk.example/hook/t0ken"
    assert archive.url.get_secret_value() == ENV["ARCHIVE_URL"]
    assert webhooks.redis.url.get_secret_value() == ENV["REDIS_URL"]


def test_no_secret_shows_in_what_is_printed_or_dumped(webhooks: Config) -> None:
    for shown in (repr(webhooks), str(webhooks), webhooks.model_dump_json(), str(webhooks.model_dump())):
        assert SECRET not in shown
        assert "t0ken" not in shown
        assert "passw0rd" not in shown


def test_a_secret_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    file = write(tmp_path / "c.toml", WEBHOOKS)
    for mode in (0o640, 0o604, 0o601, 0o620):
        write(tmp_path / "archive.secret", SECRET, mode)
        with pytest.raises(ConfigError, match=f"got mode {mode:04o}"):
            load(file, ENV)
    write(tmp_path / "archive.secret", SECRET, 0o400)
    load(file, ENV)


@pytest.mark.parametrize(("size", "accepted"), [(23, False), (24, True), (64, True), (65, False)])
def test_a_secret_has_24_to_64_bytes(tmp_path: Path, size: int, accepted: bool) -> None:
    write(tmp_path / "archive.secret", SECRET)
    file = write(tmp_path / "c.toml", WEBHOOKS)
    env = {**ENV, "DESK_SECRET": "whsec_" + base64.b64encode(b"x" * size).decode()}
    if accepted:
        load(file, env)
    else:
        with pytest.raises(ConfigError, match=f"DESK_SECRET to hold .* got one of {size} bytes"):
            load(file, env)


def test_every_secret_that_is_missing_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as raised:
        load(write(tmp_path / "c.toml", WEBHOOKS), {})
    assert [fault.key for fault in raised.value.faults] == [
        "channels.desk.secret_env", "channels.archive.url_env", "channels.archive.secret_file", "redis.url_env",
    ]  # fmt: skip


def test_who_tells_nobody_needs_no_channel_s_secret(tmp_path: Path) -> None:
    file = write(tmp_path / "c.toml", WEBHOOKS)
    desk = load(file, {"REDIS_URL": ENV["REDIS_URL"]}, telling=False).channels["desk"]
    assert isinstance(desk, Webhook)
    assert desk.secret.get_secret_value() == ""
    with pytest.raises(ConfigError, match="REDIS_URL to be set"):
        load(file, {}, telling=False)


# --- what it says ----------------------------------------------------------------------------------------------------


def test_an_empty_file_is_all_defaults() -> None:
    config = check("")
    assert config.timezone.key == "UTC"
    assert config.public_url is None
    assert config.data_dir == Path("/desk/data")
    assert config.redis.url.get_secret_value() == "embedded"
    assert config.defaults.max_age == timedelta(hours=24)
    assert (config.polling.every, config.polling.adaptive.min) == (None, timedelta(minutes=1))


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("90s", 90),
        ("5m", 300),
        ("2h", 7200),
        ("1d12h", 129_600),
        ("1d1h1m1s", 90_061),
        ("007s", 7),
        ("200ms", 0.2),
        ("1m5ms", 60.005),
    ],
)
def test_durations(text: str, seconds: float) -> None:
    assert check(f'polling.every = "{text}"').polling.every == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "text", ["", "s", "5", "5 m", "-5m", "1.5h", "12h1d", "5m5m", "5M", "5ms1s", "5mss", "٥m", "5m ", "1w"]
)
def test_what_is_no_duration(text: str) -> None:
    with pytest.raises(ConfigError, match="expected a duration such as"):
        check(f'polling.every = "{text}"')


def test_a_path_starts_at_the_folder_of_the_file() -> None:
    assert check('data_dir = "state/m"').data_dir == Path("/desk/state/m")
    assert check('data_dir = "../m"').data_dir == Path("/m")
    assert check('data_dir = "/var/lib/monitor"').data_dir == Path("/var/lib/monitor")
    assert check('data_dir = "~/m"').data_dir == Path.home() / "m"


def test_networks_are_networks() -> None:
    config = check('polling.allow_private = ["127.0.0.0/8", "fd00::/8", "10.1.2.3"]')
    assert config.polling.allow_private == (
        ip_network("127.0.0.0/8"),
        ip_network("fd00::/8"),
        ip_network("10.1.2.3/32"),
    )


@pytest.mark.parametrize(
    "url",
    ["embedded", "redis://r.example", "rediss://r.example:6380/2", "unix:///run/redis.sock", "redis://[::1]:6379"],
)
def test_addresses_of_redis(url: str) -> None:
    assert check(f'redis.url = "{url}"').redis.url.get_secret_value() == url


@pytest.mark.parametrize("contact", ["desk@desk.example", "https://desk.example/bot"])
def test_contacts(contact: str) -> None:
    assert check(f'polling.contact = "{contact}"').polling.contact == contact


SOURCES = """
defaults = { max_age = "1d", content = "feed", notify = ["screen"] }
polling.every = "7m"
channels = { screen = { type = "console" }, other = { type = "console" } }
feeds.a = { url = "https://a.example/", tags = ["x"], every = "1m", content = "page", max_age = "2h" }
feeds.b = { url = "https://b.example/", tags = ["x", "y"], cron = "0 6 * * 1" }
pages.c = { url = "https://c.example/", tags = ["y"] }
watchlists.everywhere = { phrases = ["war"] }
watchlists.chosen = { phrases = ["war"], feeds = ["tag:y", "a"], notify = ["other"], on = "everything" }
watchlists.silent = { phrases = ["war"], feeds = ["tag:x"], notify = [] }
"""


def test_a_table_says_it_or_a_default_does() -> None:
    config = check(SOURCES)
    assert [config.every_of(source) for source in "abc"] == [timedelta(minutes=1), None, timedelta(minutes=7)]
    assert config.feeds["b"].cron == "0 6 * * mon"
    assert [config.content_of(feed) for feed in "ab"] == ["page", "feed"]
    assert [config.max_age_of(source) for source in "abc"] == [timedelta(hours=2), timedelta(days=1), timedelta(days=1)]
    assert [config.notify_of(name) for name in ("everywhere", "chosen", "silent")] == [("screen",), ("other",), ()]
    assert [sorted(config.sources_of(name)) for name in ("everywhere", "chosen", "silent")] == [
        list("abc"),
        list("abc"),
        list("ab"),
    ]
    assert config.watchlists["chosen"].on == CHANGES


def test_nothing_of_it_can_be_changed() -> None:
    with pytest.raises(ValueError, match="frozen"):
        check(SOURCES).feeds["a"].url = "https://evil.example/"  # type: ignore[misc]  # that it cannot is the point


def test_tables_can_be_made_in_python_too() -> None:
    config = Config(feeds={"a": Feed(url="https://a.example/", every=timedelta(seconds=0.2))})
    assert config.every_of("a") == timedelta(seconds=0.2)


@pytest.mark.parametrize(
    ("old", "new", "changes"),
    [
        ('phrases = ["war"]', 'phrases = ["peace"]', True),
        ('max_age = "2h"', 'max_age = "3h"', True),
        ('tags = ["y"]', 'tags = ["x"]', True),
        ('notify = ["other"]', 'notify = ["screen"]', True),
        ('max_age = "2h"', 'max_age = "120m"', False),
        ("https://a.example/", "https://other.example/", False),
        ('every = "1m"', 'every = "9m"', False),
        ("\n", "\n\n# a comment\n", False),
    ],
)
def test_the_digest_names_what_decides(old: str, new: str, changes: bool) -> None:
    assert old in SOURCES
    before, after = check(SOURCES).digest, check(SOURCES.replace(old, new)).digest
    assert before.startswith("sha256:")
    assert (before != after) is changes


@given(st.timedeltas(timedelta(milliseconds=1), timedelta(days=3650)))
def test_a_duration_that_is_spelled_is_read_again(duration: timedelta) -> None:
    whole = duration - duration % timedelta(milliseconds=1)
    assert check(f'polling.every = "{spell(duration)}"').polling.every == whole
