"""Crumbs off a zone, by hand; wiping them off with a sponge is manip_wipe_spill."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

from sim_envs.judging.case import Case, Condition
from sim_envs.judging.predicates import others, some, supported, untouched
from sim_envs.judging.task import task
from sim_envs.judging.truth_geometry import distance, local, over
from sim_envs.language.templates import Attributes, Template, Values, things
from sim_envs.scenes.scene_spec import SceneSpec
from sim_envs.tasks._layout import arrange, block, bowl, color_of, palette, position, zone
from sim_envs.tasks._programs import FREE_SPOT


@task(
    id="manip-clear-zone",
    version=1,
    template=Template(
        "clear the <zone>",
        slots={"zone": things("zone")},
        paraphrases=(
            "wipe the crumbs off the <zone>",
            "remove everything from the <zone>",
            "clean the <zone>",
            "please clear everything off the <zone>",
            "take everything off the <zone>",
            "there should be nothing left on the <zone>",
        ),
        also=(
            "clean up the <zone>",
            "clear off the <zone>",
            "clear everything from the <zone>",
        ),
    ),
    tags=("manip", "wipe"),
    tolerance="Every crumb lies beside the zone with its whole width (give or take 5 mm) and rests on the table or on "
    "something that is on it; the bowl moved less than 5 cm. There are three or four crumbs of 2.5 cm, moved by hand "
    "or pushed; in manip-wipe-spill a sponge has to do it.",
)
class ClearZone:
    """Crumbs on a zone."""

    def scene(self, values: Values, rng: random.Random, attributes: Attributes) -> SceneSpec:
        """Three or four crumbs on the zone, one bowl elsewhere."""
        color = color_of(values["zone"])
        crumbs = [c for c in palette(rng, attributes, 5, first=(color,)) if c != color]
        scene = arrange(rng, [zone(color, 0.16), bowl(crumbs[0])], gap=0.08)
        x, y = position(scene.objects[0])
        spots = [(x + dx, y + dy) for dx in (-0.045, 0.045) for dy in (-0.045, 0.045)]
        rng.shuffle(spots)
        small = [block(c, 0.025, at=(round(s[0], 4), round(s[1], 4))) for c, s in zip(crumbs, spots, strict=False)]
        return SceneSpec((*scene.objects, *small[: rng.choice((3, 4))]))

    def goal(self, case: Case) -> Sequence[Condition]:
        """Nothing is on the zone any more."""
        target = case.named("zone")
        state = case.now[target]
        crumbs = [n for n in others(case, target) if over(case.start[n], case.start[target])]
        clauses: list[Condition] = []
        for name in some(crumbs):
            dx, dy = local(case.now[name], state)
            text = f"{name} is ({dx:+.3f}, {dy:+.3f}) m from the centre of {target}"
            gone = not over(case.now[name], state, margin=0.005 - case.now[name].size[0] / 2)
            clauses.append(Condition(gone, text, f"{name} to {target} (m)", round(distance(case.now[name], state), 4)))
            resting = supported(case, name)
            clauses.append(Condition(resting, f"{name} rests on nothing", f"{name} at rest", resting))
        return [*clauses, *untouched(case, others(case, target, *crumbs))]

    def oracle(self, values: Values) -> str:
        """Every crumb to a free spot outside."""
        return self._program(values, "crumbs")

    def decoys(self, values: Values) -> Mapping[str, str]:
        """All but one; one lifted and never put down."""
        return {
            "one left": self._program(values, "crumbs[1:]"),
            "only lifted": f'pick(next(o for o in detect("blocks") if on(o, find("{values["zone"]}"))))\n',
        }

    def _program(self, values: Values, which: str) -> str:
        return (
            f'zone = find("{values["zone"]}")\n'
            'crumbs = [o for o in detect("blocks") if on(o, zone)]\n'
            + FREE_SPOT
            + f"for crumb in {which}:\n    put(crumb, free_spot(avoid=zone))\n"
        )
