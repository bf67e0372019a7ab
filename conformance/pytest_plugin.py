"""The suite as pytest tests: one for each case, with the verdicts of the runner.

    pytest --ats-vendor VENDOR --ats-subject my_package.subject:MySubject --ats-sandbox http://127.0.0.1:8080

What could not be tested fails, for untested is not green; what is not promised is skipped; a warning is one of pytest's. Without
--ats-vendor nothing is added to a session.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

import conformance
from conformance.check import Cell, Check, Result, all_checks
from conformance.execution import CheckFound, Findings, Stages, Task, collect_seldom, open_lab, run_task, stages
from conformance.lab import Lab
from conformance.options import Options
from conformance.outcomes import Verdict, explain
from conformance.reports.masking import masked
from conformance.sandbox import Sandbox, sandbox_url
from conformance.subjects import DEFAULT_SUBJECT, ConfigurationError, load

WHOLE = "every case was judged"
"""The name of a check's last item: a case that it forgot is untested, a result that no case asked for is judged all the same."""


class ConformanceWarning(UserWarning):
    """Something is good enough to pass, and could be better."""


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("ats", "conformance of connectors to applicant tracking systems")
    group.addoption("--ats-vendor", action="append", default=[], metavar="NAME", help="test this vendor's connector (repeatable)")
    group.addoption("--ats-subject", default=DEFAULT_SUBJECT, metavar="PKG:FACTORY", help="what to test (default: %(default)s)")
    group.addoption("--ats-sandbox", default=None, metavar="URL", help="a running sandbox (default: one is started)")
    group.addoption(
        "--ats-fixtures", default=None, metavar="DIR", help="the folder of all vendors' fixtures (default: those of the package)"
    )
    group.addoption("--ats-chapter", action="append", default=[], metavar="NAME", help="only this chapter (repeatable)")


def pytest_collection_modifyitems(session: pytest.Session, config: pytest.Config, items: list[pytest.Item]) -> None:
    """Add the cases of the vendors that were asked for."""
    vendors = config.getoption("--ats-vendor")
    if not vendors:
        return
    opened = ExitStack()
    config.add_cleanup(opened.close)
    collect_seldom()
    try:
        for vendor in vendors:
            suite = opened.enter_context(_suite(config, vendor))
            group = VendorNode.from_parent(session, name=f"ats/{vendor}", nodeid=f"ats/{vendor}", suite=suite)
            items.extend(group.collect())
    except ConfigurationError as error:
        raise pytest.UsageError(str(error)) from error


@contextmanager
def _suite(config: pytest.Config, vendor: str) -> Iterator[Suite]:
    given = config.getoption("--ats-fixtures")
    folder = Path(given) if given is not None else Path(conformance.__file__).parents[1] / "fixtures"
    chapters = tuple(config.getoption("--ats-chapter"))
    strange = sorted(set(chapters) - {check.chapter for check in all_checks()})
    if strange:
        raise ConfigurationError(f"there is no chapter {', '.join(strange)}")
    subject = load(config.getoption("--ats-subject"))
    with sandbox_url(config.getoption("--ats-sandbox")) as url, Sandbox(url) as sandbox:
        if vendor not in sandbox.vendors() or vendor not in subject.vendors():
            sides = f"simulated are {', '.join(sandbox.vendors())}, the subject connects to {', '.join(subject.vendors())}"
            raise ConfigurationError(f"cannot test {vendor}: {sides}")
        lab = open_lab(vendor, subject, sandbox, folder, Options())
        try:
            yield Suite(lab, [check for check in all_checks() if not chapters or check.chapter in chapters])
        finally:
            lab.close()


