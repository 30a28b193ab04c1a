import pytest

from monitor.core.revision.lexicon import LEXICONS
from monitor.core.revision.namesakes import same_speaker
from monitor.core.revision.notes import note
from monitor.core.revision.quotes import named_last, quotes
from monitor.core.text import lettering


@pytest.mark.parametrize(
    ("lang", "text", "words", "speaker"),
    [
        ("en", "“It is an act of war,” President Hollande said.", "It is an act of war,", "President Hollande"),
        ("en", 'According to Maria Lopez, a witness, "people were running".', "people were running", "Maria Lopez"),
        ("en", "'I cannot breathe,' said Tom Hale, a miner.", "I cannot breathe,", "Tom Hale"),
        ("en", "Hollande came. “It is an act of war,” he said.", "It is an act of war,", "Hollande"),
        ("fr", "« C'est la guerre », a déclaré François Hollande samedi.", "C'est la guerre", "François Hollande"),
        ("de", "„Das ist Krieg“, sagte Präsident François Hollande am Samstag.", "Das ist Krieg", "Präsident François Hollande"),
        ("de", "»Das ist Krieg«, sagte Heiko Maas.", "Das ist Krieg", "Heiko Maas"),
        ("es", "«Es la guerra», advirtió la ministra de Defensa, Margarita Robles.", "Es la guerra", "Margarita Robles"),
        ("ru", "«Ждём ответа, — сказал Лавров журналистам. — Пока его нет».", "Ждём ответа, — сказал Лавров журналистам. — Пока его нет", "Лавров"),
        ("ar", "وقال بوتين: «هذا عمل حربي».", "هذا عمل حربي", "بوتين"),
        ("zh", "法国总统奥朗德说：“这是战争行为。”", "这是战争行为。", "法国总统奥朗德"),
        ("zh", "“没看见，”陈先生回忆道，“只听到一声巨响。”", "没看见， 只听到一声巨响。", "陈先生"),
        ("ja", "オランド大統領は「これは戦争だ」と述べた。", "これは戦争だ", "オランド大統領"),
        ("ja", "「誰も教えてくれなかった」と住民の田中花子さんは話した。", "誰も教えてくれなかった", "住民の田中花子さん"),
    ],
)  # fmt: skip
def test_a_quotation_and_its_speaker(lang: str, text: str, words: str, speaker: str) -> None:
    (quote,) = quotes(text, LEXICONS[lang])
    assert (quote.words, quote.speaker) == (words, speaker)


@pytest.mark.parametrize(
    ("lang", "text", "speaker"),
    [
        ("en", "The coach was blunt afterwards: “We were second best.”", "The coach"),
        ("de", "Trainer Ulf Sander war bedient: „Das war gar nichts.“", "Trainer Ulf Sander"),
        ("fr", "L'entraîneur a fini par s'exprimer : « C'est à moi de partir. »", "L'entraîneur"),
        ("en", "Commissioner Rob Cook, “We deserve a better government.”", "Commissioner Rob Cook"),
        ("en", "Asked about the harbour: “We were never told of it.”", ""),
        ("en", "title: “How to run a workshop”", ""),
        ("en", "The museum opened an inquiry, calling the loss “deeply painful to us”.", "The museum"),
        ("ru", "Завод подтвердил аварию, назвав её «незначительной и локальной проблемой».", "Завод"),
        ("en", "The regulator fined the bank for what it called “systemic and serious failings”.", "The regulator"),
        ("en", "The prime minister, asked about the leak, said he would “not be drawn on talks”.", "The prime minister"),
        ("de", "Der Polizei zufolge war die Lage „jederzeit unter Kontrolle“.", "Polizei"),
        ("zh", "公司否认存在隐患，称有关报道“完全没有事实根据”。", "公司"),
    ],
)  # fmt: skip
def test_a_speaker_whom_the_sentence_is_about(lang: str, text: str, speaker: str) -> None:
    (quote,) = quotes(text, LEXICONS[lang])
    assert quote.speaker == speaker


