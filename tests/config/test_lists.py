"""Entities in CSV files: what they give, and what is wrong with them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.config import Config, parse
from monitor.core.watch.rules import Entity
from monitor.errors import ConfigError


def read(folder: Path, content: str | bytes, toml: str = 'entities_file = "names.csv"') -> Config:
    (folder / "names.csv").write_bytes(content.encode() if isinstance(content, str) else content)
    return parse(toml, {}, file="config.toml", folder=folder)


def test_rows_of_one_id_are_one_entity_and_empty_cells_are_none(tmp_path: Path) -> None:
    config = read(tmp_path, '\ufeffID,alias\nacme,Acme Corp,,ACME\n\nbeta,"Beta, Inc"\nacme,ACME,{AC}\n')
    assert list(config.named()) == [Entity("acme", ("Acme Corp", "ACME", "{AC}")), Entity("beta", ("Beta, Inc",))]


def test_aliases_of_one_id_may_stand_far_apart_and_hold_any_white_space(tmp_path: Path) -> None:
    rows = 'acme,Acme\nbeta,"Beta\nInc"\ngamma,G\nacme,"AC\u2028ME"\nbeta,Beta\u0085B\nacme,A\n'
    assert list(read(tmp_path, rows).named()) == [
        Entity("acme", ("Acme", "AC\u2028ME", "A")),
        Entity("beta", ("Beta Inc", "Beta\u0085B")),
        Entity("gamma", ("G",)),
    ]


def test_entities_are_there_as_often_as_one_asks(tmp_path: Path) -> None:
    config = read(tmp_path, "acme,Acme\n", 'entities_file = "names.csv"\nentities.beta.aliases = ["Beta"]')
    assert [entity.id for entity in config.named()] == [entity.id for entity in config.named()] == ["beta", "acme"]


@pytest.mark.parametrize(("aliases", "is_good"), [(2, True), (3, True), (4, False)])
def test_a_file_has_a_bound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, aliases: int, is_good: bool) -> None:
    monkeypatch.setattr("monitor.config.lists.MOST", 3)
    rows = "".join(f"id{number},Name {number}\n" for number in range(aliases))
    if is_good:
        assert len(list(read(tmp_path, rows).named())) == aliases
        return
    with pytest.raises(ConfigError, match="expected at most 3 aliases in one file, got more"):
        read(tmp_path, rows)


@pytest.mark.parametrize("length", [999, 1000])
def test_an_alias_may_be_long(tmp_path: Path, length: int) -> None:
    assert [len(entity.aliases[0]) for entity in read(tmp_path, f"acme,{'a' * length}\n").named()] == [length]


def test_queries_name_them_and_watchlists_take_a_file_whole(tmp_path: Path) -> None:
    toml = """
        watchlists.all.entities_file = "names.csv"
        watchlists.some.entities = ["acme"]
        watchlists.asked.query = "@beta NEAR/3 fraud"
    """
    config = read(tmp_path, "acme,Acme\nbeta,Beta\n", toml)
    assert config.entities_of("all") == ("acme", "beta")
    assert config.entities_of("some") == ("acme",)


def test_another_list_is_another_ruleset(tmp_path: Path) -> None:
    assert read(tmp_path, "acme,Acme\n").digest != read(tmp_path, "acme,Acme Corp\n").digest


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ("", "expected a row for each entity: its id and its aliases, got an empty file"),
        ("Acme,Acme\n", 'expected an id of a-z, 0-9, _ and - at the start of each row, got "Acme" in line 1'),
        ("id,alias\nacme,Acme\nbeta\n", 'expected an alias for each id, got none for "beta"'),
        ("acme,ـ\n", 'expected aliases with a letter or digit, of at most 1,000 characters, got "ـ" in line 1'),
        ("acme,–\n", 'expected aliases with a letter or digit, of at most 1,000 characters, got "–" in line 1'),
        (f"acme,{'a' * 1001}\n", f'of at most 1,000 characters, got "{"a" * 40}" in line 1'),
        ('acme,"Acme\n', "expected rows of CSV, got unexpected end of data in line 1"),
        ("acme,Acme\nbeta,Beta\nacme,\ngamma\n", 'expected an alias for each id, got none for "gamma"'),
        (b"acme,\xff\n", "expected a file in UTF-8, got byte 0xff at 5"),
    ],
)
def test_faults_of_a_file(tmp_path: Path, content: str | bytes, fault: str) -> None:
    with pytest.raises(ConfigError) as raised:
        read(tmp_path, content)
    (found,) = raised.value.faults
    assert (found.line, found.column, found.key) == (1, 17, "entities_file")
    assert fault in found.problem


def test_no_id_stands_twice(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match='expected ids that no other entity has, got "acme"'):
        read(tmp_path, "acme,Acme\n", 'entities_file = "names.csv"\nentities.acme.aliases = ["Acme"]')


def test_an_end_without_a_zone_is_in_the_timezone_of_the_file(tmp_path: Path) -> None:
    toml = 'timezone = "Europe/Paris"\nwatchlists.w = { phrases = ["war"], expires = "2015-12-01" }'
    config = parse(toml, {}, file="config.toml", folder=tmp_path)
    ends = config.expires_of("w")
    assert ends is not None
    assert ends.astimezone(UTC) == datetime(2015, 11, 30, 23, tzinfo=UTC)
