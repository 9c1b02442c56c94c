"""What a sentence means: typed, frozen, free of coordinates and of any scene.

A sentence is a sequence of commands. Commands name things (`Thing`), groups of them and places (`Destination`).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias, get_args

Direction: TypeAlias = Literal["left", "right", "top", "bottom"]
Size: TypeAlias = Literal["large", "small", ""]
Quantity: TypeAlias = Literal["the", "a", "all", "each", "both", "none", ""]
Relation: TypeAlias = Literal["in", "on", "to", "beside", "between", "around", "away", "under"]
Orientation: TypeAlias = Literal["horizontal", "vertical", "diagonal", ""]
Kind: TypeAlias = Literal["line", "circle", "triangle", "square", "together", "tower", "pairs", "pyramid"]
Colors: TypeAlias = tuple[str, ...]
Axis: TypeAlias = Literal["vertical", "horizontal"]
Operation: TypeAlias = Literal["open", "closed", "pressed", "back", "left", "right", "top", "bottom"]
Match: TypeAlias = Literal["same", "different"]
DIRECTIONS: tuple[Direction, ...] = get_args(Direction)
SIZES: tuple[Size, ...] = get_args(Size)
QUANTITIES: tuple[Quantity, ...] = get_args(Quantity)
ORIENTATIONS: tuple[Orientation, ...] = get_args(Orientation)
AXES: tuple[Axis, ...] = get_args(Axis)
KINDS: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True, slots=True)
class Order:
    """A place in a ranking: "second from the left", "largest", "closest to the bowl"."""

    key: str
    """left, right, top, bottom, large, small, high, low, near or far."""
    rank: int = 1
    """1 is the first; -1 the last."""
    to: ThingGroup | Destination | None = None
    """What near and far are measured to; None is the robot."""


@dataclass(frozen=True, slots=True)
class Where:
    """A condition on a thing: "in the bowl", "left of the mug", "bigger than the red block"."""

    relation: str
    """in, on, under, left, right, top, bottom, near, between, region, larger, smaller, higher, lower, same, different,
    color, open, closed, pressed, with (a handle), common (of the colour that most have), unique (of a colour that no
    other has), or lone."""
    to: ThingGroup | Place | None = None
    negated: bool = False
    colors: Colors = ()


@dataclass(frozen=True, slots=True)
class Thing:
    """A noun phrase before anyone has looked: "the second red block from the left"."""

    category: str = ""
    """block, bowl, …; "object" or "" for anything that can be moved; an unknown word stays as written."""
    colors: Colors = ()
    """Any of these; empty for any colour."""
    plural: bool = False
    quantity: Quantity = ""
    count: int | None = None
    size: Size = ""
    orders: tuple[Order, ...] = ()
    where: tuple[Where, ...] = ()
    exceptions: ThingGroup | None = None
    other: bool = False
    """"the other blocks": not those spoken of so far."""
    match: Match | None = None
    """"the bowl with the same colour" as the thing that is moved."""
    distinct: bool = False
    """"different bowls": a separate one for each."""
    names: tuple[str, ...] = ()
    """Set when the phrase is bound to objects by name, in a repair turn."""
    compare: str = ""
    """">" for "more than two blocks", "<", ">=", "<=" or "=="."""
    unknown: str = ""
    """A word of the phrase that is not in the vocabulary."""

    @property
    def many(self) -> bool:
        """Whether it speaks of every such thing, or of several."""
        return self.plural or self.quantity in ("all", "each", "both") or (self.count or 1) > 1


@dataclass(frozen=True, slots=True)
class Pronoun:
    """It, them."""

    plural: bool = False


@dataclass(frozen=True, slots=True)
class ThingGroup:
    """Things joined by "and" (or, with `either`, by "or")."""

    items: tuple[Thing | Pronoun, ...]
    either: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """A named part of the table; `name` is one of the nine regions, or "corner" or "side" for whichever one."""

    name: str
    distinct: bool = False
    """A different one for each thing."""
    order: Order | None = None
    """"the corner closest to the bowl"."""


@dataclass(frozen=True, slots=True)
class At:
    """In, on, beside, under or between things; `to` when the sentence leaves open whether in or on."""

    relation: Relation
    things: ThingGroup
    distance: float | None = None
    """Metres from centre to centre."""


@dataclass(frozen=True, slots=True)
class Toward:
    """Beside a thing in a direction: "10 cm to the left of the bowl", "a little behind it"."""

    direction: Direction
    things: ThingGroup
    distance: float | None = None
    """Metres from centre to centre; None where the sentence does not say."""
    vague: bool = False
    """Whether the distance was said in words such as "a little"."""


@dataclass(frozen=True, slots=True)
class Shift:
    """A direction from where the thing is now: "10 cm to the left"."""

    direction: Direction
    distance: float | None = None


@dataclass(frozen=True, slots=True)
class ArrangementShape:
    """An arrangement of all the things: a line, a circle, a triangle, a square, or simply together."""

    kind: Kind
    orientation: Orientation = ""
    spacing: float | None = None
    """Metres between neighbours' centres."""
    by: Size = ""
    """Which size comes first."""
    order: ThingGroup | None = None
    """What comes first, second and so on, by name."""
    backward: bool = False
    """From right to left, or from bottom to top."""
    around: ThingGroup | None = None
    at: Destination | None = None


@dataclass(frozen=True, slots=True)
class Back:
    """Where it was at the start."""


