"""Move one block by a stated number of centimetres."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence

from primitives.scene import Vector2
from sim_envs.judging.case import Case, Condition
from sim_envs.judging.predicates import at_point, on_table, others, untouched
from sim_envs.judging.task import task
from sim_envs.judging.truth_geometry import WORKSPACE
from sim_envs.language.templates import DIRECTION, DIRECTIONS, Attributes, Slot, Template, Values, things
from sim_envs.scenes.scene_spec import ObjectSpec, SceneSpec
from sim_envs.tasks._layout import arrange, block, color_of, palette, position


@task(
    id="move-block-by",
    version=1,
    template=Template(
        "move the <block> <amount> to the <direction>",
        slots={
            "block": things("block"),
            "amount": Slot(
                seen=("10 cm", "15 cm"),
                unseen=("8 cm", "20 cm"),
                also={
                    "10 centimeters": "10 cm",
                    "10 centimetres": "10 cm",
                    "10cm": "10 cm",
                    "ten centimeters": "10 cm",
                    "0.1 m": "10 cm",
                    "15 centimeters": "15 cm",
                    "15 centimetres": "15 cm",
                    "15cm": "15 cm",
                    "0.15 m": "15 cm",
                    "8 centimeters": "8 cm",
                    "8cm": "8 cm",
                    "20 centimeters": "20 cm",
                    "20 centimetres": "20 cm",
                    "20cm": "20 cm",
                    "0.2 m": "20 cm",
                },
            ),
            "direction": DIRECTION,
        },
        paraphrases=(
            "shift the <block> <amount> to the <direction>",
            "slide the <block> by <amount> to the <direction>",
            "please put the <block> <amount> further to the <direction>",
            "pick up the <block> and place it <amount> to the <direction> of where it is",
            "the <block> should be <amount> more to the <direction>",
        ),
    ),
    tags=("reason", "arithmetic", "pick-place"),
    tolerance="Displacement of the centre between start and end: within 2 cm of the asked vector, a fifth of the "
    "shortest one asked; the arm places to a few millimetres. On the table, nothing else moved more than "
    "5 cm.",
)
class MoveBlockBy:
    """A displacement, not a place."""

    def scene(self, values: Values, rng: random.Random, attributes: Attributes) -> SceneSpec:
        """Three blocks; where the named one is to go is free and within reach."""
        blocks = palette(rng, attributes, 3, first=(color_of(values["block"]),))
        dx, dy = self._offset(values)

        def room(arranged: Sequence[ObjectSpec]) -> bool:
            x, y = position(arranged[0])
            spot = (x + dx, y + dy)
            return WORKSPACE.table.contains(spot, 0.04) and all(
                math.dist(position(o), spot) > 0.10 for o in arranged[1:]
            )

        return arrange(rng, [block(c) for c in blocks], accept=room)

    def _offset(self, values: Values) -> Vector2:
        ux, uy = DIRECTIONS[values["direction"]]
        away = float(values["amount"].split()[0]) / 100
        return (ux * away, uy * away)

    def goal(self, case: Case) -> Sequence[Condition]:
        """The block moved by that vector."""
        chosen = case.named("block")
        x, y, _ = case.start[chosen].position
        dx, dy = self._offset(case.values)
        return [
            at_point(case, chosen, (x + dx, y + dy), 0.02, "where it was asked"),
            on_table(case, chosen),
            *untouched(case, others(case, chosen)),
        ]

    def oracle(self, values: Values) -> str:
        """Add the vector to the position."""
        return self._program(values, *self._offset(values))

    def decoys(self, values: Values) -> Mapping[str, str]:
        """The other way; half as far."""
        dx, dy = self._offset(values)
        return {
            "the other way": self._program(values, -dx, -dy),
            "half as far": self._program(values, dx / 2, dy / 2),
        }

    def _program(self, values: Values, dx: float, dy: float) -> str:
        return (
            f'block = find("{values["block"]}")\nx, y, _ = block.position\nput(block, (x + {dx:.3f}, y + {dy:.3f}))\n'
        )
