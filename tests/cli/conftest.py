"""A folder in which that history was recorded, and a way to run verbs on it."""

from __future__ import annotations

import asyncio
import shutil
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from recording import CONFIG, Desk, project, record_history
from verbs import RunVerb, Said

from monitor.cli import main
from monitor.ports import Log
from monitor.store import open_log


@pytest.fixture(scope="session")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a configuration, a stopped log and its views."""
    folder = tmp_path_factory.mktemp("monitor")
    (folder / "config.toml").write_text(CONFIG)

    async def fill() -> None:
        async with open_log("embedded", data_dir=folder / "data") as log:
            await record_history(Desk(log))
            await project(log, folder)

    asyncio.run(fill())
    return folder


@pytest.fixture
def copy(recorded: Path, tmp_path: Path) -> Path:
    """The same, to be changed."""
    return Path(shutil.copytree(recorded, tmp_path / "copy"))


With = Callable[[Log], Awaitable[None]]


@pytest.fixture
def with_log(copy: Path) -> Callable[[With], None]:
    """Do something with the copy's log, as its owner."""

    def use(work: With) -> None:
        async def owned() -> None:
            async with open_log("embedded", data_dir=copy / "data") as log:
                await work(log)

        asyncio.run(owned())

    return use


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> RunVerb:
    """Run a verb in this process, as `monitor …` would."""

    def ran(folder: Path, *arguments: str, columns: int = 120) -> Said:
        monkeypatch.setattr(sys, "argv", ["monitor", *arguments, "--config", str(folder / "config.toml")])
        monkeypatch.setenv("COLUMNS", str(columns))
        capsys.readouterr()  # what was said before is another matter
        try:
            main()
            code = 0
        except SystemExit as end:
            code = int(end.code or 0)
        return Said(code, *capsys.readouterr())

    return ran
