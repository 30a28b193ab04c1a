"""`feeds export` and `feeds import`: out to a feed reader and back, and nothing that stands in a configuration is touched."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from verbs import RunVerb

KEPT = """# mine
[feeds.post]
url = "https://post.example/rss"   # the first
tags = ["world", "tier_1"]
[feeds.front]
url = "https://front.example/"
links = true
[feeds.wire]
url = "https://wire.example/rss?a=1&b=2"
"""


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    (tmp_path / "config.toml").write_text(KEPT)
    (tmp_path / "config.toml").chmod(0o640)
    return tmp_path


def feeds(folder: Path) -> dict[str, tuple[str, ...]]:
    tables = tomllib.loads((folder / "config.toml").read_text())["feeds"]
    return {table["url"]: tuple(table.get("tags", ())) for table in tables.values()}


def test_what_is_exported_is_imported_elsewhere(run: RunVerb, mine: Path, tmp_path: Path) -> None:
    said = run(mine, "feeds", "export", str(tmp_path / "mine.opml"))
    assert (said.code, said.err) == (0, "left out, for no reader can follow a front page: 1\n")
    other = tmp_path / "other"
    other.mkdir()
    (other / "config.toml").write_text('[feeds.wire]\nurl = "https://wire.example/rss?a=1&b=2"\ntags = ["own"]\n')
    said = run(other, "feeds", "import", str(tmp_path / "mine.opml"))
    assert "Added to" in said.out
    assert "config.toml: 1; there already: 1." in " ".join(said.out.split())
    assert feeds(other) == {
        "https://wire.example/rss?a=1&b=2": ("own",),
        "https://post.example/rss": ("world", "tier_1"),
    }
    assert run(other, "check").code == 0


def test_an_import_keeps_every_byte_and_is_done_once(run: RunVerb, mine: Path, tmp_path: Path) -> None:
    (tmp_path / "reader.opml").write_text(
        '<opml><body><outline text="World"><outline text="B" xmlUrl="https://b.example/rss"/></outline></body></opml>'
    )
    for _ in range(2):
        assert run(mine, "feeds", "import", str(tmp_path / "reader.opml")).code == 0
    text = (mine / "config.toml").read_text()
    assert text.startswith(KEPT)
    assert text.count("https://b.example/rss") == 1
    assert (mine / "config.toml").stat().st_mode & 0o777 == 0o640
    assert feeds(mine)["https://b.example/rss"] == ("world",)


@pytest.mark.parametrize(
    ("opml", "code", "said"),
    [
        (
            "<opml><body><outline xmlUrl='https://b.example/'/><outline xmlUrl='ftp://b'/></body></opml>",
            2,
            "reader.opml:1:",
        ),
        ("<opml><body/></opml>", 1, "there is no feed in"),
        (None, 2, "expected a file that can be read"),
    ],
)
def test_of_a_file_with_a_fault_nothing_is_imported(
    run: RunVerb, mine: Path, tmp_path: Path, opml: str | None, code: int, said: str
) -> None:
    if opml is not None:
        (tmp_path / "reader.opml").write_text(opml)
    done = run(mine, "feeds", "import", str(tmp_path / "reader.opml"))
    assert done.code == code
    assert said in " ".join(done.err.split())
    assert (mine / "config.toml").read_text() == KEPT


def test_an_export_goes_to_standard_output_and_over_no_file(run: RunVerb, mine: Path, tmp_path: Path) -> None:
    said = run(mine, "feeds", "export")
    assert said.out.startswith('<?xml version="1.0" encoding="UTF-8"?>\n<opml version="2.0">')
    (tmp_path / "there.opml").write_text("mine")
    assert run(mine, "feeds", "export", str(tmp_path / "there.opml")).code == 1
    assert (tmp_path / "there.opml").read_text() == "mine"
