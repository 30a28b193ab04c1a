"""Orlanne Public Radio, an invented broadcaster: bare pages without metadata, and an ETag that is never the same twice."""

from __future__ import annotations

from datetime import timedelta

from monitor.demo.story import Outlet, Story, first

ORLANNE = Outlet("orlanne", "Orlanne Public Radio", lang="en", section="bulletins", feed="rss", validators="restless")

_mourning = first(
    "Paris keeps its doors shut on first day of mourning",
    "Museums, theatres and the Eiffel Tower stayed closed in Paris on Sunday, the first of three days of national mourning.",
    "President François Hollande called the killings “an act of war” on Saturday, a few hours after he had declared a state of"
    " emergency.",
    "Hundreds of people laid flowers and candles on the Place de la République although gatherings are forbidden in the"
    " capital until Thursday. Towards evening a false alarm sent the crowd running.",
    "At Notre-Dame the great bells rang for a quarter of an hour before a service for the dead.",
    "“You hear your own steps,” said Karim Benali, who sells newspapers near the Bastille. “On a Sunday, here, you never hear your"
    " own steps.”",
    "Schools and museums are to open again on Monday.",
    says="reports from a silent Paris, and quotes “an act of war”",
    alerts={"act-of-war": ("appeared",), "leaders": ("appeared",)},
)

_mourning_edited = _mourning.then(
    "edits “an act of war” out of its report",
    ("called the killings “an act of war” on Saturday", "spoke to the country on Saturday"),
    declared=False,
    alerts={"act-of-war": ("disappeared",)},
)

_known = first(
    "What we know about the French strikes in Syria",
    "France bombed targets in and around Raqqa on Sunday evening. This is what is known so far, and who says it.",
    "The defence ministry says that 12 aircraft took part, ten of them fighters, and that they dropped 20 bombs.",
    "The ministry names two sites: one that ISIL used as a command post, with a recruitment centre and a munitions depot, and a"
    " training camp.",
    "The aircraft came from Jordan and the United Arab Emirates, and the United States helped to choose the targets.",
    "We do not know how many people were killed or wounded. No independent reporter has reached the sites.",
    says="opens a “what we know” page",
    alerts={"raqqa": ("appeared",), "is-group": ("appeared",), "bomb-count": ("appeared",)},
)

_known_more = _known.then(
    "updates “what we know” throughout: two counts, two sources",
    ("they dropped 20 bombs.", "they dropped 20 bombs. Activists in the city counted at least 30 bombs."),
    (
        "We do not know how many people were killed or wounded.",
        "Activists say that they have heard of no civilian deaths. We do not know how many fighters were killed.",
    ),
    alerts={"bomb-count": ("appeared",)},
)

_known_most = _known_more.adding(
    "updates it again: the air base, the intelligence, the carrier",
    4,
    "Washington and Paris have agreed to exchange intelligence on targets more freely, American officials say.",
    "The aircraft carrier Charles de Gaulle leaves Toulon this week and will bring 26 more fighters to the region.",
)

_september = first(
    "France carries out its first air strikes in Syria",
    "France has bombed a training camp of the Islamic State group in eastern Syria, its first air strike in the country, President"
    " François Hollande said on Sunday in New York.",
    "Six aircraft, five of them Rafales, destroyed the camp near Deir al-Zour, he told reporters at the United Nations.",
    "France had confined itself to targets in Iraq for a year. The government announced this month that it would fly over Syria as"
    " well, first to gather intelligence and then to strike.",
    "Paris says that it acts in self-defence against fighters who prepare attacks on France from there.",
    "The strikes do not mean that France will help the Syrian government, officials said.",
    says="still lists an old story in its feed: backlog, never an alert",
)

STORIES = (
    Story(
        "what-we-know", ORLANNE, "Orlanne newsroom", (_known, _known_more, _known_most), after="france-strikes-raqqa"
    ),
    Story("paris-mourns", ORLANNE, "Ida Sorrel in Paris", (_mourning, _mourning_edited), age=timedelta(minutes=40)),
    Story("first-strikes-syria", ORLANNE, "Orlanne newsroom", (_september,), age=timedelta(days=49), backlog=True),
)
