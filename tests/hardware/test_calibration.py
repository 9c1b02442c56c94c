"""Hand-eye calibration: on synthetic views, and through the simulated arm and cameras."""

import re
import tomllib
from itertools import pairwise

import numpy as np
import pytest

from codepolicy.cli import status
from primitives.environment import TrialSpec
from primitives.errors import ConfigurationError
from primitives.hand_eye.board_pdf import PAPERS, RULER, board_pdf
from primitives.hand_eye.charuco import Board, Sighting, seen
from primitives.hand_eye.session import opened
from primitives.hand_eye.solver import View, solve
from sim_envs.calibration_bench import wrist_camera
from sim_envs.environment import make
from sim_envs.rendering.camera_mounts import MOUNTS, camera_info
from sim_envs.robots.panda import arm_info as panda_info
from tests.hardware import boards

BOARD = Board()


def solved(views, mounted="fixed", board=BOARD):
    return solve(views, board, boards.K, boards.DISTORTION, mounted)


# Solver


@pytest.mark.parametrize("mounted", ["fixed", "hand"])
def test_the_camera_is_found_whatever_carries_it(mounted: str) -> None:
    found = solved(boards.views(mounted), mounted)
    millimetres, degrees = boards.off(found.T_mount_camera, boards.X)
    assert millimetres < 0.5 and degrees < 0.1
    millimetres, degrees = boards.off(found.T_board, boards.Y)
    assert millimetres < 0.5 and degrees < 0.1
    assert abs(found.scale - 1) < 1e-3 and found.error < 0.3


@pytest.mark.parametrize("joint", [0.0, 0.001])
def test_the_uncertainty_is_the_one_that_repetition_shows(joint: float) -> None:
    results = [solved(boards.views("fixed", joint=joint, seed=s)) for s in range(8)]
    errors = [np.linalg.norm(r.T_mount_camera[:3, 3] - boards.X[:3, 3]) for r in results]
    told = np.sqrt(np.mean([r.position**2 for r in results]))
    assert 0.5 < np.sqrt(np.mean(np.square(errors))) / told < 2.0


def test_a_view_that_contradicts_the_others_is_left_out() -> None:
    views = boards.views("fixed")
    views[7] = View(views[7].T_base_tool @ boards.pose((0.0, 0.05, 0.0), (0.02, 0.0, 0.0)), views[7].sighting)
    found = solved(views)
    assert found.left_out == (7,)
    assert boards.off(found.T_mount_camera, boards.X)[0] < 0.5


@pytest.mark.parametrize(
    ("made", "words"),
    [
        ({"count": 6}, "seen from 6 poses; 10 are needed"),
        ({"turn": 0.02}, "turned by .* degrees at most"),
        ({"axes": (1.0, 0.0, 0.0), "turn": 0.4}, "about one axis only"),
        ({"scale": 1.03}, r"squares measure 41\.\d\d mm by the arm's motion, not 40 mm"),
        ({"noise": 4.0}, "contradict each other"),
        ({"joint": 0.02, "count": 12}, "contradict each other|known to"),
    ],
)
@pytest.mark.parametrize("mounted", ["fixed", "hand"])
def test_what_tells_too_little_is_refused_in_a_sentence(mounted: str, made: dict, words: str) -> None:
    with pytest.raises(ConfigurationError, match=words):
        solved(boards.views(mounted, **made), mounted)


# Board


@pytest.mark.parametrize("paper", sorted(PAPERS))
def test_the_page_shows_the_board_in_real_size(paper: str) -> None:
    board = Board(5, 4, 0.035)
    sighting = seen(board, boards.rasterised(board_pdf(board, paper), per_mm=4))
    assert sighting is not None and len(sighting.ids) == 4 * 3
    order = np.argsort(sighting.ids)
    measured = sighting.pixels[order][0] - sighting.pixels[order][3]
    assert np.linalg.norm(measured) / 4 == pytest.approx(3 * 35, abs=0.3)


