from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from monitor.config import load
from monitor.demo.daemon import Daemon, DaemonFailed
from monitor.demo.setting import SECRET, configuration
from monitor.demo.stories import OUTLETS
from monitor.listen import new_secret


def test_the_configuration_is_an_ordinary_one(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    feeds = {outlet.id: f"http://127.0.0.1:1/{outlet.id}" for outlet in OUTLETS}
    file.write_text(configuration(feeds, "http://127.0.0.1:2/", tmp_path / "data", "127.0.0.1:1"))
    settings = load(file, {SECRET: new_secret()})
    assert set(settings.feeds) == set(feeds)
    assert settings.data_dir == tmp_path / "data"
    assert all(settings.notify_of(watchlist) == ("desk",) for watchlist in settings.watchlists)


@pytest.mark.slow
async def test_a_daemon_that_cannot_run_is_told_with_its_last_words(
    tmp_path: Path, alive: Callable[[Path], list[int]]
) -> None:
    config, deaths = tmp_path / "config.toml", []
    config.write_text("[feeds.post]\nurl = 5\n")
    daemon = Daemon(config, tmp_path / "said", {}, lambda: deaths.append(1))
    with pytest.raises(ExceptionGroup) as caught:
        async with daemon.running():
            await asyncio.Event().wait()
    assert caught.group_contains(DaemonFailed, match=r"(?s)exit status 2.*config\.toml:2:\d+: feeds\.post\.url")
    assert (len(deaths), daemon.restarts, daemon.pid, alive(tmp_path)) == (2, 2, None, [])
