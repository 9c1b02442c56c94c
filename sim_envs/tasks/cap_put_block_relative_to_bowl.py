"""Code as Policies, unseen instruction 4: a block some distance to one side of a bowl."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence

from primitives.scene import Vector2
from sim_envs.judging.case import Case, Condition
from sim_envs.judging.predicates import on_table, others, untouched
from sim_envs.judging.task import task
from sim_envs.judging.truth_geometry import WORKSPACE, along, distance
from sim_envs.language.templates import DIRECTION, DIRECTIONS, MAGNITUDE, METERS, Attributes, Template, Values, things
from sim_envs.scenes.scene_spec import ObjectSpec, SceneSpec
from sim_envs.tasks._layout import arrange, block, bowl, color_of, palette, position, radius


@task(
    id="cap-put-block-relative-to-bowl",
    version=1,
    template=Template(
        "pick up the <block> and place it <magnitude> to the <direction> of the <bowl>",
        slots={"block": things("block"), "magnitude": MAGNITUDE, "direction": DIRECTION, "bowl": things("bowl")},
        paraphrases=(
            "put the <block> <magnitude> to the <direction> of the <bowl>",
            "move the <block> <magnitude> to the <direction> of the <bowl>",
            "place the <block> on the table <magnitude> to the <direction> of the <bowl>",
            "please take the <block> and set it down <magnitude> to the <direction> of the <bowl>",
            "the <block> should go <magnitude> to the <direction> of the <bowl>",
        ),
    ),
    tags=("cap14", "unseen-instruction", "spatial-geometric", "pick-place"),
    tolerance="From the bowl's centre to the block's: a little is 0.10 m, a lot 0.20 m along the direction, give or "
    "take 5 cm (the words are vague; the two bands do not overlap), at most 5 cm aside, on the table.",
)
class PutBlockRelativeToBowl:
    """A little or a lot to one side."""

    def scene(self, values: Values, rng: random.Random, attributes: Attributes) -> SceneSpec:
        """Two blocks and one or two bowls; the spot is within reach and free."""
        blocks = palette(rng, attributes, 2, first=(color_of(values["block"]),))
        bowls = palette(rng, attributes, rng.choice((1, 2)), first=(color_of(values["bowl"]),))

        def reachable(objects: Sequence[ObjectSpec]) -> bool:
            spot = self._spot(position(objects[len(blocks)]), values)
            others_here = (o for i, o in enumerate(objects) if i != len(blocks))
            return WORKSPACE.table.contains(spot, 0.04) and all(
                math.dist(position(o), spot) > radius(o) + 0.07 for o in others_here
            )

        return arrange(rng, [*map(block, blocks), *map(bowl, bowls)], accept=reachable)

    def _spot(self, center: Vector2, values: Values) -> Vector2:
        ux, uy = DIRECTIONS[values["direction"]]
        # 3 cm more than "a little" says keeps the fingers clear of a bowl of 15 cm, well within the band
        away = METERS[values["magnitude"]] + (0.03 if values["magnitude"] == "a little" else 0.0)
        return (center[0] + ux * away, center[1] + uy * away)

    def goal(self, case: Case) -> Sequence[Condition]:
        """The block lies in the band, on the table."""
        chosen, target = case.named("block"), case.named("bowl")
        block_now, bowl_now = case.now[chosen], case.now[target]
        direction, asked = case.values["direction"], METERS[case.values["magnitude"]]
        offset = along(block_now, bowl_now, direction)
        aside = math.sqrt(max(0.0, distance(block_now, bowl_now) ** 2 - offset**2))
        where = f"{chosen} is {offset:.3f} m to the {direction} of the centre of {target} and {aside:.3f} m aside"
        return [
            Condition(
                abs(offset - asked) <= 0.05, where, f"{chosen} to the {direction} of {target} (m)", round(offset, 4)
            ),
            Condition(aside <= 0.05, where, f"{chosen} aside (m)", round(aside, 4)),
            on_table(case, chosen),
            *untouched(case, others(case, chosen)),
        ]

    def oracle(self, values: Values) -> str:
        """Add the offset to the bowl's centre."""
        dx, dy = self._spot((0.0, 0.0), values)
        return self._program(values, dx, dy)

    def decoys(self, values: Values) -> Mapping[str, str]:
        """The opposite side; the bowl itself."""
        dx, dy = self._spot((0.0, 0.0), values)
        return {
            "the opposite side": self._program(values, -dx, -dy),
            "in the bowl": f'put(find("{values["block"]}"), find("{values["bowl"]}"))\n',
        }

    def _program(self, values: Values, dx: float, dy: float) -> str:
        return (
            f'x, y, _ = find("{values["bowl"]}").position\n'
            f'put(find("{values["block"]}"), (x + {dx:.2f}, y + {dy:.2f}))\n'
        )
