import gzip
import json
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.core.article import Article, Looks, Seed, observe
from monitor.core.events import Evidence
from monitor.core.text import lettering, short_hash
from monitor.ports import ParsedPage
from monitor.sources.page import read_fragment, read_page
from monitor.sources.page.furniture import is_counter_or_stamp, is_offer, leads_away
from monitor.stages.look import sighting

CORPORA = Path(__file__).resolve().parents[2].parent / "shared/corpora"
URL = "https://news.example.org/world/raqqa"
TEXT = [
    "French jets dropped 20 bombs on Raqqa on Sunday night, the defence ministry said, in the first wave of strikes.",
    "President Hollande called the attacks in Paris an act of war committed by a terrorist army.",
    "Activists in the city counted at least 30 explosions; water and electricity were cut, residents said.",
    "The operation was carried out in coordination with the United States, according to the ministry.",
]
TITLE = "France strikes Raqqa"


def page(
    texts: list[str] | None = None,
    *,
    title: str = TITLE,
    before: str = "",
    after: str = "",
    between: str = "",
    around: str = "",
    head: str = "",
) -> str:
    paragraphs = "\n".join(f"<p>{text}</p>{between if n == 1 else ''}" for n, text in enumerate(texts or TEXT))
    return (
        f'<!doctype html><html lang="en"><head><title>{title} | Example News</title><meta property="og:site_name" content="Example News">'
        f'<meta property="og:title" content="{title}">{head}</head><body><header><nav><a href="/">Home</a> <a href="/world">World</a></nav></header>'
        f'<main><article><h1>{title}</h1>{before}<div class="story-body">{paragraphs}</div>{after}</article></main>{around}<footer>© Example News</footer></body></html>'
    )


def read(html: str, container: str = "", **headers: str) -> ParsedPage:
    return read_page(html.encode(), URL, {"content-type": "text/html; charset=utf-8", **headers}, container)


def texts(parsed: ParsedPage) -> list[str]:
    return [block.text for block in parsed.content.blocks]


def revised(*pages: str) -> list[bool]:
    """Whether each look at these pages, one after the other, made a revision."""
    article: Article | None = None
    looks, made = Looks(), []
    for html in pages:
        parsed = read(html, looks.container)
        evidence = Evidence(datetime(2015, 11, 15, tzinfo=UTC), URL, 200, "raw", parsed.extractor)
        seen = sighting(parsed, evidence)
        decision = observe(article, looks, seen, seed=Seed("article_1", URL, "outlet"))
        article, looks = decision.article, decision.looks
        made.append(any(event.__class__.__name__ == "ArticleRevised" for event in decision.events))
    return made[1:]


# --- reading ---------------------------------------------------------------------------------------------------------


def test_the_article_and_nothing_else() -> None:
    parsed = read(page())
    assert (parsed.verdict, parsed.content.title, parsed.content.lang) == ("article", TITLE, "en")
    assert texts(parsed) == TEXT
    assert parsed.confidence > 0.4


def test_the_next_look_reads_the_same_place() -> None:
    first = read(page())
    assert first.container == "div.story-body"
    again = read(page([*TEXT, "A new last paragraph."]), first.container)
    assert again.container == first.container
    assert texts(again) == [*TEXT, "A new last paragraph."]


def test_a_template_that_moved_is_located_anew_and_makes_no_revision() -> None:
    moved = page().replace('class="story-body"', 'class="c-article__main"')
    assert read(moved, "div.story-body").container == "div.c-article__main"
    assert revised(page(), moved, page()) == [False, False]


def test_a_container_named_by_somebody_else_is_no_danger() -> None:
    for name in ("[[", "div:has(", "!", " ! ", "div ! [", "\0", "p:nth-of-type(0)"):
        assert texts(read(page(), name)) == TEXT


@given(st.binary(max_size=400) | st.text(alphabet="<>/=\"'&;! apdivscript\0\x1f", max_size=300).map(str.encode))
@settings(deadline=None)
def test_any_bytes_give_the_same_answer_twice(body: bytes) -> None:
    assert read_page(body, URL, {}, "") == read_page(body, URL, {}, "")


