"""Whether a page stands in for an article: a wall, a check for robots, a login, an error page sent as if all were well.

Scored by signs that do not need the status; a long text outweighs them, for articles are written about captchas too.
"""

from __future__ import annotations

import re

from selectolax.lexbor import LexborHTMLParser

_SHORT = 1_600  # letters: an article of less is short enough to be doubted
_TITLES = re.compile(
    r"just a moment|attention required|access (?:to this page (?:has been )?)?(?:is )?(?:denied|restricted)|are you (?:a )?(?:robot|human)|(?:verify|confirm) (?:that )?you(?:'re| are)|human verification|"
    r"security (?:check|verification)|captcha|pardon our interruption|please wait|one moment|checking your browser|request (?:blocked|unsuccessful|rejected)|robot check|bot (?:check|verification)|"
    r"before you continue|(?:log|sign) ?in\b|subscribe to (?:read|continue)|(?:403|forbidden)\b|unauthorized|too many requests|service (?:temporarily )?unavailable|bad gateway|gateway time-?out|"
    r"ddos protection|unusual traffic|you have been blocked|sorry, you have been|internal server error|under maintenance|zugriff verweigert|sicherheitsüberprüfung|acc[èe]s (?:refusé|interdit)|acceso denegado|"
    r"acesso negado|доступ (?:запрещ|огранич)|访问(?:被拒绝|受限)|安全验证|cookie ?(?:consent|wall)|privacy (?:settings|gate)|your privacy",
    re.IGNORECASE,
)
_WORDS = re.compile(
    r"(?:enable|turn on|activate) (?:javascript|cookies)|not a robot|are (?:you )?(?:a )?human|unusual (?:traffic|activity)|verify(?:ing)? (?:that )?you|complete the (?:security|captcha)|security service to protect|"
    r"checking (?:your browser|if the site connection)|ray id|incident id|reference (?:id|#)|you (?:have been|are) blocked|automated (?:access|requests|queries)|press (?:&|and) hold|access (?:is |to this \w+ )?(?:denied|blocked)|"
    r"don't have permission|do not have permission|we (?:and our (?:\d+ )?partners|value your privacy|use cookies)|accept (?:all|cookies)|(?:log|sign) in to (?:continue|read|your)|subscribe (?:now )?to (?:continue|read)|forgot (?:your )?password|"
    r"create (?:an|your) (?:free )?account|try again later|rate limit|javascript (?:is )?(?:disabled|required)|wir verwenden cookies|nous utilisons des cookies|bitte aktivieren sie|veuillez (?:activer|patienter)|请完成|人机验证",
    re.IGNORECASE,
)
_MACHINERY = re.compile(
    r"cf[-_]chl|challenge-platform|cf-browser-verification|px-captcha|perimeterx|_incapsula_resource|distil_r_captcha|captcha-delivery\.com|datadome|sucuri_cloudproxy|aws-?waf|awswafcookie|errors\.edgesuite\.net|"
    r"geo\.captcha|g-recaptcha|h-captcha|hcaptcha\.com|turnstile|ddos-guard|imperva|bm-verify|ak_bmsc|sec-if-cpt|kpsdk|funcaptcha",
    re.IGNORECASE,
)
_MISSING = re.compile(
    r"(?:^|\b)(?:error )?404\b|(?:page|article|story|site|content|url) (?:was |could |is |can(?:'t|not) )?(?:not |no longer |be )*(?:found|exist|available)|not found|no longer available|"
    r"seite (?:wurde )?nicht gefunden|nicht gefunden|page (?:introuvable|non trouvée)|p[áa]gina no (?:encontrada|existe)|p[áa]gina não (?:encontrada|existe)|pagina non trovata|pagina niet gevonden|"
    r"страница не найдена|сторінк\w+ не знайдено|nie znaleziono|sidan (?:kunde inte|hittades inte|finns inte)|siden (?:ble|blev|finnes) ikke|sayfa bulunamadı|页面不存在|找不到|ページが見つかりません|찾을 수 없",
    re.IGNORECASE,
)
_SOUGHT = re.compile(
    r"(?:page|article|story|content|document) (?:that )?you(?:'re|’re| are| were| have)? (?:looking for|requested|tried to)|die (?:gesuchte|angeforderte|von ihnen \w+) seite|"
    r"la page (?:que vous (?:cherchez|recherchez|avez demandée)|demandée|recherchée)|la página que (?:busca|está[s]? buscando|ha solicitado)|a página que (?:procura|você (?:procura|solicitou))|la pagina (?:che cerchi|richiesta)",
    re.IGNORECASE,
)
_BARE = 400  # characters: a page with no more has nothing but its message


def stands_in(tree: LexborHTMLParser, html: str, title: str, text: str, letters: int) -> tuple[str, str]:
    """(`block_page` or `not_found`, the signs) for a page that is no article; two empty strings for one that may be.

    `text` is what the whole page shows, `letters` how many letters of it pass for the article.
    """
    if letters > _SHORT or len(text) > 4 * _SHORT:
        return "", ""
    signs = dict(_signs(tree, html, title, text, letters))
    if "missing" in signs:
        return "not_found", signs["missing"]
    told = "; ".join(signs.values())
    return ("block_page", told) if len(signs) >= 2 else ("", "")


def _signs(tree: LexborHTMLParser, html: str, title: str, text: str, letters: int) -> list[tuple[str, str]]:
    signs = []
    if _MISSING.search(title):
        signs.append(("missing", f"the title says “{title[:80]}”"))
    elif len(text) <= 4 * _BARE and letters <= _BARE and (sought := _SOUGHT.search(text)):
        signs.append(("missing", f"the text says “{sought[0]}”"))
    if _TITLES.search(title):
        signs.append(("title", f"the title says “{title[:80]}”"))
    if words := _WORDS.search(text[:6_000]):
        signs.append(("words", f"the text says “{words[0][:80]}”"))
    if len(text) < _SHORT and (machinery := _MACHINERY.search(html[:200_000])):
        signs.append(("machinery", f"the page carries {machinery[0]}"))
    if len(text) < _SHORT and tree.css_first('input[type="password"]') is not None:
        signs.append(("password", "the page asks for a password"))
    return signs
