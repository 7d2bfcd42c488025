"""What was made faster than Rasa's own says the same: trackers that copy their state, a graph that runs in one order,
policies that compare little."""

from __future__ import annotations

import base64
import copy
import inspect
import json
import re
import zlib
from collections.abc import Iterator
from functools import partial

import numpy as np
import pytest
from rasa.core import processor
from rasa.core.actions import action
from rasa.core.channels.channel import OutputChannel, UserMessage
from rasa.core.policies import rule_policy
from rasa.core.policies.memoization import AugmentedMemoizationPolicy
from rasa.core.policies.policy import PolicyPrediction
from rasa.core.policies.rule_policy import RulePolicy
from rasa.core.processor import MessageProcessor
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.graph_components.providers.domain_provider import DomainProvider
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActionExecutionRejected,
    ActionReverted,
    ActiveLoop,
    BotUttered,
    ConversationPaused,
    DefinePrevUserUtteredFeaturization,
    FollowupAction,
    LoopInterrupted,
    Restarted,
    SessionStarted,
    SlotSet,
    UserUtteranceReverted,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker, EventVerbosity

from bot.conversation.brain import Brain, Incoming
from bot.conversation.shortcuts import policies, ready_actions
from bot.conversation.shortcuts.extraction import FillableSlots
from bot.conversation.shortcuts.live_tracker import LiveTracker
from bot.conversation.shortcuts.runner import DirectRunner
from bot.nlu import language
from bot.resources import Resources

WHO = "shortcuts"
TALK = (
    "Guten Tag", "3-Zimmer-Wohnung in Tangermünde bis 600 Euro", "und in Stendal?", "Wie melde ich mich an?",
    "Ich möchte mit einem Menschen sprechen", "Wie lange dauert das?", "Nein, doch nicht", "Danke, tschüss",
)  # fmt: skip


@pytest.fixture
def brain(trained: tuple[Brain, Resources]) -> Iterator[Brain]:
    """The trained model, and nothing left of the conversation."""
    brain, _ = trained
    brain.trackers.prepare(WHO, 0, [])
    yield brain
    brain.trackers.forget(WHO)


async def test_live_tracker_says_what_rasas_own_says_after_every_message(brain: Brain) -> None:
    domain = brain.trackers.domain
    for seq, text in enumerate(TALK, 1):
        await brain.answer(Incoming(WHO, seq, text, "de"))
        live = await brain.trackers.retrieve(WHO)
        assert isinstance(live, LiveTracker)
        own = DialogueStateTracker.from_events(WHO, live.events, domain.slots, domain=domain)
        for tracker in (live, live.copy()):
            assert tracker.current_state(EventVerbosity.ALL) == own.current_state(EventVerbosity.ALL)
            assert tracker.applied_events() == own.applied_events()
            for hidden in (False, True):
                expected = own.past_states(domain, ignore_rule_only_turns=hidden)
                assert tracker.past_states(domain, ignore_rule_only_turns=hidden) == expected
                # Whoever takes something out of what was said changes nothing for the next one.
                tracker.past_states(domain, ignore_rule_only_turns=hidden)[-1].clear()
                assert tracker.past_states(domain, ignore_rule_only_turns=hidden) == expected


