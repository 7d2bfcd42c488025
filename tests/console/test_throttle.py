"""Growing waits, and no way to keep somebody out."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.console import throttle
from bot.db import audit, create_engine, metadata, users

EMAIL, ADDRESS = "jana@example.org", "198.51.100.7"


class Clock:
    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1_000_000.0
        monkeypatch.setattr(throttle.time, "time", lambda: self.now)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


@pytest.fixture
def connection(tmp_path: object) -> Iterator[Connection]:
    engine = create_engine(f"sqlite:///{tmp_path}/t.db")
    metadata.create_all(engine)
    with engine.connect() as connection, connection.begin():
        yield connection
    engine.dispose()




def test_the_wait_doubles_up_to_its_limit(connection: Connection, clock: Clock) -> None:
    waits = []
    for _ in range(14):
        wait = throttle.attempt(connection, EMAIL, ADDRESS)
        if wait:
            waits.append(wait)
            clock.now += wait
            assert throttle.attempt(connection, EMAIL, ADDRESS) == 0
    assert waits[:4] == [5, 10, 20, 40]
    assert max(waits) <= 300


def test_a_wait_is_not_made_longer_by_asking(connection: Connection, clock: Clock) -> None:
    for _ in range(5):
        throttle.attempt(connection, EMAIL, ADDRESS)
    assert {throttle.attempt(connection, EMAIL, ADDRESS) for _ in range(50)} == {5.0}


def test_success_forgets_the_account(connection: Connection, clock: Clock) -> None:
    for _ in range(4):
        throttle.attempt(connection, EMAIL, ADDRESS)
    throttle.succeeded(connection, EMAIL, ADDRESS)
    assert [throttle.attempt(connection, EMAIL, ADDRESS) for _ in range(5)] == [0] * 5


def test_the_first_of_two_steps_takes_back_its_own_try_alone(connection: Connection, clock: Clock) -> None:
    for _ in range(5):
        throttle.attempt(connection, EMAIL, ADDRESS)
    clock.now += 5
    assert throttle.attempt(connection, EMAIL, ADDRESS) == 0
    throttle.half_way(connection, EMAIL, ADDRESS)
    assert throttle.attempt(connection, EMAIL, ADDRESS) == 0, "the right password makes nobody wait for the code"
    assert throttle.attempt(connection, EMAIL, ADDRESS) == 10, "and does not give the codes new tries"


def test_an_hour_forgets_everything(connection: Connection, clock: Clock) -> None:
    for _ in range(5):
        throttle.attempt(connection, EMAIL, ADDRESS)
    clock.now += 3601
    assert throttle.attempt(connection, EMAIL, ADDRESS) == 0


def test_many_names_from_one_address_are_slowed_down_too(connection: Connection, clock: Clock) -> None:
    waits = [throttle.attempt(connection, f"{n}@example.org", ADDRESS) for n in range(21)]
    assert waits[:20] == [0] * 20 and waits[20] > 0
    assert throttle.attempt(connection, EMAIL, "203.0.113.9") == 0


def test_nobody_can_lock_a_colleague_out(connection: Connection, clock: Clock) -> None:
    connection.execute(
        users.insert().values(id=1, email=EMAIL, name="Jana", role="adviser", active=True, created_at=0)
    )
    connection.execute(audit.insert().values(at=clock.now - 60, user_id=1, what="login", address=ADDRESS))
    for _ in range(6):
        throttle.attempt(connection, EMAIL, "203.0.113.66")
    assert throttle.attempt(connection, EMAIL, "203.0.113.67") > 0
    assert throttle.attempt(connection, EMAIL, ADDRESS) == 0


def test_names_are_stored_as_hashes(connection: Connection, clock: Clock) -> None:
    throttle.attempt(connection, "my password by mistake", ADDRESS)
    stored = connection.execute(sa.text("SELECT group_concat(key) FROM login_failures")).scalar()
    assert "password" not in stored and ADDRESS not in stored
