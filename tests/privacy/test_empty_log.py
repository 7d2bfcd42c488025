"""What was deleted is not in SQLite's write-ahead log either."""

from __future__ import annotations

from pathlib import Path

from bot.conversation import log
from bot.db import Database, conversations, metadata


def test_deleted_words_are_nowhere_on_disk(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 't.db'}")
    metadata.create_all(database.engine)
    said = [{"author": "visitor", "text": "Olena Kovalenko", "language": "de"}]
    one = database.write_now(lambda c: log.create(c, token="x", language="de", page=None, greeting=said))

    def on_disk() -> bool:
        return any(b"Olena" in file.read_bytes() for file in tmp_path.iterdir())

    assert on_disk()
    database.write_now(lambda c: c.execute(conversations.delete().where(conversations.c.id == one)))
    database.empty_log()
    assert not on_disk()
    # The database goes on working.
    assert database.write_now(lambda c: log.create(c, token="y", language="de", page=None, greeting=said))
    database.close()