BOX = "<div><div>Gold prices</div><p>Three sisters open the last cinema of the valley again, with a loan from neighbours.</p></div>"


def test_what_stands_in_other_wrappers_than_the_prose_stands_apart() -> None:
    inner = "<h2>What we know</h2><ul><li>First point</li></ul><blockquote><p>War.</p></blockquote><figure><figcaption>Smoke</figcaption></figure>"
    many = [f"{text} ({n})" for n in range(8) for text in TEXT]
    parsed = read(page(many, between=inner + BOX))
    box = ("Gold prices", "Three sisters open the last cinema of the valley again, with a loan from neighbours.")
    assert set(parsed.apart) == {short_hash(lettering(text)) for text in box}
    assert read(page(many, between=inner)).apart == ()
    in_chapters = page(many).replace("</p>", "</p></div>").replace("<p>", "<div><p>")
    assert read(in_chapters).apart == ()


def test_a_line_in_a_box_comes_and_goes_at_the_third_look_and_one_in_the_text_at_once() -> None:
    box, line = "<div><div><span>Gold prices</span></div></div>", "<p>Gold prices</p>"
    assert revised(page(), *[page(between=box)] * 4) == [False, False, True, False]
    assert revised(page(), page(between=line)) == [True]
    assert revised(page(between=box), *[page()] * 4) == [False, False, True, False]


def test_kinds_of_blocks() -> None:
    html = page(
        between="<h2>What we know</h2><ul><li>First point made here</li></ul><blockquote><p>An act of war.</p></blockquote>"
        "<figure><img src=x><figcaption>Smoke over Raqqa</figcaption></figure>"
    )
    kinds = {block.text: block.kind for block in read(html).content.blocks}
    assert kinds["What we know"] == "heading"
    assert kinds["First point made here"] == "item"
    assert kinds["An act of war."] == "quote"
    assert kinds["Smoke over Raqqa"] == "caption"


@pytest.mark.parametrize(
    "markup",
    [
        "<figure><img src=x><span>Smoke over Raqqa</span></figure>",
        '<div class="image-credit">Smoke over Raqqa</div>',
        '<ul class="photoGallery"><li>Smoke over Raqqa</li></ul>',
        "<table><caption>Smoke over Raqqa</caption><tr><td>x</td></tr></table>",
    ],
)
def test_what_is_said_of_a_picture_is_a_caption(markup: str) -> None:
    assert {b.text: b.kind for b in read(page(between=markup)).content.blocks}["Smoke over Raqqa"] == "caption"


def test_a_quote_in_a_figure_stays_a_quote() -> None:
    blocks = read(page(between="<figure><blockquote><p>It is an act of war.</p></blockquote></figure>")).content.blocks
    assert {b.text: b.kind for b in blocks}["It is an act of war."] == "quote"


def test_a_text_that_stands_in_several_elements_of_one_name_is_read_whole() -> None:
    chapter = "".join(f"<p>{n} {text}</p>" for n in range(2) for text in TEXT)
    others = ["".join(f"<p>{n} {text}</p>" for text in TEXT) for n in "abc"]
    html = page([chapter]) + "".join(f'<section><div class="story-body">{other}</div></section>' for other in others)
    parsed = read(html)
    assert all(any(text.startswith(n) for text in texts(parsed)) for n in "abc")
    assert texts(read(html, parsed.container)) == texts(parsed)


def test_teasers_of_other_stories_in_elements_of_the_same_name_are_not_the_text() -> None:
    told = "The council voted on Monday for a new bridge across the river, after years of quarrels about its price."
    teaser = f'<div class="story-body"><a href="/other">{told}</a> {told}</div>'
    assert texts(read(page([*TEXT, *TEXT[:1]]) + teaser * 3)) == TEXT


def test_a_live_blogs_posts_keep_their_ids() -> None:
    posts = "".join(
        f'<div id="post-{n}" itemprop="liveBlogUpdate" itemtype="https://schema.org/BlogPosting" itemscope><p>{n}: {text}</p></div>'
        for n, text in enumerate(TEXT)
    )
    blocks = read(page(between=posts)).content.blocks
    assert [(b.kind, b.id) for b in blocks if b.id][:2] == [("post", "post-0"), ("post", "post-1")]