class Suite:
    """The checks of one vendor. Each task is run when the first of its cases is asked for, in whatever order pytest asks."""

    def __init__(self, lab: Lab, checks: list[Check]) -> None:
        self.lab, self.checks = lab, checks
        self._stages: Stages = stages(lab.vendor, checks)
        self._found: dict[Task, Findings] = {}

    def cases(self, check: Check) -> list[Cell]:
        """The check's cases; when they cannot be told, that is the finding of its last item."""
        try:
            with self.lab.in_core(check.in_core):
                return list(dict.fromkeys(check.cases(self.lab)))
        except Exception:  # noqa: BLE001 - the task runs into it again, and reports it
            return []

    def found(self, check: Check) -> CheckFound:
        if check.stage == "last":
            findings = self._run(self._stages.last, self._first().and_(self._run(task, self._first()) for task in self._stages.then))
        elif check.stage == "first":
            findings = self._first()
        else:
            findings = self._run(next(task for task in self._stages.then if check.id in task.checks), self._first())
        return next(one for one in findings.checks if one.check == check.id)

    def _first(self) -> Findings:
        return self._run(self._stages.first, Findings())

    def _run(self, task: Task, before: Findings) -> Findings:
        if task not in self._found:
            self._found[task] = run_task(self.lab, task, before)
        return self._found[task]

    def shown(self, value: Any) -> str:
        """Without any secret."""
        return str(masked(str(value), self.lab.secrets))


class VendorNode(pytest.Collector):
    """All cases of one vendor."""

    def __init__(self, *, suite: Suite, **more: Any) -> None:
        super().__init__(**more)
        self.suite = suite

    def collect(self) -> Iterator[CaseItem]:
        for check in self.suite.checks:
            for cell in self.suite.cases(check):
                yield CaseItem.from_parent(self, name=f"{check.id} {cell}", check=check, cell=cell)
            yield CaseItem.from_parent(self, name=f"{check.id} {WHOLE}", check=check, cell=None)


class Unmet(Exception):
    """A case that did not pass. Its text is the whole report."""


class CaseItem(pytest.Item):
    """One case, or, without a cell, that a check judged all of them."""

    def __init__(self, *, check: Check, cell: Cell | None, **more: Any) -> None:
        super().__init__(**more)
        self.check, self.cell = check, cell
        self.extra_keyword_matches |= {check.id, check.chapter}

    @property
    def suite(self) -> Suite:
        assert isinstance(self.parent, VendorNode)  # noqa: S101 - how it is made
        return self.parent.suite

    def runtest(self) -> None:
        found = self.suite.found(self.check)
        if self.cell is None:
            self._judge_whole(found)
            return
        result = next((one for one in found.results if one.cell == self.cell), None)
        if result is None:
            raise Unmet(f"{self.check.id} gave no result for this case, so it is untested")
        self._judge(result)

    def _judge(self, result: Result) -> None:
        match result.verdict:
            case Verdict.NOT_APPLICABLE:
                pytest.skip(self.suite.shown(result.message))
            case Verdict.WARN:
                warnings.warn(self.suite.shown(f"{self.name}: {result.code}: {result.message}"), ConformanceWarning, stacklevel=1)
            case Verdict.FAIL | Verdict.UNTESTED | Verdict.ERROR:
                raise Unmet(self._told(result))

    def _judge_whole(self, found: CheckFound) -> None:
        cases = set(self.suite.cases(self.check))
        for result in found.results:
            if result.cell not in cases:
                self._judge(result)
        if found.emitted != found.expected:
            raise Unmet(f"{self.check.id} judged {found.emitted} of {found.expected} cases")

    def _told(self, result: Result) -> str:
        lines = [
            explain(result.code),
            f"{self.check.id} ({self.check.level}): {self.check.requirement}",
            f"source: {self.check.source}",
            f"{result.cell}: {result.message}",
        ]
        if result.expected is not None or result.got is not None:
            lines += [f"expected: {result.expected!r}", f"got:      {result.got!r}"]
        lines += [json.dumps(exchange, ensure_ascii=False, indent=1) for exchange in result.exchanges[:1]]
        return "\n".join(lines)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        if isinstance(excinfo.value, Unmet):
            return self.suite.shown(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        return self.config.rootpath, None, self.name
