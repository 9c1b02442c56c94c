"""What a policy process is made of: its layers, what it holds and knows, and what happens where a layer is missing."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from codepolicy.sandbox import confinement, policy_process, seccomp
from codepolicy.sandbox.host import PolicySandbox, SandboxLimits
from primitives.errors import ConfigurationError
from primitives.failures import InfrastructureError

linux = pytest.mark.skipif(sys.platform != "linux", reason="needs Linux")


@pytest.fixture
def process(sandbox: PolicySandbox) -> Iterator[policy_process.PolicyProcess]:
    process = sandbox._fork()
    yield process
    process.kill()


@linux
def test_every_layer_is_active_here(sandbox: PolicySandbox) -> None:
    assert set(sandbox.layers) == set(confinement.LAYERS)


@linux
def test_the_kernel_agrees(process) -> None:
    status = Path(f"/proc/{process._pid}/status").read_text()
    fields = {row.partition(":")[0]: row.partition(":")[2].split() for row in status.splitlines()}
    assert fields["NoNewPrivs"] == ["1"]
    assert fields["Seccomp"] == ["2"]
    assert fields["Threads"] == ["1"]
    limits = Path(f"/proc/{process._pid}/limits").read_text()
    assert re.search(rf"Max address space +{1 << 30} +{1 << 30} ", limits)
    assert int(fields["CapEff"][0], 16) == int(fields["CapPrm"][0], 16) == 0
    if os.getuid() == 0:
        assert int(fields["CapBnd"][0], 16) == 0
        assert set(fields["Uid"]) == {"65534"}
        assert set(fields["Gid"]) == {"65534"}
        assert fields["Groups"] == []


@linux
def test_it_inherits_no_descriptor_and_no_environment(process) -> None:
    pid = process._pid
    held = {fd.name: str(fd.readlink()) for fd in Path(f"/proc/{pid}/fd").iterdir()}
    own = {fd: target for fd, target in held.items() if target != "/dev/null"}
    assert set(held) >= {"0", "1", "2"}
    assert sorted(t.partition(":")[0] for t in own.values()) == ["pipe", "socket"]
    for who in (pid, process._zygote.pid):
        names = {e.partition("=")[0] for e in Path(f"/proc/{who}/environ").read_text().split("\0") if e}
        assert names <= {"LANG", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "PYTHONHASHSEED", "LD_LIBRARY_PATH"}


@linux
def test_the_zygote_has_one_thread_and_no_terminal(sandbox: PolicySandbox) -> None:
    pid = sandbox._zygote.pid
    assert len(list(Path(f"/proc/{pid}/task").iterdir())) == 1
    assert os.getsid(pid) == pid != os.getsid(0)
    assert {str(Path(f"/proc/{pid}/fd/{n}").readlink()) for n in (0, 1, 2)} == {"/dev/null"}


def test_the_layers_are_what_holds(robot) -> None:
    """The same calls go through in a process without them, so the corpus measures the layers."""
    source = "import os\nprint(os.path.exists('/'), len(os.pipe()), os.fork() >= 0)"
    with PolicySandbox(layers=("parent death signal",)) as bare:
        outcome = bare.session().run(source, surface=robot.surface, dispatch=robot, deadline_s=5)
        assert "True 2 True" in outcome.output


@pytest.mark.slow
@linux
@pytest.mark.parametrize(
    ("layer", "probe"),
    [
        ("seccomp", "import os\nassert os.getppid() > 0"),
        ("rlimits", "np.empty(600 << 20, np.uint8)"),
    ],
)
def test_each_layer_adds_something(robot, layer: str, probe: str) -> None:
    def status(layers: tuple[str, ...]) -> str:
        with PolicySandbox(layers=layers, limits=SandboxLimits(memory_mb=400)) as sandbox:
            return sandbox.session().run(probe, surface=robot.surface, dispatch=robot, deadline_s=10).status

    assert status(tuple(x for x in confinement.LAYERS if x != layer)) == "finished"
    assert status(confinement.LAYERS) == "failed"


@linux
def test_landlock_alone_closes_the_files(robot) -> None:
    with PolicySandbox(layers=("Landlock",)) as sandbox:
        outcome = sandbox.session().run("open('/etc/passwd')", surface=robot.surface, dispatch=robot, deadline_s=5)
    assert "PermissionError" in outcome.failure.message


def test_required_isolation_refuses_without_seccomp() -> None:
    without = tuple(layer for layer in confinement.LAYERS if layer != "seccomp")
    with pytest.raises(ConfigurationError, match=r"seccomp.*best-effort"):
        PolicySandbox(isolation="required", layers=without)


def test_best_effort_says_what_is_missing() -> None:
    without = tuple(layer for layer in confinement.LAYERS if layer not in ("seccomp", "Landlock"))
    with PolicySandbox(isolation="best-effort", layers=without) as sandbox:
        assert "seccomp" not in sandbox.layers
        assert "Landlock" not in sandbox.layers


@linux
def test_required_isolation_is_given_here(robot) -> None:
    with PolicySandbox(isolation="required") as sandbox:
        run = sandbox.session().run("print(1)", surface=robot.surface, dispatch=robot, deadline_s=5)
        assert run.output == "1\n"


def test_an_unknown_machine_has_no_filter(monkeypatch) -> None:
    monkeypatch.setattr("platform.machine", lambda: "vax")
    assert seccomp.architecture() is None


@pytest.mark.parametrize("machine", seccomp.ARCHITECTURES)
def test_the_filter_is_well_formed(machine: str) -> None:
    """Every jump lands inside, every path returns, and what it decides is the table."""
    table = seccomp.ARCHITECTURES[machine]
    code = [
        (int.from_bytes(b[0:2], "little"), b[2], b[3], int.from_bytes(b[4:8], "little"))
        for b in _chunks(seccomp.program(table))
    ]

    def decide(number: int, architecture: int = table.audit, prot: int = 0) -> int:
        at, accumulator = 0, 0
        data = {0: number, 4: architecture, 32: prot}
        while True:
            operation, yes, no, k = code[at]
            at += 1
            if operation == 0x20:
                accumulator = data[k]
            elif operation == 0x06:
                return k
            else:
                holds = {0x15: accumulator == k, 0x45: bool(accumulator & k), 0x35: accumulator >= k}[operation]
                at += yes if holds else no

    allowed = {n for n in range(1024) if decide(n) == seccomp.ALLOW}
    assert allowed == {*table.allowed, table.mmap, table.mprotect}
    assert decide(table.mmap, prot=7) == decide(table.mprotect, prot=4) == seccomp.ERRNO | 1
    assert decide(1023) == seccomp.ERRNO | 1
    assert decide(table.clone3) == seccomp.ERRNO | 38
    assert decide(table.allowed[0], architecture=0x40000003) == seccomp.KILL_PROCESS
    if table.x32:
        assert decide(0x40000000 + table.allowed[0]) == seccomp.KILL_PROCESS


def _chunks(data: bytes) -> list[bytes]:
    return [data[i : i + 8] for i in range(0, len(data), 8)]


def test_the_two_tables_allow_the_same_calls() -> None:
    """Every name allowed on one machine is allowed on the other, where it exists."""
    source = Path(seccomp.__file__).read_text()
    first, second = source.split("AARCH64 =")
    names = [{row.partition("# ")[2] for row in part.splitlines() if ",  # " in row} for part in (first, second)]
    assert names[0] - names[1] == {"time"}  # aarch64 has no such call
    assert names[1] - names[0] == set()


def test_a_zygote_that_cannot_start_says_why(monkeypatch) -> None:
    monkeypatch.setattr(policy_process, "_BOOT", "raise SystemExit('no numpy for you')")
    with pytest.raises(InfrastructureError, match="no numpy for you"):
        PolicySandbox()


def test_closing_twice_is_fine() -> None:
    sandbox = PolicySandbox()
    sandbox.session()
    sandbox.close()
    sandbox.close()


def test_it_knows_neither_simulator_nor_server_nor_model(robot) -> None:
    program = (
        "import sys\nroots = {m.partition('.')[0] for m in sys.modules}\n"
        "print(sorted(m for m in sys.modules if m.startswith(('codepolicy.', 'primitives.'))))\n"
        "print(sorted(roots & {'sim_envs', 'pybullet', 'pinocchio', 'cv2', 'openai', 'ompl', 'ruckig', 'av', 'tyro'}))"
    )
    with PolicySandbox() as sandbox:
        outcome = sandbox.session().run(program, surface=robot.surface, dispatch=robot, deadline_s=5)
    own, foreign = outcome.output.splitlines()
    assert foreign == "[]"
    assert "'primitives.scene'" in own
    assert not any(word in own for word in ("server", "registry", "host", "models", "library", "environment"))
