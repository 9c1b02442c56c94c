"""CaP-Bench wipe: crumbs swept off a zone with a block that is held like a sponge."""

from __future__ import annotations

import itertools
import random
from collections.abc import Mapping, Sequence

from sim_envs.judging.case import Case, Condition, WorldSnapshot
from sim_envs.judging.predicates import on_table, others, some, untouched
from sim_envs.judging.task import task
from sim_envs.judging.truth_geometry import WORKSPACE, bottom, distance, local, over
from sim_envs.language.templates import Attributes, Template, Values, things
from sim_envs.scenes.scene_spec import ObjectSpec, SceneSpec
from sim_envs.tasks._layout import arrange, block, bowl, color_of, item, palette, position, zone
from sim_envs.tasks._wiping import BARE_FINGERS, BY_HAND, WIPE

SPONGE = (0.12, 0.04, 0.045)
"""m; three cubes side by side would look like 12 by 4 by 4 cm."""
CRUMB = 0.015
ZONE = 0.15
CELL = 0.04
"""m between the middles of the nine cells of the zone; each crumb has one, so that the cameras tell them apart."""
JITTER = 0.006
"""How far in m a crumb lies from the middle of its cell along each axis."""
LIFTED = 0.025
"""m above the table from which on a crumb was lifted: more than a crumb that slides up on another one."""
SHIFTED = 0.01
"""m, all the way together; what moves less was brushed, for example when the sponge was put down beside it."""
ROOM = 0.07
"""m free on either side of the zone, for the sponge to come down and for the crumbs to end."""


@task(
    id="manip-wipe-spill",
    version=1,
    template=Template(
        "wipe the crumbs off the <zone> with the <sponge>",
        slots={"zone": things("zone"), "sponge": things("block")},
        paraphrases=(
            "sweep the crumbs off the <zone> with the <sponge>",
            "wipe the spill off the <zone> with the <sponge>",
            "clean the <zone> with the <sponge>",
            "use the <sponge> to wipe the <zone> clean",
            "wipe the <zone> with the <sponge>",
            "with the <sponge>, wipe everything off the <zone>",
            "hold the <sponge> like a sponge and wipe the <zone> with it",
        ),
        also=(
            "wipe the <zone> clean with the <sponge>",
            "wipe off the <zone> with the <sponge>",
            "brush the crumbs off the <zone> with the <sponge>",
            "sweep the <zone> clean with the <sponge>",
            "sweep the <zone> with the <sponge>",
            "sweep everything off the <zone> with the <sponge>",
            "wipe everything off the <zone> with the <sponge>",
            "use the <sponge> to wipe the crumbs off the <zone>",
            "use the <sponge> to sweep the crumbs off the <zone>",
            "use the <sponge> to clean the <zone>",
        ),
    ),
    tags=("manip", "wipe"),
    tolerance="Every crumb lies beside the zone with its whole width (give or take 5 mm) and rests on the table. They "
    "were wiped: none was in the hand or 2.5 cm above the table, each moved while the sponge was in the hand and at "
    "most 1 cm while it was not, as seen after every motion. The sponge ends on the table, its centre beside the zone; "
    "nothing else moved more than 5 cm. CaP-Bench wipes a painted spill, robosuite's markers, which vanish where the "
    "sponge passes; here the spill is seven or eight loose cubes of 1.5 cm, which have to be pushed all the way.",
    time_limit_s=180.0,
    surface="tool",
)
class WipeSpill:
    """Crumbs on a zone, a long block to wipe with, a bowl that stays."""

    def scene(self, values: Values, rng: random.Random, attributes: Attributes) -> SceneSpec:
        """The zone with room on two opposite sides; a crumb in all but one or two of its nine cells."""
        target, sponge = color_of(values["zone"]), color_of(values["sponge"])
        crumb, other = [c for c in palette(rng, attributes, 4, first=(target, sponge)) if c not in (target, sponge)][:2]
        scene = arrange(
            rng, [zone(target, ZONE), item(values["sponge"], SPONGE), bowl(other)], gap=0.05, accept=_has_room
        )
        x, y = position(scene.objects[0])
        cells = [(i, j) for i in (-1, 0, 1) for j in (-1, 0, 1)]
        rng.shuffle(cells)
        crumbs: list[ObjectSpec] = []
        for i, j in cells[: rng.choice((7, 8))]:
            dx, dy = (CELL * n + rng.uniform(-JITTER, JITTER) for n in (i, j))
            crumbs.append(block(crumb, CRUMB, at=(round(x + dx, 4), round(y + dy, 4))))
        return SceneSpec((*scene.objects, *crumbs))

    def goal(self, case: Case) -> Sequence[Condition]:
        """Nothing is on the zone, and it was the sponge that did it."""
        target, sponge = case.named("zone"), case.named("sponge")
        state = case.now[target]
        crumbs = some([n for n in others(case, target, sponge) if over(case.start[n], case.start[target])])
        clauses: list[Condition] = []
        for name in crumbs:
            dx, dy = local(case.now[name], state)
            text = f"{name} is ({dx:+.3f}, {dy:+.3f}) m from the centre of {target}"
            gone = not over(case.now[name], state, margin=0.005 - case.now[name].size[0] / 2)
            clauses.append(Condition(gone, text, f"{name} to {target} (m)", round(distance(case.now[name], state), 4)))
            clauses.append(on_table(case, name))
        away = distance(case.now[sponge], state)
        return [
            *clauses,
            _not_lifted(case, crumbs),
            *_wiped(case, crumbs, sponge),
            on_table(case, sponge),
            Condition(
                not over(case.now[sponge], state),
                f"{sponge} is {away:.3f} m from the centre of {target}",
                f"{sponge} to {target} (m)",
                round(away, 4),
            ),
            *untouched(case, others(case, target, sponge, *crumbs)),
        ]

    def oracle(self, values: Values) -> str:
        """Sweep with the sponge, in strokes that overlap."""
        return self._program(values, WIPE)

    def decoys(self, values: Values) -> Mapping[str, str]:
        """Picked up one by one; pushed with closed fingers; swept above them; half of it."""
        return {
            "by hand": f'zone = find("{values["zone"]}")\n{BY_HAND}',
            "bare fingers": f'{WIPE}zone = find("{values["zone"]}")\n{BARE_FINGERS}',
            "too high": self._program(values, WIPE.replace("LOW = 0.002", "LOW = 0.03")),
            "half of the zone": self._program(
                values, WIPE.replace("offsets = strokes(zone, sponge)", "offsets = [-max(sponge.size[:2]) / 2]")
            ),
        }

    def _program(self, values: Values, how: str) -> str:
        return f'{how}\nwipe(find("{values["zone"]}"), find("{values["sponge"]}"))\n'


