"""The JSON API: every answer is what its description says, pages lead to pages, what is asked for is recorded."""

from __future__ import annotations

import json
import re

import jsonschema
import pytest
from recording import STORY, project

from monitor import __version__
from monitor.core.events import AlertAcked, DeliveryRequested, SilenceExpired, SilenceSet
from monitor.core.urls import article_id
from monitor.web import api_log

BASE = "/api/v1"
ARTICLE = article_id(STORY)


@pytest.fixture
async def asking(visiting, growing):
    log, folder = growing
    async with visiting(folder, None, log) as visitor:
        yield visitor, log, folder


class Program:
    """A program that holds every answer against the description."""

    def __init__(self, visitor) -> None:
        self._visitor, self._said = visitor, None

    async def ask(self, method: str, path: str, body=None, **headers):
        headers = {"authorization": "Bearer none", **{name.replace("_", "-"): value for name, value in headers.items()}}
        async with self._visitor.session.request(
            method, self._visitor.address + BASE + path, json=body, headers=headers
        ) as answer:
            said = None if answer.status == 304 else await answer.json()
            if answer.status != 304:
                await self._hold(method, path, answer.status, said)
            return answer.status, said, answer.headers.get("etag", "")

    async def get(self, path: str, **headers):
        return await self.ask("GET", path, **headers)

    async def _hold(self, method: str, path: str, status: int, said: object) -> None:
        description = await self.description()
        for template, operations in description["paths"].items():
            pattern = re.sub(r"\{\w+\}", "[^/]+?", template.removeprefix(BASE).replace(".", r"\."))
            if re.fullmatch(pattern, path.partition("?")[0]) and method.lower() in operations:
                answer = operations[method.lower()]["responses"][str(status)]["content"]["application/json"]["schema"]
                jsonschema.validate(said, {**answer, "components": description["components"]})
                return
        raise AssertionError(f"{method} {path} is not described")

    async def description(self):
        if self._said is None:
            async with self._visitor.session.get(f"{self._visitor.address}{BASE}/openapi.json") as answer:
                self._said = await answer.json()
        return self._said


@pytest.fixture
def program(asking):
    return Program(asking[0])


async def test_everything_that_can_be_read_is_as_described(program):
    alerts = (await program.get("/alerts"))[1]["alerts"]
    assert [row["watchlist"] for row in alerts] == ["quiet", "raqqa", "act-of-war"]
    assert (await program.get(f"/alerts/{alerts[2]['id']}"))[1]["deliveries"][0]["state"] == "dead"
    assert (await program.get(f"/articles/{ARTICLE}"))[1]["article"]["revision"] == 3
    assert (await program.get(f"/articles/{ARTICLE}/revisions/2"))[1]["title"].startswith("Hollande")
    passages = (await program.get(f"/articles/{ARTICLE}/diff/1..2"))[1]["passages"]
    assert [passage["kind"] for passage in passages] == ["changed", "same", "removed", "added"]
    deliveries = (await program.get("/deliveries"))[1]["deliveries"]
    assert len((await program.get(f"/deliveries/{deliveries[0]['id']}"))[1]["attempts"]) == 2
    feeds = (await program.get("/feeds"))[1]["feeds"]
    assert [(row["id"], row["condition"]["state"]) for row in feeds] == [("post", "working"), ("wire", "failing")]
    assert feeds[1]["condition"]["says"] == "Cannot be read (timeout: 30 s), 4 times in a row; never read."
    assert (await program.get("/silences"))[1] == {"silences": []}
    [hit] = (await program.get("/search?q=%22act+of+war%22"))[1]["hits"]
    assert (hit["article"], bool(hit["stood"][0]["taken_out"])) == (ARTICLE, True)


async def test_lists_are_read_page_by_page_without_a_gap_or_a_repeat(program):
    for path, key in (("/alerts", "alerts"), ("/articles", "articles"), ("/deliveries", "deliveries")):
        whole = [row["id"] for row in (await program.get(path))[1][key]]
        found, cursor = [], ""
        while True:
            said = (await program.get(f"{path}?limit=1{cursor}"))[1]
            found += [row["id"] for row in said[key]]
            if said.get("next") is None:
                break
            cursor = f"&cursor={said['next']}"
        assert found == whole
        assert len(found) > 1


