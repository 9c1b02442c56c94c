"""Which module writes which kind of placement."""

from __future__ import annotations

from codepolicy.offline.codegen import (
    arrangements,
    mirror_images,
    offsets,
    placing_in,
    points,
    putting_back,
    pyramids,
    sorting,
    stacking,
    table_places,
)
from codepolicy.offline.codegen.program_writer import Writer
from codepolicy.offline.parser.meaning import (
    ArrangementShape,
    At,
    Back,
    Free,
    Mirrored,
    Place,
    Point,
    Put,
    Shift,
    Stack,
    ThingSpot,
    Toward,
)


def write_put(writer: Writer, command: Put) -> None:
    """Add what brings things to their place.

    Raises:
        Declined: it cannot be done here.
    """
    match command.to:
        case At(relation="in" | "on" | "to" | "under"):
            placing_in.write_into(writer, command, command.to)
        case Place():
            table_places.write_at_place(writer, command.what, command.to, push=command.push)
        case ThingSpot() | Point():
            points.write(writer, command)
        case At() | Toward() | Shift():
            offsets.write(writer, command)
        case ArrangementShape(kind="tower"):
            stacking.write_stack(writer, Stack(command.what, by=command.to.by))
        case ArrangementShape(kind="pairs"):
            sorting.write_sorted(writer, command.what)
        case ArrangementShape(kind="pyramid"):
            pyramids.write_pyramid(writer, command.what, command.to)
        case Mirrored():
            mirror_images.write_mirrored(writer, command, command.to)
        case ArrangementShape():
            arrangements.write_arrangement(writer, command.what, command.to)
        case Back() | Free():
            putting_back.write(writer, command)
