"""Hypothesis against everything that is read: replies of servers, scene, suite and price files, and run folders.

    python tests/reliability/fuzz_inputs.py [SECONDS]

Each kind gets its share of the time. Ends with status 1, and the input, at the first that is neither read nor refused
in a sentence. The test in `test_fuzz.py` runs it for a second each; CI runs it for a minute.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent / "evaluation")]

import made  # noqa: E402

from codepolicy.evaluation.html_report import page  # noqa: E402
from codepolicy.evaluation.run_store import read_run  # noqa: E402
from codepolicy.models import openai_answer  # noqa: E402
from codepolicy.models.openai_errors import NotCompletion, ServerError, server_error, translated  # noqa: E402
from codepolicy.models.prices import price_table  # noqa: E402
from codepolicy.models.protocol import ModelError  # noqa: E402
from codepolicy.printable import printable, printable_json  # noqa: E402
from codepolicy.prompting.reply import parse_reply  # noqa: E402
from primitives.errors import ConfigurationError  # noqa: E402
from sim_envs.scenes.scene_files import read_scene  # noqa: E402
from sim_envs.suites import suite  # noqa: E402

SEEDS = {
    "reply": b'data: {"choices": [{"index": 0, "delta": {"content": "```python\\nhome()\\n```", "tool_calls": '
    b'[{"index": 0, "function": {"name": "put", "arguments": "{\\"obj\\": \\"a\\"}"}}]}, "finish_reason": "stop"}], '
    b'"usage": {"prompt_tokens": 5, "completion_tokens": 7}}\n\ndata: [DONE]\n\n',
    "error": b'{"error": {"message": "no", "code": "x"}, "detail": [{"loc": ["body", "x"], "msg": "y"}]}',
    "scene": b'name = "x"\nclearance = 0.02\n[[objects]]\ncategory = "block"\ncolor = "red"\nposition = [0.4, 0.1]\n',
    "suite": b'trials = 2\ndisturbances = "mild"\n[[groups]]\nname = "a"\ntasks = ["put-block-in-bowl"]\n',
    "prices": b"[small]\ninput = 1.0\noutput = 2.0\ncached = 0.5\n",
    "record": msgspec.json.encode(made.record(won=False)) + b"\n",
    "run": msgspec.json.encode(made.run_file(1)),
}


@st.composite
def mutated(draw: st.DrawFn, original: bytes) -> bytes:
    """`original` with a few things in it replaced, repeated, cut or put in."""
    data = bytearray(original)
    for _ in range(draw(st.integers(1, 6))):
        start = draw(st.integers(0, len(data)))
        end = min(len(data), start + draw(st.integers(0, 40)))
        some = st.one_of(
            st.binary(max_size=20),
            st.sampled_from(
                (b"[" * 5000, b"{", b'"', b"null", b"-1", b"NaN", b"1e999", b"9" * 400, b"\n", b"\x00", b'""')
            ),
            st.just(bytes(data[start:end]) * 3),
        )
        data[start:end] = draw(some)
    return bytes(data[:60_000])


def reply(data: bytes) -> None:
    pieces = [data[i : i + 37] for i in range(0, len(data), 37)]
    try:
        answer = openai_answer.read(pieces, url="http://x/v1", model="m", kind="")
    except (ModelError, ConfigurationError, NotCompletion, ServerError) as error:
        assert len(str(error)) < 5000
    else:
        parse_reply(answer)
        msgspec.json.decode(printable_json(msgspec.json.encode(answer)))


def error(data: bytes) -> None:
    told = translated(
        server_error(400, {}, data), model="m", url="http://x", timeout_s=1.0, connected=True, models=list
    )
    assert printable(str(told)) == str(told) and "\n" not in str(told)


def file(reader: Callable[[Path], object], name: str) -> Callable[[bytes], None]:
    folder = Path(tempfile.mkdtemp(prefix="codepolicy-fuzz-"))

    def one(data: bytes) -> None:
        path = folder / name
        path.write_bytes(data)
        try:
            reader(path)
        except ConfigurationError as refused:
            assert str(refused)

    return one


def run_folder(name: str) -> Callable[[bytes], None]:
    root = Path(tempfile.mkdtemp(prefix="codepolicy-fuzz-"))
    folder = made.folder(root / "run", [made.record(won=False)])

    def one(data: bytes) -> None:
        (folder / name).write_bytes(data)
        try:
            run = read_run(folder)
        except ConfigurationError as refused:
            assert str(refused)
        else:
            page(run)

    return one


KINDS: dict[str, Callable[[bytes], None]] = {
    "reply": reply,
    "error": error,
    "scene": file(read_scene, "scene.toml"),
    "suite": file(lambda path: suite.load(str(path)), "suite.toml"),
    "prices": file(lambda path: price_table(str(path)), "prices.toml"),
    "record": run_folder("episodes.jsonl"),
    "run": run_folder("run.json"),
}


def fuzz(kind: str, seconds: float, *, seed: int | None = None) -> int:
    """Try inputs of `kind` for so long; how many were tried. Raises what an input raises."""
    until, tried = time.monotonic() + seconds, 0

    @settings(
        max_examples=100,
        database=None,
        deadline=None,
        derandomize=seed is not None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate, Phase.shrink],
    )
    @given(mutated(SEEDS[kind]))
    def one(data: bytes) -> None:
        nonlocal tried
        tried += 1
        KINDS[kind](data)

    while time.monotonic() < until:
        one()
    return tried


if __name__ == "__main__":
    share = float(sys.argv[1] if len(sys.argv) > 1 else 60) / len(KINDS)
    for each in KINDS:
        print(f"{each:8} {fuzz(each, share):6} inputs, each read or refused in a sentence", flush=True)
