"""What the README tells a stranger to type works as it is written there."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text()
SHELL = [
    line.partition("    #")[0].strip()
    for block in re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
    for line in block.splitlines()
]
TABLE = re.findall(r"`(monitor [^`]+)`", README)
MAKE = [line for line in SHELL if line.startswith("make")]
MONITOR = [line for line in SHELL if "monitor" in line]


@pytest.fixture
def folder(tmp_path):
    """The example configuration where it can do no harm: no feed of the world is asked."""
    text = (ROOT / "config.example.toml").read_text()
    origin = "http://127.0.0.1:9"  # the discard port: nobody listens there
    text = re.sub(r'^url = "https?://[^"]+"', f'url = "{origin}"', text, flags=re.MULTILINE)
    (tmp_path / "config.example.toml").write_text(text)
    return tmp_path


def run(words, folder):
    environment = {**os.environ, "MONITOR_CONFIG": str(folder / "config.example.toml")}
    return subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True, timeout=80, check=False)


def test_the_readme_shows_commands():
    assert {"make demo", "make run", "make test"} <= set(MAKE)
    assert len(MONITOR) >= 4
    assert len(TABLE) >= 5


@pytest.mark.parametrize("line", sorted(set(MAKE)))
def test_make_knows_its_targets(line):
    done = subprocess.run([*shlex.split(line), "--dry-run"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
def test_the_commands_work_in_the_order_in_which_they_are_shown(folder):
    for line in MONITOR:
        words = shlex.split(line)
        assert words[0] == ".venv/bin/monitor"
        done = run([sys.executable, "-m", "monitor", *words[1:]], folder)
        assert done.returncode == 0, f"{line}\n{done.stderr}"


@pytest.mark.parametrize("line", sorted(set(TABLE)))
def test_every_verb_in_the_text_is_one(line):
    words = [word for word in shlex.split(line)[1:] if not re.fullmatch(r"[A-Z]+|\d+", word)]
    done = run([sys.executable, "-m", "monitor", *words, "--help"], ROOT)
    assert done.returncode == 0, done.stderr


def test_the_configuration_in_the_readme_is_a_good_one(tmp_path):
    [toml] = re.findall(r"```toml\n(.*?)```", README, re.DOTALL)
    (tmp_path / "config.toml").write_text(toml)
    from monitor.listen import new_secret

    environment = {**os.environ, "DESK_SECRET": new_secret()}
    words = [sys.executable, "-m", "monitor", "check", "--config", str(tmp_path / "config.toml")]
    done = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_file_that_it_links_is_there():
    for link in re.findall(r"\]\((?!https?:)([^)#]+)\)", README):
        assert (ROOT / link).exists(), link


def test_the_program_ends_up_where_the_readme_says():
    if not shutil.which("make"):
        pytest.skip("make is not installed")
    assert "$(BIN)/monitor" in (ROOT / "Makefile").read_text()
