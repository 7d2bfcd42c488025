"""Servers do without TensorFlow; what needs it says so instead of failing strangely."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def lean(code: str) -> subprocess.CompletedProcess[str]:
    """Runs code in a process that leaves packages out: this one needs them."""
    return subprocess.run(
        [sys.executable, "-c", "from bot.lean import leave_out\nleave_out()\n" + code],
        cwd=ROOT, capture_output=True, text=True, timeout=120,
    )  # fmt: skip


def test_the_application_is_imported_without_them() -> None:
    done = lean(
        "import bot.app, sys\n"
        "real = [n for n, m in sys.modules.items() if n.split('.')[0] in ('tensorflow', 'sklearn') and hasattr(m, '__file__')]\n"
        "print(len(real), 'tensorflow' in sys.modules)"
    )
    assert done.stdout.split() == ["0", "True"], done.stderr


@pytest.mark.parametrize("use", ["tensorflow.constant(1)", "tensorflow.keras.Model()", "sklearn.svm.LinearSVC()"])
def test_whoever_uses_one_is_told_what_to_do(use: str) -> None:
    done = lean(f"import tensorflow, sklearn.svm\n{use}")
    assert done.returncode == 1
    assert "LeftOut" in done.stderr and "LOTSE_LEAN=0" in done.stderr


def test_a_placeholder_can_be_inherited_from_caught_and_compared() -> None:
    done = lean(
        "import tensorflow as tf\nfrom aiogram.utils.exceptions import TelegramAPIError\n"
        "class Own(tf.keras.callbacks.Callback): pass\n"
        "try: raise ValueError('mine')\n"
        "except TelegramAPIError: print('theirs')\n"
        "except ValueError: print('mine', isinstance(1, tf.Tensor))"
    )
    assert done.stdout.split() == ["mine", "False"], done.stderr


def test_other_packages_are_not_touched() -> None:
    assert lean("import json, numpy; print(numpy.zeros(2).sum())").stdout.strip() == "0.0"
