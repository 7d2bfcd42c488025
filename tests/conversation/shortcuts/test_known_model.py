"""What lies in a model is the same, read our way or Rasa's."""

from __future__ import annotations

import tarfile
from pathlib import Path

import pytest
from rasa.engine.storage import local_model_storage
from rasa.shared.core.domain import Domain

from bot.conversation.shortcuts.known_model import checked_already

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def persisted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("domain")
    Domain.from_path(ROOT / "domain.yml").persist(folder / "domain.yml")
    return folder


def test_it_is_the_domain_that_rasa_reads(persisted: Path) -> None:
    before = Domain.from_path
    with checked_already():
        ours = Domain.from_path(persisted)
    assert Domain.from_path == before
    assert ours.as_dict() == Domain.from_path(persisted).as_dict()
    assert ours.slots and ours.intents


def test_what_our_reader_refuses_is_left_to_rasas(tmp_path: Path) -> None:
    (tmp_path / "domain.yml").write_text("version: '3.1'\nintents: &names\n- greet\nactions: *names\n", encoding="utf-8")
    with checked_already():
        domain = Domain.from_path(tmp_path)
    assert "greet" in domain.intents and "greet" in domain.user_actions


def test_nothing_is_unpacked_outside_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "inside").mkdir()
    with tarfile.open(tmp_path / "model.tar.gz", "w:gz") as archive:
        archive.addfile(tarfile.TarInfo("../outside.txt"))
    with (
        checked_already(),
        local_model_storage.TarSafe.open(tmp_path / "model.tar.gz", "r:gz") as archive,
        pytest.raises(tarfile.FilterError),
    ):
        archive.extractall(tmp_path / "inside")
    assert not (tmp_path / "outside.txt").exists()
