"""Put one block to the left, right, far or near side of something."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence

from primitives.scene import Vector2
from sim_envs.judging.case import Case, Condition
from sim_envs.judging.predicates import on_table, others, untouched
from sim_envs.judging.task import task
from sim_envs.judging.truth_geometry import WORKSPACE, along, distance
from sim_envs.language.templates import DIRECTION, DIRECTIONS, Attributes, Template, Values, things
from sim_envs.scenes.scene_spec import ObjectSpec, SceneSpec
from sim_envs.tasks._layout import arrange, block_and_anchor, position, radius


@task(
    id="put-block-beside-object",
    version=1,
    template=Template(
        "put the <block> to the <direction> of the <anchor>",
        slots={"block": things("block"), "direction": DIRECTION, "anchor": things("block", "bowl")},
        distinct=("block", "anchor"),
        paraphrases=(
            "place the <block> to the <direction> of the <anchor>",
            "move the <block> to the <direction> side of the <anchor>",
            "pick up the <block> and put it to the <direction> of the <anchor>",
            "please set the <block> down to the <direction> of the <anchor>",
            "the <block> should go to the <direction> of the <anchor>",
        ),
    ),
    tags=("core", "reason", "spatial-geometric", "pick-place"),
    tolerance="The offset from the anchor's centre points in that direction, more along it than across it, and is "
    "at most 25 cm long, so that it still reads as beside it; the block stands on the table. Nothing else "
    "moved more than 5 cm.",
)
class PutBlockBesideObject:
    """Beside, in a given direction, at no given distance."""

    def scene(self, values: Values, rng: random.Random, attributes: Attributes) -> SceneSpec:
        """Two or three blocks, one or two bowls; the block starts somewhere else and there is room."""
        objects, index = block_and_anchor(values["block"], values["anchor"], rng, attributes)

        def room(arranged: Sequence[ObjectSpec]) -> bool:
            x, y = position(arranged[index])
            dx, dy = self._offset(values)
            spot = (x + dx, y + dy)
            first = position(arranged[0])
            there = (first[0] - x) * dx + (first[1] - y) * dy > 0
            rest = (o for i, o in enumerate(arranged) if i not in (0, index))
            return (
                not there
                and WORKSPACE.table.contains(spot, 0.04)
                and all(math.dist(position(o), spot) > radius(o) + 0.07 for o in rest)
            )

        return arrange(rng, objects, accept=room)

    def _offset(self, values: Values) -> Vector2:
        ux, uy = DIRECTIONS[values["direction"]]
        away = 0.14 if values["anchor"].endswith("bowl") else 0.10
        return (ux * away, uy * away)

    def goal(self, case: Case) -> Sequence[Condition]:
        """The block lies on that side, near enough, on the table."""
        chosen, anchor = case.named("block"), case.named("anchor")
        direction = case.values["direction"]
        offset = along(case.now[chosen], case.now[anchor], direction)
        away = distance(case.now[chosen], case.now[anchor])
        aside = math.sqrt(max(0.0, away**2 - offset**2))
        text = f"{chosen} is {offset:.3f} m to the {direction} of {anchor} and {aside:.3f} m aside"
        return [
            Condition(offset > aside, text, f"{chosen} to the {direction} of {anchor} (m)", round(offset, 4)),
            Condition(away <= 0.25, text, f"{chosen} to {anchor} (m)", round(away, 4)),
            on_table(case, chosen),
            *untouched(case, others(case, chosen)),
        ]

    def oracle(self, values: Values) -> str:
        """Add an offset to the anchor's centre."""
        return self._program(values, *self._offset(values))

    def decoys(self, values: Values) -> Mapping[str, str]:
        """The opposite side; on top of it."""
        dx, dy = self._offset(values)
        return {
            "the opposite side": self._program(values, -dx, -dy),
            "on top of it": f'put(find("{values["block"]}"), find("{values["anchor"]}"))\n',
        }

    def _program(self, values: Values, dx: float, dy: float) -> str:
        return (
            f'x, y, _ = find("{values["anchor"]}").position\n'
            f'put(find("{values["block"]}"), (x + {dx:.2f}, y + {dy:.2f}))\n'
        )
