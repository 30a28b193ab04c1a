"""The reading verbs with `--url`: what they say of a Monitor elsewhere is what they say here, and what they ask for is recorded there."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web
from beside import beside
from recording import STORY
from verbs import Said

from monitor.cli import main
from monitor.cli.wire import Wire
from monitor.config import parse
from monitor.core.events import AlertAcked, DeliveryRequested, SilenceExpired, SilenceSet
from monitor.rules import rulebook_of
from monitor.store import FileCaptures, open_log
from monitor.store.captures import FOLDER
from monitor.store.views import FILE
from monitor.web import Body, Keys, Token, serving
from monitor.web.desk import Desk, Source

TOKEN = "a-token-of-many-letters-0123456789"
Verb = Callable[..., Said]


@pytest.fixture
def verb(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Verb:
    """Run a verb in this process, without a configuration."""
    monkeypatch.delenv("MONITOR_TOKEN", raising=False)
    monkeypatch.delenv("MONITOR_CONFIG", raising=False)

    def ran(*arguments: str) -> Said:
        monkeypatch.setattr(sys, "argv", ["monitor", *arguments])
        monkeypatch.setenv("COLUMNS", "120")
        capsys.readouterr()
        try:
            main()
            code = 0
        except SystemExit as end:
            code = int(end.code or 0)
        return Said(code, *capsys.readouterr())

    return ran


@pytest.fixture(scope="module")
def copy(recorded: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A recorded history of this module's own."""
    return Path(shutil.copytree(recorded, tmp_path_factory.mktemp("remote") / "copy"))


@pytest.fixture(scope="module")
def there(copy: Path) -> Iterator[str]:
    """The page of a recorded history, with its log, behind a token."""
    config = parse((copy / "config.toml").read_text(), {}, file="config.toml", folder=copy, telling=False)
    sources = tuple(
        Source(name, str(table.url), "page" if name in config.pages else "feed")
        for name, table in config.sources.items()
    )

    @asynccontextmanager
    async def serve() -> AsyncIterator[str]:
        async with open_log("embedded", data_dir=copy / "data") as log:
            shelf = FileCaptures(copy / "data" / FOLDER)
            desk = Desk(copy / "data" / FILE, config.timezone, sources, captures=shelf, rulebook=rulebook_of(config))
            body = Body(log, ("match",), tuple, str)
            async with serving(desk, body, "127.0.0.1", 0, keys=Keys(Token.of(TOKEN))) as address:
                yield address

    with beside(serve) as address:
        yield address


@pytest.fixture
def asked(verb: Verb, there: str, monkeypatch: pytest.MonkeyPatch) -> Verb:
    """Run a verb with `--url` and the token."""

    def ran(*arguments: str) -> Said:
        monkeypatch.setenv("MONITOR_TOKEN", TOKEN)
        return verb(*arguments, "--url", there)

    return ran


READING = [
    ("alerts", "list"),
    ("alerts", "list", "--watchlist", "raqqa", "--limit", "1"),
    ("alerts", "list", "--since", "2015-11-15T21:12"),
    ("articles", "list"),
    ("history", STORY),
    ("history", f"{STORY}?utm_source=x"),
    ("diff", STORY),
    ("diff", STORY, "1", "3", "--side-by-side"),
    ("search", "act", "of", "war"),
    ("search", "nobody-says-this"),
    ("feeds", "list"),
    ("deliveries", "list"),
    ("deliveries", "list", "--dead"),
    ("silences", "list"),
    ("why", STORY),
    ("why", "https://nobody.example/"),
    ("why", "alert_0000"),
    ("tail",),
    ("tail", "-n", "3"),
]


@pytest.mark.parametrize("form", [(), ("--json",)], ids=["table", "json"])
@pytest.mark.parametrize("arguments", READING, ids=" ".join)
def test_a_verb_says_elsewhere_what_it_says_here(asked: Verb, verb: Verb, copy: Path, arguments, form) -> None:
    here = verb(*arguments, *form, "--config", str(copy / "config.toml"))
    assert asked(*arguments, *form) == here


def test_one_row_is_named_by_the_beginning_of_its_id(asked: Verb, verb: Verb, copy: Path) -> None:
    config = ("--config", str(copy / "config.toml"))
    for family in ("alerts", "deliveries"):
        for row in verb(family, "list", "--json", *config).json:
            name = row["id"].rpartition("_")[2][:8]
            assert asked(family, "show", name) == verb(family, "show", name, *config)
            assert asked(family, "show", name, "--json").json == verb(family, "show", name, "--json", *config).json
    for arguments in (
        ("alerts", "show", "nothing"),
        ("history", "https://nobody.example/"),
        ("deliveries", "show", "0"),
    ):
        assert asked(*arguments) == verb(*arguments, *config)


def test_every_alert_is_explained_elsewhere_as_here(asked: Verb, verb: Verb, copy: Path) -> None:
    config = ("--config", str(copy / "config.toml"))
    alerts = verb("alerts", "list", "--json", *config).json
    assert len(alerts) == 3
    for row in alerts:
        assert asked("why", row["id"]) == verb("why", row["id"], *config)
        assert asked("why", row["id"], "--json") == verb("why", row["id"], "--json", *config)
    assert asked("why", alerts[-1]["id"], "--json").json["beside"]["stood"] == ["“act of war”"]


