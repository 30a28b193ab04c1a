"""What on a page is not the article: by element, by what the web at large calls its classes, by what a short text says.

No rule names a site, and a name is only a hint: `blocks` lets it give way where the named element holds much of the text,
for wrappers are called `has-sidebar`, too.
"""

from __future__ import annotations

import re

SILENT = frozenset(
    """
    script style noscript template svg math head title meta link base iframe object embed applet video audio canvas map
    nav aside button select option optgroup textarea input datalist dialog menu progress meter frameset frame
    """.split()  # noqa: SIM905 - a word list reads best as words
)
_ROLES = frozenset(
    """
    navigation complementary banner contentinfo search dialog alertdialog alert menu menubar toolbar tablist button
    """.split()  # noqa: SIM905 - as above
)
_TOKENS = frozenset(
    """
    ad ads adslot adunit advert advertisement advertising advertorial sponsored sponsor outbrain taboola dfp gpt promo promos
    share shares sharing sharebar sharebuttons sharethis addthis addtoany social socials
    related recommended recommendations recommendation recirc recirculation trending popular mostread readmore readnext
    newsletter newsletters signup subscribe subscription paywall regwall cookie cookies consent gdpr
    comments commentlist disqus respond breadcrumb breadcrumbs pagination pager navigation nav navbar menu sidebar
    toolbar tooltip popup modal overlay noprint donotprint skiplink printonly
    """.split()  # noqa: SIM905 - as above
)
_PHRASES = re.compile(
    r"(?:^|-)(?:read-(?:more|next|also)|more-(?:stories|news|on|from|like)|most-(?:read|popular|viewed)|see-also|also-read|you-may|"
    r"sign-up|skip-link|related-\w+|comment-(?:list|form|count|section)|"
    r"share-\w+|social-\w+|tag-?list|post-tags|entry-tags|article-tags|author-(?:bio|box|info)|about-(?:the-)?author|jp-relatedposts|"
    r"no-print|hidden-print|back-to-top|view-count|read(?:ing)?-time|hit-counter|tags-links|cat-links|mw-editsection)(?:-|$)"
)
_WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")
_UNSEEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)


def is_hidden(attributes: dict[str, str | None]) -> bool:
    """Whether nobody sees the element."""
    if "hidden" in attributes and (attributes["hidden"] or "").lower() != "until-found":
        return True
    return attributes.get("aria-hidden") == "true" or _UNSEEN.search(attributes.get("style") or "") is not None


_SPOKEN = re.compile(
    r"(?:^|[\s_-])(?:sr-only|visually-?hidden|screen-?reader(?:-text)?|a11y-hidden|assistive-text)(?:$|[\s_-])",
    re.IGNORECASE,
)


def is_spoken_only(attributes: dict[str, str | None]) -> bool:
    """Whether the element is for screen readers alone; within a line that is a remark such as "opens in a new window"."""
    return _SPOKEN.search(attributes.get("class") or "") is not None


def is_named_so(attributes: dict[str, str | None]) -> bool:
    """Whether role, class or id call the element furniture."""
    if (attributes.get("role") or "") in _ROLES:
        return True
    named = f"{attributes.get('class') or ''} {attributes.get('id') or ''}"
    return bool(named.strip()) and _names_furniture(named)


_CAPTIONS = frozenset(
    {"caption", "captions", "figcaption", "credit", "credits", "photocredit", "gallery", "slideshow", "carousel"}
)
_captions: dict[str, bool] = {}


def is_named_caption(attributes: dict[str, str | None]) -> bool:
    """Whether its class calls an element the caption or credit of a picture, or a row of pictures."""
    named = attributes.get("class") or ""
    known = _captions.get(named)
    if known is None:
        if len(_captions) > 20_000:
            _captions.clear()
        known = _captions[named] = not _CAPTIONS.isdisjoint(word.lower() for word in _WORDS.findall(named)[:24])
    return known


_judged: dict[str, bool] = {}


def _names_furniture(named: str) -> bool:
    known = _judged.get(named)
    if known is None:
        if len(_judged) > 20_000:
            _judged.clear()
        known = _judged[named] = any(_is_furniture_name(name) for name in named.split())
    return known


def _is_furniture_name(name: str) -> bool:
    words = [word.lower() for word in _WORDS.findall(name)][:12]
    return not _TOKENS.isdisjoint(words) or _PHRASES.search("-".join(words)) is not None


# --- short texts -----------------------------------------------------------------------------------------------------

