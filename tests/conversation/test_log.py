"""The log keeps every message once, in order, and lets one worker answer."""

from __future__ import annotations

import time

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.conversation import log
from bot.db import audit, conversation_tokens, conversations, messages, metadata
from tests.conversation.stored import new_conversation, say


def test_a_new_conversation_has_its_greeting_and_only_a_hash_of_its_token(connection: Connection) -> None:
    conversation_id = new_conversation(connection, token="geheim")
    assert [row.text for row in log.after(connection, conversation_id, 0)] == ["Guten Tag"]
    stored = connection.execute(sa.select(conversation_tokens)).one()
    assert stored.token_hash == log.hash_token("geheim") and "geheim" not in str(tuple(stored))
    assert len(conversation_id) == 32 and log.find(connection, conversation_id).state == "bot"


def test_tokens_have_256_bits_and_differ() -> None:
    tokens = {log.new_token() for _ in range(50)}
    assert len(tokens) == 50 and min(map(len, tokens)) == 43


@pytest.mark.parametrize(
    ("conversation", "token"),
    [
        pytest.param("own", "wrong", id="a wrong token"),
        pytest.param("none", "token", id="an unknown conversation"),
        pytest.param("other", "token", id="the token of another conversation"),
        pytest.param("own", "\ud800", id="a token that is no text"),
    ],
)
def test_who_may_not_look_learns_nothing(connection: Connection, conversation: str, token: str) -> None:
    ids = {"own": new_conversation(connection), "other": new_conversation(connection, token="t2"), "none": "0" * 32}
    with pytest.raises(log.NotFound):
        log.authenticate(connection, ids[conversation], token)


def test_a_second_token_opens_the_same_conversation(connection: Connection) -> None:
    conversation_id = new_conversation(connection)
    log.admit(connection, conversation_id, "phone")
    assert {log.authenticate(connection, conversation_id, token).id for token in ("token", "phone")} == {conversation_id}


def test_the_same_client_id_is_stored_once_and_leaves_no_hole(connection: Connection) -> None:
    conversation_id = new_conversation(connection)
    first = say(connection, conversation_id, "eins")
    again = say(connection, conversation_id, "etwas anderes")
    other = say(connection, conversation_id, "zwei", client_id="c2")
    assert (first.seq, first.fresh, first.claimed) == (2, True, True)
    assert (again.seq, again.fresh, again.claimed) == (2, False, False)
    assert (other.seq, other.fresh, other.claimed) == (3, True, False)
    assert [row.seq for row in log.after(connection, conversation_id, 0)] == [1, 2, 3]
    assert log.find(connection, conversation_id).next_seq == 4


def test_two_conversations_may_use_the_same_client_id(connection: Connection) -> None:
    first, second = new_conversation(connection), new_conversation(connection, token="t2")
    assert say(connection, first, "x").fresh and say(connection, second, "x").fresh


def test_nothing_can_be_said_in_an_erased_conversation(connection: Connection) -> None:
    conversation_id = new_conversation(connection)
    say(connection, conversation_id, "eins")
    assert log.erase(connection, conversation_id) and not log.erase(connection, conversation_id)
    with pytest.raises(log.NotFound):
        say(connection, conversation_id, "zwei", client_id="c2")
    with pytest.raises(log.NotFound):
        log.append(connection, conversation_id, [{"author": "bot", "text": "x", "language": "de"}])


def test_erasing_leaves_no_row_in_any_table(connection: Connection) -> None:
    conversation_id = new_conversation(connection)
    say(connection, conversation_id, "eins")
    log.erase(connection, conversation_id)
    for table in metadata.sorted_tables:
        assert connection.execute(sa.select(sa.func.count()).select_from(table)).scalar() == 0, table.name


def test_one_worker_at_a_time_holds_the_turn(connection: Connection) -> None:
    conversation_id = new_conversation(connection)
    assert log.claim(connection, conversation_id, "w1", 30)
    assert not log.claim(connection, conversation_id, "w2", 30)
    assert not log.claim(connection, conversation_id, "w1", 30), "a worker must not begin a second turn beside its first"
    log.release(connection, conversation_id, "w2")
    assert not log.claim(connection, conversation_id, "w2", 30), "only the holder gives it back"
    log.release(connection, conversation_id, "w1")
    assert log.claim(connection, conversation_id, "w2", 30)


def test_a_lease_that_ran_out_is_taken_over_and_not_extended_by_the_first(connection: Connection) -> None:
    conversation_id = new_conversation(connection)
    say(connection, conversation_id, "eins", lease_seconds=-1)
    assert log.waiting_conversations(connection) == [conversation_id]
    assert log.claim(connection, conversation_id, "w2", 30)
    assert log.waiting_conversations(connection) == []
    assert not log.extend(connection, conversation_id, "w1", 30)
    assert log.extend(connection, conversation_id, "w2", 30)
    assert log.find(connection, conversation_id).lease_until > time.time() + 25


def test_messages_are_answered_in_the_order_in_which_they_came(connection: Connection) -> None:
    conversation_id = new_conversation(connection)
    for number in range(3):
        say(connection, conversation_id, str(number), client_id=f"c{number}")
    answered = []
    while (message := log.oldest_pending(connection, conversation_id)) is not None:
        answered.append(message.text)
        assert log.settle(connection, message, {"intent": {"name": "greet"}})
        assert not log.settle(connection, message, {}), "no message is answered twice"
    assert answered == ["0", "1", "2"]
    assert connection.execute(sa.select(messages.c.extra).where(messages.c.seq == 2)).scalar() == {
        "intent": {"name": "greet"}
    }


def test_replies_are_those_to_the_message_and_there_when_its_turn_is_done(connection: Connection) -> None:
    conversation_id = new_conversation(connection)
    seq = say(connection, conversation_id, "eins").seq
    assert log.replies_to(connection, conversation_id, seq) == (False, [])
    assert log.replies_to(connection, conversation_id, 99) == (False, [])
    message = log.oldest_pending(connection, conversation_id)
    log.append(connection, conversation_id, [{"author": "bot", "text": t, "language": "de", "reply_to": seq} for t in "ab"])
    log.append(connection, conversation_id, [{"author": "system", "text": "c", "language": "de"}])
    log.settle(connection, message, {})
    done, rows = log.replies_to(connection, conversation_id, seq)
    assert done and [(row.seq, row.text) for row in rows] == [(3, "a"), (4, "b")]


def test_messages_after_a_number_are_ascending_and_limited(connection: Connection) -> None:
    conversation_id = new_conversation(connection)
    rows = [{"author": "bot", "text": str(n), "language": "de"} for n in range(10)]
    assert log.append(connection, conversation_id, rows) == list(range(2, 12))
    assert log.append(connection, conversation_id, []) == []
    assert [row.seq for row in log.after(connection, conversation_id, 4, limit=3)] == [5, 6, 7]


def test_writing_marks_the_conversation_as_in_use(connection: Connection) -> None:
    conversation_id = new_conversation(connection)
    connection.execute(conversations.update().values(updated_at=1.0))
    say(connection, conversation_id, "eins")
    assert log.find(connection, conversation_id).updated_at > time.time() - 60


def test_an_erased_conversation_is_not_named_in_the_audit_log(connection: Connection) -> None:
    own, other = (log.create(connection, token=name, language="de", page=None, greeting=[]) for name in ("a", "b"))
    for object in (own, own[:12], other):
        connection.execute(audit.insert().values(at=0, what="review read", object=object))
    assert log.erase(connection, own) and not log.erase(connection, own)
    assert connection.execute(sa.select(audit.c.object).order_by(audit.c.id)).scalars().all() == [None, None, other]
