"""Where sources may be, and what they are called."""

import tomllib

from hypothesis import given
from hypothesis import strategies as st

from monitor.config.values import ID
from monitor.core.discovery import MOST_SITEMAPS, id_of, sitemaps_of, table, usual

SITE = "https://post.example/world/"


def test_a_robots_txt_names_sitemaps_those_of_news_first():
    robots = "User-agent: *\nDisallow: /x\nSitemap: /all.xml\n sitemap : https://cdn.example/news-1.xml # new\nSITEMAP:/all.xml\nSitemap:\n"
    assert sitemaps_of(robots, SITE) == ["https://cdn.example/news-1.xml", "https://post.example/all.xml"]
    assert len(sitemaps_of("\n".join(f"Sitemap: /{n}.xml" for n in range(99)), SITE)) == MOST_SITEMAPS


def test_usual_addresses_stand_at_the_root_of_the_host():
    assert usual(["/rss.xml"], SITE) == ["https://post.example/rss.xml"]


def test_an_id_is_made_of_the_title_else_of_the_host_and_never_twice():
    assert id_of("The Post – World’s News", SITE, ()) == "the-post-worlds-news"
    assert id_of("Вести", "https://www.vesti.example.ru/rss", ()) == "vesti-example"
    assert id_of("The Post", SITE, {"the-post", "the-post-2"}) == "the-post-3"
    assert (
        id_of("A title of very many words that nobody would type again", SITE, ()) == "a-title-of-very-many-words-that"
    )


@given(st.text(max_size=80), st.sets(st.sampled_from(["feed", "post", "post-2"])))
def test_any_title_makes_an_id_that_a_configuration_takes(title, taken):
    import re

    found = id_of(title, SITE, taken)
    assert re.fullmatch(ID, found)
    assert found not in taken


@given(
    st.text(st.characters(codec="ascii", exclude_categories=["Cc"])), st.none() | st.lists(st.just("/a*"), max_size=2)
)
def test_a_table_says_in_toml_what_it_was_told(url, links):
    said = tomllib.loads(table("post", url, links=links, every="5m"))["feeds"]["post"]
    assert said == {"url": url, "every": "5m"} | ({} if links is None else {"links": links or True})
