"""The searches of a conversation, kept between two turns."""

from __future__ import annotations

from bot.knowledge.searching import Search, as_slot, read_history


def test_the_way_back_is_kept_but_not_forever() -> None:
    history = [Search("housing", {"place": "stendal", "rooms": None}, shown=3), Search("housing", {"rooms": 2}, 3, 2)]
    read = read_history(as_slot(history))
    assert read == [Search("housing", {"place": "stendal"}, 0, 3), Search("housing", {"rooms": 2}, 3, 2)]
    assert read[-1].next == Search("housing", {"rooms": 2}, 5, 0)
    assert len(as_slot(history * 50)) < 20 and read_history(None) == []