_UNIT = (
    r"(?:seconds?|secs?|minutes?|mins?|hours?|hrs?|days?|weeks?|months?|years?|[smhdwy]|"
    r"sekunden?|minuten?|stunden?|std|tag(?:en?)?|wochen?|monat(?:en?)?|jahr(?:en?)?|secondes?|heures?|jours?|semaines?|mois|an(?:s|née|nées)?|"
    r"segundos?|minutos?|horas?|d[ií]as?|semanas?|mes(?:es)?|m[eê]s|a[nñ]os?|anos?|secondi|minuti|or[ae]|giorn[oi]|settiman[ae]|mesi|ann[oi]|"
    r"seconden|uur|uren|dagen|weken|maanden|jaar|сек\w*|мин\w*|час\w*|дн\w*|день|недел\w*|месяц\w*|год\w*|лет|хв\w*|годин\w*|"
    r"秒|分(?:钟|鐘)?|小时|小時|時間|天|日|周|週間?|个月|ヶ?月|年|초|분|시간|일|주|개월|달|년|dakika|saat|gün|hafta|ay|yıl|minut\w*|timmar|timer|godzin\w*)"
)
_AGO = rf"(?:\d+|an?|one|une?|eine[rmn]?|un[oa]?|um[a]?)\s*{_UNIT}(?:\s*(?:,|and|und|et|y|e)?\s*\d+\s*{_UNIT})?"
_RELATIVE = (
    rf"(?:{_AGO}\.?\s*(?:ago|fa|atr[aá]s|geleden|назад|тому|temu|sedan|siden|sitten|önce|前|以前|전|old)|"
    rf"(?:vor|il\s+y\s+a|hace|há|för|for|pred|před|acum|منذ|قبل)\s+{_AGO}(?:\s+(?:sedan|siden))?|just\s+now|moments?\s+ago|gerade\s+eben|à\s+l'instant)"
)
_COUNTED = (
    r"(?:shares?|views?|comments?|likes?|reads?|replies|reactions?|retweets?|followers?|votes?|claps?|responses?|recommends?|visits?|hits|"
    r"aufrufe|kommentare?|mal\s+geteilt|gefällt|vues?|commentaires?|partages?|réactions?|lectures?|comentarios?|compartid[oa]s?|visitas?|vistas?|"
    r"visualizações|comentários?|compartilhamentos?|commenti|commento|condivisioni|visualizzazioni|reacties?|weergaven|"
    r"комментари\w*|просмотр\w*|коментар\w*|перегляд\w*|komentarz\w*|wyświetle\w*|kommentarer?|visningar|yorum|görüntülenme|"
    r"阅读|閱讀|评论|評論|浏览|分享|次|コメント|シェア|댓글|조회|تعليق\w*|مشاهد\w*)"
)
_COUNT = r"[\d][\d.,'\s]*\s*(?:[kKmM]|mil|tys\.?|тыс\.?|万|千|Tsd\.?)?\+?"
_SHARE_WORDS = (
    r"(?:shares?|share(?:\s+(?:this|on|via|with)(?:\s+\w+){0,3})?|tweet|e-?mail|print|save|copy\s+link|like|follow(?:\s+us)?|comments?|leave\s+a\s+comment|views?|reply|"
    r"teilen|drucken|merken|kommentieren|partager|imprimer|commenter|compartir|imprimir|comentar|guardar|compartilhar|condividi|stampa|delen|"
    r"поделиться|печать|udostępnij|dela|del|paylaş|分享|シェア|공유|facebook|twitter|x|linkedin|whatsapp|telegram|reddit|pinterest|pocket|flipboard|messenger|bluesky|threads|mastodon|instagram)"
)
_READING = rf"(?:\d+\s*[-–]?\s*{_UNIT}\s*(?:read|lesezeit|de\s+lecture|de\s+lectura|de\s+leitura|di\s+lettura|leestijd|чтения|okuma)|(?:reading|read)\s+time:?\s*\d+\s*{_UNIT}|lesezeit:?\s*\d+\s*{_UNIT})"
_PIECE = rf"(?:{_RELATIVE}|{_COUNT}\s*{_COUNTED}|{_COUNTED}\s*[:(]?\s*{_COUNT}\)?|{_SHARE_WORDS}\s*[:(·•|]?\s*(?:{_COUNT})?\)?|{_READING}|(?:last\s+)?(?:updated|published|posted|modified|edited|aktualisiert|mis\s+à\s+jour|publié|actualizado|publicado|atualizado|aggiornato|обновлено|опубликовано)\s*:?\s*{_RELATIVE})"
_SEPARATORS = re.compile(r"[\s·•|,;/–—\-\u2022]*")
_COUNTER = re.compile(rf"{_PIECE}(?!\w)", re.IGNORECASE)
_STAMPED = (
    r"(?:(?:last|first|originally)\s+)?(?:up-?dated|published|posted|modified|edited|created|reviewed|aktualisiert|veröffentlicht|erstellt|stand:|"
    r"mis\s+à\s+jour|modifié|publiée?|actualizado|publicado|atualizado|aggiornato|pubblicato|bijgewerkt|gepubliceerd|"
    r"обновлено|опубликовано|оновлено|опубліковано|opublikowano|aktualizacja|uppdaterad|publicerad|oppdatert|publisert|opdateret|päivitetty|güncelleme|发布|更新|公開)"
)
_DATE_WORD = (
    r"(?:\d[\d:.,/\-hHT]*(?:st|nd|rd|th|Z)?|[ap]\.?m\.?|uhr|h|[A-Z]{2,4}T|GMT|UTC|on|at|as\s+of|am|um|le|à|de|del|el|em|às|a\s+las|il|alle|ore|op|om|в|of|the|年|月|日|"
    r"(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\.?|[^\W\d_]{3,12}\.?)"
)
_STAMP_BEGINS = re.compile(rf"{_STAMPED}(?!\w)\s*:?", re.IGNORECASE)
_STAMP_GOES_ON = re.compile(rf"{_DATE_WORD}(?!\w)", re.IGNORECASE)
_MOST_PIECES = 12
_AD = re.compile(
    r"(?:advertise?ments?|sponsored(?:\s+content)?|ad|anzeige|werbung|publicité|publicidad|publicidade|pubblicità|advertentie|реклама|reklama?|mainos|annons|annonse|广告|廣告|広告|광고|إعلان)"
    r"(?:\s*[-–:·]\s*(?:continue|story\s+continues|scroll|article\s+continues).{0,60})?\.?|(?:story|article)\s+continues\s+(?:below|after)(?:\s+(?:this\s+)?ad\w*)?\.?|continue\s+reading(?:\s+below)?\.?|skip\s+(?:to|past)\s.{0,60}",
    re.IGNORECASE,
)
_LETTER_OFFER = re.compile(
    r"(?:sign\s?up|subscribe|register|get\s+(?:the|our)|join|abonnieren|melden\s+sie|abonnez-vous|inscrivez-vous|suscr[ií]b\w*|inscreva|iscriviti|schrijf|подпи\w+|zapisz).{0,120}"
    r"(?:news\s?letters?|inbox|e-?mail\s+(?:alerts?|updates?|list)|morning\s+briefing|boletín|рассылк\w+|newslettera?).{0,120}",
    re.IGNORECASE | re.DOTALL,
)
_CONSENT = re.compile(
    r"(?:we (?:and our (?:\d+ )?partners|value your privacy|use cookies|care about your privacy)|this (?:web)?site uses cookies|by (?:using|continuing)[^.]{0,60}cookies|"
    r"wir (?:und unsere (?:\d+ )?partner|verwenden cookies|nutzen cookies)|nous (?:et nos (?:\d+ )?partenaires|utilisons des cookies)|(?:nosotros y nuestros (?:\d+ )?socios|utilizamos cookies|usamos cookies)|"
    r"noi e i nostri (?:\d+ )?partner|utilizziamo i cookie|wij en onze (?:\d+ )?partners|wij gebruiken cookies|мы используем (?:файлы )?cookie).{0,600}",
    re.IGNORECASE | re.DOTALL,
)
_LEADS_AWAY = re.compile(
    r"(?:read(?:\s+more|\s+next|\s+also|\s+the\s+full\s+story)?|see\s+also|also\s+read|must\s+read|related(?:\s+(?:stories|articles?|posts?|news|content|links?|topics?|coverage|reading))?|"
    r"more(?:\s+(?:stories|news|on\s+this(?:\s+story)?|from\s+.{1,30}|like\s+this|to\s+read|coverage))?|recommended(?:\s+(?:for\s+you|stories|articles|reading))?|you\s+(?:may|might)\s+(?:also\s+)?(?:like|be\s+interested(?:\s+in)?).{0,12}|"
    r"most\s+(?:read|popular|viewed|shared|commented)|trending(?:\s+(?:now|stories|topics))?|popular(?:\s+(?:now|stories|posts|articles))?|latest(?:\s+(?:news|stories|posts|articles|headlines))?|top\s+stories|editor[’']?s[’']?\s+picks?|don[’']t\s+miss|what\s+to\s+read\s+next|up\s+next|"
    r"lesen\s+sie\s+auch|lesen\s+sie\s+mehr|mehr\s+zum\s+thema|auch\s+interessant|meistgelesen|das\s+könnte\s+sie\s+auch\s+interessieren|"
    r"(?:à\s+)?lire\s+(?:aussi|également|la\s+suite)|voir\s+aussi|sur\s+le\s+même\s+sujet|les\s+plus\s+lus|"
    r"lea\s+también|lee\s+también|ver\s+también|te\s+puede\s+interesar|también\s+te\s+puede\s+interesar|m[aá]s\s+le[ií]d[oa]s|lo\s+m[aá]s\s+(?:le[ií]do|visto)|noticias\s+relacionadas|m[aá]s\s+noticias|"
    r"leia\s+(?:também|mais)|veja\s+(?:também|mais)|saiba\s+mais|mais\s+lidas|not[ií]cias\s+relacionadas|leggi\s+anche|potrebbe\s+interessarti|i\s+più\s+letti|"
    r"lees\s+(?:ook|meer|verder)|meest\s+gelezen|читайте\s+также|читать\s+(?:также|далее)|по\s+теме|читайте\s+також|czytaj\s+(?:też|także|również|więcej)|zobacz\s+(?:też|także|również)|najczęściej\s+czytane|"
    r"läs\s+(?:också|mer|även)|les\s+(?:også|mer)|læs\s+(?:også|mere)|lue\s+(?:myös|lisää)|mest\s+lest|mest\s+læste|ayrıca\s+okuyun|ilgili\s+haberler|přečtěte\s+si\s+také|čtěte\s+také|"
    r"関連記事|あわせて読みたい|人気記事|相关(?:阅读|新闻|文章)|延伸(?:阅读|閱讀)|相關(?:新聞|閱讀|文章)|热门(?:文章|新闻)|관련\s?기사|많이\s+본\s+뉴스|اقرأ\s+أيضا?ً?|इसे\s+भी\s+पढ़ें|यह\s+भी\s+पढ़ें)",
    re.IGNORECASE,
)