@pytest.mark.parametrize(
    ("lang", "text", "speaker"),
    [
        ("en", "Interior Minister Paul Roche met the families. “We failed them,” he said.", "Interior Minister Paul Roche"),
        ("en", "Mayor Paul Roche met the families. The room was silent. “We failed them,” he said.", "Mayor Paul Roche"),
        ("en", "The bridge is shut. Its owner, Tom Ashe, is abroad. “It was sound,” he said.", "Tom Ashe"),
        ("en", "The governor did not attend. On Twitter he wrote: “Thoughts and prayers tonight.”", "The governor"),
        ("en", "Anna Reyes was killed at once. “Nobody helped her at all,” he said.", ""),
        ("en", "Mr Sutter, a retired welder, is 80. He remembers it well. “You wouldn't dare now,” he says.", "Sutter"),
        ("de", "Die Kanzlei wies das zurück. Man habe „zu jeder Zeit nach Recht gehandelt“.", "Die Kanzlei"),
        ("fr", "L'ancien ministre nie tout en bloc. « Je n'ai rien à cacher », répète-t-il.", "L'ancien ministre"),
        ("es", "El piloto aterrizó. «Pensé en mis hijos», confesó después a la radio.", "El piloto"),
        ("es", "La cantante canceló la gira. «Estoy afónica y triste», se disculpó en Instagram.", "La cantante"),
        ("en", "The press secretary, Dana Fox, would not say who. “I can't get into that,” she said.", "Dana Fox"),
        ("es", "El alcalde dimitió el lunes. «Es lo mejor para todos», dijo.", "El alcalde"),
        ("ru", "Мэр провёл совещание. «Ситуация под контролем», — заверил он.", "Мэр"),
    ],
)  # fmt: skip
def test_he_said_means_whom_the_sentence_before_is_about(lang: str, text: str, speaker: str) -> None:
    (quote,) = quotes(text, LEXICONS[lang])
    assert quote.speaker == speaker


@pytest.mark.parametrize(
    ("lang", "text", "speaker"),
    [
        ("en", "President Paul Roche called the raid “an act of war” on Sunday, a few hours after he had declared a curfew.", "President Paul Roche"),
        ("en", "The mayor described it as “a blunder of the first order”, shortly before the minister praised it.", "mayor"),
        ("en", "“We will rebuild it all,” Ida Lund said, hours after the owner had declared it lost.", "Ida Lund"),
        ("fr", "Le maire a parlé d'« un acte de guerre », quelques heures après que la ministre a déclaré l'état d'urgence.", "maire"),
        ("de", "Der Bürgermeister nannte es „einen Akt des Krieges“, kurz nachdem die Ministerin den Notstand erklärt hatte.", "Bürgermeister"),
        ("en", "The clerk left. “Nothing at all was stolen,” he told reporters after the owner had said so.", "The clerk"),
    ],
)  # fmt: skip
def test_who_says_something_else_in_another_clause_does_not_say_the_quotation(
    lang: str, text: str, speaker: str
) -> None:
    (quote,) = quotes(text, LEXICONS[lang])
    assert quote.speaker.removeprefix("Le ").removeprefix("The ").removeprefix("Der ") == speaker.removeprefix("The ")


def test_he_said_means_the_person_named_since_the_last_speaker() -> None:
    text = "“We are home,” Anders Holm said. {} “Nobody has signed it,” {} said."
    between = {"His deputy, Greta Lund, was cautious.": "Greta Lund", "The bridge reopened on Monday.": "Anders Holm"}
    for sentence, speaker in between.items():
        assert quotes(text.format(sentence, "she"), LEXICONS["en"])[1].speaker == speaker


