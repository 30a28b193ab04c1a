"""English."""

from __future__ import annotations

from monitor.core.revision.lexicon.entry import Lexicon, numbered, phrases, words

EN = Lexicon(
    lang="en",
    point=True,
    numbers={
        **numbered(0, "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen"),
        **numbered(16, "sixteen seventeen eighteen nineteen"),
        **numbered(20, "twenty thirty forty/fourty fifty sixty seventy eighty ninety", 10),
    },
    scales={"dozen": 12, "score": 20, "hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9, "trillion": 10**12}
    | {"m": 10**6, "mn": 10**6, "mln": 10**6, "bn": 10**9, "b": 10**9, "tn": 10**12, "k": 1000},
    joins=words("and"),
    at_least=phrases("at least|more than|over|above|no fewer than|no less than|not less than|upwards of|in excess of|minimum of"),
    at_most=phrases("at most|up to|no more than|not more than|fewer than|less than|under|below|as many as|as much as|maximum of"),
    about=phrases("about|around|roughly|approximately|some|nearly|almost|close to|an estimated|estimated|circa|just over|just under"),
    at_least_after=phrases("or more|or so more|at least|plus"),
    at_most_after=phrases("or fewer|or less|at most"),
    about_after=phrases("or so|approximately|roughly"),
    between=phrases("to|and"),
    percent=phrases("per ?cent|pct|percentage points?"),
    money={
        r"(?:us |u\.s\. )?dollars?|usd": "$", r"euros?|eur": "€", r"pounds?|sterling|gbp": "£", r"yen|jpy": "¥",
        r"yuan|renminbi|cny": "元", r"rou?bles?|rub": "₽", r"rupees?|inr": "₹", r"swiss francs?|chf": "CHF",
        r"cents?": "cent", r"pence": "p",
    },
    age_before=phrases("aged|age|age of|aged about"),
    age_after=phrases(r"[- ]?years?[- ]olds?|years? of age"),
    months=phrases(
        r"jan(?:uary|\.)?|feb(?:ruary|\.)?|mar(?:ch|\.)?|apr(?:il|\.)?|may|june?|july?|aug(?:ust|\.)?|sept?(?:ember|\.)?"
        r"|oct(?:ober|\.)?|nov(?:ember|\.)?|dec(?:ember|\.)?"
    ),
    times=phrases(r"[ap]\.? ?m\b\.?|o[’']clock|gmt|utc|bst|cet|est|edt|et|bc|ad|hrs"),
    labels=phrases(
        "article|articles|section|chapter|resolution|flight|boeing|airbus|highway|route|room|page|no\\.?|number|phase|part|group|"
        "unit|type|version|figure|table|step|question|day|week|round|season|episode|line|gate|terminal|channel|area|level|class|"
        "category|apollo|windows|iphone|ios|android|interstate|session|region|act|title|rule|bill|proposition|amendment"
    ),
    ordinals=phrases("st|nd|rd|th"),
    adjectives=phrases("al|ous|ive|ful|ish|ary|able|ible|less|ian|new|more|other|young|old|additional|armed|large|small|big"),
    functions=words(
        """
        a an the of in on at to for from by with as and or but nor that which who whom whose when while where if than then so
        is are was were be been being has have had do does did will would shall should can could may might must not no it its
        they them their he she his her we our you your i my this these those there here after before since until during over
        under into onto about against between through across per each every said says say told fell went lost fled took came
        left rose made died grew ran killed wounded injured dead missing ago later earlier away out off up down back already also
        """
    ),
    says=phrases(
        r"sa(?:id|ys|y|ying)|tells?|told|add(?:s|ed|ing)|claim(?:s|ed)|announc(?:es|ed)|declar(?:es|ed)|stat(?:es|ed)|report(?:s|ed)"
        r"|explain(?:s|ed)|warn(?:s|ed)|insist(?:s|ed)|argu(?:es|ed)|acknowledg(?:es|ed)|admit(?:s|ted)|not(?:es|ed)|ask(?:s|ed)"
        r"|repl(?:ies|ied)|respond(?:s|ed)|wr(?:ites|ote)|tweet(?:s|ed)|post(?:s|ed)|call(?:s|ed|ing)|describ(?:es|ed|ing)|dubbed"
        r"|confirm(?:s|ed)|den(?:ies|ied)|recall(?:s|ed|ing)|remember(?:s|ed|ing)|conced(?:es|ed|ing)|lament(?:s|ed|ing)|wonder(?:s|ed)|quipped|mused|summed up|retort(?:s|ed)|scoffed|sighed|cried|protest(?:s|ed)|reiterat(?:es|ed|ing)|f(?:ound|inds) that|speaks? of|spoke of|speaking of|conclud(?:es|ed)|promis(?:es|ed)|pledg(?:es|ed)|vow(?:s|ed)|count(?:s|ed)"
        r"|estimat(?:es|ed)|put|puts|shout(?:s|ed)|remark(?:s|ed)|testif(?:ies|ied)|suggest(?:s|ed)|joked|predict(?:s|ed)|urg(?:es|ed)"
        r"|denounc(?:es|ed)|condemn(?:s|ed)|hail(?:s|ed)|slam(?:s|med)|critici[sz](?:es|ed)|prais(?:es|ed)|dismiss(?:es|ed)|label(?:s|l?ed)|brand(?:s|ed)|recount(?:s|ed)|boast(?:s|ed)|complain(?:s|ed)|assert(?:s|ed)|emphasi[sz](?:es|ed)|caution(?:s|ed)|maintain(?:s|ed)|stress(?:es|ed)|continued|counter(?:s|ed)|agree(?:s|d)|observed|commented|accus(?:es|ed)|alleg(?:es|ed)|apologi[sz](?:es|ed)|liken(?:s|ed)|characteri[sz](?:es|ed)|mocked|lambasted|rebuked|bragg(?:ed|ing)|brags|gush(?:es|ed)|fum(?:es|ed)|laugh(?:s|ed)|grinned|exclaim(?:s|ed)|whisper(?:s|ed)|mutter(?:s|ed)|yell(?:s|ed)|scream(?:s|ed)|plead(?:s|ed)|begg?ed|reflect(?:s|ed)|enthus(?:es|ed)|proclaim(?:s|ed)|affirm(?:s|ed)|contend(?:s|ed)|reveal(?:s|ed)|hint(?:s|ed)|assur(?:es|ed)|advis(?:es|ed)|mention(?:s|ed)|clarif(?:ies|ied)|texted|emailed|chanted|opin(?:es|ed)|reasoned|ventured|deemed|rated|judged|concede|agree|complain|worry|predict|stress|emphasi[sz]e|maintain|suggest|contend|write|argue|insist|explain|deny|describe|admit|warn|believes?|believed|acknowledge|allege|recall|fear(?:s|ed) (?:that|it)"
    ),
    states=words("is are was were be been being am became become becomes remains remained seems seemed"),
    by=phrases("according to|in the words of|as reported by|as told by|a spokesman for|quoted"),
    works=phrases(r"films?|movies?|books?|novels?|songs?|singles?|albums?|tracks?|plays?|series|shows?|drama|musical|sitcom|documentary|memoirs?|autobiography|poems?|ballad|opera|paintings?|exhibition|podcast|game|magazine|newspaper|essay|episode|operation|codenamed|nicknamed|known as|entitled|titled|aka"),
    pronouns=words("he she they it we i who you him them us me"),
    linkers=words(
        "and but while as because that which when after before then if so also the a an mr mr. mrs mrs. ms ms. dr dr. sir "
        "has have had is was were later today yesterday"
    ),
    hedges=phrases(
        r"""
        reportedly|allegedly|alleged|purportedly|purported|apparently|apparent|supposedly|supposed|suspected|presumably|presumed
        possibly|perhaps|probably|likely|unlikely|unconfirmed|not (?:been )?(?:yet )?confirmed|yet to be confirmed|unverified
        could not be (?:independently )?(?:verified|confirmed)|(?:may|might|could) (?:well )?(?:have|be)|rumou?red|rumou?rs?
        (?:is|are|was|were) (?:widely )?(?:believed|thought|said|understood|feared|assumed) (?:to|that)
        (?:believed|thought|understood|feared|assumed) to (?:have|be)|appear(?:s|ed)? to|seem(?:s|ed)? to|appear(?:s|ed)? that
        it is (?:believed|thought|understood|unclear|possible)|unclear (?:whether|if)|claim(?:s|ed) (?:that|to)|seemingly|ostensibly
        might|potentially|potential|according to unconfirmed reports
        """
    ),
    corrected=phrases(r"corrections?|clarifications?|erratum|errata|retraction|corrections? (?:and|&) clarifications?|corrected"),
    corrects=phrases(
        r"""
        (?:an? |the )?(?:earlier|previous|original|initial|prior) versions? of (?:this|the) (?:article|story|post|report|page|piece|headline|caption|column|blog|dispatch|video|graphic)
        (?:this|the|our) (?:article|story|post|report|page|piece|headline|caption|column) (?:was|has been|have been) (?:corrected|amended|clarified|revised)
        (?:was|has been) (?:updated|edited|changed|revised|amended) to (?:correct|clarify|fix|reflect the correct)
        (?:an?|the) (?:earlier|previous|original) (?:headline|caption|photo caption|chart|map|graphic|summary)
        (?:it|this|that|which|has|have|has since|have since|since) (?:has |have )?(?:now |since )?been (?:corrected|amended)
        (?:an?|the) (?:earlier|previous|original) (?:article|story|report|headline) (?:misstated|incorrectly|wrongly|mistakenly|said|stated)
        (?:an?|the) (?:earlier|previous|original|initial) versions? (?:misstated|misidentified|misspelled|misattributed|incorrectly|wrongly|mistakenly|erroneously|inaccurately|said|stated|gave|named|reported|attributed|contained|omitted)
        (?:this|the|our|an earlier) (?:article|story|post|report|piece|headline|caption) (?:misstated|misidentified|misspelled|misattributed|incorrectly|wrongly|mistakenly|erroneously)
        we (?:regret|apologi[sz]e for) (?:the|this|any|our) (?:error|mistake|confusion)
        """
    ),
    remarks=phrases("version|misstated|misidentif|misspell|misattrib|incorrect|wrongly|mistaken|erroneous|correct|amend|clarif|updat|revis|regret|apolog|earlier|previous|original|adds |add "),
    faults=phrases(r"misstated|misidentified|misspell?ed|incorrect(?:ly)?|wrong(?:ly)?|erroneous(?:ly)?|mistaken(?:ly)?|mistakes?|errors?|corrected|corrects?|inaccura(?:te|tely|cy)|amended|earlier version"),
    updated=phrases(r"updates?|updated|(?:spring|summer|autumn|fall|winter)? ?\d{4} update|editor[’']?s?[’']? notes?|editors[’']? notes?"),
    updates=phrases(
        r"""
        (?:this|the|our) (?:article|story|post|report|page|piece|live blog) (?:was|has been|is being|will be) (?:last )?updated
        updated (?:throughout|with|to (?:add|include|reflect))|adds? (?:comment|details?|reaction|background|quotes?)
        """
    ),
    stamped=phrases(
        r"(?:last |first )?(?:updated|modified|published|posted|edited|reviewed)(?: on| at)?|updates?|last (?:update|modified|revised|edit)(?: on| at)?|as of"
    ),
    negations=words("not no never none neither nor without cannot can't won't didn't doesn't isn't wasn't aren't weren't don't"),
)  # fmt: skip
