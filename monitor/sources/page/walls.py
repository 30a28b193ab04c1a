"""What pages that stand in for an article are called, say and are made of, in a dozen languages. Tables only: `verdict` weighs them.

A title counts where it is nothing else, so that “Missing hiker not found” is no missing page. What a page says counts where it
speaks to its reader (“please enable”, “you have been blocked”), so that a report of such a page is none.
"""

from __future__ import annotations

import re2

_OPTIONS = re2.Options()
_OPTIONS.case_sensitive = False
_OPTIONS.max_mem = 64 * 2**20


def _any(*rules: str) -> re2._Regexp:
    """One rule out of many: RE2 tries them all at once, which is thirty times as fast here as one after the other."""
    return re2.compile("|".join(rules), _OPTIONS)


# --- titles, each a whole one (or a whole part of one, beside the site's name) ------------------------------------------

TITLES = _any(
    # checks for robots
    r"(?:one|just a|einen) moment(?: please| bitte)?|(?:please|bitte) (?:wait|warten)(?: .{0,30})?|attention required|pardon our interruption|challenge validation|client challenge|bot verification|"
    r"(?:are you|robot or|you are) (?:a |not a )?(?:robot|human|bot)(?: or (?:a )?(?:robot|human))?|robot check|captcha|recaptcha|(?:human|security|browser) (?:check|verification)|ddos-guard|"
    r"(?:please )?(?:verify|verifying|confirm|prove)(?: that)? (?:you(?:'re| are)|your identity)(?: (?:a )?(?:human|not a robot))?|checking your browser(?: before.{0,60})?|unusual traffic(?: detected)?|"
    r"sicherheits(?:über)?prüfung|vérification(?: de sécurité| en cours)?|un instant|verificación(?: de seguridad)?|un momento|verifica di sicurezza|вы не робот|проверка (?:браузера|безопасности)|"
    r".{0,4}安全验证|人机验证|(?:网站|云)防火墙|请稍候|しばらくお待ちください|セキュリティ(?:チェック|確認)|التحقق من الأمان|لحظة من فضلك",
    # refusals
    r"access (?:to this (?:page|resource) (?:has been |is )?)?(?:is )?(?:temporarily )?(?:denied|restricted|blocked|forbidden)|(?:sorry|(?:your |the )?request (?:has been |was )?(?:blocked|unsuccessful|rejected|could not be satisfied))|"
    r"(?:sorry, )?you (?:have been|are|were) blocked|blocked|forbidden|unauthori[sz]ed|too many requests|rate limit(?:ed| exceeded)|"
    r"zugriff (?:verweigert|gesperrt)|acc[èe]s (?:refusé|interdit|bloqué)|acceso (?:denegado|prohibido|restringido)|accesso (?:negato|vietato)|acesso negado|toegang geweigerd|"
    r"(?:your )?access .{0,30}(?:has been|is) limited.{0,30}|доступ (?:к (?:ресурсу|сайту|странице) )?(?:запрещ[её]н|ограничен|закрыт|заблокирован)|访问(?:被拒绝|受限|被阻断)|禁止访问|アクセス(?:が拒否されました|拒否|制限)|تم رفض الوصول|الوصول مرفوض",
    # servers that fail
    r"(?:error )?(?:4(?:0[0-35-9]|1[1-9]|[2-9]\d)|5\d\d)|(?:http )?error(?: code)?(?: 5\d\d)?|authorization required|welcome to nginx|database error|no such app|fastly error.{0,40}|internal server error|bad gateway|(?:backend fetch failed|first byte timeout)|service (?:temporarily )?unavailable|gateway time-?out|"
    r"web server is (?:down|returning an unknown error)|connection timed out|origin is unreachable|a timeout occurred|ssl handshake failed|invalid ssl certificate|server error|application error|"
    r"(?:temporarily )?(?:down for|under|scheduled|site) maintenance|maintenance(?: mode)?|we'll be (?:right )?back(?: soon)?|be right back|wartung(?:sarbeiten|smodus)?|(?:site )?en maintenance|en mantenimiento|in manutenzione|"
    r"технические работы|ведутся технические работы|系统维护(?:中)?|网站维护中|メンテナンス(?:中|のお知らせ)?|تحت الصيانة",
    # what a reader is to do first
    r"(?:please )?(?:log|sign) ?in(?: to (?:continue|read.{0,30}|your account))?|login|register to (?:continue|read.{0,30})|subscribe to (?:read|continue)(?: reading)?|anmelden|anmeldung|einloggen|se connecter|connexion|identifiez-vous|"
    r"iniciar sesión|inicia sesión|accedi|entrar|inloggen|вход|войти|авторизация|登录|登入|用户登录|ログイン|تسجيل الدخول",
    r"before you continue(?: to .{1,30})?|cookie (?:consent|wall|policy consent)|cookies?|consent(?: required)?|(?:.{1,20} )?privacy (?:settings|gate|cent(?:er|re))|your privacy(?: choices| matters)?|we value your privacy|"
    r"zustimmung(?: erforderlich)?|einwilligung|datenschutz-?einstellungen|weiter(?:lesen)? mit (?:werbung|pur).{0,40}|pur-?abo|gestion des cookies|consentement|votre vie privée|"
    r"configuraci[óo]n de cookies|consentimiento|tu privacidad|consenso(?: ai cookie)?|la tua privacy|privacy-?instellingen|cookiemuur",
    r"age (?:verification|gate|check|restricted)|are you (?:over|at least) (?:18|21).{0,20}|(?:please )?(?:verify|confirm) your age|altersprüfung|altersverifikation|bist du (?:über|schon) 18.{0,10}|vérification de l'âge|"
    r"verificación de edad|verifica dell'età|подтвердите возраст|年齢確認|年龄验证",
    r"(?:451 ?:? ?)?un ?available (?:for|due to) legal reasons|not available in your (?:country|region|location|area)|our european visitors are important to us|this content is not available in your (?:country|region)|"
    r"(?:this )?(?:domain|website|site) (?:name )?(?:is |may be )?for sale|(?:domain|website) (?:expired|parked|suspended)|account suspended|domain geparkt|diese domain (?:ist|steht) zum verkauf|buy this domain|parked domain",
    r"javascript (?:is )?(?:required|disabled)|enable javascript|unsupported browser|your browser is not supported",
)
MISSING_TITLES = _any(
    r"(?:http )?(?:error |fehler |erreur |ошибка |errore |خطأ |错误 |エラー ?)?(?:404|410)(?: (?:error|not found|gone|page))*|(?:sorry, |oops!? |ups!? )?(?:the |this |that |your )?(?:requested )?(?:page|article|story|site|content|url|post|file|object|resource)"
    r"(?: (?:you (?:requested|are looking for|were looking for)))? ?(?:was |could |is |can(?:'t|not) |does |doesn't |has |not |no longer |be |been )*(?:found|exist|available|expired|removed|deleted)|(?:nothing|not) found|(?:no longer|not) available|gone|"
    r"(?:story|article|link|page) (?:has )?expired|expired (?:story|article|link)",
    r"(?:die |diese |angeforderte |gesuchte )*(?:seite|artikel|inhalt)(?: (?:wurde|existiert|ist|konnte))?(?: leider)? (?:nicht (?:mehr )?(?:gefunden(?: werden)?|verfügbar|vorhanden)|existiert nicht)|nicht gefunden|"
    r"(?:la )?(?:page|article)(?: demandée?| est)? (?:introuvable|non trouvée?|inexistante|n'existe (?:pas|plus)|plus disponible)|contenu (?:introuvable|indisponible)|"
    r"(?:la )?(?:p[áa]gina|noticia|contenido)(?: solicitada)? (?:no (?:encontrad[ao]|existe|disponible)|n[ãa]o (?:encontrada|existe))|"
    r"(?:la )?pagina (?:richiesta )?non (?:trovata|esiste|disponibile)|pagina niet (?:gevonden|beschikbaar)",
    r"(?:страница|статья|материал)(?: \w+)? не (?:найден[ао]?|существует)|сторінк\w+ не знайдено|не найдено|nie znaleziono(?: strony)?|strona nie istnieje|sidan (?:kunde inte hittas|hittades inte|finns inte)|"
    r"siden (?:ble|blev|finnes) ikke(?: fundet| funnet)?|sayfa bulunamadı|"
    r"(?:您(?:访问|要找)的)?(?:页面|网页|文章|内容|頁面)(?:不存在|未找到|找不到|已(?:被)?(?:删除|删除了|下线)|没有找到|无法访问)|找不到(?:页面|网页|頁面|该页)?|(?:お探しの|ご?指定(?:された|の))?(?:ページ|記事|コンテンツ)(?:が|は|を)?(?:見つかりません(?:でした)?|存在しません|削除されました|ありません)|"
    r"(?:페이지|기사)를 찾을 수 없(?:습니다|음)|لم يتم العثور على (?:الصفحة|المقال)|(?:عذرا[ً]?،? ?)?(?:الصفحة|المقال|صفحة)(?: المطلوبة| التي تبحث عنها)? (?:غير موجودة?|غير متاحة?|لم يتم العثور عليها)",
)

