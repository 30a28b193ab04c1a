"""Whose address it is, as a stranger runs it: copies, moving slugs, restless guids, an address given to another text. Real HTTP, the real daemon."""

import asyncio
import itertools
import json

OPENING = "The harbour of Lisbon is closed to cruise ships until the dredging is finished in the spring of next year."
STORIES = {
    "story": ("The harbour closes", OPENING, "The port authority told the shipping lines on Monday, and offered them berths at Leixões instead."),
    "moved": ("A church is moved", "A village in the Alps moved its church by twelve metres in one night, on rails that a miner had lent it.", "The tower followed a week later, in three pieces, and the bells have rung again since Sunday."),
    "restless": ("Whales are counted", "Scientists counted whales from space: fewer than feared, more than last year, and most of them off the Azores.", "The count took nine weeks; the pictures come from two satellites that look for ships otherwise."),
    "taken": ("A champion resigns", "The chess champion resigned after seventeen moves on Friday and gave no reason for it to anybody at the board.", "His second said that he had slept badly, and the arbiter that no rule asks for a reason, and that there is none to be given."),
}  # fmt: skip
ANOTHER = ("Night buses run on time", "In Nairobi the night buses run on time, and nobody at the town hall knows how the drivers manage to do it.", "The operators speak of new radios, the drivers of new shoes, and the passengers of a small miracle that they hope will last.")  # fmt: skip
ITEM = "<item><guid isPermaLink='false'>{guid}</guid><link>{link}</link><title>{title}</title><pubDate>{date}</pubDate></item>"


def publish(site, path, title, *paragraphs, canonical="", published="2015-11-15T08:00:00Z"):
    page = site.article(path, title, *paragraphs)
    head = f'<meta property="article:published_time" content="{published}">'
    head += f'<link rel="canonical" href="{site.origin}{canonical}">' if canonical else ""
    site.answers[path] = site.answers[path].replace("</head>", f"{head}</head>")
    return page


def list_in_feed(site, *entries):
    items = "".join(ITEM.format(guid=guid, link=site.origin + path, title=title, date=date) for guid, path, title, date in entries)  # fmt: skip
    feed = f'<?xml version="1.0"?><rss version="2.0"><channel><title>The Post</title>{items}</channel></rss>'
    site.answers["/rss"] = feed
    return site.origin + "/rss"


async def articles(daemon):
    _, out, _ = await daemon.verb("articles", "list", "--json")
    return json.loads(out) if out.startswith("[") else []


async def asked_again(site, path, times=2):
    """Wait until the daemon has looked at a page so many times more."""
    until = site.asked.count(path) + times
    while site.asked.count(path) < until:
        await asyncio.sleep(0.05)


async def test_one_story_is_one_article_whatever_it_is_called_and_two_are_two(site, daemons):
    early, late = "Sun, 15 Nov 2015 08:00:00 GMT", "Mon, 16 Nov 2015 09:00:00 GMT"
    titles = {name: words[0] for name, words in STORIES.items()}
    for name, words in STORIES.items():
        publish(site, f"/{name}", *words, canonical=f"/{name}")
    publish(site, "/story/amp", *STORIES["story"], canonical="/story")
    publish(site, "/print/story", *STORIES["story"], canonical="/story")
    daemon = daemons(
        list_in_feed(
            site,
            ("s1", "/story?utm_source=rss&amp;utm_medium=feed", titles["story"], early),
            ("s2", "/story/amp", titles["story"], early),
            ("m1", "/moved", titles["moved"], early),
            ("r0", "/restless", titles["restless"], early),
            ("t1", "/taken", titles["taken"], early),
        ),
        notify=(),
    )
    await daemon.start()
    await asyncio.wait_for(asked_again(site, "/restless"), 30)
    publish(site, "/moved-and-corrected", *STORIES["moved"], canonical="/moved-and-corrected")
    publish(site, "/taken", *ANOTHER, canonical="/taken", published="2015-11-16T09:00:00Z")
    guids = (f"r{n}" for n in itertools.count(1))
    for _ in range(4):
        list_in_feed(
            site,
            ("s3", "/story?fbclid=7#top", titles["story"], early),
            ("s4", "/print/story", titles["story"], early),
            ("m1", "/moved-and-corrected", titles["moved"], early),
            (next(guids), "/restless", titles["restless"], early),
            ("t2", "/taken", ANOTHER[0], late),
        )
        await asyncio.wait_for(asked_again(site, "/rss", 1), 30)
    await asyncio.wait_for(asked_again(site, "/taken", 4), 30)
    found = await articles(daemon)
    assert await daemon.stop() == 0
    assert sorted((row["title"], row["state"], row["revision"]) for row in found) == [
        ("A champion resigns", "gone", 1),
        ("A church is moved", "live", 1),
        ("Night buses run on time", "live", 1),
        ("The harbour closes", "live", 1),
        ("Whales are counted", "live", 1),
    ]
    for spelling in ("/story?utm_campaign=x", "/story/amp"):
        status, out, error = await daemon.verb("history", site.origin + spelling, "--json")
        assert status == 0, (spelling, error)
        assert json.loads(out)["article"]["title"] == "The harbour closes"