@pytest.mark.parametrize(
    ("head", "field", "value"),
    [
        ('<script type="application/ld+json">{"@graph":[{"@type":"NewsArticle","author":[{"name":"Ann"},{"name":"Bob"}]}]}</script>', "byline", "Ann, Bob"),
        ('<script type="application/ld+json">[{"@type":["Thing","NewsArticle"],"datePublished":"2015-11-15T14:05:00+01:00"}]</script>', "published", datetime(2015, 11, 15, 13, 5, tzinfo=UTC)),
        ('<meta property="article:modified_time" content="2015-11-15T15:20:00Z">', "modified", datetime(2015, 11, 15, 15, 20, tzinfo=UTC)),
        ('<meta property="article:published_time" content="9999-99-99">', "published", None),
        ('<meta property="article:section" content="World">', "section", "World"),
        ('<meta name="author" content="Ann Smith">', "byline", "Ann Smith"),
        ('<meta property="og:description" content="A summary of its own.">', "dek", "A summary of its own."),
        (f'<meta property="og:description" content="{TEXT[0][:70]}…">', "dek", ""),
        ('<script type="application/ld+json">{"@type":"NewsArticle","headline":' + "[" * 5000 + "</script>", "byline", ""),
    ],
)  # fmt: skip
def test_what_a_page_says_of_itself(head: str, field: str, value: object) -> None:
    assert getattr(read(page(head=head)).content, field) == value


def test_the_title_most_of_the_page_agrees_on_without_the_sites_name() -> None:
    assert read(page(title="War – and peace")).content.title == "War – and peace"
    head = (
        '<script type="application/ld+json">{"@type":"NewsArticle","headline":"Jets &amp; bombs over Syria"}</script>'
    )
    assert read(page(head=head)).content.title == TITLE
    lonely = "<html><head><title>Only title - Example</title></head><body><p>Text of it.</p></body></html>"
    assert read_page(lonely.encode(), "https://example.org/x", {}, "").content.title == "Only title"


@pytest.mark.parametrize(
    ("claim", "expected"),
    [
        ("https://www.example.org/2015/raqqa?utm_source=x", "https://www.example.org/2015/raqqa"),
        ("/2015/raqqa", "https://news.example.org/2015/raqqa"),
        ("https://elsewhere.com/raqqa", ""),
        ("https://news.example.org/", ""),
        ("javascript:alert(1)", ""),
        ("http://[", ""),
    ],
)
def test_a_canonical_address_counts_on_its_own_site(claim: str, expected: str) -> None:
    assert read(page(head=f'<link rel="canonical" href="{claim}">')).canonical == expected


def test_a_wall_is_said_by_the_publisher() -> None:
    script = '<script type="application/ld+json">{"@type":"NewsArticle","isAccessibleForFree":"False"}</script>'
    assert read(page(head=script)).access == "teaser"
    assert read(page()).access == "full"


def test_a_feed_entrys_own_text() -> None:
    parsed = read_fragment(f"<p>{TEXT[0]}</p><p>{TEXT[1]}</p><p>Share · 311</p><script>x</script>", URL, TITLE)
    assert (parsed.verdict, parsed.content.title, texts(parsed)) == ("article", TITLE, TEXT[:2])
    assert texts(read_fragment("Only words, no element \ud800", URL, TITLE)) == ["Only words, no element ?"]
    assert read_fragment("", URL, TITLE).verdict == "empty"


# --- what is not read ------------------------------------------------------------------------------------------------

