"""Writing programs that sort things by colour."""

from __future__ import annotations

from codepolicy.models.offline import placing
from codepolicy.models.offline.belief import Declined
from codepolicy.models.offline.choosing import choose
from codepolicy.models.offline.meaning import At, Group, Place, Put, Thing
from codepolicy.models.offline.regions import CORNERS, write_at_place
from codepolicy.models.offline.writer import Writer


def write_sorted(writer: Writer, what: Group) -> None:
    """Sorted by colour: into bowls of the colours, or else each colour in a corner."""
    things = choose(what, writer.belief)
    bowls = {o.color for o in writer.belief.objects.values() if o.category == "bowl"}
    colors = list(dict.fromkeys(o.color for o in things))
    if bowls.issuperset(colors):
        to = At("in", Group((Thing("bowl", plural=True, match="same"),)))
        placing.write_into(writer, Put(what, to), to)
        return
    if len(colors) > len(CORNERS):
        raise Declined(f"There are {len(colors)} colours and only four corners to sort them into; say where each goes.")
    for color, corner in zip(colors, CORNERS, strict=False):
        mine = tuple(o.name for o in things if o.color == color)
        these = Group((Thing(category="block", names=mine, plural=len(mine) > 1),))
        write_at_place(writer, these, Place(corner), push=False)
