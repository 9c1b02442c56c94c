"""If something is the case, this, otherwise that."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

from sim_envs.judging.case import Case, Condition, Unclear
from sim_envs.judging.predicates import in_place, inside, others, untouched
from sim_envs.judging.task import task
from sim_envs.judging.truth_geometry import TIE, along, place
from sim_envs.language.templates import DIRECTIONS, REGION, Attributes, Slot, Template, Values, things
from sim_envs.scenes.scene_spec import ObjectSpec, SceneSpec
from sim_envs.tasks._layout import arrange, block, bowl, color_of, palette, position
from sim_envs.tasks._programs import RELATIONS


@task(
    id="reason-conditional",
    version=1,
    template=Template(
        "if the <block> is to the <direction> of the <bowl>, put it in the <bowl2>, otherwise put it on the <region>",
        slots={
            "block": things("block"),
            "direction": Slot(seen=("left",), unseen=("right",)),
            "bowl": things("bowl"),
            "bowl2": things("bowl"),
            "region": REGION,
        },
        paraphrases=(
            "put the <block> in the <bowl2> if it is to the <direction> of the <bowl>, otherwise on the <region>",
            "should the <block> be to the <direction> of the <bowl>, put it in the <bowl2>, else on the <region>",
            "if the <block> lies to the <direction> of the <bowl>, put it into the <bowl2>, otherwise to the <region>",
            "when the <block> is to the <direction> of the <bowl> put it in the <bowl2>, if not put it on the <region>",
            "please check whether the <block> is to the <direction> of the <bowl>; "
            "if so put it in the <bowl2>, if not put it on the <region>",
        ),
        also=(
            "if the <block> is to the <direction> of the <bowl>, put it in the <bowl2>, else put it on the <region>",
            "if the <block> is to the <direction> of the <bowl> put it in the <bowl2>, otherwise on the <region>",
        ),
    ),
    tags=("reason", "logic", "conditional"),
    tolerance="Left and right by the centres at the start, which differ by at least 3 cm (1 cm or less is unclear). "
    "The block then lies inside the bowl, or with its centre at most 2 cm outside the place; nothing else "
    "moved more than 5 cm.",
)
class Conditional:
    """Half of the seeds go either way."""

    def scene(self, values: Values, rng: random.Random, attributes: Attributes) -> SceneSpec:
        """The block, another one, and one or two bowls; the place is free."""
        holds = rng.random() < 0.5
        bowls = list(dict.fromkeys((color_of(values["bowl"]), color_of(values["bowl2"]))))
        blocks = palette(rng, attributes, 2, first=(color_of(values["block"]),))
        _, uy = DIRECTIONS[values["direction"]]

        def decided(arranged: Sequence[ObjectSpec]) -> bool:
            offset = uy * (position(arranged[0])[1] - position(arranged[len(blocks)])[1])
            return abs(offset) > 0.03 and (offset > 0) == holds

        return arrange(rng, [*map(block, blocks), *map(bowl, bowls)], free=[place(values["region"])], accept=decided)

    def goal(self, case: Case) -> Sequence[Condition]:
        """Whichever branch the start decides."""
        chosen = case.named("block")
        offset = along(case.start[chosen], case.start[case.named("bowl")], case.values["direction"])
        if abs(offset) < TIE:
            raise Unclear(f"{chosen} is neither left nor right of {case.values['bowl']}")
        if offset > 0:
            clause = inside(case, chosen, case.named("bowl2"))
        else:
            case.named("bowl2")
            clause = in_place(case, chosen, place(case.values["region"]))
        return [clause, *untouched(case, others(case, chosen))]

    def oracle(self, values: Values) -> str:
        """Look, then decide."""
        return self._program(values, "")

    def decoys(self, values: Values) -> Mapping[str, str]:
        """The wrong branch."""
        return {"the wrong branch": self._program(values, "not ")}

    def _program(self, values: Values, negation: str) -> str:
        relation = RELATIONS[values["direction"]]
        return (
            f'block = find("{values["block"]}")\n'
            f'if {negation}{relation}(block, find("{values["bowl"]}")):\n'
            f'    put(block, find("{values["bowl2"]}"))\n'
            "else:\n"
            f'    put(block, region("{values["region"]}"))\n'
        )
