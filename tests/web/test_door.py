"""Who may come in: hosts, tokens, forms, headers; every route is asked."""

from __future__ import annotations

from ipaddress import ip_network

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict

from monitor.core.events import SilenceSet
from monitor.web import Keys, Token
from monitor.web.door import HEADERS, OPEN, own_path

TOKEN = "a-token-of-many-letters-0123456789"


def paths_of(application) -> list[tuple[str, str]]:
    fill = {"id": "article_0123", "a": "1", "b": "2"}
    found = []
    for route in application.router.routes():
        about = route.resource.get_info()
        found.append((route.method, about.get("path") or about["formatter"].format(**fill)))
    return found


@pytest.fixture
def routes(tmp_path):
    from zoneinfo import ZoneInfo

    from monitor.web import Body
    from monitor.web.crowd import Crowd
    from monitor.web.desk import Desk
    from monitor.web.live import Wire
    from monitor.web.rendering import Pages
    from monitor.web.server import application

    desk, pages = Desk(tmp_path, ZoneInfo("UTC")), Pages(ZoneInfo("UTC"))
    body = Body(None, (), tuple, str)
    return paths_of(application(desk, pages, Wire(desk, pages), body, Keys(Token.of(TOKEN)), frozenset(), Crowd()))


async def test_a03_without_the_token_every_route_but_the_open_ones_is_shut(visiting, recorded, routes):
    assert len(routes) > 15
    async with visiting(recorded, TOKEN) as visitor:
        for method, path in routes:
            if path in OPEN:
                continue
            async with visitor.session.request(
                method, visitor.address + path, headers={"origin": visitor.address}, allow_redirects=False
            ) as answer:
                assert answer.status == 401, (method, path)
                assert answer.headers["www-authenticate"].startswith("Bearer")


HEADER = "X-Forwarded-User"
BEHIND = {"keys": Keys(None, (ip_network("127.0.0.1/32"), ip_network("fd00::/8")), HEADER)}
ELSEWHERE = {"keys": Keys(None, (ip_network("192.0.2.7/32"),), HEADER)}


async def test_a03_without_a_trusted_proxys_word_every_route_but_the_open_ones_is_shut(visiting, recorded, routes):
    for keys, said in (
        (BEHIND, {}),
        (ELSEWHERE, {}),
        (ELSEWHERE, {HEADER: "alice"}),
        (ELSEWHERE, {"x-forwarded-for": "192.0.2.7", HEADER: "alice"}),
    ):
        async with visiting(recorded, **keys) as visitor:
            for method, path in routes:
                if path in OPEN:
                    continue
                headers = {"origin": visitor.address, "accept": "text/html", **said}
                async with visitor.session.request(
                    method, visitor.address + path, headers=headers, allow_redirects=False
                ) as answer:
                    assert answer.status == 401, (method, path, said)


@pytest.mark.parametrize("said", [[""], [" "], ["alice", "bob"], ["alice", "alice"], []])
async def test_a_proxy_names_one_reader_or_lets_nobody_in(visiting, recorded, said):
    async with visiting(recorded, **BEHIND) as visitor:
        headers = CIMultiDict([(HEADER, name) for name in said])
        async with visitor.session.get(visitor.address, headers=headers) as answer:
            assert answer.status == 401
        assert (await visitor.get("/", x_forwarded_user="alice"))[0] == 200
        assert (await visitor.get("/", x_forwarded_email="alice"))[0] == 401


async def test_a_token_serves_beside_a_proxy(visiting, recorded):
    keys = Keys(Token.of(TOKEN), BEHIND["keys"].proxies, HEADER)
    async with visiting(recorded, keys=keys) as visitor:
        assert (await visitor.get("/"))[0] == 401
        assert (await visitor.get("/", authorization=f"Bearer {TOKEN}"))[0] == 200
        assert (await visitor.get("/", x_forwarded_user="alice"))[0] == 200


async def test_whom_a_proxy_names_is_recorded_and_sends_forms_from_the_name_it_goes_by(visiting, growing):
    log, folder = growing
    async with visiting(folder, None, log, **BEHIND) as visitor:
        said = {HEADER: "alice@desk.example"}
        form = {"matchers": "watchlist=raqqa", "comment": "too loud"}
        for origin, status in (
            ("https://monitor.example", 200),
            ("https://evil.example", 403),
            ("https://monitor.example:444", 403),
        ):
            async with visitor.session.post(
                f"{visitor.address}/silences", data=form, headers={"origin": origin, **said}
            ) as answer:
                assert answer.status == status
        asked = {"matchers": {"watchlist": ["raqqa"]}, "minutes": 60, "comment": "x"}
        headers = {"authorization": "Bearer none", **said}
        async with visitor.session.post(f"{visitor.address}/api/v1/silences", json=asked, headers=headers) as answer:
            assert answer.status == 200
    found = [one.event.by async for one in log.read(0) if isinstance(one.event, SilenceSet)]
    assert found == ["page:alice@desk.example", "api:alice@desk.example"]


