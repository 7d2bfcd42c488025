"""Entities in real sentences of six languages, and what must not be taken for one.

A case is language, sentence, what has to be found (kind=value, all of it unless the last is `…`).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bot.nlu.entity_reader import EntityReader, LexiconError, compile_lexicon
from bot.nlu.evaluate_entities import parse_annotated

DATA = Path(__file__).parents[2] / "data"


@pytest.fixture(scope="session")
def reader() -> EntityReader:
    return EntityReader.from_data(DATA)


def values(entities: list[dict[str, Any]]) -> set[str]:
    # "change" (cheaper, larger) has tests of its own.
    return {f"{entity['entity']}={entity['value']}" for entity in entities if entity["entity"] != "change"}


def cases(table: str) -> list[Any]:
    """`language | sentence | entity=value, entity=value` a line."""
    out = []
    for line in table.strip().splitlines():
        if line.strip() and not line.startswith("#"):
            language, text, wanted = (part.strip() for part in line.split(" | "))
            out.append(pytest.param(language, text, wanted, id=f"{language}: {text}"))
    return out


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

HOUSING = """
de | 3-Zimmer-Wohnung in Werben bis 600 Euro | rooms=3, housing_kind=flat, place=werben, price_max=600
de | 3-Raum-Wohnung gesucht | rooms=3, housing_kind=flat
de | Dreiraumwohnung Stendal | rooms=3, housing_kind=flat, place=stendal
de | suche 2 ZKB bis 450 warm | rooms=2, price_max=450
de | zwei Zimmer, unter 600€ | rooms=2, price_max=600
de | zwo räume reichen uns | rooms=2
de | 2,5 Zimmer | rooms=2.5
de | 2-3 Zimmer wären gut | rooms=2
de | Einfamilienhaus kaufen bis 250.000 | housing_kind=house, deal=buy, price_max=250000
de | haus kaufen max 250 Tsd | housing_kind=house, deal=buy, price_max=250000
de | höchstens sechshundert Euro Miete | price_max=600, deal=rent
de | nicht mehr als 1 200 € im Monat | price_max=1200
de | Wohnung ab 80 qm | housing_kind=flat, area_min=80
de | mindestens 45 m² | area_min=45
de | Grundstück 800 qm | housing_kind=plot, area_min=800
de | suche ein Grundstück, mindestens ein Hektar | housing_kind=plot, area_min=10000
de | WG-Zimmer bis 300 | housing_kind=shared_flat, price_max=300
de | seniorengerechte Wohnung gesucht | housing_kind=senior_flat, …
en | a two-room flat to rent under 500 | rooms=2, housing_kind=flat, deal=rent, price_max=500
en | house for sale, up to 150k | housing_kind=house, deal=buy, price_max=150000
en | at least 70 sqm | area_min=70
en | 3 bedroom house, max €900 | rooms=3, housing_kind=house, price_max=900
pl | szukam mieszkania 3-pokojowego do 500 euro | housing_kind=flat, rooms=3, price_max=500
pl | dwupokojowe mieszkanie w Stendalu | rooms=2, housing_kind=flat, place=stendal
pl | kawalerka do 300 | rooms=1, price_max=300
pl | dom do 80 tysięcy | housing_kind=house, price_max=80000
pl | co najmniej 60 metrów | area_min=60
uk | двокімнатна квартира до 600 євро | rooms=2, housing_kind=flat, price_max=600
uk | до шестисот євро на місяць | price_max=600
uk | 3-х кімнатна квартира | rooms=3, housing_kind=flat
uk | будинок до 150 тисяч | housing_kind=house, price_max=150000
uk | не менше 70 квадратів | area_min=70
ru | трёшка в Штендале | rooms=3, place=stendal
ru | ищу двушку до 500 евро | rooms=2, price_max=500
ru | двухкомнатная квартира не дороже шестисот евро | rooms=2, housing_kind=flat, price_max=600
ru | сниму квартиру 3 комнаты | deal=rent, housing_kind=flat, rooms=3
ru | участок 8 соток | housing_kind=plot, area_min=800
ar | شقة غرفتين للإيجار | housing_kind=flat, rooms=2, deal=rent
ar | شقة ٣ غرف ب 600 يورو | housing_kind=flat, rooms=3, price_max=600
ar | شقة غرفتين وصالون لحد ستمية يورو | housing_kind=flat, rooms=3, price_max=600
ar | بيت للبيع لحد ١٢٠ الف | housing_kind=house, deal=buy, price_max=120000
ar | على الأقل ٧٠ متر | area_min=70
"""

NO_NUMBERS = """
de | Die Miete steigt seit 2023
de | Ich habe 520-Euro-Jobs gemacht
de | bis 17 Uhr geöffnet
de | im Umkreis von 20 km
de | Das dauert bis 2026
de | Bezahlung über 3000 brutto
de | Wir sind 4 Personen
de | Ich habe 5 Jahre Erfahrung
de | seit 3 Jahren in Deutschland
de | Vor 2 Jahren war ich hier
de | mein Kind geht in Klasse 3
de | wer betreut kinder ab 5:30?
de | ich habe Deutsch B2
en | I have lived here for 3 years
en | open until 6 pm
pl | mam 5 lat doświadczenia
uk | маю 10 років досвіду
ru | опыт 6 лет
ar | عندي خبرة ٥ سنين
"""

AGES = """
de | Kita für ein Kind, 2,5 Jahre | child_age=30
de | Krippe für mein Baby, 8 Monate | childcare_kind=creche, child_age=8
de | Betreuung für zweijährigen Sohn | child_age=24
de | mein Sohn ist vier | child_age=48
de | Zwillinge (3) | child_age=36
de | 3-jährige Tochter | child_age=36
de | unser Kleiner ist anderthalb Jahre alt | child_age=18
de | Kita für Kinder, 2 und 5 Jahre | child_age=24, child_age=60
en | nursery for my 2 year old | child_age=24
en | she's three | child_age=36
en | baby is 10 months old | child_age=10
pl | przedszkole dla dwulatka | childcare_kind=kindergarten, child_age=24
pl | synek ma półtora roku | child_age=18
pl | żłobek, córka 10 miesięcy | childcare_kind=creche, child_age=10
uk | мені 3 роки дитині | child_age=36
uk | шукаю дитячий садок у Стендалі, дитині 2 роки | childcare_kind=kindergarten, place=stendal, child_age=24
uk | доньці чотири рочки | child_age=48
uk | трирічна дитина | child_age=36
ru | сыну 2 с половиной года | child_age=30
ru | ясли для годовалой дочки | childcare_kind=creche, child_age=12
ru | дочке полтора года | child_age=18
ar | ابني عمره سنتين | child_age=24
ar | حضانة لبنتي ٨ شهور | childcare_kind=creche, child_age=8
ar | عمرها سنة ونص | child_age=18
ar | طفلي عمره ثلاث سنوات | child_age=36
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
    found = [entity for entity in reader.read(text, language) if entity["entity"] == "place"]
    assert values(found) == set(wanted.split(", "))