@pytest.mark.parametrize(
    ("lang", "text", "speaker"),
    [
        ("en", "Prime Minister Jo Vale rejected the claim as “a cheap political stunt”.", "Prime Minister Jo Vale"),
        ("en", "The square became “a place of fear and silence”.", ""),
        ("en", "Residents were told to “stay indoors and wait”.", ""),
        ("en", "Then we saw a note with “no way out of here” in red.", ""),
        ("en", "Check the box beside “send me the news at noon”.", ""),
        ("en", "Residents blamed “a culture of silence at the top”.", "Residents"),
        ("en", "The plan was described by the union as “a joke”.", "union"),
        ("en", "The bill is “dead on arrival”, according to Senate leader Tom Pike.", "Senate leader Tom Pike"),
        ("en", "More than 1,000 people signed, the group said, “in a single day”.", "group"),
        ("en", "Ms Reed — who resigned in March — said she had been “hung out to dry”.", "Reed"),
        ("fr", "« C'est une mascarade », a dit à la presse Claire Morin.", "Claire Morin"),
        ("de", "„Wir sind froh“, sagte die Chefin der Gewerkschaft, Ute Lang, am Freitag.", "Ute Lang"),
        ("de", "„Kein Kommentar“, hieß es aus dem Ministerium.", "Ministerium"),
        ("es", "“Estamos desesperados”, dice entre lágrimas Carmen Solís.", "Carmen Solís"),
        ("ru", "Как рассказала РИА Новости пресс-секретарь суда Анна Кротова, он «прошёл тихо».", "РИА Новости пресс-секретарь суда Анна Кротова"),
        ("zh", "“孩子们都安全。”校长刘芳告诉记者。", "校长刘芳"),
        ("ja", "「知らなかった」と釈明するのは、当時の担当課長だ。", "担当課長"),
        ("ja", "「もう限界です」。避難所で暮らす鈴木さん（72）はそう漏らす。", "鈴木さん"),
        ("zh", "居民刘芳（45岁）说：“水来得太快了。”", "居民刘芳"),
        ("en", "The court heard that the boy, seven, had told a teacher he was “scared of going home”.", "the boy"),
        ("fr", "Interrogé sur son avenir, l'entraîneur botte en touche : « On verra. »", "l'entraîneur"),
        ("ar", "أعلنت النقابة الإضراب. وأضاف أمينها وليد سالم: «لم يتركوا لنا خيارا آخر».", "أمينها وليد سالم"),
        ("en", "“There was smoke,” a paramedic who asked not to be named told us.", "paramedic"),
        ("fr", "Le chef des écologistes, Marc Aubin, y voit « une occasion manquée ».", "Marc Aubin"),
        ("es", "Su directora, Irene Vidal, quiere «menos promesas y más tiendas».", "Irene Vidal"),
        ("ar", "وصف الناجون اللحظات الأولى. «ظننت أنني سأموت»، تروي سارة منصور.", "سارة منصور"),
        ("zh", "市长许下“三个月内全部完工”的诺言。", "市长"),
        ("ja", "市長は「三か月以内に完成させる」を公約に掲げた。", "市長"),
        ("de", "Auf Twitter schrieb der Senator: „Das ist ein Skandal.“", "Senator"),
        ("es", "Según explicó la doctora Lucía Ferrer, está «fuera de todo peligro».", "doctora Lucía Ferrer"),
        ("es", "«Es la mejor noticia», celebraba ayer el gerente del puerto.", "gerente del puerto"),
        ("es", "“¡Fuera!”, gritaban los aficionados.", "aficionados"),
        ("fr", "« J'ai honte », a lâché à la barre le policier.", "policier"),
        ("ru", "«Мы победим!» — скандировала толпа.", "толпа"),
        ("ru", "В мэрии назвали сообщения «слухами, не имеющими оснований».", "мэрии"),
        ("ar", "«أين ذهبت المساعدات؟» يتساءل عمر، وهو أب لستة أطفال.", "عمر"),
        ("zh", "他在微博上写道：“再见，我的青春。”", ""),
        ("ja", "岸本知事は24日の会見で「全力で支援する」と表明した。", "岸本知事"),
        ("ja", "伊藤監督も「よく粘ってくれた」と選手をたたえた。", "伊藤監督"),
        ("ja", "客から「味が落ちた」との苦情が相次いだという。", "客"),
        ("en", "Councillor Jim Tully (Independent) said the plan was “dead on its feet”.", "Councillor Jim Tully"),
        ("en", "He is survived by his wife and four children, who described him as “our rock”.", "four children"),
        ("en", "Downing Street would not discuss what it dubbed “mere process questions”.", "Downing Street"),
        ("fr", "« C'est un jour historique », s'est félicitée la ministre des Transports.", "ministre des Transports"),
        ("es", "La Fiscalía pide 15 años. La defensa, por su parte, lo considera «desproporcionado».", "La defensa"),
        ("ja", "漁業者からは「死活問題だ」と悲鳴が上がる。", "漁業者"),
        ("en", "The chief thanked the family for their “extraordinary dignity”.", "The chief"),
        ("de", "Verbraucherschützer halten das für „schlicht unverschämt“.", "Verbraucherschützer"),
        ("en", "Minister Karl Ott, 61, who is standing down, dismissed it as “fantasy”.", "Minister Karl Ott"),
        ("en", "The suspect's mother, reached at home, said she was “praying for all”.", "The suspect's mother"),
        ("en", "He was gone. The authors write that the effect is “modest at best”.", "authors"),
        ("fr", "Anne Roux, maire de Digne, réclame « un moratoire immédiat ».", "Anne Roux"),
        ("fr", "Le ministre, en déplacement à Lille, a promis « des réponses concrètes ».", "Le ministre"),
        ("es", "El portavoz del Gobierno, Félix Bolín, ha tachado la idea de «ocurrencia».", "Félix Bolín"),
        ("es", "Así lo explicó el científico Raúl Gómez: “El virus ha mutado”.", "científico Raúl Gómez"),
        ("es", "Marta llora. «Era mi hermano», repite.", "Marta"),
        ("ar", "ونقلت الوكالة عن مصدر أمني قوله إن «الوضع تحت السيطرة».", "مصدر أمني"),
        ("ja", "「楽しかった」と笑顔を見せたのは高橋優君（10）。", "高橋優君"),
        ("ja", "「夢のようだ」と優勝した原選手は笑顔を見せた。", "原選手"),
        ("ja", "商店街からは「客足が戻らない」との声が上がる。", "商店街"),
        ("en", "The novelist, who died in March, once described it as “letters to nobody”.", "The novelist"),
        ("en", "Nobody was hurt, the ministry said, condemning what it called “a cowardly act”.", "ministry"),
        ("en", "Prosecutors say Mr Lake bragged that he had “cleaned out the old man”.", "Lake"),
        ("fr", "Au micro de la radio, le patron des pompiers lui donne « un mois tout au plus ».", "le patron"),
        ("de", "Der Wetterdienst warnt vor Böen. „Bleiben Sie zu Hause“, rät Expertin Anke Thiel.", "Expertin Anke Thiel"),
    ],
)  # fmt: skip
def test_a_speaker_by_his_place(lang: str, text: str, speaker: str) -> None:
    (quote,) = quotes(text, LEXICONS[lang])
    assert quote.speaker == speaker


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("en", "The film “The Long Way Home Again” opens on Friday."),
        ("en", "She sang “Hello From the Other Side” at the wedding."),
        ("en", "The so-called “dark fleet” has grown."),
        ("en", "Drivers avoid the “smart motorway” at night."),
        ("fr", "Le film « Les Nuits fauves de Lyon » sort mercredi."),
        ("de", "Das Lied „Über den sieben Brücken“ lief zum Abschied."),
        ("ru", "Компания «Северный ветер и море» закрыла офис."),
        ("ar", "عرض المهرجان فيلم «الطريق إلى البحر» أمس."),
        ("ja", "映画「夜明けの歌をもう一度」が公開された。"),
    ],
)
def test_what_something_is_called_is_no_quotation(lang: str, text: str) -> None:
    (quote,) = quotes(text, LEXICONS[lang])
    assert (quote.slight, quote.speaker) == (True, "")