# --- what they say -------------------------------------------------------------------------------------------------------

WORDS = _any(
    # checks and refusals
    r"(?:enable|turn on|activate|allow) (?:both )?(?:js|java ?script|cookies)|java ?script (?:and cookies? )?(?:is|are|must be) (?:currently )?(?:disabled|required|enabled|blocked)|disable any ad blocker|(?:i'm|are|you're) not a (?:robot|bot)|"
    r"(?:you are|are you|you're) (?:a )?human|unusual (?:traffic|activity)|verify(?:ing)? (?:that )?(?:you are|you're|your (?:browser|identity))|(?:complete|solve) the (?:security check|captcha|challenge|puzzle)|security service to protect itself|"
    r"checking (?:your browser|if the site connection)|needs to review the security|performance (?:&|and) security by|ray id|incident id|reference (?:id|#)|you (?:have been|are|were) (?:temporarily )?blocked|(?:the )?site owner to let them know|"
    r"automated (?:access|requests|queries|traffic)|(?:press (?:&|and)|click and) hold|powered and protected by|access (?:to .{1,40} )?(?:is |has been |was )?(?:denied|blocked)(?: to| on| because|\.|$)|"
    r"(?:don't|do not) have permission to (?:access|view)|(?:think|believe|thought) (?:that )?you (?:are|were|might be) a (?:ro)?bot|super-?human speed|browser (?:made us think|is not supported)|(?:try|come) (?:again|back) (?:later|soon|shortly|in a (?:few|couple))|rate limit|"
    r"bitte aktivieren sie (?:java ?script|cookies)|javascript (?:in ihrem browser )?(?:aktivier|deaktivier)|dass sie kein (?:roboter|bot) sind|(?:veuillez|merci d')(?: patienter| ?activer)|vous n'êtes pas un robot|accès .{0,20}bloqué|"
    r"habilit[ea] (?:java ?script|las cookies)|que no eres un robot|abilita(?:re)? (?:java ?script|i cookie)|non sei un robot|включите (?:java ?script|cookie)|что вы не (?:робот|бот)|请(?:完成|进行|启用|开启).{0,8}(?:验证|javascript|cookie)|人机验证|"
    r"您的(?:访问|请求).{0,8}(?:异常|拦截|阻断)|javascriptを有効|ロボットではありません|تفعيل (?:جافا ?سكريبت|ملفات تعريف الارتباط)|لست (?:روبوت|برنامج)",
    # servers and hosts
    r"request(?:ed url)? (?:is |was |has been )?(?:blocked|rejected)|your support id|access .{0,30}(?:has been|is) limited|part of this site couldn.t load|error establishing a database|there has been a critical error|client-side exception has occurred|no such app|unknown domain|web server is successfully installed|доступ к .{0,20}ресурсу ограничен|请求.{0,10}(?:不合法|异常|拦截)|已被.{0,6}管理员|请稍后(?:重试|再试)|(?:can't|cannot) connect to the server for this app or website|generated by cloudfront|guru meditation|varnish cache server|error code:? 5\d\d|\b(?:nginx|openresty|cloudfront|apache)(?:/[\d.]+)?\s*$|(?:web server|origin server|host) (?:is (?:not returning|down|unreachable)|error|reported)|the server (?:is temporarily unable|encountered an)|"
    r"invalid response from (?:an|the) upstream|upstream (?:connect|request timeout)|(?:performing|undergoing|down for|carrying out) (?:scheduled |some |routine |planned )?maintenance|we(?:'ll| will) be (?:right )?back|back (?:online )?(?:soon|shortly)|"
    r"wartungsarbeiten|in kürze wieder|maintenance (?:est )?en cours|de retour (?:bientôt|rapidement|dans)|mantenimiento|volveremos|manutenzione|torneremo|ведутся технические|мы скоро вернемся|正在维护|系统升级|メンテナンス(?:を行って|中)|جاري الصيانة|"
    r"domain (?:name )?(?:is |may be )?(?:parked|for sale)|(?:buy|get) (?:this|the) domain|domain is registered|(?:interested in|inquire about) (?:this|the) domain|related (?:searches|links):?\s*$|sponsored listings|domain steht zum verkauf|domain.{0,20}(?:zu verkaufen|erwerben)|"
    r"account (?:has been )?suspended|contact your hosting provider",
    # consent
    r"(?:wir|we|nous|noi|nosotros|wij)(?:,)? (?:und|and|et|e|y|en) (?:unsere?|our|nos|i nostri|nuestros|onze) (?:(?:bis zu )?\d+ )?(?:partner|partenaires|socios|fournisseurs|vendors)|(?:noi e terze parti selezionate)|"
    r"\b(?:we|this (?:web)?site) (?:value your privacy|uses? cookies)|accept (?:all|cookies|and (?:continue|close))|reject all|manage (?:my )?(?:preferences|choices|options|cookies)|store and/or access information on a device|personali[sz]ed (?:ads|advertising) and content|"
    r"wir (?:verwenden|nutzen|setzen) cookies|(?:mit werbung (?:weiter|und tracking|nutzen)|weiter(?:lesen)?[ -–]* mit werbung|mit werbung)\b|\bpur[- ]?abo|contentpass|\bpur (?:bestellen|lesen|abonnieren)|werbefrei(?:es)? (?:abo|lesen|nutzen|für)|werbetracking|personalisierter werbung|ohne werbung|"
    r"alle(?:s)? (?:akzeptieren|ablehnen)|akzeptieren und weiter|zustimmen (?:und|&) weiter|einwilligung (?:jederzeit )?(?:widerrufen|erteilen)|(?:ihre|deine|ihrer) (?:zustimmung|einwilligung)|bereits (?:abonnent|zugestimmt|pur-?kund)|informationen auf einem gerät speichern|"
    r"nous utilisons des cookies|(?:tout|accepter et) (?:accepter|refuser|continuer)|continuer sans accepter|refuser et s'abonner|s'abonner pour refuser|(?:accédez?|lire) .{0,20}gratuitement|paramétrer les cookies|votre consentement|stocker et/ou accéder|"
    r"(?:utilizamos|usamos) cookies|aceptar (?:todo|todas|y (?:continuar|seguir))|rechazar (?:todo|y suscribir\w+|y pagar)|suscr[ií]bete (?:para|y) (?:rechazar|navegar)|configurar o rechazar|navegar gratis|tu consentimiento|"
    r"utilizziamo (?:i )?cookie|accetta (?:tutto|tutti|e (?:continua|prosegui))|rifiuta (?:tutto|e abbonati)|continua senza accettare|il tuo consenso|abbonati per (?:rifiutare|navigare)|alles? accepteren|wij gebruiken cookies|принять (?:все|cookie)|同意并继续|すべて(?:同意|許可)",
    # login, subscription, age, place
    r"(?:log|sign) in to (?:continue|read|your|access|view)|subscribe (?:now )?to (?:continue|read|keep)|forgot(?:ten)? (?:your )?password|create (?:an|your) (?:free )?account|already (?:a subscriber|have an account|registered)|remember me|keep me signed in|"
    r"passwort vergessen|angemeldet bleiben|noch kein konto|mot de passe oublié|rester connecté|pas encore (?:de compte|inscrit)|(?:has |¿has )?olvid(?:ado|aste) (?:tu|la|su) contraseña|recu[eé]rdame|password dimenticata|ricordami|non hai un account|"
    r"забыли пароль|запомнить меня|忘记密码|记住我|注册账号|パスワードを忘れ|会員登録|هل نسيت كلمة|نسيت كلمة المرور|إنشاء حساب|"
    r"(?:you must be|i am|are you|i'm|be) (?:at least |over )?(?:18|21)(?: years| or (?:over|older)|\+)|(?:enter|confirm|select) your (?:date of birth|age|birthday)|(?:yes|no),? i am (?:not )?(?:over |under )?(?:18|21)|ich bin (?:über |mindestens )?18|über 18 jahre|"
    r"(?:j'ai|avez-vous) (?:plus de )?18 ans|(?:soy|eres) mayor de (?:18|edad)|ho (?:più di )?18 anni|мне (?:есть|исполнилось) 18|已(?:满|年满)18|18歳以上|أكبر من 18|"
    r"(?:european economic area|\beea\b).{0,120}(?:gdpr|access cannot|unavailable|data protection)|(?:not|un)available (?:in|to (?:visitors|users|readers) (?:in|from)) (?:your|the|most) (?:country|region|location|area|european|eu)|access cannot be granted|"
    r"currently unavailable (?:to visitors|in (?:most )?european)|your (?:country|region|location) (?:is not|isn't) (?:supported|allowed)|in (?:ihrem|deinem) land nicht verfügbar|pas disponible dans votre (?:pays|région)|no (?:está )?disponible en (?:tu|su) (?:país|región)|"
    r"non (?:è )?disponibile nel tuo paese|недоступ\w+ в (?:вашем|вашей) (?:стране|регионе)|您所在的(?:国家|地区)|お住まいの(?:国|地域)では|غير متاح في (?:بلدك|منطقتك)",
)
MISSING_WORDS = _any(
    r"(?:page|article|story|content|document|file|post|url|resource) (?:that )?you(?:'re| are| were| have)? (?:looking for|requested|tried to|trying to)|(?:this|the|that) (?:requested )?(?:page|article|story|content|post|url) (?:does not|doesn't|no longer) exist|"
    r"we (?:can't|cannot|couldn't|could not) find (?:the|that|this|your) (?:page|article|story|content)|the link you (?:followed|clicked) (?:may be|is) (?:broken|expired)|(?:outdated|broken) link|mistyped|typed the (?:web )?address|check the (?:url|address|spelling)|(?:url|page) that doesn.t exist|(?:serve|find) the page you|urlをご確認|return to (?:the )?home ?page|back to (?:the )?home ?page|"
    r"die (?:von ihnen )?(?:gesuchte|angeforderte|aufgerufene|gewünschte) seite|(?:diese|die) (?:seite|inhalte?) (?:existier|gibt es|ist|wurde) ?\w*(?: leider)? (?:nicht|entfernt|gelöscht)|der (?:artikel|beitrag|inhalt) (?:ist|wurde|steht) (?:leider )?(?:nicht mehr|entfernt|gelöscht|nicht)|(?:zurück )?zur startseite|"
    r"la page (?:que vous (?:cherchez|recherchez|avez demandée|demandez)|demandée|recherchée)|cette page n'existe (?:pas|plus)|(?:cet article|ce contenu|cette page) n'est (?:plus|pas) disponible|retour(?:ner)? à l'accueil|"
    r"la página (?:que (?:busca|buscas|está[s]? buscando|ha solicitado|intenta)|solicitada)|(?:esta|la) (?:página|noticia) (?:no existe|ya no (?:existe|está disponible)|ha sido eliminada)|volver (?:a la portada|al inicio)|ir a la portada|"
    r"a página que (?:procura|você (?:procura|solicitou))|la pagina (?:che (?:cerchi|stai cercando)|richiesta)|torna alla home|(?:de )?pagina die (?:u|je) zoekt|"
    r"(?:запрашиваемая|запрошенная) (?:вами )?страница|(?:такой|этой) страницы (?:не существует|нет)|(?:материал|статья|страница) (?:был[аи]? )?(?:удал[её]н|удалена|перемещ)|(?:перейти|вернуться) на главную|"
    r"(?:您|你)(?:访问|请求|要找|查找|浏览)的(?:页面|网页|文章|内容)|(?:页面|文章|内容)(?:不存在|已被删除|已删除|可能已)|返回首页|お探しのページ|(?:ページ|記事)は(?:削除|移動|公開を終了|存在しません)|掲載(?:期間|を)(?:が)?終了|トップページ(?:へ|に)|"
    r"الصفحة (?:التي تبحث عنها|المطلوبة)|(?:هذه|هذا) (?:الصفحة|المقال|المحتوى) (?:لم يعد|غير) (?:متاح|موجود)|العودة (?:إلى|للصفحة) الرئيسية",
)
MISSING_NOTICES = _any(
    r"^(?:sorry[,.!]? |oops[,.!]? |we're sorry[,.!]? |unfortunately,? )?(?:but )?(?:this|the|that|your) (?:requested )?(?:page|article|story|content|post|url) (?:has expired|(?:is|was) (?:no longer|not|currently not) (?:available|found|published)|"
    r"has been (?:removed|deleted|taken down|withdrawn|archived|unpublished)|can(?:'t|not) be found|could not be found)|"
    r"^(?:leider )?(?:der|dieser|die|diese) (?:artikel|beitrag|inhalt|seite) (?:ist|wurde|steht) (?:leider )?(?:nicht (?:mehr )?(?:verfügbar|vorhanden|zur verfügung|gefunden)|entfernt|gelöscht|zurückgezogen)|"
    r"^(?:désolé,? )?(?:cet article|ce contenu|cette page) (?:n'est (?:plus|pas) (?:disponible|accessible)|n'existe (?:plus|pas)|a été (?:supprimée?|retirée?))|"
    r"^(?:lo sentimos,? )?(?:esta|la|este|el) (?:página|noticia|artículo|contenido) (?:ya )?(?:no (?:existe|está disponible)|ha sido (?:eliminad|retirad)[oa])|"
    r"^(?:questo|questa|l') ?(?:articolo|pagina|contenuto) (?:non (?:è più disponibile|esiste)|è stat[oa] rimoss[oa])|"
    r"^(?:к сожалению, )?(?:этот |эта |данный )?(?:материал|статья|страница) (?:был[аи]? )?(?:удал[её]н|удалена|снят|больше не)|^(?:抱歉，?)?(?:该|此|您访问的)(?:页面|文章|内容)(?:不存在|已(?:被)?删除|已下线)|"
    r"^(?:この|お探しの)?(?:ページ|記事)は(?:削除|公開を終了|掲載を終了|存在しません)|^(?:عذرا[ً]?،? ?)?(?:هذا|هذه) (?:المقال|الصفحة|المحتوى) (?:لم يعد|لم تعد|غير) (?:متاح|موجود)"
)
"""Whole notices, each from its beginning."""
SCRIPT_WANTED = _any(
    r"(?:need|have|please|must)? ?(?:to )?(?:enable|turn on|activate) java ?script (?:to (?:run|use|continue|proceed|read|access|see|visit|load)|in your browser|and|for|or|\.|$)|(?:requires?|without|works best with) java ?script|java ?script (?:is|must be|needs to be) (?:required|enabled|disabled|not enabled|turned on)|"
    r"javascript (?:in ihrem browser )?aktivier|activer javascript|habilit\w+ javascript|abilit\w+ javascript|включ\w+ javascript|javascriptを有効|(?:启用|开启) ?javascript|تفعيل جافا",
)