async def test_lists_are_narrowed(program):
    assert len((await program.get("/alerts?watchlist=raqqa"))[1]["alerts"]) == 1
    assert len((await program.get("/alerts?since=2015-11-15T21:12:00Z"))[1]["alerts"]) == 2
    assert len((await program.get("/deliveries?state=dead"))[1]["deliveries"]) == 1
    assert [row["id"] for row in (await program.get(f"/articles?url={STORY}"))[1]["articles"]] == [ARTICLE]
    assert (await program.get("/articles?url=https://nobody.example/"))[1]["articles"] == []


async def test_rows_are_found_by_the_beginning_of_their_id(program):
    alert = (await program.get("/alerts"))[1]["alerts"][0]["id"]
    for name in (alert, alert[:14], alert.removeprefix("alert_")[:8]):
        assert [row["id"] for row in (await program.get(f"/alerts?id={name}"))[1]["alerts"]] == [alert]
    delivery = (await program.get("/deliveries"))[1]["deliveries"][0]["id"]
    assert [row["id"] for row in (await program.get(f"/deliveries?id={delivery[:12]}"))[1]["deliveries"]] == [delivery]
    assert (await program.get(f"/articles?name=nothing&name={STORY}"))[1]["articles"][0]["id"] == ARTICLE
    assert (await program.get("/articles?name=nothing"))[1]["articles"] == []
    assert (await program.get("/alerts?id=nothing"))[1]["alerts"] == []


async def test_it_says_who_it_is_and_what_it_watches(program):
    about = (await program.get("/about"))[1]
    assert about == {"monitor": __version__, "timezone": "Europe/Paris", "forgotten": None}
    sources = (await program.get("/sources"))[1]["sources"]
    assert [(one["id"], one["kind"], one["articles"]) for one in sources] == [("post", "feed", 2), ("quiet", "feed", 0)]
    assert (await program.get("/deliveries?since=2015-11-16T00:00:00Z"))[1]["deliveries"] == []


async def test_why_is_told_of_alerts_and_of_articles(program):
    alerts = (await program.get("/alerts"))[1]["alerts"]
    trace = (await program.get(f"/alerts/{alerts[2]['id']}/why"))[1]
    assert (trace["revision"]["revision"], len(trace["deliveries"][0][1]), trace["beside"]) == (2, 2, None)
    seen = (await program.get(f"/articles/{ARTICLE}/why"))[1]
    assert (seen["article"]["id"], seen["health"]) == (ARTICLE, "Nothing is known of the looks at it.")


async def test_events_are_read_on_from_where_one_stands_without_a_gap_or_a_repeat(program, asking, monkeypatch):
    _, log, _ = asking
    whole = [recorded.position async for recorded in log.read(0)]
    said = (await program.get("/events?limit=3"))[1]
    assert [event["position"] for event in said["events"]] == whole[-3:]
    assert (await program.get(f"/events?after={said['next']}"))[1] == {"events": [], "next": said["next"]}
    for limit, most in ((4, api_log.MOST_BYTES), (200, 2_000), (200, 1)):
        monkeypatch.setattr(api_log, "MOST_BYTES", most)
        found, place = [], "0-0"
        while page := (said := (await program.get(f"/events?limit={limit}&after={place}"))[1])["events"]:
            assert len(page) <= min(limit, len(whole) - 1)
            found, place = found + [event["position"] for event in page], said["next"]
        assert found == whole
    assert [event["position"] for event in (await program.get("/events"))[1]["events"]] == whole[-1:]


async def test_a_log_that_is_away_is_not_waited_for(visiting, recorded, growing, monkeypatch):
    async with visiting(recorded) as visitor:
        for path in ("/events", f"/articles/{ARTICLE}/why"):
            status, said = await visitor.get(BASE + path)
            assert (status, json.loads(said)["error"]) == (503, "the log's server is away")
    log, folder = growing
    monkeypatch.setattr(api_log, "PATIENCE", 0.0)
    async with visiting(folder, None, log) as visitor:
        assert await visitor.get(BASE + "/events") == (503, '{"error":"the log gave no answer within 0 s"}')


async def test_what_has_not_changed_is_not_sent_again(program):
    status, _, tag = await program.get("/alerts")
    assert (status, len(tag)) == (200, 34)
    assert (await program.get("/alerts", if_none_match=tag))[0] == 304


