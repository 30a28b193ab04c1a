"""`try`: a text from a file, a pipe or the net is read, judged and explained as the daemon would, and nothing is stored."""

from __future__ import annotations

import io
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from newsroom import write_config
from verbs import RunVerb

OLD = """French jets dropped 20 bombs on Raqqa on Sunday night, the defence ministry said.

President Hollande spoke at noon to both houses of parliament in Versailles about the attacks.
"""
NEW = """French jets dropped 30 bombs on Raqqa on Sunday night, the defence ministry said.

President Hollande spoke at noon to both houses of parliament in Versailles about the attacks. “It is an act of war,” Hollande said. The film was stopped.
"""
PAGE = """<!doctype html><html lang="en"><head><title>Strikes on Raqqa | The Post</title>
<meta property="og:title" content="Hollande: an act of war"><meta name="author" content="Anna Lind">
<meta property="article:published_time" content="{published}"></head><body><nav><a href="/">Home</a></nav>
<article><h1>Hollande: an act of war</h1><p>French jets dropped 20 bombs on Raqqa on Sunday night, the defence ministry said in a statement.</p>
<p>“This is an act of war,” President Hollande told both houses of parliament in Versailles on Monday, in a speech that lasted an hour.</p>
<p>The raid was launched from Jordan and the United Arab Emirates, and its targets were a command post and a training camp.</p></article></body></html>"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_config(tmp_path)
    for name, text in (
        ("old.txt", OLD),
        ("new.txt", NEW),
        ("page.html", PAGE.format(published="2015-11-16T09:00:00Z")),
    ):
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


class Site(BaseHTTPRequestHandler):
    """A page, and what is none."""

    def do_GET(self) -> None:
        status = {"/gone": 410, "/wall": 403}.get(self.path, 200)
        kind = {"/paper.pdf": "application/pdf", "/plain": "text/plain; charset=utf-8"}.get(
            self.path, "text/html; charset=utf-8"
        )
        body = {
            "/paper.pdf": "%PDF-1.7",
            "/plain": NEW,
            "/robot": "<html><title>Just a moment...</title><p>Verify that you are human",
        }.get(self.path, PAGE.format(published="2099-01-01T09:00:00Z"))
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Site) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_a_text_is_read_and_each_watchlist_says_what_it_makes_of_it(folder: Path, run: RunVerb) -> None:
    said = run(folder, "try", str(folder / "new.txt"), "--json")
    told = said.json
    assert said.code == 0
    assert told["would_alert"]
    by = {each["watchlist"]: each for each in told["watchlists"]}
    [hit] = by["war"]["hits"]
    assert (hit["sentence"][slice(*hit["marks"][0])], hit["zone"], hit["block"], hit["speaker"]) == (
        "act of war",
        "body",
        1,
        "Hollande",
    )
    assert (by["war"]["alerts"], by["war"]["severity"], by["war"]["notify"]) == (True, "critical", ["desk"])
    assert by["film"]["alerts"] is False
    assert by["film"]["reason"] == "“film” stands (paragraph 2), which NOT excludes"
    assert by["film"]["stood"] == ["“act of war”"]
    shown = run(folder, "try", str(folder / "new.txt")).out
    assert "text  ·  2 blocks  ·  language not stated" in shown
    assert "act of war  appeared in paragraph 2, said by Hollande" in shown
    assert "“It is an »act of war«,” Hollande said." in shown
    assert "Nearly matched\n  film: “film” stands" in shown
    assert not (folder / "data").exists()


def test_without_a_feed_it_is_as_if_from_one_that_each_looks_at(folder: Path, run: RunVerb) -> None:
    by = {each["watchlist"]: each for each in run(folder, "try", str(folder / "new.txt"), "--json").json["watchlists"]}
    assert by["times"]["alerts"]
    by = {
        each["watchlist"]: each
        for each in run(folder, "try", str(folder / "new.txt"), "--feed", "post", "--json").json["watchlists"]
    }
    assert (by["times"]["alerts"], by["times"]["reason"]) == (False, "it does not look at post")
    assert run(folder, "try", str(folder / "new.txt"), "--feed", "tims").code == 2
    assert 'did you mean "times"?' in run(folder, "try", str(folder / "new.txt"), "--feed", "tims").err


def test_an_edit_is_judged_between_two_texts(folder: Path, run: RunVerb) -> None:
    edited = run(folder, "try", str(folder / "new.txt"), "--against", str(folder / "old.txt"), "--json").json
    assert edited["outcome"] == "revised"
    assert {"figure", "quote_added"} <= {edit["kind"] for edit in edited["edits"]}
    by = {each["watchlist"]: each for each in edited["watchlists"]}
    assert by["war"]["changes"] == ["appeared", "quote"]
    assert (
        by["raqqa"]["reason"]
        == "what happened (changed, figure) is not what it asks to be told of (appeared, disappeared, withdrawn)"
    )
    back = run(folder, "try", str(folder / "old.txt"), "--against", str(folder / "new.txt"))
    assert back.code == 0
    assert "disappeared in paragraph 2" in back.out
    same = run(folder, "try", str(folder / "old.txt"), "--against", str(folder / "old.txt"))
    assert same.code == 1
    assert "No word of the article has changed" in same.out


def test_an_edit_stands_where_its_newest_text_does(folder: Path, run: RunVerb, site: str) -> None:
    path = folder / "config.toml"
    path.write_text(path.read_text() + """[watchlists.here]\nquery = '"act of war" site:127.0.0.1'\n""")
    assert run(folder, "try", f"{site}/plain", "--against", str(folder / "old.txt"), "-w", "here").code == 0
    assert run(folder, "try", str(folder / "new.txt"), "--against", str(folder / "old.txt"), "-w", "here").code == 1


def test_a_page_in_a_file(folder: Path, run: RunVerb) -> None:
    said = run(folder, "try", str(folder / "page.html"), "--json")
    text = said.json["text"]
    assert (text["kind"], text["content"]["title"], text["content"]["lang"]) == (
        "page",
        "Hollande: an act of war",
        "en",
    )
    assert text["content"]["byline"] == "Anna Lind"
    assert len(text["content"]["blocks"]) == 3
    by = {each["watchlist"]: each for each in said.json["watchlists"]}
    assert (by["film"]["alerts"], by["film"]["backlog"]) == (False, True)  # it was published long ago
    assert said.code == 1
    assert by["film"]["reason"] == "it was too old at first sight: recorded as backlog, and nobody is told"


def test_standard_input(folder: Path, run: RunVerb, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO("Krieg: „act of war“".encode()), encoding="utf-8"))
    assert run(folder, "try", "-", "-w", "war", "--lang", "de").code == 0
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"Peace."), encoding="utf-8"))
    said = run(folder, "try", "-", "-w", "war")
    assert said.code == 1
    assert "Did not match\n  war: “act of war” stands nowhere" in said.out


def test_a_page_on_the_net(folder: Path, run: RunVerb, site: str) -> None:
    plain = run(folder, "try", f"{site}/plain", "-w", "war", "--json")
    assert (plain.code, plain.json["text"]["kind"]) == (0, "text")
    page = run(folder, "try", f"{site}/story", "--against", f"{site}/plain", "-w", "film", "--json")
    assert (page.code, page.json["outcome"]) == (0, "revised")
    assert page.json["text"]["url"] == f"{site}/story"
    assert page.json["text"]["content"]["title"] == "Hollande: an act of war"


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("/gone", "the site says that the page is gone (HTTP 410)"),
        ("/wall", "the site refuses (HTTP 403)"),
        ("/paper.pdf", "is no article but not_html"),
        ("/robot", "is no article but block_page"),
    ],
)
def test_what_is_no_article_on_the_net_is_an_error(
    folder: Path, run: RunVerb, site: str, name: str, reason: str
) -> None:
    said = run(folder, "try", f"{site}{name}")
    assert said.code == 2
    assert reason in said.err
    assert said.out == ""


def test_private_addresses_are_refused_unless_the_configuration_allows_them(
    folder: Path, run: RunVerb, site: str
) -> None:
    path = folder / "config.toml"
    path.write_text(path.read_text().replace('allow_private = ["127.0.0.0/8"]', ""))
    said = run(folder, "try", f"{site}/story")
    assert said.code == 2
    assert "polling.allow_private names the private networks that may be asked" in said.err


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "is empty"),
        (b"\xff\xfe\x00", "is neither HTML nor text in UTF-8: byte 0 is 0xff"),
        (None, "cannot be read: No such file or directory"),
    ],
)
def test_what_is_no_text_is_an_error(folder: Path, run: RunVerb, body: bytes | None, reason: str) -> None:
    if body is not None:
        (folder / "odd.txt").write_bytes(body)
    said = run(folder, "try", str(folder / "odd.txt"))
    assert said.code == 2
    assert reason in said.err


def test_a_watchlist_that_is_none_is_told(folder: Path, run: RunVerb) -> None:
    said = run(folder, "try", str(folder / "new.txt"), "-w", "flim")
    assert said.code == 2
    assert 'did you mean "film"?' in said.err


def test_what_means_no_good_to_a_terminal_is_harmless(folder: Path, run: RunVerb) -> None:
    (folder / "odd.txt").write_text("An act of war \x1b[31mred\x1b[0m [bold]not[/bold] \x9b2J\u202e.\n")
    said = run(folder, "try", str(folder / "odd.txt"), columns=80)
    assert said.code == 0
    assert not {"\x1b", "\x9b", "\u202e"} & set(said.out)
    assert "[bold]not[/bold]" in said.out