async def test_a_browser_is_led_to_the_login_and_back(visiting, recorded):
    async with visiting(recorded, TOKEN) as visitor:
        where = f"{visitor.address}/articles?source=post"
        async with visitor.session.get(where, headers={"accept": "text/html"}) as answer:
            assert (answer.status, answer.url.path, answer.url.query["next"]) == (
                200,
                "/login",
                "/articles?source=post",
            )
        form = {"token": TOKEN, "next": "/articles?source=post"}
        async with visitor.session.post(
            f"{visitor.address}/login", data=form, headers={"origin": visitor.address}
        ) as answer:
            assert (answer.status, str(answer.url)) == (200, where)
        [cookie] = visitor.session.cookie_jar
        assert (cookie["httponly"], cookie["samesite"]) == (True, "Strict")
        assert TOKEN not in cookie.value
        assert (await visitor.get("/"))[0] == 200
        async with visitor.session.post(f"{visitor.address}/logout", headers={"origin": visitor.address}) as answer:
            assert answer.url.path == "/login"
        assert (await visitor.get("/"))[0] == 401


async def test_a_wrong_token_opens_nothing(visiting, recorded):
    async with visiting(recorded, TOKEN) as visitor:
        for given_token in ("", "x", TOKEN[:-1], f"{TOKEN}x", "ü"):
            async with visitor.session.get(
                f"{visitor.address}/", headers={"authorization": f"Bearer {given_token}"}
            ) as answer:
                assert answer.status == 401
        async with visitor.session.post(
            f"{visitor.address}/login", data={"token": "wrong"}, headers={"origin": visitor.address}
        ) as answer:
            assert (answer.status, "That is not the token" in await answer.text()) == (401, True)
        assert (await visitor.get("/", authorization=f"bearer {TOKEN}"))[0] == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example", "169.254.169.254", "evil.example:80"]
)
async def test_a05_another_name_for_this_host_is_refused(visitor, host):
    assert (await visitor.get("/", host=host))[0] == 421


@pytest.mark.parametrize(
    "host", ["localhost", "127.0.0.1:8321", "[::1]:8321", "monitor.example", "MONITOR.example:443"]
)
async def test_our_own_names_are_taken(visitor, host):
    assert (await visitor.get("/", host=host))[0] == 200


@pytest.mark.parametrize("origin", [None, "https://evil.example", "null", "http://127.0.0.1:1"])
async def test_a04_forms_from_elsewhere_are_refused(visiting, recorded, origin):
    async with visiting(recorded, TOKEN) as visitor:
        headers = {"origin": origin} if origin else {}
        async with visitor.session.post(f"{visitor.address}/login", data={"token": TOKEN}, headers=headers) as answer:
            assert answer.status == 403


@pytest.mark.parametrize("path", ["/", "/nowhere", "/static/monitor.css", "/healthz"])
async def test_u06_every_answer_carries_the_headers(visitor, path):
    async with visitor.session.get(visitor.address + path) as answer:
        assert {name: answer.headers[name] for name in HEADERS} == HEADERS
        assert "unsafe" not in answer.headers["content-security-policy"]


async def test_a_refused_visitor_gets_the_headers_too(visiting, recorded):
    async with visiting(recorded, TOKEN) as visitor, visitor.session.get(f"{visitor.address}/") as answer:
        assert answer.headers["x-content-type-options"] == "nosniff"


async def test_a07_a_large_form_is_refused(visiting, recorded):
    async with visiting(recorded, TOKEN) as visitor:
        big = aiohttp.FormData({"token": "x" * 100_000})
        async with visitor.session.post(
            f"{visitor.address}/login", data=big, headers={"origin": visitor.address}
        ) as answer:
            assert answer.status == 413


@pytest.mark.parametrize(
    "path", ["//evil.example", "/\\evil.example", "https://evil.example", "\\\\evil", "", "evil", "/a\nb", "///x"]
)
def test_u12_a_login_leads_nowhere_else(path):
    assert own_path(path) == "/"


@given(st.text(max_size=40))
def test_u12_whatever_is_asked_for_the_way_on_stays_here(text):
    from urllib.parse import urljoin, urlsplit

    assert urlsplit(urljoin("http://monitor.example/login", own_path(text))).netloc == "monitor.example"


async def test_where_no_hub_may_call_nothing_stands_and_another_name_is_refused_there_too(visiting, recorded):
    where = "/websub/post/a-token-of-a-hub-01"
    async with visiting(recorded, TOKEN) as visitor:
        assert (await visitor.get(where))[0] == 404
        assert (await visitor.get(where, host="evil.example"))[0] == 421
        async with visitor.session.post(visitor.address + where) as answer:
            assert answer.status == 404
        assert (await visitor.get("/websub"))[0] == 401
