"""Ordinary Python passes: a false rejection costs a model turn and is a defect."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codepolicy.static_checks import annotations, check, type_check
from primitives.api import surface
from primitives.scene import Workspace

PROGRAMS = {
    "loop over objects": """
blocks = detect("blocks")
bowls = detect("bowls")
for block, bowl in zip(blocks, bowls):
    put(block, bowl)
""",
    "sorted by a key": """
blocks = sorted(detect("blocks"), key=lambda b: b.position[0])
left, *rest = blocks
put(left, (0.5, 0.1))
biggest = max(blocks, key=lambda b: b.size[0] * b.size[1])
print(f"{biggest.name:>10} {biggest.position[0]:.3f} {biggest!r}")
""",
    "numpy positions": """
import numpy as np
b = find("red block")
p = np.array(b.position) + np.array([0.05, 0.0, 0.0])
put(b, tuple(p[:2]))
put(b, (float(p[0]), float(p[1])))
put(b, p[:2])
put(b, p[:2].tolist())
put(b, [p[0], p[1]])
d = np.linalg.norm(np.asarray(b.position)[:2] - np.asarray(region("middle").center))
if d < 0.1 and not np.isclose(d, 0):
    say("near")
""",
    "retry on failure": """
def robust_pick(name, tries=3):
    for attempt in range(tries):
        try:
            pick(name)
            return True
        except (GraspMissed, Dropped) as error:
            print(attempt, error.message, error.measured)
        finally:
            print("tried")
    return False

if robust_pick("red block"):
    place("green bowl")
""",
    "best so far": """
best = None
for o in detect():
    if best is None or o.position[0] > best.position[0]:
        best = o
pick(best)
place((0.5, 0.0))
print(best.name)
""",
    "classes and dataclasses": """
from __future__ import annotations
from dataclasses import dataclass, field
from enum import Enum

class Mode(Enum):
    A = 1
    B = 2

@dataclass
class Plan:
    steps: list[tuple[SceneObject, Target]] = field(default_factory=list)
    mode: Mode = Mode.A

    def __post_init__(self):
        self.count = len(self.steps)

    def add(self, obj: SceneObject, target: Target) -> "Plan":
        self.steps.append((obj, target))
        return self

    @property
    def length(self) -> int:
        return len(self.steps)

    def __len__(self):
        return self.length

class Tower:
    height = 0.0
    def __init__(self, base):
        super().__init__()
        self.base = base
        self.blocks = []
    def __repr__(self):
        return f"{type(self).__name__}({self.base}, {self.__class__.__name__})"

plan = Plan().add(find("red block"), region("middle"))
for obj, target in plan.steps:
    put(obj, target)
print(len(plan), Tower(1), Mode.B.name)
""",
    "wrong and sloppy hints": """
def where(obj: dict) -> str:
    return obj.position

def name(o: str, fallback: int = None) -> None:
    return o.name

x: list[str] = detect()
print(where(find("red block"))[0], name(x[0]).upper(), x[0].name)
def many(*args: int, **kwargs: str) -> dict[
    str, int
]:
    return args
print(many(find("a"))[0].name)
""",
    "generators and closures": """
def pairs(items):
    for i, a in enumerate(items):
        for b in items[i + 1:]:
            yield a, b

def counter():
    n = 0
    def step():
        nonlocal n
        n += 1
        return n
    return step

step = counter()
close = [(a.name, b.name) for a, b in pairs(detect("blocks")) if near(a, b, distance=0.1)]
print(step(), close, {a: b for a, b in close}, {a for a, _ in close})
total = 0
def add(n):
    global total
    total += n
add(3)
""",
    "match": """
for o in detect():
    match o.category:
        case "block" | "ball":
            put(o, "bowl")
        case str() as other if other != "bowl":
            print(other)
        case _:
            continue
match o.position:
    case (x, y, *rest):
        print(x, y, rest)
match {"a": 1}:
    case {"a": value, **more}:
        print(value, more)
""",
    "main guard": """
import math

def main():
    for i in range(4):
        angle = i * math.pi / 2
        put(f"block {i}", (0.49 + 0.1 * math.cos(angle), 0.1 * math.sin(angle)))

if __name__ == "__main__":
    main()
""",
    "endless loops that end": """
import itertools
while True:
    found = detect("blocks")
    if not found:
        break
    put(found[0], "bowl")
while True:
    try:
        pick("red block")
    except GraspMissed:
        continue
    break
def g():
    n = 0
    while True:
        yield n
        n += 1
for i, o in zip(g(), detect()):
    print(i, o)
for i in itertools.count():
    if i > 3:
        break
def until():
    while True:
        if holds():
            return 1
def holds():
    return on("a", "b")
queue = [1, 2]
try:
    while True:
        queue.pop()
except IndexError:
    pass
it = iter(queue)
def drain():
    while 1:
        print(next(it))
""",
    "walrus, star, ternary, chained": """
if (n := len(detect("bowls"))) > 1:
    print(n)
