"""The sentence encoder in TensorFlow, with a low-rank addition to each of its matrices that can be learned.

The same network as `bot.nlu.encoder_build` writes down for serving; here it can be differentiated. Its own weights stay
as they are: a matrix W answers as W + down · up, where both are thin (LoRA, Hu et al. 2021), so what is learned is a file
of a megabyte rather than another encoder.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import numpy as np
import tensorflow as tf

from bot.nlu.encoder_build import adaptable


class Bert(tf.Module):  # type: ignore[misc]
    """Token numbers to sentence vectors.

    Args:
        weights: Arrays by name as in model.safetensors.
        config: The package's config.json.
        rank: Width of the additions.
        precision: Of the products of matrices: `float32`, or `bfloat16`, four times as fast where the processor has it.
    """

    def __init__(
        self, weights: Mapping[str, np.ndarray], config: Mapping[str, Any], *, rank: int, precision: str, seed: int
    ) -> None:
        super().__init__()
        self._config = config
        self._precision = tf.dtypes.as_dtype(precision)
        self._fixed = {name: tf.constant(value) for name, value in weights.items() if value.dtype == np.float32}
        self._matrices = {name: tf.cast(weights[f"{name}.weight"].T, self._precision) for name in adaptable(config)}
        generator = np.random.default_rng(seed)
        self.added: dict[str, tuple[Any, Any]] = {}
        for name in adaptable(config):
            width, height = weights[f"{name}.weight"].T.shape
            down = generator.normal(0, width**-0.5, (width, rank)).astype(np.float32)
            # Beginning with nothing added: the encoder is at first the one that it was.
            self.added[name] = (tf.Variable(down), tf.Variable(np.zeros((rank, height), np.float32)))

    def __call__(self, ids: Any, dropout: Any = 0.0) -> Any:
        """Vectors of length 1, (batch, hidden).

        Args:
            ids: Texts of the same number of tokens, int (batch, tokens): nothing is padded, so nothing is masked.
            dropout: Share of a state's numbers that are left out, to keep it from learning by heart.
        """
        fixed, config = self._fixed, self._config
        batch, tokens = tf.shape(ids)[0], tf.shape(ids)[1]
        heads, hidden = config["num_attention_heads"], config["hidden_size"]
        size = hidden // heads
        table = fixed["embeddings.position_embeddings.weight"] + fixed["embeddings.token_type_embeddings.weight"][0]
        state = tf.gather(fixed["embeddings.word_embeddings.weight"], ids) + table[:tokens]
        state = tf.reshape(self._norm(state, "embeddings.LayerNorm"), [-1, hidden])

        def split(value: Any) -> Any:
            return tf.transpose(tf.reshape(value, [batch, tokens, heads, size]), [0, 2, 1, 3])

        for number in range(config["num_hidden_layers"]):
            layer = f"encoder.layer.{number}"
            query, key, value = (
                split(self._dense(state, f"{layer}.attention.self.{part}", dropout)) for part in ("query", "key", "value")
            )
            attention = tf.nn.softmax(tf.matmul(query, key, transpose_b=True) * size**-0.5)
            joined = tf.reshape(tf.transpose(tf.matmul(attention, value), [0, 2, 1, 3]), [-1, hidden])
            joined = self._dense(joined, f"{layer}.attention.output.dense", dropout)
            state = self._norm(joined + state, f"{layer}.attention.output.LayerNorm")
            inner = tf.nn.gelu(self._dense(state, f"{layer}.intermediate.dense", dropout))
            state = self._norm(self._dense(inner, f"{layer}.output.dense", dropout) + state, f"{layer}.output.LayerNorm")
        return tf.nn.l2_normalize(tf.reduce_mean(tf.reshape(state, [batch, tokens, hidden]), 1), -1)

    def _dense(self, value: Any, name: str, dropout: Any) -> Any:
        low = tf.cast(value, self._precision)
        down, up = (tf.cast(part, self._precision) for part in self.added[name])
        thin = tf.matmul(low, down)
        if dropout:
            thin = tf.nn.dropout(thin, dropout)
        product = tf.matmul(low, self._matrices[name]) + tf.matmul(thin, up)
        return tf.cast(product, tf.float32) + self._fixed[f"{name}.bias"]

    def _norm(self, value: Any, name: str) -> Any:
        centred = value - tf.reduce_mean(value, -1, keepdims=True)
        variance = tf.reduce_mean(tf.square(centred), -1, keepdims=True)
        scaled = centred * tf.math.rsqrt(variance + self._config["layer_norm_eps"])
        return scaled * self._fixed[f"{name}.weight"] + self._fixed[f"{name}.bias"]


def faster_precision() -> str:
    """`bfloat16` where the processor multiplies such matrices sooner, which newer ones do four times as fast."""
    seconds = {}
    for precision in ("float32", "bfloat16"):
        left = tf.ones((1024, 384), precision)
        right = tf.ones((384, 1536), precision)
        tf.matmul(left, right).numpy()
        started = time.perf_counter()
        for _ in range(3):
            tf.matmul(left, right).numpy()
        seconds[precision] = time.perf_counter() - started
    return min(seconds, key=lambda precision: seconds[precision])
