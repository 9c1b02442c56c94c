"""The page that plays a run: whole in one file, in step with program and calls, harmless whatever is in it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import msgspec
import pytest

from codepolicy import pose_file
from codepolicy.agent import Agent
from codepolicy.cli import status
from codepolicy.viewing.view_page import MOST_BYTES, view_page, write_view
from primitives.errors import ConfigurationError
from tests.chromium import chromium

PROGRAM = 'b = find("red block")\npick(b)\nplace(find("green bowl"))\nprint("</script><b>done")\n'


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("runs")
    episode = Agent().execute(PROGRAM, instruction="put the red block <i>there", out=out, video=False)
    assert episode.folder is not None
    return Path(episode.folder)


def test_the_page_is_one_file_that_links_to_nothing(run: Path) -> None:
    text = view_page(run)
    assert len(text.encode()) < MOST_BYTES / 4
    assert not re.search(r"(src|href|url\()\s*=?\s*[\"']?(https?:|//|\.)", text.replace(json.dumps("url"), ""))
    assert "put the red block &lt;i&gt;there" in text
    assert text.count("</script>") == 3, "no text of the run ends a script"
    assert "default-src 'none'" in text


@pytest.mark.slow
def test_scene_program_and_calls_go_in_step(run: Path, tmp_path: Path) -> None:
    page = write_view(run, tmp_path / "one.html")
    with chromium(tmp_path / "profile") as browser:
        browser.open(page.as_uri())
        browser.until("document.getElementById('scene').dataset.drawn > 0")
        count = browser.run("document.querySelectorAll('#calls li').length")
        assert count == 4
        picture = "document.getElementById('scene').toDataURL()"
        first = browser.run(picture)
        assert browser.run("document.querySelectorAll('#labels .perceived').length") >= 5

        def step(key: str) -> tuple[int, str, str]:
            browser.key(key)
            browser.run("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
            return (
                int(browser.run("document.body.dataset.call")),
                browser.run("(document.querySelector('#program .now, #program .failed') || {}).textContent"),
                browser.run("(document.querySelector('#calls .now') || {}).textContent"),
            )

        browser.run("document.getElementById('calls').children[0].click()")
        call, line, told = step("ArrowRight")
        assert call == 1 and line == "pick(b)" and told.startswith("L2 pick(")
        step("ArrowRight")
        call, line, told = step("ArrowRight")
        assert call == 3 and line == 'place(find("green bowl"))' and "s robot" in told and "s wall" in told
        assert browser.run(picture) != first, "the scene has moved on"
        assert step("ArrowRight")[0] == 3 and step("ArrowLeft")[0] == 2
        slider = "const s = document.getElementById('time'); s.value = s.max; s.dispatchEvent(new Event('input'));"
        browser.run(slider)
        assert browser.run("document.body.dataset.call") == "3"
        ended = browser.run("Number(document.body.dataset.time)")
        assert ended == pytest.approx(pose_file.read_poses(run / pose_file.NAME).moments[-1].t / 1000, abs=0.02)
        browser.run(
            "document.getElementById('speed').value = '0.25'; document.getElementById('calls').children[1].click()"
        )
        browser.key(" ", "Space")
        start = browser.run("Number(document.body.dataset.time)")
        browser.until(f"Number(document.body.dataset.time) > {start + 0.05}")
        browser.key(" ", "Space")
        assert browser.run("document.getElementById('play').textContent") == "Play"
        for width in (1280, 400):
            for dark in (False, True):
                browser.open(page.as_uri(), width=width, dark=dark)
                assert browser.run("document.documentElement.scrollWidth") <= width
        assert browser.errors == []


def test_a_run_of_an_environment_that_is_not_there_is_shown_without_its_arm(run: Path, tmp_path: Path) -> None:
    for name in ("episode.json", "trace.jsonl", pose_file.NAME):
        (tmp_path / name).write_bytes((run / name).read_bytes())
    path = tmp_path / pose_file.NAME
    header, _, rest = path.read_bytes().partition(b"\n")
    told = msgspec.structs.replace(msgspec.json.decode(header, type=pose_file.Header), environment="elsewhere")
    path.write_bytes(msgspec.json.encode(told) + b"\n" + rest)
    text = view_page(tmp_path)
    assert "The arm is not drawn: unknown environment" in text and '"arm":null' in text
    assert '"group":"truth"' in text


def test_a_real_robots_run_says_nothing_of_ground_truth(run: Path, tmp_path: Path) -> None:
    for name in ("episode.json", "trace.jsonl"):
        (tmp_path / name).write_bytes((run / name).read_bytes())
    recording = pose_file.read_poses(run / pose_file.NAME)
    true = {t.id for t in recording.things.values() if t.truth}
    lines = [msgspec.json.encode(recording.header)]
    for moment in recording.moments:
        kept = msgspec.structs.replace(
            moment,
            new=tuple(t for t in moment.new if not t.truth),
            o=tuple(pose for pose in moment.o if pose[0] not in true),
        )
        lines.append(msgspec.json.encode(kept))
    (tmp_path / pose_file.NAME).write_bytes(b"\n".join(lines))
    text = view_page(tmp_path)
    assert "show-truth" not in text.split("<script")[0] and '"has_truth":false' in text


def test_what_is_no_run_is_refused_in_a_sentence(run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert status(["view", str(tmp_path)]) == 2
    assert "episode" in capsys.readouterr().err
    (tmp_path / "episode.json").write_bytes((run / "episode.json").read_bytes())
    with pytest.raises(ConfigurationError, match="recorded no poses"):
        view_page(tmp_path)
    assert status(["view", str(run), "--export", "/proc/none/x.html"]) == 2
    assert "--export" in capsys.readouterr().err
    assert status(["view", str(run), "--export", str(tmp_path / "x.html")]) == 0
    assert (tmp_path / "x.html").is_file()
