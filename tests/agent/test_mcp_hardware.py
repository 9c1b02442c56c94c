"""On what is no simulation a person approves before anything moves; a stop or a client that is gone ends it."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator

import pytest

pytest.importorskip("mcp", reason="extra [mcp]")

import anyio
import numpy as np
from numpy.typing import NDArray

from codepolicy.audit import broken_line
from codepolicy.cli import status
from codepolicy.mcp_server.workcell import Workcell
from codepolicy.settings import Settings
from primitives.errors import ConfigurationError
from primitives.robots.fake.world import FakeWorld
from tests.agent.mcp_serving import Running, connected, serving, text, until_idle

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::DeprecationWarning")]
MOVE = "move_linear(Pose.top_down(0.45, 0.1, 0.35))\n"
LONG = """for _ in range(2000):
    move_linear(Pose.top_down(0.4, 0.2, 0.4))
    move_linear(Pose.top_down(0.6, -0.2, 0.4))
"""
STILL = 'def goal():\n    expect(len(detect("block")) == 3, "three blocks")\n'


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(FakeWorld.__init__.__kwdefaults__, "size", (320, 240))  # type: ignore[arg-type] # cheaper to draw
        yield from serving(tmp_path_factory.mktemp("fake"), env="fake")


def joints(server: Running) -> NDArray[np.float64]:
    return np.array(server.cell._executor.trial.robot.arm.state().q)


def stands(server: Running) -> bool:
    """Whether the arm is where it was, a while (of its own time: some seconds) later."""
    before = joints(server)
    time.sleep(0.3)
    return bool(np.abs(joints(server) - before).max() < 1e-4)


def decisions(server: Running) -> list[tuple[bool, str]]:
    lines = [json.loads(line) for line in (server.out / "audit.jsonl").read_text().splitlines()]
    return [(line["approved"], line["by"]) for line in lines if line["kind"] == "decision"]


def test_it_cannot_be_started_without_approval(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ConfigurationError, match="no simulation: a person approves"):
        Workcell(settings=Settings(), env="fake", approve="never")
    assert status(["mcp", "--env", "fake", "--approve", "never"]) == 2
    assert "a person approves" in capsys.readouterr().err


def test_nothing_moves_before_a_person_has_said_so(server: Running) -> None:
    home, asked = joints(server), list[str]()

    async def main() -> None:
        async with connected(server, name="mute") as mute:  # its client asks nobody
            told = text(await mute.call_tool("run", {"program": "def f():\n    " + MOVE + "f()\n"}))
            assert "cannot ask one" in told
        for answer in ({"approve": False, "reason": "mind the cup"}, None):
            async with connected(server, name="ann", answers=lambda m, a=answer: (asked.append(m), a)[1]) as ann:
                told = text(await ann.call_tool("run", {"program": MOVE, "goal": STILL}))
                assert "not_approved" in told and (answer is None or "mind the cup" in told)

    anyio.run(main)
    assert len(asked) == 2 and MOVE.strip() in asked[0] and "sha256" in asked[0]
    assert np.abs(joints(server) - home).max() < 1e-4, "the arm has not moved"
    assert decisions(server) == [(False, "a person at ann")] * 2


def test_an_approval_is_for_one_run_and_is_on_record(server: Running) -> None:
    home, asked = joints(server), list[str]()

    def once(message: str) -> dict[str, bool]:
        asked.append(message)
        return {"approve": len(asked) == 1}

    async def main() -> None:
        words = {"program": MOVE, "instruction": "lift the hand"}
        async with connected(server, name="bob", answers=once) as bob:
            told = text(await bob.call_tool("run", words))
            assert "Outcome: finished" in told or "Outcome: unverified" in told, told
            assert "verdict" not in told.lower() and "ground truth" not in told.lower()
            assert "not_approved" in text(await bob.call_tool("run", words)), "the next time it is asked again"
            assert (await bob.call_tool("new_scene", {"seed": 1})).is_error
            assert "real robot" in text(await bob.call_tool("tasks", {}))

    anyio.run(main)
    assert len(asked) == 2
    assert np.abs(joints(server) - home).max() > 0.05
    lines = [json.loads(line) for line in (server.out / "audit.jsonl").read_text().splitlines()]
    moves = [line for line in lines if line["kind"] == "command" and line.get("name") == "move_linear"]
    assert len(moves) == 1 and {line["client"] for line in moves} == {"bob"}
    assert broken_line(server.out / "audit.jsonl") is None


@pytest.mark.parametrize("how", ["stop", "gone"])
def test_a_motion_ends_with_a_stop_or_a_request_that_is_cancelled_with_its_client(server: Running, how: str) -> None:
    def yes(message: str) -> dict[str, bool]:
        del message
        return {"approve": True}

    async def moving() -> None:
        before = joints(server)
        with anyio.fail_after(30):
            while np.abs(joints(server) - before).max() < 0.02:
                await anyio.sleep(0.02)

    async def cut_short() -> None:
        async with anyio.create_task_group() as group, connected(server, name="eve", answers=yes) as eve:
            group.start_soon(eve.call_tool, "run", {"program": LONG})
            await moving()
            group.cancel_scope.cancel()

    async def main() -> None:
        if how == "stop":
            async with (
                connected(server, name="eve", answers=yes) as eve,
                connected(server, name="sam") as sam,
                anyio.create_task_group() as group,
            ):
                told: list[str] = []

                async def run() -> None:
                    told.append(text(await eve.call_tool("run", {"program": LONG})))

                group.start_soon(run)
                await moving()
                assert "Stopped eve's program" in text(await sam.call_tool("stop", {}))
                while not told:
                    await anyio.sleep(0.02)
                assert "stopped" in told[0]
        else:
            with anyio.move_on_after(20):
                await cut_short()
        await until_idle(server)
        assert stands(server)
        if how == "stop":
            async with connected(server, answers=yes) as again:  # an approval lifts it
                told = text(await again.call_tool("run", {"program": MOVE}))
                assert "Outcome: finished" in told or "Outcome: unverified" in told, told

    anyio.run(main)
