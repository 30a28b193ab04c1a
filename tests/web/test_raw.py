"""U04, U08: the raw page of a revision, byte by byte, as something that can do nothing and has a name of ours."""

from __future__ import annotations

import base64
import hashlib

import msgspec
import pytest
from recording import FIRST, START, Desk, evidence, project

from monitor.core.events import ArticleDiscovered
from monitor.core.urls import article_id
from monitor.store import FileCaptures, open_log
from monitor.store.captures import FOLDER

BODY = b"<html>\xff<script>document.title='owned'</script>\r\n\xd9</html>\x00" * 50
URL = 'https://post.example/"\r\nset-cookie: a=b/../..%2f<script>.html'
ARTICLE = f"/article/{article_id(URL)}"


@pytest.fixture
async def there(visiting, tmp_path):
    async with open_log("embedded", data_dir=tmp_path / "data") as log:
        name = await FileCaptures(tmp_path / "data" / FOLDER).keep(BODY)
        for url, sha256 in ((URL, name), ("https://post.example/let-go", "ab" * 32)):
            seen = msgspec.structs.replace(evidence("https://post.example/", START), raw_sha256=sha256)
            event = ArticleDiscovered(
                at=START, article=article_id(url), url=url, source="post", content=FIRST, sha256=FIRST.digest(),
                evidence=seen, aliases=(), tags=(), backlog=False, access="full",
            )  # fmt: skip
            await Desk(log).record(event.article, event.article, event)
        await project(log, tmp_path)
        async with visiting(tmp_path, None, log) as visitor:
            yield visitor


async def test_u04_a_raw_page_is_plain_text_in_a_sandbox(there):
    async with there.session.get(f"{there.address}{ARTICLE}/raw/1") as answer:
        assert (answer.status, await answer.read()) == (200, BODY)
        headers = answer.headers
    assert headers["content-type"] == "text/plain; charset=utf-8"
    assert headers["content-security-policy"].startswith("sandbox; default-src 'none'")
    assert headers["x-content-type-options"] == "nosniff"
    digest = base64.b64encode(hashlib.sha256(BODY).digest()).decode()
    assert headers["repr-digest"] == f"sha-256=:{digest}:"


async def test_u08_what_is_saved_has_a_name_of_ours(there):
    async with there.session.get(f"{there.address}{ARTICLE}/raw/1?download") as answer:
        assert await answer.read() == BODY
        assert answer.headers["content-type"] == "application/octet-stream"
        assert answer.headers["content-disposition"] == f'attachment; filename="{article_id(URL)}-1.txt"'
        assert "set-cookie" not in answer.headers


@pytest.mark.slow
async def test_u04_nothing_of_it_runs_in_a_browser(there, browser):
    page = await browser.new_page()
    await page.goto(f"{there.address}{ARTICLE}/raw/1")
    assert "owned" not in await page.title()
    assert "<script>" in await page.inner_text("body")
    await page.close()


async def test_the_article_leads_to_its_raw_pages_and_says_which_are_not_kept(there):
    page = await there.page(ARTICLE)
    assert f'href="{ARTICLE}/raw/1"' in page
    assert f"{len(BODY) / 1000:.1f} kB" in page
    let_go = f"/article/{article_id('https://post.example/let-go')}"
    assert "not kept" in await there.page(let_go)
    for path in (f"{let_go}/raw/1", f"{ARTICLE}/raw/2", "/article/article_nothing/raw/1"):
        assert (await there.get(path))[0] == 404
    status, said = await there.get(f"/api/v1/articles/{article_id(URL)}")
    assert (status, msgspec.json.decode(said)["captures"][0]["bytes"]) == (200, len(BODY))
