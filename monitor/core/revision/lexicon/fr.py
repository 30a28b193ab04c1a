"""French."""

from __future__ import annotations

from monitor.core.revision.lexicon.entry import Lexicon, numbered, phrases, words

FR = Lexicon(
    lang="fr",
    numbers={
        **numbered(0, "zéro un/une deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize"),
        **numbered(20, "vingt/vingts trente quarante cinquante soixante septante huitante/octante nonante", 10),
        "quinzaine": 15, "vingtaine": 20, "trentaine": 30, "quarantaine": 40,
        "cinquantaine": 50, "soixantaine": 60,
    },
    scales={"dizaine": 10, "dizaines": 10, "douzaine": 12, "douzaines": 12, "centaine": 100, "centaines": 100, "cent": 100, "cents": 100, "mille": 1000, "millier": 1000, "milliers": 1000, "million": 10**6, "millions": 10**6}
    | {"milliard": 10**9, "milliards": 10**9, "md": 10**9, "mds": 10**9, "m": 10**6},
    joins=words("et"),
    at_least=phrases("au moins|plus de|plus d['’]|au-delà de|pas moins de|au minimum|un minimum de"),
    at_most=phrases("au plus|jusqu['’]à|jusqu['’]|moins de|moins d['’]|tout au plus|pas plus de|au maximum|un maximum de"),
    about=phrases("environ|quelque|quelques|près de|près d['’]|presque|autour de|à peu près|une|approximativement|aux alentours de"),
    at_least_after=phrases("ou plus|au moins|au minimum"),
    at_most_after=phrases("ou moins|au plus|au maximum"),
    about_after=phrases("environ|à peu près"),
    between=phrases("à|et"),
    percent=phrases("pour ?cent|pour-cent|points? de pourcentage"),
    money={
        r"(?:de |d['’])?euros?|eur": "€", r"(?:de )?dollars?(?: américains)?": "$", r"(?:de )?livres?(?: sterling)?": "£",
        r"(?:de )?yens?": "¥", r"(?:de )?yuans?": "元", r"(?:de )?roubles?": "₽", r"(?:de )?francs?(?: suisses)?": "CHF",
    },
    age_before=phrases("âgée?s? de|âgée?s? d['’]|l['’]âge de|à l['’]âge de"),
    age_after=phrases("ans d['’]âge"),
    months=phrases(
        "janvier|janv\\.|février|févr\\.|mars|avril|mai|juin|juillet|juil\\.|août|septembre|sept\\.|octobre|oct\\.|novembre|nov\\.|décembre|déc\\."
    ),
    times=phrases("h|gmt|heures gmt"),
    hours=phrases("heures?(?! d[e'’])"),
    clock=phrases("à|vers|dès|jusqu['’]à|avant|après|de"),
    labels=phrases("article|chapitre|résolution|vol|boeing|airbus|autoroute|page|n[°o]\\.?|numéro|phase|partie|groupe|chambre|ligne|saison|épisode|loi|titre|niveau|étape|apollo"),
    ordinals=phrases("er|ère|re|e|ème|nde?|ᵉ"),
    adjectives=phrases("nouveaux|nouvelles|autres|grands|grandes|petits|petites|jeunes|premiers|premières|derniers|dernières|autre|longs|bons"),
    functions=words(
        """
        le la les l un une des du de d en et ou où à au aux dans sur sous par pour avec sans qui que qu dont ce cet cette ces se
        sa son ses leur leurs il elle ils elles on nous vous je tu ne n pas plus est sont était étaient a ont avait avaient été
        être fut furent sera seront soit entre chez vers depuis après avant pendant contre selon mais donc or ni car y lors dès
        ont morts tués blessés disparus
        """
    ),
    says=phrases(
        r"""
        (?:a|ont|avait|avaient)(?:-t-(?:il|elle|on))? (?:\w+ )?(?:dit|déclaré|affirmé|indiqué|annoncé|expliqué|assuré|précisé|ajouté|estimé|souligné|confié|raconté|lancé|répondu|prévenu|confirmé|démenti|écrit|rappelé|insisté|martelé|rapporté|promis|jugé|dénoncé|salué|fustigé|répété|critiqué|condamné|insisté|reproché|regretté|reconnu|conclu|tweeté|commenté|fait savoir)
        (?:dit|déclare|affirme|indique|annonce|explique|assure|précise|ajoute|estime|souligne|confie|raconte|lance|répond|prévient|confirme|dément|écrit|rappelle|insiste|martèle|rapporte|témoigne|regrette|poursuit|conclut|reconnaît|fait savoir)(?:-t-(?:il|elle|on)|-(?:il|elle|ils|elles))?
        (?:disait|expliquait|déclarait|affirmait|indiquait|assurait|racontait|déclara|répondit|lança|affirma|expliqua|ajouta)(?:-t-(?:il|elle|on)|-(?:il|elle))?
        (?:disent|affirment|indiquent|annoncent|estiment|expliquent|précisent|font état de)|(?:parle|parlent|parlait|parlant|(?:a|ont) parlé) d(?:es?|u|['’](?:une?)?)|(?:a|ont) évoqué|(?:a|ont) qualifié|qualifie|qualifié|évoque|évoqué|juge|dénonce|salue|fustige|répète|critique|condamne
        (?:a|ont|avait) (?:réagi|publié|posté|rétorqué|plaidé|soupiré|avoué|admis|déploré|ironisé|balayé|tonné|glissé|témoigné|réclamé|exigé|averti|tranché|lâché|décrit|relaté|renchéri|insisté|supplié|crié|demandé|abondé)|réagit|rétorque|plaide|soupire|avoue|admet|déplore|ironise|balaie|glisse|réclame|exige|avertit|tranche|résume|décrit|décrivent|décrivait|relate|relatent|dépeint|souffle|s['’]emporte|s['’]indigne|se félicite|se désole|s['’]est (?:dite?s?|déclarée?s?|montrée?s?)|se (?:dit|disent|dite|déclare)
        ajoutant|affirmant|expliquant|estimant|évoquant|dénonçant|qualifiant|assurant|précisant|soulignant|déplorant
        """
    ),
    states=words("est sont était étaient fut furent été être sera seront serait devient devenu devenue semble"),
    by=phrases("selon|d['’]après|pour|de source|aux yeux de|au dire de"),
    works=phrases(r"films?|livres?|romans?|chansons?|albums?|séries?|pièces?|émissions?|expositions?|documentaires?|opérations?|spectacles?|essais?|poèmes?|tubes?|titres?|journal|magazine|jeux?|surnommée?|intitulée?s?|baptisée?s?|collectif|association"),
    pronouns=words("il elle ils elles on nous je qui vous"),
    linkers=words("ainsi et mais que qu' comme alors tandis car si le la les l' un une m. mme mlle mr me dr ce c'est a ont avait"),
    hedges=phrases(
        r"""
        aurait|auraient|serait|seraient|présumée?s?|supposée?s?|prétendue?s?|prétendument|apparemment|vraisemblablement|probablement
        peut-être|sans doute|semble(?:nt|rait|raient)?|semblait|soupçonnée?s?|potentielle?s?|non confirmée?s?|à confirmer|possible|possibles|éventuelle?s?|éventuellement
        pourrait|pourraient|selon des informations non confirmées|reste à confirmer|n['’]a pas (?:encore )?été confirmée?|rumeurs?|paraît|dit-on|allégu?ée?s?
        """
    ),
    corrected=phrases("rectificatifs?|erratum|errata|corrections?|rectifications?|précisions?|mise au point|corrigé"),
    corrects=phrases(
        r"""
        (?:une|la) (?:version|mouture) (?:précédente|antérieure|initiale|première|originale)|(?:une|la) (?:précédente|première) version
        (?:cet|l['’]) ?article a été (?:corrigé|modifié|rectifié|amendé)|article (?:a été )?corrigé|contrairement à ce que nous (?:avons|avions)
        comme nous l['’](?:avons|avions) (?:écrit|indiqué|annoncé)|(?:avons|avions) (?:écrit|indiqué) par erreur|indiquait (?:à tort|par erreur)
        nous (?:prions|présentons) .{0,30}(?:excuses|excuser)|nos excuses
        """
    ),
    remarks=phrases("version|mouture|corrig|modifi|rectifi|amend|contrairement|l'avons|l’avons|avons |avions|erreur|à tort|excuses|mis à jour|actualis|ajout|complét"),
    faults=phrases(r"erreurs?|à tort|corrigée?s?|inexacte?s?|rectifiée?s?|version précédente"),
    updated=phrases("mise à jour|mises? à jour|actualisation|note de la rédaction|ndlr|actualisé|mis à jour"),
    updates=phrases(r"(?:cet|l['’]) ?article (?:a été|sera|est) (?:mis à jour|actualisé|complété)|mis à jour avec|actualisé avec|ajout (?:de|du|des)"),
    stamped=phrases(r"(?:dernière )?(?:mise à jour|modification)(?: le| à)?|mise? à jour(?: le| à)?|publiée?(?: le| à)?|modifiée?(?: le| à)?|actualisée?(?: le| à)?|posté le"),
    negations=words("ne n pas jamais aucun aucune ni sans rien personne"),
)  # fmt: skip
