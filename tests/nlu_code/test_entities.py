"""The entity reader as a Rasa component."""

from __future__ import annotations

from pathlib import Path

DATA = Path(__file__).parents[2] / "data"


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
    alone = Message(data={"text": "600", "language": "de", "metadata": {"searching": "housing"}})
    elsewhere = Message(data={"text": "600", "language": "de", "metadata": {"searching": "job"}})
    loaded.process([asked, faq, alone, elsewhere])
    assert [(e["entity"], e["value"]) for e in asked.get("entities")] == [("rooms", 2)]
    assert [(e["entity"], e["value"]) for e in faq.get("entities")] == [("place", "stendal")]
    assert [(e["entity"], e["value"]) for e in alone.get("entities")] == [("price_max", 600)], "while a home is looked for"
    assert elsewhere.get("entities") == []
