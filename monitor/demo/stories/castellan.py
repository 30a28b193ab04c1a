"""Castellan Wire, an invented news agency: its stories are “updated throughout”, and its feed says so."""

from __future__ import annotations

from datetime import timedelta

from monitor.demo.story import Outlet, Story, first

CASTELLAN = Outlet("castellan", "Castellan Wire", lang="en", section="world", feed="atom", validators="etag")

_flash = first(
    "French jets bomb Islamic State stronghold of Raqqa",
    "French fighter jets bombed Raqqa, the Syrian city that Islamic State calls its capital, on Sunday night, the defence"
    " ministry in Paris said.",
    "Ten fighters in a force of 12 aircraft dropped 20 bombs, the ministry said, two days after gunmen and suicide bombers"
    " killed at least 129 people in the French capital.",
    "A command centre, a recruitment centre and a munitions depot were hit first and a training camp after them, according"
    " to the statement.",
    "The aircraft took off from Jordan and the United Arab Emirates, and the raid was prepared together with United States"
    " forces.",
    "The ministry gave no figure for casualties. There was no word from the city itself.",
    says="breaks the news: French jets have bombed Raqqa",
    alerts={"raqqa": ("appeared",), "is-group": ("appeared",), "bomb-count": ("appeared",)},
)

_updated = _flash.then(
    "updates its lead throughout; Hollande's words are in it now",
    title="France strikes Raqqa in force two days after Paris attacks",
    paragraphs=(
        (
            "France sent ten fighter jets against Raqqa on Sunday night, its heaviest raid yet on Islamic State in Syria, two"
            " days after the attacks in Paris that President François Hollande has called “an act of war”."
        ),
        (
            "Rafale and Mirage jets, part of a force of 12 aircraft, dropped 20 bombs within half an hour of one another, the"
            " defence ministry said."
        ),
        (
            "The first target was used by Islamic State as a command post and also held a recruitment centre and a munitions"
            " depot, the ministry said. The second was a training camp."
        ),
        (
            "The jets flew from Jordan and the United Arab Emirates. The raid was coordinated with United States forces, and"
            " officials in Washington said that the two countries had agreed to share more of what they know about targets."
        ),
        (
            "France has bombed Islamic State in Iraq since September 2014 and began to strike it in Syria only this September."
            " It had used a handful of aircraft at a time there until Sunday."
        ),
        (
            "At least 129 people were killed in Friday's shootings and suicide bombings at a concert hall, a stadium, cafés and"
            " restaurants. More than 350 were wounded, nearly a hundred of them critically."
        ),
        (
            "“What has changed is the size of the formation, not the address list,” said Colin Ashdale, a former air force"
            " planner who follows the campaign for a London consultancy. “Those sites will have been known for months.”"
        ),
    ),
    alerts={"act-of-war": ("appeared",), "leaders": ("appeared",)},
)

_valls = _updated.adding(
    "adds Prime Minister Valls to its lead",
    1,
    "Prime Minister Manuel Valls, who also spoke of an “act of war” on television on Saturday, had said that France would"
    " strike back in Syria as well as at home.",
    alerts={"leaders": ("appeared",)},
)

_counted = _valls.then(
    "puts the activists' count beside the ministry's",
    (
        "The jets flew from Jordan",
        (
            "Activists in the city, who publish under the name Raqqa is Being Slaughtered Silently, counted at least 30 bombs and"
            " said that a stadium, a museum and two clinics were among the places hit. They had heard of no civilian deaths. The"
            " jets flew from Jordan"
        ),
    ),
    title="France strikes Raqqa in force; ministry and activists differ on number of bombs",
    alerts={"bomb-count": ("appeared",)},
)

_summit = first(
    "Paris attacks push economy aside at G20 summit in Antalya",
    "Leaders of the G20 countries put the world economy aside on Sunday and gave the first hours of their summit in Antalya"
    " to the attacks in Paris.",
    "They stood for a minute of silence in the Turkish resort before their first working session.",
    "The French president stayed at home. Foreign Minister Laurent Fabius and Finance Minister Michel Sapin took his seat.",
    "The summit is being held some 500 km (310 miles) from the Syrian border. Turkey, the host, had already put the war and"
    " the flight of refugees from it on the agenda.",
    "President Barack Obama said that the United States would redouble its efforts against Islamic State.",
    "“We came with forty pages on growth,” said one European delegate, who asked not to be named. “I do not think anybody has"
    " opened them.”",
    says="reports from the G20 summit in Antalya",
    alerts={"is-group": ("appeared",)},
)

_summit_edited = _summit.then(
    "edits “act of war” into its summit story and tells nobody",
    (
        "The French president stayed at home.",
        "President François Hollande, who on Saturday called the attacks an “act of war”, stayed at home.",
    ),
    declared=False,
    alerts={"act-of-war": ("appeared",), "leaders": ("appeared",)},
)

_searches = first(
    "Police search 168 homes across France under emergency powers",
    "French police searched 168 homes without warrants in the night to Monday, the first full night of raids under the state"
    " of emergency declared after the attacks in Paris.",
    "Twenty-three people were taken into custody and 31 weapons were seized, Interior Minister Bernard Cazeneuve said. A"
    " further 104 people have been placed under house arrest since Saturday.",
    "The raids reached from the suburbs of Paris to Lyon, Toulouse, Grenoble and Calais. In the Lyon area police found a rocket"
    " launcher among other arms.",
    "The state of emergency lets prefects order searches by day and night without asking a judge. It was first used during the"
    " Algerian war and last in 2005, when suburbs across the country rioted.",
    "The government wants parliament to extend it by three months.",
    says="reports the first night of searches",
)

STORIES = (
    Story("france-strikes-raqqa", CASTELLAN, "Castellan Paris bureau", (_flash, _updated, _valls, _counted)),
    Story("g20-antalya", CASTELLAN, "Ruth Imrie in Antalya", (_summit, _summit_edited), age=timedelta(minutes=70)),
    Story(
        "emergency-searches",
        CASTELLAN,
        "Castellan Paris bureau",
        (_searches,),
        age=timedelta(minutes=2),
        after="what-we-know",
    ),
)
