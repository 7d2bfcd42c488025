"""What the classifier is shown of a message is the same in training and in serving."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bot.nlu.encoder import Encoder, VectorCache
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
