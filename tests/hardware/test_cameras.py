"""Cameras: recordings of ours, librealsense's own, and ordinary ones; fresh images, silence and damage."""

from __future__ import annotations

import time
from pathlib import Path

import cv2
import numpy as np
import pytest

from primitives.cameras.newest_image import Image, NewestImage
from primitives.cameras.opencv import OpenCvCamera
from primitives.cameras.recorded import RecordedCamera, record
from primitives.errors import ConfigurationError
from primitives.failures import CommsLost, HardwareFault
from primitives.perception.rgbd_detector import RgbdDetector
from primitives.robot import CameraInfo, Frame
from primitives.scene import Workspace

K = np.array([[300.0, 0.0, 79.5], [0.0, 300.0, 59.5], [0.0, 0.0, 1.0]])
INFO = CameraInfo("front", 160, 120, K, np.eye(4), np.array([0.1, -0.2, 0.0, 0.0, 0.0]))


def shot(number: int) -> Frame:
    rgb = np.full((120, 160, 3), (200, 10 * number, 30), np.uint8)
    depth = np.full((120, 160), 0.5 + 0.01 * number, np.float32)
    depth[:10] = 0.0
    return Frame(INFO, rgb, depth, stamp=float(number), q=np.arange(6) * 0.1)


# Ours


def test_what_was_recorded_is_played(tmp_path: Path) -> None:
    record([shot(1), shot(2)], tmp_path / "front")
    camera = RecordedCamera(tmp_path / "front")
    assert camera.info.K.tolist() == K.tolist() and camera.info.distortion.tolist() == INFO.distortion.tolist()
    for number in (1, 2, 1):
        before = time.monotonic()
        frame = camera.frame(after=before, timeout_s=1.0)
        assert frame.stamp == number and frame.received >= before
        assert np.array_equal(frame.rgb, shot(number).rgb)
        assert np.abs(frame.depth - shot(number).depth).max() < 1e-4 and (frame.depth[:10] == 0).all()
        assert frame.q is not None and np.allclose(frame.q, shot(number).q)


def test_a_recording_ends_like_a_camera_unplugged(tmp_path: Path) -> None:
    record([shot(1)], tmp_path)
    camera = RecordedCamera(tmp_path, repeat=False)
    camera.frame(after=0.0, timeout_s=1.0)
    with pytest.raises(CommsLost, match="recording has ended"):
        camera.frame(after=0.0, timeout_s=1.0)


@pytest.mark.parametrize("damage", ["nothing", "cut", "no frames", "picture"])
def test_a_damaged_recording_is_told(tmp_path: Path, damage: str) -> None:
    folder = tmp_path / "r"
    if damage != "nothing":
        record([shot(1)], folder)
    if damage == "cut":
        (folder / "frames.json").write_text('{"camera": "fr')
    if damage == "no frames":
        text = (folder / "frames.json").read_text()
        (folder / "frames.json").write_text(text[: text.index('"frames"')] + '"frames": [], "schema_version": 1}')
    if damage == "picture":
        (folder / "00000_depth.png").write_bytes(b"\x89PNG")
        with pytest.raises(CommsLost, match="damaged"):
            RecordedCamera(folder).frame(after=0.0, timeout_s=1.0)
        return
    with pytest.raises(ConfigurationError):
        RecordedCamera(folder)


@pytest.mark.parametrize("frames", [[], [shot(1), Frame(CameraInfo("top", 1, 1, K), shot(1).rgb, shot(1).depth, 0.0)]])
def test_a_recording_is_of_one_camera(tmp_path: Path, frames: list[Frame]) -> None:
    with pytest.raises(ConfigurationError, match="one camera"):
        record(frames, tmp_path)


# Freshness


class Source:
    """Images until it is unplugged."""

    def __init__(self) -> None:
        self.plugged = True

    def __call__(self) -> Image:
        time.sleep(0.01)
        if not self.plugged:
            raise RuntimeError("device removed")
        now = time.monotonic()
        return Image(np.zeros((2, 2, 3), np.uint8), np.zeros((2, 2), np.float32), now, now)


def test_an_image_is_younger_than_asked_for_and_silence_is_typed() -> None:
    source = Source()
    newest = NewestImage("front", source)
    for _ in range(3):
        now = time.monotonic()
        assert newest.after(now, 5.0).exposed > now
    source.plugged = False
    time.sleep(0.2)
    began = time.monotonic()
    with pytest.raises(CommsLost, match=r"no image within 0\.3 s.*device removed"):
        newest.after(began, 0.3)
    assert 0.3 <= time.monotonic() - began < 3.0
    source.plugged = True
    assert newest.after(began, 5.0).exposed > began, "plugged in again"
    newest.close()
    newest.close()
    with pytest.raises(CommsLost):
        newest.after(time.monotonic(), 5.0)


def test_a_source_that_hangs_keeps_nobody() -> None:
    newest = NewestImage("front", lambda: time.sleep(30))
    began = time.monotonic()
    with pytest.raises(CommsLost):
        newest.after(0.0, 0.2)
    newest.close(0.2)
    assert time.monotonic() - began < 5.0


# Without depth


@pytest.fixture
def film(tmp_path: Path) -> Path:
    path = tmp_path / "film.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 30, (160, 120))
    for number in range(60):
        writer.write(np.full((120, 160, 3), (30, 4 * number, 220), np.uint8))
    writer.release()
    return path