FURNITURE = [
    "<p>49 minutes ago · 907 shares</p>",
    '<p class="x">vor 5 Minuten</p>',
    "<p>hace 3 horas</p>",
    "<div>294 comments</div>",
    "<p>Share · 311</p>",
    "<time datetime='2015-11-15'>Updated 21:58</time>",
    "<p>Last updated: 15 November 2015 at 21:58 GMT</p>",
    "<aside><p>Something else to read about the markets today.</p></aside>",
    '<div class="related-stories"><h4>More</h4><p>Something else to read about the markets today.</p></div>',
    '<div class="newsletterSignup"><p>Sign up for our newsletter and get the news every morning.</p></div>',
    "<p>Sign up for our newsletter and get the news every morning.</p>",
    '<p>Read more: <a href="/world/other">Markets fall on Monday</a></p>',
    '<p>Lire aussi : <a href="/monde/autre">Les marchés en baisse</a></p>',
    '<h3>Most read</h3><ul><li><a href="/1">Markets fall on Monday</a></li><li><a href="/2">The weather of the week</a></li></ul>',
    '<div class="ad-slot">Advertisement</div>',
    "<p>Advertisement</p>",
    "<form><p>Your address</p><input></form>",
    "<div hidden><p>Not visible to anybody who reads.</p></div>",
    '<div style="display: none"><p>Not visible to anybody who reads.</p></div>',
    "<script>var text = 'Not text';</script><style>p { color: red }</style><!-- a remark -->",
    "<div><p>We value your privacy. We and our 789 partners store information on a device.</p></div>",
    '<div role="dialog"><p>We and our 789 partners store information.</p></div>',
]  # fmt: skip


@pytest.mark.parametrize("furniture", FURNITURE)
def test_furniture_in_the_text_comes_and_goes_unnoticed(furniture: str) -> None:
    plain, furnished = page(), page(between=furniture)
    if "<form>" not in furniture:
        assert texts(read(furnished)) == TEXT
    assert revised(plain, furnished, plain) == [False, False]


@pytest.mark.parametrize("place", ["before", "after", "around"])
def test_what_stands_beside_the_text_may_change_at_will(place: str) -> None:
    pages = [page(**{place: f"<div class='box'><p>Box number {n} with words of its own.</p></div>"}) for n in range(4)]  # type: ignore[arg-type]  # one keyword of several
    assert revised(*pages) == [False] * 3


def test_a_menu_of_the_site_after_the_text_is_left_out_without_a_name_or_heading() -> None:
    menus = [
        "".join(f'<li><a href="/p/{n}{k}">Another story of the day {n}{k}</a></li>' for k in range(5)) for n in range(3)
    ]
    pages = [
        f"<html><body><h1>{TITLE}</h1>{''.join(f'<p>{text}</p>' for text in TEXT)}<ul>{menu}</ul></body></html>"
        for menu in menus
    ]
    assert revised(*pages) == [False, False]


def test_a_wrapper_with_an_unlucky_name_is_no_furniture() -> None:
    html = page().replace('class="story-body"', 'class="story-body has-sidebar related"')
    assert texts(read(html)) == TEXT


KEPT = [
    "<p>20 people were killed.</p>",
    "<p>At 20 homes.</p>",
    "<h2>30 dead</h2>",
    "<p>On 15 November 2015</p>",
    "<p>The 907 shares were sold.</p>",
    "<p>Related: <a href='https://ministry.example.net/release'>the ministry's own release</a></p>",
    "<p>Read more books, the minister said.</p>",
    "<ul><li><a href='/x'>A list of links</a></li></ul>",
]


@pytest.mark.parametrize("text", KEPT)
def test_short_texts_that_say_something_stay(text: str) -> None:
    assert len(read(page(between=text)).content.blocks) == len(TEXT) + 1


# --- changes ---------------------------------------------------------------------------------------------------------


@given(st.integers(0, len(TEXT) - 1), st.data())
@settings(deadline=None, max_examples=40)
def test_any_word_or_number_that_changes_is_seen(block: int, data: st.DataObject) -> None:
    words = TEXT[block].split()
    place = data.draw(st.integers(0, len(words) - 1))
    words[place] = data.draw(st.sampled_from(["21", "other", "прочее"]))
    assert revised(page(), page([*TEXT[:block], " ".join(words), *TEXT[block + 1 :]])) == [True]


@pytest.mark.parametrize(
    "same",
    [
        page().replace("Raqqa on", "<b>Raqqa</b> <a href='/x'>on</a>"),
        page().replace("\n", "\r\n   ").replace("<p>", "<p class='new'>\n"),
        page().replace("20 bombs", "20&nbsp;&#98;ombs"),
        page().replace("; water", " \N{EM DASH} water"),
        page().replace("</p>\n<p>", "<br><br>"),
    ],
)
def test_the_same_words_in_other_markup_are_no_change(same: str) -> None:
    assert revised(page(), same) == [False]