def test_live_tracker_says_what_counts_after_every_event_whatever_is_taken_back() -> None:
    domain = Domain.from_dict({
        "intents": ["greet", "inform"], "actions": ["utter_greet"], "forms": {"asking_form": {"required_slots": ["place"]}},
        "slots": {"place": {"type": "text", "mappings": [{"type": "custom"}]}}, "responses": {"utter_greet": [{"text": "Hallo"}]},
    })  # fmt: skip
    listens, said = ActionExecuted("action_listen"), partial(UserUttered, "x")
    talk = [
        ActionExecuted("action_session_start"), SessionStarted(), listens, said({"name": "greet"}),
        DefinePrevUserUtteredFeaturization(False), ActionExecuted("utter_greet"), BotUttered("Hallo"), ActionReverted(),
        ActionExecuted("utter_greet"), listens, said({"name": "inform"}), SlotSet("place", "Stendal"), UserUtteranceReverted(),
        said({"name": "inform"}), ActionExecuted("asking_form"), ActiveLoop("asking_form"), SlotSet("place", "Stendal"),
        listens, said({"name": "inform"}), ActionExecuted("asking_form"), ActionExecuted("asking_form"),
        ActionExecutionRejected("asking_form"), ActionExecuted("utter_greet"), LoopInterrupted(True),
        ActionExecuted("asking_form"), SlotSet("place", None), ActiveLoop(None), listens, said({"name": "greet"}),
        FollowupAction("utter_greet"), ActionExecuted("asking_form"), SlotSet("place", "Osterburg"), Restarted(),
        SessionStarted(), listens, said({"name": "greet"}), ActionExecuted("utter_greet"), ConversationPaused(), listens,
    ]  # fmt: skip
    live = LiveTracker(WHO, domain.slots)
    for count, event in enumerate(talk, 1):
        live.update(event, domain)
        own = DialogueStateTracker.from_events(WHO, talk[:count], domain.slots, domain=domain)
        assert live.applied_events() == own.applied_events()
        assert live.past_states(domain) == own.past_states(domain)
        assert live.copy().past_states(domain) == own.past_states(domain)


async def test_copy_of_a_tracker_goes_on_by_itself(brain: Brain) -> None:
    await brain.answer(Incoming(WHO, 1, "Wohnung in Stendal", "de"))
    live = await brain.trackers.retrieve(WHO)
    assert live is not None
    count, copy = len(live.events), live.copy()
    copy.update_with_events(list(live.events)[-3:], None, override_timestamp=False)
    copy.slots["search_kind"].value = "job"
    copy.change_loop_to("handoff_form")
    assert len(live.events) == count
    assert live.get_slot("search_kind") == "housing"
    assert live.active_loop_name is None
    assert not live.init_copy().events
    assert live.init_copy().get_slot("search_kind") is None


async def test_nodes_run_in_one_order_say_what_dask_says(brain: Brain, monkeypatch: pytest.MonkeyPatch) -> None:
    processor = brain._agent.processor
    assert processor is not None
    runner = processor.graph_runner
    for text in TALK:
        said = []
        for run in (runner.run, partial(DaskGraphRunner.run, runner)):
            with monkeypatch.context() as patch:
                patch.setattr(runner, "run", run)
                parsed = await processor.parse_message(UserMessage(text, metadata={"language": "de"}))
            said.append({name: value for name, value in parsed.items() if name != "message_id"})
        assert said[0] == said[1]