def test_the_page_is_a_file_that_readers_open() -> None:
    pdf = board_pdf(BOARD)
    start = int(re.search(rb"startxref\n(\d+)\n%%EOF\n$", pdf)[1])
    assert pdf[start:].startswith(b"xref\n0 6\n")
    offsets = [int(n) for n in re.findall(rb"(\d{10}) 00000 n ", pdf[start:])]
    assert [pdf[at:].split(b" ", 1)[0] for at in offsets] == [b"1", b"2", b"3", b"4", b"5"]
    assert all(a < b for a, b in pairwise(offsets))
    length = int(re.search(rb"/Length (\d+)", pdf)[1])
    stream = re.search(rb"stream\n(.*?)\nendstream", pdf, re.DOTALL)[1]
    assert len(stream) == length and f"{RULER * 1000:.0f} mm".encode() in stream


@pytest.mark.parametrize(
    ("columns", "rows", "square", "words"),
    [(2, 4, 0.04, "3 to 20"), (20, 20, 0.01, "needs 200 markers"), (6, 4, 0.5, "5 to 200 mm")],
)
def test_boards_that_cannot_be(columns: int, rows: int, square: float, words: str) -> None:
    with pytest.raises(ConfigurationError, match=words):
        Board(columns, rows, square)


# Command line


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "calibrate board|camera"),
        (["bord"], "Did you mean 'board'"),
        (["board", "--square", "60"], "does not fit on a4"),
        (["board", "--paper", "a9"], "Valid: a3, a4, letter"),
        (["camera", "--views", "3"], "at least 10"),
        (["camera", "--speed", "0"], "fraction of the arm's speed"),
        (["camera"], "overhead or front"),
        (["camera", "--camera", "frnt"], "Did you mean 'front'"),
        (["camera", "--camera", "front"], "only after approval"),
    ],
)
def test_a_mistake_gets_a_sentence(arguments: list[str], words: str, capsys, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert status(["calibrate", *arguments]) == 2
    assert words in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_the_board_is_written(capsys, tmp_path) -> None:
    assert status(["calibrate", "board", "--out", str(tmp_path / "b.pdf"), "--square", "30"]) == 0
    assert (tmp_path / "b.pdf").read_bytes() == board_pdf(Board(square=0.03))
    assert "100 %" in capsys.readouterr().out


# In simulation

TRUE = {mount.name: camera_info(mount) for mount in MOUNTS}


@pytest.mark.slow
@pytest.mark.parametrize("camera", [*sorted(TRUE), "wrist"])
def test_a_simulated_arm_recovers_where_the_camera_is(camera: str, tmp_path, capsys) -> None:
    import msgspec

    out = tmp_path / "camera.toml"
    arguments = ["camera", "--camera", camera, "--disturbances", "sensor", "--yes", "--speed", "0.5"]
    assert status(["calibrate", *arguments, "--views", "15", "--out", str(out), "--json"]) == 0
    result = msgspec.json.decode(capsys.readouterr().out)
    true = wrist_camera(panda_info()).T_link_camera if camera == "wrist" else TRUE[camera].T_base_camera
    millimetres, degrees = boards.off(np.array(result["T_mount_camera"]), true)
    assert millimetres < 0.5 and degrees < 0.1
    assert result["moved_mm"] > 1.0, "the belief was off, or nothing was shown"
    assert millimetres < 3 * result["position_mm_95"]
    lines = tomllib.loads(out.read_text())["cameras"][camera]["extrinsics"]
    assert lines["frame"] == ("panda_hand" if camera == "wrist" else "base") and len(lines["quaternion_xyzw"]) == 4


@pytest.mark.slow
def test_poses_led_by_hand_do_as_well() -> None:
    environment = make()
    spec = TrialSpec(disturbances="none")
    session = opened(environment, spec, BOARD, "front", speed_scale=0.5)
    arm = environment.show_board(BOARD, "front").arm
    left = [arm.info.home, *session.plan(12)]  # the first shows no board to the camera

    def ask() -> bool:
        if left:
            arm.start_joint_path(np.array([arm.state().q, left.pop(0)]), arm.info.limits.scaled(0.5)).wait(30)
            return True
        return False

    told: list[str] = []
    result = session.led_and_solve(ask, told.append)
    assert boards.off(result.hand_eye.T_mount_camera, TRUE["front"].T_base_camera)[0] < 0.5
    assert sum("taken" in line for line in told) == result.hand_eye.views
    environment.close()


def test_sightings_need_corners() -> None:
    assert seen(BOARD, np.full((480, 640, 3), 200, np.uint8)) is None
    assert len(Sighting(np.arange(6), np.zeros((6, 2))).ids) == 6