def test_what_is_said_of_a_film_is_a_quotation() -> None:
    (quote,) = quotes("Critics said the film “loses its way in the second half”.", LEXICONS["en"])
    assert (quote.slight, quote.speaker) == (False, "Critics")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Hara", "Hara's father", False),
        ("原選手", "原選手の父親", False),
        ("Marie Petit", "avocate de Marie Petit", False),
        ("mayor Lyn Hart", "former mayor Lyn Hart", True),
        ("airline", "spokeswoman for the airline", True),
        ("The coach", "The captain", False),
        ("Two former employees", "Three former employees", True),
        ("Residents of Leeds", "Prosecutors", False),
    ],
)
def test_who_is_the_same(one: str, other: str, same: bool) -> None:
    assert same_speaker(one, other) == same_speaker(other, one) == same


def test_a_mark_behind_a_figure_is_an_inch() -> None:
    assert quotes('The 42" screen costs less than the 50" one.', LEXICONS["en"]) == []


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        ("“We were told to wait,” nurse Ida Blom said.", "Ida Blom"),
        ("Ida Blom left the ward at noon.", "Ida Blom"),
        ("“We were told to wait,” nurse Ida Blom said. The ward closed at noon.", "Ida Blom"),
        ("The ward closed at noon.", "The ward"),
    ],
)
def test_whom_he_said_means_in_the_next_block(text: str, speaker: str) -> None:
    assert named_last(text, LEXICONS["en"]).endswith(speaker)


