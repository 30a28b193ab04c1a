"""Threats to the page that no other test names: each by its id in the list of threats (U: what is shown, A: who may come in)."""

from __future__ import annotations

import ast
import asyncio
import hashlib
import hmac
import io
import socket
import time
from pathlib import Path

import pytest
from aiohttp import FormData

from monitor.config import Web
from monitor.web import Keys, Token, crowd, live, login, server
from monitor.web.live import Wire

TOKEN = "a-token-of-many-letters-0123456789"
MONITOR = Path(server.__file__).parents[1]


# --- what is shown -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/article?url=<script>x</script>", "/alert/<script>", "/<script>", "/api/v1/alerts?since=<script>", "/api/v1/<script>", "/search?q=<script>"])  # fmt: skip
async def test_u03_no_message_holds_what_was_asked_as_markup(visitor, path):
    async with visitor.session.get(visitor.address + path) as answer:
        text, kind = await answer.text(), answer.content_type
    assert kind in {"text/html", "application/json"}
    assert (
        "<script>" not in text.replace('<script src="/static/monitor.js" defer></script>', "")
        or kind == "application/json"
    )


async def test_u06_the_policy_lets_nothing_in_from_elsewhere_or_in_line(visitor):
    async with visitor.session.get(visitor.address) as answer:
        policy = dict(part.strip().split(" ", 1) for part in answer.headers["content-security-policy"].split(";"))
    assert policy["default-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert {policy[name] for name in policy} == {"'none'", "'self'"}


def test_u09_nothing_is_written_as_csv_whose_cells_a_spreadsheet_would_run():
    writers = [
        path for path in MONITOR.rglob("*.py") if "csv.writer" in path.read_text() or "DictWriter" in path.read_text()
    ]
    assert writers == []


# --- who may come in -----------------------------------------------------------------------------------------------------


def test_a01_the_page_is_for_this_machine_unless_something_guards_it():
    assert Web().place[0] == "127.0.0.1"
    with pytest.raises(ValueError, match="token_env or trusted_proxies"):
        Web(listen="0.0.0.0:8321")


def test_a02_secrets_are_compared_in_constant_time_alone():
    """Whatever in the package compares with a token or what is derived from it does so by `hmac.compare_digest`."""
    for module in (MONITOR / "web").glob("*.py"):
        for node in ast.walk(ast.parse(module.read_text())):
            if isinstance(node, ast.Compare) and any(isinstance(op, ast.Eq | ast.NotEq | ast.In) for op in node.ops):
                said = ast.unparse(node)
                assert not any(word in said for word in ("token", "digest", "cookie", "of_feeds", "COOKIE")), (
                    module.name,
                    said,
                )


async def test_a02_every_way_in_asks_compare_digest(visiting, recorded, monkeypatch):
    asked = []
    compare = hmac.compare_digest
    monkeypatch.setattr(hmac, "compare_digest", lambda a, b: asked.append(b) or compare(a, b))
    monkeypatch.setattr(login, "PAUSE", 0.0)
    async with visiting(recorded, TOKEN) as visitor:
        await visitor.get("/", authorization="Bearer wrong")
        await visitor.get("/", cookie="monitor=wrong")
        await visitor.get("/atom/all.atom?key=wrong")
        async with visitor.session.post(
            f"{visitor.address}/login", data={"token": "x"}, headers={"origin": visitor.address}
        ):
            pass
    known = (TOKEN, Token.of(TOKEN).feeds, Token.of(TOKEN).cookie)
    assert {hashlib.sha256(secret.encode()).digest() for secret in known} == set(asked)
    assert len(asked) == 5


@pytest.mark.parametrize(
    "shown", [b"", b"\xff\xfe", "µ".encode(), b"a" * 8000, TOKEN.encode()[:-1], TOKEN.encode() + b"x"], ids=repr
)
async def test_a02_whatever_is_shown_for_a_token_is_refused(visiting, recorded, shown):
    async with visiting(recorded, TOKEN) as visitor:
        for header in (b"Authorization: Bearer ", b"Cookie: monitor="):
            reader, writer = await asyncio.open_connection(*visitor.address.removeprefix("http://").split(":"))
            writer.write(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n" + header + shown + b"\r\n\r\n")
            assert (await reader.readline()).startswith(b"HTTP/1.1 401")
            writer.close()


def changing(routes):
    return [(method, path) for method, path in routes if method not in {"GET", "HEAD"}]


@pytest.fixture
def routes(tmp_path):
    from zoneinfo import ZoneInfo

    from monitor.web.crowd import Crowd
    from monitor.web.desk import Desk
    from monitor.web.rendering import Pages

    desk, pages = Desk(tmp_path, ZoneInfo("UTC")), Pages(ZoneInfo("UTC"))
    body = server.Body(None, (), tuple, str)
    made = server.application(desk, pages, Wire(desk, pages), body, Keys(Token.of(TOKEN)), frozenset(), Crowd())
    fill = {"id": "article_0123", "a": "1", "b": "2"}
    found = []
    for route in made.router.routes():
        about = route.resource.get_info()
        found.append((route.method, about.get("path") or about["formatter"].format(**fill)))
    return found


async def test_a04_no_route_that_changes_anything_takes_a_form_from_elsewhere(visiting, growing, routes):
    log, folder = growing
    assert len(changing(routes)) >= 10
    async with visiting(folder, None, log) as visitor:
        for method, path in changing(routes):
            for headers in ({}, {"origin": "https://evil.example"}, {"origin": "null"}, {"referer": visitor.address}):
                async with visitor.session.request(method, visitor.address + path, headers=headers) as answer:
                    assert answer.status == 403, (method, path, headers)


async def test_a04_no_get_changes_anything(visiting, growing, routes):
    log, folder = growing
    before = [one.id async for one in log.read(0)]
    async with visiting(folder, None, log) as visitor:
        for method, path in routes:
            if method in {"GET", "HEAD"} and path != "/live":
                async with visitor.session.request(method, visitor.address + path, allow_redirects=False) as answer:
                    await answer.read()
    assert [one.id async for one in log.read(0)] == before


TRICKS = ["//etc/passwd", "/..%2f..%2fetc/passwd", "/static/..%2fserver.py", "/static/%2e%2e/server.py", "/static//monitor.css", "/STATIC/monitor.css", "/static/monitor.css;x", "/static/monitor.css/", "/static/..\\server.py", "/static/monitor.css%00", "/%2e%2e/%2e%2e/etc/passwd", "/login/../", "/login/..%2f", "/login;x", "/healthz/../metrics", "/Healthz", "/healthz%2f..%2fmetrics", "/static/monitor.css/../../metrics"]  # fmt: skip


@pytest.mark.parametrize("path", TRICKS)
async def test_a06_no_spelling_of_a_path_leads_past_the_door_or_out_of_the_folder(visiting, recorded, path):
    async with visiting(recorded, TOKEN) as visitor:
        reader, writer = await asyncio.open_connection(*visitor.address.removeprefix("http://").split(":"))
        writer.write(f"GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n".encode())
        said = (await reader.read()).decode(errors="replace")
        writer.close()
    assert said.split(" ")[1] in {"400", "401", "404"}, said[:200]
    for inside in ("def ", "root:", "monitor_info"):
        assert inside not in said


async def test_a07_ranges_are_not_taken_up(visitor):
    ranges = "bytes=" + ",".join(f"{at}-{at}" for at in range(700))
    status, whole = await visitor.get("/static/monitor.css", range=ranges)
    assert (status, len(whole) > 1000) == (200, True)
    assert (await visitor.get("/static/monitor.css", range="bytes=" + "0-0," * 10_000))[0] == 400


async def test_a07_bodies_are_bounded_whatever_they_claim(visiting, growing):
    log, folder = growing
    async with visiting(folder, None, log) as visitor:
        big = b'{"note": "' + b"x" * 2**20 + b'"}'
        headers = {"authorization": "Bearer none"}
        for path in ("/api/v1/silences", "/api/v1/try", "/silences", "/try"):
            async with visitor.session.post(visitor.address + path, data=io.BytesIO(big), headers=headers) as answer:
                assert answer.status == 413 or path in {"/silences", "/try"}
        many = FormData({f"field{number}": "x" for number in range(20_000)})
        async with visitor.session.post(f"{visitor.address}/try", data=many, headers=headers) as answer:
            assert answer.status in {413, 422}
        reader, writer = await asyncio.open_connection(*visitor.address.removeprefix("http://").split(":"))
        writer.write(
            b"POST /api/v1/silences HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer x\r\ncontent-length: 1000000000\r\n\r\n"
        )
        writer.write(b" " * (server.MOST_BYTES + 65_536))
        async with asyncio.timeout(10):
            assert (await reader.readline()).startswith(b"HTTP/1.1 413")
        writer.close()


async def test_a07_whoever_says_nothing_makes_room_for_whoever_does(visiting, recorded, monkeypatch):
    monkeypatch.setattr(crowd, "MOST_CONNECTIONS", 50)
    async with visiting(recorded) as visitor:
        host, port = visitor.address.removeprefix("http://").split(":")
        slow = []
        for number in range(300):
            reader, writer = await asyncio.open_connection(host, int(port))
            writer.write(f"GET / HTTP/1.1\r\nx-slow: {number}".encode())
            slow.append((reader, writer))
            if number % 60 == 59:
                begin = time.monotonic()
                assert (await visitor.get("/healthz"))[0] == 200
                assert time.monotonic() - begin < 5
        await asyncio.sleep(0.2)
        assert sum(not (reader.at_eof() or reader.exception()) for reader, _ in slow) <= 50
        for _, writer in slow:
            writer.close()


async def test_a07_a_request_that_never_ends_is_ended(visiting, recorded, monkeypatch):
    monkeypatch.setattr(server, "PATIENCE", 0.3)
    async with visiting(recorded) as visitor:
        reader, writer = await asyncio.open_connection(*visitor.address.removeprefix("http://").split(":"))
        writer.write(b"GET / HTTP/1.1\r\nx-slow: ")
        async with asyncio.timeout(10):
            assert await reader.read() == b""
        writer.close()


async def test_a09_a_reader_who_does_not_read_is_let_go(visiting, recorded, monkeypatch):
    monkeypatch.setattr(live, "BEAT", 0.5)
    wires, doors = [], []
    made, opened = Wire.__init__, crowd.Crowd.__init__
    monkeypatch.setattr(crowd.Crowd, "__init__", lambda self: (doors.append(self), opened(self))[1])
    monkeypatch.setattr(Wire, "__init__", lambda self, *about: (wires.append(self), made(self, *about))[1])
    async with visiting(recorded) as visitor:
        host, port = visitor.address.removeprefix("http://").split(":")
        deaf = socket.socket()
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        deaf.connect((host, int(port)))
        deaf.sendall(b"GET /live HTTP/1.1\r\nhost: localhost\r\n\r\n")
        wire = wires[-1]
        async with asyncio.timeout(20):
            while not wire._readers:
                await asyncio.sleep(0.01)
            while wire._readers:
                wire._send(b"data: " + b"x" * 1_000_000 + b"\n\n")
                await asyncio.sleep(0.01)
            while doors[-1]._busy:
                await asyncio.sleep(0.05)
        deaf.close()


async def test_a10_wrong_tokens_are_answered_a_few_at_a_time_and_the_right_one_always(visiting, recorded, monkeypatch):
    monkeypatch.setattr(login, "PAUSE", 0.5)
    async with visiting(recorded, TOKEN) as visitor:

        async def attempt(token: str) -> int:
            headers = {"origin": visitor.address}
            async with visitor.session.post(
                f"{visitor.address}/login", data={"token": token}, headers=headers, allow_redirects=False
            ) as answer:
                return answer.status

        begin = time.monotonic()
        wrong = asyncio.gather(*(attempt(f"wrong {number}") for number in range(30)))
        await asyncio.sleep(0.2)
        assert await attempt(TOKEN) == 303
        found = await wrong
        assert time.monotonic() - begin >= 0.5
        assert sorted(set(found)) == [401, 429]
        assert found.count(401) <= 8


async def test_a11_nobody_who_was_not_let_in_learns_the_version(visiting, recorded):
    from monitor import __version__

    async with visiting(recorded, TOKEN) as visitor:
        for path in ("/login", "/", "/api/v1/about", "/healthz", "/readyz", "/static/monitor.css"):
            async with visitor.session.get(visitor.address + path, allow_redirects=False) as answer:
                text = await answer.text()
                assert answer.headers["server"] == "Monitor", path
                assert __version__ not in text, path
                assert "aiohttp" not in text.lower()
    async with visiting(recorded) as visitor:
        assert f"Monitor {__version__}" in await visitor.page("/")


def test_a12_no_metric_has_a_label_that_grows_with_what_is_read():
    text = (MONITOR / "web" / "vitals.py").read_text()
    labels = {"stage", "kind", "channel", "state", "version"}
    named = {
        node.value
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Constant) and node.value in labels | {"feed", "url", "article"}
    }
    assert named == labels


def test_every_threat_to_the_page_has_a_test_of_its_name():
    tests = "".join(path.read_text() for path in Path(__file__).parent.glob("test_*.py"))
    tests += (Path(__file__).parents[1] / "test_telemetry.py").read_text()
    wanted = [f"test_u{number:02}_" for number in range(1, 13)] + [f"test_a{number:02}_" for number in range(1, 13)]
    assert [name for name in wanted if name not in tests] == []