@dataclass(frozen=True, slots=True)
class Free:
    """Anywhere on the table that is free; `out_of` is what it must leave."""

    out_of: ThingGroup | None = None


@dataclass(frozen=True, slots=True)
class Mirrored:
    """The mirror image of a thing across a line through the middle of the table."""

    things: ThingGroup
    axis: Axis


@dataclass(frozen=True, slots=True)
class ThingSpot:
    """Where something is now, which then has to give way."""

    things: ThingGroup


@dataclass(frozen=True, slots=True)
class Point:
    """A point of the table, m in the frame of the robot's base."""

    x: float
    y: float


Destination: TypeAlias = Place | At | Toward | Shift | ArrangementShape | Back | Free | Mirrored | ThingSpot | Point
DESTINATIONS: tuple[type[Destination], ...] = get_args(Destination)


@dataclass(frozen=True, slots=True)
class Put:
    """Bring things to a place. `push` slides them, `pairwise` is "respectively"."""

    what: ThingGroup
    to: Destination
    push: bool = False
    pairwise: bool = False


@dataclass(frozen=True, slots=True)
class PutAsMany:
    """As many of these as there are of `counted` to a place."""

    what: ThingGroup
    to: Destination
    counted: ThingGroup


@dataclass(frozen=True, slots=True)
class Pick:
    """Take something and hold it."""

    what: ThingGroup
    height: float | None = None
    """How far above where it stood, m."""


@dataclass(frozen=True, slots=True)
class Operate:
    """Work what is fixed to the table: a drawer, a door, a button."""

    what: ThingGroup
    how: Operation
    share: float | None = None
    """How far of the whole way."""
    distance: float | None = None
    """How far from where it is, m."""


@dataclass(frozen=True, slots=True)
class Stack:
    """Things on top of each other. `chain` is written top first: "the red on the blue on the green"."""

    what: ThingGroup
    on: Destination | None = None
    by: Size = ""
    chain: tuple[ThingGroup, ...] = ()
    upward: bool = False
    """Whether the order of naming is from bottom to top."""
    base: ThingGroup | None = None
    """What is to be at the bottom, where the sentence says so."""
    top: ThingGroup | None = None
    reverse: bool = False
    """Upside down."""


@dataclass(frozen=True, slots=True)
class Pour:
    """What is in a cup into something else."""

    what: ThingGroup
    """The cup, or what is in it."""
    into: ThingGroup


@dataclass(frozen=True, slots=True)
class Wipe:
    """Sweep what lies on a zone off it, with something that is held."""

    off: ThingGroup
    tool: ThingGroup
    what: ThingGroup | None = None
    """What is swept, where the sentence says so."""


@dataclass(frozen=True, slots=True)
class Hanoi:
    """A tower to another place, one thing at a time and none on a smaller one."""

    to: ThingGroup | None = None
    at: ThingGroup | None = None
    """Where it stands."""
    by_way_of: ThingGroup | None = None
    """The third place."""


@dataclass(frozen=True, slots=True)
class SwapCommand:
    """Exchange the places of two things."""

    first: ThingGroup
    second: ThingGroup | None = None


@dataclass(frozen=True, slots=True)
class Clear:
    """Take things off the table or out of a part of it or out of a container."""

    of: ThingGroup | Place | None = None


@dataclass(frozen=True, slots=True)
class Home:
    """Move the arm to its rest pose."""


@dataclass(frozen=True, slots=True)
class Again:
    """The previous command of the session, with another thing in it: "do the same with the blue one"."""

    what: ThingGroup


@dataclass(frozen=True, slots=True)
class Undo:
    """Take back the last change."""


@dataclass(frozen=True, slots=True)
class Keep:
    """These stay where they are, whatever the rest of the instruction says of all."""

    what: ThingGroup


@dataclass(frozen=True, slots=True)
class SceneCondition:
    """A statement about the scene: `subject` satisfies `test`, or exists as often as `count` says."""

    subject: ThingGroup
    test: tuple[Where | Order, ...] = ()
    negated: bool = False
    compare: str = ""
    """For a count: ">", "<", ">=", "<=" or "=="."""
    count: int = 0
    than: ThingGroup | None = None
    """What is counted against, instead of a number."""
    conjunction: Literal["and", "or", ""] = ""
    other: SceneCondition | None = None


@dataclass(frozen=True, slots=True)
class If:
    """A conditional."""

    condition: SceneCondition
    then: tuple[Command, ...]
    otherwise: tuple[Command, ...] = ()


@dataclass(frozen=True, slots=True)
class Ask:
    """A question about the scene."""

    kind: Literal["count", "where", "is", "which", "color", "distance", "describe"]
    subject: ThingGroup = field(default_factory=lambda: ThingGroup(()))
    other: ThingGroup | None = None
    condition: SceneCondition | None = None
    order: Order | None = None
    """What "which is larger, A or B" compares."""


Command: TypeAlias = (
    Operate
    | Pour
    | Wipe
    | Hanoi
    | Put
    | PutAsMany
    | Pick
    | Stack
    | SwapCommand
    | Clear
    | Home
    | Keep
    | Again
    | Undo
    | If
    | Ask
)


def only(thing: Thing | Pronoun) -> ThingGroup:
    """A group of one."""
    return ThingGroup((thing,))


def with_category(group: ThingGroup, category: str) -> ThingGroup:
    """The group with `category` filled in where the sentence left the noun out."""
    return ThingGroup(
        tuple(replace(i, category=category) if isinstance(i, Thing) and not i.category else i for i in group.items),
        group.either,
    )
