"""The Pennard Courier, an invented daily: it edits in silence, tries its headlines out, and withdraws without a word."""

from __future__ import annotations

from datetime import timedelta

from monitor.demo.story import Outlet, Story, first

COURIER = Outlet("courier", "The Pennard Courier", lang="en", section="news", feed="rss", validators="none")

_twenty = first(
    "French jets drop 20 bombs on Raqqah",
    "French warplanes dropped 20 bombs on the Syrian city of Raqqah on Sunday night in answer to the attacks that killed at"
    " least 129 people in Paris two days earlier.",
    "Ten Rafale and Mirage jets took part. They set out from Jordan and the United Arab Emirates.",
    "The defence ministry in Paris said that they destroyed a command centre, a recruitment centre, a munitions depot and a"
    " training camp of the Islamic State group.",
    "Raqqah, a city of some 200,000 people on the Euphrates, has been in the group's hands since early 2014. Journalists"
    " cannot work there freely, and little of what is said about the raid can be checked.",
    "“Every window on our street shook, then it was dark,” a shopkeeper said in a message passed on by relatives in Turkey."
    " “People slept in the stairwells.”",
    "France says that it acted in self-defence. The group has said that it carried out the Paris attacks and that more would"
    " follow.",
    says="runs the raid with the ministry's figure: 20 bombs",
    alerts={"raqqa": ("appeared",), "is-group": ("appeared",), "bomb-count": ("appeared",)},
)

_thirty = _twenty.then(
    "changes 20 bombs to 30, without a note",
    ("dropped 20 bombs on the Syrian city of Raqqah", "dropped at least 30 bombs on the Syrian city of Raqqah"),
    (
        "Ten Rafale and Mirage jets took part.",
        "Ten Rafale and Mirage jets took part. The count comes from activists in the city.",
    ),
    title="French jets drop at least 30 bombs on Raqqah",
    declared=False,
    alerts={"bomb-count": ("appeared", "disappeared")},
)

_station = first(
    "Power station outside Rakka destroyed in raid, resident says",
    "A power station that supplies most of Rakka was destroyed in the French raid on Sunday night, a resident of the Syrian"
    " city told the Courier by telephone.",
    "“The sky went orange, and then every lamp in the street went out,” said the man, who gave only the name Yusuf. He said"
    " that he had driven past the station an hour later and found it burning.",
    "The Courier could not confirm the account. French officials did not answer questions late on Sunday.",
    "The defence ministry in Paris has named a command centre, a recruitment centre, a munitions depot and a training camp as"
    " the targets. It has not mentioned a power station.",
    "Rakka has been held by ISIS since January 2014. Groups that keep contacts in the city spoke of power cuts in several"
    " districts during the night and gave no cause.",
    says="has an exclusive: a power station outside Rakka destroyed",
    alerts={"raqqa": ("appeared",), "is-group": ("appeared",)},
)

_station_gone = _station.withdrawn(
    "withdraws its exclusive; the page answers 404",
    alerts={"raqqa": ("withdrawn",), "is-group": ("withdrawn",)},
)

_versailles = first(
    "Hollande calls parliament to Versailles",
    "President François Hollande will address both houses of parliament at Versailles on Monday, three days after the attacks"
    " in Paris.",
    "Deputies and senators meet as one body, the Congress, in the south wing of the palace. They do so as a rule only to amend"
    " the constitution.",
    "Until 2008 no president could speak before them: a rule of 1873, made to keep an eloquent president out of the chamber,"
    " required him to send a letter. Nicolas Sarkozy was the first to make use of the change, in June 2009.",
    "A debate may follow the address, but the president must have left the room, and there is no vote.",
    "“It is the largest stage the republic has,” said Hélène Marchais, who teaches constitutional law and has written a history"
    " of the Congress. “One does not climb it to announce a detail.”",
    "Officials said that the state of emergency and the means of the police and the courts would be among his subjects.",
    says="announces the session at Versailles",
    alerts={"leaders": ("appeared",)},
)

_versailles_b = _versailles.then(
    "tries another headline on its Versailles story",
    title="A president at Versailles: what the rare joint sitting means",
    declared=False,
)

_versailles_a = _versailles_b.then("changes the headline back", title=_versailles.title, declared=False)

_vigil = first(
    "Four hundred stand in silence on the harbour steps",
    "Some four hundred people stood on the harbour steps of Pennard at noon to remember the dead of Paris.",
    "Shops on Quay Street closed for ten minutes and the ferry to the islands held its departure. Nobody had called the"
    " gathering; word had gone round on Saturday evening.",
    "“My sister lives near the canal, she is safe, she is at home,” said Annick Tovey, who came from Brittany thirty years ago"
    " and runs the bakery on the square. “I came because I could not sit still.”",
    "The harbour master, Owen Pascoe, read out the names of the cafés. Then the bell of St Brannock's rang once.",
    "A book of condolence lies open in the town hall until Friday. It will be sent to the French embassy in London.",
    says="covers a vigil at home; counters, clocks and related links turn on every request",
)

_vigil_redressed = _vigil.same_words("moves the vigil page to a new layout; not a word changes", dress=1, looks=3)

STORIES = (
    Story("bombs-dropped", COURIER, "Martin Hale", (_twenty, _thirty), age=timedelta(minutes=35)),
    Story("power-station-rakka", COURIER, "Courier staff", (_station, _station_gone), age=timedelta(minutes=12)),
    Story(
        "versailles",
        COURIER,
        "Joan Penhale",
        (_versailles, _versailles_b, _versailles_a),
        age=timedelta(minutes=55),
    ),
    Story("harbour-vigil", COURIER, "Martin Hale", (_vigil, _vigil_redressed), age=timedelta(hours=3)),
)
