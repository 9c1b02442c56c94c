"""Films: size, speed, camera and captions as asked for."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest

from codepolicy.agent import Agent
from codepolicy.cli import status
from primitives.environment import Film
from primitives.errors import ConfigurationError


def filmed(tmp_path: Path, film: Film) -> tuple[list[np.ndarray], float, float]:
    """Frames, frames per s, and the robot's time of a program that goes away and comes home."""
    program = 'pick(find("red block"))\nhome()\n'
    episode = Agent().execute(program, out=tmp_path, video=film)
    assert episode.folder is not None and episode.notes == () and episode.outcome == "finished"
    with av.open(str(Path(episode.folder) / "video.mp4")) as file:
        stream = file.streams.video[0]
        assert (stream.width, stream.height) == (film.width, film.height)
        frames = [frame.to_ndarray(format="rgb24") for frame in file.decode(stream)]
        return frames, float(stream.average_rate), episode.timings.robot


def test_a_film_takes_as_long_as_the_robot_and_tells_the_running_line(tmp_path: Path) -> None:
    frames, rate, robot_s = filmed(tmp_path, Film(width=320, height=180, fps=10))
    assert rate == 10 and len(frames) / rate == pytest.approx(robot_s + 1.0, abs=0.3)
    below = [frame[-18:, :, :].astype(int) for frame in frames[1:-12]]
    assert all(strip.mean() < 110 for strip in below), "a dark strip below"
    assert all((strip.max() - strip.mean()) > 60 for strip in below), "with something written on it"
    first, last = below[2], below[-2]
    assert np.abs(first - last).max() > 60, "and not the same all the time"


def test_another_speed_is_written_on_it(tmp_path: Path) -> None:
    film = Film(width=320, height=180, fps=10, speed=4.0, camera="overhead")
    frames, rate, robot_s = filmed(tmp_path, film)
    assert len(frames) / rate == pytest.approx(robot_s / 4 + 1.0, abs=0.3)
    corner = frames[0][:16, -30:].astype(int)
    assert corner.max() - corner.min() > 60


def test_flags_that_have_no_effect_and_cameras_that_are_not_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for words, told in (
        (["--video-speed", "4"], "--video-size"),
        (["--video-camera", "front"], "--video-size"),
        (["--video-size", "720p", "--no-video"], "no effect"),
        (["--video-size", "720p", "--video-speed", "0"], "speed of the video"),
        (["--video-size", "720p", "--video-camera", "moon"], "unknown camera 'moon'"),
    ):
        assert status(["exec", "examples/01_put.py", "--out", str(tmp_path), *words]) == 2, words
        assert told in capsys.readouterr().err
    with pytest.raises(ConfigurationError, match="Valid: front, overhead, studio"):
        Agent().execute("home()", out=tmp_path, video=Film(camera="x"))
    assert not list(tmp_path.iterdir()), "nothing was written"