first, *_, last = sorted(o.name for o in detect())
print(first if n else last, *range(3), sep=", ", end="!\\n")
assert 0 <= n < 100, f"{n=}"
a = b = c = 0
a, b = b, a
del c
lookup = {"red": find("red block"), **{"x": 1}}
print(lookup.get("red"), lookup["x"])
""",
    "goal check": """
def goal():
    bowl = find("green bowl")
    for block in detect("blocks"):
        expect(inside(block, bowl), f"{block.name} is in {bowl.name}")
    expect(all(inside(b, bowl) for b in detect("blocks")), "all in")
    expect(len(detect("blocks")) == 3, "three blocks")
    expect(not on("red block", "blue block"), "apart")
    expect(np.allclose(find("a").position, find("b").position, atol=0.05), "aligned")
    return inside("red block", bowl) and near("a", "b")
""",
    "relations as values": """
r = inside("red block", "green bowl")
if r.holds or not r:
    print(r.text, bool(r))
flags = [in_region(o, "left side") for o in detect()]
print(any(flags), sum(map(bool, flags)))
where = region("top left corner")
print(where.center, where.low[0], where.contains((0.5, 0.1)), where.name)
""",
    "place twice with a pick between, in a way that is not straight": """
for name in ("a", "b"):
    pick(name)
    place("bowl")
def take(n):
    pick(n)
place("bowl") if False else None
take("c")
place("bowl")
take("d")
place("tray")
try:
    place("bowl")
except Failure:
    pass
place((0.5, 0.0))
""",
    "recursion and functools": """
from functools import lru_cache, partial, reduce
from collections import Counter, defaultdict, deque
from typing import NamedTuple, Optional
import statistics, re, random, time

@lru_cache(maxsize=None)
def hanoi(n, a, b, c):
    return [] if n == 0 else hanoi(n - 1, a, c, b) + [(a, c)] + hanoi(n - 1, b, a, c)

class Point(NamedTuple):
    x: float
    y: float = 0.0

counts = Counter(o.color for o in detect())
groups = defaultdict(list)
for o in detect():
    groups[o.color].append(o)
color, members = max(groups.items(), key=lambda kv: len(kv[1]))
print(counts.most_common(1)[0][0], color, statistics.mean(o.position[0] for o in members))
for a, c in hanoi(3, "l", "m", "r"):
    put(partial(find, "disc")(), Point(0.5)._replace(y=0.1))
print(re.sub(r"\\d+", "", "block 2"), reduce(lambda a, b: a + b, [1, 2]), deque([1]).popleft())
""",
    "shapely": """
from shapely.geometry import Point, Polygon, box
import shapely
hull = shapely.MultiPoint([o.position[:2] for o in detect()]).convex_hull
print(hull.area, Polygon([(0, 0), (1, 0), (1, 1)]).contains(Point(0.5, 0.2)), box(0, 0, 1, 1).bounds)
put("a", (hull.centroid.x, hull.centroid.y))
""",
    "nothing but a sentence": 'say("I cannot do that: there is no green bowl.")',
    "empty": "",
    "comments and odd text": "# ünïcode ❤\n"
    'say("ä\\N{SNOWMAN}")\r\nx = """\n  {a}\n"""\n'
    'print(x.strip(), r"\\d", b"x")\n',
    "try finally and context": """
from contextlib import suppress, contextmanager
with suppress(NotFound, Ambiguous):
    find("purple bowl")
@contextmanager
def homed():
    try:
        yield
    finally:
        home()
with homed() as nothing:
    put("a", "b")
""",
    "except star and raise": """
try:
    put("a", "b")
except NotFound as e:
    raise ValueError(f"gone: {e.candidates}") from e
except (Unreachable, Blocked, NotPlaced):
    raise
except Failure as e:
    say(f"{type(e).__name__}: {e}")
""",
    "shadowing": "near = 0.05\nfor on in (True, False):\n    print(on, near)\nregion = 'x'\nlist = [1]\n",
    "attributes of own objects": """
class Box:
    pass
box = Box()
box.anything = 3
print(box.anything, getattr(box, "more", None), hasattr(box, "x"), vars(box))
def f():
    pass
f.calls = 0
""",
}

TOOL_PROGRAMS = {
    "grasp by hand": """
g = grasps("red block")[0]
open_gripper()
move_to(g.pre_grasp)
move_linear(g.pose)
if close_gripper() < 0.005 or not holding():
    say("missed")
lifted = Pose((g.pose.position[0], g.pose.position[1], 0.2), g.pose.quaternion_xyzw)
move_linear(lifted)
move_to(Pose.top_down(0.5, 0.0, 0.2, yaw=np.pi / 4))
""",
}
JOINT_PROGRAMS = {
    "see and move": """
