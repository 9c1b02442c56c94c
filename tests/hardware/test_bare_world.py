"""A world with three members runs whole; what it lacks is said where it is asked for."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import av
import cv2
import pytest

from codepolicy.agent import Agent
from codepolicy.approval import Decision, Proposal
from codepolicy.session import Session
from codepolicy.settings import Settings
from primitives.environment import Described, Judged, Pictured, Restorable, capability
from primitives.errors import ConfigurationError
from tests.hardware.bare_world import BareWorld

UNASKED = Settings(approve="never")


class Refusing:
    """A person who lets nothing move."""

    def __init__(self) -> None:
        self.shown: list[Proposal] = []

    def decide(self, proposal: Proposal) -> Decision:
        self.shown.append(proposal)
        return Decision(approved=False, by="ann")


@pytest.fixture
def bare() -> Iterator[BareWorld]:
    world = BareWorld()
    yield world
    world.close()


@pytest.mark.slow
def test_a_run_is_checked_by_its_goal_and_recorded_with_pictures_from_the_cameras(
    bare: BareWorld, tmp_path: Path
) -> None:
    episode = Agent(model="offline", env=bare, settings=UNASKED).run(
        "put the red block in the green bowl", out=tmp_path
    )
    assert (episode.outcome, episode.verdict, episode.goal_check.status) == ("achieved", None, "passed")
    assert episode.summary.endswith("no ground truth here") and not episode.world and not episode.notes
    (folder,) = tmp_path.iterdir()
    for name in ("before.png", "after.png"):
        image = cv2.imread(str(folder / name))
        assert image is not None and image.std() > 5
    with av.open(str(folder / "video.mp4")) as video:
        assert video.streams.video[0].codec_context.pix_fmt == "yuv420p"
    assert json.loads((folder / "episode.json").read_bytes())["outcome"] == "achieved"


@pytest.mark.slow
def test_a_person_is_asked_before_it_moves_unless_somebody_says_otherwise(bare: BareWorld) -> None:
    with pytest.raises(ConfigurationError, match="a person has to approve motions here"):
        Agent(model="offline", env=bare).run("pick up the red block")
    person = Refusing()
    episode = Agent(model="offline", env=bare, approver=person).run("pick up the red block")
    assert (episode.outcome, episode.timings.robot, len(person.shown)) == ("not_approved", 0.0, 1)
    counted = Agent(model="offline", env=bare, approver=person).run("how many blocks are there?")
    assert (counted.outcome, len(person.shown)) == ("answered", 1)


@pytest.mark.slow
def test_a_session_goes_on_in_it(bare: BareWorld) -> None:
    with Session(Agent(model="offline", env=bare, settings=UNASKED)) as session:
        assert session.run("how many blocks are there?").outcome == "answered"
        assert session.run("pick up the red block").outcome == "achieved"


@pytest.mark.parametrize(
    ("kind", "says"),
    [(Judged, "no ground truth"), (Restorable, "earlier state"), (Pictured, "no pictures"), (Described, "its robot")],
)
def test_what_it_lacks_is_said(bare: BareWorld, kind: type, says: str) -> None:
    with pytest.raises(ConfigurationError, match=f"environment 'bare' .*{says}"):
        capability(bare, kind)


def test_a_task_and_ground_truth_are_refused_in_a_sentence(bare: BareWorld) -> None:
    with pytest.raises(ConfigurationError, match="no ground truth"):
        Agent(env=bare, settings=UNASKED).execute(None, task="lift-block")
    with pytest.raises(ConfigurationError, match="needs ground truth"):
        Agent(env=bare, settings=Settings(detector="oracle", approve="never")).run("pick up the red block")


@pytest.mark.parametrize(
    "command", [("tasks",), ("eval", "core"), ("exec", "--oracle", "--task", "lift-block", "--approve", "never")]
)
def test_the_commands_that_need_ground_truth_say_so(command: tuple[str, ...], tmp_path: Path) -> None:
    info = tmp_path / "bare-0.1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: bare\nVersion: 0.1\n")
    (info / "entry_points.txt").write_text("[codepolicy.environments]\nbare = bare_world:make\n")
    program = f"import sys; sys.path[:0] = [{str(tmp_path)!r}, {str(Path(__file__).parent)!r}]\n"
    program += "from codepolicy.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", program, *command, "--env", "bare"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=100,
    )
    assert done.returncode == 2, done.stdout + done.stderr
    assert "environment 'bare' has no tasks and no ground truth" in done.stderr
    assert "Traceback" not in done.stderr
