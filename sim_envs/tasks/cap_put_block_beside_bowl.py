"""Code as Policies, seen instruction 6: the block in a direction of a bowl, to a place."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

from sim_envs.judging.case import Case, Condition, Unclear
from sim_envs.judging.predicates import in_place, others, untouched
from sim_envs.judging.task import task
from sim_envs.judging.truth_geometry import TIE, along, place
from sim_envs.language.templates import DIRECTION, DIRECTIONS, REGION, Attributes, Template, Values, things
from sim_envs.scenes.scene_spec import ObjectSpec, SceneSpec
from sim_envs.tasks._layout import arrange, block, bowl, color_of, palette, position
from sim_envs.tasks._programs import RELATIONS


@task(
    id="cap-put-block-beside-bowl",
    version=1,
    template=Template(
        "pick up the block to the <direction> of the <bowl> and place it on the <region>",
        slots={"direction": DIRECTION, "bowl": things("bowl"), "region": REGION},
        paraphrases=(
            "put the block to the <direction> of the <bowl> on the <region>",
            "take the block to the <direction> of the <bowl> and put it in the <region>",
            "move the block that is to the <direction> of the <bowl> to the <region>",
            "please grab the block on the <direction> side of the <bowl> and set it down at the <region>",
            "the block to the <direction> of the <bowl> should go to the <region>",
        ),
        also=("put the block which is to the <direction> of the <bowl> at the <region>",),
    ),
    tags=("cap14", "seen-instruction", "spatial-geometric", "pick-place"),
    tolerance="The only block whose centre lies farther in that direction than the bowl's centre ends with its "
    "centre at most 2 cm outside the place, at rest; nothing else moved more than 5 cm. With none or "
    "several such blocks the sentence is unclear and not judged.",
)
class PutBlockBesideBowl:
    """One block is on the named side of the bowl, the others are not."""

    def scene(self, values: Values, rng: random.Random, attributes: Attributes) -> SceneSpec:
        """Two or three blocks and two bowls; one block at least 3 cm to that side, the rest 3 cm to the other."""
        blocks = palette(rng, attributes, rng.choice((2, 3)))
        bowls = palette(rng, attributes, 2, first=(color_of(values["bowl"]),))
        ux, uy = DIRECTIONS[values["direction"]]

        def one_on_that_side(objects: Sequence[ObjectSpec]) -> bool:
            bx, by = position(objects[len(blocks)])
            offsets = [ux * (x - bx) + uy * (y - by) for x, y in map(position, objects[: len(blocks)])]
            return sum(o > 0 for o in offsets) == 1 and all(abs(o) > 0.03 for o in offsets)

        things_here = [*map(block, blocks), *map(bowl, bowls)]
        return arrange(rng, things_here, free=[place(values["region"])], accept=one_on_that_side)

    def goal(self, case: Case) -> Sequence[Condition]:
        """The block that was on that side is in the place."""
        bowl_here = case.start[case.named("bowl")]
        offsets = {name: along(case.start[name], bowl_here, case.values["direction"]) for name in case.of("block")}
        chosen = [name for name, offset in offsets.items() if offset > 0]
        if len(chosen) != 1 or any(abs(offset) < TIE for offset in offsets.values()):
            raise Unclear(f"{len(chosen)} blocks are to the {case.values['direction']} of the {case.values['bowl']}")
        return [in_place(case, chosen[0], place(case.values["region"])), *untouched(case, others(case, chosen[0]))]

    def oracle(self, values: Values) -> str:
        """Compare coordinates with the bowl's."""
        relation = RELATIONS[values["direction"]]
        return (
            f'bowl = find("{values["bowl"]}")\n'
            f'block = next(b for b in detect("block") if {relation}(b, bowl))\n'
            f'put(block, region("{values["region"]}"))\n'
        )

    def decoys(self, values: Values) -> Mapping[str, str]:
        """A block of the other side; the right block into the bowl."""
        relation = RELATIONS[values["direction"]]
        pick_out = f'bowl = find("{values["bowl"]}")\nblock = next(b for b in detect("block") if {{}}(b, bowl))\n'
        return {
            "the other side": pick_out.format(f"not {relation}") + f'put(block, region("{values["region"]}"))\n',
            "in the bowl": pick_out.format(relation) + "put(block, bowl)\n",
        }