def is_counter_or_stamp(text: str) -> bool:
    """Whether a short text says nothing but how long ago, how often shared, or when last touched."""
    if len(text) > 160:
        return False
    if _is_made_of(_COUNTER, text, 0):
        return True
    start = _STAMP_BEGINS.match(text, _SEPARATORS.match(text).end())  # type: ignore[union-attr]  # matches anywhere
    return start is not None and any(map(str.isdigit, text)) and _is_made_of(_STAMP_GOES_ON, text, start.end())


def _is_made_of(piece: re.Pattern[str], text: str, start: int) -> bool:
    """Whether the text from `start` on is such pieces with separators between: each is taken once, so that no text takes long."""
    for _ in range(_MOST_PIECES):
        found = piece.match(text, _SEPARATORS.match(text, start).end())  # type: ignore[union-attr]  # matches anywhere
        if found is None:
            return False
        start = _SEPARATORS.match(text, found.end()).end()  # type: ignore[union-attr]  # matches anywhere
        if start == len(text):
            return True
    return False


def is_stamp_around(text: str) -> bool:
    """Whether what stands around a `<time>` in its block (its own text left out) is no more than a stamp's trimmings."""
    return len(text.split()) <= 3 and len(text) <= 30


def is_offer(text: str) -> bool:
    """Whether a short text is an advertisement's label, offers a newsletter or asks for consent."""
    return len(text) <= 600 and any(rule.fullmatch(text) for rule in (_AD, _LETTER_OFFER, _CONSENT))


def leads_away(text: str, linked: int) -> bool:
    """Whether a text is a pointer to other articles (`linked` of its characters stand in links)."""
    found = _LEADS_AWAY.match(text)
    if found is None:
        return False
    rest = len(text[found.end() :].strip(" :：|»›→…-–—>"))
    return rest == 0 or (text[found.end() :].lstrip()[:1] in ":：|»›→-–—>" and linked >= rest * 0.8)


def is_heading_of_links(text: str) -> bool:
    """Whether a heading stands over a list of other articles."""
    found = _LEADS_AWAY.match(text)
    return found is not None and not text[found.end() :].strip(" :：|»›→…-–—>")
