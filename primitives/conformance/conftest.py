"""The robot under test as a fixture, and the report as a table."""

# pyright: basic

from __future__ import annotations

from collections.abc import Iterator

import pytest

from primitives.conformance.subject import Subject, opened
from primitives.errors import ConfigurationError
from primitives.failures import Failure

_ROWS = pytest.StashKey[list[tuple[str, str, str, str]]]()


@pytest.fixture(scope="session")
def subject(request: pytest.FixtureRequest) -> Iterator[Subject]:
    """The robot of `--robot`, connected for the whole run."""
    name = request.config.getoption("--robot")
    if not name:
        raise pytest.UsageError("say which robot: --robot NAME|FILE.toml")
    try:
        subject = opened(
            name,
            hardware_ok=bool(request.config.getoption("--hardware-ok")),
            injector=request.config.getoption("--injector"),
        )
    except (ConfigurationError, Failure) as error:
        pytest.exit(f"robot {name!r}: {error}", returncode=2)
    yield subject
    subject.world.close()


@pytest.fixture
def moving(subject: Subject) -> Iterator[Subject]:
    """The robot, where it may be moved; it takes motions before and after."""
    if not subject.may_move:
        pytest.skip("moves the robot; give --hardware-ok when its surroundings are clear")
    subject.mended()
    yield subject
    subject.mended()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """Keep a row for each test."""
    outcome = yield
    report: pytest.TestReport = outcome.get_result()  # type: ignore[attr-defined]
    if report.when == "call" or (report.when == "setup" and not report.passed):
        rows = item.config.stash.setdefault(_ROWS, [])
        area = item.path.stem.removeprefix("test_")
        title = (getattr(item, "obj", None).__doc__ or item.name).strip().splitlines()[0].rstrip(".")
        case = f" ({item.name.partition('[')[2].rstrip(']')})" if "[" in item.name else ""
        result = "passed" if report.passed else "skipped" if report.skipped else "**failed**"
        rows.append((area, title + case, result, _detail(item, report, call)))


def _detail(item: pytest.Item, report: pytest.TestReport, call: pytest.CallInfo[None]) -> str:
    if report.passed:
        return "; ".join(f"{name} {value}" for name, value in item.user_properties)
    if report.skipped and isinstance(report.longrepr, tuple):
        return str(report.longrepr[2]).removeprefix("Skipped: ")
    error = call.excinfo.value if call.excinfo is not None else None
    return f"{type(error).__name__}: {error}".splitlines()[0] if error is not None else ""


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print the table."""
    rows = config.stash.get(_ROWS, [])
    if not rows:
        return
    lines = ["", f"| {config.getoption('--robot')} | check | result | |", "|---|---|---|---|"]
    lines += [f"| {area} | {title} | {result} | {detail.replace('|', '/')} |" for area, title, result, detail in rows]
    for line in lines:
        terminalreporter.write_line(line)
