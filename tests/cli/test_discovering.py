"""`init`, `feeds add` and `feeds preview` against a real site on loopback: what is shown, and what is written down."""

from __future__ import annotations

import http.server
import threading
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path

import pytest
from verbs import RunVerb

RSS = f"""<rss version="2.0"><channel><title>The Post</title><item><title>Strikes on Raqqa \x1b[31m</title><link>/2015/11/15/raqqa</link>
<pubDate>{format_datetime(datetime.now(UTC))}</pubDate></item></channel></rss>""".replace("\x1b", "&#x9b;")
FRONT = """<title>The Post</title><link rel="alternate" type="application/rss+xml" href="/rss">
<a href="/2015/11/15/raqqa">Strikes on Raqqa</a><a href="/about">About</a>"""
ARTICLE = """<html lang="en"><title>Strikes on Raqqa</title><meta name="author" content="Ann Writer"><article><h1>Strikes on Raqqa</h1>
<p>French jets struck the city of Raqqa on Sunday evening, the ministry of defence said in a statement late that night.</p>
<p>Ten fighters took part in the raid, flying from bases in the Gulf and in the Levant, and dropped twenty bombs on two sites.</p>
<p>The first site was used as a command post and a recruitment centre, according to the ministry, which gave no detail.</p></article>"""
PAGES = {"/": FRONT, "/rss": RSS, "/2015/11/15/raqqa": ARTICLE, "/nothing": "<p>Nothing</p>"}
KEPT = '# mine\n[feeds.wire]\nurl = "https://wire.example/rss"\n[polling]\nallow_private = ["127.0.0.0/8"]'


class Pages(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        page = PAGES.get(self.path)
        self.send_response(200 if page else 404)
        self.send_header("content-type", "text/xml" if page is RSS else "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write((page or "").encode())

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Pages) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    (tmp_path / "config.toml").write_text(KEPT)
    (tmp_path / "config.toml").chmod(0o640)
    return tmp_path


def written(folder: Path) -> dict[str, object]:
    return tomllib.loads((folder / "config.toml").read_text())


def test_init_shows_what_it_found_and_writes_a_configuration_that_is_good(
    site: str, tmp_path: Path, run: RunVerb
) -> None:
    said = run(tmp_path, "init", site, "--allow-private", "127.0.0.0/8")
    assert said.code == 0, said.err
    for shown in (
        f"The Post: {site}/rss",
        "announced by the page; 1 entry",
        "Strikes on Raqqa",
        "Ann Writer; 3 blocks, ",
    ):
        assert shown in said.out
    assert written(tmp_path)["feeds"] == {"the-post": {"url": f"{site}/rss"}}
    assert run(tmp_path, "check").code == 0
    again = run(tmp_path, "init", site, "--allow-private", "127.0.0.0/8")
    assert (again.code, "monitor feeds add" in again.err) == (1, True)


def test_what_may_not_be_asked_is_not_asked_and_nothing_is_written(site: str, tmp_path: Path, run: RunVerb) -> None:
    said = run(tmp_path, "init", site)
    assert (said.code, "forbidden_address" in said.err) == (1, True)
    assert not (tmp_path / "config.toml").exists()


def test_add_puts_a_table_at_the_end_and_leaves_every_other_byte(site: str, mine: Path, run: RunVerb) -> None:
    said = run(mine, "feeds", "add", site, "--every", "2m")
    assert said.code == 0, said.err
    text = (mine / "config.toml").read_text()
    assert text == f'{KEPT}\n\n[feeds.the-post]\nurl = "{site}/rss"\nevery = "2m"\n'
    assert (mine / "config.toml").stat().st_mode & 0o777 == 0o640
    again = run(mine, "feeds", "add", site)
    assert (again.code, "the-post is that already" in again.err) == (1, True)


def test_add_of_a_front_page_says_its_links(site: str, mine: Path, run: RunVerb) -> None:
    assert run(mine, "feeds", "add", site, "--id", "front", "--links", "/2015/*").code == 0
    assert written(mine)["feeds"]["front"] == {"url": f"{site}/", "links": ["/2015/*"]}  # type: ignore[index]


@pytest.mark.parametrize(
    ("arguments", "code", "trouble"),
    [
        (["--id", "Fro nt"], 2, "expected an id of a-z"),
        (["--every", "soon"], 2, "expected a duration"),
        (["--id", "wire"], 2, "expected each key once"),
        (["--links", "/world/*"], 1, "no_links"),
    ],
)
def test_what_would_not_be_valid_is_not_written(
    site: str, mine: Path, run: RunVerb, arguments: list[str], code: int, trouble: str
) -> None:
    said = run(mine, "feeds", "add", site, *arguments)
    assert (said.code, trouble in said.err) == (code, True), said
    assert (mine / "config.toml").read_text() == KEPT


def test_a_preview_shows_by_which_rule_a_link_is_an_articles(site: str, mine: Path, run: RunVerb) -> None:
    said = run(mine, "feeds", "preview", site, "--links", "true")
    assert "a front page; 1 entry" in said.out
    assert "date" in said.out
    assert "\x9b" not in run(mine, "feeds", "preview", f"{site}/rss").out
    listed = run(mine, "feeds", "preview", f"{site}/rss", "--json").json
    assert [entry["url"] for entry in listed["entries"]] == [f"{site}/2015/11/15/raqqa"]
    assert run(mine, "feeds", "preview", f"{site}/nothing").code == 1
