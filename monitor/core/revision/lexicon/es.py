"""Spanish."""

from __future__ import annotations

from monitor.core.revision.lexicon.entry import Lexicon, numbered, phrases, words

ES = Lexicon(
    lang="es",
    numbers={
        **numbered(0, "cero un/uno/una dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciséis/dieciseis"),
        **numbered(17, "diecisiete dieciocho diecinueve veinte veintiuno/veintiún/veintiuna veintidós/veintidos veintitrés/veintitres"),
        **numbered(24, "veinticuatro veinticinco veintiséis/veintiseis veintisiete veintiocho veintinueve"),
        **numbered(30, "treinta cuarenta cincuenta sesenta setenta ochenta noventa", 10),
        **numbered(200, "doscientos/doscientas trescientos/trescientas cuatrocientos/cuatrocientas quinientos/quinientas", 100),
        **numbered(600, "seiscientos/seiscientas setecientos/setecientas ochocientos/ochocientas novecientos/novecientas", 100),
        "veintena": 20, "treintena": 30,
    },
    scales={"docena": 12, "docenas": 12, "decena": 10, "decenas": 10, "centenar": 100, "centenares": 100, "cien": 100, "ciento": 100, "mil": 1000, "millón": 10**6, "millon": 10**6, "millones": 10**6, "billones": 10**12},
    joins=words("y"),
    at_least=phrases("al menos|más de|por lo menos|como mínimo|no menos de|cuando menos|un mínimo de|por encima de"),
    at_most=phrases("como máximo|hasta|menos de|a lo sumo|no más de|un máximo de|por debajo de"),
    about=phrases("unos|unas|cerca de|casi|alrededor de|aproximadamente|en torno a|en torno al|una|un|sobre"),
    at_least_after=phrases("o más|como mínimo|al menos"),
    at_most_after=phrases("o menos|como máximo"),
    about_after=phrases("aproximadamente"),
    between=phrases("a|y"),
    percent=phrases("por ciento|por cien|puntos? porcentuales?"),
    money={
        r"(?:de )?euros?|eur": "€", r"(?:de )?d[óo]lares?(?: estadounidenses)?": "$", r"(?:de )?libras?(?: esterlinas)?": "£", r"(?:de )?yenes": "¥",
        r"(?:de )?yuanes": "元", r"(?:de )?rublos?": "₽", r"(?:de )?pesos?": "peso", r"(?:de )?soles": "PEN", r"(?:de )?bol[íi]vares": "VES",
    },
    age_before=phrases("de edad|la edad de|edad de"),
    age_after=phrases("años de edad"),
    months=phrases("enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|setiembre|octubre|noviembre|diciembre"),
    times=phrases("h|horas gmt|[ap]\\. ?m\\.?|gmt"),
    hours=phrases("horas"),
    clock=phrases("las"),
    labels=phrases("artículo|capítulo|resolución|vuelo|boeing|airbus|autopista|página|n[°ºo]\\.?|núm\\.?|número|fase|parte|grupo|sala|línea|temporada|episodio|ley|título|nivel|apolo|grado"),
    ordinals=phrases("º|ª|er|ro|do|to|mo"),
    adjectives=phrases("nuevos|nuevas|otros|otras|grandes|pequeños|pequeñas|jóvenes|primeros|primeras|últimos|últimas"),
    functions=words(
        """
        el la los las un una unos unas de del al a en y e o u que quien quienes cual por para con sin sobre entre hasta desde según
        se su sus le les lo es son era eran fue fueron ha han había habían ser sido está están estaba no ni más muy pero si cuando
        donde como tras durante ante bajo contra murieron cayeron fallecieron
        """
    ),
    says=phrases(
        r"""
        (?:ha |han |había )?(?:dicho|declarado|afirmado|indicado|anunciado|explicado|asegurado|añadido|señalado|subrayado|contado|informado|advertido|insistido|confirmado|escrito|manifestado|tachado|calificado|criticado|denunciado|lamentado|reconocido|defendido|pedido|exigido|reclamado|celebrado|respondido|prometido|recordado|reiterado|rechazado|acusado|agradecido|admitido|negado|descrito|llamado|hablado de|apuntado|comentado|condenado|reivindicado|alertado)
        habló de|hablaron de|habla de|dijo|dijeron|dice|dicen|declaró|declararon|declara|afirmó|afirmaron|afirma|indicó|indicaron|indica|anunció|anunciaron|anuncia|explicó|explicaron|explica|aseguró|aseguraron|asegura
        añadió|añade|señaló|señalaron|señala|subrayó|subraya|contó|cuenta|cuentan|informó|informaron|informa|advirtió|advierte|insistió|insiste|confirmó|confirmaron|confirma|escribió|escribe|manifestó|manifiesta
        apuntó|apunta|relató|relata|sostuvo|sostiene|reconoció|reconoce|precisó|precisa|agregó|agrega|comentó|comenta|lamentó|lamenta|prometió|promete|respondió|responde|calificó|califica|negó|niega|expresó|expresa|aclaró|cifró|estimó|recordó|denunció|reiteró|llamó|criticó|condenó|tachó|insistió|celebró|avisó|zanjó|replicó|tuiteó|describió|describe|elogió|lanzó|espetó|publicó|publica|compartió|bromeó|pidió|reclamó|ironizó|resumió|admitió|confesó|celebra|lamentaron|denuncian|se quejó|se (?:mostró|declaró|confesó)|se queja|sentenció|alegó|argumentó|argumenta|añadiendo|afirmando|asegurando|señalando|calificando|describiendo|repite|repitió|recalcó|defendió|alertó|exigió|opinó|opina|opinan|cree|creen|consideró|considera|consideran|juzgó|valoró|matizó|tildó
        """
    ),
    states=words("es son era eran fue fueron sido ser será está están estaba estaban parece"),
    by=phrases("según|de acuerdo con|a juicio de|en palabras de|para"),
    works=phrases(r"pel[íi]culas?|libros?|novelas?|canci[óo]n|canciones|discos?|[áa]lbum|series?|programas?|obras?|exposici[óo]n|documental|poemas?|revista|diario|operaci[óo]n|apodad[oa]|titulad[oa]|llamad[oa]|plan"),
    pronouns=words("él ella ellos ellas usted yo nosotros quien que"),
    linkers=words("así y pero que como mientras si el la los las un una don doña señor señora sr. sra. lo le se les ha han había"),
    hedges=phrases(
        r"""
        presunto|presunta|presuntos|presuntas|presuntamente|supuesto|supuesta|supuestos|supuestas|supuestamente|aparentemente|al parecer|probablemente|posiblemente|quizás?|tal vez
        habría|habrían|sería|serían|podría|podrían|parece|parecen|parecía|sospechoso de|posible|posibles|probable|probables|no confirmad[oa]s?|sin confirmar|rumores?|se cree|se presume|se estima que
        se sospecha|pendiente de confirmación|no ha sido confirmad[oa]|se dice que|aparente|aparentes|presumiblemente|a lo mejor|por lo visto
        """
    ),
    corrected=phrases("corrección|correcciones|rectificación|rectificaciones|fe de errores|fe de erratas|aclaración|corregido|errata"),
    corrects=phrases(
        r"""
        (?:una|la|en una|en la) (?:versión|redacción) (?:anterior|previa|inicial|original)|(?:una|la) (?:anterior|previa|primera) versión
        (?:este|esta|el|la) (?:artículo|texto|noticia|nota|información|pieza|crónica|reportaje|entrada) (?:ha sido|fue|se ha) (?:corregid[oa]|modificad[oa]|rectificad[oa]|enmendad[oa])|como se (?:publicó|informó|dijo|indicó) (?:inicialmente|por error|anteriormente|en un principio)
        (?:decía|indicaba|afirmaba|señalaba|se decía|se indicaba|dijimos|publicamos) (?:por error|erróneamente|equivocadamente)|pedimos disculpas|lamentamos el error
        """
    ),
    remarks=phrases("versión|redacción|corregid|modificad|rectificad|enmendad|inicialmente|por error|anteriormente|en un principio|errónea|equivocad|disculpas|lamentamos|actualiza|ampliad|se añade"),
    faults=phrases(r"error(?:es)?|erróneamente|corregid[oa]|equivocad[oa]|incorrect[oa]|versión anterior"),
    updated=phrases("actualización|actualizaciones|actualizado|nota de la redacción|nota del editor|n\\. de la r\\."),
    updates=phrases("(?:este|el|esta|la) (?:artículo|texto|noticia|nota) (?:ha sido|fue|se ha|será|se actualiza) (?:actualizad[oa]|ampliad[oa])|actualizad[oa] (?:con|para)|se añade"),
    stamped=phrases("(?:última )?actualiza(?:ción|do|da)(?: el| a las)?|última modificación|publicad[oa](?: el| a las)?|modificad[oa](?: el| a las)?|actualizado"),
    negations=words("no nunca jamás ningún ninguna ninguno ni sin nada nadie tampoco"),
)  # fmt: skip
