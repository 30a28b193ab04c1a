"""Five hundred texts that want to run, in every field that a publisher, a server or a colleague can fill: none does, in a real browser."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime

import msgspec
import pytest
from recording import Desk, paragraphs, project

from monitor.core.content import Block, Content
from monitor.core.events import ArticleDiscovered, Evidence, FeedFailing, SilenceSet
from monitor.core.policy import silences
from monitor.core.urls import article_id
from monitor.ports import Append, Batch
from monitor.store import open_log

CALL = "document.title='owned'"
SEEDS = (
    "<script>{}</script>", "<img src=x onerror={}>", "<svg onload={}>", "<svg><script>{}</script></svg>", "<body onload={}>", "<details open ontoggle={}>",
    "<iframe srcdoc='<script>parent.{}</script>'>", '<a href="javascript:{}">x</a>', '<a href="jav&#x09;ascript:{}">x</a>', "<form action=javascript:{}><button>x",
    "<input autofocus onfocus={}>", "<video><source onerror={}>", "<math><mtext><script>{}</script>", "<style>@import 'javascript:{}';</style>", '<base href="javascript:{}//">',
    '<object data="javascript:{}">', '<embed src="javascript:{}">', '<meta http-equiv=refresh content="0;url=javascript:{}">', "<svg><animate values=javascript:{} attributeName=href>",
    "<template><script>{}</script></template>", "{{{{{}}}}}", "{{% {} %}}", "${{{}}}", "javascript:{}", "data:text/html,<script>{}</script>",
)  # fmt: skip
WRAPS = (
    "{}", '"{}', "'{}", '">{}', "'>{}", "</title>{}", "</textarea>{}", "</script>{}", "</style>{}", "<!--{}-->", "-->{}", "]]>{}", "`{}`", "\u202e{}\u202c", "\x00{}",
    "&lt;{}&gt;", '\\"{}', "\n{}\n", "<{}", "{}//",
)  # fmt: skip
PAYLOADS = [wrap.format(seed.format(CALL)) for wrap, seed in itertools.product(WRAPS, SEEDS)]
NOW = datetime(2015, 11, 15, 20, tzinfo=UTC)
URL = "https://post.example/a?b=<script>"


async def fill(log) -> str:
    """A story every word of which is hostile, before and after; an alert, a feed and a silence likewise."""
    desk = Desk(log)
    kinds = itertools.cycle(["paragraph", "heading", "quote", "caption"])
    content = Content(
        title=PAYLOADS[0], dek=PAYLOADS[1], byline=PAYLOADS[2], section=PAYLOADS[3], lang='en"><script>',
        blocks=tuple(Block(next(kinds), text.replace("\x00", "")) for text in PAYLOADS),
    )  # fmt: skip
    article = article_id(URL)
    evidence = Evidence(fetched_at=NOW, url=URL, status=200, raw_sha256=PAYLOADS[1], extractor=PAYLOADS[3])
    facts = {"aliases": ("url:x",), "tags": (PAYLOADS[4],), "backlog": False, "access": "full"}
    event = ArticleDiscovered(
        at=NOW, article=article, url=f"javascript:{CALL}", source=PAYLOADS[5], content=content, sha256=content.digest(), evidence=evidence, **facts
    )  # fmt: skip
    await desk.record(article, article, event)
    edited = msgspec.structs.replace(content, title=PAYLOADS[40], blocks=paragraphs(*PAYLOADS[60:90]))
    await desk.revise(article, 2, content, edited, NOW)
    await desk.alert(article, PAYLOADS[6], PAYLOADS[7], NOW, PAYLOADS[8])
    feed = FeedFailing(
        at=NOW, feed="post", url=f"javascript:{CALL}", reason=PAYLOADS[9], detail=PAYLOADS[10], status=None, failures=4, last_ok=None
    )  # fmt: skip
    await desk.record("feed_post", "post", feed)
    silence = SilenceSet(
        NOW, "silence_hostile", {"site": (PAYLOADS[11],)}, NOW.replace(year=2099), PAYLOADS[12], PAYLOADS[13]
    )
    home = log.partition_of(silences.ENTITY)
    snapshot = msgspec.json.encode(silences.fold(silences.Mutes(), silence))
    head = await log.load(home, silences.ENTITY)
    await log.commit(Batch(home, appends=(Append(silences.ENTITY, head, (silence,), snapshot),)))
    return article


@pytest.mark.slow
async def test_u01_nothing_runs(visiting, tmp_path, browser):
    assert len(set(PAYLOADS)) == 500
    async with open_log("embedded", data_dir=tmp_path / "data") as log:
        article = await fill(log)
        await project(log, tmp_path)
        async with visiting(tmp_path, None, log) as visitor:
            page = await browser.new_page()
            said: list[str] = []
            page.on("console", lambda message: said.append(message.text))
            page.on("pageerror", lambda error: said.append(str(error)))
            page.on("dialog", lambda dialog: said.append(dialog.message))
            story = f"/article/{article}"
            for path in (
                "/",
                "/articles",
                story,
                f"{story}/diff/1..2",
                f"{story}/diff/1..2?view=side",
                "/watchlists",
                "/feeds",
                "/deliveries",
                "/silences",
                "/figures",
                "/try",
                "/search?q=document",
            ):
                await page.goto(visitor.address + path)
                assert "owned" not in (await page.title()).split(), path
                assert page.url == visitor.address + path
                frames = await page.locator(
                    "iframe, object, embed, base, main script, main style, main form[action^=java]"
                ).count()
                assert frames == 0, path
            assert said == []
            await page.close()
