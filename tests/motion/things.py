"""Objects for the tests of motion."""

from primitives.scene import SceneObject


def thing(name: str = "red block", category: str = "block", **fields: object) -> SceneObject:
    values = {"position": (0.5, 0.0, 0.02), "size": (0.04, 0.04, 0.04), **fields}
    return SceneObject(name=name, category=category, color=name.split(maxsplit=1)[0], **values)  # type: ignore[arg-type]


def objects(*items: str) -> str:
    """TOML of "color category x y [size [z]]" items."""
    text = ""
    for item in items:
        color, category, x, y, *rest = item.split()
        text += f'[[objects]]\ncategory = "{category}"\ncolor = "{color}"\nposition = [{x}, {y}'
        text += f", {rest[1]}]\n" if len(rest) > 1 else "]\n"
        text += f"size = {rest[0]}\n" if rest and rest[0] != "-" else ""
        text += "yaw = 0.0\n"
    return text
