"""Entities in real sentences of six languages, and what must not be taken for one.

A case is language, sentence, what has to be found (kind=value, all of it).
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from bot.nlu.entity_reader import EntityReader, LexiconError, compile_lexicon
from tests.nlu_code.entity_reader.conftest import DATA
from tests.nlu_code.entity_reader.sentences import cases, negatives, of_kind, values

PLACES = """
de | Wohnung in Tangermünde | place=tangermuende
de | wohnung tangermuende | place=tangermuende
de | jobs in Tangermunde und Osterburg | place=tangermuende, place=osterburg
de | gibts was in Stendahl | place=stendal
de | Kita in der Nähe von Havelberg | place=havelberg
de | Arbeit in Bismarck | place=bismark
de | ich ziehe nach Werben | place=werben
de | haus in werben | place=werben
de | Grundstück in Iden | place=iden
de | Bus von Seehausen (Altmark) nach Osterburg | place=seehausen, place=osterburg
de | ein Hof in der Altmärkischen Höhe | place=altmaerkische-hoehe
de | Kita in Uchtspringe | place=stendal
de | wohnung in osterbrug | place=osterburg
en | jobs near Tangermunde | place=tangermuende
en | a flat in Arneburg or Goldbeck | place=arneburg, place=goldbeck
pl | praca w Stendalu | place=stendal
pl | szukam domu koło Arneburga | place=arneburg
pl | mieszkanie w Tangermünde albo w Osterburgu | place=tangermuende, place=osterburg
uk | робота у Стендалі | place=stendal
uk | квартира в Штендалі | place=stendal
uk | біля Остербурга | place=osterburg
uk | садок у Гафельберзі | place=havelberg
uk | Тангермюнде або Арнебург | place=tangermuende, place=arneburg
uk | у Зегаузені є лікар? | place=seehausen
ru | переезжаю в Штендаль | place=stendal
ru | жилье в Хафельберге | place=havelberg
ru | работа в Остербурге | place=osterburg
ru | садик в Тангерхютте | place=tangerhuette
ar | وظيفة تمريض في هافلبرغ | place=havelberg
ar | شقة بستندال | place=stendal
ar | سكن في تانجرموندا | place=tangermuende
ar | أوستربورغ أو زيهاوزن | place=osterburg, place=seehausen
ar | شغل في Stendal | place=stendal
"""

NO_PLACE = """
de | Kann man in eurem Verein Mitglieder werben?
de | Gibt es Freunde-werben-Freunde?
de | Ich habe viele Ideen
de | Sonntag hätte ich Zeit
de | Stadt und Land
de | auf dem Land wohnen
de | Standard
de | Können wir auf Deutsch schreiben?
de | Was soll ich sagen
de | wir sollen heute kommen
de | Gibt es hier eine Kamera?
de | Das Buch ist gut
de | im Landkreis Stendal
de | ich komme aus Oldenburg
de | Otto von Bismarck
en | I love this land
en | what a hassle
en | any ideas?
pl | co to jest powiat Stendal
uk | в районі Штендаль
ru | в округе Штендаль
ar | في منطقة شتندال
"""

WORK = """
de | Stelle als Krankenschwester in Stendal | occupation=nursing_care, place=stendal
de | Pflegefachkraft in Teilzeit | occupation=nursing_care, working_time=part_time
de | wer stellt Verkäuferinnen ein | occupation=retail
de | Minijob als Kellnerin | working_time=mini_job, occupation=hospitality_kitchen
de | job im lager, schicht | occupation=warehouse, working_time=shift
de | Ausbildung zum Anlagenmechaniker SHK | occupation=plumbing_heating
de | Arbeit als Elektrikr | occupation=electrical
de | suche Arbeit in der Pflege | occupation=nursing_care
de | Programmierer, gern im Homeoffice | occupation=it, working_time=remote
en | job as a nurse, full time | occupation=nursing_care, working_time=full_time
en | any work for a welder? | occupation=metal_mechanics
en | truck driver jobs | occupation=logistics_driving
pl | praca dla spawacza | occupation=metal_mechanics
pl | szukam pracy jako kierowca tira | occupation=logistics_driving
pl | praca na magazynie na pół etatu | occupation=warehouse, working_time=part_time
uk | шукаю роботу медсестрою | occupation=nursing_care
uk | потрібні водії? | occupation=logistics_driving
uk | робота прибиральницею на повний день | occupation=cleaning, working_time=full_time
uk | вакансії зварювальника | occupation=metal_mechanics
ru | ищу работу сварщиком | occupation=metal_mechanics
ru | вакансии воспитателя | occupation=childcare_education
ru | мини-джоб уборщицей | working_time=mini_job, occupation=cleaning
ar | عمل كممرضة | occupation=nursing_care
ar | شغل سائق شاحنة | occupation=logistics_driving
ar | بدي اشتغل بالتنظيف دوام جزئي | occupation=cleaning, working_time=part_time
ar | أبحث عن عمل كمبرمج عن بعد | occupation=it, working_time=remote
en | anyone hiring a brickie | occupation=construction
en | sparky looking for work | occupation=electrical
en | he lays tiles | occupation=construction
en | I fit solar panels | occupation=electrical
de | Schornsteinfeger werden | occupation=construction
pl | praca za ladą | occupation=retail
uk | вакансія електрозварника | occupation=metal_mechanics
ru | могу мыть посуду | occupation=hospitality_kitchen
ar | شغل سوق كلارك | occupation=warehouse
de | was mit Autos | occupation=automotive
en | apprenticeship cars | occupation=automotive
pl | coś z autami | occupation=automotive
ru | работа с машинами | occupation=automotive
uk | щось із машинами | occupation=automotive
ar | شي بالسيارات | occupation=automotive
en | nail studio | occupation=hairdressing_beauty
de | Stelle im Verkauf | occupation=retail
"""

NO_OCCUPATION = """
de | Ich suche einen Arzt
de | Wohnung mit Einbauküche
de | ein Haus mit Garten
de | Ich möchte Pflegegeld beantragen
de | Wo ist das Krankenhaus?
en | I need a doctor
pl | szukam lekarza rodzinnego
uk | як знайти сімейного лікаря
ru | мне нужен семейный врач
ar | بدي طبيب أطفال
"""

OTHERS = """
de | die zweite bitte | ordinal=2
de | mehr zu Nummer 3 | ordinal=3
de | das letzte | ordinal=-1
de | zeig mir die vorletzte | ordinal=-2
en | the last one | ordinal=-1
en | tell me more about the second | ordinal=2
pl | druga oferta | ordinal=2
pl | opowiedz o ostatniej | ordinal=-1
uk | покажи другу | ordinal=2
ru | расскажи про первую | ordinal=1
ar | الثاني | ordinal=2
ar | رقم ٣ | ordinal=3
de | meine Nummer ist HL-7K3M-92 | case_number=HL-7K3M-92
de | hl 7k3m 92, gibts was neues? | case_number=HL-7K3M-92
ru | дело HL-2QW8-55 | case_number=HL-2QW8-55
ar | رقم HL-٢B6T-٨٨ | case_number=HL-2B6T-88
de | auf Polnisch bitte | language=pl
de | bitte in Leichter Sprache | language=de-simple
en | can we switch to Arabic? | language=ar
pl | po polsku proszę | language=pl
uk | українською, будь ласка | language=uk
ru | можно по-русски? | language=ru
ar | ممكن بالعربي؟ | language=ar
de | ich pendle nach Wolfsburg | persona=commuter
de | Ich bin Rentnerin | persona=senior
de | wir sind Rückkehrer aus Hamburg | persona=returner
en | I'm a student here | persona=student
pl | wracam po 10 latach | persona=returner
uk | я біженка | persona=refugee
ru | я на пенсии | persona=senior
ar | أنا طالب | persona=student
de | Bitte rufen Sie mich an | contact_channel=phone
de | Termin per Video | contact_channel=video
uk | зателефонуйте мені | contact_channel=phone
"""

NOTHING = """
de | Wo finde ich einen Deutschkurs?
de | Brauche ich eine Übersetzung auf Deutsch?
de | Zum ersten Mal hier
de | Mein Kind kommt in die erste Klasse
de | Letzte Woche war ich da
de | Gibt es hier Ausflüge für Rentner?
en | first aid course
en | last week I was there
pl | kurs niemieckiego
uk | курси німецької мови
ru | в первый раз здесь
ar | كورس ألماني
"""


@pytest.mark.parametrize(("language", "text", "wanted"), cases(PLACES))
def test_place_is_found(reader: EntityReader, language: str, text: str, wanted: str) -> None:
    assert values(of_kind(reader.read(text, language), "place")) == set(wanted.split(", "))


@pytest.mark.parametrize(("language", "text", "wanted"), cases(WORK + OTHERS))
def test_is_found(reader: EntityReader, language: str, text: str, wanted: str) -> None:
    assert values(reader.read(text, language)) == set(wanted.split(", "))


@pytest.mark.parametrize(("language", "text", "_"), negatives(NO_PLACE))
def test_is_no_place(reader: EntityReader, language: str, text: str, _: str) -> None:
    assert not of_kind(reader.read(text, language), "place")


@pytest.mark.parametrize(("language", "text", "_"), negatives(NO_OCCUPATION))
def test_is_no_occupation(reader: EntityReader, language: str, text: str, _: str) -> None:
    assert not of_kind(reader.read(text, language), "occupation")


@pytest.mark.parametrize(("language", "text", "_"), negatives(NOTHING))
def test_says_nothing_to_act_on(reader: EntityReader, language: str, text: str, _: str) -> None:
    assert not of_kind(reader.read(text, language), "language", "ordinal", "persona")


EXPECTED = [
    ("ordinal", "2", "en", 2),
    ("place", "werben", "de", "werben"),
    ("place", "iden", "de", "iden"),
    ("occupation", "Küche", "de", "hospitality_kitchen"),
    ("contact_channel", "Telefon", "de", "phone"),
]


@pytest.mark.parametrize(
    ("slot", "text", "language", "value"), EXPECTED, ids=[f"{s}: {t}" for s, t, _, _ in EXPECTED]
)
def test_a_bare_answer_is_what_was_asked_for(
    reader: EntityReader, slot: str, text: str, language: str, value: Any
) -> None:
    assert [(e["entity"], e["value"]) for e in reader.read(text, language, slot)] == [(slot, value)]


DENIED = """
de | nicht in Tangermünde | without_place=tangermuende
en | not in Stendal please | without_place=stendal
pl | nie w Stendalu | without_place=stendal
uk | не в Стендалі | without_place=stendal
ar | مو بشتندال | without_place=stendal
de | nicht in Stendal oder Tangermünde | without_place=stendal, without_place=tangermuende
de | kein Videogespräch bitte | denied=video
de | nicht nur in Stendal | place=stendal, …
en | job as a cook, not part time | occupation=hospitality_kitchen, without_working_time=part_time
ru | работа не полный день | working_time=part_time
en | house, not a flat | housing_kind=house, without_housing_kind=flat
en | no tagesmutter, only kita | without_childcare_kind=childminder
pl | nie w gastro | without_occupation=hospitality_kitchen
de | Schichtarbeit geht nicht mehr wegen dem Rücken | without_working_time=shift
pl | nie, seehausen odpada | without_place=seehausen
ru | смены не подходят | without_working_time=shift
de | Büro geht nicht, lieber in den Garten | without_occupation=administration, occupation=gardening
ru | смены только днем | without_working_time=shift, …
en | no, in osterburg | place=osterburg
de | ohne Garten | denied=garten
en | without a garden | denied=garden
de | nicht im Erdgeschoss | denied=erdgeschoss
de | nicht mehr als 600 Euro | price_max=600
de | ins Büro kann ich nicht kommen | contact_channel=visit, denied=kommen
en | i cant do nights | without_working_time=shift
en | I don't want to work nights | without_working_time=shift, …
pl | nie chcę na zmiany | without_working_time=shift
de | ich kann keine Nachtschicht machen | without_working_time=shift
ar | شقة بس ما بدي سكن مشترك | housing_kind=flat, without_housing_kind=shared_flat
ar | في شي بدون شغل ليل؟ | without_working_time=shift
ar | الورديات ما بدي | without_working_time=shift
ru | не хочу жить в Стендале | without_place=stendal
ru | квартира, не хочу студию | housing_kind=flat, comparison=more_than, rooms=1, denied=flat
uk | однокімнатну не хочу | comparison=more_than, rooms=1, …
en | job without weekend shifts | without_working_time=weekend
de | ohne Schicht Vollzeit | without_working_time=shift, working_time=full_time
en | Werben is too far for me | without_place=werben
de | Werben ist mir zu weit weg | without_place=werben
pl | Havelberg jest za daleko | without_place=havelberg
uk | Гафельберг задалеко | without_place=havelberg
ar | اني ساكنه بستندال فيربن بعيده عليه | place=stendal, without_place=werben
de | von Stendal zu weit weg | place=stendal
en | warehouse job, no forklift licence | occupation=warehouse, denied=forklift
de | Job im Lager, aber keinen Staplerschein | occupation=warehouse, denied=staplerschein
"""


NOT_SPOKEN = """
de | meine Frau spricht kaum Deutsch
de | er kann kein gutes Deutsch
de | Deutsch kann ich nicht
en | she doesn't speak very good German
en | German my husband does not speak
pl | nie mowie po niemiecku
pl | żona prawie nie mówi po niemiecku
uk | мама зовсім не говорить німецькою
uk | німецькою я не розмовляю
ru | он тоже почти не говорит по немецки
ru | мы немецкий плохо знаем и говорим плохо
ar | هي ما بتحكي الماني منيح
ar | ما بعرف احكي الماني
ar | لا أتكلم الألمانية جيداً
"""


@pytest.mark.parametrize(("language", "text", "_"), negatives(NOT_SPOKEN))
def test_a_language_that_somebody_cannot_speak_is_no_wish(
    reader: EntityReader, language: str, text: str, _: str
) -> None:
    assert not of_kind(reader.read(text, language, intent="change_language"), "language")


WANTED_BESIDE = """
de | ich spreche nicht so gut Deutsch, bitte auf Polnisch | language=pl
de | auf Arabisch bitte, auf Deutsch kann ich nicht viel | language=ar
en | I don't speak German, in English please | language=en
pl | nie mowie po niemiecku, po polsku prosze | language=pl
uk | вона не говорить по-німецьки, пишіть українською | language=uk
ru | давайте по-русски, я почти не говорю по-немецки | language=ru
ru | вы не говорите по-русски? | language=ru
ar | ما بعرف احكي الماني، ممكن بالعربي؟ | language=ar
"""


@pytest.mark.parametrize(("language", "text", "wanted"), cases(WANTED_BESIDE))
def test_another_language_beside_it_is_one(reader: EntityReader, language: str, text: str, wanted: str) -> None:
    assert values(of_kind(reader.read(text, language), "language")) == {wanted}


@pytest.mark.parametrize(("language", "text", "wanted"), cases(DENIED))
def test_what_is_not_wanted_is_not_looked_for(reader: EntityReader, language: str, text: str, wanted: str) -> None:
    found, expected = values(reader.read(text, language)), wanted.split(", ")
    assert found == set(expected) or expected[-1] == "…" and set(expected[:-1]) <= found


@pytest.mark.parametrize(
    ("language", "text"), [("en", "Werben is too far"), ("pl", "Werben za daleko"), ("ru", "Хафельберг далеко")]
)
def test_a_place_that_is_too_far_away_asks_for_nothing_nearer(reader: EntityReader, language: str, text: str) -> None:
    assert [entity["entity"] for entity in reader.read(text, language)] == ["without_place"]


def test_the_one_of_the_first_one_is_no_age(reader: EntityReader) -> None:
    assert [entity["entity"] for entity in reader.read("اول واحد شلون اقدم عليه", "ar", expects="child_age")] == ["ordinal"]


def test_a_known_intent_leaves_out_what_means_nothing_there(reader: EntityReader) -> None:
    text = "In meiner Wohnung in Stendal schimmelt es, wo gibt es Hilfe?"
    assert values(reader.read(text, "de", intent="faq/renting")) == {"place=stendal"}


def test_how_a_question_begins_counts_in_the_hand_over_alone(reader: EntityReader) -> None:
    def questions(text: str, language: str, expects: str | None) -> list[str]:
        return [e["value"] for e in reader.read(text, language, expects) if e["entity"] == "handoff_question"]

    for text, language in [("wann ruft jemand an", "de"), ("а коли зателефонують", "uk"), ("متى يتصل أحد", "ar")]:
        assert questions(text, language, "handoff_topic") == ["when"]
        assert questions(text, language, "place") == questions(text, language, None) == []
    assert questions("gdzie to jest", "pl", "handoff_concern") == ["other"]


def test_offsets_are_those_of_the_message_as_it_was_typed(reader: EntityReader) -> None:
    for text, part, entity in [
        ("Straße? Nein: Tangermünde!", "Tangermünde", "place"),
        ('Для тр"їх: до шестисот євро', "шестисот євро", "price_max"),
        ("شقة في هافلبرغ", "هافلبرغ", "place"),
        ("Wohnung 45m² in Iden", "45m²", "area_min"),
    ]:
        found = [text[e["start"] : e["end"]] for e in of_kind(reader.read(text), entity)]
        assert found == [part]


def test_entities_of_one_kind_never_overlap(reader: EntityReader) -> None:
    for text in (
        "3-Raum-Wohnung, 3 Zimmer Wohnung Wohnung",
        "Seehausen (Altmark) Seehausen",
        "zwei-drei 2-3 Zimmer",
    ):
        spans = [(e["entity"], e["start"], e["end"]) for e in reader.read(text, "de")]
        for kind, start, end in spans:
            assert not [
                s for s in spans if s != (kind, start, end) and s[0] == kind and s[1] < end and start < s[2]
            ]


@pytest.mark.parametrize(
    "text", ["", " ", "?!…", "🙂", "\u202e", "a" * 2000, "1 " * 1000, "zwei" * 400, "و" * 500]
)
def test_no_text_is_too_odd(reader: EntityReader, text: str) -> None:
    assert isinstance(reader.read(text, "de"), list)


def test_the_compiled_lexicon_survives_json(reader: EntityReader) -> None:
    again = EntityReader(json.loads(json.dumps(compile_lexicon(DATA))))
    text = "Pflegerin sucht 2 Zimmer in Tangermünde bis 500 warm"
    assert again.read(text, "de") == reader.read(text, "de")


def test_a_lexicon_of_another_version_is_refused() -> None:
    with pytest.raises(LexiconError, match="train the model again"):
        EntityReader({"format": -1})


ALTERNATIVES = """
ru | уборка или кухня | occupation=cleaning, occupation=hospitality_kitchen
ar | تنظيف او مطبخ او محل | occupation=cleaning, occupation=hospitality_kitchen, occupation=retail
de | Köchin, gern im Krankenhaus | occupation=hospitality_kitchen
en | tagesmutter or kita for my baby | …
"""


@pytest.mark.parametrize(("language", "text", "wanted"), cases(ALTERNATIVES))
def test_a_weak_word_counts_beside_a_strong_one_that_an_or_joins_to_it(
    reader: EntityReader, language: str, text: str, wanted: str
) -> None:
    found = {each for each in values(reader.read(text, language)) if each.startswith(("occupation", "childcare"))}
    assert found == (set() if wanted == "…" else set(wanted.split(", ")))


WISHES = """
en | actualy from october only | wish=start
ar | الصبح بس | wish=hours
ru | работа без знания немецкого | german_level=0, …
uk | німецька в мене А2 | german_level=2, …
en | salary min 2500 | pay_min=2500
de | nicht unter 3500 brutto | pay_min=3500
ar | أكثر من 3500 يورو | pay_min=3500
ar | العفو قصدي 180 الف | price_max=180000
ar | معلش قصدي 600 | price_max=600
de | mehr als 600 Euro Miete zahle ich nicht | …
uk | це з опаленням? | …
ar | هل هاد مع التدفئة؟ | …
ru | на пол ставки | working_time=part_time
pl | szukam pracy dorywczej | working_time=mini_job
en | house with a big plot | housing_kind=house
pl | dom z dużą działką | housing_kind=house
en | room near Hochschule Magdeburg Stendal | place=stendal, …
uk | група продовженого дня, 1 клас | childcare_kind=after_school, child_age=72
de | Kita für Baby unter 1 Jahr | child_age=11
en | job over 14 euro an hour | wish=hourly_pay
en | mornings only after I bring the kids to kindergarten | wish=hours
de | nur vormittags, wenn ich die Kinder in den Kindergarten gebracht habe | wish=hours
ru | после того как отведу ребенка в садик | …
de | mindestens 14 Euro pro Stunde | wish=hourly_pay
en | job where I dont need much german | german_level=2
pl | praca, znam trochę niemieckiego | german_level=2
"""


@pytest.mark.parametrize(("language", "text", "wanted"), cases(WISHES))
def test_what_people_say_of_a_search(reader: EntityReader, language: str, text: str, wanted: str) -> None:
    found, expected = values(reader.read(text, language)), {each for each in wanted.split(", ") if each != "…"}
    assert found == expected or wanted.endswith("…") and expected <= found
    assert not {"occupation=plumbing_heating", "occupation=accounting_finance", "occupation=agriculture_forestry"} & found
    assert not any(each.startswith("pay_min") for each in found - expected), "a rent is no pay"