@pytest.mark.parametrize(("language", "text", "wanted"), cases(HOUSING + AGES + WORK + OTHERS))
def test_is_found(reader: EntityReader, language: str, text: str, wanted: str) -> None:
    expected = set(wanted.replace(", …", "").split(", "))
    found = values(reader.read(text, language))
    if wanted.endswith("…"):
        assert expected <= found
    else:
        assert found == expected


def negatives(table: str) -> list[Any]:
    return cases("\n".join(f"{line} | -" for line in table.strip().splitlines()))


@pytest.mark.parametrize(("language", "text", "_"), negatives(NO_PLACE))
def test_is_no_place(reader: EntityReader, language: str, text: str, _: str) -> None:
    assert not [e for e in reader.read(text, language) if e["entity"] == "place"]


@pytest.mark.parametrize(("language", "text", "_"), negatives(NO_OCCUPATION))
def test_is_no_occupation(reader: EntityReader, language: str, text: str, _: str) -> None:
    assert not [e for e in reader.read(text, language) if e["entity"] == "occupation"]


@pytest.mark.parametrize(("language", "text", "_"), negatives(NO_NUMBERS))
def test_is_no_price_age_or_size(reader: EntityReader, language: str, text: str, _: str) -> None:
    numeric = {"price_max", "rooms", "area_min", "child_age", "ordinal"}
    assert not [e for e in reader.read(text, language) if e["entity"] in numeric]


@pytest.mark.parametrize(("language", "text", "_"), negatives(NOTHING))
def test_says_nothing_to_act_on(reader: EntityReader, language: str, text: str, _: str) -> None:
    assert not [e for e in reader.read(text, language) if e["entity"] in {"language", "ordinal", "persona"}]