image = capture()
mask = segment(image, "red block")
points = deproject(mask)
x, y, z = points.mean(axis=0)
h, w = image.depth.shape
print(image.rgb[0, 0], (image.depth > 0).sum(), mask.pixels.any(), image.K[0, 0], h * w)
q = solve_ik(Pose.top_down(x, y, z + 0.1))
move_joints(plan(Pose.top_down(float(x), float(y), 0.2)))
move_joints(np.array(q) + 0.01)
move_joints([v for v in q])
set_gripper(np.float64(0.04))
""",
}


def rejections(source: str, level: str = "skill") -> list[tuple[int | None, str]]:
    return [(f.line, f.message) for f in check(source, surface(level), workspace=Workspace())]


@pytest.mark.parametrize("name", PROGRAMS)
def test_an_ordinary_program_passes(name: str) -> None:
    assert rejections(PROGRAMS[name]) == []


@pytest.mark.parametrize(
    ("level", "source"), [("tool", s) for s in TOOL_PROGRAMS.values()] + [("joint", s) for s in JOINT_PROGRAMS.values()]
)
def test_an_ordinary_program_of_another_level_passes(level: str, source: str) -> None:
    assert rejections(source, level) == []


@pytest.mark.slow
def test_the_oracle_of_every_task_passes(monkeypatch) -> None:
    from sim_envs.suites.task_catalog import all_tasks

    oracles = {task.id: (task.surface, task.bind(0, None).oracle) for task in all_tasks()}
    assert len(oracles) > 10
    for level in sorted({level for level, _ in oracles.values()}):
        sources = [source for its, source in oracles.values() if its == level]
        whole = [f"def oracle_{i}():\n" + _indented(source) for i, source in enumerate(sources)]
        for start in range(0, len(whole), 8):  # several programs to one run of the type checker
            assert rejections("\n".join(whole[start : start + 8]), level) == []
    monkeypatch.setattr(type_check, "check", lambda *_: iter(()))
    assert {name: found for name, (level, o) in oracles.items() if (found := rejections(o, level))} == {}


def _indented(source: str) -> str:
    return "\n".join("    " + row for row in source.splitlines())


names = st.sampled_from(["a", "b", "total", "item", "é"])
atoms = st.one_of(st.integers(0, 9).map(str), names.map(lambda n: f"({n} := 1)"), st.just("find('x').yaw"))
expressions = st.recursive(
    atoms,
    lambda e: st.one_of(
        st.tuples(e, e).map(lambda p: f"({p[0]} + {p[1]})"),
        st.lists(e, max_size=3).map(lambda v: f"[{', '.join(v)}]"),
        e.map(lambda v: f"(lambda q: q)({v})"),
        e.map(lambda v: f"str({v})"),
        e.map(lambda v: f"f'{{({v})}}'" if "'" not in v else v),
        e.map(lambda v: f"{{k: {v} for k in range(2)}}" if ":=" not in v else f"{{0: {v}}}"),
    ),
    max_leaves=5,
)


def _block(body: list[str]) -> list[str]:
    return ["    " + row for row in body] or ["    pass"]


statements = st.recursive(
    st.one_of(
        expressions.map(lambda e: [f"value = {e}"]),
        expressions.map(lambda e: [f"print({e})"]),
        st.tuples(names, expressions).map(lambda p: [f"{p[0]}: int = {p[1]}"]),
        st.just(["put('a', 'b')"]),
    ),
    lambda s: st.one_of(
        st.tuples(s, s).map(lambda p: p[0] + p[1]),
        s.map(lambda b: ["if detect():", *_block(b), "else:", "    pass"]),
        s.map(lambda b: ["for i in range(3):", *_block(b)]),
        s.map(lambda b: ["while True:", *_block(b), "    break"]),
        s.map(lambda b: ["def f(x: 'int', *y: str, z: float = 1) -> None:", *_block(b)]),
        s.map(lambda b: ["class C:", "    x: int = 1", "    def m(self) -> 'C':", *_block(_block(b))]),
        s.map(lambda b: ["try:", *_block(b), "except NotFound as e:", "    print(e)", "finally:", "    pass"]),
    ),
    max_leaves=6,
)


@given(statements)
@settings(max_examples=80, deadline=None)
def test_generated_programs_pass_all_but_the_type_checker(rows: list[str]) -> None:
    source = "\n".join(rows)
    compile(source, "x", "exec")
    original, type_check.check = type_check.check, lambda *_: iter(())
    try:
        assert rejections(source) == []
    finally:
        type_check.check = original


@given(statements)
@settings(max_examples=80, deadline=None)
def test_blanking_annotations_keeps_lines_columns_and_meaning(rows: list[str]) -> None:
    import ast

    source = "\n".join(rows)
    blanked = annotations.without_annotations(source, ast.parse(source))
    assert [len(r.encode()) for r in blanked.split("\n")] == [len(r.encode()) for r in source.split("\n")]
    assert "'int'" not in blanked
    assert "-> None" not in blanked
    assert ast.parse(blanked)


@pytest.mark.slow
@given(st.lists(statements, min_size=5, max_size=12))
@settings(max_examples=15, deadline=None)
def test_generated_programs_pass_the_type_checker(programs: list[list[str]]) -> None:
    rows = [row for i, body in enumerate(programs) for row in [f"def part_{i}():", *_block(body)]]
    source = "\n".join(rows)
    assert [r for r in rejections(source) if "not iterable" not in r[1]] == []
