"""Runs the attack corpus and tells which payloads won. A script, so that it can run as another user.

    python attack.py plain|confined|gated language.txt native.txt

`plain` runs each payload by plain `exec` in a forked throwaway process, which shows that the payload works; `confined`
runs it in the sandbox with the gate off; `gated` shows it to the gate first. Every win condition is harmless: a marker
file in a temporary folder, a planted token that is read, or a process of our own that is signalled.
"""

import contextlib
import json
import os
import re
import secrets
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

CANARY = "CODEPOLICY_CANARY"
if CANARY not in os.environ:  # it must stand in the environment that this process was started with
    os.execve(sys.executable, [sys.executable, *sys.argv], {CANARY: secrets.token_hex(16), **os.environ})
TOKEN = os.environ[CANARY]
PAYLOADS = Path(__file__).parent / "payloads"


def payloads(names):
    for name in names:
        prelude = (PAYLOADS / "native_prelude.py").read_text() if name.startswith("native") else ""
        for block in re.split(r"(?m)^#: ", (PAYLOADS / name).read_text())[1:]:
            title, _, source = block.partition("\n")
            yield title.strip(), prelude + source


class Target:
    """What the payloads are after."""

    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="codepolicy-attack-"))
        self.folder.chmod(0o777)
        self.secret = self.folder / "secret"
        self.count = 0
        tcp = socket.create_server(("127.0.0.1", 0))
        self.port = tcp.getsockname()[1]
        unix = socket.socket(socket.AF_UNIX)
        unix.bind(str(self.folder / "socket"))
        (self.folder / "socket").chmod(0o777)
        unix.listen()
        self.server = os.fork()
        if self.server == 0:
            serve(tcp, unix)
        tcp.close()
        unix.close()
        self.canary = None
        self.prepare()

    def prepare(self):
        """Fresh secret, fresh marker, living canary; the names of all as the first line of a payload."""
        self.count += 1
        self.marker = self.folder / f"marker{self.count}"
        self.secret.unlink(missing_ok=True)
        self.secret.write_text(TOKEN + "\n")
        self.secret.chmod(0o644)
        if self.canary is None or self.canary.poll() is not None:
            self.canary = subprocess.Popen(["sleep", "300"], stdin=subprocess.DEVNULL)
        given = {
            "DIR": str(self.folder),
            "SECRET": str(self.secret),
            "MARKER": str(self.marker),
            "USOCK": str(self.folder / "socket"),
            "PORT": self.port,
            "PID": self.canary.pid,
            "HOST": os.getpid(),
            "CANARY": CANARY,
        }
        return "; ".join(f"{k} = {v!r}" for k, v in given.items()) + "\n"

    def wins(self, source, output):
        found = []
        if TOKEN in output:
            found.append("token")
        if "WON" in output:
            found.append("call")
        if os.path.lexists(self.marker):
            found.append("marker")
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.canary.wait(0.1 if "PID, 9" in source else 0)
            found.append("canary")
        return found

    def close(self):
        os.kill(self.server, signal.SIGKILL)
        os.waitpid(self.server, 0)
        self.canary.kill()
        self.canary.wait()
        shutil.rmtree(self.folder)


def serve(*listeners):
    held = []
    while True:
        for listener in select.select(listeners, [], [])[0]:
            connection, _ = listener.accept()
            with contextlib.suppress(OSError):
                connection.send(TOKEN.encode())
            held = [*held[-3:], connection]


def plain(source, folder):
    """Output of the payload under plain exec in a forked process."""
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.setsid()
        os.dup2(write, 1)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        sys.stdout = os.fdopen(1, "w", closefd=False)
        try:
            os.chdir(folder)
            exec(compile(source, "<payload>", "exec"), {"__name__": "__main__"})
        finally:
            with contextlib.suppress(BaseException):
                sys.stdout.flush()
            os._exit(0)
    os.close(write)
    data = b""
    while select.select([read], [], [], 3.0)[0] and (piece := os.read(read, 65_536)):
        data += piece
    os.close(read)
    for end in (os.killpg, os.kill):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            end(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    return data.decode(errors="replace")


def main(mode, *names):
    target = Target()
    results = {}
    try:
        if mode == "plain":
            import numpy  # noqa: F401  - once, for every fork
            import shapely  # noqa: F401

            for title, source in payloads(names):
                given = target.prepare()
                results[title] = target.wins(source, plain(given + source, target.folder))
        else:
            results = confined(target, names, gated=mode == "gated")
    finally:
        target.close()
    print(json.dumps({"uid": os.getuid(), "wins": results}))


def confined(target, names, *, gated):
    from codepolicy.sandbox.host import PolicySandbox
    from codepolicy.static_checks import check, type_check
    from primitives.registry import Surface
    from primitives.scene import Workspace

    type_check.check = lambda *a, **k: iter(())  # a type checker per payload takes minutes; the other checks stay
    surface = Surface("skill", ())
    results = {}
    with PolicySandbox() as sandbox:
        print(json.dumps(sandbox.layers), file=sys.stderr)
        for title, source in payloads(names):
            program = target.prepare() + source
            if gated and check(program, surface, workspace=Workspace()):
                results[title] = []
                continue
            session = sandbox.session()
            outcome = session.run(program, surface=surface, dispatch=lambda *a: None, deadline_s=3.0)
            session.close()
            results[title] = target.wins(source, outcome.output)
    return results


if __name__ == "__main__":
    main(*sys.argv[1:])
