"""`lotse adapt`: trains the sentence encoder further on our own examples, as a small addition to its weights.

The encoder has read English sentences; what it is given here are glosses, English words in the order of another language,
and what it has to tell apart are our intents. It learns that with a linear layer over its vectors, which is thrown away
afterwards: the vectors of one intent then lie close together.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bot.languages import load_languages
from bot.nlu.addition import FILE, Addition, MadeOf, may_learn
from bot.nlu.encoder import read_tokenizer
from bot.nlu.encoder_build import WEIGHTS_SHA256, package_folder, read_weights
from bot.nlu.gloss import Glosser
from bot.training.examples import read_examples

_SCALE = 10.0
"""The numbers of a vector of length 1 are tiny; the layer over them learns sooner from larger ones."""
_TOKENS = 2048
_REPORTED = 100


@dataclass(frozen=True)
class Course:
    """How to learn.

    Attributes:
        share: Share of the examples to learn from; see `bot.nlu.addition.may_learn`.
        rank: Width of the additions.
        batch: Examples a step; fewer of long ones.
        rate: Largest step of AdamW, which rises at first and then falls to 0.
        smoothing: How much of the certainty is spread over all intents.
        dropout: Share of the numbers left out inside; `omitted`: of the tokens of a text, anew in each epoch.
    """

    share: float = 0.9
    rank: int = 16
    epochs: int = 4
    batch: int = 128
    rate: float = 2e-3
    decay: float = 0.01
    smoothing: float = 0.1
    dropout: float = 0.05
    omitted: float = 0.1
    seed: int = 7


def adapt(data: Path, cache: Path, *, course: Course = Course(), say: Callable[[str], None] = print) -> Path:
    """Learns from the examples in `data` and writes the addition there.

    Raises:
        ContentErrors: an example cannot be read.
        EncoderError: the encoder's package is missing or changed.
    """
    examples = [e for e in read_examples(data / "nlu", load_languages(data)) if may_learn(e.text, course.share)]
    glosser = Glosser.from_data(data, cache)
    say(f"Learning from {len(examples)} examples, {course.epochs} rounds …")
    pairs = learn([glosser.sentence(e.text, e.language) for e in examples], [e.intent for e in examples], course, say)
    made_of = MadeOf(WEIGHTS_SHA256, len(examples), course.share, course.rank, course.epochs, course.seed)
    Addition(made_of, pairs).save(data / FILE)
    return data / FILE


def learn(
    texts: Sequence[str], names: Sequence[str], course: Course, say: Callable[[str], None]
) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """What is to be added to each matrix, so that texts of one name lie close together; see `Addition.pairs`.

    Raises:
        EncoderError: the encoder's package is missing or changed.
    """
    import tensorflow as tf

    from bot.training.bert import Bert, faster_precision

    source = package_folder()
    weights, config = read_weights(source), json.loads((source / "config.json").read_text())
    tokenizer = read_tokenizer(source / "tokenizer.json")
    labels = {name: number for number, name in enumerate(sorted(set(names)))}
    ids = [encoded.ids for encoded in tokenizer.encode_batch(list(texts))]
    batches = list(_batches(ids, [labels[name] for name in names], course))

    tf.keras.utils.set_random_seed(course.seed)
    bert = Bert(weights, config, rank=course.rank, precision=faster_precision(), seed=course.seed)
    head = tf.keras.layers.Dense(len(labels))
    head.build((None, config["hidden_size"]))
    variables = [part for pair in bert.added.values() for part in pair] + head.trainable_variables
    optimiser = tf.keras.optimizers.AdamW(course.rate, weight_decay=course.decay, global_clipnorm=1.0)
    loss = tf.keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=course.smoothing)

    # Written for any shape: compiling for each of forty lengths would take longer than learning.
    shapes = [tf.TensorSpec([None, None], tf.int32), tf.TensorSpec([None], tf.int32), tf.TensorSpec([])]

    @tf.function(input_signature=shapes, autograph=False)
    def step(ids: Any, targets: Any, rate: Any) -> Any:
        optimiser.learning_rate.assign(rate)
        with tf.GradientTape() as tape:
            vectors = tf.nn.dropout(bert(ids, course.dropout), course.dropout)
            value = loss(tf.one_hot(targets, len(labels)), head(vectors * _SCALE))
        optimiser.apply_gradients(zip(tape.gradient(value, variables), variables, strict=True))
        return value

    started, recent, warm = time.perf_counter(), [], max(1, len(batches) // 20)
    for number, (rows, targets) in enumerate(batches, 1):
        rate = course.rate * min(1.0, number / warm) * 0.5 * (1 + np.cos(np.pi * number / len(batches)))
        recent.append(float(step(tf.constant(rows, tf.int32), tf.constant(targets, tf.int32), tf.constant(rate, tf.float32))))
        if number % _REPORTED == 0:
            say(f"{number} of {len(batches)} steps, loss {np.mean(recent):.3f}, {time.perf_counter() - started:.0f} s")
            recent.clear()
    return {name: (down.numpy(), up.numpy()) for name, (down, up) in bert.added.items()}


def _batches(
    ids: Sequence[Sequence[int]], targets: Sequence[int], course: Course
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """All rounds: token numbers (batch, tokens) and labels (batch,); texts of one length go together, so none is padded."""
    random = np.random.default_rng(course.seed)
    for _ in range(course.epochs):
        by_length: dict[int, list[tuple[np.ndarray, int]]] = {}
        for row, target in zip(ids, targets, strict=True):
            kept = _omit(np.array(row, dtype=np.int32), course.omitted, random)
            by_length.setdefault(len(kept), []).append((kept, target))
        batches = []
        for length, rows in by_length.items():
            size = max(8, min(course.batch, _TOKENS // length))
            order = random.permutation(len(rows))
            for start in range(0, len(rows), size):
                part = [rows[at] for at in order[start : start + size]]
                batches.append((np.stack([row for row, _ in part]), np.array([target for _, target in part], dtype=np.int32)))
        for at in random.permutation(len(batches)):
            yield batches[at]


def _omit(row: np.ndarray, share: float, random: np.random.Generator) -> np.ndarray:
    """Leaves tokens out, but never the two that frame a text, nor those of a text that would be left with one word."""
    stays = random.random(len(row)) >= share
    stays[0] = stays[-1] = True
    return row[stays] if stays.sum() > 3 else row
