"""`make adapter`: teaches the small model to tell a few sentences back in one, a LoRA learned from our own examples on two cores."""

from __future__ import annotations

import json
import math
import random
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import torch

from assistant.errors import ModelFileError
from assistant.models.small_model import FILE_NAME, small_model_path
from assistant.settings import load_settings
from prompts import render

RANK = 16
LEARNING_RATE = 5e-4
EPOCHS = 1  # of many varied examples; a second would double the time
BATCH = 8
HELD_OUT = 135  # examples of the last 5 %, on which the loss is measured
WARM_UP_STEPS = 20
LOWER_CASED = 0.2  # of the messages, in each epoch: people type like that
STEPS_SHOWN = 50
SEED = 7
FIRST_LAYER = 14  # of 30: the lower ones stay as they are, which spares a quarter of the time
LINEARS = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")
# llama.cpp's names of them, and how many heads' rows it interleaves: its rotary embedding pairs neighbours, transformers' halves.
# https://github.com/ggml-org/llama.cpp/blob/master/convert_lora_to_gguf.py
GGUF_NAMES = {
    "q_proj": "attn_q",
    "k_proj": "attn_k",
    "v_proj": "attn_v",
    "o_proj": "attn_output",
    "gate_proj": "ffn_gate",
    "up_proj": "ffn_up",
    "down_proj": "ffn_down",
}


@dataclass(frozen=True, slots=True)
class Example:
    """What a person wrote, and the one sentence that tells it back."""

    message: str
    sentence: str


def examples() -> list[Example]:
    """Our own examples, in a fixed order."""
    lines = (files("assistant.retelling") / "examples.jsonl").read_text(encoding="utf-8").splitlines()
    return [Example(**json.loads(line)) for line in lines]


def train(model_path: Path, target: Path) -> None:
    """Learn the adapter from the weights of the GGUF file, and write it to ``target`` as a GGUF adapter."""
    torch.manual_seed(SEED)
    core, tokenizer = _base(model_path)
    rows = examples()
    learned, held_out = rows[:-HELD_OUT], rows[-HELD_OUT:]
    shuffled = random.Random(SEED)
    parameters = [parameter for parameter in core.parameters() if parameter.requires_grad]
    optimizer = torch.optim.AdamW(parameters, lr=LEARNING_RATE, weight_decay=0.01, betas=(0.9, 0.98))
    steps = math.ceil(len(learned) / BATCH) * EPOCHS
    _say(
        f"{len(learned)} examples, {steps} steps; loss on {len(held_out)} others {_held_out_loss(core, tokenizer, held_out):.3f}"
    )
    step = 0
    for epoch in range(1, EPOCHS + 1):
        began = time.monotonic()
        for batch in _batches(learned, tokenizer, shuffled):
            for group in optimizer.param_groups:
                group["lr"] = LEARNING_RATE * _schedule(step, steps)
            torch.autograd.backward(_loss(core, batch))
            torch.nn.utils.clip_grad_norm_(parameters, 1.0)
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
            step += 1
            if step % STEPS_SHOWN == 0:
                _say(f"step {step} of {steps}, {time.monotonic() - began:.0f} s of epoch {epoch}")
        loss = _held_out_loss(core, tokenizer, held_out)
        _say(f"epoch {epoch}: loss on the others {loss:.3f}, {time.monotonic() - began:.0f} s")
    _write(core, target)
    _say(f"{target}: {target.stat().st_size / 1e6:.1f} MB")


def _base(model_path: Path) -> tuple[Any, Any]:
    """The model with its weights out of the GGUF file and an untrained adapter, and its tokenizer."""
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM, AutoTokenizer, LlamaForCausalLM

    folder, name = str(model_path.parent), model_path.name
    tokenizer = AutoTokenizer.from_pretrained(folder, gguf_file=name)
    read = AutoModelForCausalLM.from_pretrained(folder, gguf_file=name, dtype=torch.float32)
    core = LlamaForCausalLM(read.config)  # the same without the marks of a quantised model, which would not be trained
    core.load_state_dict(read.state_dict(), strict=False)
    core.tie_weights()
    upper = list(range(FIRST_LAYER, read.config.num_hidden_layers))
    config = LoraConfig(
        r=RANK, lora_alpha=2 * RANK, lora_dropout=0.05, target_modules=list(LINEARS), layers_to_transform=upper
    )
    get_peft_model(core, config)
    core.train()
    return core, tokenizer


def prompt_of(tokenizer: Any, message: str) -> str:
    """What the model reads before it writes the sentence."""
    turns = [{"role": "system", "content": render("retell")}, {"role": "user", "content": message}]
    return str(tokenizer.apply_chat_template(turns, tokenize=False, add_generation_prompt=True))


