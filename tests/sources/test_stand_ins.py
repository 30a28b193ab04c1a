"""Pages that stand in for an article, as services really send them, cut to what tells them; and articles that look like them."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from monitor.ports import ParsedPage
from monitor.sources.page import read_page

CORPORA = Path(__file__).resolve().parents[2].parent / "shared/corpora"
URL = "https://www.post.example/world/2015/11/raqqa-strikes"
HTML = {"content-type": "text/html; charset=utf-8"}


def read(html: str, **headers: str) -> ParsedPage:
    return read_page(html.encode(), URL, HTML | {name.replace("_", "-"): value for name, value in headers.items()}, "")


def page(title: str, body: str, head: str = "") -> str:
    return f'<!doctype html><html><head><meta charset="utf-8"><title>{title}</title>{head}</head><body>{body}</body></html>'


def told(title: str, *texts: str, head: str = "", more: str = "") -> str:
    return page(title, f"<h1>{title}</h1>{''.join(f'<p>{text}</p>' for text in texts)}{more}", head)


# --- walls ---------------------------------------------------------------------------------------------------------------

BLOCKED = {
    "cloudflare, a title and scripts": page("Just a moment...", "<script>window._cf_chl_opt = {cType: 'managed'};</script>"),
    "cloudflare, a title alone": page("Just a moment...", ""),
    "cloudflare, without a script": page("Just a moment...", '<noscript><div id="challenge-error-text">Enable JavaScript and cookies to continue</div></noscript>'),
    "cloudflare, German": page("Einen Moment…", "<script>(function(){window._cf_chl_opt={}})();</script>"),
    "cloudflare, verifying": page("www.post.example", "<h1>www.post.example</h1><p>Verifying you are human. This may take a few seconds.</p><p>www.post.example needs to review the security of your connection before proceeding.</p><div>Ray ID: <code>7d2a</code></div><div>Performance &amp; security by Cloudflare</div>"),
    "cloudflare, blocked": page("Attention Required! | Cloudflare", '<div id="cf-wrapper"><div id="cf-error-details"><h1>Sorry, you have been blocked</h1><h2>You are unable to access post.example</h2><h2>Why have I been blocked?</h2><p>This website is using a security service to protect itself from online attacks. The action you just performed triggered the security solution. There are several actions that could trigger this block including submitting a certain word or phrase, a SQL command or malformed data.</p><h2>What can I do to resolve this?</h2><p>You can email the site owner to let them know you were blocked. Please include what you were doing when this page came up and the Cloudflare Ray ID found at the bottom of this page.</p></div></div>'),
    "cloudflare, rate": told("Access denied", "Error 1015", "You are being rate limited", "The owner of this website has banned you temporarily from accessing this website.", more="<p>Ray ID: 7d2a • 2015-11-15 21:00:00 UTC</p>"),
    "cloudflare 522": page("post.example | 522: Connection timed out", '<div id="cf-wrapper"><h1>Connection timed out <span>Error code 522</span></h1><div>Visit cloudflare.com for more information.</div><p>The initial connection between Cloudflare\'s network and the origin web server timed out. As a result, the web page can not be displayed.</p><p>Please try again in a few minutes.</p></div>'),
    "cloudflare 521": page("post.example | 521: Web server is down", "<h1>Web server is down Error code 521</h1><p>The web server is not returning a connection.</p><p>Please try again in a few minutes.</p>"),
    "cloudflare, by its header alone": page("The Post", "<p>One more step</p>"),
    "datadome": page("post.example", "<p id=\"cmsg\">Please enable JS and disable any ad blocker</p><script data-cfasync=\"false\">var dd={'rt':'c','cid':'A','host':'geo.captcha-delivery.com'}</script><script src=\"https://ct.captcha-delivery.com/c.js\"></script>"),
    "datadome, a frame": page("post.example", '<script src="https://ct.captcha-delivery.com/c.js"></script><iframe src="https://geo.captcha-delivery.com/captcha/?initialCid=x" title="DataDome CAPTCHA"></iframe>'),
    "perimeterx": page("Access to this page has been denied", "<script>window._pxAppId = 'PX1';</script><div><h1>Before we continue...</h1><p>Press &amp; Hold to confirm you are a human (and not a bot).</p><div id=\"px-captcha\"></div><p>Reference ID 8f1c</p></div>"),
    "perimeterx, older": told("Access to this page has been denied.", "Access to this page has been denied because we believe you are using automation tools to browse the website.", "Please make sure that Javascript and cookies are enabled on your browser and that you are not blocking them from loading."),
    "akamai": page("Access Denied", "<H1>Access Denied</H1> You don't have permission to access \"http://www.post.example/world\" on this server.<P>Reference #18.2b3c.1447. <P>https://errors.edgesuite.net/18.2b3c</P>"),
    "akamai, a puzzle": page("", '<div id="sec-if-cpt-container"></div><script src="/x/y?v=1"></script>'),
    "akamai, powered": page("Challenge Validation", '<div id="sec-if-cpt-container"><p>Powered and protected by Akamai</p></div>'),
    "imperva, a frame": page("", '<iframe id="main-iframe" src="/_Incapsula_Resource?CWUDNSAI=27&xinfo=1&incident_id=1-2">Request unsuccessful. Incapsula incident ID: 1-2</iframe>'),
    "imperva": told("Pardon Our Interruption", "As you were browsing something about your browser made us think you were a bot. There are a few reasons this might happen:", "You're a power user moving through this website with super-human speed.", "You've disabled cookies in your web browser.", "To regain access, please make sure that cookies and JavaScript are enabled before reloading the page."),
    "kasada": page("", '<script>window.KPSDK={};KPSDK.now=1</script><script src="/149e9513-01fa-4fb0-aad4-566afd725d1b/2d206a39-8ed7-437e-a3be-862e0f06eea3/ips.js"></script>'),
    "aws waf": page("", '<script>window.awsWafCookieDomainList = [];window.gokuProps = {"key":"A"};</script><script src="https://x.token.awswaf.com/x/challenge.js"></script><div id="challenge-container"></div><noscript><h1>JavaScript is disabled</h1>In order to continue, we need to verify that you\'re not a robot. This requires JavaScript. Enable JavaScript and then reload the page.</noscript>'),
    "aws waf, a puzzle": page("Human Verification", '<script src="https://x.captcha.awswaf.com/captcha.js"></script><div id="captcha-container"></div>'),
    "cloudfront": told("ERROR: The request could not be satisfied", "403 ERROR", "Request blocked. We can't connect to the server for this app or website at this time. There might be too much traffic or a configuration error. Try again later, or contact the app or website owner.", "Generated by cloudfront (CloudFront)"),
    "sucuri": told("Sucuri WebSite Firewall - Access Denied", "Access Denied - Sucuri Website Firewall", "If you are the site owner (or you manage this site), please whitelist your IP or if you think this block is an error please open a support ticket.", "Block ID: BNP005. Block reason: Your request was not authorized. Your IP: 127.0.0.1"),
    "ddos-guard": page("DDoS-Guard", '<h1>Checking your browser before accessing post.example</h1><p>Please wait a few seconds.</p><script src="/.well-known/ddos-guard/js-challenge/index.js"></script>'),
    "yandex": page("Вы не робот?", "<p>Подтвердите, что запросы отправляли вы, а не робот</p><p>Нам очень жаль, но запросы с вашего устройства похожи на автоматические.</p>"),
    "proof of work": page("Making sure you&#39;re not a bot!", '<script id="anubis_challenge" type="application/json">{}</script><h1>Making sure you\'re not a bot!</h1><p>Loading...</p><noscript>Sadly, you must enable JavaScript to get past this challenge.</noscript>'),
    "a cookie and again": page("", '<script src="/aes.js"></script><script>function toNumbers(d){}document.cookie="__test=1";location.href="/?i=1";</script><noscript>This site requires Javascript to work, please enable Javascript in your browser</noscript>'),
    "chinese": told("安全验证", "请完成以下验证后继续访问"),
    "google": told("Sorry...", "Our systems have detected unusual traffic from your computer network. This page checks to see if it's really you sending the requests, and not a robot.", head='<script src="https://www.google.com/recaptcha/api.js"></script>'),
    # consent
    "contentpass": page("Zustimmung | Post", '<div class="cmp"><h1>Weiter mit Werbung oder im PUR-Abo</h1><p>Besuchen Sie post.example wie gewohnt mit Werbung und Tracking. Details zu Werbe- und Analyse-Trackern sowie zum jederzeit möglichen Widerruf finden Sie in unserer Datenschutzerklärung.</p><button>Weiter mit Werbung</button><p>Nutzen Sie post.example mit contentpass ohne Werbetracking.</p><button>Jetzt contentpass abonnieren</button><p>Bereits contentpass-Abonnent? Hier anmelden</p></div><script src="https://cmp.post.example/sp.js"></script>'),
    "pur": page("Post", "<main><h2>Weiterlesen - mit Werbung oder im PUR-Abo</h2><p>Wir und unsere bis zu 192 Partner verarbeiten Ihre personenbezogenen Daten, z. B. Ihre IP-Nummer, um Informationen auf einem Gerät zu speichern und darauf zuzugreifen. Personalisierte Anzeigen und Inhalte, Messung von Werbeleistung. Ihre Einwilligung können Sie jederzeit widerrufen.</p><button>Akzeptieren und weiter</button><p>Bereits Abonnent? Hier anmelden.</p><p>Um der Nutzung mit Werbung zuzustimmen, muss JavaScript in Ihrem Browser aktiviert sein.</p></main>"),
    "french": page("Le Courrier", "<main><p>Continuer sans accepter</p><h2>Vous pouvez lire nos articles avec le soutien de la publicité</h2><p>Avec votre accord, nous et nos 143 partenaires utilisons des cookies pour stocker et/ou accéder à des informations sur votre terminal.</p><button>Accepter et continuer</button><button>S'abonner pour refuser</button></main>"),
    "spanish": page("El Correo", "<main><p>Nosotros y nuestros 834 socios almacenamos información en tu dispositivo. Puedes navegar gratis si aceptas todas las cookies.</p><button>Aceptar y continuar</button><button>Rechazar y suscribirse</button><p>Puedes cambiar tu consentimiento en cualquier momento.</p></main>"),
    "italian": page("Il Corriere", "<main><p>Noi e i nostri 750 partner utilizziamo i cookie per accedere a informazioni personali sul tuo dispositivo.</p><button>Accetta e continua</button><button>Rifiuta e abbonati</button><p>Il tuo consenso è libero e revocabile.</p></main>"),
    "google consent": told("Before you continue", "We use cookies and data to deliver and maintain services.", more="<button>Reject all</button><button>Accept all</button>"),
    # logins, ages, places
    "login": told("Log in | The Post", "Email address", more='<form><input name="u"><input type="password"><a>Forgot your password?</a></form>'),
    "login, German": page("Anmelden", '<h2>Anmelden</h2><form><label>E-Mail</label><input><label>Passwort</label><input type="password"></form><a>Passwort vergessen?</a>'),
    "login, Japanese": page("ログイン｜会員", '<form><label>メールアドレス</label><input><input type="password"></form><a>パスワードを忘れた方</a>'),
    "register": told("Register to continue reading | The Post", "Create a free account to read this story.", "Already have an account? Sign in to continue."),
    "legal reasons": told("451: Unavailable due to legal reasons", "We recognize you are attempting to access this website from a country belonging to the European Economic Area (EEA) including the EU which enforces the General Data Protection Regulation (GDPR) and therefore access cannot be granted at this time. For any issues, contact web@post.example or call 555-0100."),
    "european visitors": told("Our European visitors are important to us.", "This site is currently unavailable to visitors from the European Economic Area while we work to ensure your data is protected in accordance with applicable EU laws."),
    "region": told("This content is not available in your region", "We are sorry, this page is not available in your country."),
    "age": page("The Post", "<h2>Are you over 18?</h2><p>You must be at least 18 years old to enter this site.</p><button>Yes, I am over 18</button><button>No</button>"),
    # servers
    "nginx": page("502 Bad Gateway", "<center><h1>502 Bad Gateway</h1></center><hr><center>nginx/1.18.0</center>"),
    "openresty": page("504 Gateway Time-out", "<center><h1>504 Gateway Time-out</h1></center><hr><center>openresty</center>"),
    "varnish": page("503 Backend fetch failed", "<h1>Error 503 Backend fetch failed</h1><p>Backend fetch failed</p><h3>Guru Meditation:</h3><p>XID: 32770</p><hr><p>Varnish cache server</p>"),
    "service": told("Service Unavailable", "HTTP Error 503. The service is unavailable."),
    "apache": told("500 Internal Server Error", "The server encountered an internal error or misconfiguration and was unable to complete your request.", "Please contact the server administrator at root@localhost."),
    "shell": page("The Post", '<noscript>You need to enable JavaScript to run this app.</noscript><div id="root"></div><script src="/static/js/main.js"></script>'),
    "shell with the story's tags": page("Raqqa strikes | The Post", '<noscript>Please enable JavaScript to continue using this application.</noscript><div id="app"></div>', '<meta property="og:title" content="Raqqa strikes"><meta property="og:description" content="French jets struck.">'),
    "maintenance": told("We'll be right back", "The Post is undergoing scheduled maintenance. Please try again later."),
    "maintenance, German": told("Wartungsarbeiten", "Unsere Seite ist in Kürze wieder für Sie da."),
    "maintenance, Russian": told("Технические работы", "На сайте ведутся технические работы. Мы скоро вернемся."),
    "parked": page("post.example", '<h1>post.example</h1><p>Buy this domain</p><p>The domain post.example may be for sale by its owner!</p><h2>Related Searches</h2><script src="//img.sedoparking.com/js/x.js"></script>'),
    "for sale": told("post.example is for sale", "This domain is for sale! Inquire about this domain."),
    "suspended": told("Account Suspended", "This account has been suspended. Contact your hosting provider for more information."),
    "f5": page("Request Rejected","The requested URL was rejected. Please consult with your administrator.<br><br>Your support ID is: 123<br><a href='javascript:history.back();'>[Go Back]</a>"),
    "wordfence": told("Your access to this site has been limited by the site owner","Your access to this service has been limited. (HTTP response code 503)","If you think you have been blocked in error, contact the owner of this site for assistance."),
    "fastly": page("Client Challenge","<noscript>JavaScript is disabled in your browser. Please enable JavaScript to proceed.</noscript><div>A required part of this site couldn't load. This may be due to a browser extension, network issues, or browser settings.</div>"),
    "nginx, no site": page("Welcome to nginx!","<h1>Welcome to nginx!</h1><p>If you see this page, the nginx web server is successfully installed and working. Further configuration is required.</p>"),
    "no database": told("Database Error","Error establishing a database connection"),
    "401": page("401 Authorization Required","<center><h1>401 Authorization Required</h1></center><hr><center>nginx</center>"),
    "429": page("429 Too Many Requests","<h1>429 Too Many Requests</h1>"),
    "russian refusal": told("Доступ к ресурсу ограничен","Доступ к запрашиваемому ресурсу ограничен по решению органов государственной власти."),
    "chinese firewall": told("网站防火墙","您的请求带有不合法参数，已被网站管理员设置拦截！","可能原因：您提交的内容包含危险的攻击请求"),
    "pur, with a button": page("Z+ | ZEIT ONLINE","<h1>Bitte stimmen Sie zu</h1><p>Besuchen Sie zeit.de mit externen Inhalten, personalisierter Werbung, Werbetracking und Nutzungsanalyse.</p><button>Einverstanden</button><p>oder</p><button>pur bestellen</button>"),
    "pur, next to advertising": page("heise online","<h1>Mit Werbung lesen</h1><p>Besuchen Sie heise online wie gewohnt mit personalisierter Werbung und Tracking.</p><button>Alle akzeptieren</button><h2>pur-Abo</h2><p>Nutzen Sie heise ohne Werbung</p>"),
    "french, free with cookies": page("Le Monde","<h2>Lire LeMonde.fr gratuitement</h2><p>Nous et nos 100 partenaires</p><button>Accepter</button><button>S’abonner</button>"),
    "dutch": page("DPG Media Privacy Gate","<h1>Jouw privacy</h1><p>Wij en onze partners gebruiken cookies</p><button>Akkoord</button>"),
    "one button for all": page("Yahoo ist Teil der Yahoo Markenfamilie","<p>Wenn Sie auf „Alle akzeptieren“ klicken, speichern wir und unsere Partner (darunter 237...) Informationen auf Ihrem Gerät</p><button>Alle akzeptieren</button><button>Alle ablehnen</button>"),
    "registered": page("post.example","<h1>This domain is registered, but may still be available.</h1><p>Get this domain</p><a>Powered by GoDaddy</a>"),
}  # fmt: skip
SENT_WITH = {"cloudflare, by its header alone": {"cf_mitigated": "challenge"}}

MISSING = {
    "english": told("Page not found", "The page you were looking for has moved."),
    "english, with a number": told("404 Not Found", ""),
    "english, nginx": page("404 Not Found", "<center><h1>404 Not Found</h1></center><hr><center>nginx</center>"),
    "english, with a name": told("Error 404 | The Post", "Sorry, we can't find the page you requested."),
    "english, with other stories": page("Page not found - The Post", "<h1>Page not found</h1><p>Sorry, the page you are looking for does not exist.</p><h2>Latest</h2>" + "".join(f'<p><a href="/{n}">The council voted on Monday for a new bridge across the river {n}</a></p>' for n in range(9))),
    "expired": told("The Post", "This story has expired."),
    "expired, by its title": told("Story expired - The Post", "Stories stay here for thirty days."),
    "withdrawn": told("Raqqa strikes", "This article has been removed."),
    "no longer available": told("The Post", "Sorry, this article is no longer available.", "Return to the homepage"),
    "french": told("Page introuvable - Le Courrier", "La page que vous recherchez n'existe plus."),
    "french, without a title": told("Le Courrier", "Cet article n'est plus disponible.", "Retour à l'accueil"),
    "german": told("Seite nicht gefunden – Der Bote", "Die von Ihnen gesuchte Seite existiert leider nicht."),
    "german, withdrawn": told("Der Bote", "Der Artikel ist nicht mehr verfügbar.", "Zur Startseite"),
    "spanish": told("Página no encontrada | El Correo", "La página que buscas no existe.", "Volver a la portada"),
    "arabic": told("الصفحة غير موجودة", "عذرا، الصفحة التي تبحث عنها غير متاحة."),
    "russian": told("Страница не найдена — Вестник", "Запрашиваемая страница не существует."),
    "chinese": told("页面不存在", "您访问的页面不存在或已被删除", "返回首页"),
    "japanese": told("ページが見つかりません｜新報", "お探しのページは削除されたか、移動した可能性があります。"),
    "italian": told("Pagina non trovata", "La pagina richiesta non esiste.", "Torna alla home"),
    "german, with a number": told("Fehler 404","Diese Seite gibt es leider nicht (mehr)."),
    "japanese, without a number": told("指定されたページは見つかりませんでした","URLをご確認ください"),
    "arabic, with a number": told("خطأ 404","لم يتم العثور على الصفحة"),
    "chinese, with a number": told("404","抱歉，您访问的页面不存在"),
    "english, at length": page("404 - Page Not Found","<h1>Page not found</h1><p>This might be because you typed the web address incorrectly. Please check the address and spelling ensuring that it does not contain capital letters or spaces.</p>"),
    "english, an older story": told("Page No Longer Available","We’re sorry, this story is no longer on our site."),
    "a broken link": told("Page not found","Looks like you've followed a broken link or entered a URL that doesn't exist on this site."),
}  # fmt: skip

# --- articles that look like them ------------------------------------------------------------------------------------------

STORY = '<script type="application/ld+json">{"@type":"NewsArticle","headline":"x","datePublished":"2015-11-15T21:00:00Z"}</script>'
BANNER = '<div class="cookie-banner"><p>We value your privacy. We and our 789 partners store information on a device.</p><button>Accept all</button><button>Reject all</button></div>'
BRIEF = "French jets struck the city of Raqqa on Sunday evening, the defence ministry said. Ten fighters took part in the raid."
PROSE = (
    "The trade body said on Monday that most of its members had taken the step last year, and that readers had hardly noticed. "
    "A court in the north will hear the case in March. The regulator declined to comment, and two of the firms named in the suit did not answer questions. "
)
ARTICLES = {
    "captchas": told("Are you a robot? How captchas lost to machines", "The box that asks you to confirm that you are not a robot is twenty years old. " + PROSE, PROSE, PROSE),
    "captchas, with their title": told("Are you a robot?", "The box asks: are you a human? Machines now pass it in a second, and people fail it. " + PROSE, PROSE),
    "captchas, in brief": told("Captcha outage locks readers out", "A fault in a captcha service left readers of several papers with the words “verify you are human” for an hour on Monday, the company said."),
    "502s": told("Why half the web showed “502 Bad Gateway” on Tuesday", "Visitors of thousands of sites met the words “502 Bad Gateway” for forty minutes. " + PROSE, PROSE),
    "502s, in brief": told("Sites down: 502 Bad Gateway", "Thousands of sites answered “502 Bad Gateway” on Tuesday after a fault at a network company, which said that it had rolled back a change."),
    "cloudflare": told("Cloudflare outage takes down news sites", "Readers saw “Web server is down” and a Ray ID instead of their paper. " + PROSE, PROSE),
    "paywalls": told("Subscribe to read: do paywalls work?", "“Subscribe to continue reading” is what one in three readers meets today. " + PROSE, PROSE, "Most forgot their password, the study says."),
    "paywalls, in brief": told("The Post puts up a paywall", "Readers of the Post will be asked to subscribe to continue reading after five stories a month, its publisher said on Monday."),
    "cookies": told("Weiter mit Werbung: Was das Urteil zu Pur-Abos bedeutet", "„Weiter mit Werbung“ oder Pur-Abo: Vor diese Wahl stellen fast alle Verlage ihre Leser, viele davon über Contentpass. Das Gericht hält das für zulässig, wenn die Einwilligung freiwillig ist. " + "Die Verbraucherzentrale will das Urteil anfechten, der Verband der Verlage begrüßte es am Montag in einer knappen Erklärung. " * 3),
    "cookies, French": told("Cookies : la Cnil sanctionne les « murs »", "« Accepter et continuer » ou « s'abonner pour refuser » : le régulateur juge que ce choix n'est pas libre et inflige une amende de 3 millions d'euros à un groupe de presse, qui fera appel." + " Le groupe a trois mois pour se mettre en conformité, selon la décision publiée lundi." * 3),
    "a missing hiker": told("Missing hiker not found after third day", "Rescuers ended the search on Sunday without a trace of the man, the police said."),
    "a missing document": told("Document not found, ministry says", "The ministry told the court on Monday that the contract could not be found in its archive."),
    "a page in history": told("The vaccine is no longer available", "Pharmacies in the north have run out of the vaccine, the association said on Sunday. New doses come in May."),
    "removed": told("Statue removed at night", "This statue has been removed, said a note at the square on Sunday; nobody saw who did it, the police said."),
    "denied": told("Access denied: refugees wait at the border", "Some 400 people were turned away at the crossing on Sunday, aid workers said. They were told that they did not have permission to enter."),
    "denied, in brief": told("Access denied", "The court on Monday denied reporters access to the hearing. The defence had asked for a closed session, and the prosecution did not object to it, a spokesman for the court said."),
    "forbidden": told("Forbidden", "The film by Anna Lind opened on Sunday in ten cities. It tells of two sisters in a village where all music was forbidden for a year, and it has already won two prizes."),
    "please wait": told("Please wait", "Passengers waited six hours at the airport on Sunday. The operator apologised for the queues and said that forty more people would work at the gates from next weekend on."),
    "login": told("How thieves get in: log in with a stolen password", "“Forgot your password?” is the link thieves click first. " + PROSE, PROSE, more='<form><input type="password"></form>'),
    "a login form above": page("Raqqa strikes", f'<header><form><input name="u"><input type="password"><a>Forgot your password?</a></form></header><article><h1>Raqqa strikes</h1><p>{BRIEF}</p></article>'),
    "maintenance": told("Bridge closed for maintenance", "The bridge will be closed for scheduled maintenance until Friday, the city said."),
    "back soon": told("Nuclear plant under maintenance", "Reactor two went down for scheduled maintenance on Sunday and will be back soon, the operator said."),
    "domains": told("The domain name voice.example is for sale", "Its owner said on Monday that he hopes for a million. The domain is for sale at an auction in March. " + PROSE, PROSE),
    "age": told("You must be 18 to buy energy drinks, says court", "Shops must ask for proof of age from May on, the court ruled on Monday; a trade body called it absurd."),
    "privacy": told("Your privacy is for sale", "Data on millions of readers is sold each day, a study says. " + PROSE, PROSE),
    "geo": told("Papers not available in Europe a year on", "Hundreds of papers still tell readers in the European Economic Area that access cannot be granted. " + PROSE, PROSE),
    "404": told("404: the web is rotting", "A quarter of all pages of ten years ago are gone, a study says: whoever looks for them reads “page not found”. " + PROSE, PROSE),
    "a brief": told("Jets strike Raqqa", BRIEF),
    "a flash": told("BREAKING: Jets strike Raqqa", "More soon."),
    "one line": page("Jets strike Raqqa | The Post", f"<article><h1>Jets strike Raqqa</h1><p>{BRIEF[:60]}</p></article>"),
    "a brief under a banner": page("Jets strike Raqqa", f"{BANNER}<article><h1>Jets strike Raqqa</h1><p>{BRIEF}</p></article>"),
    "a brief under a banner behind a network": page("Jets strike Raqqa", f'{BANNER}<article><h1>Jets strike Raqqa</h1><p>{BRIEF}</p></article><script src="/cdn-cgi/challenge-platform/scripts/jsd/main.js"></script><script src="https://js.datadome.co/tags.js"></script>'),
    "a brief with comments": page("Jets strike Raqqa", f'<article><h1>Jets strike Raqqa</h1><p>{BRIEF}</p></article><div id="disqus_thread"></div><noscript>Please enable JavaScript to view the comments powered by Disqus.</noscript>'),
    "a picture story": page("Raqqa in pictures", "<h1>Raqqa in pictures</h1><figure><img src=x><figcaption>Smoke over the city</figcaption></figure><noscript>Please enable JavaScript to view the gallery</noscript>", STORY),
    "a gallery under a banner": page("Raqqa in pictures", f"{BANNER}<h1>Raqqa in pictures</h1><figure><img src=x><figcaption>Smoke over the city</figcaption></figure>", STORY),
    "a video under a banner": page("Raqqa: the video", f"{BANNER}<main><h1>Raqqa: the video</h1><p>Jets over Raqqa</p></main>", '<meta property="og:type" content="article">'),
    "a stub with a form": page("Jets strike Raqqa", f'<article><h1>Jets strike Raqqa</h1><p>{BRIEF[:80]}</p></article><div class="g-recaptcha"></div><form><input type="password"></form>'),
    "a teaser": page("Jets strike Raqqa", f"<article><h1>Jets strike Raqqa</h1><p>{BRIEF}</p><p>Subscribe to continue reading. Already a subscriber? Sign in to continue.</p></article>", STORY),
    "french, in brief": told("Disparu : l'alpiniste introuvable", "Les recherches ont été suspendues dimanche soir, a indiqué la gendarmerie."),
    "german, in brief": told("Vermisster Wanderer nicht gefunden", "Die Suche wurde am Sonntag eingestellt, teilte die Polizei mit."),
    "russian, in brief": told("Пропавший альпинист не найден", "Поиски прекращены в воскресенье, сообщила полиция."),
    "chinese, in brief": told("警方称失踪登山者仍未找到", "搜救工作于周日晚间结束，警方表示，没有发现任何踪迹。"),
    "japanese, in brief": told("不明の登山者、見つからず", "警察は日曜日に捜索を打ち切ったと発表した。"),
    "arabic, in brief": told("لم يتم العثور على المتسلق المفقود", "قالت الشرطة إن البحث توقف مساء الأحد."),
}  # fmt: skip


@pytest.mark.parametrize("name", BLOCKED)
def test_what_stands_before_an_article_is_no_article(name: str) -> None:
    parsed = read(BLOCKED[name], **SENT_WITH.get(name, {}))
    assert parsed.verdict == "block_page", parsed
    assert parsed.detail
    assert parsed.confidence == 0.0


EMPTY = {
    "a shell": page("The Post", '<div id="root"></div><script src="/x.js"></script>'),
    "a shell that loads": page("The Post", '<div id="__next"><div class="spinner">Loading...</div></div>'),
    "a title and nothing": page("Raqqa strikes", "<script>render()</script>"),
}


@pytest.mark.parametrize("name", EMPTY)
def test_a_page_without_a_word_is_empty(name: str) -> None:
    assert read(EMPTY[name]).verdict == "empty"


@pytest.mark.parametrize("name", MISSING)
def test_a_page_that_says_that_it_is_missing_is_missing(name: str) -> None:
    parsed = read(MISSING[name])
    assert parsed.verdict == "not_found", parsed
    assert parsed.detail


@pytest.mark.parametrize("name", ARTICLES)
def test_an_article_that_looks_like_it_stays_one(name: str) -> None:
    parsed = read(ARTICLES[name])
    assert parsed.verdict == "article", parsed.detail
    assert parsed.content.title


def test_the_signs_are_told() -> None:
    parsed = read(BLOCKED["akamai"])
    assert "the title says “Access Denied”" in parsed.detail
    assert "don't have permission" in parsed.detail
    assert "errors.edgesuite.net" in parsed.detail


def test_no_real_article_is_taken_for_a_wall() -> None:
    folder = CORPORA / "articles"
    if not folder.is_dir():
        pytest.skip(f"NOT RUN: no {folder}: the real pages stand beside the project")
    gold = json.loads((folder / "ground-truth.json").read_text(encoding="utf-8"))
    assert len(gold) > 100
    for name, entry in gold.items():
        body = gzip.decompress((folder / "html" / f"{name}.html.gz").read_bytes())
        parsed = read_page(body, entry.get("url", ""), {}, "body")
        assert parsed.verdict == "article", (name, parsed.detail)
