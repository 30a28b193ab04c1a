"""German, whose number words are written as one: siebenhundertdreiundzwanzig."""

from __future__ import annotations

from monitor.core.revision.lexicon.entry import Lexicon, numbered, phrases, words

_UNITS = (
    "null ein zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn siebzehn"
)
_TENS = "zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig"


def _compounds() -> dict[str, int]:
    """Every number word below one thousand."""
    units = numbered(0, f"{_UNITS} achtzehn neunzehn")
    tens = numbered(20, _TENS, 10)
    below = {**units, **tens}
    below |= {f"{u}und{t}": n + m for u, n in units.items() if 0 < n < 10 for t, m in tens.items()}
    hundreds = {f"{u}hundert": 100 * n for u, n in units.items() if 0 < n < 20} | {"hundert": 100}
    whole = {h + join + b: n + m for h, n in hundreds.items() for b, m in below.items() if m for join in ("", "und")}
    spelled = {**below, **hundreds, **whole, "eine": 1, "einen": 1, "einem": 1, "einer": 1, "eins": 1, "zwo": 2}
    return spelled | {word.replace("ß", "ss"): value for word, value in spelled.items() if "ß" in word}


_NUMBERS = _compounds()

DE = Lexicon(
    lang="de",
    numbers={
        **_NUMBERS,
        **{f"{word}tausend": value * 1000 for word, value in _NUMBERS.items()},
        "beiden": 2,
    },
    scales={"dutzend": 12, "tausend": 1000, "million": 10**6, "millionen": 10**6, "mio": 10**6, "mio.": 10**6, "milliarde": 10**9}
    | {"milliarden": 10**9, "mrd": 10**9, "mrd.": 10**9, "billionen": 10**12, "billion": 10**12},
    joins=words("und"),
    at_least=phrases("mindestens|wenigstens|mehr als|über|zumindest|nicht weniger als|ab"),
    at_most=phrases("höchstens|maximal|bis zu|weniger als|unter|nicht mehr als|allenfalls"),
    about=phrases("rund|etwa|ungefähr|circa|ca\\.?|knapp|fast|nahezu|gut|schätzungsweise|annähernd|gegen|an die"),
    at_least_after=phrases("oder mehr|mindestens"),
    at_most_after=phrases("oder weniger|höchstens"),
    about_after=phrases("ungefähr|in etwa"),
    between=phrases("bis|und"),
    percent=phrases("prozent|prozentpunkte?n?|v\\.h\\."),
    money={
        r"euros?|eur": "€", r"(?:us-)?dollars?": "$", r"pfund": "£", r"yen": "¥", r"yuan": "元", r"rubel": "₽",
        r"(?:schweizer )?franken|chf": "CHF", r"rupien": "₹", r"cent": "cent",
    },
    age_before=phrases("im alter von|alter von"),
    age_after=phrases(r"-?jährige[rnsm]?|jahre alt(?:er?)?|jahre alte[rnsm]?"),
    months=phrases("januar|jänner|jan\\.|februar|feb\\.|märz|april|apr\\.|mai|juni|juli|august|aug\\.|september|sept?\\.|oktober|okt\\.|november|nov\\.|dezember|dez\\."),
    times=phrases("uhr"),
    labels=phrases("artikel|paragraf|§|kapitel|resolution|flug|boeing|airbus|autobahn|seite|nr\\.?|nummer|phase|teil|gruppe|zimmer|folge|staffel|absatz|gleis|linie|platz|stufe|version|apollo|schritt"),
    ordinals=phrases(r"te[nrsm]?|\.(?=\s)"),
    adjectives=phrases("en|er|e"),
    functions=words(
        """
        der die das den dem des ein eine einen einem einer eines und oder aber in im an am auf aus bei beim mit nach von vom vor
        zu zum zur für über unter durch gegen ohne um bis seit während wie als dass ob wenn weil ist sind war waren wird werden
        wurde wurden hat haben hatte hatten sein nicht kein keine sich er sie es wir ihr ich man auch noch nur schon so dort hier
        darunter davon sowie pro je ums
        """
    ),
    says=phrases(
        r"""
        sagt|sagte[nst]?|sagten|erklärt|erklärten?|teilten?|mitteilten?|mitgeteilt|betont|betonten?|berichtet|berichteten?|meldet|meldeten?
        schreibt|schrieb|kündigt|kündigten?|warnt|warnten?|behauptet|behaupteten?|gesagt|meint|meinten?|fügt|fügte|ergänzte|antwortete|so
        bestätigte|bestätigt|dementierte|nennt|nannten?|bezeichnete[n]?|bezeichnet|sprach|spricht|zählten?|zählt|rief|erzählt|erzählten?|versicherten?|versprach|forderten?|räumte|hieß|kritisierten?|kritisiert|verurteilten?|lobten?|bezeichnen|nannte|äußerten?|schilderten?|mahnten?|verteidigten?|wiederholten?
        entgegneten?|erwiderten?|beteuerten?|konterten?|klagt|klagten?|beklagt|beklagten?|monierten?|resümierten?|unterstrich|unterstrichen|räumten|gestand|schimpften?|spottete|seufzte|bilanzierten?|appellierten?|bekräftigten?|postete|twitterte|rät|zeigte sich|zeigt sich|gab sich|gibt sich|raten|riet|rieten|stellte fest|resümiert|lobte?|freut sich|freute sich|jubelt|jubelte|fürchtet|fürchtete|hofft|hoffte|glaubt|glaubte|schildert|gab zu|stellte klar|wies zurück
        """
    ),
    states=words("ist sind war waren wird werde wurde wurden werden worden sei seien wäre"),
    by=phrases("laut|aus sicht|nach den worten|nach worten|nach auskunft|nach meinung|nach einschätzung|hieß es (?:aus|bei|von|seitens)|heißt es (?:aus|bei|von|in|im)|nach angaben|nach angabe|zufolge|gemäß|nach ansicht|den angaben|in den worten"),
    works=phrases(r"film|filme|films|buch|buches|roman|romans|song|songs|lied|liedes|album|albums|serie|sendung|stück|theaterstück|musical|oper|ausstellung|dokumentation|gedicht|operation|magazin|zeitung|zeitschrift|hit|single|titel|namens|genannt|bündnis|initiative|verein"),
    pronouns=words("er sie es wir man ich der die ihr"),
    linkers=words("und aber dass während wie als der die das den dem ein eine herr frau von des so hat haben ist auch doch da"),
    hedges=phrases(
        r"""
        angeblich|angebliche[nrsm]?|mutmaßlich|mutmaßliche[nrsm]?|offenbar|anscheinend|vermutlich|vermutete[nrsm]?|wohl|möglicherweise|womöglich|wahrscheinlich|vielleicht
        wahrscheinliche[nrsm]?|mögliche[nrsm]?|soll|sollen|unbestätigt|unbestätigte[nrsm]?|nicht bestätigt|noch nicht bestätigt|dürfte|dürften|könnte|könnten|scheinbar|scheint|scheinen|augenscheinlich
        verdächtigte[nrsm]?|gerüchte[n]?|gerüchteweise|dem vernehmen nach|es heißt|unklar ob|allem anschein nach|vorgebliche[nrsm]?|nach unbestätigten
        """
    ),
    corrected=phrases("korrektur(?:hinweis)?|berichtigung|richtigstellung|klarstellung|korrigiert|korrigierte fassung"),
    corrects=phrases(
        r"""
        (?:in )?(?:einer|der|eine|die) (?:frühere[nr]?|vorherige[nr]?|erste[nr]?|ursprüngliche[nr]?) (?:version|fassung)(?: dieses| des)?
        (?:wir haben|haben wir) (?:das|dies|den fehler|die angabe|die stelle)? ?(?:korrigiert|berichtigt)|wurde (?:korrigiert|berichtigt)|nicht wie (?:zunächst|zuerst|ursprünglich) (?:berichtet|gemeldet|geschrieben|angegeben)
        (?:zunächst|zuvor|ursprünglich|fälschlich(?:erweise)?|irrtümlich) (?:hieß es|stand|behauptet|geschrieben|berichtet)|wir bitten,? (?:den|diesen|die) (?:fehler|irrtum) zu entschuldigen|bitten um entschuldigung
        """
    ),
    remarks=phrases("version|fassung|korrigiert|berichtigt|gemeldet|berichtet|geschrieben|entschuld|aktualisiert|ergänzt|erweitert|hieß es|stand|behauptet|angegeben"),
    faults=phrases(r"fehler|falsch|korrigiert|irrtümlich|fälschlich(?:erweise)?|berichtigt|früheren (?:version|fassung)"),
    updated=phrases("update|updates|aktualisierung|aktualisiert|nachtrag|ergänzung|anmerkung der redaktion|anm\\. d\\. red\\.?|hinweis der redaktion"),
    updates=phrases("(?:dieser|der) (?:artikel|text|beitrag) (?:wurde|wird|ist) (?:aktualisiert|ergänzt|erweitert)|wir haben .{0,60} ergänzt|ergänzt um"),
    stamped=phrases("stand|(?:zuletzt )?aktualisiert(?: am| um)?|letzte (?:aktualisierung|änderung)|veröffentlicht(?: am| um)?|zuletzt geändert|update|erstellt"),
    negations=words("nicht kein keine keinen keinem keiner nie niemals ohne nichts niemand weder"),
)  # fmt: skip