def _encoded(tokenizer: Any, example: Example) -> tuple[list[int], int]:
    """The tokens of prompt and answer, and how many of them are the prompt's."""
    prompt = prompt_of(tokenizer, example.message)
    before = tokenizer(prompt, add_special_tokens=False).input_ids
    whole = tokenizer(f"{prompt}{example.sentence}<|im_end|>", add_special_tokens=False).input_ids
    return whole, len(before)


def _batches(rows: Sequence[Example], tokenizer: Any, shuffled: random.Random) -> Iterator[list[tuple[list[int], int]]]:
    """Batches of examples about as long as each other, in random order."""
    varied = [Example(row.message.lower(), row.sentence) if shuffled.random() < LOWER_CASED else row for row in rows]
    encoded = [_encoded(tokenizer, row) for row in varied]
    shuffled.shuffle(encoded)
    groups = [
        sorted(encoded[start : start + 16 * BATCH], key=lambda row: len(row[0]))
        for start in range(0, len(encoded), 16 * BATCH)
    ]
    batches = [group[start : start + BATCH] for group in groups for start in range(0, len(group), BATCH)]
    shuffled.shuffle(batches)
    yield from batches


def _loss(core: Any, batch: Sequence[tuple[list[int], int]]) -> torch.Tensor:
    """Cross entropy of the answers' tokens alone."""
    longest = max(len(tokens) for tokens, _ in batch)
    inputs = torch.zeros(len(batch), longest, dtype=torch.long)
    attended = torch.zeros_like(inputs)
    wanted = torch.full_like(inputs, -100)
    for number, (tokens, before) in enumerate(batch):
        row = torch.tensor(tokens)
        inputs[number, : len(tokens)] = row
        attended[number, : len(tokens)] = 1
        wanted[number, before : len(tokens)] = row[before:]
    hidden = core.model(input_ids=inputs, attention_mask=attended, use_cache=False).last_hidden_state[:, :-1]
    following = wanted[:, 1:]
    kept = following != -100
    return torch.nn.functional.cross_entropy(core.lm_head(hidden[kept]), following[kept])


def _held_out_loss(core: Any, tokenizer: Any, rows: Sequence[Example]) -> float:
    core.eval()
    with torch.no_grad():
        encoded = [_encoded(tokenizer, row) for row in rows]
        losses = [_loss(core, encoded[start : start + BATCH]).item() for start in range(0, len(encoded), BATCH)]
    core.train()
    return float(np.mean(losses))


def _schedule(step: int, steps: int) -> float:
    """Share of the learning rate: a short warm-up, then half a cosine down to 5 %."""
    return min(1.0, (step + 1) / WARM_UP_STEPS) * (0.05 + 0.95 * 0.5 * (1 + math.cos(math.pi * step / steps)))


def _write(core: Any, target: Path) -> None:
    """The adapter's weights as llama.cpp reads them, in half precision."""
    import gguf

    heads = {"q_proj": core.config.num_attention_heads, "k_proj": core.config.num_key_value_heads}
    target.parent.mkdir(parents=True, exist_ok=True)
    writer = gguf.GGUFWriter(str(target), "llama")
    writer.add_type(gguf.GGUFType.ADAPTER)
    writer.add_string("adapter.type", "lora")
    writer.add_float32("adapter.lora.alpha", float(2 * RANK))
    writer.add_string("general.name", "retelling adapter for SmolLM2-135M-Instruct")
    writer.add_string("general.license", "mit")
    for name, parameter in core.named_parameters():
        if "lora_" not in name:
            continue
        parts = name.split(".")
        layer = parts[parts.index("layers") + 1]
        linear = next(part for part in parts if part in GGUF_NAMES)
        side = "a" if "lora_A" in parts else "b"
        weights = parameter.detach().float().numpy()
        if side == "b" and linear in heads:
            weights = _paired(weights, heads[linear])
        writer.add_tensor(
            f"blk.{layer}.{GGUF_NAMES[linear]}.weight.lora_{side}", np.ascontiguousarray(weights, dtype=np.float16)
        )
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _paired(weights: np.ndarray[Any, Any], heads: int) -> np.ndarray[Any, Any]:
    """Each head's rows with its halves interleaved."""
    size = weights.shape[0] // heads
    return weights.reshape(heads, 2, size // 2, *weights.shape[1:]).swapaxes(1, 2).reshape(weights.shape)


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> None:
    """Train it from the fetched small model; the argument is where the adapter is written."""
    models = load_settings().models_dir
    path = small_model_path(models)
    if path is None:
        raise ModelFileError(f"The small model {FILE_NAME} is not in {models}. Fetch it with `dream model get small`.")
    train(path, Path(sys.argv[1]))


if __name__ == "__main__":
    main()
