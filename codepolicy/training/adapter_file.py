"""A PEFT adapter as a GGUF file that llama.cpp loads beside its base model. The only file that imports `gguf`.

llama.cpp orders the rows of a llama's query and key projections by pairs that rotate together, PyTorch by halves; the
second factor of the adapter is ordered alike.
"""

from __future__ import annotations

import importlib
import importlib.util
import re
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np

from codepolicy.learned.adapter_card import AdapterCard, card_path
from primitives.errors import ConfigurationError
from primitives.regular_file import regular_bytes

_PLACES: Final = {
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
}
_WEIGHT: Final = re.compile(r"base_model\.model\.model\.layers\.(\d+)\.([\w.]+)\.lora_([AB])\.weight")


def write_adapter(peft: Path, path: Path, card: AdapterCard, *, heads: int, key_heads: int) -> None:
    """Write the adapter in the folder `peft` to the GGUF file `path`, and its card beside it.

    Args:
        peft: as PEFT saves it.
        path: of the file.
        card: what it was made from.
        heads: of the base model's attention.
        key_heads: of its keys and values.

    Raises:
        ConfigurationError: something is not installed, or this is no adapter of a llama.
    """
    if importlib.util.find_spec("gguf") is None or importlib.util.find_spec("safetensors") is None:
        raise ConfigurationError("writing an adapter needs gguf and safetensors: pip install 'codepolicy[train]'")
    gguf: Any = importlib.import_module("gguf")
    tensors: Any = importlib.import_module("safetensors.torch")
    config: dict[str, Any] = msgspec.json.decode(regular_bytes(peft / "adapter_config.json", "adapter", 1_000_000))
    writer: Any = gguf.GGUFWriter(str(path), "llama")
    writer.add_type("adapter")
    writer.add_string("adapter.type", "lora")
    writer.add_float32("adapter.lora.alpha", float(config["lora_alpha"]))
    for name, tensor in tensors.load_file(str(peft / "adapter_model.safetensors")).items():
        found = _WEIGHT.fullmatch(name)
        if found is None or found[2] not in _PLACES:
            raise ConfigurationError(f"{str(peft)!r} adapts {name!r}; only the layers of a llama can be written")
        values = tensor.float().numpy()
        if found[3] == "B" and _PLACES[found[2]] in ("attn_q", "attn_k"):
            values = _by_pairs(values, heads if _PLACES[found[2]] == "attn_q" else key_heads)
        writer.add_tensor(
            f"blk.{found[1]}.{_PLACES[found[2]]}.weight.lora_{found[3].lower()}",
            np.ascontiguousarray(values, dtype=np.float16),
        )
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    card_path(path).write_bytes(msgspec.json.format(msgspec.json.encode(card), indent=2) + b"\n")


def _by_pairs(weights: np.ndarray[Any, Any], heads: int) -> np.ndarray[Any, Any]:
    """Rows (out, rank) from halves to pairs, head by head."""
    rows, rank = weights.shape
    return weights.reshape(heads, 2, rows // heads // 2, rank).swapaxes(1, 2).reshape(rows, rank)
