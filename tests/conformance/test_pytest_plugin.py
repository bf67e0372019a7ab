"""The suite as pytest tests: each case an item, with the verdict that the runner gives it."""

from __future__ import annotations

import os

import pytest

from conformance.check import all_checks
from conformance.outcomes import Verdict
from tests.conformance.wrong import harbor
from tests.conformance.wrong.service import Wrong
from tests.conformance.wrong.trials import ROOT, trial

PLUGIN = ("-p", "no:ats_conformance", "-p", "conformance.pytest_plugin", "-p", "no:randomly", "-q")
WRONG = """
from tests.conformance.wrong import harbor, spoiling
from tests.conformance.wrong.service import Wrong, WrongService

def wrong():
    return WrongService(Wrong(rows=spoiling.without("Jobs", "12")), {"harbor": harbor.connect})
"""
IN_WORDS = {
    Verdict.PASS: "passed",
    Verdict.WARN: "passed",
    Verdict.FAIL: "failed",
    Verdict.UNTESTED: "failed",
    Verdict.ERROR: "failed",
    Verdict.NOT_APPLICABLE: "skipped",
}


@pytest.fixture
def session(pytester: pytest.Pytester, sandbox: str, monkeypatch: pytest.MonkeyPatch):
    """A pytest session of its own that tests the invented vendor."""
    monkeypatch.setenv(
        "PYTHONPATH", os.pathsep.join([str(harbor.FOLDERS), str(ROOT), str(pytester.path), os.environ.get("PYTHONPATH", "")])
    )
    pytester.makepyfile(acme=WRONG)

    def run(*arguments: str) -> pytest.RunResult:
        where = ("--ats-vendor", "harbor", "--ats-sandbox", sandbox, "--ats-fixtures", str(harbor.FIXTURES))
        return pytester.runpytest_subprocess(*PLUGIN, *where, *arguments, timeout=170)

    return run


def test_each_case_is_an_item_with_the_runners_verdict(session, sandbox: str):
    """The same subject, once by the runner and once by pytest: the same cases, the same words."""
    wrong = Wrong(rows=lambda rows, model, told: [row for row in rows if model != "Jobs" or row["remote_id"] != "12"])
    pages = [check.id for check in all_checks() if check.chapter == "pages"]
    by_runner = {
        f"{check.id} {result.cell}": IN_WORDS[result.verdict]
        for check, result, _ in trial("harbor", wrong, pages, sandbox=sandbox).vendors[0].results
    }

    done = session("--ats-subject", "acme:wrong", "--ats-chapter", "pages", "-rA")

    lines = [line.split(" ", 1) for line in done.outlines if line.startswith(("PASSED ", "FAILED ", "SKIPPED "))]
    by_pytest = {
        rest.partition("::")[2].partition(" - ")[0]: word.lower()
        for word, rest in lines
        if "::" in rest and "every case was judged" not in rest
    }
    skipped = sum(word == "skipped" for word in by_runner.values())
    assert by_pytest == {name: word for name, word in by_runner.items() if word != "skipped"}
    assert done.parseoutcomes()["skipped"] == skipped
    assert by_runner["PAG-1 model Jobs"] == "failed"
    assert done.ret == pytest.ExitCode.TESTS_FAILED


def test_a_failure_says_what_was_demanded_and_what_was_found(session):
    done = session("--ats-subject", "acme:wrong", "-k", "PAG-1 and Jobs")

    done.stdout.fnmatch_lines(
        [
            "BROKEN *",
            "PAG-1 (MUST): Every record that the vendor has arrives exactly once.",
            "source: *",
            "model Jobs: 1 missing (12)",
            "expected: *'12'*",
        ]
    )
    assert done.parseoutcomes()["failed"] == 1


def test_a_right_subject_passes_in_any_order(session):
    """A case can be asked for alone: what it rests on is run before it."""
    done = session("-k", "DLT-6 or FEA-1", "-p", "randomly", "-p", "no:cacheprovider")

    outcomes = done.parseoutcomes()
    assert outcomes.get("failed", 0) == 0
    assert outcomes["passed"] >= 6


def test_cases_are_those_of_the_world_that_their_check_works_in(pytester: pytest.Pytester, sandbox: str, monkeypatch: pytest.MonkeyPatch):
    """PRM-12 has a case for each page, and JOIN's 59 jobs have more of them in the core of its world, where pages are cut small."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))

    where = ("--ats-vendor", "join", "--ats-sandbox", sandbox, "--ats-chapter", "permissions")
    done = pytester.runpytest_subprocess(*PLUGIN, *where, "-k", "PRM-12 and jobs.list", "-rA", timeout=170)

    assert done.parseoutcomes().get("failed", 0) == 0
    done.stdout.fnmatch_lines(["PASSED *PRM-12 permission jobs.list > from request 8 on"])


def test_a_vendor_that_nobody_knows_is_a_usage_error(pytester: pytest.Pytester, sandbox: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PYTHONPATH", str(ROOT))

    done = pytester.runpytest_subprocess(*PLUGIN, "--ats-vendor", "nobody", "--ats-sandbox", sandbox, timeout=100)

    assert done.ret == pytest.ExitCode.USAGE_ERROR
    done.stderr.fnmatch_lines(["*cannot test nobody: simulated are *"])


def test_without_a_vendor_nothing_is_added(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch):
    """Whoever has the package installed does not find strange tests in their session."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    pytester.makepyfile("def test_mine(): pass")

    assert pytester.runpytest_subprocess(*PLUGIN, timeout=100).parseoutcomes() == {"passed": 1}