def test_he_said_within_the_marks_is_not_quoted() -> None:
    (quote,) = quotes("« La situation, a-t-elle insisté, n'est pas tenable. »", LEXICONS["fr"])
    assert lettering(quote.bare) == lettering("La situation n'est pas tenable.")


def test_two_verbs_of_one_subject_and_two_subjects_of_one_sentence() -> None:
    said = "The secretary said Britain “will not hesitate to act” and urged both sides to “step back from the brink”."
    both = "Mr Ruiz called it “a historic moment”, while Ms Vance preferred “a first step”."
    assert [quote.speaker for quote in quotes(said, LEXICONS["en"])] == ["secretary", "secretary"]
    colons = "Prof Daniel Achebe: “It is a beautiful result.” Prof Ingrid Solheim: “I don't believe it.”"
    assert [quote.speaker for quote in quotes(both, LEXICONS["en"])] == ["Ruiz", "Vance"]
    assert [quote.speaker for quote in quotes(colons, LEXICONS["en"])] == ["Prof Daniel Achebe", "Prof Ingrid Solheim"]


def test_a_sea_of_white_space_is_not_searched_again_from_each_place() -> None:
    (quote,) = quotes(f"“We were told to wait,”{' ' * 150_000}he said.", LEXICONS["en"])
    assert quote.words == "We were told to wait,"


def test_a_sentence_about_somebody_else_is_not_said_by_who_spoke_before() -> None:
    text = (
        "Ann Lee, a neighbour, said it was “a quiet and happy street”. The school became “a place of fear and silence”."
    )
    first, second = quotes(text, LEXICONS["en"])
    assert (first.speaker, second.speaker) == ("Ann Lee", "")


def test_a_quotation_that_goes_on_is_said_by_the_same() -> None:
    first, second = quotes("“I was told nothing,” Lee said. “Nobody called me.”", LEXICONS["en"])
    assert (first.speaker, second.speaker) == ("Lee", "Lee")


def test_apostrophes_are_no_quotation_marks() -> None:
    assert quotes("The don't-miss event draws the city's elite and the players' friends.", LEXICONS["en"]) == []


@pytest.mark.parametrize(
    ("lang", "text", "found"),
    [
        ("en", "Correction: The plant is in Leeds.", "correction"),
        ("en", "An earlier version of this article misspelled a name.", "correction"),
        ("en", "Editor’s note: This story has been corrected.", "correction"),
        ("en", "Update, 3:15 p.m.: The agency has answered.", "update"),
        ("en", "Last updated: 15 November 2015, 10:05 GMT", "stamp"),
        ("en", "Corrections officers said the jail was full.", ""),
        ("en", "The senator misstated his income, the panel said.", ""),
        ("en", "The team updated the site in 2015 and corrected the error.", ""),
        ("en", "In 2015, 20 people died.", ""),
        ("de", "Stand: 15.11.2015, 10:05 Uhr", "stamp"),
        ("fr", "Rectificatif : une version précédente indiquait 20 morts.", "correction"),
        ("ja", "【訂正】工場は神戸でした。", "correction"),
        ("zh", "更新时间：2015年11月15日 10:05", "stamp"),
        ("it", "Correction: The plant is in Leeds.", "correction"),
    ],
)
def test_what_a_text_says_about_itself(lang: str, text: str, found: str) -> None:
    assert note(text, LEXICONS.get(lang, LEXICONS["en"])) == found
