"""Writing programs that sort things by colour."""

from __future__ import annotations

from codepolicy.offline.codegen import placing_in
from codepolicy.offline.codegen.program_writer import Writer
from codepolicy.offline.codegen.table_places import CORNERS, write_at_place
from codepolicy.offline.grounding.belief import Declined
from codepolicy.offline.grounding.selection import choose
from codepolicy.offline.parser.meaning import At, Place, Put, Thing, ThingGroup


def write_sorted(writer: Writer, what: ThingGroup) -> None:
    """Sorted by colour: into bowls of the colours, or else each colour in a corner."""
    things = choose(what, writer.belief)
    bowls = {o.color for o in writer.belief.objects.values() if o.category == "bowl"}
    colors = list(dict.fromkeys(o.color for o in things))
    if bowls.issuperset(colors):
        to = At("in", ThingGroup((Thing("bowl", plural=True, match="same"),)))
        placing_in.write_into(writer, Put(what, to), to)
        return
    if len(colors) > len(CORNERS):
        raise Declined(f"There are {len(colors)} colours and only four corners to sort them into; say where each goes.")
    for color, corner in zip(colors, CORNERS, strict=False):
        mine = tuple(o.name for o in things if o.color == color)
        these = ThingGroup((Thing(category="block", names=mine, plural=len(mine) > 1),))
        write_at_place(writer, these, Place(corner), push=False)
