"""A pytest plugin of the house: the time each suite took, and in CI no test may skip itself.

In this room: two hooks, loaded by the Makefile with `-p`. Not here: fixtures (tests/conftest.py).

A test that skips for want of a browser or a model is a courtesy to whoever has neither. In CI everything is there, so
a skip is a hole in the proof and fails.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Generator
from pathlib import PurePosixPath
from typing import Any

import pytest

IN_CI = bool(os.environ.get("CI"))


def refuse_skip(report: pytest.TestReport | pytest.CollectReport, reason: object) -> None:
    """Turn a skip into a failure where skips are not allowed; an expected failure is not a skip."""
    if IN_CI and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"{report.nodeid} skipped itself, which CI does not allow: {reason}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[Any]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    refuse_skip(report, call.excinfo.value if call.excinfo else "no reason given")
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    refuse_skip(report, report.longrepr)
    return report


def suite_of(nodeid: str) -> str:
    """The folder below tests/ that a test lives in."""
    parts = PurePosixPath(nodeid.split("::", maxsplit=1)[0]).parts
    return parts[1] if len(parts) > 2 else "tests"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    seconds: dict[str, float] = defaultdict(float)
    tests: dict[str, set[str]] = defaultdict(set)
    for reports in terminalreporter.stats.values():
        for report in reports:
            if isinstance(report, pytest.TestReport):
                seconds[suite_of(report.nodeid)] += report.duration
                tests[suite_of(report.nodeid)].add(report.nodeid)
    if not seconds:
        return
    terminalreporter.section("time per suite")
    for suite, spent in sorted(seconds.items(), key=lambda pair: -pair[1]):
        terminalreporter.write_line(f"{spent:8.1f} s  {len(tests[suite]):5} tests  {suite}")
