"""The twenty named colours: one table that scenes are painted from and that detectors name what they see by."""

from __future__ import annotations

COLORS: dict[str, tuple[int, int, int]] = {
    # the ten of the Code as Policies tabletop
    "blue": (38, 92, 220),
    "red": (214, 34, 34),
    "green": (44, 165, 68),
    "orange": (248, 128, 18),
    "yellow": (250, 216, 40),
    "pink": (252, 150, 186),
    "cyan": (70, 208, 232),
    "brown": (132, 80, 42),
    "gray": (128, 128, 128),
    "purple": (126, 52, 182),
    # ten more
    "black": (28, 28, 30),
    "white": (250, 250, 250),
    "magenta": (222, 24, 150),
    "lime": (162, 228, 40),
    "teal": (0, 118, 118),
    "navy": (18, 34, 98),
    "maroon": (104, 12, 36),
    "olive": (118, 120, 24),
    "beige": (226, 200, 148),
    "lavender": (182, 160, 238),
}
"""Name to sRGB, 0 to 255: the colour of a matt surface in full light. A camera sees shaded versions of it."""

CAP_COLORS: tuple[str, ...] = tuple(COLORS)[:10]
"""The ten colours of the Code as Policies tabletop benchmark."""

SYNONYMS: dict[str, str] = {
    "grey": "gray",
    "violet": "purple",
    "crimson": "red",
    "scarlet": "red",
    "fuchsia": "magenta",
    "aqua": "cyan",
    "turquoise": "teal",
    "burgundy": "maroon",
    "tan": "beige",
    "cream": "beige",
    "lilac": "lavender",
    "rose": "pink",
    "golden": "yellow",
}
"""Other words for the named colours."""


def canonical(word: str) -> str | None:
    """The named colour that `word` means, e.g. "gray" for "Grey", or None."""
    lowered = word.strip().lower()
    name = SYNONYMS.get(lowered, lowered)
    return name if name in COLORS else None
