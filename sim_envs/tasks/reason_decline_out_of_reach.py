"""Impossible: far off the table."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

from sim_envs.judging.case import Case, Condition
from sim_envs.judging.declining import declined
from sim_envs.judging.task import task
from sim_envs.language.templates import DIRECTION, Attributes, Slot, Template, Values, things
from sim_envs.scenes.scene_spec import SceneSpec
from sim_envs.tasks._layout import arrange, block, bowl, color_of, palette

_REACH = (
    "reach*",
    "unreach*",
    "far",
    "workspace*",
    "m",
    "met*",
    "range",
    "away",
    "distance",
    "limit*",
    "edge*",
    "floor",
)
_BOUNDS = ("off", "beyond", "outside", "past", "end*", "small*", "big*", "large*", "wide*", "only")
"""What makes the table a reason; that something is not on it is none."""


@task(
    id="reason-decline-out-of-reach",
    version=2,
    template=Template(
        "put the <block> <far> to the <direction> of the <bowl>",
        slots={
            "block": things("block"),
            "far": Slot(seen=("2 meters",), unseen=("5 meters",), also={"two meters": "2 meters", "2 m": "2 meters"}),
            "direction": DIRECTION,
            "bowl": things("bowl"),
        },
        paraphrases=(
            "place the <block> <far> to the <direction> of the <bowl>",
            "move the <block> <far> to the <direction> of the <bowl>",
            "pick up the <block> and put it <far> to the <direction> of the <bowl>",
            "please set the <block> down <far> to the <direction> of the <bowl>",
            "the <block> should be <far> to the <direction> of the <bowl>",
        ),
    ),
    tags=("reason", "decline"),
    tolerance="Nothing moved more than 1 cm, neither in the end nor on the way, and the person was told why: the "
    "reason of `decline`, or the model's refusal, speaks of reach, "
    "distance or the table. One in another language "
    "stands as it is. Silence, or saying that it is done, is no reason.",
    time_limit_s=60.0,
    outcome="declined",
)
class DeclineOutOfReach:
    """The arm is 0.85 m long."""

    def scene(self, values: Values, rng: random.Random, attributes: Attributes) -> SceneSpec:
        """Two blocks and two bowls."""
        blocks = palette(rng, attributes, 2, first=(color_of(values["block"]),))
        bowls = palette(rng, attributes, 2, first=(color_of(values["bowl"]),))
        return arrange(rng, [*map(block, blocks), *map(bowl, bowls)])

    def goal(self, case: Case) -> Sequence[Condition]:
        """Nothing moved, and the person knows why."""
        for slot in ("block", "bowl"):
            case.named(slot)
        return declined(case, (*_REACH, *(f"{word} table*" for word in _BOUNDS)))

    def oracle(self, values: Values) -> str:
        """Say why not."""
        return 'decline("that is off the table and out of my reach")\n'

    def decoys(self, values: Values) -> Mapping[str, str]:
        """A lie; as far as the table goes; something else."""
        return {
            "says it is done": f'say("done, the {values["block"]} is where you asked")\n',
            "as far as it goes": f'put(find("{values["block"]}"), region("{values["direction"]} side"))\n',
            "in the bowl": f'put(find("{values["block"]}"), find("{values["bowl"]}"))\n',
        }