@pytest.mark.parametrize(
    ("path", "status", "trouble"),
    [
        ("/alerts/alert_nothing", 404, "nothing of that name"),
        ("/articles/article_nothing", 404, "nothing of that name"),
        (f"/articles/{ARTICLE}/revisions/9", 404, "nothing of that name"),
        (f"/articles/{ARTICLE}/diff/1..9", 404, "nothing of that name"),
        ("/alerts/alert_nothing/why", 404, "nothing of that name"),
        ("/articles/article_nothing/why", 404, "nothing of that name"),
        ("/events?after=", 422, "after"),
        ("/events?after=0-0,0-0", 422, "after"),
        ("/events?after=99999999999999999999-0", 422, "after"),
        ("/events?limit=0", 422, "limit"),
        ("/alerts?limit=0", 422, "limit"),
        ("/alerts?limit=201", 422, "limit"),
        ("/alerts?limit=x", 422, "limit"),
        ("/alerts?limit=²", 422, "limit"),
        ("/alerts?cursor=%00", 422, "cursor"),
        ("/alerts?cursor=YWJj", 422, "cursor"),
        ("/alerts?since=soon", 422, "since"),
        ("/search", 422, "q:"),
        ("/search?q=((", 422, "q:"),
        ("/alerts?since=0001-01-01T00:00:00%2B23:00", 422, "since"),
    ],
)
async def test_what_makes_no_sense_is_refused_in_words(program, path, status, trouble):
    found, said, _ = await program.get(path)
    assert (found, trouble in said["error"]) == (status, True)


async def test_refusals_are_json_wherever_the_api_is_asked(visiting, recorded):
    async with visiting(recorded, "a-token-of-many-letters-0123456789") as visitor:
        for method, path, status, header in (
            ("GET", "/alerts", 401, "www-authenticate"),
            ("GET", "/nowhere", 401, "www-authenticate"),
        ):
            async with visitor.session.request(method, visitor.address + BASE + path) as answer:
                assert (answer.status, bool((await answer.json())["error"]), header in answer.headers) == (
                    status,
                    True,
                    True,
                )
    async with visiting(recorded) as visitor:
        for method, path, status in (
            ("GET", "/nowhere", 404),
            ("PUT", "/alerts", 405),
            ("POST", "/silences", 403),
            ("GET", "/articles/%FF/x", 404),
        ):
            headers = {} if status == 403 else {"authorization": "Bearer none"}
            async with visitor.session.request(method, visitor.address + BASE + path, headers=headers) as answer:
                assert (answer.status, bool((await answer.json())["error"])) == (status, True)
                assert ("allow" in answer.headers) == (status == 405)


async def test_what_programs_ask_for_is_recorded(program, asking):
    _, log, folder = asking

    async def recorded_of(kind):
        return [one.event async for one in log.read(0) if isinstance(one.event, kind)]

    alert = (await program.get("/alerts"))[1]["alerts"][0]["id"]
    assert (await program.ask("POST", f"/alerts/{alert}/ack", {"note": "seen"}))[1]["note"] == "seen"
    assert [event.note for event in await recorded_of(AlertAcked)] == ["seen"]
    dead = (await program.get("/deliveries?state=dead"))[1]["deliveries"][0]["id"]
    assert (await program.ask("POST", f"/deliveries/{dead}/again"))[0] == 200
    assert len(await recorded_of(DeliveryRequested)) == 1
    asked = {"matchers": {"watchlist": ["raqqa"]}, "minutes": 60, "comment": "too loud"}
    name = (await program.ask("POST", "/silences", asked))[1]["silence"]
    assert [event.silence for event in await recorded_of(SilenceSet)] == [name]
    assert len((await program.get("/silences"))[1]["silences"]) == 1
    assert (await program.ask("DELETE", f"/silences/{name}"))[0] == 200
    assert (await program.ask("DELETE", f"/silences/{name}"))[0] == 404
    assert len(await recorded_of(SilenceExpired)) == 1
    await project(log, folder)
    assert (await program.get(f"/alerts/{alert}"))[1]["ack"]["note"] == "seen"


@pytest.mark.parametrize(
    "body",
    [{}, {"matchers": {}, "minutes": 60, "comment": "x"}, {"matchers": {"site": ["a"]}, "minutes": 0, "comment": "x"},
     {"matchers": {"sight": ["a"]}, "minutes": 60, "comment": "x"}, {"matchers": {"site": ["a"]}, "minutes": 60, "comment": ""},
     {"matchers": {"site": ["a"]}, "minutes": 60, "comment": "x", "more": 1}, [], "x", None],
)  # fmt: skip
async def test_a_silence_that_makes_no_sense_is_refused(program, body):
    status, said, _ = await program.ask("POST", "/silences", body)
    assert (status, bool(said["error"])) == (422, True)


async def test_every_endpoint_is_described_and_asked_by_a_test(program):
    described = {
        (method, path) for path, methods in (await program.description())["paths"].items() for method in methods
    }
    assert len(described) == 21
    assert all(path.startswith(BASE) for _, path in described)