CONSENTS = _any(
    r"(?:i )?(?:accept|agree)(?: all| cookies| & close| and (?:close|continue))?|allow all|got it|(?:alle )?(?:akzeptieren|zustimmen)(?: .{0,20})?|einverstanden|(?:tout )?accepter(?: .{0,20})?|j'accepte|s'abonner|aceptar(?: .{0,20})?|"
    r"acepto|accett[ao](?: .{0,20})?|aceitar(?: .{0,20})?|akkoord|alles accepteren|принять(?: .{0,20})?|согласен|同意(?:する|并继续)?|接受|أوافق|موافق|godkänn(?: .{0,20})?|akceptuję(?: .{0,20})?"
)
"""Buttons, each by all that it says."""
LOADING = _any(
    r"(?:loading|please wait|wird geladen|lädt|chargement(?: en cours)?|cargando|caricamento(?: in corso)?|загрузка|加载中|読み込み中|جار(?:ي|ٍ) التحميل)[\s.…]*"
)
ADDRESS = _any(
    r"\b(?:you|your|please)\b|\b(?:sie|ihre?[nmrs]?|bitte)\b|\b(?:vous|votre|vos|veuillez)\b|\b(?:usted|su navegador|por favor|puedes|tu)\b|\b(?:per favore|il tuo|puoi)\b|(?:^|[^\p{L}])(?:вы|вас|ваш\p{L}*|пожалуйста)(?:$|[^\p{L}])|"
    r"您|请|お客様|ください|يرجى|الرجاء"
)
"""A text that speaks to its reader."""
REPORTS = _any(
    r"\b(?:said|says|told|reported|according to|announced|ruled|declined to)\b|\bon (?:mon|tues|wednes|thurs|fri|satur|sun)day\b|"
    r"\b(?:sagte|sagt|teilte|erklärte|berichte\p{L}*|zufolge|hieß es|kündigte|urteilte|entschied)\b|\bam (?:montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag)\b|"
    r"\b(?:a déclaré|a indiqué|a annoncé|selon|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche)\b|\b(?:dijo|según|anunció|informó|el (?:lunes|martes|miércoles|jueves|viernes|sábado|domingo))\b|"
    r"\b(?:ha detto|secondo|ha annunciato|luned|marted|mercoled|gioved|venerd|sabato|domenica)|\b(?:disse|segundo|afirmou|segunda-feira|terça-feira|quarta-feira|quinta-feira|sexta-feira)\b|"
    r"сообщил|заявил|рассказал|по словам|понедельник|вторник|среду|четверг|пятницу|суббот|воскресень|表示|报道|宣布|据.{0,12}称|周[一二三四五六日]|星期|発表|述べた|明らかに|[月火水木金土日]曜|قال|أعلن|صرح|يوم (?:ال)?(?:اثنين|ثلاثاء|أربعاء|خميس|جمعة|سبت|أحد)"
)
"""A text that reports: who said it, or on what day."""

