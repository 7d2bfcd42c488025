"""`lotse chat`: a conversation with the trained model in a terminal; nothing is stored."""

from __future__ import annotations

import asyncio

from bot.conversation.brain import Brain, Incoming
from bot.conversation.following import FollowUps
from bot.conversation.replies import ReplyGenerator
from bot.resources import Resources, use
from bot.settings import Settings
from bot.training.model import ensure_model


def talk(settings: Settings, language: str) -> None:
    """Asks and answers until the input ends."""
    brain, resources = loaded(settings)
    asyncio.run(_talk(brain, resources.languages.match(language)))


def loaded(settings: Settings) -> tuple[Brain, Resources]:
    """The trained model with its replies, and the content, which is this process' own from then on; trains if need be."""
    resources = Resources.load(settings)
    use(resources)
    generator = ReplyGenerator(resources.replies, resources.facts, resources.languages.default)
    follow_ups = FollowUps(resources.dialogue, resources.readings)
    brain = Brain(generator, resources.languages, follow_ups=follow_ups)
    model = ensure_model(settings.data, settings.models)
    brain.load(model)
    resources.use_reader(brain.reader, model.name)
    return brain, resources


async def _talk(brain: Brain, language: str) -> None:
    print(brain.replies.reply("utter_welcome", language)["text"])
    buttons: list[dict[str, str]] = []
    seq = 0
    while True:
        try:
            text = (await asyncio.to_thread(input, "> ")).strip()
        except (EOFError, KeyboardInterrupt):
            return
        if not text:
            continue
        seq += 1
        # A number presses a button of the last replies.
        pressed = buttons[int(text) - 1] if text.isdecimal() and 0 < int(text) <= len(buttons) else None
        payload = pressed["payload"] if pressed else None
        answer = await brain.answer(Incoming("terminal", seq, pressed["title"] if pressed else text, language, payload))
        language = answer.language
        print(f"  [{language}] {answer.intent['name']} ({answer.intent['confidence']:.2f})")
        buttons = [button for reply in answer.replies for button in reply.get("buttons") or []]
        for reply in answer.replies:
            print(reply.get("text") or "")
            for offer in (reply.get("custom") or {}).get("offers") or []:
                facts = "; ".join(f"{fact['label']}: {fact['value']}" for fact in offer["facts"][:6])
                print(f"  * {offer['title']} ({offer['place']}): {facts}")
        for number, button in enumerate(buttons, 1):
            print(f"  {number}) {button['title']}")