def test_a_headline_is_seen() -> None:
    assert revised(page(), page(title="France bombs Raqqa")) == [True]


# --- what is no article ----------------------------------------------------------------------------------------------


def stub(title: str, text: str, more: str = "") -> str:
    return f"<html><head><title>{title}</title></head><body><h1>{title}</h1><p>{text}</p>{more}</body></html>"


@pytest.mark.parametrize(
    ("html", "verdict"),
    [
        (stub("Just a moment...", "Checking your browser before you proceed.", '<script src="/cdn-cgi/challenge-platform/x"></script>'), "block_page"),
        (stub("Access Denied", "You don't have permission to access this page. Reference #18.2d"), "block_page"),
        (stub("Are you a robot?", "Please confirm you're not a robot by clicking the box."), "block_page"),
        (stub("Log in", "Forgot your password?", '<input type="password">'), "block_page"),
        (stub("Before you continue", "We and our 720 partners store information. Accept all"), "block_page"),
        (stub("Page not found", "The page you were looking for has moved."), "not_found"),
        (stub("Seite nicht gefunden", "Leider."), "not_found"),
        (page(["Are you a robot? A study of captchas, and of how machines learned to pass them, in ten chapters. " * 20], title="Are you a robot?"), "article"),
        (stub("Security check at the station", "Police closed the station for an hour on Sunday."), "article"),
        ("<html><body></body></html>", "empty"),
        ("", "empty"),
    ],
)  # fmt: skip
def test_verdicts(html: str, verdict: str) -> None:
    parsed = read(html)
    assert parsed.verdict == verdict
    assert (parsed.confidence == 0.0) or verdict == "article"


@pytest.mark.parametrize("body", [b"%PDF-1.7 ...", b"\x89PNG\r\n", b'{"error": "not found"}', b"\xff\xd8\xff\xe0"])
def test_what_is_not_html(body: bytes) -> None:
    assert read_page(body, URL, {"content-type": "text/html"}, "").verdict == "not_html"


def test_a_page_behind_a_block_page_keeps_its_container() -> None:
    assert read(stub("Access Denied", "You don't have permission."), "div.story-body").container == "div.story-body"


# --- encodings and bounds --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("encoding", "header", "meta"),
    [
        ("utf-8", "", ""),
        ("utf-8", "iso-8859-1", ""),
        ("utf-8-sig", "", ""),
        ("cp1252", "", ""),
        ("cp1252", "iso-8859-1", ""),
        ("windows-1251", "", "windows-1251"),
        ("koi8-r", "koi8-r", ""),
        ("shift_jis", "", "shift_jis"),
        ("iso2022_jp", "iso-2022-jp", ""),
        ("utf-16", "", ""),
        ("utf-8", "utf-7", ""),
    ],
)
def test_encodings(encoding: str, header: str, meta: str) -> None:
    text = {
        "windows-1251": "Удары по Ракке",
        "koi8-r": "Удары по Ракке",
        "shift_jis": "空爆が続く",
        "iso2022_jp": "空爆が続く",
    }.get(encoding, "Überfall – “Krieg”")
    html = f"<html><head><meta charset='{meta or 'utf-8'}'></head><body><p>{text}</p></body></html>"
    if not meta:
        html = html.replace("<meta charset='utf-8'>", "")
    headers = {"content-type": f"text/html; charset={header}"} if header else {}
    assert texts(read_page(html.encode(encoding), URL, headers, "")) == [text]


def test_one_broken_byte_does_not_change_the_encoding() -> None:
    body = page([*TEXT[:3], "Überfall – “Krieg” ÄÖÜ ß"]).encode().replace(b"Sunday", b"Sun\xffday")
    assert "Überfall – “Krieg” ÄÖÜ ß" in texts(read_page(body, URL, {"content-type": "text/html; charset=utf-8"}, ""))