# --- what they are made of -----------------------------------------------------------------------------------------------

CHALLENGES = _any(
    r"_cf_chl_opt|cf-chl-|cf_chl_|cf-browser-verification|challenge-error-text|cf-error-details|cf-wrapper|id=[\"']?px-captcha|_pxappid|captcha-delivery\.com|sec-if-cpt|sec-cpt-if|bm-verify|awswafcookiedomainlist|gokuprops|awswafintegration|token\.awswaf\.com|"
    r"_incapsula_resource\?[^\"'>]{0,200}(?:incident_id|cwudnsai)|distil_r_captcha|distil_identification_block|sucuri_cloudproxy|errors\.edgesuite\.net|kpsdk|/149e9513-01fa-4fb0-aad4-566afd725d1b/|ddos-guard/js-challenge|check\.ddos-guard|geetest|"
    r"funcaptcha|arkoselabs|showcaptcha|checkcaptcha|smartcaptcha|slowaes|toNumbers\(|sgcaptcha|/\.well-known/(?:captcha|sgcaptcha)|anubis_challenge|within\.website/x/cmd/anubis|"
    r"sedoparking|parkingcrew|bodis\.com|parklogic|hugedomains|afternic\.com|dan\.com/|above\.com/marketplace|cdn-fileserver\.com|window\.park\s*="
)
PROTECTION = _any(
    r"challenge-platform|perimeterx|_incapsula_resource|datadome|aws-?waf|g-recaptcha|recaptcha/api|h-captcha|hcaptcha\.com|turnstile|ddos-guard|imperva|ak_bmsc|funcaptcha"
)
HEADERS = {"cf-mitigated": "challenge", "x-amzn-waf-action": "", "x-dd-b": "", "x-px-blocked": "", "x-sucuri-block": ""}
"""Response headers that say that the page is a check or a refusal, each with the value it must have (empty: any)."""
