"""One visitor cannot take the server's time from the others."""

from __future__ import annotations

from bot.conversation.limits import Limiter


def test_so_many_at_once_then_evenly_one_after_the_other() -> None:
    limiter = Limiter(3, 6)
    assert [limiter.take("a", 0.0) for _ in range(3)] == [0, 0, 0]
    assert limiter.take("a", 0.0) == 2.0, "one comes back every two seconds"
    assert limiter.take("a", 1.0) == 1.0, "asking in vain costs nothing"
    assert limiter.take("a", 2.0) == 0
    assert limiter.take("a", 2.0) > 0


def test_a_long_pause_gives_no_more_than_the_full_count() -> None:
    limiter = Limiter(2, 2)
    limiter.take("a", 0.0)
    assert [limiter.take("a", 1000.0) for _ in range(3)] == [0, 0, 1.0]


def test_others_are_not_slowed_down() -> None:
    limiter = Limiter(1, 60)
    assert limiter.take("a", 0.0) == 0 and limiter.take("a", 0.0) > 0
    assert limiter.take("b", 0.0) == 0


def test_memory_is_bounded_and_forgetting_gives_freedom_back() -> None:
    limiter = Limiter(1, 60, keep=2)
    for key in "abc":
        limiter.take(key, 0.0)
    assert limiter.take("c", 0.0) > 0
    assert limiter.take("a", 0.0) == 0
