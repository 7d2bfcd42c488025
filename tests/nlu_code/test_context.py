"""Short answers are read in their place."""

from __future__ import annotations

from typing import Any

import pytest
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.context import ContextReader
from bot.nlu.intents import set_intent


def read(text: str, ranking: list[tuple[str, float]], entities: list[dict[str, Any]], **metadata: Any) -> str:
    message = Message({"text": text, "metadata": metadata, "entities": entities})
    set_intent(message, ranking)
    ContextReader(ContextReader.get_default_config()).process([message])
    return str(message.get("intent")["name"])


def entity(name: str, text: str, words: str) -> dict[str, Any]:
    start = text.index(words)
    return {"entity": name, "value": words, "start": start, "end": start + len(words)}


@pytest.mark.parametrize(
    ("text", "ranking", "entities", "metadata", "intent"),
    [
        pytest.param("600", [("case_status", 0.5)], [("price_max", "600")], {"searching": True}, "refine_search",
                     id="a bare number while a search runs"),
        pytest.param("600", [("case_status", 0.5)], [("price_max", "600")], {}, "case_status", id="the same without a search"),
        pytest.param("in Stendal", [("faq/region", 0.9)], [("place", "Stendal")], {"expects": "place", "searching": True},
                     "refine_search", id="what was asked for, whatever it looks like"),
        pytest.param("wo melde ich mich in Stendal an", [("faq/registration", 0.9)], [("place", "Stendal")],
                     {"searching": True}, "faq", id="a question in between that names a place"),
        pytest.param("Pflege Havelberg", [("find_job", 0.6), ("refine_search", 0.3)], [("occupation", "Pflege"), ("place", "Havelberg")],
                     {"searching": True}, "find_job", id="a new search made of criteria alone"),
        pytest.param("Pflege Havelberg", [("find_job", 0.3), ("refine_search", 0.2)], [("occupation", "Pflege"), ("place", "Havelberg")],
                     {"searching": True}, "refine_search", id="criteria that look like nothing in particular"),
        pytest.param("egal", [("cancel", 1.0)], [("change", "egal")], {"searching": True}, "refine_search",
                     id="nothing but a criterion, however sure another reading is"),
        pytest.param("egal", [("cancel", 1.0)], [("change", "egal")], {}, "cancel", id="the same without a search"),
        pytest.param("egal, Hauptsache warm", [("cancel", 0.9)], [("change", "egal")], {"expects": "place", "searching": True},
                     "refine_search", id="it does not matter, as an answer to any question"),
        pytest.param("Was kostet die Kita?", [("faq/childcare_costs", 0.95)], [("occupation", "Kita")],
                     {"expects": "occupation", "searching": True}, "faq", id="a question in between that names what was asked for"),
        pytest.param("vielleicht irgendwo in einer Kita", [("find_job", 0.6)], [("occupation", "Kita")],
                     {"expects": "occupation", "searching": True}, "refine_search", id="an answer that looks like a new search"),
    ],
)  # fmt: skip
def test_context(text: str, ranking: Any, entities: Any, metadata: Any, intent: str) -> None:
    assert read(text, ranking, [entity(name, text, words) for name, words in entities], **metadata) == intent
