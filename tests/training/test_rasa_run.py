"""One real training, in a process of its own."""

from __future__ import annotations

import gzip
import tarfile
from pathlib import Path

import pytest

from bot.conversation.brain import Brain
from bot.training import rasa_run
from tests.training import small


def test_leaves_one_model_that_can_be_loaded(small_project: Path, small_brain: Brain) -> None:
    assert [path.name for path in (small_project / "out").iterdir()] == [f"{rasa_run.NAME}.tar.gz"]
    assert small_brain.is_ready and small_brain.reader is not None
    assert small_brain.reader.glosser is not None, "the words of the project's own data folder"
    assert small_brain.reader.glosser.gloss("arbeit", "de") == "job"


def test_the_archive_is_stored_without_compression(small_project: Path) -> None:
    packed = (small_project / "out" / "model.tar.gz").read_bytes()
    assert len(packed) > len(gzip.decompress(packed))


def test_content_that_cannot_be_trained_on_is_no_success(tmp_path: Path) -> None:
    data = small.write(tmp_path)
    with (data / "rules" / "all.yml").open("a") as rules:
        rules.write("- rule: greet otherwise\n  steps: [{intent: greet}, {action: utter_job}]\n")
    done = small.train(data, tmp_path / "out")
    assert done.returncode != 0 and not (tmp_path / "out" / f"{rasa_run.NAME}.tar.gz").exists()
    assert "Contradicting rules" in done.stdout + done.stderr and "greet otherwise" in done.stdout + done.stderr


def test_archives_of_others_are_compressed_as_before(tmp_path: Path) -> None:
    def size() -> int:
        with tarfile.open(tmp_path / "a.tar.gz", "w:gz") as archive:
            archive.add(tmp_path / "zeros")
        return (tmp_path / "a.tar.gz").stat().st_size

    (tmp_path / "zeros").write_bytes(bytes(100_000))
    before = size()
    with pytest.raises(KeyError), rasa_run._stored():
        assert size() > 100_000 > before
        raise KeyError
    assert size() == before