@given(
    st.lists(
        st.sampled_from(
            ["share ", "1 ", "1", "h", "ago ", "updated ", "on ", "12:", "·", "a", "read more ", ",", "sign up "]
        ),
        max_size=200,
    ).map("".join)
)
@settings(deadline=timedelta(seconds=2))
def test_no_short_text_takes_the_rules_long(text: str) -> None:
    for whole in (text, text[:159] + "!"):
        assert is_counter_or_stamp(whole) in {True, False}
        assert is_offer(whole) in {True, False}
        assert leads_away(whole, 0) in {True, False}


@pytest.mark.parametrize(
    "text", ["share " * 26, "share 1 " * 19, "1" * 159, "updated " + "1" * 150, "updated " + "1," * 70, "1 h ago " * 19]
)
def test_nor_does_a_text_made_to_confuse_them(text: str) -> None:
    assert not is_counter_or_stamp(text + "!")


@pytest.mark.case(id="P04")
@pytest.mark.case(id="P05")
@pytest.mark.parametrize(
    "start",
    [
        "<div>" * 40_000,
        "<div>" * 100_000,
        "<div></i>" * 40_000,
        "<div><i></div >" * 20_000 + "<div></p><span></div\n>" * 20_000 + "<svg></b>" * 40_000,
        "<div " + " ".join(f"a{n}=1" for n in range(20_000)) + ">",
        "<div " + "".join(f'a{n}="{n} {n}"' for n in range(100_000)) + ">",
    ],
    ids=[
        "40,000 deep",
        "100,000 deep",
        "end tags of nothing",
        "three kinds",
        "20,000 attributes",
        "100,000 attributes",
    ],
)
def test_depth_and_attributes_of_html_are_bounded(start: str) -> None:
    before = time.process_time()
    assert read(start + "<p>x").verdict == "empty"
    assert time.process_time() - before < 2


def test_what_is_merely_untidy_is_read() -> None:
    words = "<p>" + "The ministry said on Sunday that twenty jets took off. " * 20
    untidy = "<div><span><b></div>" * 3_000 + "<p><font>" * 400
    assert read(f"{untidy}<article><h1>A</h1>{words}</article>").verdict == "article"
    assert read(f"<div title='{'a b ' * 2_000}'><article><h1>A</h1>{words}</article></div>").verdict == "article"


def test_size_and_count_are_bounded() -> None:
    assert len(read("<p>word " * 50_000).content.blocks) <= 4_000
    many = read("".join(f"<p>{n} {'x' * 50_000}</p>" for n in range(40)))
    assert sum(len(text) for text in texts(many)) <= 2**20
    assert read_page(b"<p>x" * 3 * 2**20, URL, {}, "").verdict == "empty"


# --- recorded pages --------------------------------------------------------------------------------------------------


def test_real_pages_read_alike_twice_and_in_place() -> None:
    folder = CORPORA / "articles"
    if not folder.is_dir():
        pytest.skip(f"no {folder}: the real pages stand beside the project")
    for name in sorted(json.loads((folder / "ground-truth.json").read_text(encoding="utf-8")))[::12]:
        body = gzip.decompress((folder / "html" / f"{name}.html.gz").read_bytes())
        first = read_page(body, URL, {}, "")
        again = read_page(body, URL, {}, first.container)
        assert first.verdict == "article"
        assert again.content == first.content


def test_recorded_polls_find_what_changed_and_nothing_else() -> None:
    files = sorted((CORPORA / "revisions").glob("pages-*.jsonl.gz"))
    if not files:
        pytest.skip(f"no recorded polls in {CORPORA / 'revisions'}: they stand beside the project")
    documents: dict[str, list[dict[str, str]]] = {}
    for file in files:
        with gzip.open(file, "rt", encoding="utf-8") as lines:
            for line, _ in zip(lines, range(500), strict=False):
                poll = json.loads(line)
                documents.setdefault(poll["doc"], []).append(poll)
    asked, false, found, changes = 0, 0, 0, 0
    for polls in documents.values():
        for poll, made in zip(polls[1:], revised(*(poll["html"] for poll in polls)), strict=True):
            quiet = poll["label"] == "same"
            asked, false = asked + quiet, false + (quiet and made)
            changes, found = changes + (not quiet), found + (not quiet and made)
    assert found >= 0.99 * changes > 100
    assert false <= 0.005 * asked