async def test_policies_that_look_at_little_predict_what_rasas_own_do(brain: Brain, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rules with and without a running form or search, a story that no rule decides, an action that refuses to run."""
    processor = brain._agent.processor
    assert processor is not None and processor.domain is not None
    domain, runner = processor.domain, processor.graph_runner
    assert isinstance(runner, DirectRunner)
    rules = next(each for each in runner.components if isinstance(each, RulePolicy))
    stories = next(each for each in runner.components if isinstance(each, AugmentedMemoizationPolicy))
    predict, compared, at_once = processor._predict_next_with_tracker, [], []

    def twice(tracker: DialogueStateTracker) -> PolicyPrediction:
        quick = predict(tracker)
        assert processor is not None
        # What decided at once shows in the type; what it says has to be the same.
        at_once.append(type(quick) is not PolicyPrediction)
        with monkeypatch.context() as patch:
            for policy, names in ((rules, ("_get_possible_keys", "_predict")), (stories, ("_prediction_states", "recall"))):
                for name in names:
                    patch.delattr(policy, name)
            slow = MessageProcessor._predict_next_with_tracker(processor, tracker)
        assert quick.max_confidence == slow.max_confidence
        assert [event.as_dict() | {"timestamp": 0} for event in quick.events] == [
            event.as_dict() | {"timestamp": 0} for event in slow.events
        ]
        assert quick.probabilities == slow.probabilities
        assert (quick.policy_name, quick.hide_rule_turn) == (slow.policy_name, slow.hide_rule_turn)
        compared.append((quick.policy_name, domain.action_names_or_texts[int(np.argmax(quick.probabilities))]))
        return quick

    monkeypatch.setattr(processor, "_predict_next_with_tracker", twice)
    for seq, text in enumerate((*TALK, "asdf qwer", "Hilfe", "Ich will einen Menschen", "und in Osterburg", "Stopp"), 1):
        await brain.answer(Incoming(WHO, seq, text, "de"))
    tracker = await brain.trackers.retrieve(WHO)
    assert tracker is not None
    tracker.update(ActionExecutionRejected("handoff_form"))
    twice(tracker)
    assert len(compared) > 2 * len(TALK)
    assert len(set(compared)) > 8
    assert {*at_once} == {True, False}


async def test_slots_that_are_looked_for_are_all_that_a_message_fills(brain: Brain, monkeypatch: pytest.MonkeyPatch) -> None:
    processor = brain._agent.processor
    assert processor is not None and processor.domain is not None
    few, filled, looked = processor.run_action_extract_slots, set(), set()

    async def twice(channel: OutputChannel, tracker: DialogueStateTracker) -> DialogueStateTracker:
        assert processor is not None and processor.domain is not None
        looked.add(len(FillableSlots(processor.domain).after(tracker)))
        both = [LiveTracker.copy(tracker) for _ in range(2)]  # type: ignore[arg-type]
        await few(channel, both[0])
        await MessageProcessor.run_action_extract_slots(processor, channel, both[1])
        assert [e.as_dict() | {"timestamp": 0} for e in both[0].events] == [e.as_dict() | {"timestamp": 0} for e in both[1].events]
        assert both[0].current_slot_values() == both[1].current_slot_values()
        filled.update(e.key for e in list(both[1].events)[len(tracker.events) :] if isinstance(e, SlotSet))
        return await few(channel, tracker)

    monkeypatch.setattr(processor, "run_action_extract_slots", twice)
    said = (*TALK, "Ich will einen Menschen", "Wohnung", "Es geht um einen Kitaplatz für meine 3-jährige Tochter", "Ja", "Stopp")
    for seq, text in enumerate(said, 1):
        await brain.answer(Incoming(WHO, seq, text, "de"))
    assert len(filled) > 4
    assert max(looked) < len(processor.domain.slots)


def test_rasa_copies_only_for_its_log_where_it_copies_nothing_here() -> None:
    for module in (processor, rule_policy):
        source = inspect.getsource(module)
        lines = re.findall(r"structlogger\.debug\(.*?\n        +\)\n|structlogger\.debug\(.*\n.*deepcopy.*\n", source, re.DOTALL)
        assert sum(line.count("copy.deepcopy(") for line in lines) == source.count("copy.deepcopy(") == source.count("copy.") > 0
    assert inspect.getsource(RulePolicy).count("format_tracker_states") == 1


def test_story_counts_where_no_rule_decides(trained: tuple[Brain, Resources], monkeypatch: pytest.MonkeyPatch) -> None:
    brain, _ = trained
    runner = brain._agent.processor.graph_runner  # type: ignore[union-attr]
    assert isinstance(runner, DirectRunner)
    stories = next(each for each in runner.components if isinstance(each, AugmentedMemoizationPolicy))
    asked: list[str] = []

    class Unsure:
        def __call__(self, tracker: DialogueStateTracker, domain: object) -> tuple[PolicyPrediction, None]:
            asked.append(tracker.sender_id)
            return PolicyPrediction([0.3], "RulePolicy", 4), None

    alone = copy.copy(stories)
    for name in ("_prediction_states", "recall"):
        vars(alone).pop(name, None)
    [key, action], *_ = stories.lookup.items()
    remembered = json.loads(re.sub(r"([^\[\]{}:, ]+)", r'"\1"', zlib.decompress(base64.b64decode(key)).decode()))
    monkeypatch.setattr(AugmentedMemoizationPolicy, "_prediction_states", lambda *_, **__: remembered)
    policies._ask_rules_first(alone, Unsure())  # type: ignore[arg-type]
    domain = brain.trackers.domain
    prediction = alone.predict_action_probabilities(brain.trackers.init_tracker(WHO), domain)
    assert domain.action_names_or_texts[int(np.argmax(prediction.probabilities))] == action
    assert asked == [WHO]


async def test_whole_conversation_is_as_rasas_own_processor_has_it(brain: Brain, monkeypatch: pytest.MonkeyPatch) -> None:
    processor = brain._agent.processor
    assert processor is not None
    said = (*TALK, "Ich will einen Menschen", "Wohnen", "Mein Vermieter kündigt uns", "me@example.org", "Nein", "/restart", "mehr")
    conversations = []
    for own in (True, False):
        with monkeypatch.context() as patch:
            if own:
                for name in ("_run_action", "_predict_next_with_tracker", "run_action_extract_slots"):
                    patch.delattr(processor, name)
                patch.setattr(action, "action_for_name_or_text", ready_actions._made)
            brain.trackers.prepare(WHO, 0, [])
            replies = [(await brain.answer(Incoming(WHO, seq, text, "de"))).replies for seq, text in enumerate(said, 1)]
            said_back = [[{**reply, "timestamp": 0} for reply in each] for each in replies]
            tracker = await brain.trackers.retrieve(WHO)
            assert tracker is not None
            told = [event.as_dict() | {"timestamp": 0} for event in tracker.events]
            for event in told:
                event.get("parse_data", {}).pop("message_id", None)
            conversations.append((said_back, told, tracker.current_slot_values()))
    assert conversations[0] == conversations[1]
    assert len(conversations[0][1]) > 5 * len(said)


async def test_reply_that_cannot_be_made_is_told_in_the_log_as_before(
    brain: Brain, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise KeyError("no text")

    monkeypatch.setattr(brain.replies, "generate_from_slots", broken)
    answer = await brain.answer(Incoming(WHO, 1, "Guten Tag", "de"))
    assert not answer.replies
    assert "Encountered an exception while running action" in caplog.text


def test_lingua_is_asked_only_where_its_answer_counts(brain: Brain, monkeypatch: pytest.MonkeyPatch) -> None:
    runner = brain._agent.processor.graph_runner  # type: ignore[union-attr]
    reader = next(each for each in runner.components if isinstance(each, language.LanguageIdentifier))._reader
    assert reader is not None
    texts = (*TALK, "ok", "Kita Anmeldung", "Dziękuję", "where is the office", "де Kita", "Где записаться?", "praca w Stendal", "да",
             "Wo ist das Bürgerbürro?", "where is the offfice", "ile kosztuje mieszkannie")  # fmt: skip
    asked = [(text, prior) for text in texts for prior in ("de", "en", "pl", "uk", "ru", "ar")]
    detector, counted = reader._detector, []

    class Counting:
        def compute_language_confidence_values(self, text: str) -> object:
            counted.append(text)
            return detector.compute_language_confidence_values(text)

    monkeypatch.setattr(reader, "_detector", Counting())
    quick = [reader.read(text, prior) for text, prior in asked]
    few = len(counted)
    monkeypatch.setattr(language, "_LINGUAS_LEAST", 0.0)
    assert quick == [reader.read(text, prior) for text, prior in asked]
    assert 0 < few < len(counted) - few


def test_policies_know_the_domain_of_the_processor(brain: Brain) -> None:
    """Otherwise what is remembered of a conversation's past is thrown away whenever the other one asks."""
    processor = brain._agent.processor
    assert processor is not None and isinstance(processor.graph_runner, DirectRunner)
    [provider] = [each for each in processor.graph_runner.components if isinstance(each, DomainProvider)]
    assert provider.provide_inference() is processor.domain