EXPECTED = [
    ("price_max", "600", "de", 600),
    ("price_max", "so 550 etwa", "de", 550),
    ("price_max", "шістсот", "uk", 600),
    ("rooms", "3", "en", 3),
    ("rooms", "zwei", "de", 2),
    ("rooms", "троє", "uk", 3),
    ("rooms", "غرفتين", "ar", 2),
    ("rooms", "trzy", "pl", 3),
    ("child_age", "3", "de", 36),
    ("child_age", "два с половиной", "ru", 30),
    ("child_age", "8 miesięcy", "pl", 8),
    ("child_age", "سنتين", "ar", 24),
    ("area_min", "70", "de", 70),
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


def test_without_a_question_a_bare_amount_is_nothing(reader: EntityReader) -> None:
    assert reader.read("600", "de") == []


def test_a_known_intent_leaves_out_what_means_nothing_there(reader: EntityReader) -> None:
    text = "In meiner Wohnung in Stendal schimmelt es, wo gibt es Hilfe?"
    assert values(reader.read(text, "de", intent="faq/renting")) == {"place=stendal"}


def test_offsets_are_those_of_the_message_as_it_was_typed(reader: EntityReader) -> None:
    for text, part, entity in [
        ("Straße? Nein: Tangermünde!", "Tangermünde", "place"),
        ('Для тр"їх: до шестисот євро', "шестисот євро", "price_max"),
        ("شقة في هافلبرغ", "هافلبرغ", "place"),
        ("Wohnung 45m² in Iden", "45m²", "area_min"),
    ]:
        found = [text[e["start"] : e["end"]] for e in reader.read(text) if e["entity"] == entity]
        assert found == [part]


def test_numbers_are_whole_where_they_can_be(reader: EntityReader) -> None:
    found = {e["entity"]: e["value"] for e in reader.read("2,5 Zimmer bis 600,00 €", "de")}
    assert found == {"rooms": 2.5, "price_max": 600} and isinstance(found["price_max"], int)


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


BROKEN = [
    ("entity: deal\nvalues: [", r"deal\.yml:\d+: not valid YAML"),
    ("values: {}", "'entity: <name>' is missing"),
    ("entity: deal\nvalues:\n  rent:\n    words: {de: mieten}\n", r"deal\.yml:4: .*list of words"),
    (
        "entity: deal\nvalues:\n  rent:\n    words: {de: [mieten]}\n  rent:\n    words: {}\n",
        "stands here twice",
    ),
    ("entity: deal\nvalues:\n  rent:\n    wordz: {de: [mieten]}\n", r"deal\.yml:4: .*unknown key 'wordz'"),
    ("entity: rooms\nvalues:\n  many:\n    words: {de: [viele]}\n", "must be a number"),
    ("entity: deal\nvalues:\n  rent:\n    words: {de: ['!!']}\n", "nothing that can be matched"),
    ("entity: deal\nvalues:\n  rent:\n    words: {de: [*wohnung]}\n", "needs quotation marks"),
]


@pytest.mark.parametrize(("content", "message"), BROKEN, ids=[message for _, message in BROKEN])
def test_a_broken_file_is_named_with_its_line(tmp_path: Path, content: str, message: str) -> None:
    (tmp_path / "lexicon").mkdir()
    (tmp_path / "lexicon" / "inflection.yml").write_text("groups: {de: {languages: [de], endings: [e]}}")
    (tmp_path / "lexicon" / "deal.yml").write_text(content)
    (tmp_path / "region.yml").write_text("places: {a: {names: {de: Adorf}}}")
    with pytest.raises(LexiconError, match=message):
        compile_lexicon(tmp_path)


def test_a_word_more_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "lexicon").mkdir()
    (tmp_path / "lexicon" / "inflection.yml").write_text(
        "groups: {de: {languages: [de], min_stem: 4, endings: [en, n]}}"
    )
    (tmp_path / "lexicon" / "deal.yml").write_text(
        "entity: deal\nvalues:\n  rent:\n    words:\n      de:\n        - pachten\n"
    )
    (tmp_path / "region.yml").write_text("places: {a: {names: {de: Adorf}}}")
    assert values(EntityReader.from_data(tmp_path).read("Wiese pachten in Adorf", "de")) == {
        "deal=rent",
        "place=a",
    }


def test_annotations_are_read_as_rasa_writes_them() -> None:
    text, found = parse_annotated(
        'in [Stendal](place:stendal) [3 Zimmer](rooms:3) [so]{"entity": "deal", "value": "buy"}'
    )
    assert text == "in Stendal 3 Zimmer so"
    assert [(a.entity, a.value, text[a.start : a.end]) for a in found] == [
        ("place", "stendal", "Stendal"),
        ("rooms", 3, "3 Zimmer"),
        ("deal", "buy", "so"),
    ]


def test_the_component_learns_stores_and_reads(tmp_path: Path) -> None:
    from rasa.engine.graph import ExecutionContext, GraphSchema
    from rasa.engine.storage.local_model_storage import LocalModelStorage
    from rasa.engine.storage.resource import Resource
    from rasa.shared.nlu.training_data.message import Message
    from rasa.shared.nlu.training_data.training_data import TrainingData

    from bot.nlu.entities import LexiconEntityExtractor

    storage = LocalModelStorage(tmp_path)
    context = ExecutionContext(GraphSchema({}))
    resource = Resource("entities")
    trained = LexiconEntityExtractor.create({"data": str(DATA)}, storage, resource, context)
    trained.train(TrainingData([]))
    # What is loaded reads the model alone: the data folder may have changed or gone.
    loaded = LexiconEntityExtractor.load({"data": "nowhere"}, storage, resource, context)
    asked = Message(data={"text": "zwei", "language": "de", "metadata": {"expects": "rooms"}})
    faq = Message(
        data={
            "text": "In meiner Wohnung in Stendal ist Schimmel",
            "language": "de",
            "intent": {"name": "x", "confidence": 0.9},
        }
    )
    loaded.process([asked, faq])
    assert [(e["entity"], e["value"]) for e in asked.get("entities")] == [("rooms", 2)]
    assert [(e["entity"], e["value"]) for e in faq.get("entities")] == [("place", "stendal")]
