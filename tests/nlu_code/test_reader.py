"""What the classifier is shown of a message is the same in training and in serving."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import yaml

from bot.nlu.addition import Addition, EncoderError, MadeOf, may_learn
from bot.nlu.encoder import Encoder, VectorCache
from bot.nlu.encoder_build import WEIGHTS_SHA256
from bot.nlu.gloss import Glosser
from bot.nlu.reader import SampleReader

LISTS = {"de": {"wohnung": "apartment", "suchen": "look for"}, "uk": {"квартиру": "apartment", "шукаю": "look for"}}
TEXTS = [("Wohnung suchen", "de"), ("шукаю квартиру у Стендалі", "uk"), ("A flat, please!", "en"), ("", "de")]


@pytest.fixture(scope="module")
def reader() -> SampleReader:
    return SampleReader(Glosser(LISTS, names=["Stendal"]), Encoder.default(Path("models/cache")))


def test_words_of_all_languages_meet_in_their_gloss(reader: SampleReader) -> None:
    german, ukrainian = reader.sample("suchen Wohnung", "de"), reader.sample("шукаю квартиру", "uk")
    assert german.blocks[0] != ukrainian.blocks[0], "how it is written"
    assert german.blocks[1:] == ukrainian.blocks[1:], "what it says"
    assert german.vector is not None and ukrainian.vector is not None
    assert np.array_equal(german.vector, ukrainian.vector)


def test_the_encoder_reads_an_english_sentence_as_it_was_typed(reader: SampleReader) -> None:
    assert reader.encoder is not None
    typed = reader.sample("We're after a Wohnung in Stendal, please!", "en")
    assert np.array_equal(typed.vector, reader.encoder.vector("We're after a apartment in town, please!"))
    assert "town" in typed.blocks[1], "its words are counted as everybody's"
    other = reader.sample("Wohnung suchen", "de")
    assert np.array_equal(other.vector, reader.encoder.vector("apartment look for"))


def test_many_texts_are_read_as_each_would_be(reader: SampleReader, tmp_path: Path) -> None:
    texts, languages = zip(*TEXTS, strict=True)
    for _ in range(2):  # the second time out of the cache
        cache = VectorCache(tmp_path / "vectors.npz")
        for sample, (text, language) in zip(reader.samples(texts, languages, cache), TEXTS, strict=True):
            alone = reader.sample(text, language)
            assert sample.blocks == alone.blocks
            # Kept with half the digits.
            assert np.allclose(sample.vector, alone.vector, atol=1e-3)


def test_what_was_saved_with_a_model_reads_the_same(reader: SampleReader, tmp_path: Path) -> None:
    reader.save(tmp_path)
    config = {"vector": False, "data": "nowhere"}
    again = SampleReader.read(tmp_path, config)
    for text, language in TEXTS:
        assert again.sample(text, language).blocks == reader.sample(text, language).blocks
        assert again.sample(text, language).vector is None


def test_without_a_gloss_the_words_themselves_count(tmp_path: Path) -> None:
    own = SampleReader(None, None)
    own.save(tmp_path)
    again = SampleReader.read(tmp_path, {"vector": False})
    assert again.glosser is None
    assert again.sample("wohnung", "de").blocks[1] == ["wohnung"]
    assert again.samples(["Wohnung"], ["de"], VectorCache(tmp_path / "vectors.npz"))[0].vector is None
    assert not (tmp_path / "vectors.npz").exists()


@pytest.fixture
def learned(tmp_path: Path) -> dict[str, object]:
    """A configuration that names what the encoder has learned; here that is one small thing."""
    random = np.random.default_rng(4)
    pairs = {"encoder.layer.5.output.dense": (random.normal(0, 0.03, (1536, 2)), random.normal(0, 2, (2, 384)))}
    Addition(MadeOf(WEIGHTS_SHA256, 1, 0.8, 2, 1, 7), pairs).save(tmp_path / "addition.npz")
    return {"reads": "text", "vector": True, "model": None, "cache": str(tmp_path), "addition": str(tmp_path / "addition.npz")}


def test_a_model_keeps_what_its_encoder_has_learned(reader: SampleReader, learned: dict[str, object], tmp_path: Path) -> None:
    trained = SampleReader.for_training(learned)
    own = trained.sample("look for apartment", "en").vector
    assert own is not None and reader.encoder is not None
    assert own @ reader.encoder.vector("look for apartment") < 0.99
    (tmp_path / "model").mkdir()
    trained.save(tmp_path / "model")
    # Another one is made, but the model was trained with this one.
    Path(str(learned["addition"])).write_bytes(b"another")
    again = SampleReader.read(tmp_path / "model", learned)
    assert np.array_equal(again.sample("look for apartment", "en").vector, own)


def test_the_examples_that_the_encoder_has_not_learned_from_are_known(
    reader: SampleReader, learned: dict[str, object]
) -> None:
    texts = [f"text {number}" for number in range(50)]
    assert reader.unseen(texts).all(), "as it came it has learned from none"
    unseen = SampleReader.for_training(learned).unseen(texts)
    assert unseen.tolist() == [not may_learn(text, 0.8) for text in texts] and 0 < unseen.sum() < 25


def test_training_without_the_file_that_is_configured_stops(learned: dict[str, object]) -> None:
    Path(str(learned["addition"])).unlink()
    with pytest.raises(EncoderError, match=r"addition\.npz is missing"):
        SampleReader.for_training(learned)


def test_the_file_in_the_repository_is_for_this_encoder() -> None:
    config = yaml.safe_load(Path("config.yml").read_text())["pipeline"]
    named = next(Path(own["addition"]) for own in config if own["name"].endswith("JointIntentClassifier"))
    made_of = Addition.read(named, WEIGHTS_SHA256).made_of
    assert made_of.examples > 10_000 and made_of.share < 1, "some examples are left to weigh opinions on"
    assert named.stat().st_size < 1_500_000
