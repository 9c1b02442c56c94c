"""Which module writes which kind of placement."""

from __future__ import annotations

from codepolicy.models.offline import (
    arranging,
    mirroring,
    offsets,
    placing,
    pyramids,
    regions,
    restoring,
    sorting,
    spots,
    stacking,
)
from codepolicy.models.offline.meaning import (
    At,
    Back,
    Free,
    Mirrored,
    Place,
    Point,
    Put,
    Shape,
    Shift,
    Spot,
    Stack,
    Toward,
)
from codepolicy.models.offline.writer import Writer


def write_put(writer: Writer, command: Put) -> None:
    """Add what brings things to their place.

    Raises:
        Declined: it cannot be done here.
    """
    match command.to:
        case At(relation="in" | "on" | "to" | "under"):
            placing.write_into(writer, command, command.to)
        case Place():
            regions.write_at_place(writer, command.what, command.to, push=command.push)
        case Spot() | Point():
            spots.write(writer, command)
        case At() | Toward() | Shift():
            offsets.write(writer, command)
        case Shape(kind="tower"):
            stacking.write_stack(writer, Stack(command.what, by=command.to.by))
        case Shape(kind="pairs"):
            sorting.write_sorted(writer, command.what)
        case Shape(kind="pyramid"):
            pyramids.write_pyramid(writer, command.what, command.to)
        case Mirrored():
            mirroring.write_mirrored(writer, command, command.to)
        case Shape():
            arranging.write_arrangement(writer, command.what, command.to)
        case Back() | Free():
            restoring.write(writer, command)
