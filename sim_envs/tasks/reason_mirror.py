"""A block at the mirror image of another."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence

from primitives.scene import Vector2
from sim_envs.judging.case import Case, Condition
from sim_envs.judging.predicates import at_point, on_table, others, untouched
from sim_envs.judging.task import task
from sim_envs.language.templates import Attributes, Slot, Template, Values, things
from sim_envs.scenes.scene_spec import ObjectSpec, SceneSpec
from sim_envs.tasks._layout import arrange, block, bowl, color_of, palette, position, radius


@task(
    id="reason-mirror",
    version=1,
    template=Template(
        "put the <block> at the mirror image of the <other> across the <axis> line through the middle of the table",
        slots={
            "block": things("block"),
            "other": things("block"),
            "axis": Slot(seen=("vertical",), unseen=("horizontal",)),
        },
        distinct=("block", "other"),
        paraphrases=(
            "mirror the <other> across the <axis> middle line and put the <block> there",
            "place the <block> where the <other> would be if mirrored across the <axis> middle line",
            "put the <block> opposite the <other>, mirrored across the <axis> line through the middle of the table",
            "move the <block> to the mirror image of the <other> across the <axis> middle line",
            "please make the <block> the mirror image of the <other> across the <axis> middle line of the table",
        ),
        also=("put the <block> at the mirror image of the <other> across the <axis> middle line",),
    ),
    tags=("reason", "geometry", "spatial-geometric"),
    tolerance="The block's centre is within 2 cm (half a block) of the mirrored centre: y changes sign for the "
    "vertical line, x is mirrored at 0.49 m for the horizontal one; on the table, nothing else moved more "
    "than 5 cm.",
)
class Mirror:
    """Two blocks and something else."""

    def scene(self, values: Values, rng: random.Random, attributes: Attributes) -> SceneSpec:
        """Where the block is to go is free, and not where it is."""
        colors_here = palette(rng, attributes, 3, first=(color_of(values["block"]), color_of(values["other"])))
        objects = [*map(block, colors_here), *map(bowl, palette(rng, attributes, rng.choice((0, 1))))]

        def room(arranged: Sequence[ObjectSpec]) -> bool:
            spot = self._image(position(arranged[1]), values["axis"])
            return all(math.dist(position(o), spot) > radius(o) + 0.07 for o in arranged)

        return arrange(rng, objects, accept=room)

    def _image(self, point: Vector2, axis: str) -> Vector2:
        x, y = point
        return (x, -y) if axis == "vertical" else (0.98 - x, y)

    def goal(self, case: Case) -> Sequence[Condition]:
        """At the image."""
        chosen = case.named("block")
        x, y, _ = case.start[case.named("other")].position
        return [
            at_point(case, chosen, self._image((x, y), case.values["axis"]), 0.02, "the mirror image"),
            on_table(case, chosen),
            *untouched(case, others(case, chosen)),
        ]

    def oracle(self, values: Values) -> str:
        """Change one coordinate."""
        return self._program(values, values["axis"])

    def decoys(self, values: Values) -> Mapping[str, str]:
        """Mirrored at the other axis; on top of it."""
        return {
            "the other axis": self._program(values, "horizontal" if values["axis"] == "vertical" else "vertical"),
            "on top of it": f'put(find("{values["block"]}"), find("{values["other"]}"))\n',
        }

    def _program(self, values: Values, axis: str) -> str:
        image = "(x, -y)" if axis == "vertical" else '(2 * region("middle").center[0] - x, y)'
        return f'x, y, _ = find("{values["other"]}").position\nput(find("{values["block"]}"), {image})\n'