def test_an_ordinary_camera_gives_colour_and_says_that_it_has_no_depth(film: Path) -> None:
    camera = OpenCvCamera(INFO, str(film))
    camera.connect()
    frame = camera.frame(after=0.0, timeout_s=5.0)
    camera.close()
    assert frame.rgb.shape == (120, 160, 3) and frame.rgb[60, 80, 0] > 180 > 60 > frame.rgb[60, 80, 2]
    assert not camera.info.depth and not frame.depth.any()
    with pytest.raises(ConfigurationError, match=r"needs depth.*'front'.*depth camera"):
        RgbdDetector().detect([frame], Workspace(), None)  # refused before it asks for the robot
    with pytest.raises(CommsLost, match="not connected"):
        camera.frame(after=0.0, timeout_s=1.0)


def test_an_ordinary_camera_that_is_not_there_or_has_another_size(film: Path, tmp_path: Path) -> None:
    with pytest.raises(CommsLost, match="nothing opens"):
        OpenCvCamera(INFO, str(tmp_path / "none.avi")).connect()
    with pytest.raises(HardwareFault, match="160x120 px, its calibration is for 640x480"):
        OpenCvCamera(CameraInfo("front", 640, 480, K), str(film)).connect()


# RealSense


@pytest.fixture(scope="module")
def realsense_recording(tmp_path_factory) -> Path:
    """Made by librealsense's own software device and recorder."""
    rs = pytest.importorskip("pyrealsense2")
    path = tmp_path_factory.mktemp("realsense") / "made.db3"
    intrinsics = rs.intrinsics()
    intrinsics.width, intrinsics.height = 160, 120
    intrinsics.fx = intrinsics.fy = 300.0
    intrinsics.ppx, intrinsics.ppy = 79.5, 59.5
    intrinsics.model = rs.distortion.brown_conrady
    intrinsics.coeffs = [0.0] * 5
    device = rs.software_device()
    sensors = {}
    for name, stream, number, kind, size in (
        ("Depth", rs.stream.depth, 0, rs.format.z16, 2),
        ("Color", rs.stream.color, 1, rs.format.rgb8, 3),
    ):
        sensor = device.add_sensor(name)
        made = rs.video_stream()
        made.type, made.index, made.uid = stream, 0, number
        made.width, made.height, made.fps, made.bpp, made.fmt, made.intrinsics = 160, 120, 30, size, kind, intrinsics
        profile = sensor.add_video_stream(made)
        if name == "Depth":
            sensor.add_read_only_option(rs.option.depth_units, 0.001)
        sensors[name] = sensor, profile, size
    extrinsics = rs.extrinsics()
    extrinsics.rotation, extrinsics.translation = [1, 0, 0, 0, 1, 0, 0, 0, 1], [0, 0, 0]
    sensors["Depth"][1].register_extrinsics_to(sensors["Color"][1], extrinsics)
    recorder = rs.recorder(str(path), device)
    queues = []
    recorded = {s.get_info(rs.camera_info.name): s for s in recorder.query_sensors()}
    for name, (_, profile, _) in sensors.items():
        queue = rs.frame_queue(20)
        recorded[name].open(recorded[name].get_stream_profiles()[0])
        recorded[name].start(queue)
        queues.append(queue)
        del profile
    for number in range(30):
        for name, (sensor, profile, size) in sensors.items():
            frame = rs.software_video_frame()
            pixels = np.full((120, 160), 700 + number, np.uint16)
            if name == "Color":
                pixels = np.full((120, 160, 3), (220, 40, 5 * number), np.uint8)
            frame.pixels, frame.stride, frame.bpp = pixels, 160 * size, size
            frame.timestamp, frame.frame_number = 33.3 * number, number
            frame.domain, frame.profile = rs.timestamp_domain.hardware_clock, profile.as_video_stream_profile()
            if name == "Depth":
                frame.depth_units = 0.001
            sensor.on_video_frame(frame)
        time.sleep(0.01)
    for name in sensors:
        recorded[name].stop()
        recorded[name].close()
    del recorder
    return path


def test_a_realsense_recording_is_played_with_its_own_intrinsics(realsense_recording: Path) -> None:
    from primitives.cameras.realsense import RealSenseCamera

    camera = RealSenseCamera(CameraInfo("wrist", 1, 1, np.eye(3)), recording=realsense_recording)
    camera.connect(20.0)
    try:
        assert camera.info.K.tolist() == K.tolist() and camera.info.width == 160
        frame = camera.frame(after=0.0, timeout_s=10.0)
        later = camera.frame(after=time.monotonic(), timeout_s=10.0)
        assert later.received > frame.received
        assert frame.rgb.shape == (120, 160, 3) and frame.rgb[60, 80, 0] == 220
        assert 0.69 < frame.depth[60, 80] < 0.74
    finally:
        camera.close()
        camera.close()
    with pytest.raises(CommsLost):
        camera.frame(after=0.0, timeout_s=0.1)


def test_a_realsense_that_is_not_there(tmp_path: Path) -> None:
    pytest.importorskip("pyrealsense2")
    from primitives.cameras.realsense import RealSenseCamera

    with pytest.raises(ConfigurationError, match="no recording"):
        RealSenseCamera(INFO, recording=tmp_path / "none.bag")
    with pytest.raises(CommsLost, match="does not start"):
        RealSenseCamera(INFO, serial="000000").connect(2.0)
