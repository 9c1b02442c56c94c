"""Plays recorded programs again: python benchmarks/programs.py PROGRAMS.jsonl [--every 5] [--from 0]

Each line of the file is an episode: `seed`, `task` (an id) or `scene` (TOML text), and `turns`, each with `program` and
`goal`. Its last program is played with `codepolicy exec`, and judged by the task where there is one, else by its goal
check.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any


def play(episode: dict[str, Any], folder: Path) -> dict[str, Any]:
    """What `codepolicy exec --json` prints of the last turn of an episode."""
    last = episode["turns"][-1]
    program = folder / "program.py"
    program.write_text(f"{last['program']}\n\n{last.get('goal') or ''}\n", encoding="utf-8")
    command = ["codepolicy", "exec", str(program), "--seed", str(episode["seed"]), "--no-video", "--json"]
    if episode.get("surface"):
        command += ["--surface", episode["surface"]]
    if episode.get("task"):
        command += ["--task", episode["task"]]
    else:
        scene = folder / "scene.toml"
        scene.write_text(episode["scene"], encoding="utf-8")
        command += ["--scene", str(scene)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, cwd=folder, check=False)
    try:
        return json.loads(done.stdout)
    except ValueError:
        return {"outcome": "no JSON", "error": (done.stderr or done.stdout)[-300:]}


def main() -> None:
    """Play a sample and print what did not come out right."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("file", type=Path)
    parser.add_argument("--every", type=int, default=1, help="play every so manieth episode")
    parser.add_argument("--from", dest="first", type=int, default=0, help="number of the first")
    chosen = parser.parse_args()
    lines = chosen.file.read_text(encoding="utf-8").splitlines()
    right = played = 0
    for number in range(chosen.first, len(lines), chosen.every):
        episode = json.loads(lines[number])
        with tempfile.TemporaryDirectory() as folder:
            result = play(episode, Path(folder))
        verdict = result.get("verdict") or {}
        won = verdict.get("status") == "achieved" if verdict else result.get("outcome") == "achieved"
        right, played = right + won, played + 1
        if not won:
            print(f"{number}: {episode['instruction']}: {result.get('outcome')} {verdict or result.get('error', '')}")
    print(f"{right} of {played} right")
    sys.exit(0)


if __name__ == "__main__":
    main()