def test_tail_elsewhere_goes_on_where_it_stood_until_it_is_interrupted(asked: Verb, there: str, copy: Path) -> None:
    environment = {**os.environ, "MONITOR_TOKEN": TOKEN}
    command = [sys.executable, "-m", "monitor", "tail", "--follow", "-n", "2", "--json", "--url", there]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) as process:
        assert process.stdout
        shown = [json.loads(process.stdout.readline())["position"] for _ in range(2)]
        assert shown == [json.loads(line)["position"] for line in asked("tail", "-n", "2", "--json").out.splitlines()]
        asked("deliveries", "retry", "--dead")
        assert json.loads(process.stdout.readline())["type"] == "delivery.requested"
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=30) == 0


def test_an_interrupt_in_the_midst_of_a_question_ends_it_in_order(there: str) -> None:
    with Wire(there) as wire:
        assert wire.ask("GET", "/healthz") == b"alive\n"
        loop = wire._loop.get_loop()
        loop.call_soon(loop.stop)  # what is left where the signal comes just as the answer is there


def test_what_is_asked_for_is_recorded_there(asked: Verb, there: str, copy: Path) -> None:
    alert, delivery = (asked(family, "list", "--json").json[0]["id"] for family in ("alerts", "deliveries"))
    assert asked("alerts", "ack", alert, "-m", "seen").out == f"{alert} is acked.\n"
    assert asked("deliveries", "retry", delivery).code == 0
    assert asked("deliveries", "retry", "--dead", "--json").json["requested"] != []
    made = asked("silences", "add", "watchlist=raqqa", "-m", "too loud", "--for", "90s", "--json").json["silence"]
    assert asked("silences", "list", "--json").json[0]["id"] == made["silence"]
    assert asked("silences", "expire", made["silence"][:14]).code == 0
    assert asked("silences", "list").out == "Nothing is silenced.\n"
    assert asked("silences", "expire", made["silence"]).code == 1
    assert asked("silences", "add", "nonsense=raqqa", "-m", "why", "--for", "1h").code == 2

    async def kinds() -> list[type]:
        async with open_log("embedded", data_dir=copy / "data", owner=False) as log:
            return [type(one.event) async for one in log.read(0)][-5:]

    found = asyncio.run(kinds())
    assert {AlertAcked, DeliveryRequested, SilenceSet, SilenceExpired} == set(found)


def test_status_says_how_it_is(asked: Verb) -> None:
    said = asked("status")
    assert (said.code, "keeps up; feeds read: 2, failing: 1\n  wire fails" in said.out) == (0, True)
    assert asked("status", "--json").json["ready"] is True


def test_what_cannot_be_asked_elsewhere_says_so(asked: Verb) -> None:
    said = asked("silences", "list", "--all")
    assert (said.code, "needs the data directory" in " ".join(said.err.split())) == (2, True)
    assert "No such option" in asked("backtest").err
    assert asked("alerts", "list", "--config", "config.toml").code == 2


# --- when it does not answer as a Monitor does ---------------------------------------------------------------------------


def test_a_token_is_asked_for_and_must_be_the_right_one(
    verb: Verb, there: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = verb("alerts", "list", "--url", there)
    assert (said.code, said.err) == (1, f"monitor: the Monitor at {there} wants its token in $MONITOR_TOKEN\n")
    monkeypatch.setenv("MONITOR_TOKEN", "another-token-of-many-letters")
    assert "takes another token" in verb("alerts", "list", "--url", there).err


@pytest.mark.parametrize(
    "url", ["", "ftp://host/", "http://", "http://host:99999/", "http://[::1/", "http://user:secret@host/", "http://host/?a=b"]
)  # fmt: skip
def test_an_address_that_is_none_is_refused(verb: Verb, url: str) -> None:
    said = verb("alerts", "list", "--url", url)
    assert (said.code, "expected the address of a Monitor's page" in said.err) == (1, True)


def test_nobody_who_listens_is_told_plainly(verb: Verb) -> None:
    said = verb("feeds", "list", "--url", "http://127.0.0.1:1")
    assert (said.code, said.out) == (1, "")
    assert said.err.startswith("monitor: no Monitor answers at http://127.0.0.1:1: ")


ABOUT = {"monitor": "9.9", "timezone": "UTC"}
STRANGERS = {
    "another program": lambda _: web.Response(text="<h1>It works!</h1>", content_type="text/html"),
    "a login of a proxy": lambda _: web.Response(status=302, headers={"location": "https://sso.example/"}),
    "another API": lambda _: web.json_response({"hello": 1}),
    "another version": lambda asked: web.json_response(ABOUT if asked.path.endswith("about") else {"rows": []}),
    "an error": lambda _: web.Response(status=500, text="trouble"),
    "not JSON": lambda _: web.Response(body=b"\xff", content_type="application/json"),
}


@asynccontextmanager
async def stranger(answer: Callable[[web.Request], web.Response]) -> AsyncIterator[str]:
    async def handler(request: web.Request) -> web.StreamResponse:
        return answer(request)

    runner = web.ServerRunner(web.Server(handler))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


@pytest.mark.parametrize("answer", STRANGERS.values(), ids=STRANGERS)
def test_a_stranger_is_known_for_one(verb: Verb, answer) -> None:
    with beside(lambda: stranger(answer)) as address:
        said = verb("alerts", "list", "--url", address)
    assert (said.code, said.out) == (1, "")
    assert f"what answers at {address} is no Monitor, or none that this one" in said.err


def test_a_name_that_it_does_not_go_by_is_explained(verb: Verb) -> None:
    with beside(lambda: stranger(lambda _: web.Response(status=421))) as address:
        assert (
            "is not known by that name: `hosts` of its [web] should have 127.0.0.1"
            in verb("alerts", "list", "--url", address).err
        )
