"""A small neural network over a sentence's vector: one hidden layer, trained by Keras, answering by NumPy."""

from __future__ import annotations

from pathlib import Path

import numpy as np

_ARRAYS = "network.npz"
MANY = 20_000
"""Examples from which on the network learns as from many."""
_SCALE = 5.0
"""A vector of length 1 and 384 numbers has tiny ones; the optimiser likes them near 1."""


class Network:
    """Args:
    hidden: Weights, shape (width + 1, units), the last row being the bias.
    output: Weights, shape (units + 1, labels), likewise.
    """

    def __init__(self, hidden: np.ndarray, output: np.ndarray) -> None:
        self._hidden = hidden
        self._output = output
        self._scaled = hidden[:-1] * np.float32(_SCALE)

    def scores(self, vectors: np.ndarray) -> np.ndarray:
        """Logarithms of probabilities, shape (..., labels), of one vector or many, shape (..., width)."""
        logits = self.logits(vectors)
        logits -= logits.max(-1, keepdims=True)
        return logits - np.log(np.exp(logits).sum(-1, keepdims=True))

    def logits(self, vectors: np.ndarray) -> np.ndarray:
        """As `scores`, but for a number that is the same for all labels: whoever makes shares of them drops it again."""
        inside = np.maximum(vectors @ self._scaled + self._hidden[-1], 0)
        logits: np.ndarray = inside @ self._output[:-1] + self._output[-1]
        return logits

    @classmethod
    def fit(
        cls,
        vectors: np.ndarray,
        targets: np.ndarray,
        labels: int,
        *,
        many: bool | None = None,
        units: int | None = None,
        epochs: int | None = None,
        dropout: float = 0.3,
        smoothing: float = 0.1,
        seed: int = 7,
    ) -> Network:
        """Learns with Adam and a cosine schedule; dropout and smoothed labels keep it from learning by heart.

        Args:
            vectors: Shape (examples, width).
            targets: Number of each example's label, shape (examples,).
            labels: How many there are.
            many: Whether to learn as from many examples; None: if there are.
        """
        from tensorflow import keras

        # Steps are what counts: many examples need fewer rounds and can go in larger batches.
        many = len(vectors) > MANY if many is None else many
        units, epochs = units or (256 if many else 512), epochs or (8 if many else 20)
        batch = 256 if many else 128
        keras.utils.set_random_seed(seed)
        rate = keras.optimizers.schedules.CosineDecay(3e-3, max(1, epochs * len(vectors) // batch))
        model = keras.Sequential(
            [
                keras.layers.Input(vectors.shape[1]),
                keras.layers.Dense(units, "relu"),
                keras.layers.Dropout(dropout),
                keras.layers.Dense(labels),
            ]
        )
        loss = keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=smoothing)
        # Going back to Python after each step took as long as the step.
        model.compile(keras.optimizers.Adam(rate), loss, steps_per_execution=20)
        known = np.eye(labels, dtype=np.float32)[targets]
        model.fit(vectors.astype(np.float32) * _SCALE, known, batch_size=batch, epochs=epochs, verbose=0)
        first, first_bias, second, second_bias = model.get_weights()
        return cls(np.vstack([first, first_bias]), np.vstack([second, second_bias]))

    def save(self, folder: Path) -> None:
        """Writes plain arrays."""
        np.savez(folder / _ARRAYS, hidden=self._hidden, output=self._output)

    @classmethod
    def read(cls, folder: Path) -> Network | None:
        """What `save` wrote; None if there is none."""
        if not (folder / _ARRAYS).exists():
            return None
        arrays = np.load(folder / _ARRAYS, allow_pickle=False)
        return cls(arrays["hidden"], arrays["output"])
