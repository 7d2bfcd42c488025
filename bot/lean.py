"""Keeps out of a server what Rasa imports and this assistant's server never calls.

Rasa 3.6 imports TensorFlow and scikit-learn with every policy, for those policies that learn by them, and an SDK for
each messenger it can speak to and each database it can write to. This assistant's model answers by NumPy and ONNX,
and its visitors come over its own API, so all of that is seconds of every start and hundreds of megabytes of every
worker for nothing. In a server each of these packages is a placeholder: it can be imported, named in annotations and
inherited from, and says what to do when something really uses it. Training has the real ones, in a process of its
own (`bot.training.rasa_run`).
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import sys
from collections.abc import Sequence
from types import ModuleType
from typing import Any

LEFT_OUT = frozenset(
    {
        *("tensorflow", "tensorflow_addons", "tensorflow_hub", "keras", "sklearn", "matplotlib"),
        # Messengers, and questions asked in a terminal.
        *("aiogram", "fbmessenger", "slack_sdk", "twilio", "webexteamssdk", "prompt_toolkit", "questionary"),
        # Other stores of conversations than ours.
        *("boto3", "botocore", "pymongo", "redis"),
        # Channels by sockets and signed headers, reminders, and telling Rasa's makers who uses it.
        *("socketio", "engineio", "jwt", "apscheduler", "requests"),
    }
)


class LeftOut(RuntimeError):
    """Something uses a package that servers do without."""


class _Placeholder(type):
    """Class of whatever is asked of a package that is left out."""

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _placeholder(f"{cls.__module__}.{cls.__qualname__}", name)

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        raise LeftOut(
            f"{cls.__module__}.{cls.__qualname__} was called, but servers start without {cls.__module__.partition('.')[0]} "
            "(bot/lean.py). Set LOTSE_LEAN=0 to load everything, for a pipeline or policy that needs it."
        )


def _placeholder(module: str, name: str) -> type:
    # What is named an error may stand behind `except`.
    base = Exception if name.endswith(("Error", "Exception")) else object
    return _Placeholder(name, (base,), {"__module__": module})


class _Package(ModuleType):
    __path__: list[str] = []

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _placeholder(self.__name__, name)


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname.partition(".")[0] not in LEFT_OUT:
            return None
        return importlib.machinery.ModuleSpec(fullname, self, is_package=True)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType:
        return _Package(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """A placeholder has nothing to run."""


def leave_out() -> None:
    """From now on this process imports placeholders; to be called before anything of Rasa is imported."""
    if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder())
