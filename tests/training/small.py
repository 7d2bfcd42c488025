"""A project small enough to be trained in seconds, with this project's own way of understanding."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.conftest import ROOT

LANGUAGES = """default: de
languages:
  de: {name: Deutsch, direction: ltr}
  en: {name: English, direction: ltr}
"""
CONFIG = """recipe: default.v1
assistant_id: small
language: de
importers: [{name: bot.training.importer.HeimatlotseImporter}]
pipeline:
- name: bot.nlu.language.LanguageIdentifier
- {name: bot.nlu.intents.JointIntentClassifier, vector: false, cache: cache}
- {name: FallbackClassifier, threshold: 0.75, ambiguity_threshold: 0.0}
policies:
- {name: RulePolicy, core_fallback_threshold: 0.3, core_fallback_action_name: utter_again}
"""
DOMAIN = """version: "3.1"
intents: [greet, find_job, faq]
slots:
  language: {type: text, influence_conversation: false, mappings: [{type: custom}]}
"""
RULES = """version: "3.1"
rules:
- rule: greet
  steps: [{intent: greet}, {action: utter_greet}]
- rule: job
  steps: [{intent: find_job}, {action: utter_job}]
- rule: faq
  steps: [{intent: faq}, {action: utter_faq}]
"""
EXAMPLES = {
    "de": {
        "greet": ["hallo", "guten Tag", "guten Morgen", "hallo zusammen", "grüß Gott", "moin"],
        "find_job": ["ich suche Arbeit", "Arbeit als Koch", "Stelle im Lager", "gibt es Arbeit", "Arbeit suchen", "neue Stelle"],
        "faq/registration": ["wo melde ich mich an", "Wohnsitz anmelden", "Anmeldung", "neu anmelden", "Adresse anmelden"],
    },
    "en": {
        "greet": ["hello", "good morning", "hi there", "good evening", "hello everybody", "hey"],
        "find_job": ["I need a job", "job as a cook", "job in a warehouse", "any job offers", "find a job", "a new job"],
        "faq/registration": ["where do I register", "register my address", "registration", "how to register", "register here"],
    },
}
UNCLEAR = ("ja bitte", "ja gern", "gern geschehen", "na gut", "ja gut bitte")
"""Mean one thing in one language and another in the other, so that there is something to be unsure about."""
REPLIES = {
    "de": {"utter_greet": "Guten Tag!", "utter_job": "Arbeit gibt es.", "utter_faq/registration": "Im Rathaus.",
           "utter_again": "Wie bitte?", "utter_welcome": "Willkommen!"},
    "en": {"utter_greet": "Hello!", "utter_job": "There is work.", "utter_faq/registration": "At the town hall.",
           "utter_again": "Pardon?", "utter_welcome": "Welcome!"},
}  # fmt: skip


def write(root: Path) -> Path:
    """Writes the project below `root`; returns its data folder."""
    data = root / "data"
    files = {"languages.yml": LANGUAGES, "../config.yml": CONFIG, "../domain.yml": DOMAIN, "rules/all.yml": RULES,
             "lexicon/words/de.tsv": "arbeit\tjob\nstelle\tjob\nanmelden\tregister\n", "stories/none.yml": "stories: []\n"}  # fmt: skip
    for language, unclear in (("de", "greet"), ("en", "find_job")):
        intents = {intent: [*texts, *(UNCLEAR if intent == unclear else ())] for intent, texts in EXAMPLES[language].items()}
        blocks = [
            f"- intent: {intent}\n  examples: |\n" + "".join(f"    - {text}\n" for text in texts) for intent, texts in intents.items()
        ]
        files[f"nlu/{language}/all.yml"] = "nlu:\n" + "".join(blocks)
    for language, own in REPLIES.items():
        buttons = '\n    buttons:\n    - {title: "Job", payload: /find_job}'
        files[f"responses/{language}/all.yml"] = "responses:\n" + "".join(
            f'  {name}:\n  - text: "{text}"{buttons if name == "utter_greet" else ""}\n' for name, text in own.items()
        )
    for name, text in files.items():
        (data / name).parent.mkdir(parents=True, exist_ok=True)
        (data / name).write_text(text, encoding="utf-8")
    shutil.copy(ROOT / "data" / "region.yml", data)
    return data


def train(data: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    """As `bot.training.model.train` does it, in a process of its own."""
    command = [sys.executable, "-m", "bot.training.rasa_run", str(data), str(folder)]
    environment = os.environ | {"RASA_TELEMETRY_ENABLED": "false", "TF_CPP_MIN_LOG_LEVEL": "3"}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300)
