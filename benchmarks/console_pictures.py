"""What ten pictures a second on the console's page cost: a simulated arm moves, two cameras look five times a second.

python benchmarks/console_pictures.py
"""

from __future__ import annotations

import time

from codepolicy.agent import Agent
from codepolicy.console.audience import Audience
from codepolicy.console.camera_message import pictured
from codepolicy.session import Session

COUNT = 100


def main() -> None:
    """Print milliseconds of processor time a picture, rendering, scaling, encoding and queueing included."""
    audience = Audience()
    with Session(Agent()) as session:
        seen = session.look()
        robot = session.executor.trial.robot
        for camera in robot.cameras:
            pictured(camera, tuple(seen))  # the first one sets things up
        began = time.process_time()
        for _ in range(COUNT // len(robot.cameras)):
            for camera in robot.cameras:
                audience.tell(pictured(camera, tuple(seen)))
        each = (time.process_time() - began) / COUNT
    print(f"{1000 * each:.1f} ms of processor time a picture; ten a second take {1000 * each:.0f} % of a core")


main()