def _has_room(arranged: Sequence[ObjectSpec]) -> bool:
    """Whether the zone can be wiped to the left or right, or along the other axis, with nothing in the way."""
    (x, y), half = position(arranged[0]), ZONE / 2
    (bx, by), r = position(arranged[2]), arranged[2].extent[0] / 2
    return any(
        all(WORKSPACE.table.contains((x + s * (half + ROOM) * u, y + s * (half + ROOM) * v)) for s in (-1, 1))
        and not (abs(bx - x) < half + ROOM * u + 0.03 + r and abs(by - y) < half + ROOM * v + 0.03 + r)
        for u, v in ((0, 1), (1, 0))
    )


def _history(case: Case) -> list[WorldSnapshot]:
    """From the start to the end."""
    return [WorldSnapshot(case.start), *case.moments, WorldSnapshot(case.now, case.held)]


def _not_lifted(case: Case, crumbs: Sequence[str]) -> Condition:
    moments = _history(case)
    held = next((n for m in moments for n in sorted(m.held) if n in crumbs), None)
    height, highest = max((bottom(m.world[n]), n) for m in moments for n in crumbs)
    text = f"{held} was in the hand" if held else f"{highest} was {height:.3f} m above the table"
    return Condition(held is None and height <= LIFTED, text, "highest crumb above table (m)", round(height, 4))


def _wiped(case: Case, crumbs: Sequence[str], sponge: str) -> list[Condition]:
    """The sponge moved every crumb, and nothing else moved any."""
    ways = {True: dict.fromkeys(crumbs, 0.0), False: dict.fromkeys(crumbs, 0.0)}
    for before, after in itertools.pairwise(_history(case)):
        for n in crumbs:
            ways[sponge in after.held][n] += distance(before.world[n], after.world[n])
    way, name = max((way, n) for n, way in ways[False].items())
    swept = sum(ways[True][n] > ways[False][n] for n in crumbs)
    return [
        Condition(
            way <= SHIFTED,
            f"{name} was moved {way:.3f} m while {sponge} was not in the hand",
            f"furthest way of a crumb without {sponge} (m)",
            round(way, 4),
        ),
        Condition(
            swept == len(crumbs),
            f"{swept} of {len(crumbs)} crumbs were moved with {sponge}",
            f"crumbs moved with {sponge}",
            swept,
        ),
    ]
