"""The type checker's process: kept from one program to the next, and started again where it is lost."""

import os
import signal
import subprocess
import sys

import psutil
import pytest

from codepolicy.static_checks import type_server
from codepolicy.static_checks.type_server import CheckerTooSlow, TypeServer, diagnostics

STUB = "def pick(what: str) -> None: ...\n"


def checkers() -> list[psutil.Process]:
    return [p for p in psutil.Process().children() if p.status() != psutil.STATUS_ZOMBIE and p.name() == "ty"]


def test_that_every_program_is_checked_under_its_own_stub_by_one_process() -> None:
    (wrong,) = diagnostics("pick('a')\npick(3)\n", STUB)
    assert (wrong.line, wrong.rule) == (2, "invalid-argument-type") and "Expected `str`" in wrong.message
    before = checkers()
    assert len(before) == 1
    assert diagnostics("put('a')\n", STUB + "def put(what: str) -> None: ...\n") == ()
    assert [d.rule for d in diagnostics("put('a')\n", STUB)] == ["unresolved-reference"]
    assert diagnostics("import numpy as np\nnp.anything(1).more\n", STUB) == ()
    assert checkers() == before


def test_that_a_killed_checker_is_started_again() -> None:
    diagnostics("pick('b')\n", STUB)
    (lost,) = checkers()
    lost.send_signal(signal.SIGKILL)
    lost.wait(5)
    assert [d.line for d in diagnostics("pick(4)\n", STUB)] == [1]
    assert checkers() != [lost]


def test_that_a_checker_that_says_nothing_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    diagnostics("pick('c')\n", STUB)
    (silent,) = checkers()
    monkeypatch.setattr(type_server, "TIMEOUT_S", 0.2)
    silent.suspend()
    assert diagnostics("pick(5)\n" * 20_000, STUB) == ()  # more than its pipe holds
    assert not silent.is_running()
    monkeypatch.undo()
    assert [d.line for d in diagnostics("pick(5)\n", STUB)] == [1]


def test_that_what_is_no_protocol_is_an_error() -> None:
    server = TypeServer(sys.executable)  # `python server` fails at once
    with pytest.raises(type_server.CheckerFailed) as told:
        server.check("pass", STUB)
    assert not isinstance(told.value, CheckerTooSlow)
    server.close()


def test_that_it_does_not_outlive_its_process() -> None:
    code = (
        "import os, psutil; from codepolicy.static_checks.type_server import diagnostics\n"
        "assert diagnostics('a', ''), 'nothing found'\n"
        "print(*(p.pid for p in psutil.Process().children() if p.name() == 'ty'), flush=True)\n"
        "os.kill(os.getpid(), 9)\n"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    left = psutil.Process(int(told.stdout)) if psutil.pid_exists(int(told.stdout)) else None
    if left is not None and left.status() != psutil.STATUS_ZOMBIE:
        left.wait(5)


def test_that_a_forked_process_leaves_its_parents_checker_alone() -> None:
    diagnostics("pick('d')\n", STUB)
    before = checkers()
    child = os.fork()
    if child == 0:
        os._exit(len(diagnostics("pick(1)\npick(2)\n", STUB)))
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 2
    assert checkers() == before
    assert [d.line for d in diagnostics("pick(6)\n", STUB)] == [1]
