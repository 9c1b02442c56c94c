"""What one program does to its process is gone in the next; what survives is data, and functions made from text."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codepolicy.sandbox import definitions, preloading, session_values, wire
from codepolicy.sandbox.host import PolicySandbox, PolicySession
from codepolicy.sandbox.program_namespace import ProgramNamespace
from primitives.failures import FailureKind

POLICY = (
    "import sys\nf = sys._getframe()\nwhile 'self' not in f.f_locals:\n    f = f.f_back\npolicy = f.f_locals['self']\n"
)
WON = "print('WON')"

PATCHES = {
    "the call of a primitive": POLICY + f"type(policy)._call = lambda *a: {WON}",
    "the wire": POLICY + f"type(policy).send = lambda *a: {WON}",
    "the encoder": f"from codepolicy.sandbox import wire\nwire.frame = lambda *a: {WON} or b''",
    "the execution": POLICY + f"type(policy)._execute = lambda *a: {WON}",
    "print": "import builtins\np = print\nbuiltins.print = lambda *a: p('WON')",
    "len": "import builtins\np = print\nbuiltins.len = lambda *a: p('WON') or 1",
    "import": "import builtins\np = print\nbuiltins.__import__ = lambda *a: p('WON')",
    "class building": "import builtins\np, b = print, builtins.__build_class__\n"
    "builtins.__build_class__ = lambda *a, **k: p('WON') or b(*a, **k)",
    "a module": f"import math\nmath.sqrt = lambda x: {WON} or 2.0",
    "numpy": f"np.array = lambda *a: {WON}",
    "a value class": f"SceneObject.top = property(lambda self: {WON} or 0.5)",
    "a failure": f"Failure.__str__ = lambda self: {WON} or 'x'",
    "a failure's class": f"GraspMissed.__init__ = lambda self, *a, **k: {WON}",
    "sys.modules": "import sys\nclass M:\n    def __getattr__(self, n):\n        print('WON')\nsys.modules['math'] = M()",  # noqa: E501
    "a trace function": f"import sys\nsys.settrace(lambda *a: {WON})",
    "a profile function": f"import sys\nsys.setprofile(lambda *a: {WON})",
    "a signal handler": f"import signal\nsignal.signal(signal.SIGALRM, lambda *a: {WON})\n"
    "signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)",
    "an exit handler": f"import atexit\natexit.register(lambda: {WON})",
    "a finalizer": f"class D:\n    def __del__(self):\n        {WON}\nd = D()",
    "a weak reference": f"import weakref\nclass D:\n    pass\nd = D()\nw = weakref.finalize(d, lambda: {WON})",
    "an audit hook": f"import sys\nsys.addaudithook(lambda *a: {WON})",
    "a collector's callback": f"import gc\ngc.callbacks.append(lambda *a: {WON})",
    "a codec": f"import codecs\ncodecs.register(lambda n: {WON})",
    "an abc hook": "from typing import Sized\n" + f"type(Sized).__instancecheck__ = lambda *a: {WON}",
    "output": "import sys\nclass O:\n    def write(self, t):\n        return policy_write('WON')\n    def flush(self):\n"  # noqa: E501
    "        pass\npolicy_write = sys.stdout.write\nsys.stdout = O()",
    "a shadowed primitive": f"def find(*a):\n    {WON}\ndef pick(*a):\n    {WON}",
    "a shadowed built-in": f"def print(*a):\n    find('WON')\ndef sqrt(x):\n    {WON}\ndef sorted(*a):\n    {WON}",
    "a shadowed class": f"class SceneObject:\n    def __init__(self, **k):\n        {WON}\nmath = None\nnp = None",
    "a class that acts on being made": f"class A:\n    def __init_subclass__(cls):\n        {WON}\nclass B(A):\n    pass",  # noqa: E501
    "a class whose body acts": f"class A:\n    {WON.replace('WON', 'WON')}\n    x = find('WON')",
    "a metaclass": f"class M(type):\n    def __new__(m, *a):\n        {WON}\n        return type.__new__(m, *a)\n"
    "class A(metaclass=M):\n    pass",
    "a descriptor": f"class D:\n    def __set_name__(self, o, n):\n        {WON}\nclass A:\n    d = D()",
    "a decorator": f"def loud(f):\n    {WON}\n    return f\n@loud\ndef g():\n    return 1",
    "a default value": f"def g(x={WON}):\n    return 1",
    "an annotation": f"def g(x: {WON} = 1):\n    return 1\ny: {WON} = 2",
    "an enumeration": f"from enum import Enum\nclass E(Enum):\n    A = 1\n    def __init__(self, v):\n        {WON}\ne = E.A",  # noqa: E501
    "a named tuple": f"from typing import NamedTuple\nclass N(NamedTuple):\n    x: {WON}\nn = N(1)",
    "a hash": f"class H:\n    def __hash__(self):\n        {WON}\n        return 1\n    def __eq__(self, o):\n"
    f"        {WON}\n        return True\nh = {{H(): 1, H(): 2}}",
    "a reduction": f"class R:\n    def __reduce__(self):\n        return print, ('WON',)\n    def __setstate__(self, s):\n"  # noqa: E501
    f"        {WON}\nr = R()",
    "a dataclass with a hook": "from dataclasses import dataclass\n@dataclass\nclass P:\n    x: int = 1\n"
    f"    def __post_init__(self):\n        {WON}\n    def __setattr__(self, n, v):\n        {WON}\np = P()",
    "recursion": "import sys\nsys.setrecursionlimit(60)",
    "numpy's errors": "np.seterr(all='raise')\nnp.seterrcall(lambda *a: print('WON'))",
    "warnings": f"import warnings\nwarnings.showwarning = lambda *a: {WON}",
}
NEXT = (
    "import math, gc\nclass Plain:\n    pass\nx = [Plain() for i in range(5)]\n"
    "o = find('red block')\nassert o.name == 'red block' and round(o.top, 3) == 0.04, o\n"
    "assert math.sqrt(4.0) == 2.0 and np.array([1]).sum() == 1 and len('ab') == 2 and sorted([2, 1]) == [1, 2]\n"
    "try:\n    pick('x')\n    assert False\nexcept GraspMissed as missed:\n    assert str(missed) == 'closed on nothing'\n"  # noqa: E501
    "def deep(n):\n    return n and deep(n - 1)\ndeep(500)\nnp.float64(1) / np.float64(0)\ndel x\ngc.collect()\n"
    "print('fine')"
)


@pytest.mark.parametrize("name", PATCHES)
def test_what_it_patched_is_whole_again(run, session: PolicySession, name: str) -> None:
    run(PATCHES[name], deadline_s=2.0)
    after = run(NEXT, deadline_s=2.0)
    assert after.failure is None, after.failure
    assert after.output.replace("<program", "").splitlines()[-1] == "fine"
    assert "WON" not in after.output


SURVIVORS = [
    ("x = 3", "x == 3"),
    ("x = 2 ** 100, -(2 ** 70)", "x == (2 ** 100, -(2 ** 70))"),
    ("x = float('inf'), -0.0", "x[0] > 1e300"),
    ("x = {'a': [1, (2, {3, 4})], (1, 2): b'y'}", "x == {'a': [1, (2, {3, 4})], (1, 2): b'y'}"),
    ("x = find('red block')", "x.name == 'red block' and type(x) is SceneObject"),
    ("x = [find('red block'), region('middle')]", "x[1].contains((0.4, 0.1))"),
    ("x = np.arange(6.0).reshape(2, 3)", "x.shape == (2, 3) and x.dtype == float and x.sum() == 15"),
    ("x = np.float32(2.5)", "x == 2.5 and type(x) is np.float32"),
    ("from collections import Counter, defaultdict, deque\nx = Counter('aab'), defaultdict(list, a=[1]), deque([1], 3)",
     "x[0]['a'] == 2 and x[1]['b'] == [] and x[2].maxlen == 3 and Counter('a')"),
    ("import math as m\nfrom math import sqrt as root", "root(4) == 2 == m.sqrt(4)"),
    ("def x(a, b=(1, 2), *c, d=find('red block'), **e):\n    return a, b, c, d.name, e",
     "x(1) == (1, (1, 2), (), 'red block', {})"),
    ("x = lambda a, gap=0.5: a + gap", "x(1) == 1.5"),
    ("x, y = (lambda: 1), 2", "y == 2"),
    ("if True:\n    def x():\n        return y\ny = 4", "x() == 4"),
    ("def y():\n    return x() + 1\ndef x():\n    return 1", "y() == 2"),
    ("def x(n):\n    return 1 if n < 2 else n * x(n - 1)", "x(5) == 120"),
    ("from dataclasses import dataclass, field\n@dataclass(frozen=True)\nclass P:\n    a: int\n"
     "    b: list = field(default_factory=list)\n    def both(self):\n        return self.a, self.b\nx = [P(1), P(2, [3])]",  # noqa: E501
     "x[1].both() == (2, [3]) and P(5).b == [] and x[0] == P(1)"),
    ("from dataclasses import dataclass\n@dataclass(slots=True)\nclass P:\n    a: int = 1\nx = P(7)", "x.a == 7"),
    ("class P:\n    kind = 'p'\n    def __init__(self, a):\n        self.a = a\nx = P(3)", "x.a == 3 and P(4).kind == 'p'"),  # noqa: E501
    ("from enum import Enum\nclass E(Enum):\n    A = 1\n    B = 2\nx = E.B", "x is E.B and E(1) is E.A"),
    ("from typing import NamedTuple\nclass N(NamedTuple):\n    a: int\n    b: int = 2\nx = N(1)", "x.b == 2 and x == (1, 2)"),  # noqa: E501
    ("x = 5\n1 / 0", "x == 5"),
]  # fmt: skip


@pytest.mark.parametrize(("first", "then"), SURVIVORS, ids=[s for s, _ in SURVIVORS])
def test_data_and_functions_survive_twice(run, session: PolicySession, first: str, then: str) -> None:
    run(first)
    for _ in range(2):
        outcome = run(f"assert {then}")
        assert outcome.failure is None, outcome.traceback


@pytest.mark.parametrize(
    "value",
    [
        "(i for i in [1])",
        "open",
        "object()",
        "np.array([object()])",
        "find",
        "type('T', (), {})()",
        "x = []; x.append(x)",
    ],
)
def test_what_is_neither_ends_with_its_program(run, session: PolicySession, value: str) -> None:
    assert run(f"y = 1\n{value if '=' in value else 'x = ' + value}").failure is None
    assert "y" in session.names
    assert run("print(x)").failure.kind is FailureKind.POLICY_ERROR


def test_a_program_that_was_killed_leaves_what_was_there_before(run, session: PolicySession) -> None:
    run("x = 1")
    run("x = 2\nwhile True: pass", deadline_s=0.2)
    assert run("print(x)").output == "1\n"


def test_what_is_left_is_bounded(run, session: PolicySession) -> None:
    run("small = 1\nbig = 'x' * 10**6\nmany = list(range(10**6))\nlast = 2", deadline_s=10)
    assert set(session.names) == {"small", "last"}
    run("for i in range(5000):\n    globals()[f'v{i}'] = i", deadline_s=10)
    assert len(session.names) <= session_values.MAX_NAMES
    run("for i in range(300):\n    globals()[f'w{i}'] = 'x' * 10_000", deadline_s=10)
    assert sum(len(bytes(v)) for v in session._kept.values()) <= session_values.MAX_BYTES
    assert len(session._sources) <= 16


def test_a_forged_end_leaves_data_at_most(sandbox: PolicySandbox, robot) -> None:
    forms = [
        ["function", 1, 1, "f", None, None],
        ["class", 1, 1, "SceneObject"],
        ["attribute", "os", "system"],
        ["attribute", "numpy", "os"],
        ["module", "os"],
        ["module", "codepolicy.sandbox.child"],
        ["instance", "SceneObject", ["name", "x"]],
        ["instance", "Failure", ["a", 1]],
        ["struct", "SceneObject", 1, 2],
        ["array", "O", [1], b"12345678"],
        ["array", "<f8", [10**12], b""],
        ["list", ["list", ["list"]]],
        ["set", ["list"]],
        ["dict", [["list"], 1]],
        ["member", "FailureKind", "LIMIT"],
        ["deque", -1, 2],
        ["int", "not a number"],
        ["unknown"],
        [],
        {"a": 1},
    ]
    session = sandbox.session()
    attack = POLICY + (
        "import msgspec, os\nfrom codepolicy.sandbox import wire\n"
        f"forms = {forms!r}\n"
        "kept = {f'v{i}': msgspec.Raw(msgspec.msgpack.encode(f)) for i, f in enumerate(forms)}\n"
        "kept |= {n: msgspec.Raw(b'\\x01') for n in ('find', 'print', '__builtins__', 'np', '_codepolicy_field', 'SceneObject')}\n"  # noqa: E501
        "data = wire.frame(wire.Ended(kept=kept, sources=(1, 7, -3)))\n"
        "while data:\n    data = data[os.write(policy._link, data):]\nwhile True:\n    pass"
    )
    assert session.run(attack, surface=robot.surface, dispatch=robot, deadline_s=5).status == "finished"
    look = (
        "assert find('red block').name == 'red block' and np.pi and SceneObject is type(find('x'))\n"
        "left = sorted(n for n in list(globals()) if n[0] == 'v' and n[1:].isdigit())\nprint(left)"
    )
    seen = session.run(look, surface=robot.surface, dispatch=robot, deadline_s=5)
    assert seen.failure is None, seen.traceback
    session.close()


tree = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats() | st.text(max_size=20) | st.binary(max_size=20),  # noqa: E501
    lambda inner: st.lists(inner, max_size=5)
    | st.tuples(
        st.sampled_from(
            ["list", "tuple", "set", "dict", "Counter", "deque", "defaultdict", "int", "bytes", "struct", "array", "scalar", "module", "attribute", "instance", "function", "class", "member"]  # noqa: E501
        ),
        inner,
        inner,
    ).map(list)
    | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


@given(st.dictionaries(st.text(max_size=10), tree, max_size=4), st.text(max_size=200))
@settings(max_examples=200, deadline=None)
def test_anything_left_behind_is_read_or_left_out(kept: dict[str, object], text: str) -> None:
    import sys

    preloading.imports()
    main = sys.modules["__main__"]
    try:
        namespace = ProgramNamespace()
        raw = {n: msgspec.Raw(msgspec.msgpack.encode(v)) for n, v in kept.items()}
        source = wire.Source(1, "", text)
        namespace.load(wire.Run(number=2, source="", names=(), entry="program", sources=(source,), kept=raw), {})
        assert all(n in namespace.values for n in ("SceneObject", "np", "__builtins__"))
    finally:
        sys.modules["__main__"] = main


@pytest.mark.parametrize(
    ("text", "value"), [("(0.5, -0.1)", (0.5, -0.1)), ("1 / 4", 0.25), ("{'a': [1, None]}", {"a": [1, None]})]
)
def test_constants(text: str, value: object) -> None:
    import ast

    assert definitions.constant(ast.parse(text, mode="eval").body) == value


@pytest.mark.parametrize(
    "text", ["f()", "x", "[i for i in y]", "9 ** 9 ** 9", "1 / 0", "'a' * 10 ** 9", "10**9 * 10**9 * 10**9"]
)
def test_what_is_no_constant(text: str) -> None:
    import ast

    with pytest.raises(definitions.NotInert):
        definitions.constant(ast.parse(text, mode="eval").body)
