"""Something too wide for the gripper, to be pushed into a zone."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence

from sim_envs.judging.case import Case, Condition
from sim_envs.judging.predicates import at_point, on_table, others, untouched
from sim_envs.judging.task import task
from sim_envs.judging.truth_geometry import WORKSPACE
from sim_envs.language.templates import Attributes, Template, Values, things
from sim_envs.scenes.scene_spec import ObjectSpec, SceneSpec
from sim_envs.tasks._layout import arrange, block, color_of, item, palette, position, zone

SLAB = (0.12, 0.12, 0.05)


@task(
    id="manip-push-slab",
    version=1,
    template=Template(
        "push the <slab> into the <zone>",
        slots={"slab": things("block"), "zone": things("zone")},
        paraphrases=(
            "push the large <slab> onto the <zone>",
            "shove the <slab> into the <zone>",
            "slide the <slab> onto the <zone>",
            "please push the <slab> to the <zone>",
            "move the big <slab> onto the <zone> by pushing it",
        ),
        also=(
            "push the <slab> onto the <zone>",
            "slide the <slab> into the <zone>",
            "push the <slab> on the <zone>",
        ),
    ),
    tags=("manip", "push"),
    tolerance="The slab's centre is at most 4 cm from the zone's (two thirds of the slab's overlap the zone), lying "
    "flat on the table. It is 12 cm wide, the gripper opens to 8 cm. Nothing else moved more than 5 cm.",
)
class PushSlab:
    """One slab, one zone, one block that stays."""

    def scene(self, values: Values, rng: random.Random, attributes: Attributes) -> SceneSpec:
        """The slab and the zone 16 to 30 cm apart with room behind the slab; a small block aside."""
        slab_color, zone_color = color_of(values["slab"]), color_of(values["zone"])
        spare = next(
            c for c in palette(rng, attributes, 4, first=(slab_color, zone_color)) if c not in (slab_color, zone_color)
        )
        objects = [item(values["slab"], SLAB), zone(zone_color, 0.16), block(spare)]

        def pushable(arranged: Sequence[ObjectSpec]) -> bool:
            (sx, sy), (zx, zy), other = (position(o) for o in arranged)
            away = math.dist((sx, sy), (zx, zy))
            if not 0.16 <= away <= 0.30:
                return False
            ux, uy = (zx - sx) / away, (zy - sy) / away
            # the hand needs room behind the slab, and nothing may stand in the way
            behind = (sx - ux * 0.12, sy - uy * 0.12)
            lane = min(math.dist((sx + ux * away * t / 10, sy + uy * away * t / 10), other) for t in range(-8, 13))
            return WORKSPACE.table.contains(behind) and lane > 0.15

        return arrange(rng, objects, accept=pushable)

    def goal(self, case: Case) -> Sequence[Condition]:
        """The slab is in the zone, the rest stayed."""
        slab, target = case.named("slab"), case.named("zone")
        x, y, _ = case.start[target].position
        return [
            at_point(case, slab, (x, y), 0.04, f"the centre of {target}"),
            on_table(case, slab),
            *untouched(case, others(case, slab)),
        ]

    def oracle(self, values: Values) -> str:
        """Push it there."""
        return f'push(find("{values["slab"]}"), find("{values["zone"]}"))\n'

    def decoys(self, values: Values) -> Mapping[str, str]:
        """Half the way; the small block instead."""
        return {
            "half the way": (
                f'slab, zone = find("{values["slab"]}"), find("{values["zone"]}")\n'
                "x, y = ((a + b) / 2 for a, b in zip(slab.position[:2], zone.position[:2]))\n"
                "push(slab, (x, y))\n"
            ),
            "the small block": f'put(find("smallest block"), find("{values["zone"]}"))\n',
        }
