"""What readers ask for from the page is recorded as the verbs record it, and obeyed; axe finds nothing against the pages."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from recording import STORY, project

from monitor.core.events import AlertAcked, DeliveryRequested, SilenceExpired, SilenceSet, type_of
from monitor.core.urls import article_id
from monitor.ports import Log

ARTICLE = f"/article/{article_id(STORY)}"


async def recorded_of(log: Log, kind: type) -> list:
    return [one.event async for one in log.read(0) if isinstance(one.event, kind)]


@pytest.fixture
async def asking(visiting, growing):
    """A visitor of a page whose log takes what is asked."""
    log, folder = growing
    async with visiting(folder, None, log) as visitor:
        yield visitor, log, folder


async def send(visitor, path: str, **fields: str) -> tuple[int, str]:
    async with visitor.session.post(
        visitor.address + path, data=fields, headers={"origin": visitor.address}, allow_redirects=False
    ) as answer:
        return answer.status, answer.headers.get("location", await answer.text())


async def test_an_alert_is_taken_note_of_once_for_everybody(asking):
    visitor, log, folder = asking
    alert = re.findall(r'id="(alert_[0-9a-f]+)"', await visitor.page("/"))[0]
    assert "Take note" in await visitor.page(f"/alert/{alert}")
    assert await send(visitor, f"/alert/{alert}/ack", note="  seen \n it ") == (303, f"/alert/{alert}")
    [acked] = await recorded_of(log, AlertAcked)
    assert (acked.alert, acked.by, acked.note) == (alert, "page", "seen it")
    await project(log, folder)
    page = await visitor.page(f"/alert/{alert}")
    assert "taken note of" in page
    assert "<button>Take note" not in page


async def test_a_silence_is_set_and_ended(asking):
    visitor, log, _ = asking
    assert 'value="watchlist=raqqa"' in await visitor.page("/silences?watchlist=raqqa&nonsense=1")
    form = {"matchers": "watchlist=raqqa severity=info", "comment": "<b>too loud</b>", "for": "8h"}
    assert await send(visitor, "/silences", **form) == (303, "/silences")
    [silence] = await recorded_of(log, SilenceSet)
    assert (silence.matchers, silence.comment, silence.by) == (
        {"watchlist": ("raqqa",), "severity": ("info",)},
        "<b>too loud</b>",
        "page",
    )
    assert (silence.until - silence.at).total_seconds() == 8 * 3600
    page = await visitor.page("/silences")
    assert "&lt;b&gt;too loud" in page
    assert await send(visitor, f"/silences/{silence.silence}/end") == (303, "/silences")
    assert [type_of(event) for event in await recorded_of(log, SilenceExpired)] == ["silence.expired"]
    assert "Nothing is silenced" in await visitor.page("/silences")
    assert (await send(visitor, f"/silences/{silence.silence}/end"))[0] == 404


@pytest.mark.parametrize(
    ("form", "trouble"),
    [
        ({"matchers": "", "comment": "why"}, "needs a label"),
        ({"matchers": "watchlist=raqqa", "comment": " "}, "needs a comment"),
        ({"matchers": "watchlst=raqqa", "comment": "why"}, "expected a label"),
        ({"matchers": "raqqa", "comment": "<script>"}, "expected label=value"),
    ],
)
async def test_a_silence_that_makes_no_sense_is_explained_and_nothing_typed_is_lost(asking, form, trouble):
    visitor, log, _ = asking
    status, page = await send(visitor, "/silences", **form)
    assert (status, trouble in page) == (422, True)
    assert "<script>" not in page.replace('<script src="/static/monitor.js" defer></script>', "")
    assert await recorded_of(log, SilenceSet) == []


async def test_a_dead_letter_is_asked_for_again(asking):
    visitor, log, _ = asking
    name = re.search(r'action="/delivery/(\w+)/again"', await visitor.page("/deliveries"))[1]
    assert await send(visitor, f"/delivery/{name}/again") == (303, "/deliveries")
    [asked] = await recorded_of(log, DeliveryRequested)
    assert (asked.notification, asked.by) == (name, "page")


@pytest.mark.parametrize(
    "path", ["/alert/alert_nothing/ack", "/delivery/msg_nothing/again", "/silences/silence_nothing/end"]
)
async def test_what_is_not_there_cannot_be_asked_for(asking, path):
    assert (await send(asking[0], path))[0] == 404


@pytest.mark.parametrize(
    "path", ["/alert/alert_x1234/ack", "/silences", "/delivery/msg_x/again", "/silences/silence_x/end"]
)
async def test_no_form_is_taken_from_elsewhere_or_by_a_link(asking, path):
    visitor, _, _ = asking
    for headers in ({}, {"origin": "https://evil.example"}):
        async with visitor.session.post(visitor.address + path, headers=headers) as answer:
            assert answer.status == 403
    if path != "/silences":
        assert (await visitor.get(path))[0] == 405


@pytest.mark.slow
async def test_a_browser_sends_the_forms_in_a_way_that_is_taken(visiting, growing, browser):
    log, folder = growing
    async with visiting(folder, "a-token-of-many-letters-0123456789", log) as visitor:
        page = await browser.new_page()
        await page.goto(f"{visitor.address}/silences?watchlist=raqqa")
        await page.get_by_label("The token").fill("a-token-of-many-letters-0123456789")
        await page.get_by_role("button", name="Log in").click()
        await page.get_by_label("Why").fill("too loud")
        await page.get_by_role("button", name="Silence").click()
        await page.get_by_text("too loud").wait_for()
        assert len(await recorded_of(log, SilenceSet)) == 1
        await page.goto(f"{visitor.address}/")
        await page.locator(".alert h2 a").first.click()
        await page.get_by_role("button", name="Take note").click()
        await page.wait_for_load_state()
        assert len(await recorded_of(log, AlertAcked)) == 1
        await page.close()


def axe() -> Path | None:
    """The script that looks for barriers, where it is installed."""
    try:
        root = subprocess.run(["npm", "root", "-g"], capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return None
    file = Path(root) / "axe-core" / "axe.min.js"
    return file if file.exists() else None


LIGHT = ("/", "/articles", ARTICLE, f"{ARTICLE}/diff/1..2", f"{ARTICLE}/diff/1..2?view=side", "/watchlists", "/watchlist/act-of-war", "/figures", "/try", "/feeds", "/deliveries", "/silences", "/search?q=bombs", "/nowhere")  # fmt: skip
DARK = ("/", "/try", "/watchlist/act-of-war", "/figures", ARTICLE, f"{ARTICLE}/diff/1..2", "/feeds")


@pytest.mark.slow
async def test_axe_finds_no_barrier(asking, browser):
    script = axe()
    if script is None:
        pytest.skip("NOT RUN: there is no axe-core (npm install --global axe-core@4)")
    visitor, _, _ = asking
    alert = re.findall(r'id="(alert_[0-9a-f]+)"', await visitor.page("/"))[0]
    found: list[str] = []
    for scheme, paths in (("light", (*LIGHT, f"/alert/{alert}")), ("dark", DARK)):
        context = await browser.new_context(color_scheme=scheme, bypass_csp=True)
        page = await context.new_page()
        for path in paths:
            await page.goto(visitor.address + path)
            await page.add_script_tag(path=str(script))
            barriers = (await page.evaluate("axe.run()"))["violations"]
            found += [
                f"{scheme} {path}: {one['impact']} {one['id']} {one['nodes'][0]['html'][:120]}" for one in barriers
            ]
        await context.close()
    assert found == []
