"""Results in a notebook: they show themselves, and nothing in them becomes markup."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import numpy as np
import pytest

from codepolicy.agent import Agent
from codepolicy.episode import Episode
from codepolicy.evaluation.run_store import EvaluationRun
from codepolicy.scene_list import SceneList
from primitives.robot import CameraInfo, Frame
from primitives.scene import SceneObject

NOTEBOOK = Path(__file__).parents[2] / "examples" / "06_notebook.ipynb"


def test_an_episode_shows_itself(tmp_path: Path) -> None:
    program = 'a = "</script>"\nsay("<script>alert(1)</script>")\nput(find("red block"), find("green bowl"))\n'
    words = "put the red block in the green bowl"
    episode = Agent().execute(program, instruction=words, out=tmp_path, video=False)
    html = episode._repr_html_()
    assert "<script" not in html and "&lt;script" in html
    assert html.count("data:image/png;base64,") == 2, "before and after"
    for words in ("put(&#x27;red block&#x27;", "&lt;/script&gt;", "verdict", "line", "robot s"):
        assert words in html
    assert "\n" not in repr(episode) and len(repr(episode)) < 400
    assert isinstance(episode, Episode)


def test_a_video_is_shown_inline(tmp_path: Path) -> None:
    episode = Agent().execute("home()", out=tmp_path, video=True)
    assert "data:video/mp4;base64," in episode._repr_html_()


def test_things_and_frames_show_themselves() -> None:
    thing = SceneObject(
        name="<i>red", category="block", color="red", position=(0.4, 0.0, 0.02), size=(0.04, 0.04, 0.04)
    )
    html = SceneList([thing])._repr_html_()
    assert "&lt;i&gt;red" in html and "(0.400, 0.000, 0.020)" in html
    assert repr(SceneList([thing])) == "SceneList(1: <i>red)"
    info = CameraInfo(name="over<head", width=64, height=48, K=np.eye(3), T_base_camera=np.eye(4))
    for depth in (np.zeros((48, 64), np.float32), np.ones((48, 64), np.float32)):
        frame = Frame(info, np.zeros((48, 64, 3), np.uint8), depth, 1.5)
        assert repr(frame) == "Frame('over<head', 64×48 px, 1.500 s)"
        assert "data:image/png;base64," in frame._repr_html_() and "over&lt;head" in frame._repr_html_()


def test_an_evaluation_has_one_line_and_a_table() -> None:
    made = pytest.importorskip("tests.evaluation.made")
    run = made.run([made.record("lift-block-v1", seed, won=seed > 0) for seed in range(3)])
    assert isinstance(run, EvaluationRun)
    assert "\n" not in repr(run) and len(repr(run)) < 300
    assert "lift-block" in run._repr_html_() and "2 of 3" in run._repr_html_()


@pytest.mark.slow
def test_the_notebook_of_the_examples_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    nbformat = pytest.importorskip("nbformat")
    nbclient = pytest.importorskip("nbclient")
    pytest.importorskip("ipykernel")
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("JUPYTER_PREFER_ENV_PATH", "1")
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    nbclient.NotebookClient(notebook, timeout=240, resources={"metadata": {"path": str(tmp_path)}}).execute()
    outputs = [cell.outputs for cell in notebook.cells if cell.cell_type == "code"]
    ran = "".join(o.data.get("text/html", "") for o in outputs[0] if "data" in o)
    assert "turn 1" in ran and "achieved" in ran and len(outputs[0]) == 1, (
        "a run writes into its cell, over what it wrote"
    )
    assert "data:image/png;base64," in outputs[1][0].data["text/html"]
    assert outputs[2][0].data["text/plain"].startswith("\"Episode('achieved'")
    assert "red block" in outputs[3][0].data["text/html"]
    assert "data:image/png" in outputs[4][0].data["text/html"]
    assert "green bowl" in outputs[5][0].data["text/plain"]
