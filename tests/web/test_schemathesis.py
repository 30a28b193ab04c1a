"""A08: everything that the description of the API allows, and much that it does not, is asked: no server error, no answer that it does not describe."""

from __future__ import annotations

from contextlib import asynccontextmanager
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import schemathesis
from beside import beside
from hypothesis import HealthCheck, Phase, given, settings
from recording import Desk as Scribe
from recording import project, record_history
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks

from monitor.store import FileCaptures, open_log
from monitor.store.captures import FOLDER
from monitor.store.views import FILE
from monitor.web import Body, serving
from monitor.web.api import Api
from monitor.web.api_description import described
from monitor.web.desk import Desk, Source

HEADERS = {"authorization": "Bearer none"}  # what says that no browser asks
CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory):
    folder: Path = tmp_path_factory.mktemp("asked")

    @asynccontextmanager
    async def serve():
        async with open_log("embedded", data_dir=folder / "data") as log:
            await record_history(Scribe(log))
            await project(log, folder)
            sources = (Source("post", "https://post.example/rss", "feed"),)
            shelf = FileCaptures(folder / "data" / FOLDER)
            desk = Desk(folder / "data" / FILE, ZoneInfo("UTC"), sources, captures=shelf)
            async with serving(desk, Body(log, (), tuple, str), "127.0.0.1", 0) as address:
                yield address

    with beside(serve) as address:
        yield address


@pytest.fixture(scope="module")
def api(there):
    return schemathesis.openapi.from_url(f"{there}/api/v1/openapi.json")


QUICK = settings(
    deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), phases=[Phase.explicit, Phase.generate]
)
DESCRIBED = [
    (path, method)
    for path, methods in described(Api(None, None, None, None).endpoints)["paths"].items()
    for method in methods
]


@pytest.mark.parametrize(("path", "method"), DESCRIBED)
def test_a08_no_question_breaks_the_api_or_its_description(api, path, method):
    @settings(QUICK, max_examples=5 if path.endswith("/try") else 20)  # each try is a process
    @given(api[path][method].as_strategy(generation_mode=schemathesis.GenerationMode.POSITIVE))
    def meant(case):
        case.call_and_validate(headers=HEADERS, checks=CHECKS)

    @settings(QUICK, max_examples=10)
    @given(api[path][method].as_strategy(generation_mode=schemathesis.GenerationMode.NEGATIVE))
    def not_meant(case):
        case.call_and_validate(headers=HEADERS, checks=CHECKS)

    meant()
    if api[path][method].body or any(api[path][method].query):
        not_meant()
