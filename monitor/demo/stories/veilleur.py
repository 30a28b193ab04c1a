"""Le Veilleur de Valmorey, an invented French regional daily: other quotation marks, other spellings, a challenge page now and then."""

from __future__ import annotations

from datetime import timedelta

from monitor.demo.story import Outlet, Story, first

VEILLEUR = Outlet("veilleur", "Le Veilleur de Valmorey", lang="fr", section="actualite", feed="atom", validators="both")

_war = first(
    "Hollande dénonce « un acte de guerre »",
    "Le président de la République, François Hollande, a qualifié samedi d’« acte de guerre » les attentats qui ont fait au moins"
    " 129 morts vendredi soir à Paris.",
    "Le chef de l’État les a attribués à Daech, qu’il décrit comme une armée terroriste, et a décrété trois jours de deuil national.",
    "L’état d’urgence est en vigueur depuis minuit dans la nuit de vendredi à samedi. Les contrôles aux frontières sont rétablis.",
    "Dimanche soir, dix avions de chasse français ont bombardé un poste de commandement, un centre de recrutement, un dépôt de"
    " munitions et un camp d’entraînement en Syrie, selon le ministère de la Défense.",
    "« Le mot guerre a un sens politique avant d’avoir un sens juridique », observe Delphine Courtois, historienne du droit à"
    " l’université de Valmorey. « En droit, il n’ouvre à lui seul aucun pouvoir nouveau. »",
    "Le Congrès se réunit lundi à Versailles.",
    says="publishes « un acte de guerre », in French and in French quotation marks",
    alerts={"act-of-war": ("appeared",), "leaders": ("appeared",), "is-group": ("appeared",)},
)

_war_valls = _war.adding(
    "adds Manuel Valls to its story",
    2,
    "Le Premier ministre, Manuel Valls, a parlé à son tour d’un acte de guerre, samedi soir à la télévision, et annoncé une riposte en"
    " France comme en Syrie.",
    alerts={"leaders": ("appeared",)},
)

_carrier = first(
    "Le porte-avions Charles-de-Gaulle appareille mercredi",
    "Le porte-avions Charles-de-Gaulle quittera Toulon mercredi, a indiqué la marine. Il emporte vingt-six avions de chasse.",
    "Son déploiement avait été annoncé avant les attentats de Paris. Avec lui, la France triplera les moyens aériens qu’elle engage"
    " contre Daech en Syrie et en Irak.",
    "Douze appareils français étaient jusqu’ici stationnés dans la région, six en Jordanie et six aux Émirats arabes unis.",
    "Le groupe aéronaval compte aussi une frégate britannique et une frégate belge, un sous-marin nucléaire d’attaque et un pétrolier"
    " ravitailleur.",
    "À Toulon, les familles se sont donné rendez-vous sur la jetée. « On connaît la date, on ne connaît jamais le retour », dit la femme"
    " d’un mécanicien du bord.",
    says="announces that the carrier Charles de Gaulle sails on Wednesday",
    alerts={"is-group": ("appeared",)},
    looks=2,
)

_carrier_challenge = _carrier.challenged(
    "puts a challenge page (“Just a moment...”) in front of its carrier story", looks=3
)

_carrier_back = _carrier.then("lifts the challenge; the story stands as it was", declared=False, looks=2)

_carrier_thursday = _carrier_back.then(
    "changes its mind: the carrier sails on Thursday",
    ("quittera Toulon mercredi, a indiqué la marine", "quittera Toulon jeudi, a indiqué la marine"),
    title="Le porte-avions Charles-de-Gaulle appareille jeudi",
)

_gathering = first(
    "Deux mille personnes place de la Halle à Valmorey",
    "Environ deux mille personnes se sont rassemblées dimanche après-midi place de la Halle, à Valmorey, en hommage aux victimes des"
    " attentats de Paris.",
    "Des bougies ont été posées au pied de la fontaine. La chorale du lycée a chanté, sans micro, et la foule s’est dispersée vers 18 heures.",
    "« Bombarder Rakka ne nous rendra personne », a déclaré une adjointe au maire, Mireille Aubrac, en quittant la place. « Je le dis ce"
    " soir parce que demain on ne pourra plus l’entendre. »",
    "Le maire a appelé au calme et remercié les habitants. Les établissements scolaires ouvriront lundi, avec un filtrage à l’entrée.",
    "Un cahier de condoléances est ouvert à l’hôtel de ville. Il sera remis aux familles par la mairie du onzième arrondissement.",
    "Une minute de silence sera observée lundi à midi dans toute la ville, comme dans le reste du pays.",
    says="covers a gathering at home, with a quotation that will not last",
    alerts={"raqqa": ("appeared",)},
)

_gathering_cut = _gathering.then(
    "takes the quotation out, without a note",
    (_gathering.paragraphs[2], ""),
    declared=False,
    alerts={"raqqa": ("disappeared",)},
)

STORIES = (
    Story("acte-de-guerre", VEILLEUR, "Lucien Ferrand", (_war, _war_valls), age=timedelta(minutes=50)),
    Story(
        "charles-de-gaulle",
        VEILLEUR,
        "La rédaction",
        (_carrier, _carrier_challenge, _carrier_back, _carrier_thursday),
        age=timedelta(hours=2),
    ),
    Story("rassemblement-valmorey", VEILLEUR, "Odile Brac", (_gathering, _gathering_cut), age=timedelta(minutes=90)),
)
