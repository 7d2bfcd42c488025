"""Rooms, area, age and price in real sentences, and numbers that are none of them.

A case is language, sentence, what has to be found (kind=value, all of it unless the last is `…`).
"""

from __future__ import annotations

from typing import Any

import pytest

from bot.nlu.entity_reader import EntityReader
from tests.nlu_code.entity_reader.sentences import cases, negatives, of_kind, values

HOUSING = """
de | 3-Zimmer-Wohnung in Werben bis 600 Euro | rooms=3, housing_kind=flat, place=werben, price_max=600
de | 3-Raum-Wohnung gesucht | rooms=3, housing_kind=flat
de | Dreiraumwohnung Stendal | rooms=3, housing_kind=flat, place=stendal
de | suche 2 ZKB bis 450 warm | rooms=2, price_max=450
de | zwei Zimmer, unter 600€ | rooms=2, price_max=600
de | zwo räume reichen uns | rooms=2
de | 2,5 Zimmer | rooms=2.5
de | 2-3 Zimmer wären gut | rooms=2, comparison=at_least, rooms_max=3
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
de | mehr als 2 Zimmer | comparison=more_than, rooms=2
de | mindestens 3 Zimmer | comparison=at_least, rooms=3
ru | больше двух комнат | comparison=more_than, rooms=2
de | nicht mehr als 3 Zimmer | comparison=at_most, rooms=3
uk | не більше 3 кімнат | comparison=at_most, rooms=3
en | 3 or more rooms | rooms=3, comparison=at_least
en | a two-room flat to rent under 500 | rooms=2, housing_kind=flat, deal=rent, price_max=500
en | house for sale, up to 150k | housing_kind=house, deal=buy, price_max=150000
en | at least 70 sqm | area_min=70
en | 3 bedroom house, max €900 | rooms=3, comparison=at_least, housing_kind=house, price_max=900
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
de | Ein-Zimmer-Wohnung in Werben | rooms=1, housing_kind=flat, place=werben
de | drei große Zimmer | rooms=3
en | interested in two bedroom flats | rooms=2, comparison=at_least, housing_kind=flat
pl | 2 oddzielne pokoje | rooms=2
uk | дві окремі кімнати | rooms=2
ru | 2-к квартира | rooms=2, housing_kind=flat
ru | 2к квартира до 150к | rooms=2, housing_kind=flat, price_max=150000
ar | غرفتين ونص | rooms=2.5
de | zimmer 2, max 400 kalt, arneburg | rooms=2, price_max=400, place=arneburg
de | Anzahl Zimmer: 3 | rooms=3
de | 3 oder besser 4 Zimmer | rooms=3, comparison=at_least, rooms_max=4
pl | 2 lub 3 pokoje | rooms=2, comparison=at_least, rooms_max=3
ru | 2-х или 3-х комнатную | rooms=2, comparison=at_least, rooms_max=3
ar | 3-4 غرف | rooms=3, comparison=at_least, rooms_max=4
en | at most 3-4 rooms | rooms=3, comparison=at_least, rooms_max=4
de | Wir wohnen grad zu viert in 2 Zimmern und brauchen 4 | rooms=4
en | rooms: 3, pets: 1 cat | rooms=3
en | 3+ rooms | rooms=3, comparison=at_least
en | three decent-sized rooms | rooms=3
pl | pokoje trzy, parter | rooms=3
uk | живемо в однокімнатній, а треба хоча б дві | rooms=2
ru | однушка или двушка | rooms=1, comparison=at_least, rooms_max=2
ru | комнат: 2 | rooms=2
ar | عدد الغرف: 3 | rooms=3
"""

ROOMS_OF_TODAY = """
de | zu viert in zwei Zimmern, das geht nicht mehr
en | we are four in one room, need something larger
en | four to a bedroom, we have outgrown it
en | one room more, please
pl | mieszkamy w piątkę w jednym pokoju
uk | зараз у двох кімнатах товчемось
ru | задыхаемся впятером в одной комнате
ru | надо съехать с нашей трёшки до конца мая
de | Aus unserer 3 Zimmer Wohnung müssen wir raus
en | we live in a 2 room flat
pl | musimy się wyprowadzić z naszego dwupokojowego mieszkania
de | Muss ich ins Zimmer 12 im Rathaus?
ar | هلأ ساكنين بشقة غرفتين
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
de | Kindergarten in Werben, 3 Jahre | childcare_kind=kindergarten, place=werben, child_age=36
de | mein Sohn ist schon drei | child_age=36
en | a place for a lad of five | child_age=60
en | my girl, five, likes horses | child_age=60
en | the twins turn three on Friday | child_age=36
en | kids are 1, 3 and 6 | child_age=12, child_age=36, child_age=72
en | she's four and a chatterbox | child_age=48
en | childminder for 18mo | childcare_kind=childminder, child_age=18
uk | хлопчик півтора | child_age=18
ru | сыну почти два | child_age=24
ar | ابني سنتين وشهرين | child_age=26
"""

NO_AGES = """
de | Tagesmutter für sechs Wochen gesucht
en | my leave is up in four weeks, the baby needs a place
en | the kids have five mornings a week
en | for the baby, just one place
uk | малий вже три тижні питає де інші дітки
ru | няня для ребенка с 5.30
"""


@pytest.mark.parametrize(("language", "text", "wanted"), cases(HOUSING + AGES))
def test_is_found(reader: EntityReader, language: str, text: str, wanted: str) -> None:
    expected = set(wanted.replace(", …", "").split(", "))
    found = values(reader.read(text, language))
    if wanted.endswith("…"):
        assert expected <= found
    else:
        assert found == expected


@pytest.mark.parametrize(("language", "text", "_"), negatives(NO_NUMBERS))
def test_is_no_price_age_or_size(reader: EntityReader, language: str, text: str, _: str) -> None:
    assert not of_kind(reader.read(text, language), "price_max", "rooms", "area_min", "child_age", "ordinal")


@pytest.mark.parametrize(("language", "text", "_"), negatives(ROOMS_OF_TODAY))
def test_rooms_people_live_in_now_are_not_looked_for(reader: EntityReader, language: str, text: str, _: str) -> None:
    assert not of_kind(reader.read(text, language), "rooms")


@pytest.mark.parametrize(("language", "text", "_"), negatives(NO_AGES))
def test_time_and_counts_beside_a_child_are_no_age(reader: EntityReader, language: str, text: str, _: str) -> None:
    assert not of_kind(reader.read(text, language), "child_age")


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


def test_numbers_are_whole_where_they_can_be(reader: EntityReader) -> None:
    found = {e["entity"]: e["value"] for e in reader.read("2,5 Zimmer bis 600,00 €", "de")}
    assert found == {"rooms": 2.5, "price_max": 600} and isinstance(found["price_max"], int)
